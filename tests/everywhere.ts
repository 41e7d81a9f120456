/**
 * Runs the behaviour tests where there is no test runner, as in a worker or a
 * page, and gives what came of it as data.
 *
 * @module
 */

import type { Assets } from "./suite.ts";
import { suites } from "./suites.ts";
import { transcript } from "./transcript.ts";

/** A test that failed. */
export interface Failure {
  /** The sentence that it was to prove. */
  readonly sentence: string;
  /** What was thrown, with its place. */
  readonly why: string;
}

/** A test that was not run. */
export interface Omission {
  /** The sentence that it was to prove. */
  readonly sentence: string;
  /** What it needs, and the runtime has not. */
  readonly needs: string;
}

/** What came of the tests on a runtime. */
export interface Outcome {
  /** What the runtime calls itself. */
  readonly agent: string;
  /** How many tests held. */
  readonly passed: number;
  /** Those that did not. */
  readonly failures: readonly Failure[];
  /** Those that were left out. */
  readonly omissions: readonly Omission[];
  /** What must be the same on every runtime: the tests, and the `transcript`. */
  readonly lines: readonly string[];
}

/** Tests that need more than the language and the web: what they need. */
const needs: ReadonlyMap<string, string> = new Map([
  [
    "explain gives examples of what is found in files that gzip packed",
    "node:zlib",
  ],
]);

/**
 * Runs every behaviour test, one after the other, and makes the transcript.
 *
 * @param assets What each is given.
 * @param lacking What the runtime has not: such as `node:zlib`.
 * @returns What came of them.
 * @throws {Error} When what is known to need something is no test.
 */
export async function runEverything(
  assets: Assets,
  lacking: readonly string[] = [],
): Promise<Outcome> {
  const omissions: Omission[] = [];
  const failures: Failure[] = [];
  const lines: string[] = [];
  let passed = 0;
  for (const suite of suites) {
    for (const [sentence, prove] of Object.entries(suite)) {
      lines.push(sentence);
      const need = needs.get(sentence);
      if (need !== undefined && lacking.includes(need)) {
        omissions.push({ sentence, needs: need });
        continue;
      }
      try {
        await prove(assets);
        passed += 1;
      } catch (error) {
        failures.push({ sentence, why: whyOf(error) });
      }
    }
  }
  for (const sentence of needs.keys()) {
    if (!lines.includes(sentence)) {
      throw new Error(`Cannot leave out "${sentence}": it is no test`);
    }
  }
  for (const line of transcript(assets)) lines.push(line);
  // Of all the runtimes, Node 20 alone has no navigator.
  const { navigator = { userAgent: "Node.js/20" } } = globalThis;
  return { agent: navigator.userAgent, passed, failures, omissions, lines };
}

/** V8 has the message in the stack, JavaScriptCore has not. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  const { stack = "" } = error;
  return stack.includes(error.message) ? stack : `${error}\n${stack}`;
}

/**
 * Reads the fixtures as the runner sends them to where there are no files.
 *
 * @param response JSON: the bytes of each in base64, by its path.
 * @returns What the tests are given.
 */
export async function receiveAssets(
  response: Request | Response,
): Promise<Assets> {
  const files: Readonly<Record<string, string>> = await response.json();
  const fixtures = Object.entries(files).map(([path, base64]) =>
    [
      path,
      Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
    ] as const
  );
  return { fixtures: new Map(fixtures) };
}
