/**
 * `qmp-run-state record` as a process, and a monitor that the test speaks for.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const settings: { tasks: Record<string, { command: string }> } = JSON.parse(
  readFileSync(join(root, "deno.json"), "utf8"),
);

/** The task's own words, so that its permissions are the ones tested. */
const [, verb = "", ...words] = settings.tasks["qmp"]!.command.split(" ");

/** The words that run the program on Deno. */
export const onDeno: readonly string[] = [
  ...[Deno.execPath(), verb, "--quiet", "--no-prompt"],
  ...words,
];

/** A greeting of QEMU 7.2. */
export const greeting: string =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n';

/** The program at work. */
export interface Program {
  /** What it has written up to now. */
  readonly out: () => string;
  readonly err: () => string;
  /**
   * Sends a signal.
   *
   * @param signal Its name.
   */
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
  /**
   * Waits for something on standard output.
   *
   * @param what What.
   */
  says(what: RegExp): Promise<void>;
  /**
   * Waits for its end.
   *
   * @returns Its exit code.
   */
  ended(): Promise<number | null>;
}

/**
 * Starts the program on Deno.
 *
 * @param args Its arguments.
 * @returns The program.
 */
export function start(...args: readonly string[]): Program {
  return startBy(onDeno, ...args);
}

/**
 * Starts the program.
 *
 * @param command The words that run it.
 * @param args Its arguments.
 * @returns The program.
 */
export function startBy(
  [command = "", ...flags]: readonly string[],
  ...args: readonly string[]
): Program {
  const child = spawn(command, [...flags, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => out += text);
  child.stderr.setEncoding("utf8").on("data", (text) => err += text);
  return {
    // Not kill() of the child: Deno takes it for dead of the signal then.
    kill: (signal) => void process.kill(child.pid!, signal),
    out: () => out,
    err: () => err,
    async says(what) {
      while (!what.test(out)) {
        const over = closed.then(() => {
          if (!what.test(out)) {
            throw new Error(`It ended without ${what}: ${out}${err}`);
          }
        });
        await Promise.race([once(child.stdout, "data"), over]);
      }
    },
    async ended() {
      const [code] = await closed;
      return code;
    },
  };
}

/** A monitor that a test speaks for. */
export interface FakeQemu extends AsyncDisposable {
  /** The bytes that each client has sent. */
  readonly received: Uint8Array[][];
  /** The clients, in the order in which they came. */
  readonly clients: Socket[];
}

/**
 * Listens as QEMU does.
 *
 * @param path Where.
 * @param greet What to do with a client.
 * @returns The monitor.
 */
export async function fakeQemu(
  path: string,
  greet: (socket: Socket, index: number) => void,
): Promise<FakeQemu> {
  const clients: Socket[] = [];
  const received: Uint8Array[][] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    const index = clients.push(socket) - 1;
    received.push([]);
    socket.on("error", () => {});
    socket.on("data", (bytes) => received[index]!.push(new Uint8Array(bytes)));
    greet(socket, index);
  });
  server.listen(path);
  await once(server, "listening");
  return {
    clients,
    received,
    async [Symbol.asyncDispose]() {
      for (const each of clients) each.destroy();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

/**
 * Joins bytes.
 *
 * @param parts The parts.
 * @returns All of them.
 */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
