/**
 * Where a machine can stand, as bits of a number, and where messages lead it.
 *
 * What a message does to a set is worked out once and then remembered: in this
 * respect a log of millions of messages holds a few hundred different ones.
 *
 * @module
 */

import type { RunState } from "../editions/known.ts";
import type { Silence, Witness, Witnesses } from "../editions/witness.ts";
import type { Activity, Standing } from "../editions/witness_row.ts";

/** A set of standings, at most 25: a bit for each, in the edition's order. */
export type Standings = number;

/** Where a message leads: from the standings possible before it to those after it. */
export type Lead = (before: Standings) => Standings;

/** The standings of an edition, and what changes them. */
export interface Chart {
  /** All of them. */
  readonly all: Standings;
  /**
   * Finds the standings of a run state: two where it may be asleep.
   *
   * @param state The run state.
   * @returns Its standings; none where the edition has not got it.
   */
  of(state: string): Standings;
  /**
   * Lists run states.
   *
   * @param standings Where a machine can stand.
   * @returns What `query-status` could say, in the edition's order.
   */
  states(standings: Standings): readonly RunState[];
  /**
   * Adds what can have changed and is not told of.
   *
   * @param standings Where a machine stood.
   * @param underWay What may be under way.
   * @returns Where it can stand by now.
   */
  lasting(standings: Standings, underWay: ReadonlySet<Activity>): Standings;
  /**
   * Tells whether a message says where the machine stands, or stood.
   *
   * @param found What it proves.
   * @returns Whether there is a state that it does not leave as it was.
   */
  isProof(found: Witness): boolean;
  /**
   * Gives where a message leads.
   *
   * @param found What it proves.
   * @param underWay What may be under way when it comes.
   * @param only Where it can lead at all; anywhere unless said.
   * @returns How to get from before it to after it.
   */
  lead(
    found: Witness,
    underWay: ReadonlySet<Activity>,
    only?: Standings,
  ): Lead;
}

/**
 * Numbers the standings of an edition.
 *
 * @param table What its messages prove.
 * @returns Its chart.
 */
export function chart({ standings, silent }: Witnesses): Chart {
  const bits = new Map(standings.map((each, index) => [each, 1 << index]));
  const all = (1 << standings.length) - 1;
  const names = standings.filter((each): each is RunState =>
    !each.endsWith(" asleep")
  );
  const byState = new Map<string, Standings>(names.map((name) => [
    name,
    setOf([name, `${name} asleep` as Standing]),
  ]));
  const lists = new Map<Standings, readonly RunState[]>();
  const silences = new Map<string, readonly Standings[]>();
  const leads = new Map<Witness, Map<number, Lead>>();
  const activities = new Map<Activity, number>();

  function code(underWay: ReadonlySet<Activity>): number {
    let sum = 0;
    for (const each of underWay) {
      let bit = activities.get(each);
      if (bit === undefined) activities.set(each, bit = 1 << activities.size);
      sum += bit;
    }
    return sum;
  }

  function setOf(some: Iterable<Standing>): Standings {
    let set = 0;
    for (const each of some) set |= bits.get(each) ?? 0;
    return set;
  }

  /** For each standing, those that silence leads to from it, itself among them. */
  function silence(
    underWay: ReadonlySet<Activity>,
    told: "told later" | "not told" | "no STOP",
  ): readonly Standings[] {
    const key = `${code(underWay)} ${told}`;
    const known = silences.get(key);
    if (known) return known;
    const rows = silent.filter((each) =>
      (!each.during || underWay.has(each.during)) && isMeant(each, told)
    );
    const made = standings.map((start) => {
      const reached = new Set([start]);
      // A set visits what is added meanwhile.
      for (const each of reached) {
        for (const { from, to } of rows) if (from === each) reached.add(to);
      }
      return setOf(reached);
    });
    silences.set(key, made);
    return made;
  }

  function makeLead(
    { moves, moment }: Witness,
    underWay: ReadonlySet<Activity>,
    only: Standings,
    isStop: boolean,
  ): Lead {
    const lasting = silence(underWay, "not told");
    // What comes before its STOP is not sent by who stops the machine.
    const ahead = silence(
      underWay,
      moment === "asked" || isStop ? "told later" : "no STOP",
    );
    const after = standings.map((each) => setOf(moves.get(each) ?? []) & only);
    const moved = after.map((set, index) => set & ~(1 << index));
    // The state may have changed already and the event that says so not have
    // come: that counts where the message leads on from there, or where nothing
    // else explains it.
    return remembered((before) => {
      const told = through(before, lasting);
      const untold = through(before, ahead) & ~told;
      const led = through(told, after) | through(untold, moved);
      return through(led === 0 ? through(untold, after) : led, lasting);
    });
  }

  return {
    all,
    of: (state) => byState.get(state) ?? 0,
    states(set) {
      let list = lists.get(set);
      if (list === undefined) {
        list = names.filter((name) => (set & (byState.get(name) ?? 0)) !== 0);
        lists.set(set, list);
      }
      return list;
    },
    isProof({ moves }) {
      return standings.some((each) => {
        const to = moves.get(each);
        return to?.length !== 1 || to[0] !== each;
      });
    },
    lasting: (set, underWay) => through(set, silence(underWay, "not told")),
    lead(found, underWay, only) {
      let made = leads.get(found);
      if (made === undefined) leads.set(found, made = new Map());
      const key = code(underWay) * 2 ** 26 + (only ?? 2 ** 26 - 1);
      let lead = made.get(key);
      if (lead === undefined) {
        lead = makeLead(found, underWay, only ?? all, only !== undefined);
        made.set(key, lead);
      }
      return lead;
    },
  };
}

function isMeant(
  { ahead }: Silence,
  told: "told later" | "not told" | "no STOP",
): boolean {
  if (told === "told later") return true;
  return told === "not told" ? !ahead : ahead !== "STOP";
}

/** The union of what each standing leads to. */
function through(set: Standings, each: readonly Standings[]): Standings {
  let union = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) {
    union |= each[31 - Math.clz32(rest & -rest)]!;
  }
  return union;
}

function remembered(lead: Lead): Lead {
  const known = new Map<Standings, Standings>();
  return (before) => {
    let after = known.get(before);
    if (after === undefined) known.set(before, after = lead(before));
    return after;
  };
}
