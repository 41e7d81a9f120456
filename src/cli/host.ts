/**
 * What the command line needs of the platform that it runs on.
 *
 * @module
 */

/** Where text goes: standard output or standard error. */
export interface Output {
  /** Whether a person reads it, on a terminal. */
  readonly isTerminal: boolean;
  /** How many characters the terminal shows in a line, where that is known. */
  readonly columns?: number | undefined;
  /**
   * Writes text.
   *
   * @param text What to write.
   * @returns When there is room for more.
   * @throws {Error} Where it cannot be written, with the `code` that the
   * system gave, such as `EPIPE`.
   */
  write(text: string): Promise<void>;
}

/** Where a TCP socket is. */
export interface TcpAddress {
  /** The name or the address of the machine. */
  readonly host: string;
  /** The port, 1 to 65535. */
  readonly port: number;
}

/** A connection to a monitor. */
export interface Connection {
  /** What comes. The iteration throws where nothing comes for ten seconds. */
  readonly received: AsyncIterable<Uint8Array>;
  /**
   * Sends text.
   *
   * @param text What to send.
   */
  send(text: string): void;
  /** Ends the connection. */
  close(): void;
}

/** The platform, handed to `main`. */
export interface Host {
  /** Takes results. */
  readonly stdout: Output;
  /** Takes complaints. */
  readonly stderr: Output;
  /**
   * Looks up a variable of the environment.
   *
   * @param name Its name.
   * @returns Its value; undefined where it is not set.
   */
  env(name: string): string | undefined;
  /**
   * Reads a file chunk by chunk.
   *
   * @param path Where it is.
   * @returns Its bytes. The iteration throws where it cannot be read, with the
   * `code` that the system gave, such as `ENOENT`.
   */
  open(path: string): AsyncIterable<Uint8Array>;
  /**
   * Tells how big a file is.
   *
   * @param path Where it is.
   * @returns How many bytes; undefined where that is not known before it is read.
   */
  size(path: string): Promise<number | undefined>;
  /**
   * Writes a file, in place of the one that is there.
   *
   * @param path Where.
   * @param text What it is to hold.
   * @throws {Error} Where it cannot be written, with the `code` that the
   * system gave, such as `EACCES`.
   */
  save(path: string, text: string): Promise<void>;
  /**
   * Reads standard input chunk by chunk.
   *
   * @returns Its bytes.
   */
  stdin(): AsyncIterable<Uint8Array>;
  /**
   * Tells a socket from a file.
   *
   * @param path Where it is.
   * @returns Whether there is a socket.
   */
  isSocket(path: string): Promise<boolean>;
  /**
   * Connects to a socket.
   *
   * @param address The path of a UNIX socket, or where to reach a TCP socket.
   * @returns The connection.
   * @throws {Error} Where nobody listens, with the `code` that the system gave.
   */
  connect(address: string | TcpAddress): Promise<Connection>;
  /**
   * Reads a clock that never runs backwards.
   *
   * @returns Milliseconds since some moment.
   */
  now(): number;
  /**
   * Waits.
   *
   * @param milliseconds How long, from 0 to 2147483647.
   * @returns When that time has passed.
   */
  sleep(milliseconds: number): Promise<void>;
}
