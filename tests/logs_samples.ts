/**
 * Small logs of every format, in our own words around messages that QEMU sends,
 * made from the format strings of the programs that write them.
 *
 * @module
 */

/** A log, and what a correct reader finds in it. */
export interface LogSample {
  /** What it shows. */
  readonly title: string;
  /** The format that is to be found by looking. */
  readonly format: string;
  /** Its text. */
  readonly log: string;
  /** The messages: `->` or `<-`, and the name or the kind; states as `=`. */
  readonly messages: readonly string[];
}

/** A time as an event has it. */
const stamp = '"timestamp": {"seconds": 1769860800, "microseconds": 250000}';
/** Events as QEMU writes them. */
export const stopEvent: string = `{${stamp}, "event": "STOP"}`;
const resume = `{${stamp}, "event": "RESUME"}`;
const shutdown =
  `{${stamp}, "event": "SHUTDOWN", "data": {"guest": false, "reason": "host-qmp-quit"}}`;
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}';
const status =
  '{"return": {"status": "running", "singlestep": false, "running": true}}';
const refusal =
  `{"id": "libvirt-9", "error": {"class": "GenericError", "desc": "It isn't there"}}`;

function pretty(json: string, indent = 4): string {
  return JSON.stringify(JSON.parse(json), null, indent);
}

/** A line of libvirt's log. */
export function libvirtLine(
  text: string,
  thread = 21,
  where = "debug : qemuMonitorJSONIOProcessLine:189",
): string {
  return `2026-01-31 12:00:00.250+0000: ${thread}: ${where} : ${text}\n`;
}

/** A command as libvirt logs it: when it is handed over and when it is written. */
export function libvirtCommand(mon: string, json: string): string {
  return libvirtLine(
    `QEMU_MONITOR_SEND_MSG: mon=${mon} msg=${json}\r\n fd=-1`,
    20,
    "info : qemuMonitorSend:861",
  ) + libvirtLine(
    `QEMU_MONITOR_IO_WRITE: mon=${mon} buf=${json}\r\n len=${
      json.length + 2
    } ret=${json.length + 2} errno=0`,
    21,
    "info : qemuMonitorIOWrite:366",
  );
}

/** A reply or an event as libvirt logs it: the line, and what it is. */
export function libvirtInput(mon: string, json: string, thread = 21): string {
  const what = /"event"/.test(json) ? "EVENT" : "REPLY";
  return libvirtLine(`Line [${json}]`, thread) +
    libvirtLine(
      `QEMU_MONITOR_RECV_${what}: mon=${mon} ${what.toLowerCase()}=${json}`,
      thread,
      "info : qemuMonitorJSONIOProcessLine:208",
    );
}

const trace = (prefix: string) =>
  `${prefix}monitor_qmp_respond mon 0x5581 resp: ${greeting}
${prefix}handle_qmp_command mon 0x5581 req: {"execute": "cont", "id": {"a": [1, null]}}
${prefix}monitor_qmp_in_band_enqueue 0x7f01 mon 0x5581 len 0
${prefix}monitor_qmp_cmd_in_band {"a": [1, null]}
${prefix}monitor_qmp_respond mon 0x5581 resp: ${resume}
${prefix}runstate_set current_run_state 6 (prelaunch) new_state 9 (running)
${prefix}vm_state_notify running 1 reason 9 (running)
2026-01-31T12:00:00.250000Z qemu-system-x86_64: a warning
${prefix}monitor_qmp_respond mon 0x5581 resp: {"return": {}, "id": {"a": [1, null]}}
`;
const traced = [
  ...["<- greeting", "-> cont", "<- RESUME", "= running", "= running"],
  "<- return",
];

const exchange =
  '{"arguments": {"enable": false}, "execute": "set-it", "id": 7, "return": {"a": 18446744073709551615}}';

