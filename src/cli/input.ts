/**
 * Opens a file and reads it to entries.
 *
 * @module
 */

import { type Entry, reader } from "../replay/read.ts";
import type { TraceRecord } from "../replay/record.ts";
import type { TraceHeader } from "../replay/trace.ts";
import type { Policy } from "../schema/judge.ts";
import { join } from "../replay/lines.ts";
import type { Found } from "../report/found.ts";
import type { Finding } from "../wire/finding.ts";
import { quote, shorten } from "../wire/quote.ts";
import { type Choice, describeChoice, scout } from "./edition_choice.ts";
import type { Host } from "./host.ts";
import type { ReadingAsked } from "./reading.ts";
import { unpack } from "./gunzip.ts";
import { lookOf } from "./look.ts";
import { chooseSource, headSize } from "./source.ts";

/** A file that is being read. */
export interface Input {
  /** What the file is, for people. */
  readonly format: string;
  /** What a trace says of itself. */
  readonly header: TraceHeader | undefined;
  /** What to say where it holds no message: that it is empty, or how it looks and what it was read as. */
  readonly silence: string;
  /** The edition in use, and why. */
  readonly choice: Choice;
  /** What is to be said of the edition. */
  readonly notices: readonly Found[];
  /** The policy in use. */
  readonly policy: Policy;
  /** The entries in order, those of a chunk together. */
  readonly batches: AsyncIterable<readonly Entry[]>;
}

/**
 * Says for people why the platform failed.
 *
 * @param error What the platform said.
 * @param done What was to be done, such as `read`.
 * @returns The reason.
 */
export function reasonOf(error: unknown, done: string): string {
  const { code, message } = error as { code?: string; message: string };
  return new Map([
    ["ENOENT", `there is no such ${done === "read" ? "file" : "folder"}`],
    ["ENOTDIR", "there is no such file"],
    ["EISDIR", "it is a directory"],
    ["EACCES", `it may not be ${done}`],
    ["EPERM", `it may not be ${done}`],
    ["ENOSPC", "there is no room left"],
    ["ECONNREFUSED", "nobody listens there"],
    ["ENOTFOUND", "there is no such host"],
    ["EADDRINUSE", "it is in use"],
  ]).get(code ?? "") ?? message;
}

/** A file cannot be read. */
export class UnreadableError extends Error {
  /**
   * Says which file, and why.
   *
   * @param name The file.
   * @param error What the platform said.
   */
  constructor(name: string, error: unknown) {
    super(`Cannot read ${name}: ${reasonOf(error, "read")}`, { cause: error });
    this.name = "UnreadableError";
  }
}

/**
 * Names a file as people are told of it.
 *
 * @param file The operand: a path, or `-` for standard input.
 * @returns The path in quotes, or `standard input`.
 */
export function titleOf(file: string): string {
  return file === "-" ? "standard input" : quote(file);
}

/**
 * Says what a file is, and what it is read by.
 *
 * @param input The file.
 * @returns Such as `trace of QEMU 7.2.22 on pc; edition 7.2 (the greeting on
 * line 2 says QEMU 7.2.22), policy forward`.
 */
export function describe(input: Input): string {
  const { format, choice, policy } = input;
  const { qemu, machine, title } = input.header ?? {};
  return format +
    (qemu === undefined ? "" : ` of QEMU ${shorten(qemu)}`) +
    (machine === undefined ? "" : ` on ${shorten(machine)}`) +
    (title === undefined ? "" : `, ${quote(title)}`) +
    `; ${describeChoice(choice)}, policy ${policy}`;
}

/**
 * Opens a file and finds out what it is.
 *
 * @param host The platform.
 * @param file A path, or `-` for standard input.
 * @param asked What to read it by, as far as that was asked for.
 * @param isLive Whether its first message is to be shown as soon as it comes.
 * @param watch Is told how many bytes have been read, as it goes.
 * @returns The file, read as far as is needed to know it.
 * @throws {UnreadableError} Where it cannot be read; the batches throw it too.
 */
