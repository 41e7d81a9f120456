/**
 * The table of what messages prove: that it keeps to the transitions of every
 * release, knows all that an edition has, and says where each row is from.
 *
 * @module
 */

import { assert } from "chai";

import { editions, release } from "../src/editions/release.ts";
import { spansOf } from "../src/editions/since.ts";
import {
  stateOf,
  type Witness,
  witness,
  type Witnesses,
} from "../src/editions/witness.ts";
import {
  commands,
  refusedInPreconfig,
} from "../src/editions/witness_commands.ts";
import { events } from "../src/editions/witness_events.ts";
import { foreignEvents, greeting } from "../src/editions/witness_foreign.ts";
import { migrationEvents } from "../src/editions/witness_migration.ts";
import type { Row, Seen } from "../src/editions/witness_row.ts";
import { silent } from "../src/editions/witness_silent.ts";
import { stops } from "../src/editions/witness_stop.ts";
import type { Suite } from "./suite.ts";
import { states } from "./walk.ts";

/** A row of the table, and a message that it is meant for. */
interface Case {
  readonly row: Row;
  readonly seen: Seen;
}

function* cases(): Generator<Case> {
  const tables = { ...events, ...migrationEvents, ...foreignEvents };
  for (const [name, rows] of Object.entries(tables)) {
    for (const row of rows) {
      for (const data of examples(row)) {
        yield { row, seen: { kind: "event", name, data } };
      }
    }
  }
  const hmpOnly = ["savevm", "loadvm"];
  for (const [name, rows] of Object.entries(commands)) {
    const command = hmpOnly.includes(name)
      ? {
        name: "human-monitor-command",
        data: { "command-line": `${name} a` },
      }
      : { name };
    for (const row of rows.sent ?? []) {
      for (const data of examples(row)) {
        yield { row, seen: { kind: "command", data, ...command } };
      }
    }
    for (const kind of ["return", "error"] as const) {
      const replies = kind === "return"
        ? rows.returned ?? rows.answered
        : rows.refused;
      for (const row of replies ?? []) {
        for (const data of examples(row)) {
          yield { row, seen: { kind, data, answers: command } };
        }
      }
    }
  }
  for (const row of refusedInPreconfig) {
    for (const data of examples(row)) {
      yield { row, seen: { kind: "error", data } };
    }
  }
  for (const row of greeting) yield { row, seen: { kind: "greeting" } };
}

/** Data that a row is meant for: the product of what it asks for. */
function examples({ where = {}, desc, capability, moves }: Row): object[] {
  const asked: Record<string, readonly (string | boolean)[]> = {
    ...(moves === "status" && { status: spanNames("RunState") }),
    ...where,
  };
  return Object.entries(asked).reduce<object[]>(
    (made, [name, values]) =>
      made.flatMap((each) =>
        values.map((value) => ({ ...each, [name]: value }))
      ),
    [{
      ...(desc !== undefined && { desc }),
      ...(capability !== undefined &&
        { capabilities: [{ capability, state: true }] }),
    }],
  );
}

function spanNames(type: string): string[] {
  return [...spansOf({ kind: "value", of: type }).keys()];
}

/** Every witness of an edition, with what it is for. */
function witnesses(table: Witnesses): { witness: Witness; seen: Seen }[] {
  return [...cases()].flatMap(({ row, seen }) => {
    const found = table.of(seen, new Set(row.during));
    return found === undefined ? [] : [{ witness: found, seen }];
  });
}

function allowed(edition: string): (from: string, to: string) => boolean {
  const { transitions } = release(edition);
  const pairs = new Set(transitions.map((pair) => pair.join(" ")));
  return (from, to) => from === to || pairs.has(`${from} ${to}`);
}

/** The changes of run state in an edition that a table speaks of, and that QEMU's own table lacks. */
function strangers(edition: string): string[] {
  const table = witness(edition);
  const isAllowed = allowed(edition);
  const pairs = [
    ...witnesses(table)
      // What is not known any more is no change.
      .filter(({ seen }) => seen.kind !== "greeting")
      .flatMap(({ witness: { moves, causes }, seen }) => [
        ...[...moves].flatMap(([from, tos]) =>
          tos.map((to) => [seen.name ?? seen.kind, from, to] as const)
        ),
        ...causes.flatMap((cause) =>
          cause.outcomes.flatMap((outcome) =>
            outcome.kind === "silence"
              ? (cause.in ?? []).flatMap((from) =>
                outcome.to.map((to) => ["silence", from, to] as const)
              )
              : []
          )
        ),
      ]),
    ...table.silent.map(({ from, to }) => ["silence", from, to] as const),
  ];
  return pairs
    .filter(([, from, to]) => !isAllowed(stateOf(from), stateOf(to)))
    .map(([what, from, to]) => `${edition}: ${what} ${from} -> ${to}`);
}

