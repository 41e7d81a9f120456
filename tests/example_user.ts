/**
 * A user of the npm package who runs the programs of `tests/examples`.
 *
 * @module
 */

import { assert } from "chai";
import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { traceBytes } from "@qmp/run-state/replay";
import { type Consumer, consumer } from "../scripts/consumer.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("examples/", import.meta.url));
const traces = fileURLToPath(new URL("../fixtures/traces/", import.meta.url));

/** Where the programs are, and what is needed to run them. */
export interface ExampleUser extends Consumer {
  /**
   * Finds a program of an installed package.
   *
   * @param name Its name.
   * @returns Its path.
   */
  bin(name: string): string;
  /**
   * Bundles a program to one module.
   *
   * @param file The program.
   * @param more What else esbuild is told.
   * @returns The path of the module.
   */
  bundle(file: string, ...more: readonly string[]): Promise<string>;
}

/**
 * Installs the package, what the programs need beside it, and the programs.
 *
 * @param files The programs, by their names in `tests/examples`.
 * @param packages What they need, in the versions that npm understands.
 * @returns Where all that is. The programs have been compiled, strictly.
 */
export async function exampleUser(
  files: readonly string[],
  packages: readonly string[],
): Promise<ExampleUser> {
  const user = await consumer([
    ...packages,
    ...["esbuild@0.28.2", "typescript@5.9.3", "@types/node@20.19.43"],
  ]);
  const cwd = user.folder;
  const bin = (name: string) => join(cwd, "node_modules", ".bin", name);
  for (const file of files) {
    await copyFile(join(examples, file), join(cwd, file));
  }
  await run(bin("tsc"), [
    ...["--noEmit", "--strict", "--target", "es2022", "--module", "esnext"],
    ...["--moduleResolution", "bundler", "--types", "node", "--skipLibCheck"],
    ...["--lib", "es2022,dom,dom.iterable"],
    ...files.filter((each) => each.endsWith(".ts")),
  ], { cwd }).catch(({ stdout }) => assert.fail(stdout));
  return {
    ...user,
    bin,
    async bundle(file, ...more) {
      const out = join(cwd, file.replace(/\.[jt]s$/, ".bundle.js"));
      const flags = ["--bundle", "--format=esm", `--outfile=${out}`, ...more];
      await run(bin("esbuild"), [file, ...flags], { cwd });
      return out;
    },
  };
}

/**
 * Reads what QEMU sent in a recorded trace.
 *
 * @param name The trace, such as `panic-s390`.
 * @returns The text, to the letter.
 */
export async function recorded(name: string): Promise<string> {
  const trace = await readFile(join(traces, `${name}.jsonl`));
  return new TextDecoder().decode(traceBytes(trace, "<-"));
}

/**
 * Reads the message whose registers no double holds.
 *
 * @returns The line, without its end.
 */
export async function s390Panic(): Promise<string> {
  const text = await recorded("panic-s390");
  const line = text.split("\r\n").find((each) => each.includes("psw-addr"))!;
  assert.include(line, '"psw-addr": 18364758544493064720');
  return line;
}

/**
 * Ends a program.
 *
 * @param child The program, which may have ended already.
 */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
