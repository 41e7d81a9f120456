/**
 * Follows the messages of one monitor.
 *
 * @module
 */

import type { Witness, Witnesses } from "../editions/witness.ts";
import type { Activity, Consequence } from "../editions/witness_row.ts";
import type { Finding } from "../wire/finding.ts";
import { shorten } from "../wire/quote.ts";
import type { Entry } from "./read.ts";
import { hidesMessages, nameOf, seenOf, timeOf } from "./seen.ts";
import type { Chart, Lead, Standings } from "./standings.ts";

/** A monitor that is followed. */
export interface Followed {
  /** Every standing that is possible after the last message. */
  readonly standings: Standings;
  /**
   * Takes the next message.
   *
   * @param entry The message.
   * @returns What was found.
   */
  follow(entry: Entry): readonly Finding[];
  /**
   * Reckons with other monitors from now on, and with what they may have asked
   * for before the last message.
   */
  reckonWithOthers(): void;
}

/** A STOP that some message announced. */
interface Announced {
  readonly to: Standings;
  readonly cause: Consequence;
  readonly by: Entry;
  /** That a STOP has come since, which may have been this one. */
  readonly mayBePast?: true;
}

/** States that the machine leaves at once, in silence. */
interface Unsettled {
  readonly leaves: Standings;
  /** After how many messages that was said. */
  readonly place: number;
}

/** A machine that ran, was stopped and has stayed so. */
interface Stopped {
  /** When it last began to run, in seconds. */
  readonly since: number;
  /** When it was stopped, in seconds. */
  readonly at: number;
}

/** A STOP that nothing announced. */
interface Unannounced {
  readonly before: Standings;
  readonly found: Witness;
}

/** A message that came, and how it led on. */
interface Past {
  after: Standings;
  lead: Lead;
}

/** What commands that were not seen may have begun. */
const unseen: readonly Activity[] = [
  "outgoing migration",
  "giving up a migration",
  "incoming migration",
  "loading a snapshot",
  "leaving preconfig",
];

// A reply comes after a few messages. Beyond these it proves nothing any more.
const mostPast = 256;
const mostWaiting = 1000;

const nothing: readonly Finding[] = [];
const stays: Lead = (before) => before;

/**
 * Follows the messages of one monitor.
 *
 * @param table What messages prove.
 * @param machine The standings of the same edition.
 * @param hasOthers Whether other monitors may command the machine too.
 * @returns The monitor, of which nothing is known yet.
 */
