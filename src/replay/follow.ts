/**
 * Follows a running QEMU over its monitor.
 *
 * @module
 */

import type { Witnesses } from "../editions/witness.ts";
import type { Edition } from "../schema/edition.ts";
import type { Greeting } from "../schema/qmp.ts";
import type { Finding } from "../wire/finding.ts";
import { quote } from "../wire/quote.ts";
import type { Stage } from "../wire/stage.ts";
import { rawSource } from "./raw.ts";
import { type Entry, reader, type ReadOptions } from "./read.ts";
import type { TraceRecord } from "./record.ts";
import { type Step, tracker } from "./track.ts";

/**
 * What {@linkcode follow} goes by.
 *
 * @example Go by what the greeting says
 * ```ts
 * import assert from "node:assert/strict";
 * import { editionFor, witness } from "@qmp/run-state/editions";
 * import type { FollowOptions } from "@qmp/run-state/replay";
 *
 * const options: FollowOptions = {
 *   edition: editionFor,
 *   witness: (greeting) => witness(editionFor(greeting).name),
 *   signal: AbortSignal.timeout(60_000),
 * };
 * assert.equal(options.signal?.aborted, false);
 * ```
 */
export interface FollowOptions
  extends Pick<ReadOptions, "policy" | "maxWaiting"> {
  /** Which QEMU's protocol, or what chooses it by the greeting, such as `editionFor`; the seed's unless said. */
  readonly edition?: Edition | ((greeting: Greeting) => Edition);
  /** What the messages of the edition prove, or what chooses it by the greeting: `witness()` of the entry `./editions`. */
  readonly witness: Witnesses | ((greeting: Greeting) => Witnesses);
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** The time in seconds, from any fixed moment; without it no entry has an `at`. */
  readonly now?: () => number;
  /** Whether the same QEMU was followed over another connection before. */
  readonly isReconnect?: boolean;
}

/**
 * Follows a running QEMU: negotiates, asks for its run state, and gives all that
 * is said, each message with the run states that are possible after it and with
 * what was found.
 *
 * While nobody listens events are lost. So `query-status` is asked first, and its
 * entry has the notice `UNHEARD`; what the machine went through before is not
 * known. It is asked again where an event leaves it open where the machine
 * stands, as a STOP does whose reason another client knows. Nothing else is sent;
 * the commands stand among the messages, with ids of their own. Over a new
 * connection, call it again.
 *
 * @param readable What comes from QEMU, greeting first.
 * @param writable What goes to QEMU. Both streams belong to it from now on, and
 * are closed in the end.
 * @param options Edition, witness, policy, and what ends it.
 * @returns The steps that each chunk completed; never an empty batch. It ends
 * where QEMU ends the connection, or with the signal, and then without a word.
 * @throws {TypeError} What listens there does not speak QMP.
 * @throws {unknown} What `readable` throws.
 *
 * @example Wait until a machine has stopped
 * ```ts
 * import assert from "node:assert/strict";
 * import { editionFor, witness } from "@qmp/run-state/editions";
 * import { follow } from "@qmp/run-state/replay";
 *
 * // A monitor that has all its answers ready.
 * const monitor = new Response(
 *   '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
 *     '"package": ""}, "capabilities": ["oob"]}}\r\n' +
 *     '{"return": {}, "id": "follow 1"}\r\n{"return": {"status": "running", ' +
 *     '"singlestep": false, "running": true}, "id": "follow 2"}\r\n' +
 *     '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\r\n',
 * );
 * const names: (string | undefined)[] = [];
 * const steps = follow(monitor.body!, new WritableStream(), {
 *   edition: editionFor,
 *   witness: (greeting) => witness(editionFor(greeting).name),
 * });
 * for await (const batch of steps) {
 *   for (const { entry, states } of batch) {
 *     if (entry.kind === "event") names.push(entry.name);
 *     if (entry.answers?.name === "query-status") {
 *       assert.deepEqual(states, ["running"]);
 *     }
 *   }
 * }
 * assert.deepEqual(names, ["STOP"]);
 * ```
 */
