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

/** A connection to a monitor, or from a client of one. */
export interface Connection {
  /**
   * What comes, once. The iteration throws where the connection breaks, and
   * where nothing comes for ten seconds.
   */
  readonly received: AsyncIterable<Uint8Array>;
  /**
   * Sends. That it failed shows in what is received.
   *
   * @param data What to send.
   * @returns When there is room for more.
   */
  send(data: string | Uint8Array): Promise<void>;
  /**
   * Says that nothing more will be sent; what comes still comes.
   *
   * @returns When all that was sent is on its way, or the connection is gone.
   */
  finish(): Promise<void>;
  /** Lets nothing come for as long as may be, from now on. */
  bePatient(): void;
  /** Ends the connection. */
  close(): void;
}

/** A socket that clients connect to. */
export interface Listening {
  /** The clients, as they come. */
  readonly clients: AsyncIterable<Connection>;
  /** Ends it; those who are connected stay so. */
  close(): void;
}

/** A file that grows at its end. */
export interface Growing {
  /** How many bytes it had when it was opened; undefined where it is no regular file. */
  readonly size: number | undefined;
  /**
   * Writes whole lines. When it returns, the system has them: the end of the
   * process loses none.
   *
   * @param lines What to write.
   * @throws {Error} Where there is no room for all of them, with the `code`
   * that the system gave, such as `ENOSPC`; a line that had no room whole is
   * not in the file. Also where the file was deleted, or something else writes
   * to one that was begun before.
   */
  write(lines: string): void;
  /** Sees to it that what was written is on the disk, and no loss of power loses it. */
  sync(): void;
  /** Takes everything out of it. */
  empty(): void;
  /** Closes it. */
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
   * @param signal What cuts it short; it does not end the connection.
   * @returns The connection.
   * @throws {Error} Where nobody listens, with the `code` that the system gave,
   * and where it was cut short.
   */
  connect(
    address: string | TcpAddress,
    signal?: AbortSignal,
  ): Promise<Connection>;
  /**
   * Listens for clients.
   *
   * @param address The path of a UNIX socket, or a TCP address.
   * @returns The socket. Clients may be silent for as long as they like.
   * @throws {Error} Where that cannot be had, with the `code` that the system gave.
   */
  listen(address: string | TcpAddress): Promise<Listening>;
  /**
   * Opens a file to write at its end; makes it where there is none.
   *
   * @param path Where it is.
   * @returns The file.
   * @throws {Error} Where that cannot be done, with the `code` that the system gave.
   */
  append(path: string): Growing;
  /**
   * Tells the time of day.
   *
   * @returns Now.
   */
  date(): Date;
  /**
   * Hears the keys as they are pressed, without showing them. Ctrl-C is a key
   * then.
   *
   * @param press Takes what was pressed, such as `q`; it may be several keys.
   * @returns What gives the keyboard back; undefined where standard input is no
   * terminal.
   */
  onKeys(press: (keys: string) => void): (() => void) | undefined;
  /**
   * Calls back where the process is asked to end: by Ctrl-C, by SIGTERM, or
   * because its terminal has gone.
   *
   * @param stop Takes the name of the signal; the process itself goes on.
   * @returns What takes it back.
   */
  onStop(stop: (signal: string) => void): () => void;
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
   * @param signal What cuts it short.
   * @returns When that time has passed.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
