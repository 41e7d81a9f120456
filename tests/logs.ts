/**
 * What is read out of logs.
 *
 * @module
 */

import {
  chooseFormat,
  logFormats,
  type LogOptions,
  logSource,
} from "@qmp/run-state/logs";
import { type Entry, read } from "@qmp/run-state/replay";
import { assert } from "chai";

import {
  libvirtCommand,
  libvirtInput,
  libvirtLine,
  type LogSample,
  logSamples,
  stopEvent,
} from "./logs_samples.ts";
import type { Suite } from "./suite.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function entriesOf(
  log: string | Uint8Array,
  options: LogOptions = {},
  size = Infinity,
): readonly Entry[] {
  const source = logSource(options);
  const given = typeof log === "string" ? bytes(log) : log;
  const records = [];
  for (let at = 0; at < given.length; at += size) {
    // The same buffer again and again, as a platform may do.
    const chunk = given.slice(at, at + size);
    records.push(...source.push(chunk));
    chunk.fill(0x78);
  }
  return read([...records, ...source.end()]).entries;
}

/** Each message as `<- STOP`, each state as `= running`. */
function said(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ kind, name, direction, state }) =>
    state !== undefined
      ? [`= ${state.to}`]
      : kind === undefined
      ? []
      : [`${direction ?? (kind === "command" ? "->" : "<-")} ${name ?? kind}`]
  );
}

function faults(entries: readonly Entry[]): [number, string][] {
  return entries.flatMap(({ line, findings }) =>
    findings.filter(({ severity }) => severity === "fault")
      .map(({ code }): [number, string] => [line, code])
  );
}

/** Tests that go by one sample. */
function testsOf({ title, format, log, messages }: LogSample): Suite {
  return {
    [`logSource() reads ${title}`]() {
      const entries = entriesOf(log);
      assert.deepEqual(said(entries), [...messages]);
      assert.deepEqual(faults(entries), []);
    },
    [`logSource() reads ${title} alike whatever the chunks`]() {
      const whole = entriesOf(log);
      for (const size of [1, 7, 100]) {
        assert.deepEqual(entriesOf(log, {}, size), whole);
      }
    },
    [`chooseFormat() knows ${title} and takes it for nothing else`]() {
      const choice = chooseFormat(bytes(log));
      assert.equal(choice.format.name, format);
      assert.deepEqual(choice.findings, []);
      assert.isUndefined(choice.damage);
    },
    [`logSource() invents nothing when told to read ${title} as something else`]() {
      const there = new Set(messages.map((each) => each.slice(3)));
      for (const { name } of logFormats) {
        const others = said(entriesOf(log, { format: name }))
          .map((each) => each.slice(3));
        assert.isTrue(others.every((each) => there.has(each)), name);
      }
    },
  };
}

/** Each line of a text with something in front. */
function prefixed(text: string, front: string): string {
  return text.trimEnd().split("\n").map((line) => `${front}${line}\n`).join("");
}

const docs = logSamples.find(({ format }) => format === "docs")!;

