/**
 * Following a monitor over web streams.
 *
 * @module
 */

import { editionFor, witness } from "@qmp/run-state/editions";
import { follow, type FollowOptions, type Step } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n';
const event = (name: string): string =>
  `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"}\r\n`;
const status = (state: string, id: unknown): string =>
  `{"return": {"status": "${state}", "singlestep": false, "running": ${
    state === "running"
  }}, "id": ${JSON.stringify(id)}}\r\n`;

const options: FollowOptions = {
  edition: editionFor,
  witness: (greeting) => witness(editionFor(greeting).name),
};

/** A monitor that the test speaks for. */
function monitor() {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const sent: string[] = [];
  const ends: string[] = [];
  return {
    readable: new ReadableStream<Uint8Array>({
      start: (each) => void (controller = each),
      cancel: () => void ends.push("readable"),
    }),
    writable: new WritableStream<Uint8Array>({
      write: (chunk) => void sent.push(decoder.decode(chunk)),
      close: () => void ends.push("writable"),
    }),
    say: (text: string, size = Infinity) => {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.slice(at, at + size));
      }
    },
    hangUp: () => controller.close(),
    fail: (error: Error) => controller.error(error),
    sent,
    ends,
  };
}

async function all(steps: AsyncIterable<Step[]>): Promise<Step[]> {
  const found: Step[] = [];
  for await (const batch of steps) {
    assert.isNotEmpty(batch);
    found.push(...batch);
  }
  return found;
}

const nameOf = ({ entry }: Step): string =>
  entry.name ?? `${entry.kind} of ${entry.answers?.name}`;

const answers = '{"return": {}, "id": "follow 1"}\r\n' +
  status("running", "follow 2");