export async function* follow(
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  options: FollowOptions,
): AsyncGenerator<Step[], void, undefined> {
  const { signal } = options;
  const input = readable.getReader();
  const output = writable.getWriter();
  const ignore = () => {};
  const stop = () => void input.cancel().catch(ignore);
  // A closed stream of Node 20 throws, where others reject.
  const write = async (text: string) => {
    await output.write(encoder.encode(text));
  };
  const stage = conversation(options, (text) => {
    // That the connection is gone shows where it is read.
    write(text).catch(ignore);
  });
  signal?.addEventListener("abort", stop);
  try {
    for (;;) {
      if (signal?.aborted) return;
      const { done, value } = await input.read();
      const steps = done ? stage.end() : stage.push(value);
      if (steps.length > 0 && !signal?.aborted) yield steps;
      if (done) return;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    output.close().catch(ignore);
  }
}

const encoder = new TextEncoder();

/** Tells where messages leave the machine, once it is known which QEMU speaks. */
type Follower = (records: readonly TraceRecord[]) => Step[];

/** The step from what QEMU says to where that leaves the machine. */
function conversation(
  options: FollowOptions,
  send: (text: string) => void,
): Stage<Uint8Array, Step> {
  const { now } = options;
  const source = rawSource({ direction: "<-" });
  const scout = reader({ policy: "raw" });
  let held: TraceRecord[] = [];
  let follower: Follower | undefined;
  const sent = { lines: 0, bytes: 0 };
  // Where the machine stood last, whether it is asked where, and whether to ask.
  let before = "";
  let isAsking = false;
  let isOpen = false;

  function timed(records: TraceRecord[]): TraceRecord[] {
    const at = now?.();
    return at === undefined
      ? records
      : records.map((each) => ({ ...each, at }));
  }

  function say(name: string, findings: readonly Finding[]): TraceRecord {
    isAsking ||= name === "query-status";
    const text = `{"execute": "${name}", "id": "follow ${sent.lines + 1}"}`;
    const line = `${text}\r\n`;
    send(line);
    const { bytes: offset } = sent;
    sent.lines += 1;
    sent.bytes += line.length;
    return { line: sent.lines, offset, direction: "->", text, findings };
  }

  function take(records: readonly TraceRecord[]): Step[] {
    const steps = follower!(records);
    for (const { entry, states } of steps) {
      const { kind, name, answers } = entry;
      const standing = states.join();
      if (answers?.name === "query-status") isAsking = false;
      // After a SHUTDOWN QEMU ends, or a STOP comes.
      if (states.length === 1 || kind === "event" && name === "SHUTDOWN") {
        isOpen = false;
      } else if (kind === "event" && standing !== before) isOpen = true;
      before = standing;
    }
    return steps;
  }

  /** Asks where the machine stands, if an event has left that open. */
  function ask(): Step[] {
    if (!isOpen || isAsking) return [];
    isOpen = false;
    return take(timed([say("query-status", [])]));
  }

  function begin(greeting: Greeting): TraceRecord[] {
    follower = followed(options, greeting);
    return timed([
      say("qmp_capabilities", []),
      say("query-status", [unheard(options.isReconnect ?? false)]),
    ]);
  }

  function push(records: TraceRecord[]): Step[] {
    if (follower !== undefined) return take(records);
    held.push(...records);
    // A greeting may have events before it.
    for (const [index, entry] of scout.push(records).entries()) {
      if (entry.kind === "event") continue;
      const greeting = greetingIn(entry);
      const upTo = held.length - records.length + index + 1;
      const said = begin(greeting);
      const all = [...held.slice(0, upTo), ...said, ...held.slice(upTo)];
      held = [];
      return take(all);
    }
    return [];
  }

  return {
    push(bytes) {
      const steps = push(timed(source.push(bytes)));
      return [...steps, ...ask()];
    },
    end: () => push(timed(source.end())),
  };
}

function greetingIn({ kind, message, text }: Entry): Greeting {
  if (kind === "greeting" && message !== undefined) return message as Greeting;
  throw new TypeError(
    `Cannot follow what greets with ${quote(text)}: it does not speak QMP`,
  );
}

function followed(
  { edition, witness, policy, maxWaiting }: FollowOptions,
  greeting: Greeting,
): Follower {
  const chosen = typeof edition === "function" ? edition(greeting) : edition;
  const read = reader({
    ...chosen !== undefined && { edition: chosen },
    ...policy !== undefined && { policy },
    ...maxWaiting !== undefined && { maxWaiting },
  });
  const track = tracker({
    witness: typeof witness === "function" ? witness(greeting) : witness,
    // Somebody else commands the machine: here it is only asked.
    hasOthers: true,
  });
  return (records) => track.push(read.push(records));
}

function unheard(isReconnect: boolean): Finding {
  const since = isReconnect ? "between two connections" : "before";
  return {
    code: "UNHEARD",
    severity: "notice",
    path: [],
    message:
      `Ask for the run state: nobody listened ${since}, and events of then are lost`,
  };
}
