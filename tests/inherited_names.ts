/**
 * Names that objects have by themselves, where a log has them: what is made of
 * it is what is made of the same log with names that are no more than odd.
 *
 * @module
 */

import { parseJson } from "@qmp/run-state";
import { main } from "@qmp/run-state/cli";
import { drift, edition } from "@qmp/run-state/editions";
import { read, recorder, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import { fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

/** Each with another of the same letters but for one. */
const names: readonly (readonly [string, string])[] = [
  ["__proto__", "__prxto__"],
  ["constructor", "cxnstructor"],
  ["prototype", "prxtotype"],
  ["toString", "txString"],
  ["hasOwnProperty", "hasOwnPrxperty"],
];

const now = '"timestamp": {"seconds": 1, "microseconds": 2}';
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\n';

/** Logs that have NAME in every place in which a name can stand. */
const logs: Readonly<Record<string, string>> = {
  "an event": `${greeting}{${now}, "event": "NAME"}
{${now}, "event": "NAME", "data": {"NAME": {"NAME": 1}}}
{"timestamp": {"seconds": 1.5}, "event": "NAME", "data": 1}
`,
  "a command": `${greeting}{"execute": "NAME", "id": "NAME"}
{"error": {"class": "NAME", "desc": "NAME"}, "id": "NAME"}
{"execute": "NAME", "arguments": {"NAME": 1}, "id": {"NAME": 1}}
{"return": {"NAME": 2}, "id": {"NAME": 1}}
{"exec-oob": "NAME", "NAME": 3}
`,
  "a member": `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, ` +
    `"major": 7, "NAME": 1}, "package": "NAME"}, "capabilities": ["NAME"]}}
{"execute": "set-action", "arguments": {"NAME": "x"}}
{"execute": "stop", "NAME": 1}
{"execute": "query-status"}
{"return": {"status": "running", "running": true, "NAME": 1}}
{${now}, "event": "SHUTDOWN", "data": {"guest": true, "NAME": 1}}
{${now}, "event": "GUEST_PANICKED", "data": {"action": "pause", ` +
    `"info": {"type": "hyper-v", "NAME": 7}}}
{"NAME": 1, "NAME": 2}
`,
  "a value":
    `${greeting}{"execute": "set-action", "arguments": {"panic": "NAME"}}
{"execute": "query-status"}
{"return": {"status": "NAME", "running": false, "singlestep": false}}
{${now}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "NAME"}}
{${now}, "event": "WATCHDOG", "data": {"action": "NAME"}}
{${now}, "event": "GUEST_PANICKED", "data": {"action": "NAME", ` +
    `"info": {"type": "NAME"}}}
`,
  "a trace": `{"format":"qmp-trace","version":1,"NAME":"x","qemu":"7.2.22"}
[0.1, "NAME", {"NAME": 1}]
[0.2, "dropped", {"direction": "<-", "bytes": 3, "events": {"NAME": 3}}]
`,
  "a state":
    `1@1.1:runstate_set current_run_state 9 (running) new_state 4 (NAME)
1@1.2:runstate_set current_run_state 4 (NAME) new_state 9 (running)
`,
  "an exchange": `{"arguments": {"NAME": 1}, "execute": "stop", "id": 1, ` +
    `"NAME": 3, "return": {"NAME": 1}}
`,
  "a machine": `event NAME at 1700000000.000002 for domain 'NAME': {"NAME":1}
`,
};

/** Does the same for either name of each pair, and compares what comes of it. */
async function compare(
  what: string,
  make: (name: string) => string | Promise<string>,
): Promise<void> {
  for (const [name, other] of names) {
    const expected = (await make(other)).replaceAll(other, name);
    assert.equal(await make(name), expected, `${what} ${name}`);
  }
}

async function said(args: readonly string[], log: string): Promise<string> {
  const host = fakeHost({ files: { log } });
  const code = await main([...args, "log"], host);
  return `${code} ${host.out()}${host.err()}`;
}

/** Tests of names that objects have by themselves. */
export const inheritedNamesTests: Suite = {
  async "main() makes of a log with names such as __proto__ what it makes of others"() {
    for (
      const args of [
        ["validate", "--json"],
        ["validate", "--policy", "strict"],
        ["timeline", "--json"],
        ["report"],
      ]
    ) {
      for (const [what, log] of Object.entries(logs)) {
        await compare(
          `${args.join(" ")}: ${what}`,
          (name) => said(args, log.replaceAll("NAME", name)),
        );
      }
    }
  },

  async "recorder() counts the events that it drops by names such as __proto__"() {
    await compare("dropped", (name) => {
      const lines: string[] = [];
      const { received, end } = recorder({
        header: {},
        now: () => 0,
        write: (line) => lines.push(line),
        drop: [name],
      });
      received(bytes(`{${now}, "event": "${name}"}\n`.repeat(3)));
      end();
      const source = traceSource();
      const records = [...source.push(bytes(lines.join(""))), ...source.end()];
      const [entry] = read(records).entries;
      assert.equal(entry?.findings[0]?.received, `3 "${name}"`);
      return lines.join("");
    });
  },

  async "drift() tells of names such as __proto__ what it tells of others"(
    { fixtures },
  ) {
    const schema = fixtures.get("schemas/qemu-7.2.22.json");
    const text = new TextDecoder().decode(schema);
    for (const old of ["paused", "s390", "reason", "panic", "info"]) {
      await compare(old, (name) => {
        const reply = parseJson(text.replaceAll(`"${old}"`, `"${name}"`));
        return JSON.stringify(drift(reply, edition("7.2")));
      });
    }
  },
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