/** The samples. */
export const logSamples: readonly LogSample[] = [
  {
    title: "a monitor stream",
    format: "raw",
    log: `${greeting}\r\n{"return": {}}\r\n${resume}\r\n`,
    messages: ["<- greeting", "<- return", "<- RESUME"],
  },
  {
    title: "a pretty monitor stream",
    format: "raw",
    log: `${pretty(greeting)}\n${pretty(resume)}\n`.replaceAll("\n", "\r\n"),
    messages: ["<- greeting", "<- RESUME"],
  },
  {
    title: "a session of socat",
    format: "transcript",
    log: `$ socat - UNIX:monitor.sock
${greeting}

{ 'execute': 'qmp_capabilities' }
{"return": {}}
{"execute":"stop"}{"execute":"query-status"}
${stopEvent}
{"return": {}}
${status}
qemu-system-x86_64: -device {"driver": "x"}: no such thing
^Cqemu-system-x86_64: terminating on signal 2
${shutdown}
`,
    messages: [
      ...["<- greeting", "-> qmp_capabilities", "<- return", "-> stop"],
      ...["-> query-status", "<- STOP", "<- return", "<- return"],
      "<- SHUTDOWN",
    ],
  },
  {
    title: "a session of telnet",
    format: "transcript",
    log: `Trying ::1...
Connected to localhost.
Escape character is '^]'.
${greeting}
{"execute": "cont",
 "arguments": {}}
${resume}
{"return": {}}
Connection closed by foreign host.
`,
    messages: ["<- greeting", "-> cont", "<- RESUME", "<- return"],
  },
  {
    title: "documentation",
    format: "docs",
    log: `Example:

-> { "execute": "query-status" }
<- { "return": { "running": true,
                 "singlestep": false,
                 "status": "running" } }
<- { "event": "STOP",
     "timestamp": { "seconds": 1769860800, "microseconds": 1 } }
`,
    messages: ["-> query-status", "<- return", "<- STOP"],
  },
  {
    title: "documentation in a QAPI file",
    format: "docs",
    log: `##
# @STOP:
#
# An example:
#
#     -> { "execute": "stop",
#          "id": 1 }
#     <- { "return": {}, "id": 1 }
##
{ 'event': 'STOP' }
{ 'command': 'stop' }
`,
    messages: ["-> stop", "<- return"],
  },
  {
    title: "documentation of old",
    format: "docs",
    log: `S: ${greeting}
C: { "execute": "qmp_capabilities" }
S: { "return": {}}
`,
    messages: ["<- greeting", "-> qmp_capabilities", "<- return"],
  },
  {
    title: "a log of libvirtd",
    format: "libvirt",
    log: libvirtLine(
      "QEMU_MONITOR_NEW: mon=0x7f01 fd=30",
      20,
      "info : qemuMonitorOpenInternal:647",
    ) + libvirtLine(`Line [${greeting}]`) +
      libvirtCommand("0x7f01", '{"execute":"stop","id":"libvirt-9"}') +
      libvirtInput("0x7f01", stopEvent) + libvirtInput("0x7f01", refusal) +
      libvirtLine(
        `internal error: unable to do it '${refusal}'`,
        20,
        "error : qemuMonitorJSONCheckErrorFull:416",
      ),
    messages: ["<- greeting", "-> stop", "<- STOP", "<- error"],
  },
  {
    title: "a log of an old libvirtd, each message up to four times",
    format: "libvirt",
    log: libvirtLine(
      `Send command '{"execute":"cont","id":"libvirt-3"}' for write with FD -1`,
      20,
      "debug : qemuMonitorJSONCommandWithFd:264",
    ) + libvirtCommand("0x7f01", '{"execute":"cont","id":"libvirt-3"}') +
      libvirtLine(
        `QEMU_MONITOR_IO_PROCESS: mon=0x7f01 buf=${resume}\r\n{"return": {}, "id": "libvirt-3"}\r\n{"time\n len=170`,
        21,
        "debug : qemuMonitorIOProcess:395",
      ) + libvirtLine(`Line [${resume}]`) +
      libvirtLine(
        `string=${resume}`,
        21,
        "debug : virJSONValueFromString:1642",
      ) +
      libvirtLine(
        `QEMU_MONITOR_RECV_EVENT: mon=0x7f01 event=${resume}`,
        21,
        "debug : qemuMonitorJSONIOProcessLine:167",
      ) + libvirtInput("0x7f01", '{"return": {}, "id": "libvirt-3"}'),
    messages: ["-> cont", "<- RESUME", "<- return"],
  },
  {
    title: "libvirt's probes in a journal",
    format: "libvirt",
    log:
      `Jan 31 12:00:00 host libvirtd[77]: QEMU_MONITOR_SEND_MSG: mon=0x7f01 msg={"execute":"stop","id":"libvirt-4"}
 fd=-1
Jan 31 12:00:00 host libvirtd[77]: QEMU_MONITOR_RECV_EVENT: mon=0x7f01 event=${stopEvent}
Jan 31 12:00:00 host libvirtd[77]: QEMU_MONITOR_RECV_REPLY: mon=0x7f01 reply={"return": {}, "id": "libvirt-4"}
`,
    messages: ["-> stop", "<- STOP", "<- return"],
  },
  {
    title: "libvirt's probes alone, numbered by grep",
    format: "libvirt",
    log: `12:QEMU_MONITOR_RECV_EVENT: mon=0x7f01 event=${stopEvent}
15:QEMU_MONITOR_RECV_EVENT: mon=0x7f01 event=${resume}
`,
    messages: ["<- STOP", "<- RESUME"],
  },
  {
    title: "a log of KubeVirt",
    format: "libvirt",
    log: [
      `QEMU_MONITOR_SEND_MSG: mon=0x7f01 msg={"execute":"stop","id":"libvirt-5"}\r\n fd=-1`,
      `QEMU_MONITOR_RECV_EVENT: mon=0x7f01 event=${stopEvent}`,
      "Domain is paused",
    ].map((msg) =>
      JSON.stringify({
        component: "virt-launcher",
        level: "info",
        msg,
        pos: "qemuMonitorJSONIOProcessLine:205",
        subcomponent: "libvirt",
        thread: "80",
        timestamp: "2026-01-31T12:00:00.250000Z",
      }) + "\n"
    ).join(""),
    messages: ["-> stop", "<- STOP"],
  },
  {
    title: "virsh qemu-monitor-event",
    format: "virsh-event",
    log: `event STOP at 1769860800.250000 for domain 'lab': <null>
event SHUTDOWN at 1769860801.000005 for domain 'lab': {"guest":false,"reason":"host-signal"}
events received: 2
`,
    messages: ["<- STOP", "<- SHUTDOWN"],
  },
  {
    title: "virsh qemu-monitor-event --timestamp, older",
    format: "virsh-event",
    log: `2026-01-31 12:00:00.250+0000: event RESUME for domain lab: <null>
event loop interrupted
events received: 1
`,
    messages: ["<- RESUME"],
  },
  {
    title: "virsh qemu-monitor-event --pretty",
    format: "virsh-event",
    log: `event WATCHDOG at 1769860800.250000 for domain 'lab': {
  "action": "reset"
}

event STOP at 1769860800.250001 for domain 'lab': <null>
`,
    messages: ["<- WATCHDOG", "<- STOP"],
  },
  {
    title: "virsh qemu-monitor-command",
    format: "virsh-command",
    log:
      `{"return":{"status":"running","singlestep":false,"running":true},"id":"libvirt-420"}

{
  "return": {
  },
  "id": "libvirt-421"
}

VM status: running
`,
    messages: ["<- return", "<- return"],
  },
  {
    title: "qemu.qmp",
    format: "qemu.qmp",
    log: `DEBUG:qemu.qmp.protocol.web-7:Connected.
DEBUG:qemu.qmp.protocol.web-7:<-- ${pretty(greeting, 2)}
DEBUG:qemu.qmp.protocol.web-7:--> ${
      pretty('{"execute": "stop", "id": "__qmp#00000"}', 2)
    }
DEBUG:qemu.qmp.protocol.web-7:<-- ${pretty(stopEvent, 2)}
DEBUG:qemu.qmp.qmp_client.web-7:Unroutable message: ${pretty(stopEvent, 2)}
DEBUG:qemu.qmp.protocol.web-7:<-- ${
      pretty('{"return": {}, "id": "__qmp#00000"}', 2)
    }
`,
    messages: ["<- greeting", "-> stop", "<- STOP", "<- return"],
  },
  {
    title: "QEMU's Python scripts",
    format: "python-qmp",
    log:
      `DEBUG:QMP:>>> {'execute': 'stop', 'arguments': {u'it': True, 'x': None}}
DEBUG:QMP:<<< {u'timestamp': {u'seconds': 1769860800L, u'microseconds': 250000}, u'event': u'STOP'}
2026-01-31 12:00:00,250 qmp              L0148 DEBUG| <<< {'error': {'class': 'GenericError', 'desc': "It isn't there"}}
`,
    messages: ["-> stop", "<- STOP", "<- error"],
  },
  {
    title: "a session of qmp-shell",
    format: "qmp-shell",
    log: `Welcome to the QMP low-level shell!
Connected to QEMU 7.2.22

(QEMU) stop
{"return": {}}
(QEMU) 
{'timestamp': {'seconds': 1769860800, 'microseconds': 250000}, 'event': 'STOP'}
(QEMU) nonsense now
{"error": {"class": "CommandNotFound", "desc": "The command nonsense has not been found"}}
(QEMU) {
    "return": {
    }
}
`,
    messages: ["<- return", "<- STOP", "<- error", "<- return"],
  },
  {
    title: "a log file of qmp-shell",
    format: "qmp-shell",
    log: `${exchange}\n`,
    messages: ["-> set-it", "<- return"],
  },
  {
    title: "output of an iotest",
    format: "iotests",
    log: `QA output created by 999

=== A machine ===

Testing:
QMP_VERSION
{ 'execute': 'qom-get',
       'arguments': { 'path': 'a "path"' } }
{"return": {}}
wrote 65536/65536 bytes at offset 0
{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  TIMESTAMP}, "event": "BLOCK_JOB_READY", "data": {"len": LEN, "offset": (filtered)}}
{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  TIMESTAMP}, "event": "STOP"}
*** done
`,
    messages: ["-> qom-get", "<- return", "<- BLOCK_JOB_READY", "<- STOP"],
  },
  {
    title: "a diff of an iotest's output",
    format: "iotests",
    log: `--- a/tests/qemu-iotests/999.out
+++ 999.out.bad
@@ -3,4 +3,4 @@
 {"return": {}}
-{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  TIMESTAMP}, "event": "STOP"}
+{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  TIMESTAMP}, "event": "RESUME"}
 *** done
`,
    messages: ["<- return", "<- RESUME"],
  },
  {
    title: "output of an iotest in Python",
    format: "iotests",
    log: `{"execute": "job-pause", "arguments": {"id": "job0"}}
{"return": {}}
{"data": {"guest": true, "reason": "guest-reset"}, "event": "RESET", "timestamp": {"microseconds": "USECS", "seconds": "SECS"}}
`,
    messages: ["-> job-pause", "<- return", "<- RESET"],
  },
  ...Object.entries({
    "up to 5.2": "28395@1769860800.250000:",
    "without times": "",
    "of 10.1": "2026-01-31T12:00:00.250000Z ",
    "of a fork": "118548@[2026-01-31 13:00:00.250000] ",
  }).map(([title, prefix]) => ({
    title: `a log of -trace ${title}`,
    format: "qemu-trace",
    log: trace(prefix),
    messages: traced,
  })),
  {
    title: "replies of libvirt's tests",
    format: "replies",
    log: `${pretty(greeting)}\n\n${
      pretty('{"return": {}, "id": "libvirt-1"}')
    }\n\n${pretty(refusal)}\n`,
    messages: ["<- greeting", "<- return", "<- error"],
  },
  {
    title: "a log of Incus",
    format: "incus",
    log: `[2026-01-31T13:00:00+01:00] QUERY: {"execute":"stop"}
[2026-01-31T13:00:00+01:00] EVENT: ${stopEvent}

[2026-01-31T13:00:01+01:00] REPLY: {"return": {}}

`,
    messages: ["-> stop", "<- STOP", "<- return"],
  },
  {
    title: "a trace of this project",
    format: "trace",
    log: `{"format": "qmp-trace", "version": 1}
[0.5, "->", ${JSON.stringify('{"execute": "stop"}')}]
[0.6, "<-", ${JSON.stringify(stopEvent)}]
`,
    messages: ["-> stop", "<- STOP"],
  },
];
