/**
 * A platform for tests of the command line: files in memory, and a clock that
 * jumps where somebody sleeps.
 *
 * @module
 */

import type { Connection, Host, Output } from "@qmp/run-state/cli";

/** What the platform is like. */
export interface FakePlatform {
  /** The files: their bytes or text, or the error that opening them gives. */
  readonly files?: Readonly<Record<string, Uint8Array | string | Error>>;
  /** What comes on standard input. */
  readonly stdin?: string;
  /** The environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the outputs are terminals. */
  readonly isTerminal?: boolean;
  /** How many characters the outputs show in a line. */
  readonly columns?: number;
  /** How long reading a chunk takes, in milliseconds. */
  readonly delay?: number;
  /** What saving a file throws. */
  readonly locked?: Error;
  /** How many bytes come at once; all unless said. */
  readonly chunk?: number;
  /** What writing to standard output throws. */
  readonly full?: Error;
  /** The monitors that listen, by the path of their socket or by `host:port`: what each says to what it is told. */
  readonly monitors?: Readonly<Record<string, FakeMonitor>>;
}

/** A monitor: its greeting, and its answer to each command. */
export interface FakeMonitor {
  /** What it says first. */
  readonly greeting: string;
  /**
   * Answers.
   *
   * @param command The command, as it came.
   * @returns What it says.
   */
  answer(command: string): string;
}

/** A platform, and what was done on it. */
export interface FakeHost extends Host {
  /** What was written to standard output. */
  readonly out: () => string;
  /** What was written to standard error. */
  readonly err: () => string;
  /** The files that were written, by their paths. */
  readonly saved: Map<string, string>;
  /** How long was slept each time, in milliseconds. */
  readonly slept: number[];
}

/**
 * Makes a platform.
 *
 * @param platform What it is like.
 * @returns The platform.
 */
export function fakeHost(platform: FakePlatform): FakeHost {
  const { files = {}, env = {}, isTerminal = false, chunk = Infinity } =
    platform;
  const { monitors = {} } = platform;
  const slept: number[] = [];
  const saved = new Map<string, string>();
  let clock = 1e6;
  let out = "";
  let err = "";

  const output = (take: (text: string) => void, full?: Error): Output => ({
    isTerminal,
    ...platform.columns !== undefined && { columns: platform.columns },
    write(text) {
      if (full !== undefined) return Promise.reject(full);
      take(text);
      return Promise.resolve();
    },
  });
  async function* give(content: Uint8Array | string | Error | undefined) {
    await Promise.resolve();
    if (content === undefined) throw failure("ENOENT");
    if (content instanceof Error) throw content;
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    for (let at = 0; at < bytes.length; at += chunk) {
      clock += platform.delay ?? 0;
      yield bytes.slice(at, at + chunk);
    }
  }
  return {
    stdout: output((text) => out += text, platform.full),
    stderr: output((text) => err += text),
    env: (name) => env[name],
    open: (path) => give(files[path]),
    size(path) {
      const content = files[path];
      return Promise.resolve(
        typeof content === "string" || content instanceof Uint8Array
          ? content.length
          : undefined,
      );
    },
    save(path, text) {
      if (platform.locked) return Promise.reject(platform.locked);
      saved.set(path, text);
      return Promise.resolve();
    },
    stdin: () => give(platform.stdin ?? ""),
    isSocket: (path) => Promise.resolve(path in monitors),
    connect(address) {
      const name = typeof address === "string"
        ? address
        : `${address.host}:${address.port}`;
      const monitor = monitors[name];
      return monitor === undefined
        ? Promise.reject(failure("ECONNREFUSED"))
        : Promise.resolve(connection(monitor, give));
    },
    now: () => clock,
    sleep(milliseconds) {
      slept.push(milliseconds);
      clock += milliseconds;
      return Promise.resolve();
    },
    out: () => out,
    err: () => err,
    slept,
    saved,
  };
}

function connection(
  { greeting, answer }: FakeMonitor,
  give: (text: string) => AsyncIterable<Uint8Array>,
): Connection {
  const said = [greeting];
  let isOpen = true;
  return {
    received: {
      async *[Symbol.asyncIterator]() {
        while (isOpen && said.length > 0) yield* give(said.shift()!);
        if (isOpen) throw new Error("nothing came for 10 seconds");
      },
    },
    send: (text) => void said.push(answer(text)),
    close: () => void (isOpen = false),
  };
}

/**
 * Makes an error as the system gives it.
 *
 * @param code Such as `ENOENT`.
 * @returns The error.
 */
export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}
