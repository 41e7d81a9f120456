/**
 * Sockets, by the names that Node, Deno and Bun share.
 *
 * @module
 */

import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import type { Connection, Listening, TcpAddress } from "./host.ts";

/** How long a monitor may be silent, in milliseconds. */
const patience = 10_000;

/**
 * Connects to a socket.
 *
 * @param address The path of a UNIX socket, or a TCP address.
 * @returns The connection.
 */
export async function connect(
  address: string | TcpAddress,
): Promise<Connection> {
  const socket = createConnection({ ...place(address), allowHalfOpen: true });
  socket.setTimeout(patience, () => {
    const why = `nothing came for ${patience / 1000} seconds`;
    socket.destroy(new Error(why));
  });
  await once(socket, "connect");
  return connection(socket);
}

function place(address: string | TcpAddress): { path: string } | TcpAddress {
  return typeof address === "string" ? { path: address } : address;
}

function connection(socket: Socket): Connection {
  // Without a listener an error would end the process; it shows in what is
  // received.
  socket.on("error", () => {});
  return {
    received: socket.iterator({ destroyOnReturn: false }),
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
  await once(server, "listening");
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

async function isLeftBehind(
  address: string | TcpAddress,
  error: unknown,
): Promise<boolean> {
  if (typeof address !== "string") return false;
  if ((error as { code?: unknown }).code !== "EADDRINUSE") return false;
  try {
    (await connect(address)).close();
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === "ECONNREFUSED";
  }
}
