/**
 * Holds the bytes of one direction until it is known what they are, and takes
 * out what is not to be written down.
 *
 * @module
 */

import { isBlank } from "../wire/byte_tables.ts";
import type { JsonOptions } from "../wire/json.ts";
import { type JsonText, openSplitter } from "../wire/splitter.ts";
import type { Stage } from "../wire/stage.ts";
import { join } from "./lines.ts";

/** What is to become of a text. */
export type Verdict =
  | { readonly kind: "written" }
  /** Another text stands for it, or none. */
  | { readonly kind: "redacted"; readonly text: string }
  | { readonly kind: "dropped"; readonly name?: string };

/** What came of some bytes. */
export type Sifted =
  | { readonly kind: "written"; readonly bytes: Uint8Array }
  | {
    readonly kind: "redacted";
    /** How many bytes passed. */
    readonly length: number;
    /** What stands for them. */
    readonly text: string;
  }
  | {
    readonly kind: "dropped";
    /** How many bytes passed. */
    readonly length: number;
    /** The event; absent where this is no more than the end of its line. */
    readonly name?: string;
  };

const LINE_FEED = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Says what is to become of a text: of a whole value, as yet unread, or of
 * damage.
 */
export type SiftJudge = (text: string, isWhole: boolean) => Verdict;

/**
 * Makes a sifter. What is between texts is written as it is if it is blank, and
 * judged as damage if not.
 *
 * @param judge Says what is to become of a text.
 * @param limits How large and deep a text may be: one that is more is damage.
 * @returns The step from bytes to what came of them. It holds no more than one
 * text.
 */
export function sifter(
  judge: SiftJudge,
  limits: Required<JsonOptions>,
): Stage<Uint8Array, Sifted> {
  const splitter = openSplitter(limits);
  let held: Uint8Array[] = [];
  /** How many bytes came before those that are held. */
  let base = 0;
  let end = 0;
  /** Whether an event was dropped whose line has yet to end. */
  let isTrailing = false;

  function take(sifted: Sifted[], bytes: Uint8Array, verdict: Verdict): void {
    if (bytes.length === 0) return;
    if (verdict.kind === "written") sifted.push({ kind: "written", bytes });
    else sifted.push({ ...verdict, length: bytes.length });
  }

  /** Takes what is between two texts. */
  function takeGap(sifted: Sifted[], bytes: Uint8Array): void {
    let gap = bytes;
    if (isTrailing && gap.length > 0) {
      const end = lineEnd(gap);
      take(sifted, gap.subarray(0, end), { kind: "dropped" });
      isTrailing = end === gap.length && gap[end - 1] !== LINE_FEED;
      gap = gap.subarray(end);
    }
    const verdict = gap.every(isBlank)
      ? written
      : judge(decoder.decode(gap), false);
    take(sifted, gap, verdict);
  }

  function sift(texts: readonly JsonText[], settled: number): Sifted[] {
    if (settled === base) return [];
    const bytes = join(held);
    const sifted: Sifted[] = [];
    const between = (from: number, to: number) =>
      bytes.subarray(from - base, to - base);
    let at = base;
    for (const [index, { offset, text, findings }] of texts.entries()) {
      takeGap(sifted, between(at, offset));
      // How long damage is shows where it ends: U+FFFD may stand for one byte.
      at = findings.length === 0
        ? offset + encoder.encode(text).length
        : texts[index + 1]?.offset ?? settled;
      const verdict = judge(text, findings.length === 0);
      take(sifted, between(offset, at), verdict);
      isTrailing = verdict.kind === "dropped";
    }
    takeGap(sifted, between(at, settled));
    const rest = bytes.subarray(settled - base);
    held = rest.length === 0 ? [] : [rest];
    base = settled;
    return sifted;
  }

  return {
    push(bytes) {
      // A copy, because the caller may use its buffer again.
      held.push(bytes.slice());
      end += bytes.length;
      return sift(splitter.push(bytes), splitter.startsToCome()[0]!);
    },
    end: () => sift(splitter.end(), end),
  };
}

const written: Verdict = { kind: "written" };

/** Where the line ends on which a text ended: after blanks and a line feed. */
function lineEnd(gap: Uint8Array): number {
  let at = 0;
  while (at < gap.length && isBlank(gap[at]!)) {
    if (gap[at++] === LINE_FEED) break;
  }
  return at;
}

/**
 * Lets bytes pass as they come, but for a UTF-8 sequence that a chunk cut in
 * two: it waits for its other half.
 *
 * @returns The step from bytes to what came of them.
 */
export function passing(): Stage<Uint8Array, Sifted> {
  let held = new Uint8Array(0);
  const give = (bytes: Uint8Array): Sifted[] =>
    bytes.length === 0 ? [] : [{ kind: "written", bytes }];
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : join([held, bytes]);
      const whole = all.length - openSequence(all);
      // A copy, because the caller may use its buffer again.
      held = all.slice(whole);
      return give(all.subarray(0, whole));
    },
    end: () => give(held),
  };
}

/** How many bytes at the end begin a UTF-8 sequence whose rest has not come. */
function openSequence(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined || byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}
