/**
 * A worker on workerd, and strangers who send it what they like.
 *
 * @module
 */

import { assert } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

import { end, type ExampleUser } from "./example_user.ts";

/** A worker that serves on workerd. */
export interface Served extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /**
   * Gives what it complained of.
   *
   * @returns The text.
   */
  said(): string;
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
  const module = basename(await user.bundle(file));
  const config = join(user.folder, "config.capnp");
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main", esModule = embed "${module}")],
      compatibilityDate = "2026-11-01",
      bindings = [(name = "MONITOR", service = "monitor")],
    )),
    (name = "monitor", external = (address = "127.0.0.1:${monitor}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const control = ["--control-fd=3"];
  const child = spawn(user.bin("workerd"), ["serve", config, ...control], {
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  let said = "";
  child.stderr!.on("data", (text) => said += text);
  const listening = once(child.stdio[3] as Readable, "data");
  const [told] = await Promise.race([listening, once(child, "exit")]);
  assert.isNull(child.exitCode, said);
  const { port }: { port: number } = JSON.parse(String(told));
  return {
    url: `http://127.0.0.1:${port}`,
    said: () => said,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]);
    },
    [Symbol.asyncDispose]: () => end(child),
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
