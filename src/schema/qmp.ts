/**
 * The messages of QMP around the mirror: what every monitor says and hears.
 *
 * @module
 */

import * as v from "valibot";
import { isObject, type JsonObject, type JsonValue } from "../wire/json.ts";
import {
  type Enum,
  enumeration,
  object,
  optional,
  type OptionalAny,
  optionalAny,
  strictObject,
  type Struct,
  struct,
  Timestamp,
  type TimestampSchema,
} from "./qapi.ts";
import { type Any, any, matching } from "./scalar.ts";

/** Which of the five kinds a message is of. */
export type Kind = "greeting" | "command" | "return" | "error" | "event";

/** QAPI `VersionTriple`: a version's three numbers. @since QEMU 2.4 */
export interface VersionTriple {
  /** The first number. */
  major: number;
  /** The second number. */
  minor: number;
  /** The third number; 50 and more mark a development tree. */
  micro: number;
}

/**
 * What the {@linkcode Greeting} says of QEMU's version: nested since QEMU 0.13,
 * flat in the development before it.
 */
export type GreetingVersion =
  | {
    /** The version. */
    qemu: VersionTriple;
    /** What the distribution adds to it. */
    package: string;
  }
  | (
    & VersionTriple
    & {
      /** What the distribution adds to it. */
      package: string;
    }
  );

/**
 * The first message of a monitor.
 *
 * @since QEMU 0.13
 */
export interface Greeting {
  /** The server. */
  QMP: {
    /** Its version; the very first greetings had none. */
    version?: GreetingVersion;
    /** What it can do beyond the basics, such as `oob`. */
    capabilities: string[];
  };
}

/** Any command: `execute`, or `exec-oob` for one to be handled out of band. */
export type Command =
  | {
    /** The command's name. */
    execute: string;
    /** Its arguments. */
    arguments?: JsonObject;
    /** Comes back in the reply. */
    id?: JsonValue;
  }
  | {
    /** The command's name. Since QEMU 2.12. */
    "exec-oob": string;
    /** Its arguments. */
    arguments?: JsonObject;
    /** Comes back in the reply. */
    id?: JsonValue;
  };

/** The reply to a command that succeeded. */
export interface Return {
  /** What came of it: any JSON value. */
  return: JsonValue;
  /** The id of the command. */
  id?: JsonValue;
}

/**
 * The error classes that QEMU has. Other servers have more.
 *
 * @since QEMU 1.2
 */
export type QapiErrorClass =
  | "GenericError"
  | "CommandNotFound"
  | "DeviceNotActive"
  | "DeviceNotFound"
  | "KVMMissingCap";
/**
 * Schema of the type {@linkcode QapiErrorClass}.
 *
 * @example Tell QEMU's classes from others
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { QapiErrorClass } from "@qmp/run-state";
 *
 * assert.ok(v.is(QapiErrorClass, "CommandNotFound"));
 * assert.equal(v.is(QapiErrorClass, "OutOfMemory"), false);
 * ```
 */
export const QapiErrorClass: Enum<readonly QapiErrorClass[]> =
  /* @__PURE__ */ enumeration([
    "GenericError",
    "CommandNotFound",
    "DeviceNotActive",
    "DeviceNotFound",
    "KVMMissingCap",
  ]);

/** The reply to a command that failed. */
export interface ErrorReply {
  /** What went wrong. */
  error: {
    /** For programs: one of QEMU's five classes, or another server's own. */
    class: QapiErrorClass | (string & Record<never, never>);
    /** For people. Not to be relied on. */
    desc: string;
    /** More about it; gone since QEMU 1.2. */
    data?: JsonValue;
  };
  /** The id of the command; absent where the command could not be read. */
  id?: JsonValue;
}

/** Any event, foreign ones included. */
export interface Event {
  /** The event's name. */
  event: string;
  /** What it tells. */
  data?: JsonObject;
  /** When it happened. */
  timestamp: Timestamp;
}

/** The schema of an object whose members are the command's or event's own business. */
export type AnyObject = v.GenericSchema<JsonObject, JsonObject>;

/** {@linkcode AnyObject}, free to be absent. */
export interface OptionalAnyObject extends AnyObject {
  /** As `v.exactOptional` has it. */
  readonly type: "exact_optional";
  /** As `v.exactOptional` has it. */
  readonly reference: typeof v.exactOptional;
  /** The schema of the member where it is there. */
  readonly wrapped: AnyObject;
  /** There is none. */
  readonly default: undefined;
}

const anyObject: AnyObject = /* @__PURE__ */ matching("Object", isObject);

const optionalAnyObject = /* @__PURE__ */ optional(
  anyObject as v.GenericSchema,
) as unknown as OptionalAnyObject;

const string = /* @__PURE__ */ v.string();

const count = /* @__PURE__ */ matching<number>(
  "integer from 0",
  (value) => Number.isSafeInteger(value) && value as number >= 0,
);

/**
 * Schema of the type {@linkcode VersionTriple}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { VersionTriple } from "@qmp/run-state";
 *
 * assert.ok(v.is(VersionTriple, { major: 7, minor: 2, micro: 22 }));
 * ```
 */
export const VersionTriple: Struct<VersionTriple> = /* @__PURE__ */ struct({
  major: count,
  minor: count,
  micro: count,
});

const nested = /* @__PURE__ */ object({ qemu: VersionTriple, package: string });

const flat = /* @__PURE__ */ object({
  major: count,
  minor: count,
  micro: count,
  package: string,
});

const capabilities: v.GenericSchema<string[]> = /* @__PURE__ */ v.array(string);

