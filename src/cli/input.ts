/**
 * Opens a file and reads it to entries.
 *
 * @module
 */

import { type Entry, reader, type ReadOptions } from "../replay/read.ts";
import type { TraceHeader } from "../replay/trace.ts";
import type { Policy } from "../schema/judge.ts";
import { join } from "../replay/lines.ts";
import { quote, shorten } from "../wire/quote.ts";
import type { Host } from "./host.ts";
import { chooseSource, headSize } from "./source.ts";

/** A file that is being read. */
export interface Input {
  /** What the file is, for people. */
  readonly format: string;
  /** What a trace says of itself. */
  readonly header: TraceHeader | undefined;
  /** Whether it has no byte. */
  readonly isEmpty: boolean;
  /** The name of the edition in use. */
  readonly edition: string;
  /** The policy in use. */
  readonly policy: Policy;
  /** The entries in order, those of a chunk together. */
  readonly batches: AsyncIterable<readonly Entry[]>;
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
    const { code, message } = error as { code?: string; message: string };
    const why = new Map([
      ["ENOENT", "there is no such file"],
      ["ENOTDIR", "there is no such file"],
      ["EISDIR", "it is a directory"],
      ["EACCES", "it may not be read"],
      ["EPERM", "it may not be read"],
    ]).get(code ?? "") ?? message;
    super(`Cannot read ${name}: ${why}`, { cause: error });
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
 * @returns Such as `trace of QEMU 7.2.22 on pc; edition seed, policy forward`.
 */
export function describe(input: Input): string {
  const { format, edition, policy } = input;
  const { qemu, machine, title } = input.header ?? {};
  return format +
    (qemu === undefined ? "" : ` of QEMU ${shorten(qemu)}`) +
    (machine === undefined ? "" : ` on ${shorten(machine)}`) +
    (title === undefined ? "" : `, ${quote(title)}`) +
    `; edition ${edition}, policy ${policy}`;
}

/**
 * Opens a file and finds out what it is.
 *
 * @param host The platform.
 * @param file A path, or `-` for standard input.
 * @param options Edition and policy.
 * @returns The file, read as far as is needed to know it.
 * @throws {UnreadableError} Where it cannot be read; the batches throw it too.
 */
export async function openInput(
  host: Host,
  file: string,
  options: ReadOptions,
): Promise<Input> {
  const chunks = readChunks(host, file);
  const head = await readHead(chunks);
  const source = chooseSource(head);
  const stage = reader(options);
  const first = stage.push(source.push(head));

  async function* batches(): AsyncIterable<readonly Entry[]> {
    yield first;
    for await (const chunk of chunks) yield stage.push(source.push(chunk));
    yield [...stage.push(source.end()), ...stage.end()];
  }
  return {
    format: source.format,
    header: source.header?.(),
    isEmpty: head.length === 0,
    edition: stage.edition,
    policy: stage.policy,
    batches: batches(),
  };
}

async function* readChunks(
  host: Host,
  file: string,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* file === "-" ? host.stdin() : host.open(file);
  } catch (error) {
    throw new UnreadableError(titleOf(file), error);
  }
}

/** Reads on until there is enough to choose by. */
async function readHead(
  chunks: AsyncIterator<Uint8Array>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < headSize && !parts.at(-1)?.includes(0x0a)) {
    const { done, value } = await chunks.next();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  return join(parts);
}
