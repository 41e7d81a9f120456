/**
 * Tests for the compiler alone: `deno check` fails where a type drifts from its
 * schema, and where a drift that is forced here is no error.
 */

import * as v from "valibot";
import {
  type Event,
  Greeting,
  type GUEST_CRASHLOADED,
  GUEST_PANICKED,
  type GuestPanicAction,
  GuestPanicInformation,
  type GuestPanicInformationHyperV,
  type GuestPanicInformationS390,
  type GuestPanicInformationType,
  isRunStateEvent,
  MEMORY_FAILURE,
  type MemoryFailureAction,
  type MemoryFailureFlags,
  type MemoryFailureRecipient,
  type Message,
  type PanicAction,
  type POWERDOWN,
  queryStatus,
  type RebootAction,
  RESET,
  type RESUME,
  type RunState,
  type RunStateCommand,
  type RunStateEvent,
  type S390CrashReason,
  setAction,
  SHUTDOWN,
  type ShutdownAction,
  type ShutdownCause,
  StatusInfo,
  STOP,
  type SUSPEND,
  type SUSPEND_DISK,
  Timestamp,
  uint32,
  uint64,
  type WAKEUP,
  type WATCHDOG,
  type WatchdogAction,
  type watchdogSetAction,
} from "@qmp/run-state";
import {
  edition,
  type EventOf,
  eventOf,
  type ShutdownCause as KnownCause,
} from "@qmp/run-state/editions";
import type { Entry } from "@qmp/run-state/replay";
import {
  command,
  enumeration,
  event,
  type EventMessage,
  optional,
  type Struct,
  struct,
  union,
} from "../src/schema/qapi.ts";
import { bool, str } from "../src/schema/scalar.ts";

/** Whether two types are the same, and not only assignable to each other. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Intersections flattened, so that `Same` compares members. */
type Flat<T> = T extends bigint | string | number | boolean ? T
  : T extends object ? { [K in keyof T]: Flat<T[K]> }
  : T;

function holds<T extends true>(): T | void {}

type Output<S extends v.GenericSchema> = Flat<v.InferOutput<S>>;

// A schema's output is the type of its name.
holds<Same<Output<typeof RunState>, RunState>>();
holds<Same<Output<typeof ShutdownCause>, ShutdownCause>>();
holds<Same<Output<typeof WatchdogAction>, WatchdogAction>>();
holds<Same<Output<typeof RebootAction>, RebootAction>>();
holds<Same<Output<typeof ShutdownAction>, ShutdownAction>>();
holds<Same<Output<typeof PanicAction>, PanicAction>>();
holds<Same<Output<typeof GuestPanicAction>, GuestPanicAction>>();
holds<Same<Output<typeof S390CrashReason>, S390CrashReason>>();
holds<Same<Output<typeof MemoryFailureAction>, MemoryFailureAction>>();
holds<
  Same<Output<typeof GuestPanicInformationType>, GuestPanicInformationType>
>();
holds<Same<Output<typeof MemoryFailureRecipient>, MemoryFailureRecipient>>();
holds<Same<Output<typeof StatusInfo>, Flat<StatusInfo>>>();
holds<Same<Output<typeof Timestamp>, Flat<Timestamp>>>();
holds<Same<Output<typeof MemoryFailureFlags>, Flat<MemoryFailureFlags>>>();
holds<
  Same<
    Output<typeof GuestPanicInformationHyperV>,
    Flat<GuestPanicInformationHyperV>
  >
>();
holds<
  Same<
    Output<typeof GuestPanicInformationS390>,
    Flat<GuestPanicInformationS390>
  >
>();
holds<
  Same<Output<typeof GuestPanicInformation>, Flat<GuestPanicInformation>>
>();
holds<Same<Output<typeof SHUTDOWN>, Flat<SHUTDOWN>>>();
holds<Same<Output<typeof POWERDOWN>, Flat<POWERDOWN>>>();
holds<Same<Output<typeof RESET>, Flat<RESET>>>();
holds<Same<Output<typeof STOP>, Flat<STOP>>>();
holds<Same<Output<typeof RESUME>, Flat<RESUME>>>();
holds<Same<Output<typeof SUSPEND>, Flat<SUSPEND>>>();
holds<Same<Output<typeof SUSPEND_DISK>, Flat<SUSPEND_DISK>>>();
holds<Same<Output<typeof WAKEUP>, Flat<WAKEUP>>>();
holds<Same<Output<typeof WATCHDOG>, Flat<WATCHDOG>>>();
holds<Same<Output<typeof GUEST_PANICKED>, Flat<GUEST_PANICKED>>>();
holds<Same<Output<typeof GUEST_CRASHLOADED>, Flat<GUEST_CRASHLOADED>>>();
holds<Same<Output<typeof MEMORY_FAILURE>, Flat<MEMORY_FAILURE>>>();
holds<Same<v.InferOutput<typeof uint32>, number>>();
holds<Same<v.InferOutput<typeof uint64>, bigint>>();
holds<
  Same<v.InferOutput<typeof setAction.data>["panic"], PanicAction | undefined>