/** The tests of `witness()`. */
export const witnessTests: Suite = {
  "witness() speaks of no change that QEMU's own table lacks, in any edition"() {
    assert.lengthOf(editions, 27);
    assert.deepEqual(editions.flatMap(strangers), []);
  },

  "witness() has no row that another one hides in all editions"() {
    const all = [...cases()];
    const found = new Set(
      all.filter(({ row, seen }) =>
        editions.some((edition) =>
          witness(edition).of(seen, new Set(row.during))?.sources ===
            row.sources
        )
      ).map(({ row }) => row),
    );
    const hidden = all.filter(({ row }) => !found.has(row));
    assert.deepEqual(hidden.map(({ seen }) => seen), []);
  },

  "witness() says of each row where it was read or seen"() {
    const rows: readonly Pick<Row, "since" | "until" | "sources">[] = [
      ...[...cases()].map(({ row }) => row),
      ...silent,
      ...Object.values(stops).flat(),
    ];
    for (const { since, until, sources } of rows) {
      assert.isNotEmpty(sources);
      for (const source of sources) {
        assert.match(source, / of \d|^live \d|below|above|table of|\(\)$|\.c/);
      }
      const [first, last] = [since ?? "2.11", until ?? "master"]
        .map((name) => editions.indexOf(name)) as [number, number];
      assert.isAtLeast(first, 0);
      assert.isAbove(last, first);
    }
  },

  "witness() knows every event of every edition, whatever its data"() {
    for (const edition of editions) {
      const { definitions } = release(edition);
      const { of } = witness(edition);
      for (const [name, definition] of Object.entries(definitions)) {
        if (definition.kind !== "event") continue;
        for (const data of payloads(edition, name)) {
          assert.isDefined(
            of({ kind: "event", name, data }),
            `${edition} ${name} ${JSON.stringify(data)}`,
          );
        }
      }
    }
  },

  "witness() promises since 10.0 no way back to a machine whose migration failed"() {
    const certainty = (edition: string) =>
      witness(edition).of({
        kind: "event",
        name: "MIGRATION",
        data: { status: "failed" },
      })?.causes[0]?.certainty;
    assert.equal(certainty("9.2"), "must");
    assert.equal(certainty("10.0"), "may");
  },

  "witness() knows no event that the edition has not got"() {
    const pvshutdown: Seen = { kind: "event", name: "GUEST_PVSHUTDOWN" };
    assert.isUndefined(witness("9.0").of(pvshutdown));
    assert.isDefined(witness("9.1").of(pvshutdown));
  },

  "witness() proves nothing by what it does not know"() {
    const { of } = witness("7.2");
    for (
      const seen of [
        { kind: "event", name: "RTC_CHANGE", data: { offset: 1 } },
        { kind: "event", name: "constructor" },
        { kind: "command", name: "query-version" },
        { kind: "return", data: {} },
        { kind: "error", data: { desc: "nope" }, answers: { name: "cont" } },
        { kind: "return", data: "", answers: { name: "toString" } },
      ] as const
    ) {
      assert.isUndefined(of(seen), JSON.stringify(seen));
    }
  },

  "witness() has a cause for each STOP that another message tells of"() {
    for (const edition of editions) {
      const table = witness(edition);
      const caused = new Set(
        witnesses(table).flatMap(({ witness: { causes } }) =>
          causes.flatMap(({ outcomes }) =>
            outcomes.flatMap((each) =>
              each.kind === "event" && each.name === "STOP" ? [each.to] : []
            )
          )
        ),
      );
      const told = Object.entries(table.stops).filter(([, ways]) =>
        ways.some(({ told }) => told !== "nothing")
      ).map(([state]) => state);
      assert.sameMembers([...caused], told, edition);
    }
  },

  "witness() causes only events that the edition has, with members that they have"() {
    for (const edition of editions) {
      const { definitions } = release(edition);
      const causes = witnesses(witness(edition)).flatMap(({ witness }) =>
        witness.causes
      );
      for (const { outcomes } of causes) {
        for (const each of outcomes) {
          if (each.kind !== "event") continue;
          const definition = definitions[each.name];
          assert.equal(definition?.kind, "event", each.name);
          assert.includeMembers(
            Object.keys(definition?.kind === "event" ? definition.members : {}),
            Object.keys(each.data ?? {}),
            `${edition} ${each.name}`,
          );
        }
      }
    }
  },

  "witness() lets a machine sleep through a stop since 9.0 alone"() {
    const stop: Seen = { kind: "event", name: "STOP" };
    const resume: Seen = { kind: "event", name: "RESUME" };
    assert.isFalse(witness("8.2").of(stop)?.moves.has("suspended"));
    assert.notInclude(witness("8.2").standings, "paused asleep");

    const { of } = witness("9.0");
    assert.include(of(stop)?.moves.get("suspended"), "paused asleep");
    assert.deepEqual(of(resume)?.moves.get("paused asleep"), ["suspended"]);
    assert.deepEqual(of(resume)?.moves.get("paused"), ["running"]);
    const reset = of({ kind: "event", name: "RESET" });
    assert.deepEqual(reset?.moves.get("paused asleep"), ["prelaunch"]);
  },

  "witness() knows preconfig from 3.0 to 5.2"() {
    const refused: Seen = {
      kind: "error",
      data: { desc: "The command 'cont' isn't permitted in 'preconfig' state" },
      answers: { name: "cont" },
    };
    for (const edition of editions) {
      const place = editions.indexOf(edition);
      const isBetween = place >= editions.indexOf("3.0") &&
        place <= editions.indexOf("5.2");
      const moves = witness(edition).of(refused)?.moves.keys() ?? [];
      assert.deepEqual([...moves], isBetween ? ["preconfig"] : [], edition);
    }
  },

  "witness() knows where a command is obeyed, and where it is refused"() {
    const { of } = witness("7.2");
    const whereObeyed = (name: string, data: object = {}) =>
      states(
        of({ kind: "return", data, answers: { name } })?.moves.keys() ?? [],
      );
    const whereRefused = (name: string, desc: string) =>
      states(
        of({ kind: "error", data: { desc }, answers: { name } })?.moves
          .keys() ??
          [],
      );
    assert.deepEqual(
      whereObeyed("query-status", { status: "watchdog" }),
      ["watchdog"],
    );
    assert.isUndefined(
      of({
        kind: "return",
        data: { status: "nope" },
        answers: { name: "query-status" },
      }),
    );
    assert.deepEqual(
      whereObeyed("cont"),
      ["inmigrate", "running", "suspended"],
    );
    assert.notInclude(whereObeyed("stop"), "running");
    assert.include(whereObeyed("stop"), "suspended");
    assert.deepEqual(whereObeyed("system_wakeup"), ["suspended"]);
    assert.notInclude(whereObeyed("migrate"), "inmigrate");
    assert.deepEqual(whereObeyed("migrate-incoming"), ["inmigrate"]);
    assert.deepEqual(
      whereRefused("cont", "Resetting the Virtual Machine is required"),
      ["internal-error", "shutdown"],
    );
    assert.deepEqual(
      whereRefused("cont", "Migration is not finalized yet"),
      ["finish-migrate"],
    );
    assert.notInclude(
      whereRefused(
        "system_wakeup",
        "Unable to wake up: guest is not in suspended state",
      ),
      "suspended",
    );
    assert.deepEqual(
      whereRefused("migrate", "Guest is waiting for an incoming migration"),
      ["inmigrate"],
    );
    assert.notInclude(
      whereRefused(
        "migrate-incoming",
        "'-incoming' was not specified on the command line",
      ),
      "inmigrate",
    );
  },

  "witness() takes HMP's words for the commands that they are"() {
    const { of } = witness("7.2");
    const hmp = (line: string) =>
      of({
        kind: "command",
        name: "human-monitor-command",
        data: { "command-line": line },
      });
    assert.equal(hmp(" s"), of({ kind: "command", name: "stop" }));
    assert.isUndefined(hmp("info status"));
    assert.isUndefined(hmp(""));
    const prose: Seen = {
      kind: "return",
      data: "",
      answers: {
        name: "human-monitor-command",
        data: { "command-line": "stop" },
      },
    };
    // HMP answers in prose, whether it obeyed or not.
    assert.isUndefined(of(prose));

    const turned = hmp("migrate_set_capability background-snapshot on");
    assert.deepEqual(turned?.begins, ["background snapshot"]);
    assert.isUndefined(hmp("migrate_set_capability background-snapshot off"));
    assert.isUndefined(hmp("migrate_set_capability events on"));
  },

  "witness() hears of the devices of postcopy from either side"() {
    const data = { status: "postcopy-device" };
    const found = witness("10.2").of({
      kind: "event",
      name: "MIGRATION",
      data,
    });
    assert.sameMembers([...found?.moves.keys() ?? []], [
      ...["inmigrate", "finish-migrate", "finish-migrate asleep"],
    ]);
  },

  "witness() gives SHUTDOWN no reason before 4.0"() {
    const disk: Seen = { kind: "event", name: "SUSPEND_DISK" };
    const data = (edition: string) => {
      const outcome = witness(edition).of(disk)?.causes[0]?.outcomes[0];
      return outcome?.kind === "event" ? outcome.data : undefined;
    };
    assert.deepEqual(data("3.1"), { guest: true });
    assert.deepEqual(data("4.0"), { guest: true, reason: "guest-shutdown" });
  },

  "witness() makes a table once, and refuses a name that no edition has"() {
    assert.strictEqual(witness("7.2"), witness("7.2"));
    assert.throws(
      () => witness("7.3"),
      RangeError,
      'Cannot find edition "7.3"',
    );
  },
};

/** Data for an event: each combination of what its enumerations have. */
function payloads(edition: string, event: string): object[] {
  const { definitions } = release(edition);
  const definition = definitions[event];
  const members = definition?.kind === "event" ? definition.members : {};
  return Object.entries(members).reduce<object[]>((made, [name, type]) => {
    const enumeration = definitions[type];
    const values = enumeration?.kind === "enum"
      ? enumeration.values
      : [undefined];
    return made.flatMap((each) =>
      values.map((value) => ({ ...each, [name]: value }))
    );
  }, [{}]);
}
