/**
 * Counts what a file holds.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import { type Found, foundWith, nameOf } from "../report/found.ts";
import type { Step } from "../replay/track.ts";
import type { Kind } from "../schema/qmp.ts";
import type { Severity } from "../wire/finding.ts";

/** What a file holds. */
export interface Tally {
  /** How many messages, those with findings too, but no torn text. */
  messages: number;
  /** How often QEMU's own log tells its run state, which is no message. */
  states: number;
  /** How many of each kind. */
  readonly byKind: Record<Kind, number>;
  /** How many events and commands of each name; replies count for their command. */
  readonly byName: Map<string, number>;
  /** How many findings of each weight. */
  readonly bySeverity: Record<Severity, number>;
}

/** Counts entries as they come. */
export interface Counter {
  /** What was counted up to now. */
  readonly tally: Tally;
  /**
   * Counts.
   *
   * @param entries The next entries.
   */
  count(entries: readonly Entry[]): void;
  /**
   * Counts what was found about where entries lead and what they mean.
   *
   * @param steps The steps of the entries.
   */
  judge(steps: readonly Step[]): void;
  /**
   * Counts what was found apart from any entry.
   *
   * @param found The finding.
   */
  note(found: Found): void;
  /**
   * Gives the findings.
   *
   * @returns The first of them, in the order of their lines.
   */
  found(): readonly Found[];
}

/**
 * Makes a counter.
 *
 * @param most How many findings to keep: those on the first lines.
 * @returns The counter.
 */
export function counter(most: number): Counter {
  const tally: Tally = {
    messages: 0,
    states: 0,
    byKind: { greeting: 0, command: 0, return: 0, error: 0, event: 0 },
    byName: new Map(),
    bySeverity: { fault: 0, notice: 0 },
  };
  let kept: Found[] = [];

  function found(): readonly Found[] {
    return kept = kept.sort((a, b) => a.line - b.line).slice(0, most);
  }
  function note(one: Found): void {
    tally.bySeverity[one.finding.severity] += 1;
    kept.push(one);
  }
  return {
    tally,
    found,
    note,
    count(entries) {
      for (const entry of entries) {
        countMessage(tally, entry);
        foundWith(entry).forEach(note);
      }
      if (kept.length > 2 * most) found();
    },
    judge(steps) {
      for (const { entry: { line }, findings } of steps) {
        for (const finding of findings) note({ line, finding });
      }
    },
  };
}

function countMessage(tally: Tally, entry: Entry): void {
  if (entry.state !== undefined) tally.states += 1;
  if (entry.kind === undefined) return;
  tally.messages += 1;
  tally.byKind[entry.kind] += 1;
  const name = nameOf(entry);
  if (name === undefined) return;
  tally.byName.set(name, (tally.byName.get(name) ?? 0) + 1);
}
