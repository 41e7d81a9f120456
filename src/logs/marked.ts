/**
 * Reads logs in which a mark tells where a message begins.
 *
 * @module
 */

import type { Direction, TraceRecord } from "../replay/record.ts";
import type { Finding } from "../wire/finding.ts";
import { jsonDefaults } from "../wire/json.ts";
import type { Stage } from "../wire/stage.ts";
import { cutShort, elided, fault, rewritten, unjoinable } from "./found.ts";
import {
  anatomyOf,
  beginMessage,
  gather,
  type Gathering,
  textOf,
} from "./gather.ts";
import { type LogLine, placeOf } from "./log_lines.ts";
import { splitExchange } from "./exchange.ts";
import { type Dialect, spellAsJson } from "./spell.ts";

/** What a line says of the message that begins on it. */
export interface Mark {
  /** Where the message's brace stands. */
  readonly column: number;
  /** Seconds since the epoch. */
  readonly at?: number | undefined;
  /** Which way the message went. */
  readonly direction?: Direction | undefined;
  /** Which monitor it belongs to. */
  readonly monitor?: string | undefined;
  /** Whether the mark is but a brace, which may begin anything. */
  readonly isLoose?: boolean;
  /** Whether what begins here counts only if it ends on the same line. */
  readonly isShort?: boolean;
}

/** How a format marks its messages. */
export interface Grammar {
  /** How its messages are spelt; JSON and QEMU's extensions of it unless said. */
  readonly dialect?: Dialect;
  /**
   * Finds the mark of a message.
   *
   * @param text The line.
   * @returns What it says; nothing where there is none.
   */
  mark(text: string): Mark | undefined;
  /**
   * Reads a line that neither has a mark nor goes on with a message.
   *
   * @param line The line.
   * @returns What it tells beside messages.
   */
  other?(line: LogLine): TraceRecord[];
}

/** The message at hand, and its mark. */
interface Open {
  readonly message: Gathering;
  readonly mark: Mark;
}

/**
 * Reads the lines of a log.
 *
 * @param grammar How the format marks its messages.
 * @returns The step from lines to records.
 */
