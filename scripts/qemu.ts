/**
 * Drives a real QEMU without a guest, for recordings and live tests: starts it,
 * talks to its monitor, pokes the machine as a guest would, and clears up.
 *
 * QEMU connects to sockets that already listen here, so that there is nothing
 * to poll for at the start and no first byte to miss.
 *
 * @module
 */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { objects } from "./objects.ts";

/** The two targets that Debian's qemu-system-x86 and qemu-system-misc bring. */
export type Target = "x86_64" | "s390x";

/** A message of QEMU, as JSON.parse reads it: good for names, not for large integers. */
// deno-lint-ignore no-explicit-any -- a test's view of any message
export type Received = Record<string, any>;

/** How long to wait for a message, a state or an end, in milliseconds. */
const patience = 120_000;

/**
 * Asks for the version of an installed QEMU.
 *
 * @param target Which QEMU.
 * @returns The version, such as `7.2.22`; nothing where it is not installed.
 */
export async function qemuVersion(target: Target): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(`qemu-system-${target}`, [
      "--version",
    ]);
    return /version (\S+)/.exec(stdout)?.[1];
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What is seen of the bytes of a monitor, in order and before anyone else sees them. */
export interface Tap {
  /** Bytes that came from QEMU. */
  received(bytes: Uint8Array): void;
  /** Bytes that are about to go to QEMU. */
  sent(bytes: Uint8Array): void;
}

/** A connection to a monitor of QEMU. */
export interface Monitor {
  /**
   * Sends text or bytes as they are.
   *
   * @param text What to send, line end included if there is to be one.
   */
  send(text: string | Uint8Array): void;
  /**
   * Sends a command and waits for its reply, whatever that is.
   *
   * @param name The command.
   * @param args Its arguments.
   * @param id Its id.
   * @returns The reply.
   */
  ask(name: string, args?: object, id?: unknown): Promise<Received>;
  /**
   * Sends a command that QEMU is to obey.
   *
   * @param name The command.
   * @param args Its arguments.
   * @returns What it returned.
   * @throws {Error} When QEMU refuses it.
   */
  execute(name: string, args?: object): Promise<unknown>;
  /**
   * Waits for the next reply that nobody has taken yet.
   *
   * @returns The reply.
   */
  reply(): Promise<Received>;
  /**
   * Waits for the next event of a name that nobody has taken yet.
   *
   * @param name The event.
   * @returns The event.
   */
  event(name: string): Promise<Received>;
}

/** How a QEMU is started. */
export interface QemuOptions {
  /** Which QEMU, by default x86_64. */
  readonly target?: Target;
  /** The machine, by default `pc`, or `s390-ccw-virtio`. */
  readonly machine?: string;
  /** More arguments. Its working directory is an empty one of its own. */
  readonly args?: readonly string[];
  /** Files for that directory. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Whether the monitor prints each message over several lines. */
  readonly pretty?: boolean;
  /** Sees every byte of the monitor. */
  readonly tap?: Tap;
}

/**
 * Says which machine a QEMU is started with.
 *
 * @param options How it is started.
 * @returns The machine's name.
 */
export function machineOf({ machine, target }: QemuOptions): string {
  return machine ?? (target === "s390x" ? "s390-ccw-virtio" : "pc");
}

/** A running QEMU. */
export interface Qemu {
  /** Its working directory. */
  readonly dir: string;
  /** The monitor that the tap listens to. */
  readonly monitor: Monitor;
  /** Another one, which leaves no trace in the first but for events. */
  readonly witness: Monitor;
  /**
   * Waits for a run state, over the second monitor; then asks the first.
   *
   * @param state The run state.
   */
  state(state: string): Promise<void>;
  /**
   * Pokes the machine over the qtest socket.
   *
   * @param line A line of the qtest protocol, such as `outb 0xcf9 0x6`.
   * @returns What QEMU answered after `OK`.
   */
  poke(line: string): Promise<string>;
  /**
   * Sends QEMU a signal.
   *
   * @param signal Its name.
   */
  signal(signal: "SIGTERM" | "SIGINT"): void;
  /** Waits until QEMU has ended by itself and its last byte has come. */
  ended(): Promise<void>;
}

/**
 * Starts a QEMU, lends it out, and ends it whatever happens.
 *
 * @param options How to start it.
 * @param use What to do with it.
 * @returns What `use` returned.
 * @throws {Error} When QEMU does not start, or does not do in time what is waited for.
 */
