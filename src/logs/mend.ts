/**
 * Undoes what mail programs and web pages do to the lines of a log.
 *
 * @module
 */

import { type LogLine, remade, withoutFront } from "./log_lines.ts";
import type { Stage } from "../wire/stage.ts";

/** What was done to a log on its way. */
export interface Damage {
  /** Lines begin with their numbers, as `grep -n` and editors show them. */
  readonly numbered: boolean;
  /** Lines begin with the `>` of a quotation. */
  readonly quoted: boolean;
  /** Quoted-printable: `=3D`, and `=` where a line was cut. */
  readonly printable: boolean;
  /** HTML entities: `&quot;`, `&lt;`. */
  readonly entities: boolean;
}

/** How a quotation begins a line: `> `, `>> `, `> > `. */
const quotation = /^(?:>[ \t]?)+/;

/**
 * Looks for damage in the first lines of a log.
 *
 * @param head The lines.
 * @returns What was done to them.
 */
export function damageIn(head: readonly string[]): Damage {
  return {
    numbered: areNumbered(head),
    quoted: head.some((line) =>
      /^[> ]*>(?:[ \t]*(?:"|\}|->|<-|&lt;-|\d{4}-\d\d-\d\d |QEMU_MONITOR)|[> \t]*\{[ \t]*(?:"|$))/
        .test(line)
    ),
    printable: head.some((line) => /=3D[{'"0]|=20$|=7B=22/.test(line)) ||
      head.some((line, index) =>
        /[{,:"].*=$/.test(line) && /["}\],]/.test(head[index + 1] ?? "")
      ),
    entities: head.some((line) => /&quot;|&lt;-|-&gt;|&#3[49];/.test(line)),
  };
}

/** How a line begins that shows its number. */
const number = /^[ \t]*(\d{1,9})(?:[:-]|[ \t]|$)/;

/** Whether most lines begin with numbers that rise. */
function areNumbered(head: readonly string[]): boolean {
  const lines = head.filter((line) => line.trim() !== "");
  let rising = 0;
  let last = Infinity;
  for (const line of lines) {
    const own = Number(number.exec(line)?.[1] ?? NaN);
    if (own > last) rising += 1;
    last = own;
  }
  return rising >= 3 && rising >= 0.8 * lines.length;
}

/**
 * Undoes damage, line by line.
 *
 * @param damage What was done.
 * @param longest How many characters a joined line may have.
 * @returns The step from lines to lines; joined ones keep the place of the first.
 */
export function mend(
  damage: Damage,
  longest: number,
): Stage<LogLine, LogLine> {
  /** The first of the lines that are joined, and the texts of all of them. */
  let held: LogLine | undefined;
  let parts: string[] = [];
  let length = 0;

  function push(given: LogLine): LogLine[] {
    const own = damage.numbered ? without(number, given) : given;
    const line = damage.quoted ? without(quotation, own) : own;
    if (!damage.printable) return [withoutCaret(line)];
    const isSoft = line.text.endsWith("=");
    if (held === undefined && !isSoft) return [withoutCaret(unprinted(line))];
    held ??= line;
    parts.push(isSoft ? line.text.slice(0, -1) : line.text);
    length += line.text.length;
    return isSoft && length < longest ? [] : end();
  }

  function end(): LogLine[] {
    if (held === undefined) return [];
    const joined = remade(held, parts.join(""));
    held = undefined;
    parts = [];
    length = 0;
    return [withoutCaret(unprinted(joined))];
  }

  function withoutCaret(line: LogLine): LogLine {
    const { text } = line;
    const plain = damage.entities ? withoutEntities(text) : text;
    const own = plain === text ? line : remade(line, plain);
    return plain.endsWith("^M") ? { ...own, text: plain.slice(0, -2) } : own;
  }

  return { push, end };
}

function without(front: RegExp, line: LogLine): LogLine {
  const length = front.exec(line.text)?.[0].length ?? 0;
  return length === 0 ? line : withoutFront(line, length);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes `=3D` and its like; runs of them may be one character of UTF-8. */
function unprinted(line: LogLine): LogLine {
  if (!line.text.includes("=")) return line;
  const text = line.text.replace(
    /(?:=[0-9A-F]{2})+/g,
    (run) =>
      decoder.decode(
        Uint8Array.from(run.slice(1).split("="), (hex) => parseInt(hex, 16)),
      ),
  );
  return text === line.text ? line : remade(line, text);
}

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  amp: "&",
  nbsp: " ",
};

function withoutEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:(quot|apos|lt|gt|amp|nbsp)|#(\d{1,6})|#x([0-9a-f]{1,5}));/gi,
    (entity, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? entity;
      const point = decimal === undefined
        ? parseInt(hex!, 16)
        : Number(decimal);
      return point > 0x10ffff ? entity : String.fromCodePoint(point);
    },
  );
}
