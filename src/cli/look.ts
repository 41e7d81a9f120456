/**
 * What a file is that holds no message, by its first bytes.
 *
 * @module
 */

/** What a file begins with, and what it is then. */
const beginnings: readonly (readonly [string, string])[] = [
  ["\xfd7zXZ\0", "it is packed by xz; unpack it first"],
  ["\x28\xb5\x2f\xfd", "it is packed by zstd; unpack it first"],
  ["\x04\x22\x4d\x18", "it is packed by lz4; unpack it first"],
  ["BZh", "it is packed by bzip2; unpack it first"],
  ["PK\x03\x04", "it is a zip archive; unpack it first"],
  ["7z\xbc\xaf\x27\x1c", "it is a 7z archive; unpack it first"],
  [
    "LPKSHHRH",
    "it is a journal of systemd; journalctl --file=FILE -o json prints it",
  ],
  ["\x7fELF", "it is a program or a core dump"],
  ["QFI\xfb", "it is a disk image"],
  ["\xd4\xc3\xb2\xa1", "it is a capture of network packets"],
  ["\x0a\x0d\x0d\x0a", "it is a capture of network packets"],
];

/** How many bytes are looked at where the first do not tell. */
const lookedAt = 4096;

/**
 * Says what a file is that holds no text as it should be.
 *
 * @param head Its first bytes.
 * @returns Such as `it is packed by xz; unpack it first`; undefined where it
 * looks like text.
 */
export function lookOf(head: Uint8Array): string | undefined {
  const start = String.fromCharCode(...head.subarray(0, 16));
  const known = beginnings.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  const seen = head.subarray(0, lookedAt);
  const text = new TextDecoder().decode(seen);
  if (text.trim() === "") return "it holds nothing but blanks";
  // deno-lint-ignore no-control-regex
  const strange = text.match(/[\0-\x08\x0e-\x1a\x7f\ufffd]/g)?.length ?? 0;
  if (strange < text.length / 10) return undefined;
  const order = orderOf(seen);
  return order === undefined
    ? "it looks binary, and not like a log"
    : `it looks like UTF-16${order}; iconv makes UTF-8 of it`;
}

/** Of two bytes a character, one is 0 in nearly all. */
function orderOf(bytes: Uint8Array): "LE" | "BE" | undefined {
  const zeros = [0, 0];
  bytes.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  const [even, odd] = zeros as [number, number];
  const most = 0.4 * bytes.length;
  if (Math.max(even, odd) < most || Math.min(even, odd) > most / 4) {
    return undefined;
  }
  return odd > even ? "LE" : "BE";
}
