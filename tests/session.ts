/**
 * Sessions: what happens in each, in every edition, as the tracker follows it.
 *
 * @module
 */

import { type JsonObject, stringifyJson } from "@qmp/run-state";
import {
  edition,
  editions,
  type EnumDefinition,
  type VersionedGreeting,
} from "@qmp/run-state/editions";
import {
  chunkTrace,
  fixtures,
  normalize,
  qemuOrder,
  type ScenarioName,
  scenarios,
  type Session,
  type SessionMessage,
  type SessionOptions,
} from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { read, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import { entriesOf, faultsOf } from "./session_faults.ts";
import type { Suite } from "./suite.ts";

function made(name: string, options: SessionOptions, seed = 7): Session {
  faker.seed(seed);
  return fixtures(faker, { edition: edition(name) }).session(options);
}

/** The states that a session comes through. */
function path({ messages }: Session): string {
  const states = messages.map(({ state }) => state);
  return states.filter((each, index) => each !== states[index - 1]).join(" ");
}

/** What QEMU says of a session, in short. */
function told({ messages }: Session): string {
  return messages.filter(({ direction }) => direction === "<-")
    .map(({ message: { event, data, error, return: returned } }) => {
      const { reason, action, status } = (data ?? returned ?? {}) as JsonObject;
      return [event ?? (error ? "error" : "reply"), reason, action, status]
        .filter((each) => each !== undefined).join(" ");
    }).slice(2).join(", ");
}

function brief({ message, state }: SessionMessage): string {
  return `${"event" in message ? "event" : "return"} ${state}`;
}

/** Where each scenario leads on QEMU 7.2. */
const paths: Readonly<Record<ScenarioName, string>> = {
  "power-off": "running",
  "reset": "running paused prelaunch running shutdown",
  "no-reboot": "running",
  "no-shutdown": "running shutdown prelaunch running shutdown",
  "panic-pvpanic-pause": "running guest-panicked",
  "panic-pvpanic-shutdown": "running",
  "panic-pvpanic-none": "running shutdown",
  "panic-s390-pause": "running guest-panicked",
  "panic-s390-shutdown": "running",
  "panic-s390-none": "running shutdown",
  "panic-hyper-v-pause": "running guest-panicked",
  "panic-hyper-v-shutdown": "running",
  "panic-hyper-v-none": "running shutdown",
  "watchdog-reset": "running shutdown",
  "watchdog-shutdown": "running",
  "watchdog-poweroff": "running",
  "watchdog-pause": "running watchdog running shutdown",
  "watchdog-debug": "running shutdown",
  "watchdog-none": "running shutdown",
  "watchdog-inject-nmi": "running shutdown",
  "watchdog-held-back": "running watchdog",
  "suspend-and-wake": "running suspended running shutdown",
  "hibernate": "running",
  "migration-out": "running finish-migrate postmigrate",
  "migration-in": "inmigrate running shutdown",
  "migration-failed": "running shutdown",
  "migration-failed-at-end": "running finish-migrate running shutdown",
  "io-error": "running io-error running shutdown",
  "snapshot": "running save-vm running restore-vm running shutdown",
  "snapshot-job": "running save-vm running restore-vm running shutdown",
  "memory-failure": "running shutdown",
};

/** Tests of sessions. */
export const sessionTests: Suite = {
  "session() plays each scenario in each edition, and nothing is wrong with it"() {
    let count = 0;
    for (const name of editions) {
      const release = edition(name);
      const { session } = fixtures(faker, { edition: release });
      for (const { name: scenario } of scenarios(release)) {
        faker.seed(count++);
        const played = session({ scenario });
        assert.deepEqual([...faultsOf(played)], []);
        assert.equal(played.name, scenario);
        assert.equal(played.edition, name);
      }
    }
    assert.isAbove(count, 700);
  },

  "session() leads where the scenario says"() {
    for (const [scenario, states] of Object.entries(paths)) {
      const session = made("7.2", { scenario: scenario as ScenarioName });
      assert.equal(path(session), states, scenario);
    }
    assert.sameMembers(
      scenarios(edition("7.2")).map(({ name }) => name),
      Object.keys(paths),
    );
  },

  "session() ends with QEMU, which says SHUTDOWN but for a watchdog"() {
    for (const { name: scenario } of scenarios(edition("10.2"))) {
      const { messages } = made("10.2", { scenario });
      const last = messages.filter(({ message }) => "event" in message).at(-1);
      const name = scenario === "watchdog-poweroff" ? "WATCHDOG" : "SHUTDOWN";
      assert.equal(last?.message["event"], name, scenario);
      const after = messages.slice(messages.indexOf(last!) + 1);
      const isQuit = messages.some(({ message }) =>
        message["execute"] === "quit"
      );
      assert.lengthOf(after, isQuit ? 1 : 0, scenario);
    }
  },

  "session() answers each command once, with its id"() {
    const styles = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const session = made("7.2", { scenario: "reset" }, seed);
      const entries = entriesOf(session);
      const asked = entries.filter(({ kind }) => kind === "command");
      assert.deepEqual(entries.flatMap(({ answers }) => answers ?? []), asked);
      for (const { message } of session.messages) {
        if ("execute" in message) styles.add(typeof message["id"]);
      }
    }
    assert.sameMembers([...styles], ["undefined", "number", "string"]);
  },

  "session() writes what came as QEMU does, and what was sent as a client does"() {
    const { messages } = made("7.2", { scenario: "panic-hyper-v-pause" });
    for (const { direction, text, message } of messages) {
      const isSent = direction === "->";
      const own = isSent
        ? stringifyJson(message)
        : stringifyJson(qemuOrder(message), { style: "qemu" });
      assert.equal(text, `${own}\r\n`);
      assert.equal(isSent, "execute" in message);
    }
    const times = messages.map(({ at }) => at);
    assert.deepEqual(times, times.toSorted((one, other) => one - other));
  },

  "session() says the same for the same seed, and something else for another"() {
    const texts = (seed: number) =>
      made("7.2", { scenario: "panic-s390-pause" }, seed).messages
        .map(({ at, text }) => `${at} ${text}`);
    assert.deepEqual(texts(3), texts(3));
    assert.notDeepEqual(texts(3), texts(4));
    // What happens is the same.
    const session = (seed: number) =>
      made("7.2", { scenario: "io-error" }, seed);
    const lines = (seed: number) =>
      normalize(entriesOf(session(seed))).replace(/, "id": "ID\d+"/g, "")
        .replace(/"id": "ID\d+", /g, "");
    assert.equal(lines(3), lines(4));
  },

  "session() holds back a second WATCHDOG, which keeps its time"() {
    const session = made("7.2", { scenario: "watchdog-held-back" });
    assert.include(
      told(session),
      "WATCHDOG none, reply, STOP, reply watchdog, WATCHDOG pause, reply watchdog,",
    );
    const times = session.messages.flatMap(({ message, at }) => {
      const { seconds, microseconds } = (message["timestamp"] ?? {}) as Record<
        string,
        number
      >;
      return seconds === undefined
        ? []
        : [{ at, made: seconds % 1000 + microseconds! / 1e6 }];
    });
    const [, stop, late] = times;
    assert.isBelow(late!.made, stop!.made);
    assert.isAbove(late!.at, stop!.at + 1);
  },

  "session() says of a panic what each edition does"() {
    const panic = (name: string, scenario: ScenarioName) =>
      told(made(name, { scenario }));
    assert.equal(
      panic("5.2", "panic-pvpanic-shutdown"),
      "reply running, GUEST_PANICKED pause, GUEST_PANICKED poweroff, SHUTDOWN guest-panic",
    );
    assert.equal(
      panic("3.1", "panic-pvpanic-shutdown"),
      "reply running, GUEST_PANICKED pause, GUEST_PANICKED poweroff, SHUTDOWN",
    );
    assert.equal(
      panic("6.0", "panic-pvpanic-shutdown"),
      "reply running, GUEST_PANICKED poweroff, SHUTDOWN guest-panic",
    );
    for (const name of ["5.2", "6.0"]) {
      assert.include(
        panic(name, "panic-s390-pause"),
        "GUEST_PANICKED pause, STOP, reply guest-panicked,",
      );
    }
    assert.include(panic("6.0", "panic-hyper-v-none"), "GUEST_PANICKED run,");
    assert.deepEqual(
      made("5.2", { scenario: "panic-pvpanic-pause" }).args,
      ["-no-shutdown"],
    );
    const { messages } = made("5.2", { scenario: "panic-s390-shutdown" });
    const [first, second] = messages.map(({ message }) => message["data"])
      .filter((data) => data && "info" in (data as JsonObject)) as JsonObject[];
    assert.deepEqual(first!["info"], second!["info"]);
  },

  "session() has the members, the statuses and the order of each edition"() {
    const saying = (name: string, scenario: ScenarioName) =>
      made(name, { scenario });
    const texts = (session: Session) =>
      session.messages.map(({ text }) => text).join("");
    assert.include(texts(saying("8.2", "reset")), '"singlestep": false');
    assert.notInclude(texts(saying("9.0", "reset")), "singlestep");
    assert.include(texts(saying("4.0", "reset")), '"reason": "guest-reset"');
    assert.notInclude(texts(saying("3.1", "reset")), "reason");
    assert.include(told(saying("10.0", "migration-out")), "MIGRATION device");
    assert.notInclude(told(saying("9.2", "migration-out")), "device");

    assert.match(told(saying("7.1", "reset")), /^reply, RESET host-/);
    assert.match(told(saying("7.2", "reset")), /^RESET host-\S+, reply/);
    assert.match(told(saying("8.1", "suspend-and-wake")), /reply, WAKEUP/);
    assert.match(told(saying("9.0", "suspend-and-wake")), /WAKEUP, reply/);
    assert.match(told(saying("6.0", "snapshot-job")), /running, reply, STOP/);
    assert.match(told(saying("7.2", "snapshot-job")), /STOP, RESUME, reply/);
    assert.match(told(saying("4.2", "no-reboot")), /, SHUTDOWN guest-reset$/);
    assert.match(told(saying("4.2", "no-shutdown")), /STOP, reply .*, error,/);
  },

  "session() tells from 3.0 to 4.0 of resets that nobody asked for"() {
    const resets = (name: string, scenario: ScenarioName) =>
      told(made(name, { scenario })).match(/RESET[^,]*, \w+/g) ?? [];
    const scenarios = { "suspend-and-wake": "WAKEUP", snapshot: "RESUME" };
    for (const [name, next] of Object.entries(scenarios)) {
      const scenario = name as ScenarioName;
      assert.deepEqual(resets("2.12", scenario), []);
      assert.deepEqual(resets("3.0", scenario), [`RESET, ${next}`]);
      assert.deepEqual(resets("4.0", scenario), [`RESET none, ${next}`]);
      assert.deepEqual(resets("4.1", scenario), []);
    }
  },

  "session() is read by the edition that it is of, which its greeting and its header tell"() {
    for (const name of editions) {
      const { messages: [first], header } = made(name, { scenario: "reset" });
      const greeting = first!.message as unknown as VersionedGreeting;
      // The seed is a tree of which 6.0 came.
      const found = name === "seed" ? "6.0" : name;
      assert.equal(edition(greeting).name, found);
      assert.equal(edition(header.qemu!).name, found);
    }
  },

  "scenarios() lists what the edition can come to, each with what it rests on"() {
    const names = (name: string) =>
      scenarios(edition(name)).map(({ name }) => name);
    assert.notInclude(names("5.2"), "panic-pvpanic-none");
    assert.include(names("seed"), "panic-pvpanic-none");
    assert.notInclude(names("5.2"), "snapshot-job");
    assert.notInclude(names("5.1"), "memory-failure");
    assert.notInclude(names("2.11"), "panic-s390-pause");
    for (const { name, about, sources } of scenarios(edition("10.2"))) {
      assert.match(about, /^[a-zA-Z][^.]+[^.]$/, name);
      assert.isNotEmpty(sources, name);
      const session = made("10.2", { scenario: name });
      assert.includeMembers([...session.sources], [...sources]);
      assert.lengthOf(session.sources, new Set(session.sources).size);
      // What the table rests on is cited, too.
      assert.isAbove(session.sources.length, sources.length);
    }
  },

  "scenarios() cites no recording that there is not"({ fixtures }) {
    const cited = editions.flatMap((name) => scenarios(edition(name)))
      .flatMap(({ sources }) => sources)
      .flatMap((each) => /fixtures\/(traces\/\S+)/.exec(each)?.[1] ?? []);
    assert.isNotEmpty(cited);
    for (const file of cited) assert.isTrue(fixtures.has(file), file);
  },

  "session() walks as many steps at random as asked, and then QEMU ends"() {
    const lengths = [0, 1, 20, 400].map((steps) => {
      const session = made("7.2", { steps });
      assert.deepEqual([...faultsOf(session)], []);
      assert.equal(session.name, `${steps} steps`);
      return session.messages.length;
    });
    assert.deepEqual(lengths, lengths.toSorted((one, other) => one - other));
    assert.isAbove(lengths[3]!, 10 * lengths[2]!);
    assert.equal(made("7.2", {}).name, "20 steps");
    faker.seed(7);
    assert.equal(fixtures(faker).session().name, "20 steps");
  },

  "session() ends its walks in many ways, and says so last"() {
    const ends = new Map<string, number>();
    for (let seed = 0; seed < 300; seed++) {
      const { messages } = made("9.1", { steps: 5 }, seed);
      const last = messages.findLast(({ message }) => "event" in message);
      const { event, data } = last!.message as {
        readonly event: string;
        readonly data: { readonly reason?: string; readonly action?: string };
      };
      const end = `${event} ${data.reason ?? data.action}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    assert.includeMembers([...ends.keys()], [
      "SHUTDOWN guest-panic",
      "SHUTDOWN guest-reset",
      "SHUTDOWN guest-shutdown",
      "SHUTDOWN host-qmp-quit",
      "SHUTDOWN host-qmp-system-reset",
      "SHUTDOWN host-signal",
    ]);
    for (const end of ends.keys()) {
      assert.match(end, /^SHUTDOWN \S+$|^WATCHDOG poweroff$/);
    }
  },

  "session() walks through each run state but those of debuggers, clusters and accelerators"() {
    for (const name of ["5.2", "9.0"]) {
      const seen = new Set<string>();
      for (let seed = 0; seed < 100; seed++) {
        for (const { state } of made(name, { steps: 30 }, seed).messages) {
          seen.add(state);
        }
      }
      const { RunState } = edition(name).definitions as {
        readonly RunState: EnumDefinition;
      };
      assert.sameMembers(
        [...seen, "colo", "debug", "internal-error"],
        [...RunState.values],
      );
    }
  },

  "session() walks the same way for the same seed, on every runtime"() {
    const texts = (seed: number) =>
      made("7.2", { steps: 30 }, seed).messages.map(({ text }) => text);
    assert.deepEqual(texts(5), texts(5));
    assert.notDeepEqual(texts(5), texts(6));
    const { messages, args } = made("7.2", { steps: 3 }, 7);
    assert.deepEqual(args, ["-no-reboot"]);
    assert.deepEqual(messages.slice(-2).map(({ text }) => text), [
      '{"timestamp": {"seconds": 1700000045, "microseconds": 968780}, "event": "GUEST_PANICKED", "data": {"action": "poweroff"}}\r\n',
      '{"timestamp": {"seconds": 1700000045, "microseconds": 969012}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-panic"}}\r\n',
    ]);
  },

  "session() stops a machine that is asleep since 9.0, and not before"() {
    const stopped = (name: string) => {
      faker.seed(7);
      const { session } = fixtures(faker, { edition: edition(name) });
      for (let walk = 0; walk < 200; walk++) {
        const { messages } = session({ steps: 60 });
        const at = messages.findIndex(({ message, state }) =>
          message["execute"] === "stop" && state === "suspended"
        );
        if (at !== -1) return messages.slice(at + 1, at + 3).map(brief);
      }
      return [];
    };
    assert.deepEqual(stopped("8.2")[0], "return suspended");
    assert.deepEqual(stopped("9.0"), ["event paused", "return paused"]);
  },

  "chunkTrace() writes a session down, which reads the same"() {
    const session = made("7.2", { steps: 40 });
    const trace = [...chunkTrace(session.chunks(), session.header)].join("");
    const source = traceSource();
    const records = source.push(new TextEncoder().encode(trace));
    const { entries } = read([...records, ...source.end()]);
    assert.deepEqual(
      entries.map(({ text, at, direction }) => [text, at, direction]),
      session.messages.map(({ text, at, direction }) => [
        text.trimEnd(),
        at,
        direction,
      ]),
    );
    const { qemu, title } = JSON.parse(trace.slice(0, trace.indexOf("\n")));
    assert.deepEqual({ qemu, title }, session.header);
  },

  "session() throws for steps that are none, and for steps beside a scenario"() {
    for (const steps of [-1, 1.5, NaN, Infinity, 100_001, "3"]) {
      assert.throws(
        () => made("7.2", { steps } as SessionOptions),
        RangeError,
        /^Cannot make a session of .* steps: .* from 0 to 100000$/,
      );
    }
    assert.throws(
      () => made("7.2", { scenario: "reset", steps: 3 }),
      TypeError,
      'Cannot make session "reset" with steps: it has its own',
    );
  },

  "session() throws a RangeError for what the edition cannot come to"() {
    const cases = [
      [
        "5.1",
        "memory-failure",
        /"memory-failure": edition 5\.1 .* since 5\.2$/,
      ],
      ["7.2", "toString", /^Cannot make session "toString": there is none/],
    ] as const;
    for (const [name, scenario, message] of cases) {
      assert.throws(
        () => made(name, { scenario: scenario as ScenarioName }),
        RangeError,
        message,
      );
    }
  },
};
