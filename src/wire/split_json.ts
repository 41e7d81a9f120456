/**
 * From bytes to the JSON texts in them, and what lies between.
 *
 * @module
 */

import { type JsonOptions, settled } from "./json.ts";
import { type JsonText, openSplitter } from "./splitter.ts";
import type { Stage } from "./stage.ts";

export type { JsonText };

/**
 * Splits bytes into JSON texts: arrays and objects one after the other, with or
 * without line ends between them, on one line or many. A byte order mark at the
 * start is passed over. The texts are the same however the bytes are cut into
 * chunks.
 *
 * What is damaged comes as a text with one fault, and costs nothing else:
 *
 * - A value that is cut short ends where a line begins with `{` in its first
 *   column; QEMU indents all that is inside (`NOT_JSON`).
 * - What begins no value goes to the end of its line, and on through lines that
 *   are indented or begin with a closing bracket: the rest of a value whose
 *   beginning is lost (`NOT_JSON`). A value on such a line counts if it begins
 *   with `{` and a key, and what follows it does not show that it is part of
 *   another. `{` after blanks at the start of a line is treated likewise.
 * - Bytes that are no UTF-8 within a value (`NOT_UTF8`), a value too large
 *   (`TOO_LARGE`) or too deep (`TOO_DEEP`). After the last two, nothing is read up
 *   to a line that begins with `{`.
 *
 * A text is given as soon as its last bracket has come, but for values that do
 * not begin a line: they wait for the next byte. No more than one text is kept
 * in memory. From 13 characters on, a text keeps up to 64 KiB around it in
 * memory as long as it is used (V8).
 *
 * @param options How large and deep a value may be, and which quotes begin a
 * string: what counts as a bracket depends on it.
 * @returns The stage. A chunk may be used for something else after `push`, which
 * throws a TypeError where it is no Uint8Array.
 * @throws {RangeError} If a limit is no whole number from 1.
 *
 * @example Two messages in three chunks, and the end of another
 * ```ts
 * import { splitJson } from "@qmp/run-state";
 * import assert from "node:assert/strict";
 *
 * const stage = splitJson();
 * const push = (text: string) => stage.push(new TextEncoder().encode(text));
 * assert.deepEqual(push('{"return": {}}\r\n{"eve').map(({ text }) => text), [
 *   '{"return": {}}',
 * ]);
 * const [stop] = push('nt": "STOP"}\r\n');
 * assert.deepEqual(stop, {
 *   line: 2,
 *   offset: 16,
 *   text: '{"event": "STOP"}',
 *   findings: [],
 * });
 * push('"status": "running"}}\r\n');
 * assert.equal(stage.end()[0]?.findings[0]?.code, "NOT_JSON");
 * ```
 */
export function splitJson(
  options: JsonOptions = {},
): Stage<Uint8Array, JsonText> {
  return openSplitter(settled(options));
}
