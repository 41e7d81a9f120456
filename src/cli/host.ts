/**
 * What the command line needs of the platform that it runs on.
 *
 * @module
 */

/** Where text goes: standard output or standard error. */
export interface Output {
  /** Whether a person reads it, on a terminal. */
  readonly isTerminal: boolean;
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
   * Reads standard input chunk by chunk.
   *
   * @returns Its bytes.
   */
  stdin(): AsyncIterable<Uint8Array>;
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
