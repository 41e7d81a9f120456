/**
 * That `covering()` covers, and that nothing shorter does. What there is to
 * cover is worked out here once more, from the definitions.
 *
 * @module
 */

import {
  type Definitions,
  type Edition,
  edition,
  editions,
} from "@qmp/run-state/editions";
import { covering, samples } from "@qmp/run-state/fixtures";
import { assert } from "chai";

import { judgeBy } from "../src/schema/judge.ts";
import type { Suite } from "./suite.ts";

/** A value in its place, and in which places which choices lead there. */
type Cell = Readonly<Record<string, string>>;

type Value = string | boolean | number | bigint | Members;
interface Members {
  readonly [name: string]: Value;
}

const integers: Readonly<Record<string, readonly bigint[]>> = {
  uint32: [0n, 1n, 2n ** 31n, 2n ** 32n - 1n],
  uint64: [
    ...[0n, 1n, 2n ** 31n, 2n ** 32n - 1n],
    ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n],
  ],
};

/** Tests of `covering()`. */
export const coveringTests: Suite = {
  "covering() has every value in every place, in every edition"() {
    for (const name of editions) {
      const { definitions } = edition(name);
      const covered = new Set(
        covering(edition(name)).flatMap((message) =>
          cellsOf(definitions, message as Members).map(text)
        ),
      );
      const due = everyCell(definitions).map(text);
      assert.deepEqual(due.filter((cell) => !covered.has(cell)), [], name);
      assert.isAbove(due.length, 50);
    }
  },

  "covering() could not be shorter, in any edition"() {
    for (const name of editions) {
      // One cell of each message that no other message has. No two of these can
      // be in one message, so each takes one of its own.
      const witnesses = ownCells(edition(name));
      for (const [index, cell] of witnesses.entries()) {
        assert.isDefined(cell, `${name}: message ${index}`);
        for (const other of witnesses.slice(0, index)) {
          assert.isTrue(exclude(cell!, other!), text(cell!) + text(other!));
        }
      }
    }
  },

  "covering() is as long as it was counted by hand"() {
    const { length } = covering(edition("seed"));
    assert.equal(length, 10 + 10 + 6 + 7 + 19 + 19 + 4 + 2 + 7 + 9 + 16 + 2);
    // The number known from searching: without integers, the events of 9.1
    // take 54 messages.
    const withoutEdges =
      covering(edition("9.1")).filter((message) => "event" in message).length -
      2 * (9 + 9 - 1 - 5);
    assert.equal(withoutEdges, 54);
  },

  "covering() gives valid messages, and the same ones each time"() {
    for (const name of editions) {
      const judge = judgeBy(edition(name), "strict");
      const list = covering(edition(name));
      for (const message of list) {
        const { findings, isOwn } = judge(message, answered(message) ?? "stop");
        assert.deepEqual(findings, []);
        assert.equal(isOwn, titleOf(message as Members) !== "return nothing");
      }
      assert.deepEqual(covering(edition(name)), list);
      assert.notStrictEqual(covering(edition(name))[0], list[0]);
    }
  },

  "samples() gives a valid message of each, with all its members"() {
    for (const name of editions) {
      const { definitions } = edition(name);
      const judge = judgeBy(edition(name), "strict");
      const seen = new Set<string>();
      for (const { kind, name: of, message } of samples(edition(name))) {
        const { findings, isOwn } = judge(message, of);
        assert.deepEqual(findings, []);
        assert.isTrue(isOwn);
        for (const cell of cellsOf(definitions, message as Members)) {
          assert.notInclude(Object.values(cell), "absent");
        }
        seen.add(`${kind} ${of}`);
      }
      const messages = Object.entries(definitions).flatMap(([of, { kind }]) =>
        kind === "event"
          ? [`event ${of}`]
          : kind === "command"
          ? [`command ${of}`, `return ${of}`]
          : []
      );
      assert.sameMembers([...seen], messages);
    }
  },
};

