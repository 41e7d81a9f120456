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
const eventLists: ReadonlyMap<string, readonly (readonly Row[])[]> =
  /* @__PURE__ */ new Map(
    /* @__PURE__ */ Object.entries({
      ...events,
      ...migrationEvents,
      ...foreignEvents,
    }).map(([name, rows]) => [name, [rows]]),
  );

// A name fresh from a text is found in a map in half the time (V8).
const rowsOfCommands: ReadonlyMap<string | undefined, CommandRows> =
  /* @__PURE__ */ new Map(/* @__PURE__ */ Object.entries(commands));

const nowhere: readonly (readonly Row[])[] = [];

/**
 * Finds the lists of rows that a message is looked up in.
 *
 * @param seen The message.
 * @returns The lists, one to be looked in after the other.
 */
export function rowsFor(seen: Seen): readonly (readonly Row[])[] {
  const { kind, name, data, answers } = seen;
  switch (kind) {
    case "greeting":
      return [greeting];
    case "event":
      return eventLists.get(name ?? "") ?? nowhere;
    case "command":
      return listed(rowsOfCommands.get(meant(name, data))?.sent);
    case "return": {
      const rows = rowsOfCommands.get(meant(answers?.name, answers?.data));
      return listed(isHmp(answers?.name) ? rows?.answered : rows?.returned);
    }
    case "error":
      return [
        refusedInPreconfig,
        ...listed(rowsOfCommands.get(answers?.name)?.refused),
      ];
  }
}

function listed(rows: readonly Row[] | undefined): readonly (readonly Row[])[] {
  return rows === undefined ? nowhere : [rows];
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

/**
 * Tells whether a row is about a message.
 *
 * @param row One of a list for such messages.
 * @param seen The message.
 * @returns Whether the message's members are as the row asks.
 */
export function fits(
  { where, desc, capability }: Row,
  { data }: Seen,
): boolean {
  for (const name in where) {
    const value = member(data, name);
    if (!where[name]?.some((each) => each === value)) return false;
  }
  return (desc === undefined || String(member(data, "desc")).endsWith(desc)) &&
    (capability === undefined || turnsOn(data, capability));
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
