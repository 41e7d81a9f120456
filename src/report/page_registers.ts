/**
 * What a panic left, on the page.
 *
 * @module
 */

import { plain } from "./page_words.ts";
import type { Decoded } from "./report.ts";

/**
 * Writes what a panic left.
 *
 * @param panic Its registers.
 * @returns The markup.
 */
export function registers(panic: readonly Decoded[]): string {
  return `<table class="regs"><tbody>${
    panic.map(({ name, value, meaning }) =>
      `<tr><td>${plain(name)}</td><td class="mono">${
        plain(value)
      }</td><td class="quiet">${plain(meaning.join(", "))}</td></tr>`
    ).join("")
  }</tbody></table>`;
}
