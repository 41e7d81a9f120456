/**
 * Sockets, by the names that Node, Deno and Bun share.
 *
 * @module
 */

import { once } from "node:events";
import { access, stat, unlink } from "node:fs/promises";
import { Buffer } from "node:buffer";
import { createConnection, createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Connection, Listening, TcpAddress } from "./host.ts";

/** How long a monitor may be silent, in milliseconds. */
const patience = 10_000;

/** How many bytes the path of a socket may have; Node 20 would cut a longer one off. */
const longestPath = 107;

/**
 * Connects to a socket.
 *
 * @param address The path of a UNIX socket, or a TCP address.
 * @param signal What cuts it short.
 * @returns The connection.
 */
export async function connect(
  address: string | TcpAddress,
  signal?: AbortSignal,
): Promise<Connection> {
  const socket = createConnection({ ...place(address), allowHalfOpen: true });
  socket.setTimeout(patience, () => socket.destroy(new Error(silence(socket))));
  try {
    await once(socket, "connect", signal === undefined ? {} : { signal });
  } catch (error) {
    socket.destroy();
    const isFile = typeof address === "string" &&
      codeOf(error) === "ECONNREFUSED" && !await isSocket(address);
    throw isFile ? new Error("it is no socket") : error;
  }
  return connection(socket);
}

/** Says what did not come. QEMU greets at once, but lets who comes second wait without a word. */
function silence({ connecting, bytesRead }: Socket): string {
  const time = `for ${patience / 1000} seconds`;
  return connecting
    ? `nobody answered ${time}`
    : bytesRead > 0
    ? `nothing came ${time}`
    : `no greeting came ${time}; a monitor has one client at a time, and this one may have another`;
}

function place(address: string | TcpAddress): { path: string } | TcpAddress {
  if (typeof address !== "string") return address;
  const size = Buffer.byteLength(address);
  if (size > longestPath) {
    throw new Error(
      `its path has ${size} bytes, and that of a socket may have ${longestPath}`,
    );
  }
  return { path: address };
}

function connection(socket: Socket): Connection {
  // Without a listener an error would end the process; it shows in what is
  // received.
  socket.on("error", () => {});
  outliveWrites(socket);
  return {
    received: { [Symbol.asyncIterator]: () => received(socket) },
    send: (data) =>
      new Promise((resolve) => {
        if (socket.destroyed || socket.write(data)) return resolve();
        const proceed = () => {
          socket.off("drain", proceed);
          socket.off("close", proceed);
          resolve();
        };
        socket.on("drain", proceed);
        socket.on("close", proceed);
      }),
    finish: () =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.once("close", resolve);
        socket.end(resolve);
      }),
    bePatient: () => void socket.setTimeout(0),
    close: () => void socket.destroy(),
  };
}

/**
 * Keeps a socket whose peer has gone until all is read that the peer had said.
 * A failed write would destroy it, with what the system still holds of that: the
 * reply to `quit` and the SHUTDOWN, where somebody speaks on.
 */
function outliveWrites(socket: Socket): void {
  const { _write, _writev } = socket;
  let isUnheard = false;
  const settle =
    (done: (error?: Error | null) => void) => (error?: Error | null) => {
      const code = codeOf(error);
      // After either reading comes to an end; after no other error is that sure.
      isUnheard ||= code === "EPIPE" || code === "ECONNRESET";
      done(isUnheard ? null : error);
    };
  socket._write = (chunk, encoding, done) => {
    if (isUnheard) done();
    else _write.call(socket, chunk, encoding, settle(done));
  };
  if (_writev === undefined) return;
  socket._writev = (chunks, done) => {
    if (isUnheard) done();
    else _writev.call(socket, chunks, settle(done));
  };
}

/**
 * Reads a socket. Its own iterator forgets what has come where an error follows
 * it, as ECONNRESET does where QEMU ends and has not read everything.
 */
async function* received(socket: Socket): AsyncGenerator<Uint8Array> {
  const came: Uint8Array[] = [];
  let isOver = socket.closed;
  let wake = () => {};
  const end = () => {
    isOver = true;
    wake();
  };
  socket.on("end", end);
  socket.on("close", end);
  socket.on("data", (bytes) => {
    came.push(bytes);
    socket.pause();
    wake();
  });
  for (;;) {
    const next = came.shift() ?? (isOver ? socket.read() : undefined);
    if (next) yield next;
    else if (isOver) break;
    else {
      socket.resume();
      await new Promise<void>((resolve) => wake = resolve);
    }
  }
  if (socket.errored !== null) throw socket.errored;
}

/**
 * Listens for clients. A socket that was left behind by a process that is gone
 * is taken over.
 *
 * @param address The path of a UNIX socket, or a TCP address.
 * @returns The socket.
 */
export async function listen(
  address: string | TcpAddress,
): Promise<Listening> {
  try {
    return await listenAt(address);
  } catch (error) {
    if (!await isLeftBehind(address, error)) throw error;
    await unlink(address as string);
    return await listenAt(address);
  }
}

async function listenAt(address: string | TcpAddress): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true });
  const waiting: Connection[] = [];
  let isOpen = true;
  let wake = () => {};
  server.on("connection", (socket) => {
    waiting.push(connection(socket));
    wake();
  });
  server.listen(place(address));
  await once(server, "listening").catch(async (error) => {
    // Node says EACCES where there is no folder for it.
    const isLost = typeof address === "string" &&
      codeOf(error) === "EACCES" && !await isThere(dirname(address));
    throw isLost
      ? Object.assign(new Error("ENOENT"), { code: "ENOENT" })
      : error;
  });
  // A client for which the system has no room has not come; the others stay.
  server.on("error", () => {});
  return {
    clients: {
      async *[Symbol.asyncIterator]() {
        while (isOpen) {
          const next = waiting.shift();
          if (next !== undefined) yield next;
          else await new Promise<void>((resolve) => wake = resolve);
        }
      },
    },
    close() {
      isOpen = false;
      for (const each of waiting) each.close();
      server.close();
      wake();
    },
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

async function isLeftBehind(
  address: string | TcpAddress,
  error: unknown,
): Promise<boolean> {
  if (typeof address !== "string") return false;
  if (codeOf(error) !== "EADDRINUSE") return false;
  // A file refuses connections too, and must stay.
  if (!await isSocket(address)) throw new Error("there is something else");
  try {
    (await connect(address)).close();
    return false;
  } catch (error) {
    return codeOf(error) === "ECONNREFUSED";
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/**
 * Tells a socket from a file.
 *
 * @param path Where it is.
 * @returns Whether there is a socket.
 */
export async function isSocket(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isSocket() === true;
}
