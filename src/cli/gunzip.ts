/**
 * Unpacks files that gzip has packed, and makes UTF-8 of UTF-16.
 *
 * @module
 */

import { createGunzip } from "node:zlib";

import { respeller } from "./utf16.ts";

/** How much is unpacked at once: so much may be lost where the file is damaged. */
const pieceSize = 512;

/** Bytes, unpacked where they were packed. */
export interface Unpacked {
  /** The bytes. */
  readonly chunks: AsyncIterableIterator<Uint8Array>;
  /**
   * Gives what was wrong with the packing.
   *
   * @returns Why it could not be unpacked to its end; undefined where it could,
   * as far as is known, and where nothing was packed.
   */
  torn(): string | undefined;
  /**
   * Tells whether they were UTF-16.
   *
   * @returns So, once the first of them have been read.
   */
  isRespelt(): boolean;
}

/**
 * Unpacks what gzip has packed, in one member or several, with zeros behind
 * them or without, and makes UTF-8 of UTF-16 with a byte order mark. Whatever
 * else comes is handed on as it is.
 *
 * @param packed The bytes of a file.
 * @returns The bytes within.
 */
export function unpack(packed: AsyncIterator<Uint8Array>): Unpacked {
  let why: string | undefined;
  let isRespelt = false;

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    const head = await readMagic(packed);
    const rest = { [Symbol.asyncIterator]: () => packed };
    const wide = respeller(head);
    isRespelt = wide !== undefined;
    if (isPacked(head)) why = yield* gunzip(head, rest);
    else if (wide) {
      yield wide.push(head);
      for await (const chunk of rest) yield wide.push(chunk);
      yield wide.end();
    } else {
      if (head.length > 0) yield head;
      for await (const chunk of rest) yield chunk;
    }
  }
  return { chunks: chunks(), torn: () => why, isRespelt: () => isRespelt };
}

/** Reads on until it shows whether the bytes are packed. */
async function readMagic(
  packed: AsyncIterator<Uint8Array>,
): Promise<Uint8Array> {
  let head = new Uint8Array(0);
  while (head.length < 2) {
    const { done, value } = await packed.next();
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

/** RFC 1952, section 2.3.1. */
function isPacked([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

async function* gunzip(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, string | undefined> {
  const unzip = createGunzip();
  let ready: Uint8Array[] = [];
  let why: string | undefined;
  let isOver = false;
  unzip.on("data", (bytes: Uint8Array) => ready.push(bytes));
  const over = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true;
      resolve();
    };
    unzip.on("end", end);
    unzip.on("error", ({ message }: Error) => {
      why = message;
      end();
    });
  });
  // After the last member, a stream takes no more bytes and says nothing.
  const write = (piece: Uint8Array) =>
    Promise.race([
      over,
      new Promise<void>((resolve) => unzip.write(piece, () => resolve())),
    ]);
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  async function* all(): AsyncGenerator<Uint8Array, void> {
    yield head;
    yield* rest;
  }
  for await (const chunk of all()) {
    for (let at = 0; at < chunk.length && !isOver; at += pieceSize) {
      await write(chunk.subarray(at, at + pieceSize));
      yield* take();
    }
    if (isOver) break;
  }
  if (!isOver) {
    unzip.end();
    await over;
  }
  yield* take();
  return why;
}
