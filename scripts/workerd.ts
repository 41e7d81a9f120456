/**
 * Serves a module as a worker on workerd, Cloudflare's runtime.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";

/** A worker that is served; it ends with the object, by `await using`. */
export interface Worker extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** The number of its process. */
  readonly pid: number;
  /**
   * Gives what it wrote and complained of.
   *
   * @returns The text.
   */
  said(): string;
}

/**
 * Serves a module as a worker, with nothing of Node and no storage.
 *
 * @param program The runtime.
 * @param module The path of the module; a file for the runtime is put beside it.
 * @param hosts The servers that it may call: the port of each, by its binding.
 * @returns The worker.
 * @throws {Error} When it ends before it listens, with what it wrote.
 */
export async function serveWorker(
  program: string,
  module: string,
  hosts: Readonly<Record<string, number>> = {},
): Promise<Worker> {
  const config = `${module}.capnp`;
  await writeFile(config, configOf(basename(module), hosts));
  const child = spawn(program, ["serve", config, "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text) => said += text);
  }
  const ended = once(child, "close");
  const told = await Promise.race([portOf(child.stdio[3] as Readable), ended]);
  if (typeof told !== "number") {
    throw new Error(`Cannot serve ${module}: workerd has ended\n${said}`);
  }
  return {
    url: `http://127.0.0.1:${told}`,
    pid: child.pid!,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

function configOf(
  module: string,
  hosts: Readonly<Record<string, number>>,
): string {
  const names = Object.keys(hosts);
  const bindings = names.map((name) =>
    `(name = "${name}", service = "${name}")`
  );
  const services = names.map((name) =>
    `(name = "${name}", external = (address = "127.0.0.1:${
      hosts[name]
    }", http = ()))`
  );
  return `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [${['(name = "main", worker = .worker)', ...services]}],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
  ],
);

const worker :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "${module}")],
  compatibilityDate = "2026-11-01",
  bindings = [${bindings}],
);
`;
}

/** It tells its port as JSON, on a line; undefined where it tells nothing. */
async function portOf(control: Readable): Promise<number | undefined> {
  let text = "";
  for await (const part of control.setEncoding("utf8")) {
    text += part;
    const port = /"port": *(\d+)[^]*\n/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}
