/**
 * A file that grows, by the names that Node, Deno and Bun share.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  writeSync,
} from "node:fs";
import type { Growing } from "./host.ts";

/**
 * Opens a file to write at its end.
 *
 * @param path Where it is; made where there is none, for nobody else to read.
 * @returns The file.
 */
export function append(path: string): Growing {
  const file = openSync(path, "a", 0o600);
  const found = fstatSync(file);
  const isRegular = found.isFile();
  // Where a trace was begun before, its recorder may be at work still.
  const isBegun = found.size > 0;
  let { size } = found;

  /** What is written to a file that is gone is lost, and the system says nothing. */
  function look(): void {
    if (!isRegular) return;
    const now = fstatSync(file);
    if (now.nlink === 0 && found.nlink > 0) throw new Error("it was deleted");
    if (isBegun && now.size > size) {
      throw new Error("something else writes to it, too");
    }
  }

  return {
    size: isRegular ? size : undefined,
    write(lines) {
      const bytes = Buffer.from(lines);
      try {
        for (let at = 0; at < bytes.length;) {
          at += writeSync(file, bytes, at);
        }
        size += bytes.length;
      } catch (error) {
        // A disk that is nearly full has taken a part; Deno does not say how much.
        if (isRegular) size += keepWhole(bytes);
        throw error;
      }
      look();
    },
    sync: () => fsyncSync(file),
    empty() {
      ftruncateSync(file);
      size = 0;
    },
    close: () => closeSync(file),
  };

  /** Takes back the line that was not written whole; gives how much is left. */
  function keepWhole(bytes: Buffer): number {
    const taken = fstatSync(file).size - size;
    const whole = bytes.subarray(0, taken).lastIndexOf(0x0a) + 1;
    if (whole < taken) ftruncateSync(file, size + whole);
    return whole;
  }
}