export async function withQemu<Result>(
  options: QemuOptions,
  use: (qemu: Qemu) => Promise<Result>,
): Promise<Result> {
  const { target = "x86_64", pretty = false, args = [], files = {} } = options;
  const dir = await mkdtemp(join(tmpdir(), "qmp-"));
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(dir, name), bytes);
  }
  const [tapped, witnessing, poking] = await Promise.all(
    ["monitor", "witness", "qtest"].map((name) => listen(join(dir, name))),
  ) as [Listener, Listener, Listener];
  const child = spawn(`qemu-system-${target}`, [
    ...["-nodefaults", "-display", "none", "-accel", "tcg"],
    ...["-machine", machineOf(options)],
    ...["-chardev", `socket,id=monitor,path=${tapped.path}`],
    ...["-mon", `chardev=monitor,mode=control,pretty=${pretty ? "on" : "off"}`],
    ...["-chardev", `socket,id=witness,path=${witnessing.path}`],
    ...["-mon", "chardev=witness,mode=control"],
    ...["-qtest", `unix:${poking.path}`, "-qtest-log", "/dev/null"],
    ...args,
  ], { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  const abandon = () => {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  };
  process.once("exit", abandon);
  const closed = once(child, "close");
  const connected: Promise<void>[] = [];
  let complaint = "";
  child.stderr?.on("data", (bytes) => complaint += bytes);

  try {
    const sockets = await inTime(
      Promise.race([
        Promise.all([tapped.socket, witnessing.socket, poking.socket]),
        closed.then(([code]) => {
          throw new Error(`QEMU ended with ${code}: ${complaint.trim()}`);
        }),
      ]),
      () => `QEMU did not connect: ${complaint.trim()}`,
    );
    connected.push(...sockets.map(closing));
    const monitor = talk(sockets[0], () => complaint, options.tap);
    const witness = talk(sockets[1], () => complaint);
    await witness.execute("qmp_capabilities");
    return await use({
      dir,
      monitor,
      witness,
      state: (state) => reach(state, monitor, witness),
      poke: poker(sockets[2]),
      signal: (signal) => void child.kill(signal),
      async ended() {
        await inTime(
          Promise.all([closed, monitor.closed]),
          () => "QEMU did not end",
        );
      },
    });
  } finally {
    process.off("exit", abandon);
    child.kill("SIGKILL");
    // Its last bytes may be on the way even then.
    await Promise.allSettled([closed, ...connected]);
    for (const { server } of [tapped, witnessing, poking]) server.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Not once() of node:events, which gives up when the connection is reset. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

interface Listener {
  readonly path: string;
  readonly server: ReturnType<typeof createServer>;
  readonly socket: Promise<Socket>;
}

async function listen(path: string): Promise<Listener> {
  const server = createServer();
  const socket = once(server, "connection").then(([socket]: Socket[]) => {
    // A QEMU that ends may reset the connection; what it said before has come.
    return socket!.on("error", () => {});
  });
  server.listen(path);
  await once(server, "listening");
  return { path, server, socket };
}

async function inTime<Value>(
  promise: Promise<Value>,
  failure: () => string,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${failure()} (within ${patience / 1000} s)`)),
      patience,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function reach(
  state: string,
  monitor: Monitor,
  witness: Monitor,
): Promise<void> {
  const deadline = Date.now() + patience;
  let seen: unknown;
  while (seen !== state) {
    if (Date.now() > deadline) {
      throw new Error(`QEMU did not come to ${state}, but stayed ${seen}`);
    }
    seen = (await witness.execute("query-status") as Received)["status"];
    if (seen !== state) await new Promise((tick) => setTimeout(tick, 10));
  }
  const { status } = await monitor.execute("query-status") as Received;
  if (status !== state) throw new Error(`QEMU left ${state} for ${status}`);
}

function poker(socket: Socket): (line: string) => Promise<string> {
  let answers = "";
  socket.on("data", (bytes) => answers += bytes);
  return async (line) => {
    socket.write(`${line}\n`);
    while (!answers.includes("\n")) {
      await inTime(once(socket, "data"), () => `QEMU did not answer "${line}"`);
    }
    const answer = answers.slice(0, answers.indexOf("\n"));
    answers = answers.slice(answer.length + 1);
    if (!answer.startsWith("OK")) {
      throw new Error(`QEMU answered "${answer}" to "${line}"`);
    }
    return answer.slice(3);
  };
}

interface Waiting {
  readonly fits: (message: Received) => boolean;
  readonly take: (message: Received) => void;
  readonly fail: (error: Error) => void;
}

function talk(
  socket: Socket,
  complaint: () => string,
  tap?: Tap,
): Monitor & { readonly closed: Promise<void> } {
  const untaken: Received[] = [];
  const waiting: Waiting[] = [];
  const split = objects();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let over = false;

  socket.on("data", (bytes) => {
    tap?.received(bytes);
    for (const { text } of split(decoder.decode(bytes, { stream: true }))) {
      const message: Received = JSON.parse(text);
      const at = waiting.findIndex(({ fits }) => fits(message));
      if (at === -1) untaken.push(message);
      else waiting.splice(at, 1)[0]?.take(message);
    }
  });
  const closed = closing(socket).then(() => {
    over = true;
    for (const { fail } of waiting.splice(0)) {
      fail(new Error(`QEMU closed the monitor: ${complaint().trim()}`));
    }
  });

  const next = (fits: Waiting["fits"], what: string): Promise<Received> => {
    const at = untaken.findIndex(fits);
    const [found] = at === -1 ? [] : untaken.splice(at, 1);
    if (found) return Promise.resolve(found);
    if (over) return Promise.reject(new Error(`QEMU went without ${what}`));
    return inTime(
      new Promise((take, fail) => waiting.push({ fits, take, fail })),
      () => `QEMU sent no ${what}, but ${JSON.stringify(untaken.slice(-5))}`,
    );
  };
  const send = (text: string | Uint8Array) => {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    tap?.sent(bytes);
    socket.write(bytes);
  };
  const reply = () =>
    next((message) => "return" in message || "error" in message, "reply");
  const ask = (name: string, args?: object, id?: unknown) => {
    const command = { execute: name, arguments: args, id };
    send(JSON.stringify(command) + "\r\n");
    return reply();
  };
  return {
    closed,
    send,
    ask,
    reply,
    async execute(name, args) {
      const message = await ask(name, args);
      if ("return" in message) return message["return"];
      throw new Error(`QEMU refused ${name}: ${JSON.stringify(message)}`);
    },
    event: (name) => next((message) => message["event"] === name, name),
  };
}
