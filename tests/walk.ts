/**
 * Follows the run state through a trace, by nothing but the table of what
 * messages prove: the smallest tracker that there is, to test the table with.
 *
 * It takes the trace for the whole conversation of the only client, as the
 * recorded ones are.
 *
 * @module
 */

import type { Entry } from "@qmp/run-state/replay";

import {
  stateOf,
  type Witness,
  witness,
  type Witnesses,
} from "../src/editions/witness.ts";
import type {
  Activity,
  Consequence,
  Seen,
  Standing,
} from "../src/editions/witness_row.ts";

type Standings = ReadonlySet<Standing>;

/** A message, and where the machine can be after it. */
export interface Step {
  /** The message. */
  readonly entry: Entry;
  /** Everywhere the machine can be; nowhere where the message is impossible. */
  readonly standings: Standings;
  /** What may be under way. */
  readonly underWay: ReadonlySet<Activity>;
}

/** What is known beside where the machine can be. */
interface Going {
  /** What may be under way. */
  readonly underWay: ReadonlySet<Activity>;
  /** Where the machine can have been since a migration began. */
  readonly origins: Standings;
}

/** A STOP that some message announced. */
interface Announced {
  readonly to: string;
  readonly cause: Consequence;
  readonly by: Entry;
  /** That a STOP has come since, which may have been this one. */
  readonly mayBePast?: true;
}

/** A message that came, and how it led on. */
interface Past {
  readonly after: Standings;
  readonly lead: (before: Standings) => Standings;
}

/**
 * Takes a message as the table sees it.
 *
 * @param entry What `read` gave.
 * @returns The same, without what does not matter.
 */
export function seen({ kind, name, text, answers }: Entry): Seen {
  // deno-lint-ignore no-explicit-any -- JSON.parse is good enough for names
  const message: Record<string, any> = JSON.parse(text);
  const data = message["data"] ?? message["arguments"] ?? message["return"] ??
    message["error"];
  return {
    kind: kind!,
    data,
    ...(name !== undefined && { name }),
    ...(answers !== undefined && { answers: seen(answers) }),
  };
}

/**
 * Lists the run states of standings.
 *
 * @param standings Where a machine can be.
 * @returns What `query-status` could say.
 */
export function states(standings: Iterable<Standing>): string[] {
  return [...new Set([...standings].map(stateOf))].sort();
}

/**
 * Follows a trace.
 *
 * @param entries What `read` gave: messages of one monitor, both ways.
 * @param edition Which edition's table.
 * @returns A step for each message, up to the first one that is impossible.
 */
