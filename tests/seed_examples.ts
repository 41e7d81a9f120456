/**
 * The examples in the seed's own documentation, to the letter, and what a
 * reader must say of each: some are older than what they document, and one
 * lacks a brace.
 */

import { assert } from "chai";
import { type Entry, rawSource, read } from "@qmp/run-state/replay";
import type { Suite } from "./suite.ts";

/** One example, and the findings by code and path; none where it is right. */
interface Example {
  readonly of: string;
  readonly text: string;
  readonly findings: readonly string[];
}

/** All examples of the seed, in their order. */
export const seedExamples: readonly Example[] = [
  {
    of: "query-status",
    text: '{ "execute": "query-status" }',
    findings: [],
  },
  {
    of: "query-status",
    text: '{ "return": { "running": true,\n' +
      '"singlestep": false,\n' +
      '"status": "running" } }',
    findings: [],
  },
  {
    of: "SHUTDOWN",
    text: '{ "event": "SHUTDOWN", "data": { "guest": true },\n' +
      '"timestamp": { "seconds": 1267040730, "microseconds": 682951 } }',
    findings: ["MISSING_MEMBER data.reason"],
  },
  {
    of: "POWERDOWN",
    text: '{ "event": "POWERDOWN",\n' +
      '"timestamp": { "seconds": 1267040730, "microseconds": 682951 } }',
    findings: [],
  },
  {
    of: "RESET",
    text: '{ "event": "RESET", "data": { "guest": false },\n' +
      '"timestamp": { "seconds": 1267041653, "microseconds": 9518 } }',
    findings: ["MISSING_MEMBER data.reason"],
  },
  {
    of: "STOP",
    text: '{ "event": "STOP",\n' +
      '"timestamp": { "seconds": 1267041730, "microseconds": 281295 } }',
    findings: [],
  },
  {
    of: "RESUME",
    text: '{ "event": "RESUME",\n' +
      '"timestamp": { "seconds": 1271770767, "microseconds": 582542 } }',
    findings: [],
  },
  {
    of: "SUSPEND",
    text: '{ "event": "SUSPEND",\n' +
      '"timestamp": { "seconds": 1344456160, "microseconds": 309119 } }',
    findings: [],
  },
  {
    of: "SUSPEND_DISK",
    text: '{ "event": "SUSPEND_DISK",\n' +
      '"timestamp": { "seconds": 1344456160, "microseconds": 309119 } }',
    findings: [],
  },
  {
    of: "WAKEUP",
    text: '{ "event": "WAKEUP",\n' +
      '"timestamp": { "seconds": 1344522075, "microseconds": 745528 } }',
    findings: [],
  },
  {
    of: "WATCHDOG",
    text: '{ "event": "WATCHDOG",\n' +
      '"data": { "action": "reset" },\n' +
      '"timestamp": { "seconds": 1267061043, "microseconds": 959568 } }',
    findings: [],
  },
  {
    of: "set-action",
    text: '{ "execute": "set-action",\n' +
      '"arguments": { "reboot": "shutdown",\n' +
      '"shutdown" : "pause",\n' +
      '"panic": "pause",\n' +
      '"watchdog": "inject-nmi" } }',
    findings: [],
  },
  {
    of: "set-action",
    text: '{ "return": {} }',
    findings: [],
  },
  {
    of: "GUEST_PANICKED",
    text: '{ "event": "GUEST_PANICKED",\n"data": { "action": "pause" } }',
    findings: ["MISSING_MEMBER timestamp"],
  },
  {
    of: "GUEST_CRASHLOADED",
    text: '{ "event": "GUEST_CRASHLOADED",\n"data": { "action": "run" } }',
    findings: ["MISSING_MEMBER timestamp"],
  },
  {
    of: "MEMORY_FAILURE",
    text: '{ "event": "MEMORY_FAILURE",\n' +
      '"data": { "recipient": "hypervisor",\n' +
      '"action": "fatal",\n' +
      "\"flags\": { 'action-required': false } }",
    findings: ["NOT_JSON "],
  },
];

function readAlone(text: string): Entry {
  const source = rawSource();
  const bytes = new TextEncoder().encode(text);
  // Strictly: by default, what another QEMU may lack is passed on and marked.
  const { entries } = read([...source.push(bytes), ...source.end()], {
    policy: "strict",
  });
  assert.lengthOf(entries, 1, text);
  return entries[0]!;
}

function told({ findings }: Entry): string[] {
  return findings.map(({ code, path }) => `${code} ${path.join(".")}`);
}

/** Tests of the seed's examples. */
export const seedExampleTests: Suite = {
  ...Object.fromEntries(
    seedExamples.map(({ of, text, findings }, index) => [
      `read() says ${findings.join() || "nothing"} of example ${
        index + 1
      }, ${of}`,
      () => {
        const entry = readAlone(text);
        assert.deepEqual(told(entry), findings);
        assert.strictEqual(entry.message !== undefined, findings.length === 0);
      },
    ]),
  ),

  "read() says what else example 16, MEMORY_FAILURE, lacks once its brace and quotes are mended":
    () => {
      const { text } = seedExamples[15]!;
      const entry = readAlone(text.replaceAll("'", '"') + "}");
      assert.deepEqual(told(entry), [
        "MISSING_MEMBER data.flags.recursive",
        "MISSING_MEMBER timestamp",
      ]);
    },
};
