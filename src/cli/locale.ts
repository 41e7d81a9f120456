/**
 * What a terminal can show by its locale.
 *
 * @module
 */

import type { Line } from "../report/ink.ts";
import type { Host } from "./host.ts";

/** What stands for each sign of a drawing; one for one, so that all stays in its column. */
const substitutes: Readonly<Record<string, string>> = {
  "█": "#",
  "▄": "+",
  "▁": "_",
  "░": "?",
  "▒": ":",
  "·": ".",
  "▴": "^",
  "╌": "-",
  "●": "*",
  "│": "|",
  "×": "x",
  "µ": "u",
  "−": "-",
  "…": "~",
};

const signs = new RegExp(`[${Object.keys(substitutes).join("")}]`, "g");

/**
 * Fits a drawing to the terminal: where its locale has no UTF-8, as `C` has none, the
 * signs of a drawing would come out as several others each.
 *
 * @param lines The drawing.
 * @param host The platform.
 * @returns The same lines or, on a terminal whose locale is set and has no
 * UTF-8, the same in ASCII, but for what the log itself holds.
 */
export function inLocale(
  lines: readonly Line[],
  host: Host,
): readonly Line[] {
  // As setlocale(3) looks them up; what is empty counts as not set.
  const locale = host.env("LC_ALL") || host.env("LC_CTYPE") ||
    host.env("LANG");
  if (!host.stdout.isTerminal || !locale || /utf-?8/i.test(locale)) {
    return lines;
  }
  const spelt = (text: string) =>
    text.replace(signs, (sign) => substitutes[sign]!);
  return lines.map((line) =>
    line.map((piece) =>
      typeof piece === "string" ? spelt(piece) : [piece[0], spelt(piece[1])]
    )
  );
}