export function walk(entries: Iterable<Entry>, edition: string): Step[] {
  const table = witness(edition);
  const steps: Step[] = [];
  const past: Past[] = [];
  const sentAt = new Map<Entry, number>();
  const underWay = new Set<Activity>();
  const origins = new Set<Standing>();
  let announced: Announced[] = [];
  let throttled: Record<string, number> = {};
  let newest = 0;
  let standings: Standings = new Set(table.standings);

  function forget(isPast: (each: Announced) => boolean): void {
    announced = announced.filter((each) => !isPast(each));
  }

  function announce(entry: Entry, causes: readonly Consequence[]): void {
    for (const cause of causes) {
      for (const outcome of cause.outcomes) {
        if (outcome.kind !== "event" || outcome.to === undefined) continue;
        if (outcome.during && !underWay.has(outcome.during)) continue;
        announced.push({ to: outcome.to, cause, by: entry });
      }
    }
  }

  /** Where a STOP can lead, after all that was said before it. */
  function stopsIn(time: number): ReadonlySet<string> {
    if (announced.some(isNext)) return new Set(announced.map(({ to }) => to));
    const unannounced = Object.entries(table.stops).filter(([, ways]) =>
      ways.some(({ told, during }) =>
        told === "nothing" && (!during || underWay.has(during))
      )
    ).map(([state]) => state);
    const isHeldBack = (name: string) =>
      time - (throttled[name] ?? -Infinity) < 2;
    return new Set([
      ...announced.map(({ to }) => to),
      ...unannounced,
      ...(isHeldBack("WATCHDOG") ? ["watchdog"] : []),
      ...(isHeldBack("BLOCK_IO_ERROR") ? ["io-error"] : []),
    ]);
  }

  for (const entry of entries) {
    const message = seen(entry);
    const found = table.of(message, underWay);
    if (entry.kind === "command") sentAt.set(entry, past.length);
    const time = entry.kind === "event" ? timeOf(entry) : newest;
    const isLate = found?.throttled === true && time < newest;
    newest = Math.max(newest, time);

    const going: Going = {
      underWay: new Set(underWay),
      origins: new Set(origins),
    };
    const only = message.name === "STOP" && entry.kind === "event"
      ? stopsIn(time)
      : undefined;
    const lead = (before: Standings): Standings =>
      found
        ? lasting(table, follow(table, found, before, going, only), going)
        : before;
    const asked = found?.moment === "asked" && entry.answers
      ? sentAt.get(entry.answers)
      : undefined;
    standings = asked === undefined
      ? lead(standings)
      : lookBack(past.slice(asked), lead);

    if (found?.begins.includes("outgoing migration")) origins.clear();
    for (const each of standings) origins.add(each);
    for (const each of found?.begins ?? []) underWay.add(each);
    for (const each of found?.ends ?? []) {
      underWay.delete(each);
      forget(({ cause }) => cause.past === each);
    }
    standings = lasting(table, standings, { underWay, origins });
    if (entry.kind === "greeting") {
      underWay.clear();
      announced = [];
      throttled = {};
    }
    // QEMU may not have come yet to a command that it has not answered.
    const isWaiting = ({ by }: Announced) => sentAt.has(by);
    if (message.name === "STOP") {
      forget((each) => isNext(each) && !isWaiting(each));
      announced = announced.map((each) =>
        isNext(each) ? { ...each, mayBePast: true } : each
      );
    }
    // A machine that did not run did not stop, and does not now that it runs.
    if (message.name === "RESUME" || message.name === "WAKEUP") {
      forget((each) => !each.cause.past && !isWaiting(each));
    }
    if (entry.answers) {
      sentAt.delete(entry.answers);
      forget(({ cause, by }) => cause.past === "reply" && by === entry.answers);
    }
    if (found && !isLate) announce(entry, found.causes);
    if (found?.throttled) throttled[message.name!] = time;

    past.push({
      after: standings,
      lead: asked === undefined ? lead : (before) => before,
    });
    steps.push({ entry, standings, underWay: new Set(underWay) });
    if (standings.size === 0) break;
  }
  return steps;
}

/** Whether no other STOP can come before it. */
function isNext({ cause, mayBePast }: Announced): boolean {
  return !cause.slow && !mayBePast;
}

function timeOf({ text }: Entry): number {
  const { timestamp } = JSON.parse(text);
  return timestamp.seconds + timestamp.microseconds / 1e6;
}

/** A reply tells of some moment since its command: it is put there, and what came since is led through again. */
function lookBack(
  since: readonly Past[],
  reply: (before: Standings) => Standings,
): Standings {
  const ends = since.map(({ after }, place) =>
    since.slice(place + 1).reduce(
      (standings, { lead }) => lead(standings),
      reply(after),
    )
  );
  return new Set(ends.flatMap((each) => [...each]));
}

/**
 * Where a message leads. The state may have changed already and the event that
 * says so not have come: that counts where the message leads on from there, or
 * where nothing else explains it.
 */
function follow(
  table: Witnesses,
  { moves, moment }: Witness,
  before: Standings,
  going: Going,
  only: ReadonlySet<string> | undefined,
): Standings {
  const after = (from: Standing) =>
    (moves.get(from) ?? []).filter((to) =>
      only === undefined || only.has(stateOf(to))
    );
  const told = lasting(table, before, going);
  // What comes before its STOP is not sent by who stops the machine.
  const silent = table.silent.filter(({ ahead }) =>
    ahead !== "STOP" || moment === "asked" || only !== undefined
  );
  const untold = [...changed({ ...table, silent }, before, going)]
    .filter((each) => !told.has(each));
  const standings = new Set([
    ...[...told].flatMap(after),
    ...untold.flatMap((from) => after(from).filter((to) => to !== from)),
  ]);
  return standings.size > 0 ? standings : new Set(untold.flatMap(after));
}

/** With what can have changed in the meantime, told of in a moment or not at all. */
function changed(
  { silent }: Witnesses,
  standings: Standings,
  { underWay, origins }: Going,
): Standings {
  const all = new Set(standings);
  // A set visits what is added meanwhile.
  for (const each of all) {
    for (const { from, to, during, back } of silent) {
      const can = (!during || underWay.has(during)) &&
        (!back || origins.has(to));
      if (from === each && can) all.add(to);
    }
  }
  return all;
}

/** With what can have changed and is not told of. */
function lasting(
  table: Witnesses,
  standings: Standings,
  going: Going,
): Standings {
  const silent = table.silent.filter(({ ahead }) => !ahead);
  return changed({ ...table, silent }, standings, going);
}