export function markedReader(grammar: Grammar): Stage<LogLine, TraceRecord> {
  const { dialect = "qemu" } = grammar;
  let open: Open | undefined;
  /** A mark at the end of the line before, whose brace was wrapped. */
  let hanging: Mark | undefined;

  function markOf(text: string): Mark | undefined {
    const mark = grammar.mark(text);
    if (hanging === undefined || mark !== undefined && !mark.isLoose) {
      return mark;
    }
    const column = /^[ \t]*(?=\{)/.exec(text)?.[0].length;
    return column === undefined ? mark : { ...hanging, column };
  }

  /** What the mark would be, were the next line part of this one. */
  function hangingOn(text: string): Mark | undefined {
    const end = text.trimEnd();
    if (!/[=:>-]$/.test(end)) return undefined;
    const mark = grammar.mark(`${end}{`) ?? grammar.mark(`${end} {`);
    const isAtEnd = mark !== undefined && mark.column >= end.length;
    return isAtEnd && !mark.isLoose ? mark : undefined;
  }

  function cut(): TraceRecord[] {
    if (open === undefined) return [];
    const { message, mark } = open;
    open = undefined;
    // Braces begin much that is no message.
    const isDoubtful = mark.isLoose && !anatomyOf(message).isMessage &&
      !message.keys.has("timestamp");
    return isDoubtful
      ? []
      : [recordOf(message, mark, textOf(message).text, [cutShort()])];
  }

  function goOn(line: LogLine): TraceRecord[] | undefined {
    if (open === undefined) return undefined;
    const { message, mark } = open;
    if (!mayGoOn(message, line.text) || marksAnother(line.text)) {
      return undefined;
    }
    const end = gather(message, line, 0);
    if (end >= 0) {
      open = undefined;
      return [
        ...finish(message, mark, dialect),
        ...takeFrom(line, end, mark) ?? [],
      ];
    }
    if (message.length <= jsonDefaults.maxSize) return [];
    open = undefined;
    const { maxSize } = jsonDefaults;
    const reason = `Cannot read a message of more than ${maxSize} bytes`;
    return [recordOf(message, mark, "", [fault("TOO_LARGE", reason)])];
  }

  function marksAnother(text: string): boolean {
    const mark = grammar.mark(text);
    return mark !== undefined && (!mark.isLoose || text.startsWith("{"));
  }

  /** Reads what begins at a column, and whatever follows it on the line. */
  function takeFrom(
    line: LogLine,
    from: number,
    given: Mark,
  ): TraceRecord[] | undefined {
    const records: TraceRecord[] = [];
    let mark = given;
    for (let at = from;;) {
      const brace = nextBrace(line.text, at, mark.isLoose ?? false);
      if (brace === undefined) return records;
      if (brace.isShort) mark = { ...mark, isLoose: true, isShort: true };
      const message = beginMessage(line, brace.column);
      at = gather(message, line, brace.column);
      if (at < 0) {
        if (!mark.isShort) open = { message, mark };
        return records;
      }
      records.push(...finish(message, mark, dialect));
    }
  }

  return {
    push(line) {
      if (line.tooLong) return [...cut(), lineTooLong(line)];
      const more = goOn(line);
      if (more !== undefined) return more;
      const records = cut();
      const mark = markOf(line.text);
      hanging = mark === undefined ? hangingOn(line.text) : undefined;
      const found = mark === undefined
        ? grammar.other?.(line)
        : takeFrom(line, mark.column, mark);
      if (found !== undefined) records.push(...found);
      return records;
    },
    end: cut,
  };
}

/** How many lines a string may go over. */
const mostWraps = 64;

/** Whether a line can be part of an open message: outside of strings, tokens alone are. */
function mayGoOn(message: Gathering, text: string): boolean {
  return message.quote !== 0
    ? message.glued.size < mostWraps
    : /^\s*(?:u?["']|[{}[\],:\-\d.#\\]|(?:true|false|null|True|False|None|[A-Z_]+)\b|$)/
      .test(text);
}

/** Another message right after one, or, where braces are the only marks, anywhere. */
function nextBrace(
  text: string,
  from: number,
  isLoose: boolean,
): { readonly column: number; readonly isShort: boolean } | undefined {
  let column = from;
  while (text[column] === " " || text[column] === "\t") column += 1;
  if (text[column] === "{") return { column, isShort: false };
  if (!isLoose || column >= text.length) return undefined;
  const braces = /\{[ \t]*["']/g;
  braces.lastIndex = from;
  const brace = braces.exec(text);
  return brace === null ? undefined : { column: brace.index, isShort: true };
}

/** Makes records of an object that has come to its end: mostly one. */
function finish(
  message: Gathering,
  mark: Mark,
  dialect: Dialect,
): TraceRecord[] {
  const { text, joined } = textOf(message);
  const { isMessage, direction } = anatomyOf(message);
  if (dialect === "iotests" && /^\{\s*QMP_VERSION\s*\}$/.test(text)) {
    return [greetingElided(message.line, message.offset)];
  }
  if (mark.isLoose && !isMessage) return [];
  if (!message.valid) {
    const reason =
      `Cannot read a message of ${text.length} characters as UTF-8`;
    return [recordOf(message, mark, text, [fault("NOT_UTF8", reason)])];
  }
  if (message.cutAt !== undefined) {
    return [recordOf(message, mark, text, [unjoinable(message.cutAt)])];
  }
  const changes = message.mended;
  const isJson = dialect === "qemu" && !message.isSingle;
  const spelt = isJson ? undefined : spellAsJson(joined, dialect);
  for (const change of spelt?.changes ?? []) changes.add(change);
  const json = spelt?.json ?? joined;
  const record = recordOf(
    message,
    mark.direction === undefined ? { ...mark, direction } : mark,
    text,
    changes.size === 0 ? [] : [rewritten(changes)],
    changes.size === 0 ? undefined : json,
  );
  return isMessage && direction === undefined
    ? splitExchange(record)
    : [record];
}

function recordOf(
  { line, offset }: Gathering,
  { at, direction, monitor }: Mark,
  text: string,
  findings: readonly Finding[],
  json?: string,
): TraceRecord {
  const record: { -readonly [Key in keyof TraceRecord]: TraceRecord[Key] } = {
    line,
    offset,
    text,
  };
  if (at !== undefined) record.at = at;
  if (direction !== undefined) record.direction = direction;
  if (monitor !== undefined) record.monitor = monitor;
  if (json !== undefined) record.json = json;
  if (findings.length > 0) record.findings = findings;
  return record;
}

/**
 * Says of a greeting that a filter has taken its content away.
 *
 * @param line Its line.
 * @param offset Its first byte.
 * @returns The record, without a message.
 */
export function greetingElided(line: number, offset: number): TraceRecord {
  const word = "QMP_VERSION";
  const finding = elided(word, "no more was left of a greeting");
  const findings = [{ ...finding, expected: "greeting", received: word }];
  return { line, offset, text: "", findings };
}

/**
 * Says of a line that it was too long to be read.
 *
 * @param line The line.
 * @returns The record, without a message.
 */
export function lineTooLong(line: LogLine): TraceRecord {
  const reason = `Cannot read line ${line.line}: it is too long`;
  return {
    line: line.line,
    offset: placeOf(line, 0),
    text: "",
    findings: [fault("TOO_LARGE", reason)],
  };
}
