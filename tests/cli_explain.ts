/**
 * The verb `explain`, and that its examples are what it says they are.
 *
 * @module
 */

import { assert } from "chai";

import type { Finding } from "@qmp/run-state";
import { main } from "@qmp/run-state/cli";
import { compatible } from "@qmp/run-state/editions";
import { logSource } from "@qmp/run-state/logs";
import { read } from "@qmp/run-state/replay";
import type { Example, Explanation } from "../src/cli/explanation.ts";
import { explanations } from "../src/cli/explanations.ts";
import { fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

const all = Object.entries<Explanation>(explanations);

type Found = Pick<Finding, "code" | "severity">;

/** What is found in an example, by who is said to find it. */
async function foundIn(example: Example): Promise<readonly Found[]> {
  const { by, options = [] } = example;
  const bytes = bytesOf(example);
  if (by === undefined) {
    const host = fakeHost({ files: { FILE: bytes } });
    await main(["validate", "--json", ...options, "FILE"], host);
    assert.equal(host.err(), "");
    return JSON.parse(host.out()).findings;
  }
  const source = logSource();
  const { entries } = read([...source.push(bytes), ...source.end()]);
  return compatible(entries).ruledOut.map(({ finding }) => finding);
}

function bytesOf({ file, times, isBase64 }: Example): Uint8Array {
  if (isBase64) {
    return Uint8Array.from(atob(file), (each) => each.charCodeAt(0));
  }
  if (times === undefined) return new TextEncoder().encode(file);
  const [part, count] = times;
  assert.equal(file.split(part).length, 2, part);
  return new TextEncoder().encode(file.replace(part, () => part.repeat(count)));
}

/** What gzip packed, only a runtime with node:zlib can read. */
function isPacked({ examples }: Explanation): boolean {
  return examples.some((example) => {
    const [first, second] = bytesOf(example);
    return first === 0x1f && second === 0x8b;
  });
}

async function proveExamples(
  code: string,
  { severity, examples }: Explanation,
): Promise<void> {
  const severities = new Set<string>();
  for (const example of examples) {
    const found = await foundIn(example);
    const own = found.filter((each) => each.code === code);
    const instead = found.map(({ code }) => code).join(", ");
    assert.isNotEmpty(own, `${code}: found ${instead || "nothing"}`);
    for (const each of own) severities.add(each.severity);
  }
  assert.equal([...severities].sort().join(" or "), severity, code);
}

async function shown(...codes: readonly string[]): Promise<string> {
  const host = fakeHost({});
  assert.equal(await main(["explain", ...codes], host), 0);
  assert.equal(host.err(), "");
  return host.out();
}

/** Tests of `explain`. */
export const explainTests: Suite = {
  async "explain advises by options that the program has"() {
    const host = fakeHost({});
    for (const verb of ["validate", "record"]) {
      assert.equal(await main([verb, "--help"], host), 0);
    }
    const options = all.flatMap(([code, { advice }]) =>
      [...advice.matchAll(/`(--[a-z-]+)`/g)].map(([, name]) => [code, name!])
    );
    for (const [, name] of options) assert.include(host.out(), ` ${name} `);
    assert.includeDeepMembers(options, [
      ["DROPPED", "--drop"],
      ["REDACTED", "--keep-secrets"],
    ]);
  },

  async "explain gives examples in which each code is found, of each severity it may have"() {
    for (const [code, explanation] of all) {
      if (!isPacked(explanation)) await proveExamples(code, explanation);
    }
  },

  async "explain gives examples of what is found in files that gzip packed"() {
    const packed = all.filter(([, explanation]) => isPacked(explanation));
    assert.deepEqual(packed.map(([code]) => code), ["TORN_GZIP"]);
    for (const [code, explanation] of packed) {
      await proveExamples(code, explanation);
    }
  },

  async "explain says what a code means, what to do, and where it is found"() {
    assert.equal(
      await shown("TOO_DEEP"),
      "TOO_DEEP: a fault\n" +
        "More than 1024 arrays and objects are open at once.\n" +
        "No QMP client or server writes such a thing: look at who is at the " +
        "other end. Lower `maxDepth` where strangers send you texts.\n\n" +
        "qmp-run-state validate FILE finds it in a file that holds:\n" +
        '  {"return": [\n' +
        'with "[" in it 1024 times over\n',
    );
    assert.match(await shown("OTHER_EDITION"), /\ncompatible\(\) finds it in /);
    assert.match(
      await shown("TORN_GZIP"),
      / these bytes, in base64:\n {2}H4sI/,
    );
  },

  async "explain takes several codes, in either case and with hyphens"() {
    assert.equal(
      await shown("too-deep", "not_utf8"),
      await shown("TOO_DEEP") + "\n" + await shown("NOT_UTF8"),
    );
  },

  async "explain lists all codes where none is named"() {
    const lines = (await shown()).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)),
      all.map(([code, { meaning }]) => [code, meaning]),
    );
  },
};
