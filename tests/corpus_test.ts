/**
 * The logs in the wild that lie beside the checkout, read: each has exactly the
 * messages that its index counts. They are not ours to copy.
 *
 * @module
 */

import { logSource } from "@qmp/run-state/logs";
import { type Entry, read } from "@qmp/run-state/replay";
import { assert } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const corpus = fileURLToPath(new URL("../../shared/corpus/", import.meta.url));
const isThere = existsSync(corpus);
const skipped = isThere ? "" : " (skipped: ../shared is absent)";

type Row = Readonly<Record<string, string>>;

function rows(): Row[] {
  const [head = "", ...lines] = readFileSync(`${corpus}INDEX.tsv`, "utf8")
    .trimEnd().split("\n");
  const names = head.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return Object.fromEntries(
      names.map((name, index) => [name, cells[index]!]),
    );
  });
}

/** Which reader each kind of sample is for. */
const formats: Readonly<Record<string, RegExp>> = {
  "libvirt-replies": /^(replies|raw)$/,
  "iotests-bash": /^iotests$/,
  "iotests-py": /^iotests$/,
  "captured-raw": /^raw$/,
  "captured-trace": /^qemu-trace$/,
  "libvirt-debug": /^libvirt$/,
  "virsh": /^virsh-(event|command)$/,
  "python-qmp": /^qemu\.qmp$/,
};

function readIn(
  bytes: Uint8Array,
  size: number,
): { format: string; entries: readonly Entry[] } {
  const source = logSource();
  const records = [];
  for (let at = 0; at < bytes.length; at += size) {
    records.push(...source.push(bytes.subarray(at, at + size)));
  }
  records.push(...source.end());
  return { format: source.format()!.name, entries: read(records).entries };
}

/** What the index counts. */
function countsOf(entries: readonly Entry[]): Row {
  const count = (...kinds: (string | undefined)[]) =>
    String(entries.filter(({ kind }) => kind && kinds.includes(kind)).length);
  return {
    n_qmp_messages: String(entries.filter(({ kind }) => kind).length),
    n_greeting: count("greeting"),
    n_command: count("command"),
    n_reply: count("return", "error"),
    n_event: count("event"),
    n_trace_transitions: String(entries.filter(({ state }) => state).length),
  };
}

/** The run-state events that a row lists, such as `RESUME:1,STOP:2`. */
function listed(row: Row): Record<string, number> {
  return Object.fromEntries(
    row["runstate_events"]!.split(",").filter((each) => each !== "")
      .map((each) => each.split(":"))
      .map(([name, count]) => [name, Number(count)]),
  );
}

for (const row of isThere ? rows() : [{ file: "each sample" } as Row]) {
  Deno.test({
    name: `logSource() finds in ${row["file"]} what the index counts${skipped}`,
    ignore: !isThere,
    fn() {
      const bytes = readFileSync(corpus + row["file"]);
      const { format, entries } = readIn(bytes, Infinity);
      assert.match(format, formats[row["format"]!]!);
      const counts = countsOf(entries);
      assert.deepEqual(
        counts,
        Object.fromEntries(Object.keys(counts).map((key) => [key, row[key]!])),
      );
      for (const [name, count] of Object.entries(listed(row))) {
        const found = entries.filter((entry) =>
          entry.kind === "event" && entry.name === name
        );
        assert.equal(found.length, count, name);
      }
      const torn = entries.flatMap(({ findings }) => findings)
        .filter(({ code, severity }) =>
          severity === "fault" && code !== "MISSING_MEMBER"
        );
      assert.deepEqual(torn, []);
    },
  });
}

Deno.test({
  name: `logSource() reads the samples alike whatever the chunks${skipped}`,
  ignore: !isThere,
  fn() {
    for (const { file } of rows()) {
      const bytes = readFileSync(corpus + file);
      const whole = readIn(bytes, Infinity);
      assert.deepEqual(readIn(bytes, 997), whole, file);
      assert.deepEqual(readIn(bytes, 13), whole, file);
    }
  },
});

Deno.test({
  name: `logSource() finds no message in what carries none${skipped}`,
  ignore: !isThere,
  fn() {
    for (const file of ["corpus/INDEX.tsv", "style/STYLE.md"]) {
      const bytes = readFileSync(`${corpus}../${file}`);
      const { entries } = readIn(bytes, Infinity);
      assert.deepEqual(entries.filter(({ kind }) => kind), [], file);
    }
  },
});
