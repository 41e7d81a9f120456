/**
 * QEMU's checks of a command, in its order: those of `qapi/qmp-dispatch.c` and,
 * for the arguments, `qapi/qobject-input-visitor.c`.
 *
 * @module
 */

import { qdictOrder } from "../wire/qdict_order.ts";
import type { Definitions, EnumDefinition, MemberTypes } from "./definition.ts";
import type { Dialect } from "./dialect.ts";
import { foundElsewhere } from "./elsewhere.ts";
import { firstInHashTable } from "./glib_order.ts";
import type { QemuValue } from "./qemu_json.ts";
import { spansOf } from "./since.ts";

/** How QEMU refuses a command, in its own words. */
export interface QemuError {
  /** The class, which programs may rely on. */
  readonly class: "GenericError" | "CommandNotFound";
  /** The description, which is for people. */
  readonly desc: string;
}

/** What a command meets. */
export interface Session {
  /** What the release defines. */
  readonly definitions: Definitions;
  /** How it judges. */
  readonly dialect: Dialect;
  /** Whether `qmp_capabilities` has succeeded. */
  readonly negotiated: boolean;
  /** Whether it has enabled `oob`. */
  readonly oob: boolean;
  /** Whether the machine is yet to be made. */
  readonly preconfig: boolean;
}

/** What of a command is checked; none of the ones known here supports oob. */
interface Command {
  readonly members: MemberTypes;
  readonly "allow-preconfig"?: boolean;
}

type Members = ReadonlyMap<string, QemuValue>;

/**
 * Makes an error of QEMU's most common class.
 *
 * @param desc Its description.
 * @returns The error.
 */
export function genericError(desc: string): QemuError {
  return { class: "GenericError", desc };
}

function notFound(desc: string): QemuError {
  return { class: "CommandNotFound", desc };
}

/**
 * Finds the fault that QEMU names.
 *
 * @param message What was sent.
 * @param session What it meets.
 * @returns The fault, nothing where the handler would run, or `"unchecked"` for a command not known here.
 */
export function faultOf(
  message: QemuValue,
  session: Session,
): QemuError | "unchecked" | undefined {
  if (!(message instanceof Map)) {
    return genericError("QMP input must be a JSON object");
  }
  return envelopeFault(message, session) ??
    commandFault(message, session);
}

/** Goes through the members in the order of QEMU's dictionary. */
function envelopeFault(
  message: Members,
  { oob, dialect }: Session,
): QemuError | undefined {
  let command: string | undefined;
  for (const name of qdictOrder(message.keys())) {
    const value = message.get(name);
    const isCommand = name === "execute" ||
      name === "exec-oob" && dialect.oob === "exec-oob" && oob;
    if (isCommand) {
      if (typeof value !== "string") {
        return genericError(`QMP input member '${name}' must be a string`);
      }
      if (command !== undefined) {
        return genericError(
          `QMP input member '${name}' clashes with '${command}'`,
        );
      }
      command = name;
    } else if (name === "arguments") {
      if (!(value instanceof Map)) {
        return genericError("QMP input member 'arguments' must be an object");
      }
    } else if (name === "control" && dialect.oob === "control") {
      if (!(value instanceof Map)) {
        return genericError("QMP input member 'control' must be a dict");
      }
    } else if (name !== "id") {
      return genericError(`QMP input member '${name}' is unexpected`);
    }
  }
  return command === undefined
    ? genericError("QMP input lacks member 'execute'")
    : undefined;
}

function commandFault(
  message: Members,
  session: Session,
): QemuError | "unchecked" | undefined {
  const { dialect, negotiated, preconfig } = session;
  const name = (message.get("execute") ?? message.get("exec-oob")) as string;
  if (!negotiated && name !== "qmp_capabilities") {
    return notFound(
      "Expecting capabilities negotiation with 'qmp_capabilities'",
    );
  }
  const command = commandOf(name, session);
  if (!command) {
    return spansOf({ kind: "command" }).has(name)
      ? notFound(`The command ${name} has not been found`)
      : "unchecked";
  }
  if (isOutOfBand(message, dialect)) {
    return genericError(
      session.oob
        ? `The command ${name} does not support OOB`
        : "Please enable Out-Of-Band first for the session during capabilities negotiation",
    );
  }
  if (preconfig && dialect.preconfig && !command["allow-preconfig"]) {
    return genericError(dialect.tooEarly(name));
  }
  const given = (message.get("arguments") ?? new Map()) as Members;
  const fault = argumentsFault(given, command.members, session);
  if (fault || name !== "qmp_capabilities" || !negotiated) return fault;
  return notFound(
    "Capabilities negotiation is already complete, command ignored",
  );
}

function commandOf(
  name: string,
  { definitions, dialect }: Session,
): Command | undefined {
  const own = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (own?.kind === "command") return own;
  switch (name) {
    case "qmp_capabilities":
      return {
        members: dialect.enable ? { "*enable": "[QMPCapability]" } : {},
        "allow-preconfig": true,
      };
    case "query-version":
      return { members: {}, "allow-preconfig": true };
    case "quit":
      return { members: {}, "allow-preconfig": dialect.quitInPreconfig };
    case "stop":
    case "cont":
    case "system_reset":
    case "system_powerdown":
    case "system_wakeup":
      return { members: {} };
    default: {
      const members = foundElsewhere(definitions, name);
      return members && { members };
    }
  }
}

/** In its first release oob was asked for beside `execute`, by `"control": {"run-oob": true}`. */
function isOutOfBand(message: Members, dialect: Dialect): boolean {
  const control = message.get("control") as Members | undefined;
  return dialect.oob === "control"
    ? control?.get("run-oob") === true
    : !message.has("execute");
}

function argumentsFault(
  given: Members,
  members: MemberTypes,
  session: Session,
): QemuError | undefined {
  const visited = new Set<string>();
  for (const [spelt, type] of Object.entries(members)) {
    const name = spelt.replace("*", "");
    const value = given.get(name);
    if (value !== undefined) {
      visited.add(name);
      const fault = valueFault(value, type, name, session);
      if (fault) return fault;
    } else if (name === spelt) {
      return genericError(`Parameter '${name}' is missing`);
    }
  }
  const unexpected = firstInHashTable(qdictOrder(given.keys()), visited);
  return unexpected === undefined
    ? undefined
    : genericError(`Parameter '${unexpected}' is unexpected`);
}

/** The arguments of all these commands are enumerations and arrays of them. */
function valueFault(
  value: QemuValue,
  type: string,
  name: string,
  session: Session,
): QemuError | undefined {
  const element = /^\[(.+)\]$/.exec(type)?.[1];
  if (element === undefined) {
    return enumFault(value, type, name, name, session);
  }
  if (!Array.isArray(value)) return wrongType(name, "array");
  for (const [index, item] of value.entries()) {
    // QEMU has no name for an item when it comes to the value.
    const path = `${name}[${index}]`;
    const fault = enumFault(item, element, path, "null", session);
    if (fault) return fault;
  }
  return undefined;
}

function enumFault(
  value: QemuValue,
  type: string,
  path: string,
  name: string,
  { definitions, dialect }: Session,
): QemuError | undefined {
  if (typeof value !== "string") return wrongType(path, "string");
  const { values } = type === "QMPCapability"
    ? { values: ["oob"] }
    : definitions[type] as EnumDefinition;
  return values.includes(value)
    ? undefined
    : genericError(dialect.badValue(name, value));
}

function wrongType(path: string, expected: string): QemuError {
  return genericError(
    `Invalid parameter type for '${path}', expected: ${expected}`,
  );
}