// Each wrong element is an issue of its own, and a list may have millions.
// QEMU knows one capability.
/** How many capabilities a greeting may have. */
export const mostCapabilities = 1_000;

const tooManyCapabilities: v.GenericSchema<string[]> = /* @__PURE__ */ matching(
  "array of at most 1000 strings",
  () => false,
);

/**
 * Schema of the type {@linkcode Greeting}.
 *
 * @example Read the version of the QEMU at the other end
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { Greeting, parseJson } from "@qmp/run-state";
 *
 * const { QMP } = v.parse(Greeting, parseJson(
 *   '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
 *     '"package": "Debian"}, "capabilities": ["oob"]}}',
 * ));
 * assert.deepEqual(QMP.capabilities, ["oob"]);
 * ```
 */
export const Greeting: v.GenericSchema<Greeting> = /* @__PURE__ */ object({
  QMP: /* @__PURE__ */ object({
    version: /* @__PURE__ */ optional(
      /* @__PURE__ */ v.lazy((value): v.GenericSchema<GreetingVersion> =>
        isObject(value) && "qemu" in value ? nested : flat
      ),
    ),
    capabilities: /* @__PURE__ */ v.lazy((value) =>
      Array.isArray(value) && value.length > mostCapabilities
        ? tooManyCapabilities
        : capabilities
    ),
  }),
});

const inBand = /* @__PURE__ */ strictObject({
  execute: string,
  arguments: optionalAnyObject,
  id: optionalAny,
});

const outOfBand = /* @__PURE__ */ strictObject({
  "exec-oob": string,
  arguments: optionalAnyObject,
  id: optionalAny,
});

/**
 * Schema of the type {@linkcode Command}. Members that QEMU does not know
 * beside these are refused, as it refuses them.
 *
 * @example Refuse what QEMU would refuse
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { Command } from "@qmp/run-state";
 *
 * assert.ok(v.is(Command, { execute: "cont", id: 7 }));
 * assert.equal(v.is(Command, { execute: "cont", argument: {} }), false);
 * ```
 */
export const Command: v.GenericSchema<Command> = /* @__PURE__ */ v.lazy(
  (value): v.GenericSchema<Command> =>
    isObject(value) && "exec-oob" in value && !("execute" in value)
      ? outOfBand
      : inBand,
);

/**
 * Schema of the type {@linkcode Return}.
 *
 * @example Take what falsy replies there are
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { Return } from "@qmp/run-state";
 *
 * assert.ok(v.is(Return, { return: "" }));
 * assert.ok(v.is(Return, { return: 0, id: null }));
 * ```
 */
export const Return: v.ObjectSchema<{
  readonly return: Any;
  readonly id: OptionalAny;
}, undefined> = /* @__PURE__ */ object({
  return: any,
  id: optionalAny,
});

/**
 * Schema of the type {@linkcode ErrorReply}.
 *
 * @example Read why a command failed
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { ErrorReply } from "@qmp/run-state";
 *
 * const { error } = v.parse(ErrorReply, {
 *   error: { class: "GenericError", desc: "Parameter 'action' is missing" },
 * });
 * assert.equal(error.class, "GenericError");
 * ```
 */
export const ErrorReply: v.GenericSchema<ErrorReply> = /* @__PURE__ */ object({
  error: /* @__PURE__ */ object({
    class: string,
    desc: string,
    data: optionalAny,
  }),
  id: optionalAny,
});

/**
 * Schema of the type {@linkcode Event}.
 *
 * @example Take an event that run-state does not have
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { Event } from "@qmp/run-state";
 *
 * assert.ok(v.is(Event, {
 *   event: "NIC_RX_FILTER_CHANGED",
 *   data: { path: "/machine/peripheral/net0" },
 *   timestamp: { seconds: 1368697518, microseconds: 326866 },
 * }));
 * ```
 */
export const Event: v.ObjectSchema<{
  readonly event: v.StringSchema<undefined>;
  readonly data: OptionalAnyObject;
  readonly timestamp: TimestampSchema;
}, undefined> = /* @__PURE__ */ object({
  event: string,
  data: optionalAnyObject,
  timestamp: Timestamp,
});

/**
 * Tells which kind of message a value is, by the member that only that kind
 * has. Whether the message is right is not looked at.
 *
 * @param value Any value.
 * @returns The kind; undefined where the value is no QMP message, or has the
 * marks of several.
 *
 * @example Sort what comes in
 * ```ts
 * import assert from "node:assert/strict";
 * import { kindOf } from "@qmp/run-state";
 *
 * assert.equal(kindOf({ return: {} }), "return");
 * assert.equal(kindOf({ execute: "stop", return: {} }), undefined);
 * assert.equal(kindOf([1]), undefined);
 * ```
 */
export function kindOf(value: unknown): Kind | undefined {
  if (!isObject(value)) return undefined;
  // Each looked up by a name of its own: in a loop over the names it takes
  // five times as long, and every message comes by here.
  const isEvent = value["event"] !== undefined;
  const isReturn = value["return"] !== undefined;
  const isError = value["error"] !== undefined;
  const isGreeting = value["QMP"] !== undefined;
  const isCommand = value["execute"] !== undefined ||
    value["exec-oob"] !== undefined;
  const marks = Number(isEvent) + Number(isReturn) + Number(isError) +
    Number(isGreeting) + Number(isCommand);
  if (marks !== 1) return undefined;
  return isEvent
    ? "event"
    : isReturn
    ? "return"
    : isCommand
    ? "command"
    : isError
    ? "error"
    : "greeting";
}
