/**
 * Commands that an edition has although its `run-state.json` lacks them.
 *
 * @module
 */

import type { Definitions, MemberTypes } from "./definition.ts";

/**
 * What is today in `run-state.json` and was in another file before, by name:
 * its arguments. QEMU 2.11 has `watchdog-set-action` in `qapi-schema.json`.
 */
const elsewhere: Readonly<Record<string, MemberTypes>> = {
  "watchdog-set-action": { action: "WatchdogAction" },
};

/**
 * Finds a command that an edition has elsewhere.
 *
 * @param definitions What the edition's `run-state.json` defines.
 * @param command The name.
 * @returns Its arguments; undefined where the edition has it there or not at all.
 */
export function foundElsewhere(
  definitions: Definitions,
  command: string,
): MemberTypes | undefined {
  return !Object.hasOwn(definitions, command) &&
      Object.hasOwn(elsewhere, command)
    ? elsewhere[command]
    : undefined;
}
