/**
 * A worker on workerd, and strangers who send it what they like.
 *
 * @module
 */

import { assert } from "chai";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { serveWorker, type Worker } from "../scripts/workerd.ts";
import type { ExampleUser } from "./example_user.ts";

/** A worker that takes what strangers send. */
export interface Served extends Worker {
  /**
   * Measures it.
   *
   * @returns How much memory it holds, in bytes.
   */
  memory(): Promise<number>;
}

/**
 * Serves a program as a worker, with a monitor's host behind it.
 *
 * @param user Where the program is.
 * @param file The program.
 * @param monitor The port of the monitor's host.
 * @returns The worker; it ends with the object, by `await using`.
 */
export async function serve(
  user: ExampleUser,
  file: string,
  monitor: number,
): Promise<Served> {
  const module = await user.bundle(file);
  const hosts = { MONITOR: monitor };
  const worker = await serveWorker(user.bin("workerd"), module, hosts);
  return {
    ...worker,
    async memory() {
      const status = await readFile(`/proc/${worker.pid}/status`, "utf8");
      return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]);
    },
  };
}

/** What a request got. */
export interface Got {
  /** The status. */
  readonly status: number;
  /** The body. */
  readonly text: string;
}

/**
 * Posts a body.
 *
 * @param url Where to.
 * @param body The body.
 * @param type What it is said to be.
 * @returns What came back.
 */
export async function post(
  url: string,
  body: BodyInit,
  type = "application/json",
): Promise<Got> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/**
 * Sends a body that never ends, until an answer comes.
 *
 * @param url Where to.
 * @param start How it begins.
 * @param chunk How it goes on, and on.
 * @param every Milliseconds between two chunks.
 * @returns The status, and how much was taken by then.
 */
export async function pour(
  url: string,
  start: string,
  chunk: string,
  every: number,
): Promise<{ status: number; bytes: number }> {
  const { hostname, port, pathname } = new URL(url);
  // Not by node:net, whose sockets lose an answer that has come where a write
  // fails, as it does once the worker has closed.
  using socket = await Deno.connect({ hostname, port: Number(port) });
  let said: string | undefined;
  const answered = statusLine(socket).then((line) => said = line);
  await writeAll(
    socket,
    `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
      "transfer-encoding: chunked\r\n\r\n" + httpChunk(start),
  );
  let bytes = 0;
  for (let tries = 0; said === undefined; tries++) {
    assert.isBelow(tries, 20_000, "nothing refuses it");
    // Whether it can be written does not matter: the answer tells.
    const written = writeAll(socket, httpChunk(chunk)).catch(() => {});
    await Promise.race([written, answered]);
    bytes += chunk.length;
    await pause(every);
  }
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]), bytes };
}

/** What an answer begins with; nothing where the connection ends without one. */
async function statusLine(socket: Deno.Conn): Promise<string> {
  const start = new Uint8Array(64);
  const size = await socket.read(start);
  return new TextDecoder().decode(start.subarray(0, size ?? 0));
}

async function writeAll(socket: Deno.Conn, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    bytes = bytes.subarray(await socket.write(bytes));
  }
}

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
