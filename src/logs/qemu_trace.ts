/**
 * What QEMU's option `-trace` writes with its log backend: commands, all that
 * is sent back, and the changes of the run state itself.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { Stage } from "../wire/stage.ts";
import { countLines, type LogFormat, overLines } from "./format.ts";
import { elided } from "./found.ts";
import { type LogLine, placeOf } from "./log_lines.ts";
import { type Mark, markedReader } from "./marked.ts";

// Q util/log.c and scripts/tracetool/backend/log.py: process or thread and time
// up to 5.2 and with -msg timestamp=on, nothing without it since 6.0, the time
// alone since 10.1; forks write the local time in brackets.
const prefix =
  /^(?:\d+@(?:(?<seconds>\d+\.\d{6}):|\[[^\]]{1,40}\] )|(?<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) )?/;

const after = (events: RegExp): RegExp =>
  new RegExp(prefix.source + events.source);

// Q monitor/trace-events: req and resp are one line but with pretty=on.
const mark = after(
  /(?:handle_qmp_command mon (?<to>\S+) req: |monitor_qmp_respond mon (?<from>\S+) resp: )(?=\{)/,
);

// Q system/trace-events, since 4.0.
const change = after(
  /(?:runstate_set current_run_state \d+ \((?<before>[\w-]+)\) new_state|vm_state_notify running [01] reason) \d+ \((?<now>[\w-]+)\)$/,
);

/** Older forms, which name a message or number a state and say no more. */
const bare = after(
  /(?:handle_qmp_command mon \S+ cmd_name "|monitor_protocol_event event=\d+ name "|(?:runstate_set new state|vm_state_notify running [01] reason) \d+$)/,
);

const known = after(
  /(?:handle_qmp_command mon |monitor_qmp_respond mon |runstate_set (?:current_run_state|new state) |vm_state_notify running |monitor_protocol_event(?:_queue|_emit)? event=)/,
);

type Groups = Readonly<Record<string, string | undefined>>;

function timeOf({ seconds, iso }: Groups): { at?: number } {
  if (seconds !== undefined) return { at: Number(seconds) };
  return iso === undefined ? {} : { at: Date.parse(iso) / 1000 };
}

function markOf(text: string): Mark | undefined {
  const found = mark.exec(text);
  if (found === null) return undefined;
  const groups: Groups = found.groups!;
  const { to, from } = groups;
  return {
    column: found[0].length,
    ...timeOf(groups),
    direction: to === undefined ? "<-" : "->",
    monitor: (to ?? from)!,
  };
}

/**
 * Reads the lines. With `-qmp stdio`, the monitor itself writes among them:
 * that counts as long as no trace tells of the same, which comes first. Commands
 * are not QEMU's to write; they count where it says that they came.
 */
function reader(): Stage<LogLine, TraceRecord> {
  let hasResponses = false;
  const marked = markedReader({
    mark(text) {
      const found = markOf(text);
      if (found?.direction === "<-") hasResponses = true;
      return found !== undefined || hasResponses || !text.startsWith("{")
        ? found
        : { column: 0, isLoose: true };
    },
    other,
  });
  const isOwn = ({ monitor, direction }: TraceRecord) =>
    monitor !== undefined || direction !== "->";
  return {
    push: (line) => marked.push(line).filter(isOwn),
    end: () => marked.end(),
  };
}

function other(line: LogLine): TraceRecord[] {
  const { text } = line;
  const record = { line: line.line, offset: placeOf(line, 0) };
  const found = change.exec(text);
  if (found !== null) {
    const groups: Groups = found.groups!;
    const { before, now } = groups;
    const state = {
      ...before !== undefined && { from: before },
      to: now!,
    };
    return [{ ...record, ...timeOf(groups), text, state }];
  }
  if (!bare.test(text)) return [];
  const why = "this QEMU wrote no more than a name or a number";
  return [{ ...record, text: "", findings: [elided(text, why)] }];
}

/** The format. */
export const qemuTrace: LogFormat = {
  name: "qemu-trace",
  title: "log of QEMU's option -trace",
  isSeen: true,
  recognise: (head) => countLines(head, known),
  source: (options) => overLines(reader(), options),
};