export function following(
  table: Witnesses,
  machine: Chart,
  hasOthers: boolean,
): Followed {
  const underWay = new Set<Activity>(unseen);
  let isAccompanied = hasOthers;
  let going = machine.while(underWay);
  const waiting = new Map<Entry, number>();
  const throttled = new Map<string, number>();
  let commands: "not seen" | "seen" | "seen in part" = "not seen";
  let announced: Announced[] = [];
  /** The newest messages, oldest first; those from `kept` on are old, and written over. */
  const past: Past[] = [];
  let kept = 0;
  let gone = 0;
  let newest = 0;
  let standings = machine.all;
  let proof: Entry | undefined;
  let unsettled: Unsettled | undefined;
  /** The last message, where it is one. */
  let unannounced: Unannounced | undefined;
  let ran = Infinity;
  let stopped: Stopped | undefined;

  function forget(isPast: (each: Announced) => boolean): void {
    if (announced.length > 0) {
      announced = announced.filter((each) => !isPast(each));
    }
  }

  /**
   * A STOP may be that of any command without a reply: of several that were sent
   * at one go, another one may stop the machine again.
   */
  function passStop(): void {
    announced = announced.flatMap((each) => {
      if (!isNext(each)) return [each];
      return waiting.has(each.by) ? [{ ...each, mayBePast: true }] : [];
    });
  }

  // In functions of their own: V8 makes a context at each call of one in which a
  // variable is caught by another.
  function passWait(): void {
    forget(({ cause, by }) => !cause.past && !waiting.has(by));
  }

  function passReply(command: Entry): void {
    waiting.delete(command);
    forget(({ cause, by }) => cause.past === "reply" && by === command);
  }

  function announce(by: Entry, found: Witness): void {
    if (found.causes.length === 0) return;
    for (const { to, cause, during } of machine.announcements(found)) {
      if (during !== undefined && !underWay.has(during)) continue;
      const isKnown = cause.past !== "reply" &&
        announced.some((each) => each.cause === cause && each.to === to);
      if (!isKnown) announced.push({ to, cause, by });
    }
  }

  /** Where a STOP can lead, after all that was said before it. */
  function stopsIn(time: number): Standings {
    const told = announced.reduce((set, { to }) => set | to, 0);
    if (announced.some(isNext)) return told;
    const untold = going.untold(commands === "seen");
    const heldBack = (name: string, state: string) =>
      time - (throttled.get(name) ?? -Infinity) < 2 ? machine.of(state) : 0;
    return told | untold | heldBack("WATCHDOG", "watchdog") |
      heldBack("BLOCK_IO_ERROR", "io-error");
  }

  /** Whether the commands are in the log: then what a STOP is for is known. */
  function notice({ kind, answers }: Entry): void {
    if (kind === "greeting") {
      // It is another QEMU that speaks now, or the log has a new beginning.
      if (commands === "not seen" || underWay.has("ending")) {
        underWay.clear();
        going = machine.while(underWay);
      }
      commands = "seen";
      announced = [];
      throttled.clear();
      unsettled = stopped = undefined;
      ran = Infinity;
      waiting.clear();
    } else if (answers) {
      if (commands === "not seen") commands = "seen";
    } else if (kind === "return" || kind === "error") {
      if (commands === "seen") missCommands();
    }
    if (isAccompanied && commands === "seen") missCommands();
  }

  function missCommands(): void {
    commands = "seen in part";
    for (const each of unseen) underWay.add(each);
    going = machine.while(underWay);
  }

  function reckonWithOthers(): void {
    if (isAccompanied) return;
    isAccompanied = true;
    if (commands === "seen") missCommands();
    if (unannounced === undefined) return;
    const { before, found } = unannounced;
    const lead = going.lead(found, going.untold(false));
    standings |= going.lasting(lead(before));
    if (kept > 0) past[kept - 1]!.after = standings;
  }

  function wait(entry: Entry): void {
    waiting.set(entry, gone + kept);
    if (waiting.size <= mostWaiting) return;
    const [oldest] = waiting.keys();
    waiting.delete(oldest!);
    forget(({ by }) => by === oldest);
  }

  function keep(after: Standings, lead: Lead): void {
    if (waiting.size === 0) {
      gone += kept + 1;
      kept = 0;
      return;
    }
    // A new one a message took a tenth of tracking.
    const old = past[kept];
    if (old === undefined) past.push({ after, lead });
    else {
      old.after = after;
      old.lead = lead;
    }
    kept += 1;
    if (kept > 2 * mostPast) {
      const tooMany = kept - mostPast;
      past.push(...past.splice(0, tooMany));
      kept = mostPast;
      gone += tooMany;
    }
  }

  /**
   * A reply tells of some moment since its command: it is put at each, and what
   * came since is led through again.
   */
  function lookBack(since: number, reply: Lead): Standings {
    let set = 0;
    for (let index = since; index < kept; index++) {
      const { after, lead } = past[index]!;
      set = (index === since ? 0 : lead(set)) | reply(after);
    }
    return set;
  }

  /** What comes at once and in silence has come by the reply to a command sent since. */
  function settle(asked: number | undefined): void {
    if (!unsettled || asked === undefined || asked <= unsettled.place) return;
    standings = standings & ~unsettled.leaves || standings;
    unsettled = undefined;
  }

  function expectSilence({ causes, begins }: Witness): void {
    if (causes.length + begins.length === 0) return;
    const cause = causes.find(({ certainty, slow, outcomes }) =>
      certainty === "must" && !slow &&
      outcomes.every(({ kind }) => kind === "silence")
    );
    if (cause?.in) {
      const leaves = cause.in.reduce((set, each) => set | machine.of(each), 0);
      unsettled = { leaves, place: gone + kept };
    } else if (begins.length > 0) unsettled = undefined;
  }

  function note(name: string, time: number): void {
    if (name === "STOP" || name === "RESUME") unsettled = undefined;
    // Whatever began to run since the first event told so.
    ran = Math.min(ran, time);
    if (name === "STOP") stopped = { since: ran, at: time };
    if (name === "RESUME" || name === "RESET" || name === "WAKEUP") {
      stopped = undefined;
      ran = time;
    }
  }

  /** An event that was held back tells why the machine was stopped meanwhile. */
  function explain(time: number, { causes }: Witness): void {
    if (!stopped || time < stopped.since || time > stopped.at) return;
    const to = causes.flatMap(({ outcomes }) => outcomes).reduce(
      (set, each) =>
        each.kind === "event" && each.to ? set | machine.of(each.to) : set,
      0,
    );
    standings = standings & going.lasting(to) || standings;
  }

  /** What is under way from then on. */
  function proceed({ begins, ends }: Witness): void {
    let isOther = false;
    for (const each of begins) {
      if (underWay.has(each)) continue;
      underWay.add(each);
      isOther = true;
    }
    for (const each of ends) {
      if (commands === "seen" || !unseen.includes(each)) {
        isOther = underWay.delete(each) || isOther;
      }
      forget(({ cause }) => cause.past === each);
    }
    if (isOther) going = machine.while(underWay);
  }

  function take(entry: Entry): readonly Finding[] {
    const seen = seenOf(entry);
    const { name = "" } = seen;
    const isEvent = entry.kind === "event";
    if (entry.kind === "command") wait(entry);
    const asked = entry.answers && waiting.get(entry.answers);
    notice(entry);
    const found = table.of(seen, underWay);

    const time = isEvent ? timeOf(entry) ?? newest : newest;
    const isLate = found?.throttled === true && time < newest;
    newest = Math.max(newest, time);

    const isStop = isEvent && name === "STOP";
    const lead = found
      ? going.lead(found, isStop ? stopsIn(time) : undefined)
      : stays;
    const isReply = found?.moment === "asked" && asked !== undefined;
    const before = standings;
    if (!isReply) standings = lead(before);
    else if (asked >= gone) standings = lookBack(asked - gone, lead);

    unannounced = isStop && found && !announced.some(isNext)
      ? { before, found }
      : undefined;

    let findings = nothing;
    if (standings === 0 && found) {
      findings = [impossible(entry, found, before)];
      // What would have announced its STOP may be lost.
      standings = going.lead(found)(machine.all);
    }
    if (found && machine.isProof(found)) proof = entry;
    if (found) proceed(found);
    standings = going.lasting(standings);
    if (isEvent) note(name, time);
    settle(asked);
    if (found) expectSilence(found);
    if (found && isLate) explain(time, found);
    if (isStop) passStop();
    // A machine that did not run did not stop, and does not now that it runs,
    // but for a command that QEMU has not come to yet.
    if (isEvent && (name === "RESUME" || name === "WAKEUP")) passWait();
    if (entry.answers) passReply(entry.answers);
    if (found && !isLate) announce(entry, found);
    if (found?.throttled) throttled.set(name, time);

    keep(standings, isReply ? stays : lead);
    return findings;
  }

  function impossible(
    entry: Entry,
    { moves }: Witness,
    before: Standings,
  ): Finding {
    const were = list(machine.states(before));
    const fitting = [...moves.keys()].reduce(
      (set, each) => set | machine.of(each),
      0,
    );
    const since = proof ? ` since ${nameOf(proof)} on line ${proof.line}` : "";
    return {
      code: "IMPOSSIBLE_TRANSITION",
      severity: "fault",
      path: [],
      expected: shorten(list(machine.states(fitting))),
      received: shorten(were),
      message: `Cannot follow ${
        nameOf(entry)
      } on line ${entry.line}: the machine was in ${shorten(were)}${since}`,
    };
  }

  /** Nobody knows what was lost. */
  function lose(): void {
    standings = machine.all;
    announced = [];
    kept = 0;
    waiting.clear();
    proof =
      unsettled =
      stopped =
      unannounced =
        undefined;
    ran = Infinity;
  }

  return {
    get standings() {
      return standings;
    },
    follow(entry) {
      if (entry.kind !== undefined) return take(entry);
      if (entry.findings.some(hidesMessages)) lose();
      return nothing;
    },
    reckonWithOthers,
  };
}

/** Whether no other STOP can come before it. */
function isNext({ cause, mayBePast }: Announced): boolean {
  return !cause.slow && !mayBePast;
}

function list(states: readonly string[]): string {
  return states.map((each) => JSON.stringify(each)).join(" or ");
}
