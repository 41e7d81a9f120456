/**
 * The verb `generate`: what it makes, what it prints, and when it stops.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { edition } from "@qmp/run-state/editions";
import { hostile, scenarios } from "@qmp/run-state/fixtures";
import { rawSource, read, traceSource } from "@qmp/run-state/replay";
import { failure, fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

async function generated(...args: readonly string[]): Promise<string> {
  const host = fakeHost({});
  assert.equal(await main(["generate", ...args], host), 0, host.err());
  assert.equal(host.err(), "");
  return host.out();
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function lines(text: string): string[] {
  assert.match(text, /\n$/);
  return text.split("\n").slice(0, -1);
}

function entriesOf(text: string, version = "10.2") {
  const isTrace = text.startsWith('{"format":"qmp-trace"');
  const source = isTrace ? traceSource() : rawSource();
  const records = [...source.push(bytesOf(text)), ...source.end()];
  const options = { edition: edition(version), policy: "strict" } as const;
  return read(records, options).entries;
}

/** Tests of `generate`. */
export const generateTests: Suite = {
  async "generate prints ten events as QEMU does, unless told otherwise"() {
    const text = await generated();
    assert.lengthOf(text.match(/[^\r\n]+\r\n/g)!, 10);
    const entries = entriesOf(text);
    assert.lengthOf(entries, 10);
    for (const { kind, findings, text } of entries) {
      assert.equal(kind, "event");
      assert.deepEqual(findings, []);
      assert.match(text, /^\{"timestamp": \{"seconds": \d+, "microseconds": /);
    }
  },

  async "generate makes what is named, one after the other"() {
    const names = ["SHUTDOWN", "set-action", "greeting", "error", "RESET"];
    const text = await generated("--count", "7", ...names);
    assert.deepEqual(
      entriesOf(text).map(({ name, kind }) => name ?? kind),
      [...names, "SHUTDOWN", "set-action"],
    );
    assert.equal(await generated("--count", "0"), "");
    const kinds = ["event", "command", "return", "error", "greeting"];
    const each = entriesOf(await generated("--count=5", ...kinds));
    assert.deepEqual(each.map(({ kind }) => kind), kinds);
  },

  async "generate makes the same for the same seed, and something else for another"() {
    const same = ["--count", "50", "--seed"];
    const first = await generated(...same, "7");
    assert.equal(await generated(...same, "7"), first);
    assert.notEqual(await generated(...same, "8"), first);
    assert.equal(await generated(...same, "0"), await generated("--count=50"));
  },

  async "generate takes an edition by --edition, too, which wins over --qemu"() {
    for (const  of of[["--count=50"], ["--session", "io-error"]]) {
      const text = await generated(...of, "--qemu", "7.2.22");
      assert.equal(await generated(...of, "--edition", "7.2"), text);
      assert.equal(
        await generated(...of, "--edition", "7.2", "--qemu", "2.11"),
        text,
      );
      assert.notEqual(await generated(...of), text);
    }
  },

  async "generate takes the edition of --qemu"() {
    const names = async (version: string) => {
      const args = ["--count", "400", "--json-lines", "--qemu", version];
      const text = await generated(...args);
      return new Set(lines(text).map((line) => JSON.parse(line).event));
    };
    assert.isFalse((await names("7.2.22")).has("GUEST_PVSHUTDOWN"));
    assert.isTrue((await names("9.1.0")).has("GUEST_PVSHUTDOWN"));
    assert.equal((await names("2.11")).size, 10);
  },

  async "generate --invalid spoils each message, and as JSON lines says how"() {
    const names = ["event", "command", "return", "error", "greeting"];
    const args = ["--invalid", "--count", "500", ...names];
    const labels = lines(await generated(...args, "--json-lines"))
      .map((line) => JSON.parse(line));
    assert.lengthOf(labels, 500);
    const text = await generated(...args);
    const entries = lines(text).map((line) =>
      read([{ line: 1, offset: 0, text: line }], {
        edition: edition("10.2"),
        policy: "strict",
      }).entries[0]!
    );
    for (const [index, { findings }] of entries.entries()) {
      const { name, findings: due } = labels[index];
      const found = findings.map(({ code, path }) => ({ code, path }));
      assert.deepEqual(found, due, name);
    }
    assert.isAbove(new Set(labels.map(({ kind }) => kind)).size, 15);
  },

  async "generate --trace prints a trace that reads like the raw stream"() {
    const args = ["--count", "200", "event", "command", "greeting"];
    const raw = entriesOf(await generated(...args));
    const trace = entriesOf(await generated(...args, "--trace"));
    assert.deepEqual(
      trace.map(({ text }) => text),
      raw.map(({ text }) => text),
    );
    for (const { kind, direction, findings } of trace) {
      assert.equal(direction, kind === "command" ? "->" : "<-");
      assert.deepEqual(findings, []);
    }
    assert.approximately(trace.at(-1)!.at!, 0.199, 1e-9);
  },

  async "generate --trace writes whose messages they are, and validate reads by that"() {
    for (const version of ["6.0", "7.2.22", "8.2.50", "seed", undefined]) {
      const asked = version === undefined ? [] : ["--qemu", version];
      const log = await generated("--trace", ...asked);
      const name = version === undefined ? "10.2" : edition(version).name;
      assert.equal(JSON.parse(lines(log)[0]!).qemu, name);
      const host = fakeHost({ files: { log } });
      assert.equal(
        await main(["validate", "--json", "--alone", "log"], host),
        0,
      );
      assert.equal(JSON.parse(host.out()).edition, name);
    }
  },

  async "generate --hostile prints each of the catalogue, in each format"() {
    for (const name of Object.keys(hostile)) {
      const text = await generated("--hostile", name);
      const raw = entriesOf(text, "7.2");
      const file = await generated("--trace", "--hostile", name);
      const trace = entriesOf(file, "7.2");
      const json = lines(await generated("--hostile", name, "--json-lines"));
      for (const { findings, text } of [...raw, ...trace]) {
        const codes = findings.map(({ code }) => code)
          .filter((code) => code !== "REFUSED");
        assert.deepEqual(codes, [], `${name}: ${text.slice(0, 200)}`);
      }
      const came = trace.filter(({ direction }) => direction === "<-");
      assert.deepEqual(
        raw.map(({ text }) => text),
        came.map(({ text }) => text),
      );
      assert.lengthOf(json, trace.length, name);
    }
    const list = lines(await generated("--hostile", "list"));
    assert.lengthOf(list, Object.keys(hostile).length);
    assert.match(list[0]!, /^event-before-greeting: an event is .* \(kata-/);
  },

  async "generate --session prints a trace of each scenario, from start to end"() {
    for (const version of ["5.1", "10.2"]) {
      const names = scenarios(edition(version)).map(({ name }) => name);
      const of = ["--qemu", version, "--session"];
      for (const name of names) {
        const log = await generated(...of, name, "--seed", "5");
        const host = fakeHost({ files: { log } });
        const code = await main(["validate", "--json", "log"], host);
        assert.equal(code, 0, host.out());
        assert.equal(JSON.parse(host.out()).edition, version);
        const [first] = entriesOf(log, version);
        assert.equal(first?.kind, "greeting");
      }
      const list = lines(await generated(...of, "list"));
      assert.deepEqual(list.map((line) => /^[^:]+/.exec(line)?.[0]), names);
      for (const line of list) assert.match(line, /^\S+: .+ \(.+\)$/);
    }
  },

  async "generate --steps prints a trace of a session at random, the same for the same seed"() {
    const args = ["--steps", "30", "--qemu", "7.2", "--seed"];
    const log = await generated(...args, "7");
    assert.equal(await generated(...args, "7"), log);
    assert.equal(await generated(...args, "7", "--trace"), log);
    assert.notEqual(await generated(...args, "8"), log);
    assert.equal(JSON.parse(lines(log)[0]!).title, "30 steps at random");
    for (const { text, findings } of entriesOf(log, "7.2")) {
      const codes = findings.map(({ code }) => code);
      assert.deepEqual(codes.filter((code) => code !== "REFUSED"), [], text);
    }
    const short = await generated("--steps", "0");
    assert.isBelow(lines(short).length, 9);
  },

  async "generate --session --json-lines says the run state with each message"() {
    const args = ["--session", "io-error", "--qemu", "7.2", "--json-lines"];
    const said = lines(await generated(...args)).map((line) =>
      JSON.parse(line)
    );
    const stop = said.find(({ message }) => message.event === "STOP");
    assert.equal(stop.state, "io-error");
    assert.equal(stop.direction, "<-");
    assert.isNumber(stop.at);
  },

  async "generate says what it cannot do, with code 2"() {
    const cases = [
      [["NOPE"], /Cannot generate "NOPE": it is no event or command of /],
      [["GUEST_PVSHUTDOWN", "--qemu", "7.2"], /edition 7\.2, and none of /],
      [["toString"], /Cannot generate "toString"/],
      [["--count", "1.5"], /Cannot take "1.5" for --count: .* from 0 to /],
      [["--seed", "4294967296"], /for --seed: .* from 0 to 4294967295/],
      [["--qemu", "1.0"], /1\.0/],
      [["--edition", "1.0"], /1\.0/],
      [["--hostile", "pretty", "--edition", "6.0"], /"--edition" beside /],
      [["--json-lines", "--trace"], /JSON lines and a trace at once/],
      [["--hostile", "toString"], /Cannot print "toString": .*--hostile list/],
      [["--hostile", "pretty", "--seed", "1"], /Cannot use "--seed" beside /],
      [["--hostile", "pretty", "STOP"], /Cannot use "STOP" beside --hostile/],
      [["--hostile", "pretty", "--steps", "1"], /"--steps" beside --hostile/],
      [["--session", "nope"], /"nope": edition 10\.2 has no .*--session list/],
      [["--session", "toString"], /Cannot print "toString"/],
      [["--session", "snapshot-job", "--qemu", "5.2"], /edition 5\.2 has no/],
      [["--session", "reset", "--steps", "3"], /"--steps" beside --session/],
      [["--session", "reset", "STOP"], /Cannot use "STOP" beside --session/],
      [["--session", "list", "--seed", "1"], /"--seed" beside --session/],
      [["--steps", "9", "--invalid"], /Cannot use "--invalid" beside --steps/],
      [["--steps", "-1"], /Cannot take "-1" for --steps: .* 0 to 100000/],
    ] as const;
    for (const [args, sentence] of cases) {
      const host = fakeHost({});
      assert.equal(await main(["generate", ...args], host), 2);
      assert.match(host.err(), sentence);
      assert.match(host.err(), /; see qmp-run-state generate --help\n$/);
      assert.equal(host.out(), "");
    }
  },

  async "generate makes no more than its reader takes"() {
    const gone = fakeHost({ full: failure("EPIPE") });
    const endless = ["generate", "--count", "9007199254740991"];
    assert.equal(await main(endless, gone), 0);
    assert.equal(gone.err(), "");

    const full = fakeHost({ full: failure("ENOSPC") });
    assert.equal(await main(endless, full), 2);
    assert.match(full.err(), /^qmp-run-state: Cannot write the output: /);

    let waiting = 0;
    let most = 0;
    const slow = fakeHost({});
    const stdout = {
      isTerminal: false,
      async write(text: string) {
        most = Math.max(most, ++waiting);
        assert.isAtMost(text.length, 80 * 1024);
        await Promise.resolve();
        waiting--;
      },
    };
    const host = { ...slow, stdout };
    assert.equal(await main(["generate", "--count", "3000"], host), 0);
    assert.equal(most, 1);
  },
};
