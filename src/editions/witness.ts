/**
 * What a message proves of the run state, what it causes, and what may change
 * in silence between two messages: one table for each edition.
 *
 * It was read in the sources of QEMU 2.11.0, 4.2.0, 5.2.0, 6.2.0, 7.2.0, 8.2.2,
 * 9.2.1, 10.0.13, 10.1.0 and 10.2.2, and seen on 5.2.0, 7.2.22 and 10.0.13; each
 * row says where. What changed between two of these is placed by the table of
 * transitions, by QEMU's documentation or by the date of the commit; where none
 * of them says, the release that allows more goes on until the next one read.
 *
 * @module
 */

import type { Kind } from "../schema/qmp.ts";
import { membersOf, plainName } from "./definition.ts";
import type { RunState } from "./known.ts";
import { editions, release } from "./release.ts";
import {
  isTimely,
  member,
  rowsFor,
  type Test,
  testOf,
} from "./witness_look_up.ts";
import type {
  Activity,
  Consequence,
  Dozing,
  Moves,
  Outcome,
  Row,
  Seen,
  SilentRow,
  Standing,
  Stop,
} from "./witness_row.ts";
import { silent } from "./witness_silent.ts";
import { stops } from "./witness_stop.ts";

export type { Seen } from "./witness_row.ts";

/** What a message proves and causes in an edition. */
export interface Witness {
  /** By each standing that is possible before it, the ones that are possible after it; one without any is impossible before it. */
  readonly moves: ReadonlyMap<Standing, readonly Standing[]>;
  /** The standings in which QEMU sends it and then aborts, so that nothing more comes. */
  readonly aborts: readonly Standing[];
  /** Of when it tells: of the moment at which it was sent, or, as a reply, of one since its command was sent. */
  readonly moment: "sent" | "asked";
  /** Whether QEMU may hold it back for up to a second, so that it comes after what it caused, or lose it to a later one of its name. */
  readonly throttled: boolean;
  /** What comes of it. */
  readonly causes: readonly Consequence[];
  /** What may be under way from then on. */
  readonly begins: readonly Activity[];
  /** What is over. */
  readonly ends: readonly Activity[];
  /** Where that was read or seen. */
  readonly sources: readonly string[];
}

/** A change that no message tells. */
export interface Silence {
  /** Where the machine is before. */
  readonly from: Standing;
  /** Where it is after. */
  readonly to: Standing;
  /** What has to be under way for it; nothing where it is absent. */
  readonly during?: Activity;
  /** That it leads back to where the machine was when that began, or has been since. */
  readonly back?: true;
  /** The event that tells of it a moment later; none where it is absent. */
  readonly ahead?: "STOP" | "WAKEUP";
  /** Where that was read or seen. */
  readonly sources: readonly string[];
}

/** What the messages of one edition prove. */
export interface Witnesses {
  /** The name of the edition. */
  readonly edition: string;
  /** Everywhere a machine can stand. */
  readonly standings: readonly Standing[];
  /** What may change between two messages. */
  readonly silent: readonly Silence[];
  /** The ways in which a machine comes to each run state with a STOP. */
  readonly stops: Readonly<Record<RunState, readonly Stop[]>>;
  /**
   * Looks a message up.
   *
   * @param seen The message.
   * @param underWay What may be under way by then; nothing unless said.
   * @returns What it proves; nothing where it says nothing of the run state.
   */
  of(seen: Seen, underWay?: ReadonlySet<Activity>): Witness | undefined;
}

/**
 * Gives the run state of a standing.
 *
 * @param standing Where a machine stands.
 * @returns What `query-status` would say.
 *
 * @example Where a sleeper that was stopped stands
 * ```ts
 * import assert from "node:assert/strict";
 * import { stateOf, witness } from "@qmp/run-state/editions";
 *
 * const { of } = witness("9.0");
 * const [standing] = of({ kind: "event", name: "STOP" })?.moves.get("suspended")
 *   ?.filter((each) => stateOf(each) === "paused") ?? [];
 * assert.equal(standing, "paused asleep");
 * const after = of({ kind: "event", name: "RESUME" })?.moves.get(standing);
 * assert.deepEqual(after, ["suspended"]);
 * ```
 */
export function stateOf(standing: Standing): RunState {
  return standing.replace(" asleep", "") as RunState;
}

const nothing: ReadonlySet<Activity> = /* @__PURE__ */ new Set();
const made = new Map<string, Witnesses>();

/**
 * Gives what the messages of an edition prove. Each table is made once.
 *
 * @param edition The edition's exact name.
 * @returns Its table.
 * @throws {RangeError} No edition has that name.
 *
 * @example Tell where a panic leads
 * ```ts
 * import assert from "node:assert/strict";
 * import { witness } from "@qmp/run-state/editions";
 *
 * const { of } = witness("7.2");
 * const panic = of({
 *   kind: "event",
 *   name: "GUEST_PANICKED",
 *   data: { action: "pause" },
 * });
 * assert.deepEqual(panic?.causes[0]?.outcomes, [
 *   { kind: "event", name: "STOP", to: "guest-panicked" },
 * ]);
 * const stop = of({ kind: "event", name: "STOP" });
 * assert.ok(stop?.moves.get("running")?.includes("guest-panicked"));
 * assert.equal(stop?.moves.has("prelaunch"), false);
 * ```
 */
export function witness(edition: string): Witnesses {
  const known = made.get(edition);
  if (known) return known;
  const table = build(edition);
  made.set(edition, table);
  return table;
}

