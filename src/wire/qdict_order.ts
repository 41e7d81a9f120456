/**
 * The order in which QEMU goes through the members of an object: that of its
 * dictionary (`qobject/qdict.c`, the same in all releases from 2.11 on).
 *
 * @module
 */

const buckets = 512;
const encoder = new TextEncoder();

/**
 * Puts the keys of an object into the order in which QEMU visits and prints
 * them: by bucket, and within a bucket the one that came last first. Buckets are
 * often shared (`arg1` to `arg5` are in one), so the order given counts: QEMU
 * puts in what it sends in the schema's order, what it is sent in the text's.
 *
 * @param keys The keys, each once, in the order in which they are put in.
 * @returns The same keys in QEMU's order.
 */
export function qdictOrder(keys: Iterable<string>): string[] {
  return Array.from(keys, (key) => ({ key, bucket: bucketOf(key) }))
    .reverse()
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ key }) => key);
}

/** QEMU's `tdb_hash()`, modulo the size of the table. */
function bucketOf(key: string): number {
  const bytes = modifiedUtf8(key);
  let value = Math.imul(0x238f13af, bytes.length);
  bytes.forEach((byte, index) => {
    value = (value + (byte << (index * 5 % 24))) | 0;
  });
  return (Math.imul(1103515243, value) + 12345) & (buckets - 1);
}

/**
 * Encodes a string as QEMU holds it. Its strings end at a zero byte, so it
 * writes U+0000 as two bytes.
 *
 * @param text The string.
 * @returns Its bytes in modified UTF-8.
 */
export function modifiedUtf8(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  return text.includes("\0")
    ? Uint8Array.from(
      Array.from(bytes, (byte) => byte === 0 ? [0xc0, 0x80] : byte).flat(),
    )
    : bytes;
}