/** Tests of the readers of logs. */
export const logsSuite: Suite = {
  ...Object.assign({}, ...logSamples.map(testsOf)),

  "logFormats each have a sample here, and those not seen say so"() {
    assert.deepEqual(
      [...new Set(logSamples.map(({ format }) => format))].sort(),
      logFormats.map(({ name }) => name).sort(),
    );
    assert.deepEqual(
      logFormats.filter(({ isSeen }) => !isSeen).map(({ name }) => name),
      ["python-qmp", "qmp-shell", "incus", "transcript"],
    );
  },

  "logSource() refuses a format that there is not"() {
    assert.throws(
      () => logSource({ format: "xml" }),
      RangeError,
      'Cannot read a log as "xml": it is none of trace, libvirt,',
    );
  },

  "logSource() reads by the name that is given, at once"() {
    const source = logSource({ format: "raw" });
    assert.equal(source.format()?.name, "raw");
    assert.lengthOf(source.push(bytes('{"return": {}}\n')), 1);
  },

  "logSource() finds no message in prose, code or nothing"() {
    for (
      const log of [
        "",
        "Dear all,\n\nit works -> fine, {as} it should.\n",
        "int main(void)\n{\n    return 0;\n}\n",
        "{ 'event': 'STOP' }\n{ 'command': 'stop', 'data': {'a': 'b'} }\n",
        '$ qemu-system-x86_64 -device \'{"driver": "x", "id": "y"}\'\nno more of it\n',
      ]
    ) assert.deepEqual(said(entriesOf(log)), [], log);
  },

  "logSource() says where a log may be of another format"() {
    const log = logSamples.filter(({ title }) =>
      title === "virsh qemu-monitor-event" || title === "a log of Incus"
    ).map((sample) => sample.log).join("");
    const [first, ...rest] = entriesOf(log);
    assert.equal(first!.findings[0]!.code, "TWO_READINGS");
    assert.equal(first!.findings[0]!.severity, "notice");
    assert.deepEqual(said(rest), ["-> stop", "<- STOP", "<- return"]);
  },

  "logSource() gives the time of a log"() {
    const at = (title: string) => {
      const sample = logSamples.find((each) => each.title === title)!;
      return entriesOf(sample.log)[0]!.at;
    };
    for (
      const title of [
        "a log of libvirtd",
        "a log of KubeVirt",
        "virsh qemu-monitor-event",
        "virsh qemu-monitor-event --timestamp, older",
        "a log of -trace up to 5.2",
        "a log of -trace of 10.1",
      ]
    ) assert.equal(at(title), 1769860800.25, title);
    assert.equal(at("a log of Incus"), 1769860800);
    assert.isUndefined(at("a log of -trace without times"));
  },

  "logSource() reads the times of a log of libvirt in any zone"() {
    for (
      const title of [
        "a log of libvirtd",
        "virsh qemu-monitor-event --timestamp, older",
      ]
    ) {
      const { log, format } = logSamples.find((each) => each.title === title)!;
      const moved = log.replaceAll("+0000: ", "-0530: ");
      assert.notEqual(moved, log);
      assert.equal(chooseFormat(bytes(moved)).format.name, format);
      assert.equal(entriesOf(moved)[0]!.at, 1769860800.25 + 5.5 * 3600, title);
    }
  },

  "logSource() gives the line and the byte where a text begins"() {
    const log = "ein Wörtchen vorweg\n  é \u{1f600} -> nichts\n" +
      '> Œ\n-> { "execute": "stop" }\n';
    const [stop] = entriesOf(log);
    assert.equal(stop!.line, 4);
    const from = bytes(log).subarray(stop!.offset);
    assert.equal(new TextDecoder().decode(from), '{ "execute": "stop" }\n');
  },

  "logSource() tells of a text that is no UTF-8"() {
    const log = [...bytes('-> { "execute": "a')];
    log.push(0xff, ...bytes('" }\n-> { "execute": "stop" }\n'));
    const entries = entriesOf(Uint8Array.from(log));
    assert.deepEqual(faults(entries), [[1, "NOT_UTF8"]]);
    assert.deepEqual(said(entries), ["-> stop"]);
  },

  "logSource() passes over a line that is too long, and says so"() {
    const log = `<- {"return": "${
      "x".repeat(2000)
    }"}\n-> {"execute": "stop"}\n`;
    const entries = entriesOf(log, { maxLine: 1000 });
    assert.deepEqual(faults(entries), [[1, "TOO_LARGE"]]);
    assert.deepEqual(said(entries), ["-> stop"]);
  },

  "logSource() keeps the digits of a literal of Python"() {
    const log = "QMP:<<< {'return': {'mask': 18446744073709551615L, " +
      "'s': '\\xe9\\u2028 \"q\" \\\\'}}\nQMP:<<< {'return': {}}\n";
    const [{ message, text, findings }] = entriesOf(log) as [Entry, Entry];
    assert.deepEqual(message, {
      return: { mask: 18446744073709551615n, s: 'é\u2028 "q" \\' },
    });
    assert.match(text, /18446744073709551615L/);
    assert.equal(findings[0]!.code, "REWRITTEN");
  },

  "logSource() matches a reply to its command in a merged exchange"() {
    const { log } = logSamples.find(({ title }) =>
      title === "a log file of qmp-shell"
    )!;
    const [command, reply] = entriesOf(log);
    assert.equal(reply!.answers, command);
    assert.deepEqual(
      (reply!.message as { return: unknown }).return,
      { a: 18446744073709551615n },
    );
  },

  "logSource() tells the machines of a log of libvirt apart"() {
    const cont = '{"execute":"cont","id":"libvirt-1"}';
    const done = '{"return": {}, "id": "libvirt-1"}';
    const log = libvirtCommand("0xa", cont) + libvirtCommand("0xb", cont) +
      libvirtLine(`Line [${done}]`, 1) + libvirtLine(`Line [${done}]`, 2) +
      libvirtLine(`QEMU_MONITOR_RECV_REPLY: mon=0xa reply=${done}`, 1) +
      libvirtLine(`QEMU_MONITOR_RECV_REPLY: mon=0xb reply=${done}`, 2) +
      libvirtLine("QEMU_MONITOR_CLOSE: mon=0xa", 1) +
      libvirtLine("QEMU_MONITOR_NEW: mon=0xa fd=3", 1) +
      libvirtInput("0xa", stopEvent, 1);
    const entries = entriesOf(log);
    assert.deepEqual(
      entries.map(({ kind, monitor }) => [kind, monitor]),
      [
        ["command", "0xa"],
        ["command", "0xb"],
        ["return", "0xa"],
        ["return", "0xb"],
        ["event", "0xa#2"],
      ],
    );
    assert.deepEqual(
      entries.slice(2, 4).map(({ answers }) => answers),
      entries.slice(0, 2),
    );
  },

  "logSource() says where a log of libvirt leaves open which machine spoke"() {
    const log = libvirtInput("0xa", stopEvent, 1) +
      libvirtInput("0xb", stopEvent.replace("STOP", "RESUME"), 1) +
      libvirtLine('Line [{"QMP": {"capabilities": []}}]', 1);
    const last = entriesOf(log).at(-1)!;
    assert.equal(last.kind, "greeting");
    assert.isUndefined(last.monitor);
    assert.equal(last.findings[0]!.code, "TWO_READINGS");
  },

  "logSource() gives a greeting to the monitor that was opened and not heard yet"() {
    const greeting = libvirtLine('Line [{"QMP": {"capabilities": []}}]', 1);
    const opened = (mon: string) =>
      libvirtLine(`QEMU_MONITOR_NEW: mon=${mon} fd=3`, 1) +
      libvirtCommand(mon, '{"execute":"qmp_capabilities","id":"libvirt-1"}');
    const of = (log: string) =>
      entriesOf(log).filter(({ kind }) => kind === "greeting")
        .map(({ monitor }) => monitor);
    const one = opened("0xa") + greeting + libvirtInput("0xa", stopEvent, 1) +
      opened("0xb") + greeting + libvirtInput("0xb", stopEvent, 1);
    assert.deepEqual(of(one), ["0xa", "0xb"]);
    const two = opened("0xa") + opened("0xb") + greeting + greeting;
    assert.deepEqual(of(two), [undefined, undefined]);
    const closed = opened("0xa") +
      libvirtLine("QEMU_MONITOR_CLOSE: mon=0xa", 1) + opened("0xb") + greeting;
    assert.deepEqual(of(closed), ["0xb"]);
  },

  "logSource() keeps whose a message of libvirt is, though that copy is damaged"() {
    const resume = stopEvent.replace("STOP", "RESUME");
    const wrapped = stopEvent.replace("STOP", "ST\nOP");
    const log = libvirtInput("0xa", resume, 1) +
      libvirtInput("0xb", resume, 1) +
      libvirtLine('Line [{"QMP": {"capabilities": []}}]', 1) +
      libvirtLine(`QEMU_MONITOR_RECV_EVENT: mon=0xb event=${wrapped}`, 1) +
      libvirtLine(`Line [${stopEvent}]`, 1);
    const last = entriesOf(log).at(-1)!;
    assert.equal(last.name, "STOP");
    assert.equal(last.monitor, "0xb");
    assert.deepEqual(last.findings, []);
  },

  "logSource() counts a message twice that libvirt got twice"() {
    const log = libvirtInput("0xa", stopEvent) + libvirtInput("0xa", stopEvent);
    assert.deepEqual(said(entriesOf(log)), ["<- STOP", "<- STOP"]);
  },

  "logSource() leaves out the guest agent"() {
    const log = libvirtInput("0xa", stopEvent) +
      libvirtLine(
        'Line [{"return": {}}]',
        21,
        "debug : qemuAgentIOProcessLine:311",
      ) + libvirtCommand("0xa", '{"execute":"guest-ping"}');
    assert.deepEqual(said(entriesOf(log)), ["<- STOP"]);
  },

  "logSource() reads what a monitor writes among the lines of a trace, once"() {
    const bare = `{"return": {}}
1@1769860800.250000:runstate_set current_run_state 9 (running) new_state 4 (paused)
{"execute": "stop"}
1@1769860800.250000:handle_qmp_command mon 0x1 req: {"execute": "stop"}
${stopEvent}
`;
    assert.deepEqual(said(entriesOf(bare)), [
      ...["<- return", "= paused", "-> stop", "<- STOP"],
    ]);
    const told = `1@1769860800.250000:monitor_qmp_respond mon 0x1 resp: ` +
      `${stopEvent}\n${stopEvent}\n`;
    assert.deepEqual(said(entriesOf(told)), ["<- STOP"]);
  },

  "logSource() says what older traces of QEMU leave out"() {
    const log = `1@1769860800.250000:handle_qmp_command mon 0x1 cmd_name "stop"
1@1769860800.250000:monitor_protocol_event event=6 name "STOP" data 0x2
1@1769860800.250000:runstate_set new state 4
1@1769860800.250000:vm_state_notify running 0 reason 4
`;
    const entries = entriesOf(log);
    assert.deepEqual(said(entries), []);
    assert.deepEqual(
      entries.map(({ line, findings }) => [line, findings[0]!.code]),
      [[1, "ELIDED"], [2, "ELIDED"], [3, "ELIDED"], [4, "ELIDED"]],
    );
  },

  "logSource() gives a time that was taken away as none"() {
    for (
      const title of [
        "output of an iotest in Python",
        "output of an iotest",
        "virsh qemu-monitor-event --timestamp, older",
      ]
    ) {
      const { log } = logSamples.find((each) => each.title === title)!;
      const event = entriesOf(log).findLast(({ kind }) => kind === "event")!;
      assert.deepInclude(event.message!, {
        timestamp: { seconds: -1, microseconds: -1 },
      });
      assert.equal(event.findings[0]!.code, "REWRITTEN");
    }
  },

  "logSource() reads what mail programs quoted"() {
    for (const front of ["> ", "> > ", ">> ", ">"]) {
      const entries = entriesOf(`Hi,\n${prefixed(docs.log, front)}\nBye\n`);
      assert.deepEqual(said(entries), [...docs.messages], front);
      assert.deepEqual(faults(entries), []);
    }
  },

  "logSource() reads quoted-printable, with its soft ends of lines"() {
    const log = docs.log.replaceAll("=", "=3D")
      .replace('"status": "run', '"sta=\ntus": "run').replace("{ ", "=7B=20")
      .replace("seconds", "seco=\nnds").replace("<- { ", "<- {=20\n");
    const entries = entriesOf(log);
    assert.deepEqual(said(entries), [...docs.messages]);
    assert.deepEqual(faults(entries), []);
  },

  "logSource() reads what went through HTML"() {
    const log = docs.log.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
      .replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const entries = entriesOf(log);
    assert.deepEqual(said(entries), [...docs.messages]);
    assert.deepEqual(faults(entries), []);
  },

  "logSource() reads numbered lines"() {
    const numbered = docs.log.trimEnd().split("\n")
      .map((line, index) => `${index + 1}: ${line}\n`).join("");
    assert.deepEqual(said(entriesOf(numbered)), [...docs.messages]);
  },

  "logSource() joins what was wrapped between tokens, and leaves out comments"() {
    const log = `<- { "event": "SHUTDOWN", "data": \\
{ "guest": true, # it did
"reason":
"guest-shutdown" },
"timestamp": {
"seconds": 1769860800,
"microseconds": 250000 } }
`;
    const [entry] = entriesOf(log);
    assert.equal(entry!.name, "SHUTDOWN");
    assert.deepEqual(
      entry!.findings.map(({ code, severity }) => [code, severity]),
      [["REWRITTEN", "notice"]],
    );
  },

  "logSource() finds a message that was wrapped right after its mark"() {
    const shown = `->
   { "execute": "stop" }
<- no message
{ "event": "STOP" }
`;
    assert.deepEqual(said(entriesOf(shown, { format: "docs" })), ["-> stop"]);
    const traced = `1@1769860800.250000:handle_qmp_command mon 0x1 req:
{"execute": "cont"}
`;
    assert.deepEqual(said(entriesOf(traced)), ["-> cont"]);
  },

  "logSource() counts once what mail wrapped in one copy, and takes the whole one"() {
    const refusal = '{"error": {"class": "GenericError", "desc": "It is not"}}';
    const log = `> 2026-01-31 12:00:00.250+0000: 21: debug :
> qemuMonitorJSONIOProcessLine:189 : Line [${
      refusal.replace("is not", "is\n> not")
    }]
> 2026-01-31 12:00:00.250+0000: 21: info : qemuMonitorJSONIOProcessLine:208 : QEMU_MONITOR_RECV_REPLY:
> mon=0x7f01 reply=
> ${refusal}
`;
    const entries = entriesOf(log);
    assert.deepEqual(
      entries.map(({ kind, monitor, text, findings }) => [
        kind,
        monitor,
        text,
        findings,
      ]),
      [["error", "0x7f01", refusal, []]],
    );
  },

  "logSource() joins a wrapped string where a blank tells how, else says so"() {
    const wrapped = (blank: string) =>
      `<- {"error": {"class": "GenericError", "desc": "It${blank}\nis not there"}}\n` +
      '-> {"execute": "stop"}\n';
    const [joined] = entriesOf(wrapped(" "));
    assert.deepInclude(joined!.message!, {
      error: { class: "GenericError", desc: "It is not there" },
    });
    const entries = entriesOf(wrapped(""));
    assert.deepEqual(faults(entries), [[1, "TWO_READINGS"]]);
    assert.deepEqual(said(entries), ["-> stop"]);
  },

  "logSource() reports what is elided or cut short, and reads on"() {
    const log = `-> { "execute": "stop", ... }
<- { "return": {
     "status": [...]
<- { "event": "STOP",
     "timestamp": { "seconds": 1769860800, "microseconds": 250000 } }
<- { "event": "RESUME",
and so on
-> { "execute": "cont" }
-> { "exec`;
    const entries = entriesOf(log);
    assert.deepEqual(said(entries), ["<- STOP", "-> cont"]);
    assert.deepEqual(faults(entries), [
      [1, "NOT_JSON"],
      [2, "NOT_JSON"],
      [6, "NOT_JSON"],
      [9, "NOT_JSON"],
    ]);
  },

  "logSource() reads a transcript within a fence, and one cut in its middle"() {
    const log = "It says:\n```json\n" + stopEvent + "\n```\nand then\n" +
      '{"timestamp": {"sec\n' + stopEvent + "\n";
    const entries = entriesOf(log);
    assert.deepEqual(said(entries), ["<- STOP", "<- STOP"]);
    assert.deepEqual(faults(entries), [[6, "NOT_JSON"]]);
  },

  "logSource() takes time in proportion to hostile lines"() {
    const size = 200_000;
    for (
      const text of [
        '{"'.repeat(size),
        "> ".repeat(size),
        "[".repeat(size),
        " ".repeat(size) + "x",
        "a ".repeat(size),
        "=3D".repeat(size),
        "-> {".repeat(size),
        "QEMU_MONITOR_RECV_EVENT: mon=0x1 event={".repeat(size / 40),
        '{"a": '.repeat(size),
        '-> {"a": "é"}' + '{"a": "é"}'.repeat(size / 4),
        `-> {=22\n${"=\n".repeat(size)}`,
        "QEMU_MONITOR_RECV_EVENT:\n".repeat(size / 4),
      ]
    ) {
      for (const { name } of logFormats) {
        const source = logSource({ format: name });
        const records = [...source.push(bytes(`${text}\n`)), ...source.end()];
        assert.deepEqual(said(read(records).entries), [], name);
      }
      assert.deepEqual(said(entriesOf(`${text}\n`)), []);
    }
  },
};
