/**
 * Which of several unexpected parameters QEMU names: the first in a hash table
 * of GLib. Rebuilt from GLib 2.74 and found the same on 2.66 and 2.84 (900 lists
 * of up to 20,000 keys on each); but the order is GLib's own business, and
 * another version of it may name another.
 *
 * @module
 */

import { modifiedUtf8 } from "../wire/qdict_order.ts";

/** The modulus for a table of 2 to the power of the index. */
const primes = [
  ...[1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191],
  ...[16381, 32749, 65521, 131071, 262139, 524287, 1048573, 2097143],
];
const smallestShift = 3;

type Slots = (string | undefined)[];

/**
 * Finds the key that iterating over GLib's table meets first. Keys that were
 * removed leave their slots empty and move no other.
 *
 * @param keys All keys, in the order in which they were put in.
 * @param removed The keys that have been taken out since.
 * @returns The first key that is left; nothing where none is.
 */
export function firstInHashTable(
  keys: readonly string[],
  removed: ReadonlySet<string>,
): string | undefined {
  let slots: Slots = new Array(2 ** smallestShift).fill(undefined);
  for (const [index, key] of keys.entries()) {
    slots[freeSlot(key, slots)] = key;
    const count = index + 1;
    if (slots.length <= count + Math.floor(count / 16)) {
      slots = grow(slots, Math.floor(count * 1.333));
    }
  }
  return slots.find((key) => key !== undefined && !removed.has(key));
}

/** Grows in place, as GLib has done since 2.60: a key that moves may push out one that has not. */
function grow(old: Slots, size: number): Slots {
  const length = 2 ** (32 - Math.clz32(size));
  const settled: Slots = new Array(length).fill(undefined);
  const pending: Slots = [...old];
  for (const start of old.keys()) {
    let from = start;
    for (let key = pending[from]; key !== undefined; key = pending[from]) {
      pending[from] = undefined;
      from = freeSlot(key, settled);
      settled[from] = key;
    }
  }
  return settled;
}

function freeSlot(key: string, slots: Slots): number {
  const prime = primes[Math.log2(slots.length)] as number;
  let slot = (Math.imul(hash(key), 11) >>> 0) % prime;
  for (let step = 1; slots[slot] !== undefined; step++) {
    slot = (slot + step) & (slots.length - 1);
  }
  return slot;
}

/** GLib's `g_str_hash()`: its bytes are signed. */
function hash(key: string): number {
  return Int8Array.from(modifiedUtf8(key))
    .reduce((value, byte) => (Math.imul(value, 33) + byte) | 0, 5381);
}
