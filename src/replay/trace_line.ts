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
