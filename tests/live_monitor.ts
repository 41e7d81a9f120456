/**
 * A real QEMU that is asked many commands at once, for the tests that hold a
 * verdict against it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** What QEMU says, but for events. */
export interface Answer {
  /** The id of the command. */
  readonly id?: unknown;
  /** The name of an event. */
  readonly event?: string;
  /** What came of it. */
  readonly return?: unknown;
  /** What went wrong. */
  readonly error?: { readonly class: string; readonly desc: string };
}

/**
 * Starts a machine without processors, so that `cont` costs nothing, whose end
 * is put off.
 *
 * @param options What to tell QEMU beside that.
 * @returns The process.
 */
export function spawnQemu(
  options: readonly string[],
): ChildProcessByStdio<Writable, Readable, null> {
  const machine = ["-M", "none", "-nodefaults", "-display", "none"];
  return spawn("qemu-system-x86_64", [...machine, "-no-shutdown", ...options], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** A monitor that is asked in batches. */
export interface Monitor {
  /**
   * Reads what comes next.
   *
   * @returns What is no event.
   */
  next(): Promise<Answer>;
  /**
   * Sends commands all at once.
   *
   * @param texts The commands.
   * @returns The answers to each; the last one is to the byte that ends it.
   */
  ask(texts: readonly string[]): Promise<Answer[][]>;
}

/**
 * Keeps commands and answers together. Behind each command comes the byte 0xFF,
 * which brings QEMU's JSON reader back to its start for the price of one more
 * error, and a command with an id of its own. That one also takes back what an
 * accepted set-action may have done: a reset must not end the process.
 *
 * @param input What QEMU says.
 * @param output What it is told.
 * @returns The monitor.
 */
export function monitorOver(input: Readable, output: Writable): Monitor {
  const answers = readAnswers(input);
  let asked = 0;
  // That QEMU is gone shows where the next answer is awaited.
  output.on("error", () => {});

  async function next(): Promise<Answer> {
    const { value, done } = await answers.next();
    if (done) throw new Error("Cannot read an answer: QEMU is gone");
    return value;
  }

  async function ask(texts: readonly string[]): Promise<Answer[][]> {
    const first = asked;
    asked += texts.length;
    output.write(Buffer.concat(texts.flatMap((text, index) => [
      Buffer.from(`${text}\n`),
      Buffer.from([0xff]),
      Buffer.from(`\n${marker(first + index)}\n`),
    ])));
    const groups: Answer[][] = [];
    for (const index of texts.keys()) {
      const group: Answer[] = [];
      for (
        let answer = await next();
        answer.id !== `marker ${first + index}`;
        answer = await next()
      ) group.push(answer);
      groups.push(group);
    }
    return groups;
  }

  return { next, ask };
}

function marker(index: number): string {
  return JSON.stringify({
    execute: "set-action",
    arguments: { reboot: "reset", shutdown: "pause" },
    id: `marker ${index}`,
  });
}

async function* readAnswers(input: Readable): AsyncGenerator<Answer, void> {
  let rest = "";
  for await (const chunk of input.setEncoding("utf8")) {
    const lines = (rest + chunk).split("\r\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const answer: Answer = JSON.parse(line);
      if (answer.event === undefined) yield answer;
    }
  }
}