/** Tests of `follow`. */
export const followTests: Suite = {
  async "follow() negotiates, asks for the run state with ids of its own, and sends no more"() {
    const qemu = monitor();
    const steps = follow(qemu.readable, qemu.writable, options);
    qemu.say(greeting + answers + event("SUSPEND") + event("WAKEUP"));
    qemu.hangUp();
    await all(steps);
    assert.deepEqual(qemu.sent, [
      '{"execute": "qmp_capabilities", "id": "follow 1"}\r\n',
      '{"execute": "query-status", "id": "follow 2"}\r\n',
    ]);
  },

  async "follow() asks again where an event leaves the run state open, once at a time"() {
    const qemu = monitor();
    const steps = follow(qemu.readable, qemu.writable, options);
    const asked = () => qemu.sent.slice(2);
    const ask = (id: number) =>
      `{"execute": "query-status", "id": "follow ${id}"}\r\n`;
    qemu.say(greeting + answers);
    await steps.next();
    qemu.say(event("STOP"));
    const [stop, question] = (await steps.next()).value!;
    assert.isAbove(stop!.states.length, 3);
    assert.equal(question!.entry.text, ask(3).trim());
    assert.deepEqual(asked(), [ask(3)]);
    // What is asked already is not asked at each event.
    qemu.say(event("RESUME") + event("STOP"));
    await steps.next();
    assert.deepEqual(asked(), [ask(3)]);
    // The answer was given before the second STOP.
    qemu.say(status("paused", "follow 3"));
    await steps.next();
    assert.deepEqual(asked(), [ask(3), ask(4)]);
    // Somebody else may begin a migration at any time; that is no event.
    qemu.say(status("paused", "follow 4"));
    const [last] = (await steps.next()).value!;
    assert.include(last!.states, "paused");
    assert.isAbove(last!.states.length, 1);
    qemu.say(event("RTC_CHANGE"));
    await steps.next();
    assert.deepEqual(asked(), [ask(3), ask(4)]);
    // By the time that QEMU ends there is nobody to be asked.
    qemu.say(
      event("RESUME") + event("STOP") +
        event("SHUTDOWN").replace(
          "}\r\n",
          ', "data": {"guest": false, "reason": "host-qmp-quit"}}\r\n',
        ),
    );
    qemu.hangUp();
    await all(steps);
    assert.deepEqual(asked(), [ask(3), ask(4)]);
  },

  async "follow() gives each message with the run states after it, whatever the chunks"() {
    for (const size of [1, 13, Infinity]) {
      const qemu = monitor();
      const steps = follow(qemu.readable, qemu.writable, options);
      qemu.say(greeting + answers + event("STOP") + event("RESUME"), size);
      qemu.hangUp();
      const found = await all(steps);
      assert.deepEqual(found.map(nameOf), [
        "greeting of undefined",
        "qmp_capabilities",
        "query-status",
        "return of qmp_capabilities",
        "return of query-status",
        "STOP",
        ...size === Infinity ? [] : ["query-status"],
        "RESUME",
      ]);
      const [, , , unknown, asked, stopped] = found;
      const resumed = found.at(-1);
      assert.isFalse(unknown!.isProven);
      assert.deepEqual(asked!.states, ["running"]);
      // Somebody else may have asked for a migration.
      assert.includeMembers([...stopped!.states], ["paused", "finish-migrate"]);
      assert.deepEqual(resumed!.states, ["running"]);
    }
  },

  async "follow() gives what is found as it comes"() {
    const qemu = monitor();
    const steps = follow(qemu.readable, qemu.writable, options);
    qemu.say(greeting + answers);
    assert.lengthOf((await steps.next()).value!, 5);
    qemu.say(event("RESUME"));
    const [resume] = (await steps.next()).value!;
    assert.equal(resume!.findings[0]?.code, "IMPOSSIBLE_TRANSITION");
    qemu.say('{"event": "STOP"}\r\nrubbish\r\n{"retu');
    const [stop] = (await steps.next()).value!;
    assert.equal(stop!.entry.findings[0]?.code, "MISSING_MEMBER");
    qemu.hangUp();
    const rest = await all(steps);
    assert.deepEqual(
      rest.map(({ entry }) => entry.findings[0]?.code),
      ["NOT_JSON"],
    );
  },

  async "follow() says that nobody listened before it asked"() {
    for (const isReconnect of [false, true]) {
      const qemu = monitor();
      const steps = follow(qemu.readable, qemu.writable, {
        ...options,
        isReconnect,
      });
      qemu.say(greeting);
      const found = (await steps.next()).value!;
      const said = found.map(({ entry }) =>
        entry.findings.map(({ code, severity, message }) =>
          [code, severity, message] as const
        )
      );
      assert.deepEqual(said, [[], [], [[
        "UNHEARD",
        "notice",
        `Ask for the run state: nobody listened ${
          isReconnect ? "between two connections" : "before"
        }, and events of then are lost`,
      ]]]);
      await steps.return();
    }
  },

  async "follow() takes the edition and the witness of the greeting, or those given"() {
    const old = greeting.replace(
      '"minor": 2, "major": 7',
      '"minor": 0, "major": 5',
    );
    const failure = event("MEMORY_FAILURE").replace(
      "}\r\n",
      ', "data": {"recipient": "guest", "action": "reset", "flags": {"action-required": false, "recursive": false}}}\r\n',
    );
    const codes = async (given: FollowOptions) => {
      const qemu = monitor();
      const steps = follow(qemu.readable, qemu.writable, given);
      qemu.say(old + failure);
      qemu.hangUp();
      return (await all(steps)).at(-1)!.entry.findings.map(({ code }) => code);
    };
    const release = editionFor("7.2");
    assert.deepEqual(await codes(options), ["UNKNOWN_NAME"]);
    assert.deepEqual(
      await codes({ edition: release, witness: witness("7.2") }),
      [],
    );
    assert.deepEqual(
      await codes({ witness: witness("7.2"), policy: "raw" }),
      [],
    );
  },

  async "follow() gives the events that came before the greeting, in order"() {
    const qemu = monitor();
    const steps = follow(qemu.readable, qemu.writable, options);
    qemu.say(event("STOP") + event("RESUME"), 10);
    qemu.say(greeting + event("STOP"));
    qemu.hangUp();
    assert.deepEqual((await all(steps)).map(nameOf), [
      ...["STOP", "RESUME", "greeting of undefined"],
      ...["qmp_capabilities", "query-status", "STOP"],
    ]);
  },

  async "follow() gives times where there is a clock"() {
    const qemu = monitor();
    let seconds = 1;
    const steps = follow(qemu.readable, qemu.writable, {
      ...options,
      now: () => seconds++,
    });
    qemu.say(greeting);
    const times = (await steps.next()).value!.map(({ entry }) => entry.at);
    assert.deepEqual(times, [1, 2, 2]);
    await steps.return();
  },

  async "follow() ends with the signal, at once and without a word"() {
    const qemu = monitor();
    const control = new AbortController();
    const steps = follow(qemu.readable, qemu.writable, {
      ...options,
      signal: control.signal,
    });
    qemu.say(greeting + answers + event("STOP"));
    await steps.next();
    const next = steps.next();
    control.abort();
    assert.deepEqual(await next, { done: true, value: undefined });
    assert.sameMembers(qemu.ends, ["readable", "writable"]);

    const full = monitor();
    const hasEnded = new AbortController();
    const late = follow(full.readable, full.writable, {
      ...options,
      signal: hasEnded.signal,
    });
    full.say(greeting + answers);
    await late.next();
    const last = late.next();
    full.say(event("STOP"));
    hasEnded.abort();
    assert.deepEqual(await last, { done: true, value: undefined });

    const unread = monitor();
    const none = follow(unread.readable, unread.writable, {
      ...options,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(await all(none), []);
    assert.deepEqual(unread.sent, []);
    assert.sameMembers(unread.ends, ["readable", "writable"]);
  },

  async "follow() closes both streams where its reader leaves"() {
    const qemu = monitor();
    qemu.say(greeting);
    for await (const _ of follow(qemu.readable, qemu.writable, options)) break;
    assert.sameMembers(qemu.ends, ["readable", "writable"]);
  },

  async "follow() says what does not speak QMP"() {
    const greetings = [
      "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) \r\n",
      '{"return": {}}\r\n',
      '{"QMP": 1}\r\n',
    ];
    for (const text of greetings) {
      const qemu = monitor();
      const steps = follow(qemu.readable, qemu.writable, options);
      qemu.say(text);
      qemu.hangUp();
      const why = await all(steps).catch((error) => error);
      assert.instanceOf(why, TypeError);
      assert.match(
        why.message,
        /^Cannot follow what greets with ".+": it does not speak QMP$/,
      );
      assert.deepEqual(qemu.sent, []);
    }
  },

  async "follow() lets out what the stream throws"() {
    const qemu = monitor();
    const steps = follow(qemu.readable, qemu.writable, options);
    qemu.fail(new RangeError("reset by peer"));
    assert.instanceOf(await all(steps).catch((error) => error), RangeError);
  },

  async "follow() hears on where QEMU's side takes no more"() {
    const qemu = monitor();
    await qemu.writable.close();
    qemu.say(greeting + event("STOP"));
    qemu.hangUp();
    const steps = await all(follow(qemu.readable, qemu.writable, options));
    assert.equal(steps.at(-1)?.entry.name, "STOP");
  },
};
