/**
 * Finds the rows that a message is looked up in.
 *
 * @module
 */

import { lookUp } from "./definition.ts";
import { commands, hmp, refusedInPreconfig } from "./witness_commands.ts";
import { events } from "./witness_events.ts";
import { foreignEvents, greeting } from "./witness_foreign.ts";
import { migrationEvents } from "./witness_migration.ts";
import type { Activity, CommandRows, Row, Seen } from "./witness_row.ts";

/** The events of all three tables: no name is in two. */
const eventLists: ReadonlyMap<string, Lists> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({
    ...events,
    ...migrationEvents,
    ...foreignEvents,
  }).map(([name, rows]) => [name, [rows]]),
);

/** The lists in which a message is looked up, one after the other. */
type Lists = readonly (readonly Row[])[];

// A name fresh from a text is found in a map in half the time (V8), and lists
// made for each message took a twelfth of tracking.
const commandLists: ReadonlyMap<
  string | undefined,
  Readonly<Record<keyof CommandRows, Lists>>
> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(commands).map(([name, rows]) => [name, {
    sent: listed(rows.sent),
    returned: listed(rows.returned),
    answered: listed(rows.answered),
    refused: [refusedInPreconfig, ...listed(rows.refused)],
  }]),
);

const nowhere: Lists = [];
const greetings: Lists = [greeting];
const refusals: Lists = [refusedInPreconfig];

/**
 * Finds the lists of rows that a message is looked up in.
 *
 * @param seen The message.
 * @returns The lists, one to be looked in after the other.
 */
export function rowsFor(seen: Seen): Lists {
  const { kind, name, data, answers } = seen;
  switch (kind) {
    case "greeting":
      return greetings;
    case "event":
      return eventLists.get(name ?? "") ?? nowhere;
    case "command":
      return commandLists.get(meant(name, data))?.sent ?? nowhere;
    case "return": {
      const lists = commandLists.get(meant(answers?.name, answers?.data));
      return lists?.[isHmp(answers?.name) ? "answered" : "returned"] ?? nowhere;
    }
    case "error":
      return commandLists.get(answers?.name)?.refused ?? refusals;
  }
}

function listed(rows: readonly Row[] | undefined): Lists {
  return rows === undefined ? [] : [rows];
}

function isHmp(name: string | undefined): boolean {
  return name === "human-monitor-command";
}

/** The command that a line of HMP is; any other is itself. */
function meant(name: string | undefined, data: unknown): string | undefined {
  if (!isHmp(name)) return name;
  const line = member(data, "command-line");
  return typeof line === "string"
    ? lookUp(hmp, line.trim().split(/\s+/)[0])
    : undefined;
}

/** Tells by a message's data whether a row is about it. */
export type Test = (data: unknown) => boolean;

/**
 * Makes what tells whether a row is about a message.
 *
 * @param row One of a list for such messages.
 * @returns What takes the message's data and tells whether its members are as the
 * row asks; nothing where it asks nothing.
 */
export function testOf({ where, desc, capability }: Row): Test | undefined {
  const tests: Test[] = Object.entries(where ?? {}).map(([name, values]) => {
    const taken = new Set<unknown>(values);
    return (data) => taken.has(member(data, name));
  });
  if (desc !== undefined) {
    tests.push((data) => String(member(data, "desc")).endsWith(desc));
  }
  if (capability !== undefined) {
    tests.push((data) => turnsOn(data, capability));
  }
  return tests.length < 2
    ? tests[0]
    : (data) => tests.every((test) => test(data));
}

/**
 * Tells whether a row counts by what is under way.
 *
 * @param row The row.
 * @param underWay What may be under way.
 * @returns Whether it counts.
 */
export function isTimely(
  { during, unless }: Row,
  underWay: ReadonlySet<Activity>,
): boolean {
  return (during === undefined || during.every((one) => underWay.has(one))) &&
    !unless?.some((one) => underWay.has(one));
}

function turnsOn(data: unknown, capability: string): boolean {
  const line = member(data, "command-line");
  if (typeof line === "string") {
    const [, name, state] = line.trim().split(/\s+/);
    return name === capability && state === "on";
  }
  const list = member(data, "capabilities");
  return Array.isArray(list) &&
    list.some((each) =>
      member(each, "capability") === capability &&
      member(each, "state") === true
    );
}

/**
 * Reads a member of a value, whatever that is.
 *
 * @param value The value.
 * @param name The member's name.
 * @returns What stands there; nothing where the value has no such member.
 */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null &&
      Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
