/**
 * The bytes at hand: a window on the stream, and what must be kept of those before.
 *
 * @module
 */

/** A window that moves along a stream of bytes. Places in the stream are counted from its start. */
export interface ByteWindow {
  /** The bytes at hand. */
  bytes: Uint8Array;
  /** The place of the first of them. */
  base: number;
  /** The bytes as text, if each is one character of it; undefined until asked for, null if not. */
  text: string | null | undefined;
  /** What was kept from before the window, and room for more. */
  kept: Uint8Array;
  /** The place of the first byte kept. */
  keptFrom: number;
  /** How many bytes are kept. */
  keptLength: number;
}

// A mark in the stream is a character like any other, so that no length changes.
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** How much room for kept bytes is not given back. */
const smallRoom = 64 * 1024;

/**
 * A window before the first byte.
 *
 * @returns The window, empty.
 */
export function openWindow(): ByteWindow {
  return {
    bytes: new Uint8Array(0),
    base: 0,
    text: undefined,
    kept: new Uint8Array(0),
    keptFrom: 0,
    keptLength: 0,
  };
}

/**
 * Moves on, forgetting what was in the window but for what is kept.
 *
 * @param window The window.
 * @param bytes The bytes that come next.
 */
export function moveWindow(window: ByteWindow, bytes: Uint8Array): void {
  window.base += window.bytes.length;
  window.bytes = bytes;
  window.text = undefined;
}

/**
 * Keeps bytes beyond the end of the window, as a copy: the chunk is the caller's.
 *
 * @param window The window.
 * @param from The place of the first byte to keep, in the window or kept already.
 * @param to The place after the last.
 */
export function keep(window: ByteWindow, from: number, to: number): void {
  if (from >= window.base) {
    window.keptFrom = from;
    window.keptLength = 0;
    if (window.kept.length > smallRoom) window.kept = new Uint8Array(0);
  }
  const kept = window.keptFrom + window.keptLength;
  const more = window.bytes.subarray(kept - window.base, to - window.base);
  const length = window.keptLength + more.length;
  if (length > window.kept.length) {
    const room = new Uint8Array(Math.max(1024, 2 * length));
    room.set(window.kept.subarray(0, window.keptLength));
    window.kept = room;
  }
  window.kept.set(more, window.keptLength);
  window.keptLength = length;
}

/**
 * Gives bytes that are ASCII as text.
 *
 * They come as a slice of the whole window's text where that can be had: one
 * decoding a window costs a tenth of `JSON.parse`, one a message half of it. V8
 * keeps the window's text as long as the slice, so windows should be small.
 *
 * @param window The window.
 * @param from The place of the first byte, in the window or kept.
 * @param to The place after the last.
 * @returns The text.
 */
export function asciiText(
  window: ByteWindow,
  from: number,
  to: number,
): string {
  if (from >= window.base) {
    if (window.text === undefined) {
      const text = lossy.decode(window.bytes);
      window.text = text.length === window.bytes.length ? text : null;
    }
    if (window.text !== null) {
      return window.text.slice(from - window.base, to - window.base);
    }
  }
  return lossy.decode(bytesBetween(window, from, to));
}

/**
 * Gives bytes as text, whatever they are.
 *
 * @param window The window.
 * @param from The place of the first byte, in the window or kept.
 * @param to The place after the last.
 * @returns The text, with U+FFFD where the bytes are no UTF-8, and whether they are.
 */
export function utf8Text(
  window: ByteWindow,
  from: number,
  to: number,
): { readonly text: string; readonly valid: boolean } {
  const bytes = bytesBetween(window, from, to);
  try {
    return { text: strict.decode(bytes), valid: true };
  } catch {
    return { text: lossy.decode(bytes), valid: false };
  }
}

function bytesBetween(
  window: ByteWindow,
  from: number,
  to: number,
): Uint8Array {
  if (from >= window.base) {
    return window.bytes.subarray(from - window.base, to - window.base);
  }
  if (to > window.base) keep(window, from, to);
  return window.kept.subarray(from - window.keptFrom, to - window.keptFrom);
}
