/**
 * Logs of any kind that hold QMP, read to the records that
 * `read` of the entry `./replay` takes.
 *
 * @example Read a log without knowing what wrote it
 * ```ts
 * import { logSource } from "@qmp/run-state/logs";
 * import { read } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const log = `# -> { "execute": "stop" }
 * # <- { "return": {} }
 * `;
 * const source = logSource();
 * const records = source.push(new TextEncoder().encode(log));
 * const { entries } = read([...records, ...source.end()]);
 *
 * assert.equal(source.format()?.name, "docs");
 * assert.deepEqual(entries.map(({ kind }) => kind), ["command", "return"]);
 * ```
 *
 * @module
 */

export {
  chooseFormat,
  headSize,
  type LogChoice,
  logFormats,
  type LogOptions,
  type LogSource,
  logSource,
} from "./choose.ts";
export type { LogFormat, ReadingOptions } from "./format.ts";
export type { LineOptions } from "./log_lines.ts";
export type { Damage } from "./mend.ts";