>();
holds<Same<v.InferOutput<typeof queryStatus.returns>["status"], RunState>>();
holds<
  Same<v.InferOutput<typeof RunStateEvent>["event"], RunStateEvent["event"]>
>();
holds<
  Same<
    v.InferOutput<typeof RunStateCommand>["execute"],
    RunStateCommand["execute"]
  >
>();
holds<Same<typeof setAction.command, "set-action">>();
holds<Same<typeof watchdogSetAction.allowPreconfig, false>>();

// Inputs are as exact: a uint64 takes bigint | number, and nothing is unknown.
holds<Same<v.InferInput<typeof uint64>, bigint | number>>();
holds<
  Same<
    v.InferInput<typeof GuestPanicInformationS390>["psw-addr"],
    bigint | number
  >
>();
holds<Same<v.InferInput<typeof GuestPanicInformationS390>["core"], number>>();
holds<Same<v.InferInput<typeof SHUTDOWN>["data"]["reason"], ShutdownCause>>();

// A schema can be looked into, and put to use in schemas of the user's own.
export const statuses: readonly RunState[] = StatusInfo.entries.status.options;
export const causes: readonly ShutdownCause[] =
  SHUTDOWN.entries.data.entries.reason.options;
export const branches: number = GuestPanicInformation.options.length;
const { flags } = MEMORY_FAILURE.entries.data.entries;
const Flags = v.pick(flags, ["recursive"]);
holds<Same<Output<typeof Flags>, { recursive: boolean }>>();
const info = v.unwrap(GUEST_PANICKED.entries.data.entries.info);
const Information = v.variant("type", [...info.options]);
holds<Same<Output<typeof Information>, Flat<GuestPanicInformation>>>();
export const register: v.IssueDotPath<typeof GUEST_PANICKED> =
  "data.info.psw-addr";
// @ts-expect-error there is no such register
export const other: v.IssueDotPath<typeof GUEST_PANICKED> = "data.info.psw";
const Status = v.pick(StatusInfo, ["status"]);
holds<Same<Output<typeof Status>, { status: RunState }>>();
const Mine = v.object({ event: v.literal("MINE"), n: v.number() });
const Union = v.variant("event", [STOP, RESET, Mine]);
holds<Same<v.InferOutput<typeof Union>["event"], "STOP" | "RESET" | "MINE">>();
const Nested = v.variant("type", [
  GuestPanicInformation,
  v.object({ type: v.literal("mine") }),
]);
holds<
  Same<v.InferOutput<typeof Nested>["type"], "hyper-v" | "s390" | "mine">
>();
const Commands = v.variant("execute", [queryStatus, setAction]);
holds<
  Same<v.InferOutput<typeof Commands>["execute"], "query-status" | "set-action">
>();

/** Valibot would pick nothing of a pipe, and say nothing: what is one says so. */
export const seconds = (): unknown => [
  v.pick(Timestamp.pipe[0], ["seconds"]),
  v.pick(StatusInfo, ["status"]),
  // @ts-expect-error Timestamp is a struct with a test behind it
  v.pick(Timestamp, ["seconds"]),
  // @ts-expect-error and so it is in an event
  v.partial(STOP.entries.timestamp),
];
holds<Same<Output<typeof Timestamp>, Flat<Timestamp>>>();

/** `v.is` narrows. */
export function narrowed(value: unknown): RunState | undefined {
  return v.is(StatusInfo, value) ? value.status : undefined;
}

/** A switch over the names is exhaustive, foreign events set aside. */
export function reasonOf(message: Message): string | undefined {
  if (!isRunStateEvent(message)) return undefined;
  switch (message.event) {
    case "SHUTDOWN":
    case "RESET":
      return message.data.reason;
    case "WATCHDOG":
    case "GUEST_PANICKED":
    case "GUEST_CRASHLOADED":
    case "MEMORY_FAILURE":
      return message.data.action;
    case "STOP":
    case "RESUME":
    case "POWERDOWN":
    case "SUSPEND":
    case "SUSPEND_DISK":
    case "WAKEUP":
      return undefined;
    default:
      return message satisfies never;
  }
}

/** So it is over what `read` gives by a release, which has more. */
export function causeOf(message: Entry["message"]): string | undefined {
  const event = eventOf(message, edition("9.1"));
  switch (event?.event) {
    case "SHUTDOWN":
    case "RESET":
      holds<Same<typeof event.data.reason, KnownCause | undefined>>();
      return event.data.reason;
    case "WATCHDOG":
    case "MEMORY_FAILURE":
      return event.data.action;
    case "GUEST_PANICKED":
    case "GUEST_CRASHLOADED":
      return event.data.info?.type;
    case "STOP":
    case "RESUME":
    case "POWERDOWN":
    case "SUSPEND":
    case "SUSPEND_DISK":
    case "WAKEUP":
    case "GUEST_PVSHUTDOWN":
    case undefined:
      return undefined;
    default:
      return event satisfies never;
  }
}
type Names<Name extends string> = EventOf<Name>["event"];
holds<Same<Names<"5.1">, Exclude<RunStateEvent["event"], "MEMORY_FAILURE">>>();
holds<Same<Names<"seed">, RunStateEvent["event"]>>();
// Where it is chosen at run time, it is every release's.
holds<Same<Names<string>, RunStateEvent["event"] | "GUEST_PVSHUTDOWN">>();
/** What `read` gives can be asked as it is. */
export const isStop = ({ message }: Entry): boolean =>
  isRunStateEvent(message) && message.event === "STOP";

