/**
 * Reads the table of run state transitions in QEMU's C source.
 *
 * @module
 */

import type { Transition } from "../src/editions/definition.ts";
import { SourceError } from "./qapi_text.ts";

// QEMU has a second table, for replaying, whose name ends with the same words.
const table = /(?<=\brunstate_transitions_def\s*\[\s*\]\s*=\s*\{)[^;]*(?=\};)/;
const entry = /\{\s*RUN_STATE_(\w+)\s*,\s*RUN_STATE_(\w+)\s*\}\s*,?/g;

/**
 * Reads the transitions of a release.
 *
 * @param text The text of the C file that holds the table.
 * @param states The values of its `RunState`.
 * @returns The transitions, each once, sorted by name.
 * @throws {SourceError} There is no such table, or it holds something else.
 */
export function readTransitions(
  text: string,
  states: readonly string[],
): Transition[] {
  // Blanked and not cut out, so that every line keeps its number.
  const code = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, blank);
  const found = table.exec(code);
  if (!found) {
    throw new SourceError("Cannot find runstate_transitions_def[]", 1);
  }
  const [body] = found;
  const refuse = (what: string, index: number, why: string) =>
    new SourceError(
      `Cannot read ${JSON.stringify(what)} in the table: ${why}`,
      code.slice(0, found.index + index).split("\n").length,
    );

  const odd = /\S.*/.exec(body.replace(entry, blank));
  if (odd) throw refuse(odd[0].trim(), odd.index, "it is no transition");

  const names = new Map(states.map((state) => [constant(state), state]));
  function stateOf(name: string, index: number): string {
    const state = names.get(name);
    if (state === undefined) {
      throw refuse(`RUN_STATE_${name}`, index, "RunState has no such value");
    }
    return state;
  }

  // QEMU's own table has an entry twice (prelaunch, inmigrate).
  const transitions = new Map<string, Transition>();
  for (const { 1: from = "", 2: to = "", index } of body.matchAll(entry)) {
    if (from === "_MAX") break;
    const transition = [stateOf(from, index), stateOf(to, index)] as const;
    transitions.set(transition.join(), transition);
  }
  return [...transitions.values()].sort(byNames);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

/** `"guest-panicked"` is `RUN_STATE_GUEST_PANICKED`. */
function constant(state: string): string {
  return state.toUpperCase().replaceAll("-", "_");
}

function byNames([a, x]: Transition, [b, y]: Transition): number {
  return a === b ? (x < y ? -1 : 1) : (a < b ? -1 : 1);
}
