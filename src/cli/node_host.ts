/**
 * The platform, by the names that Node, Deno and Bun share.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import type { Host, Output } from "./host.ts";
import { append } from "./node_file.ts";
import { connect, isSocket, listen } from "./node_socket.ts";

/**
 * Gives the platform that the process runs on.
 *
 * @returns The host.
 */
export function nodeHost(): Host {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    // One by one, so that Deno needs no permission for the others.
    env: (name) => process.env[name],
    open: (path) => createReadStream(path, { highWaterMark: 64 * 1024 }),
    size: async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? found.size : undefined;
    },
    save: (path, text) => writeFile(path, text),
    stdin: () => process.stdin,
    isSocket,
    connect,
    listen,
    append,
    onKeys,
    onStop(stop) {
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      // Once: who asks again means it, and the process ends at once.
      for (const each of signals) process.once(each, stop);
      return () => {
        for (const each of signals) process.off(each, stop);
      };
    },
    date: () => new Date(),
    now: () => performance.now(),
    sleep: async (milliseconds, signal) => {
      const options = signal === undefined ? {} : { signal };
      await setTimeout(milliseconds, undefined, options).catch((error) => {
        if (signal?.aborted !== true) throw error;
      });
    },
  };
}

function onKeys(press: (keys: string) => void): (() => void) | undefined {
  const { stdin } = process;
  if (stdin.isTTY !== true) return undefined;
  const decoder = new TextDecoder();
  const hear = (bytes: Uint8Array) => press(decoder.decode(bytes));
  stdin.setRawMode(true);
  stdin.on("data", hear);
  return () => {
    stdin.off("data", hear);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

function outputTo(stream: WriteStream): Output {
  // The callback of write() has the error too; without a listener it would
  // also end the process with a stack trace.
  stream.on("error", () => {});
  return {
    isTerminal: stream.isTTY === true,
    // A window may change its size.
    get columns() {
      return stream.columns;
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => error ? reject(error) : resolve());
      }),
  };
}
