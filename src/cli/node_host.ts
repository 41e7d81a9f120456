/**
 * The platform, by the names that Node, Deno and Bun share.
 *
 * @module
 */

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import type { Connection, Host, Output, TcpAddress } from "./host.ts";

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
    open: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
    size: async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? found.size : undefined;
    },
    save: (path, text) => writeFile(path, text),
    stdin: () => process.stdin,
    isSocket: async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found?.isSocket() === true;
    },
    connect,
    now: () => performance.now(),
    sleep: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
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

/** How long a monitor may be silent, in milliseconds. */
const patience = 10_000;

async function connect(address: string | TcpAddress): Promise<Connection> {
  const socket = typeof address === "string"
    ? createConnection(address)
    : createConnection(address.port, address.host);
  socket.setTimeout(patience, () => {
    const why = `nothing came for ${patience / 1000} seconds`;
    socket.destroy(new Error(why));
  });
  await once(socket, "connect");
  return {
    received: socket,
    send: (text) => void socket.write(text),
    close: () => void socket.destroy(),
  };
}
