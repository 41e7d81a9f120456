/**
 * The verb `follow`: what it shows of a running QEMU, and what it does when that
 * goes away.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";

import {
  failure,
  fakeHost,
  type FakeMonitor,
  type FakePlatform,
} from "./fake_host.ts";
import type { Suite } from "./suite.ts";

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n';
const event = (name: string): string =>
  `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"}\r\n`;

const status = (state: string, id: string): string =>
  `{"return": {"status": "${state}", "singlestep": false, "running": ${
    state === "running"
  }}, "id": ${id}}\r\n`;

/**
 * A monitor in a run state that says more after it has told it, and tells another
 * one to whoever asks again.
 */
const monitor = (
  state: string,
  more: string,
  after: FakeMonitor["after"] = "end",
  later?: string,
): FakeMonitor => ({
  greeting,
  answer(command) {
    const [, id] = /"id": ("follow \d+")/.exec(command)!;
    if (!command.includes("query-status")) {
      return `{"return": {}, "id": ${id}}\r\n`;
    }
    if (id === '"follow 2"') return status(state, id) + more;
    return later === undefined ? "" : status(later, id!);
  },
  after,
});

async function run(platform: FakePlatform, ...args: readonly string[]) {
  const host = fakeHost(platform);
  const code = await main(["follow", ...args], host);
  return { code, out: host.out(), err: host.err(), slept: host.slept };
}

/** Tests of `follow`. */
export const followVerbTests: Suite = {
  async "follow shows each message, the run state where it changes, and what is found"() {
    for (const chunk of [1, 40, Infinity]) {
      const monitors = {
        "/run/qmp": monitor(
          "running",
          event("STOP") + event("RESUME") + event("RESUME"),
        ),
      };
      const { code, out, err } = await run(
        { monitors, chunk },
        ...["/run/qmp", "--once"],
      );
      assert.equal(
        err,
        'qmp-run-state: "/run/qmp": QEMU ended the connection\n',
      );
      assert.equal(code, 1);
      // After a STOP that comes alone it asks again, and ends before the answer.
      const [before, after] = out.split(/(?<=event +STOP\n)/);
      const once = before + after!.replace(/.*-> command .*\n/, "");
      assert.deepEqual(once.replaceAll(/ +$/gm, "").split("\n"), [
        '"/run/qmp": edition 7.2 (the greeting says QEMU 7.2.22), policy forward',
        "    0.000000 <- greeting QEMU 7.2.22 oob",
        "                run state: not known",
        "    0.000000 -> command  qmp_capabilities",
        "    0.000000 -> command  query-status",
        "                line 2: notice UNHEARD: Ask for the run state: nobody listened before, and events of then are lost",
        "    0.000000 <- return   qmp_capabilities",
        "    0.000000 <- return   query-status         running=true singlestep=false status=running",
        "                run state: running",
        "    0.000000 <- event    STOP",
        "                run state: debug or internal-error or paused or postmigrate or finish-migrate or restore-vm or save-vm or shutdown",
        "    0.000000 <- event    RESUME",
        "                run state: running",
        "    0.000000 <- event    RESUME",
        '                line 6: fault IMPOSSIBLE_TRANSITION: Cannot follow RESUME on line 6: the machine was in "running" since RESUME on line 5',
        "",
      ]);
    }
  },

  async "follow asks again where a STOP came, and shows what QEMU says first"() {
    const monitors = {
      "/run/qmp": monitor("running", event("STOP"), "end", "paused"),
    };
    const { out } = await run({ monitors }, "/run/qmp", "--once");
    assert.deepEqual(out.split("\n").slice(-6), [
      "    0.000000 <- event    STOP",
      "                run state: debug or internal-error or paused or postmigrate or finish-migrate or restore-vm or save-vm or shutdown",
      "    0.000000 -> command  query-status",
      "    0.000000 <- return   query-status         running=false singlestep=false status=paused",
      "                run state: paused (unheard since: postmigrate or finish-migrate)",
      "",
    ]);
  },

  async "follow waits for QEMU to come back, asks anew, and says so"() {
    const monitors = {
      "/run/qmp": [
        monitor("running", event("STOP"), failure("ECONNRESET")),
        monitor("shutdown", ""),
      ],
    };
    const { code, out, err, slept } = await run(
      { monitors, stopsAt: 4 },
      "/run/qmp",
    );
    assert.equal(code, 0);
    assert.deepEqual(slept, [100, 100, 200, 400]);
    assert.equal(
      err,
      'qmp-run-state: "/run/qmp": the connection broke: ECONNRESET: it failed; waiting for it to come back\n' +
        'qmp-run-state: "/run/qmp": QEMU ended the connection; waiting for it to come back\n',
    );
    const anew = out.slice(out.lastIndexOf("greeting"));
    assert.include(
      anew,
      "notice UNHEARD: Ask for the run state: nobody listened between two connections, and events of then are lost\n",
    );
    assert.match(anew, /run state: shutdown \(unheard since: .*\)\n$/);
  },

  async "follow ends at once where it is told to while nobody answers"() {
    const silent = { greeting, answer: () => "", isUnreachable: true };
    for (const monitors of [[silent], [monitor("running", ""), silent]]) {
      const { code, err } = await run(
        { monitors: { "localhost:4444": monitors } },
        "localhost:4444",
      );
      assert.equal(code, 0);
      assert.notInclude(err, "Cannot");
    }
  },

  async "follow takes the edition that is asked for, and says why"() {
    const monitors = { "localhost:4444": monitor("running", "") };
    const { out } = await run(
      { monitors },
      ...["localhost:4444", "--once", "--edition", "9.0"],
    );
    assert.include(out, '"localhost:4444": edition 9.0 (--edition says so)');
  },

  async "follow shows no secret"() {
    const monitors = {
      "/run/qmp": monitor(
        "running",
        '{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword \'x\'"}}\r\n' +
          '{"return": "hunter2"}\r\n',
      ),
    };
    const { out, err } = await run({ monitors }, "/run/qmp", "--once");
    assert.notInclude(out + err, "hunter2");
    assert.include(out, "(reply not shown)");
  },

  async "follow says in a sentence what it cannot follow, with code 2"() {
    const monitors = {
      human: { greeting: "QEMU monitor\r\n(qemu) \r\n", answer: () => "" },
      busy: { greeting: "", answer: () => "" },
    };
    const cases = [
      [
        ["human"],
        2,
        /Cannot follow what greets with "QEMU monitor": it does not speak QMP\n$/,
      ],
      [
        ["busy", "--once"],
        0,
        /"busy": the connection broke: nothing came for 10 seconds\n$/,
      ],
      [["gone"], 2, /Cannot read "gone": nobody listens there\n$/],
      [[], 2, /Cannot follow nothing: no socket was given; see/],
      [["a", "b"], 2, /Cannot follow "b" too: there is room for one QEMU; see/],
      [["a", "--policy", "lax"], 2, /Cannot read by policy "lax"/],
    ] as const;
    for (const [args, expected, sentence] of cases) {
      const { code, err } = await run({ monitors }, ...args);
      assert.match(err, sentence);
      assert.equal(code, expected);
    }
  },
};