/** A run-state event may stand where any event may. */
export const anyEvent = (event: SHUTDOWN): Pick<Event, "event" | "timestamp"> =>
  event;
export const version = (greeting: unknown): boolean => v.is(Greeting, greeting);

// Each way in which a type and its schema could drift apart is an error.
interface Sample {
  flag: boolean;
  text: string;
  count: number;
  wide: bigint;
  cause: "a" | "b";
  maybe?: boolean;
}
const cause = enumeration(["a", "b"]);
const sample = {
  flag: bool,
  text: str,
  count: uint32,
  wide: uint64,
  cause,
  maybe: optional(bool),
};
export const exact: Struct<Sample> = struct<Sample>(sample);
const { flag: _flag, ...lacking } = sample;
// @ts-expect-error a member is missing
struct<Sample>(lacking);
// @ts-expect-error a member too many
struct<Sample>({ ...sample, more: bool });
// @ts-expect-error another type: string for boolean
struct<Sample>({ ...sample, flag: str });
// @ts-expect-error another type: uint64 for uint32
struct<Sample>({ ...sample, count: uint64 });
// @ts-expect-error another type: uint32 for uint64
struct<Sample>({ ...sample, wide: uint32 });
// @ts-expect-error optional where it is required
struct<Sample>({ ...sample, flag: optional(bool) });
// @ts-expect-error required where it is optional
struct<Sample>({ ...sample, maybe: bool });
// @ts-expect-error an enumeration lacks a value
struct<Sample>({ ...sample, cause: enumeration(["a"]) });
// @ts-expect-error an enumeration has a value too many
struct<Sample>({ ...sample, cause: enumeration(["a", "b", "c"]) });
// @ts-expect-error a string where there is an enumeration
struct<Sample>({ ...sample, cause: str });
// @ts-expect-error an enumeration where there is a string
struct<Sample>({ ...sample, text: cause });

interface Outer {
  inner: { cause: "a" | "b"; maybe?: boolean };
}
const maybe = optional(bool);
struct<Outer>({ inner: struct<Outer["inner"]>({ cause, maybe }) });
const required = struct<Required<Outer["inner"]>>({ cause, maybe: bool });
// @ts-expect-error required where it is optional, one level down
struct<Outer>({ inner: required });
const narrow = struct<{ cause: "a"; maybe?: boolean }>({
  cause: v.literal("a"),
  maybe,
});
// @ts-expect-error an enumeration lacks a value, one level down
struct<Outer>({ inner: narrow });

type Happened = EventMessage<"HAPPENED", { flag: boolean }>;
type Bare = EventMessage<"BARE">;
event<Happened>("HAPPENED", { flag: bool });
event<Bare>("BARE");
// @ts-expect-error another name
event<Happened>("OTHER", { flag: bool });
// @ts-expect-error data missing
event<Happened>("HAPPENED");
// @ts-expect-error another member in data
event<Happened>("HAPPENED", { flog: bool });
// @ts-expect-error data where there is none
event<Bare>("BARE", { flag: bool });

type Choice = { type: "x"; flag: boolean } | { type: "y"; text: string };
const x = struct<{ flag: boolean }>({ flag: bool });
const y = struct<{ text: string }>({ text: str });
union<"type", Choice>("type", { x, y });
// @ts-expect-error a branch is missing
union<"type", Choice>("type", { x });
// @ts-expect-error a branch too many
union<"type", Choice>("type", { x, y, z: x });
// @ts-expect-error the branches swapped
union<"type", Choice>("type", { x: y, y: x });
// @ts-expect-error another discriminator
union<"type", Choice>("kind", { x, y });

command<"c", { flag?: boolean }, { text: string }, true>("c", {
  data: { flag: optional(bool) },
  returns: y,
  allowPreconfig: true,
});
command<"c", Record<never, never>, { text: string }, true>("c", {
  // @ts-expect-error an argument where there is none
  data: { x: str },
  returns: y,
  allowPreconfig: true,
});
command<"c", { flag?: boolean }, { text: string }, true>("c", {
  // @ts-expect-error an argument required where it is optional
  data: { flag: bool },
  returns: y,
  allowPreconfig: true,
});
command<"c", { flag?: boolean }, { text: string }, true>("c", {
  data: { flag: optional(bool) },
  // @ts-expect-error another return
  returns: x,
  allowPreconfig: true,
});
command<"c", { flag?: boolean }, { text: string }, true>("c", {
  data: { flag: optional(bool) },
  returns: y,
  // @ts-expect-error another flag
  allowPreconfig: false,
});
