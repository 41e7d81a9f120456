/**
 * The keys of objects. They come again and again, so those seen before are kept.
 *
 * @module
 */

import { plainBytes, readLongString } from "./read_string.ts";
import type { TextCursor } from "./text_cursor.ts";

const APOSTROPHE = 0x27;
const QUOTE = 0x22;
const UNDERSCORE = 0x5f;

const slots = 1024;
const longest = 32;
const keys: string[] = new Array(slots).fill("");
const lengths: Uint8Array = new Uint8Array(slots);
const bytes: Uint8Array = new Uint8Array(slots * longest);

/**
 * Reads a key that is short, plain, and does not begin with an underscore.
 *
 * @param cursor Where an object's key should stand; afterwards past it.
 * @returns The slot for {@linkcode keyInSlot}, the same for the same key; -1
 * where there is no such key, and the cursor has not moved.
 */
export function readPlainKey(cursor: TextCursor): number {
  const { units } = cursor;
  const from = cursor.at + 1;
  if (units[from - 1] !== QUOTE || units[from] === UNDERSCORE) return -1;
  let at = from;
  let unit = units[at]!;
  let hash = 0;
  // V8 loads an import anew at each use.
  const plain = plainBytes;
  while (plain[unit] === 1) {
    hash = Math.imul(hash, 31) + unit | 0;
    unit = units[++at]!;
  }
  if (unit !== QUOTE || at - from > longest) return -1;
  cursor.at = at + 1;
  const slot = (hash ^ hash >>> 11) & slots - 1;
  if (!holds(slot, units, from, at)) {
    keys[slot] = cursor.text.slice(from, at);
    lengths[slot] = at - from;
    bytes.set(units.subarray(from, at), slot * longest);
  }
  return slot;
}

function holds(
  slot: number,
  units: Uint8Array,
  from: number,
  to: number,
): boolean {
  const length = to - from;
  if (lengths[slot] !== length) return false;
  const base = slot * longest;
  let at = 0;
  while (at < length && bytes[base + at] === units[from + at]) at++;
  return at === length;
}

/**
 * Gives the key that {@linkcode readPlainKey} read last into a slot.
 *
 * @param slot The slot.
 * @returns The key.
 */
export function keyInSlot(slot: number): string {
  return keys[slot]!;
}

/**
 * Reads a key of any form.
 *
 * @param cursor Where an object's key should stand; afterwards past it.
 * @returns The key, or undefined where there is none; the cursor has the fault then.
 */
export function readLongKey(cursor: TextCursor): string | undefined {
  const quote = cursor.units[cursor.at];
  if (quote === QUOTE || quote === APOSTROPHE && cursor.bothQuotes) {
    return readLongString(cursor);
  }
  cursor.fault = { code: "NOT_JSON", at: cursor.at, about: "a key in quotes" };
  return undefined;
}
