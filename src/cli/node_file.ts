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
  return {
    size: isRegular ? found.size : undefined,
    write(lines) {
      const bytes = Buffer.from(lines);
      let at = 0;
      try {
        // A disk that is nearly full takes a part.
        while (at < bytes.length) at += writeSync(file, bytes, at);
      } catch (error) {
        const whole = at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
        if (isRegular && whole < at) {
          ftruncateSync(file, fstatSync(file).size - (at - whole));
        }
        throw error;
      }
    },
    sync: () => fsyncSync(file),
    empty: () => ftruncateSync(file),
    close: () => closeSync(file),
  };
}