const dozing: Readonly<Record<Dozing, true>> = {
  colo: true,
  "finish-migrate": true,
  paused: true,
  postmigrate: true,
  prelaunch: true,
  "restore-vm": true,
  "save-vm": true,
  shutdown: true,
};

function isDozing(state: string): state is Dozing {
  return Object.hasOwn(dozing, state);
}

/** A row, and what was made of it. */
interface Candidate {
  readonly row: Row;
  readonly test: Test | undefined;
  /** By the run state that a message tells, if its row goes by that. */
  readonly made: Map<unknown, Witness>;
}

function build(edition: string): Witnesses {
  const { definitions } = release(edition);
  const { RunState: states } = definitions;
  const names = (states?.kind === "enum" ? states.values : []) as RunState[];
  const remembersSleep = isIn({ since: "9.0" }, edition);
  const standings: readonly Standing[] = [
    ...names,
    ...(remembersSleep ? names.filter(isDozing).map(asleep) : []),
  ];
  const lists = new Map<readonly Row[], readonly Candidate[]>();

  function of(
    seen: Seen,
    underWay: ReadonlySet<Activity> = nothing,
  ): Witness | undefined {
    const { data } = seen;
    for (const list of rowsFor(seen)) {
      for (const each of candidates(list)) {
        const { row, test } = each;
        if ((test === undefined || test(data)) && isTimely(row, underWay)) {
          return witnessOf(each, seen);
        }
      }
    }
    return undefined;
  }

  /** The rows of a list that this edition has. */
  function candidates(list: readonly Row[]): readonly Candidate[] {
    let known = lists.get(list);
    if (known === undefined) {
      known = list.filter((row) => isIn(row, edition))
        .map((row) => ({ row, test: testOf(row), made: new Map() }));
      lists.set(list, known);
    }
    return known;
  }

  function witnessOf(
    { row, made }: Candidate,
    { kind, data }: Seen,
  ): Witness | undefined {
    const told = row.moves === "status" ? member(data, "status") : "";
    let known = made.get(told);
    if (known === undefined) {
      // A newer QEMU may have more of them.
      if (told !== "" && !names.includes(told as RunState)) return undefined;
      made.set(told, known = make(row, String(told), kind));
    }
    return known;
  }

  function make(row: Row, told: string, kind: Kind): Witness {
    return {
      moves: movesOf(row, told),
      aborts: (row.aborts ?? []).filter((each) => standings.includes(each)),
      moment: kind === "return" || kind === "error" ? "asked" : "sent",
      throttled: row.throttled ?? false,
      causes: (row.causes ?? []).map((cause) => ({
        ...cause,
        outcomes: cause.outcomes.map(known),
      })),
      begins: row.begins ?? [],
      ends: row.ends ?? [],
      sources: row.sources,
    };
  }

  function movesOf(
    { moves, asleep }: Row,
    told: string,
  ): ReadonlyMap<Standing, readonly Standing[]> {
    return new Map(
      standings.flatMap((from) => {
        const state = stateOf(from);
        const after = from !== state && asleep !== undefined
          ? asleep[state as Dozing]
          : targets(moves, state, told, standings);
        const to = after
          .map((each) => each === state && !asleep ? from : each)
          .filter((each) => standings.includes(each));
        return to.length === 0 ? [] : [[from, to]];
      }),
    );
  }

  /** Leaves out what the event's data has not got in this edition. */
  function known(outcome: Outcome): Outcome {
    if (outcome.kind !== "event" || outcome.data === undefined) return outcome;
    const definition = definitions[outcome.name];
    const members = Object.keys(definition ? membersOf(definition) : {});
    return {
      ...outcome,
      data: Object.fromEntries(
        Object.entries(outcome.data).filter(([name]) =>
          members.map(plainName).includes(name)
        ),
      ),
    };
  }

  return {
    edition,
    standings,
    silent: silent.filter((row) => isIn(row, edition))
      .flatMap((row) => silences(row, remembersSleep)),
    stops: Object.fromEntries(
      Object.entries(stops).map(([state, ways]) => [
        state,
        ways.filter((way) => isIn(way, edition)),
      ]),
    ) as unknown as Witnesses["stops"],
    of,
  };
}

function asleep(state: Dozing): Standing {
  return `${state} asleep`;
}

function targets(
  moves: Moves,
  state: RunState,
  told: string,
  standings: readonly Standing[],
): readonly Standing[] {
  if (moves === "anew") return standings;
  if (moves === "stays") return [state];
  if (moves === "status") return told === state ? [state] : [];
  if (isList(moves)) return moves.includes(state) ? [state] : [];
  return moves[state];
}

function isList(moves: Moves): moves is readonly RunState[] {
  return Array.isArray(moves);
}

/** Whoever slept before goes on sleeping. */
function silences(
  { from, to, during, back, ahead, sources }: SilentRow,
  remembersSleep: boolean,
): Silence[] {
  const pairs = from.flatMap((one) =>
    to.filter((other) => other !== one).map((other) => [one, other] as const)
  );
  const sleeping = pairs.filter(() => remembersSleep).flatMap(([one, other]) =>
    isDozing(one) && isDozing(other)
      ? [[asleep(one), asleep(other)] as const]
      : []
  );
  return [...pairs, ...sleeping].map(([from, to]) => ({
    from,
    to,
    ...(during !== undefined && { during }),
    ...(back !== undefined && { back }),
    ...(ahead !== undefined && { ahead }),
    sources,
  }));
}

function isIn(
  { since, until }: { readonly since?: string; readonly until?: string },
  edition: string,
): boolean {
  const place = editions.indexOf(edition);
  return (since === undefined || place >= editions.indexOf(since)) &&
    (until === undefined || place < editions.indexOf(until));
}
