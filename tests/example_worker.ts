/**
 * A worker on workerd, and strangers who send it what they like.
 *
 * @module
 */

import { assert } from "chai";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
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
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
      "transfer-encoding: chunked\r\n\r\n" + httpChunk(start),
  );
  let said = "";
  socket.setEncoding("latin1").on("data", (text: string) => said += text);
  const part = httpChunk(chunk);
  let bytes = 0;
  for (let tries = 0; said === "" && !socket.destroyed; tries++) {
    assert.isBelow(tries, 20_000, "nothing refuses it");
    if (!socket.write(part)) {
      await Promise.race([once(socket, "drain"), pause(100)]);
    }
    bytes += chunk.length;
    await pause(every);
  }
  socket.destroy();
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]), bytes };
}

function httpChunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
