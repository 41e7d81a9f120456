/**
 * How bytes stand in a line of a trace file.
 *
 * @module
 */

/**
 * Cuts bytes before each `{` in column 0: there a message begins, compact or
 * pretty.
 *
 * @param bytes The bytes.
 * @returns The pieces, each for a line of its own.
 */
export function cutAtMessages(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (
    let newline = bytes.indexOf(0x0a);
    newline !== -1;
    newline = bytes.indexOf(0x0a, newline + 1)
  ) {
    if (bytes[newline + 1] !== 0x7b) continue;
    pieces.push(bytes.subarray(from, newline + 1));
    from = newline + 1;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Writes bytes as the third element of a line.
 *
 * @param bytes The bytes.
 * @returns A string of JSON where they are UTF-8, else `{"base64": …}`.
 */
export function spellBytes(bytes: Uint8Array): string {
  try {
    return JSON.stringify(decoder.decode(bytes));
  } catch {
    return `{"base64": "${base64(bytes)}"}`;
  }
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Reads the third element of a line.
 *
 * @param held The element, as JSON has it.
 * @returns What it stands for, characters or bytes that are none; undefined where
 * it stands for nothing.
 */
export function readHeld(held: unknown): string | Uint8Array | undefined {
  // A lone surrogate stands for no bytes.
  if (typeof held === "string") {
    return /\p{Surrogate}/u.test(held) ? undefined : held;
  }
  const base64 = (held as { base64?: unknown } | null | undefined)?.base64;
  // atob() would take null and true for base64.
  if (typeof base64 !== "string") return undefined;
  try {
    return Uint8Array.from(
      atob(base64),
      (character) => character.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
