/**
 * What of the changes between two editions QEMU tells of itself.
 *
 * @module
 */

import { type Change, changes } from "@qmp/run-state/editions";

/**
 * Lists what `drift()` must find in a QEMU of one edition against another.
 *
 * @param from The edition that it is compared with.
 * @param to The edition of the QEMU.
 * @returns The changes, but for those that `query-qmp-schema` does not show.
 */
export function visibleChanges(from: string, to: string): Change[] {
  return changes(from, to).filter(({ what, path }) =>
    what !== "transition" && what !== "allow-preconfig" &&
    // No message has it.
    path[0] !== "NotifyVmexitOption"
  );
}
