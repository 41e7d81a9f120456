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
import type {
  Activity,
  Consequence,
  Standing,
  Stop,
} from "../editions/witness_row.ts";

/** A set of standings, at most 25: a bit for each, in the edition's order. */
export type Standings = number;

/** Where a message leads: from the standings possible before it to those after it. */
export type Lead = (before: Standings) => Standings;

/** A STOP that a message announces. */
export interface Announcement {
  /** Where it leads. */
  readonly to: Standings;
  /** What brings it. */
  readonly cause: Consequence;
  /** What has to be under way for it. */
  readonly during: Activity | undefined;
}

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
   * Tells whether a message says where the machine stands, or stood.
   *
   * @param found What it proves.
   * @returns Whether there is a state that it does not leave as it was.
   */
  isProof(found: Witness): boolean;
  /**
   * Gives the STOPs that a message announces.
   *
   * @param found What it proves.
   * @returns The same list whenever the same is proved.
   */
  announcements(found: Witness): readonly Announcement[];
  /**
   * Gives what is possible while something is under way.
   *
   * @param underWay What may be under way.
   * @returns The same one whenever the same is.
   */
  while(underWay: ReadonlySet<Activity>): Circumstances;
}

/** What is possible while something is under way. */
export interface Circumstances {
  /**
   * Adds what can have changed and is not told of.
   *
   * @param standings Where a machine stood.
   * @returns Where it can stand by now.
   */
  lasting(standings: Standings): Standings;
  /**
   * Gives where a message leads that comes then.
   *
   * @param found What it proves.
   * @param only Where it can lead at all; anywhere unless said.
   * @returns How to get from before it to after it.
   */
  lead(found: Witness, only?: Standings): Lead;
  /**
   * Gives where a STOP can lead that nothing announced.
   *
   * @param isCommandSeen Whether a command that asked for it would have been seen.
   * @returns Those standings.
   */
  untold(isCommandSeen: boolean): Standings;
}

/**
 * Numbers the standings of an edition.
 *
 * @param table What its messages prove.
 * @returns Its chart.
 */
export function chart({ standings, silent, stops }: Witnesses): Chart {
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
  const proofs = new Map<Witness, boolean>();
  const announced = new Map<Witness, readonly Announcement[]>();
  const circumstances = new Map<number, Circumstances>();
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

  function of(state: string): Standings {
    return byState.get(state) ?? 0;
  }

  function makeCircumstances(underWay: ReadonlySet<Activity>): Circumstances {
    const isUnderWay = ({ during }: { readonly during?: Activity }) =>
      !during || underWay.has(during);
    const rows = silent.filter(isUnderWay);
    const notTold = silence("not told");
    const toldLater = silence("told later");
    const noStop = silence("no STOP");
    const leads = new Map<Witness, Map<Standings, Lead>>();
    const ways = Object.entries(stops).map(([state, ways]) => {
      const told = ways.filter(isUnderWay).map(({ told }) => told);
      return { standings: of(state), told };
    });
    const whichStop = (...why: Stop["told"][]) =>
      ways.filter(({ told }) => told.some((each) => why.includes(each)))
        .reduce((set, { standings }) => set | standings, 0);
    const byItself = whichStop("nothing");
    const byCommand = whichStop("nothing", "command");

    /** For each standing, those that silence leads to from it, itself among them. */
    function silence(
      told: "told later" | "not told" | "no STOP",
    ): readonly Standings[] {
      const meant = rows.filter((each) => isMeant(each, told));
      return standings.map((start) => {
        const reached = new Set([start]);
        // A set visits what is added meanwhile.
        for (const each of reached) {
          for (const { from, to } of meant) if (from === each) reached.add(to);
        }
        return setOf(reached);
      });
    }

    function makeLead(
      { moves, moment, aborts }: Witness,
      only: Standings | undefined,
    ): Lead {
      // What comes before its STOP is not sent by who stops the machine.
      const ahead = moment === "asked" || only !== undefined
        ? toldLater
        : noStop;
      const after = standings.map((each) =>
        setOf(moves.get(each) ?? []) & (only ?? all)
      );
      const moved = after.map((set, index) => set & ~(1 << index));
      const dying = setOf(aborts);
      // The state may have changed already and the event that says so not have
      // come: that counts where the message leads on from there, or where nothing
      // else explains it. The same goes for where QEMU aborts after it.
      return remembered((before) => {
        const told = through(before, notTold);
        const untold = through(before, ahead) & ~told;
        const led = through(told & ~dying, after) | through(untold, moved);
        return through(
          led === 0 ? through(told | untold, after) : led,
          notTold,
        );
      });
    }

    return {
      lasting: remembered((set) => through(set, notTold)),
      lead(found, only) {
        let made = leads.get(found);
        if (made === undefined) leads.set(found, made = new Map());
        const key = only ?? -1;
        let lead = made.get(key);
        if (lead === undefined) made.set(key, lead = makeLead(found, only));
        return lead;
      },
      untold: (isCommandSeen) => isCommandSeen ? byItself : byCommand,
    };
  }

  return {
    all,
    of,
    states(set) {
      let list = lists.get(set);
      if (list === undefined) {
        list = names.filter((name) => (set & of(name)) !== 0);
        lists.set(set, list);
      }
      return list;
    },
    isProof(found) {
      let known = proofs.get(found);
      if (known === undefined) {
        known = standings.some((each) => {
          const to = found.moves.get(each);
          return to?.length !== 1 || to[0] !== each;
        });
        proofs.set(found, known);
      }
      return known;
    },
    announcements(found) {
      let known = announced.get(found);
      if (known === undefined) {
        known = found.causes.flatMap((cause) =>
          cause.outcomes.flatMap((each) =>
            each.kind === "event" && each.to !== undefined
              ? [{ to: of(each.to), cause, during: each.during }]
              : []
          )
        );
        announced.set(found, known);
      }
      return known;
    },
    while(underWay) {
      const key = code(underWay);
      let made = circumstances.get(key);
      if (made === undefined) {
        circumstances.set(key, made = makeCircumstances(underWay));
      }
      return made;
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
