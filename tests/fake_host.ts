/**
 * A platform for tests of the command line: files in memory, and a clock that
 * jumps where somebody sleeps.
 *
 * @module
 */

import type { Connection, Growing, Host, Output } from "@qmp/run-state/cli";

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
  /** The monitors that listen, by the path of their socket or by `host:port`: what each says to what it is told. A list has one for each connection. */
  readonly monitors?: Readonly<
    Record<string, FakeMonitor | readonly FakeMonitor[]>
  >;
  /** The clients that come where somebody listens: what each says, piece by piece; one that ends with "" then stays. */
  readonly clients?: readonly (readonly string[])[];
  /** How many bytes files may grow by. */
  readonly room?: number;
  /** At the how-manieth sleep the process is asked to end. */
  readonly stopsAt?: number;
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
  /** How the connection ends when all is said; left out where it stays. */
  readonly after?: "end" | Error;
  /** Whether nobody answers who connects, until the process is asked to end. */
  readonly isUnreachable?: boolean;
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
  /** What each client was told. */
  readonly heard: string[];
  /** What the files hold that have grown. */
  readonly grown: Map<string, string>;
  /** How much of a file was on the disk each time it was asked for. */
  readonly synced: number[];
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
  const { monitors = {}, clients = [] } = platform;
  let { room = Infinity } = platform;
  const slept: number[] = [];
  const saved = new Map<string, string>();
  const heard: string[] = [];
  const grown = new Map<string, string>();
  const synced: number[] = [];
  const connected = new Map<string, number>();
  const stops = new Set<(signal: string) => void>();
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
    connect(address, signal) {
      const name = typeof address === "string"
        ? address
        : `${address.host}:${address.port}`;
      const times = connected.get(name) ?? 0;
      connected.set(name, times + 1);
      const monitor = [monitors[name] ?? []].flat()[
        Array.isArray(monitors[name]) ? times : 0
      ];
      if (monitor?.isUnreachable) {
        return new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          for (const stop of stops) stop("SIGTERM");
        });
      }
      return monitor === undefined
        ? Promise.reject(failure("ECONNREFUSED"))
        : Promise.resolve(connection(monitor, give));
    },
    listen(address) {
      if (address === "/run/taken") {
        return Promise.reject(failure("EADDRINUSE"));
      }
      let isOpen = true;
      return Promise.resolve({
        clients: {
          async *[Symbol.asyncIterator]() {
            for (const said of clients) {
              if (!isOpen) return;
              const at = heard.push("") - 1;
              yield client(said, (text) => heard[at] += text);
            }
            // Nobody else comes.
            for (const stop of stops) stop("SIGTERM");
          },
        },
        close: () => void (isOpen = false),
      });
    },
    append(path) {
      const before = files[path];
      if (before instanceof Error) throw before;
      if (!grown.has(path)) grown.set(path, String(before ?? ""));
      return growing(grown, path, synced, (wanted) => {
        const given = Math.min(wanted, room);
        room -= given;
        return given;
      });
    },
    onStop(stop) {
      stops.add(stop);
      return () => stops.delete(stop);
    },
    date: () => new Date(1.7e12 + clock),
    onKeys: () => undefined,
    now: () => clock,
    sleep(milliseconds) {
      slept.push(milliseconds);
      clock += milliseconds;
      if (slept.length === platform.stopsAt) {
        for (const stop of stops) {
          stop("SIGTERM");
        }
      }
      return Promise.resolve();
    },
    heard,
    grown,
    synced,
    out: () => out,
    err: () => err,
    slept,
    saved,
  };
}

function connection(
  { greeting, answer, after }: FakeMonitor,
  give: (text: string) => AsyncIterable<Uint8Array>,
): Connection {
  const said = [greeting];
  const decoder = new TextDecoder();
  let isOpen = true;
  let isPatient = false;
  let isFinished = false;
  let wake = () => {};
  return {
    received: {
      async *[Symbol.asyncIterator]() {
        while (isOpen) {
          const next = said.shift();
          if (next !== undefined) yield* give(next);
          else if (isFinished || after === "end") return;
          else if (after !== undefined) throw after;
          else if (!isPatient) throw new Error("nothing came for 10 seconds");
          else await new Promise<void>((resolve) => wake = resolve);
        }
      },
    },
    send(data) {
      said.push(answer(typeof data === "string" ? data : decoder.decode(data)));
      wake();
      return Promise.resolve();
    },
    finish() {
      isFinished = true;
      wake();
      return Promise.resolve();
    },
    bePatient: () => void (isPatient = true),
    close() {
      isOpen = false;
      wake();
    },
  };
}

function client(
  said: readonly string[],
  hear: (text: string) => void,
): Connection {
  const decoder = new TextDecoder();
  let leave = () => {};
  const left = new Promise<void>((resolve) => leave = resolve);
  return {
    received: {
      async *[Symbol.asyncIterator]() {
        for (const text of said) {
          if (text === "") await left;
          else yield await Promise.resolve(encode(text));
        }
      },
    },
    send: (data) =>
      Promise.resolve(
        hear(typeof data === "string" ? data : decoder.decode(data)),
      ),
    finish: () => Promise.resolve(),
    bePatient: () => {},
    close: () => leave(),
  };
}

/** A file on a disk that may be full. */
function growing(
  files: Map<string, string>,
  path: string,
  synced: number[],
  take: (bytes: number) => number,
): Growing {
  return {
    size: encode(files.get(path)!).length,
    write(lines) {
      const bytes = encode(lines);
      const fits = take(bytes.length);
      const whole = fits === bytes.length
        ? fits
        : bytes.subarray(0, fits).lastIndexOf(0x0a) + 1;
      const text = new TextDecoder().decode(bytes.subarray(0, whole));
      files.set(path, files.get(path)! + text);
      if (fits < bytes.length) throw failure("ENOSPC");
    },
    sync: () => void synced.push(encode(files.get(path)!).length),
    empty: () => void files.set(path, ""),
    close: () => {},
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
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
