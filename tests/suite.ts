/**
 * What a behaviour test is: a named function that knows no platform. A runner
 * (`behaviour_test.ts` for Deno, `node.ts` for Node) hands it what was recorded.
 *
 * @module
 */

/** What the runner hands to a test. */
export interface Assets {
  /** Every file of `fixtures/`, by its path below it (`traces/panic.jsonl`). */
  readonly fixtures: ReadonlyMap<string, Uint8Array>;
}

/** Tests by the sentence that each one proves; the sentence begins with the symbol. */
export type Suite = Readonly<
  Record<string, (assets: Assets) => void | Promise<void>>
>;
