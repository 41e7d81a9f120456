/**
 * What QEMU answers to a command before any handler runs.
 *
 * @module
 */

import { requireEdition } from "../schema/edition.ts";
import type { JsonValue } from "../wire/json.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import type { Definitions } from "./definition.ts";
import { dialectOf } from "./dialect.ts";
import { faultOf, genericError, type QemuError } from "./dispatch.ts";
import { readQemuJson } from "./qemu_json.ts";

/** What QEMU makes of a command before its handler runs. */
export type Verdict =
  | {
    /** No check before the handler finds fault. */
    readonly kind: "accepted";
  }
  | {
    /** QEMU answers with an error. */
    readonly kind: "refused";
    /** The error. */
    readonly error: QemuError;
    /**
     * Whether that release says it in these words: they were read in its
     * source or heard from it. Otherwise they are those of QEMU 7.2.
     */
    readonly exact: boolean;
  }
  | {
    /** The command is none that is known here. */
    readonly kind: "unchecked";
  };

/** The release and the state of the connection that a command meets. */
export interface VerdictOptions {
  /** The release. */
  readonly edition: {
    /** Its name, one of `editions`. */
    readonly name: string;
    /** What it defines. */
    readonly definitions: Definitions;
  };
  /**
   * Whether `qmp_capabilities` has succeeded on this connection.
   *
   * @default {true}
   */
  readonly negotiated?: boolean;
  /**
   * Whether it has enabled `oob`.
   *
   * @default {false}
   */
  readonly oob?: boolean;
  /**
   * Whether the machine is yet to be made (`--preconfig`, from QEMU 3.0 on).
   *
   * @default {false}
   */
  readonly preconfig?: boolean;
}

/**
 * Judges a command as QEMU does before the handler of the command runs.
 *
 * Checked are the JSON, the members beside `execute`, the command's name,
 * negotiation, out-of-band execution, preconfig and the arguments; of several
 * faults the one that QEMU names. Which of several unexpected parameters that
 * is hangs on GLib's hash table: this is the one that GLib 2.66, 2.74 and 2.84
 * have first, another GLib may have another.
 *
 * What only a handler can find is accepted: `qmp_capabilities` that enables
 * what the greeting does not offer; `system_wakeup` of a machine that is awake
 * or cannot sleep; `cont` of a machine that must be reset first, whose
 * migration is under way or whose disks cannot be activated. So is what a
 * `-compat` policy on QEMU's command line would refuse.
 *
 * A text that breaks off is refused, though QEMU would wait for the rest, and
 * so is one that goes on behind its value, though QEMU would answer twice.
 *
 * @param command The command: as text, or as a value that is sent as JSON.
 * @param options What it meets.
 * @returns The verdict; `unchecked` for commands other than those of
 * run-state, `qmp_capabilities`, `query-version`, `stop`, `cont`,
 * `system_reset`, `system_powerdown`, `system_wakeup` and `quit`.
 * @throws {TypeError} The command is a value that JSON cannot say, or the edition
 * is none.
 *
 * @example A misspelt value
 * ```ts
 * import { edition, verdict } from "@qmp/run-state/editions";
 * import assert from "node:assert/strict";
 *
 * const command = { execute: "set-action", arguments: { reboot: "none" } };
 * assert.deepEqual(verdict(command, { edition: edition("7.2") }), {
 *   kind: "refused",
 *   error: {
 *     class: "GenericError",
 *     desc: "Parameter 'reboot' does not accept value 'none'",
 *   },
 *   exact: true,
 * });
 * ```
 */
export function verdict(
  command: string | JsonValue,
  options: VerdictOptions,
): Verdict {
  const { edition, negotiated = true, oob = false, preconfig = false } =
    options;
  requireEdition(edition, "definitions");
  const { name, definitions } = edition;
  const dialect = dialectOf(name);
  const text = typeof command === "string" ? command : stringifyJson(command);
  const reading = readQemuJson(text, !dialect.presentJson);
  if (!reading.ok) {
    const exact = reading.answered && dialect.read && dialect.presentJson;
    return { kind: "refused", error: genericError(reading.desc), exact };
  }
  const session = { definitions, dialect, negotiated, oob, preconfig };
  const fault = faultOf(reading.value, session);
  if (fault === "unchecked") return { kind: "unchecked" };
  return fault
    ? { kind: "refused", error: fault, exact: dialect.read }
    : { kind: "accepted" };
}