export async function openInput(
  host: Host,
  file: string,
  asked: ReadingAsked,
  isLive: boolean,
  watch?: (bytes: number) => void,
): Promise<Input> {
  const { chunks, torn, isRespelt } = unpack(readChunks(host, file, watch));
  const head = await readHead(chunks, isLive);
  const kept = [head];
  const choice = asked.choice ?? await choose(chunks, kept, asked, isLive);
  const source = chooseSource(head, asked.format);
  const { policy } = asked;
  // QEMU takes its own extensions of JSON in what it is sent.
  const extensions = true;
  const stage = reader({ edition: choice.edition, policy, extensions });
  let line = 1;
  const take = (part: Uint8Array) => {
    const records = source.push(part);
    line = records.at(-1)?.line ?? line;
    return stage.push(records);
  };
  const first = take(head);

  async function* batches(): AsyncIterable<readonly Entry[]> {
    yield first;
    kept.shift();
    for (let chunk = kept.shift(); chunk !== undefined; chunk = kept.shift()) {
      for (const part of partsOf(chunk)) yield take(part);
    }
    for await (const chunk of chunks) {
      for (const part of partsOf(chunk)) yield take(part);
    }
    const last = source.end();
    const why = torn();
    if (why !== undefined) {
      last.push(tornPacking(why, last.at(-1)?.line ?? line));
    }
    yield [...stage.push(last), ...stage.end()];
  }
  return {
    format: source.format + (isRespelt() ? " in UTF-16" : ""),
    header: source.header?.(),
    silence: head.length === 0 ? "it is empty" : lookOf(head) ?? source.why,
    choice,
    notices: [
      ...source.findings.map((finding) => ({ line: 1, finding })),
      ...stage.notices.map((finding) => ({ line: choice.line, finding })),
    ],
    policy,
    batches: batches(),
  };
}

/**
 * How many bytes are read to entries at once. What outlives V8's collection of
 * young objects stays for long: batches of 256 KiB took twice the memory of
 * these, and no less time.
 */
const batchSize = 16 * 1024;

function* partsOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += batchSize) {
    yield chunk.subarray(at, at + batchSize);
  }
}

/** Says that what was read is not all that was packed. */
function tornPacking(why: string, line: number): TraceRecord {
  const finding: Finding = {
    code: "TORN_GZIP",
    severity: "fault",
    path: [],
    message: `Cannot unpack the file to its end: ${why}`,
  };
  return { line, offset: 0, text: "", findings: [finding] };
}

/** Looks ahead, and keeps what it has seen. */
async function choose(
  chunks: AsyncIterator<Uint8Array>,
  kept: Uint8Array[],
  asked: ReadingAsked,
  isLive: boolean,
): Promise<Choice> {
  const [head] = kept as [Uint8Array];
  const { push, end, choice } = scout(head, asked, isLive);
  let isEnough = push(head);
  while (!isEnough) {
    const { done, value } = await chunks.next();
    if (done) {
      end();
      break;
    }
    kept.push(value);
    for (const part of partsOf(value)) isEnough ||= push(part);
  }
  return choice();
}

/**
 * Reads all of a file.
 *
 * @param host The platform.
 * @param file A path, or `-` for standard input.
 * @returns Its bytes.
 * @throws {UnreadableError} Where it cannot be read.
 */
export async function readBytes(
  host: Host,
  file: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of readChunks(host, file)) parts.push(chunk);
  return join(parts);
}

async function* readChunks(
  host: Host,
  file: string,
  watch?: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const chunk of file === "-" ? host.stdin() : host.open(file)) {
      bytes += chunk.length;
      watch?.(bytes);
      yield chunk;
    }
  } catch (error) {
    throw new UnreadableError(titleOf(file), error);
  }
}

/** Reads on until there is enough to choose by; a line, where somebody waits. */
async function readHead(
  chunks: AsyncIterator<Uint8Array>,
  isLive: boolean,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < headSize && !(isLive && parts.at(-1)?.includes(0x0a))) {
    const { done, value } = await chunks.next();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  return join(parts);
}