/** The cells of a message, or where there is none, all that its kind has. */
function* cells(
  definitions: Definitions,
  type: string,
  place: string,
  given: Cell,
  value: Value | undefined,
): Generator<Cell> {
  const at = (choice: string): Cell => ({ ...given, [place]: choice });
  const definition = definitions[type];
  if (definition?.kind === "union") {
    const { discriminator, branches, base } = definition;
    const key = `${place}.${discriminator}`;
    const known = (value as Members | undefined)?.[discriminator];
    for (
      const cell of cells(definitions, base[discriminator]!, key, given, known)
    ) {
      yield cell;
      const branch = definitions[branches[cell[key]!]!];
      if (branch?.kind !== "struct") continue;
      yield* members(
        definitions,
        branch.members,
        place,
        cell,
        value as Members,
      );
    }
  } else if (definition?.kind === "enum") {
    for (const each of value === undefined ? definition.values : [value]) {
      yield at(String(each));
    }
  } else if (definition !== undefined) {
    yield* members(
      definitions,
      definition.members,
      place,
      given,
      value as Members,
    );
  } else if (type === "str" || type === "any") {
    yield at("some value");
  } else if (value !== undefined) {
    yield at(String(value));
  } else {
    for (const each of integers[type] ?? [false, true]) yield at(String(each));
  }
}

function* members(
  definitions: Definitions,
  types: Readonly<Record<string, string>>,
  place: string,
  given: Cell,
  value: Members | undefined,
): Generator<Cell> {
  for (const [spelt, type] of Object.entries(types)) {
    const name = spelt.replace("*", "");
    const at = `${place}.${name}`;
    const member = value?.[name];
    if (spelt === name) {
      yield* cells(definitions, type, at, given, member);
      continue;
    }
    const there = { ...given, [at]: "present" };
    if (member === undefined) yield { ...given, [at]: "absent" };
    if (value !== undefined && member === undefined) continue;
    // That a scalar is there is told by its value.
    if (definitions[type] !== undefined && definitions[type].kind !== "enum") {
      yield there;
    }
    yield* cells(definitions, type, at, there, member);
  }
}

/** What a message is, and what it carries under which name. */
interface Titled {
  readonly title: string;
  readonly types: Readonly<Record<string, string>>;
}

function titled(definitions: Definitions): Titled[] {
  const messages = Object.entries(definitions).flatMap((
    [name, each],
  ): Titled[] => {
    if (each.kind === "event") {
      const types = Object.keys(each.members).length > 0 ? { data: name } : {};
      return [{ title: `event ${name}`, types }];
    }
    if (each.kind !== "command") return [];
    const isNeeded = Object.keys(each.members).some((one) => one[0] !== "*");
    const given = { [isNeeded ? "arguments" : "*arguments"]: name };
    const back = each.returns === undefined ? {} : { return: each.returns };
    return [
      { title: `command ${name}`, types: { ...given, "*id": "any" } },
      {
        title: `return ${each.returns ?? "nothing"}`,
        types: { ...back, "*id": "any" },
      },
    ];
  });
  return [...new Map(messages.map((each) => [each.title, each])).values()];
}

function* messageCells(
  definitions: Definitions,
  { title, types }: Titled,
  message?: Members,
): Generator<Cell> {
  const given = { message: title };
  yield given;
  yield* members(definitions, types, title, given, message);
}

function everyCell(definitions: Definitions): Cell[] {
  return titled(definitions).flatMap((each) => [
    ...messageCells(definitions, each),
  ]);
}

function cellsOf(definitions: Definitions, message: Members): Cell[] {
  const name = titleOf(message);
  const title = titled(definitions).find((each) => each.title === name);
  assert.isDefined(title, name);
  return [...messageCells(definitions, title!, message)];
}

function titleOf(message: Members): string {
  return "event" in message
    ? `event ${message["event"]}`
    : "execute" in message
    ? `command ${message["execute"]}`
    : `return ${answered(message) === undefined ? "nothing" : "StatusInfo"}`;
}

/** Just one command of run-state has something to say. */
function answered(message: Readonly<Record<string, unknown>>) {
  const isEmpty = Object.keys(message["return"] ?? {}).length === 0;
  return isEmpty ? undefined : "query-status";
}

/** For each message a cell that it alone has: in the place where most messages have one. */
function ownCells(of: Edition): (Cell | undefined)[] {
  const lists = covering(of).map((message) =>
    cellsOf(of.definitions, message as Members)
  );
  const counts = tally(lists.flat().map(text));
  const own = lists.map((list) =>
    list.filter((cell) => counts.get(text(cell)) === 1)
  );
  const places = tally(own.flat().map(place));
  const order = (cell: Cell) => -places.get(place(cell))!;
  return own.map((list) => list.sort((a, b) => order(a) - order(b))[0]);
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function place(cell: Cell): string {
  return Object.keys(cell).at(-1)!;
}

function exclude(one: Cell, other: Cell): boolean {
  return Object.entries(one).some(([at, choice]) =>
    Object.hasOwn(other, at) && other[at] !== choice
  );
}

function text(cell: Cell): string {
  return JSON.stringify(cell);
}
