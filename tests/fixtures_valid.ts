/**
 * What `fixtures()` makes: valid in every edition, to order, and the same again
 * from the same seed.
 *
 * @module
 */

import {
  type GUEST_PANICKED,
  kindOf,
  parseJson,
  type SHUTDOWN,
  stringifyJson,
  type VersionTriple,
} from "@qmp/run-state";
import {
  edition,
  editions,
  type EnumDefinition,
} from "@qmp/run-state/editions";
import { type Faker, fixtures } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { assert } from "chai";
import * as v from "valibot";

import { judgeBy } from "../src/schema/judge.ts";
import { strictly } from "../src/schema/strictly.ts";
import type { Suite } from "./suite.ts";

const seeds = [7, 20201211, 4294967295];
const many = 100_000;
const kinds = ["$greeting", "$event", "$command", "$return", "$error"] as const;

/** Which command a reply answers, told by what is in it. */
function answered(message: object): string | undefined {
  const { return: value } = message as { return?: object };
  return value && Object.keys(value).length > 0 ? "query-status" : undefined;
}

function made(seed: number, count: number): string[] {
  faker.seed(seed);
  const { $event, $command, $return } = fixtures(faker);
  return Array.from(
    { length: count },
    () => [$event(), $command(), $return()].map((each) => stringifyJson(each)),
  ).flat();
}

/** Tests of `fixtures()`. */
export const fixturesTests: Suite = {
  "fixtures() makes a hundred thousand messages, and none is refused"() {
    const makers = editions.map((name) => ({
      make: fixtures(faker, { edition: edition(name) }),
      judge: judgeBy(edition(name), "strict"),
    }));
    let count = 0;
    for (const seed of seeds) {
      faker.seed(seed);
      for (let each = 0; each < Math.ceil(many / seeds.length); each++) {
        const { make, judge } = makers[each % makers.length]!;
        const kind = kinds[Math.floor(each / makers.length) % kinds.length]!;
        const message = make[kind]();
        const { findings, kind: found } = judge(
          message as Parameters<typeof judge>[0],
          answered(message),
        );
        if (findings.length > 0 || `$${found}` !== kind) {
          assert.deepEqual(findings, [], stringifyJson(message));
        }
        count++;
      }
    }
    assert.isAtLeast(count, many);
  },

  "fixtures() makes one of every definition, in every edition"() {
    faker.seed(7);
    for (const name of editions) {
      const { schemas, definitions } = edition(name);
      const make = fixtures(faker, {
        edition: edition(name),
      }) as unknown as Readonly<Record<string, () => unknown>>;
      assert.sameMembers(
        Object.keys(make),
        [...Object.keys(definitions), ...kinds, "spoil", "session"],
      );
      for (const [each, schema] of Object.entries(schemas)) {
        for (let round = 0; round < 20; round++) {
          const value = make[each]!();
          const { output, issues } = v.safeParse(strictly(schema), value);
          assert.isUndefined(issues, each);
          assert.deepEqual(output, value, each);
        }
      }
    }
  },

  "fixtures() makes the same from the same seed, on every runtime"() {
    assert.deepEqual(made(7, 100), made(7, 100));
    assert.notDeepEqual(made(7, 1), made(8, 1));
    assert.deepEqual(made(20201211, 2), [
      '{"event":"WATCHDOG","data":{"action":"debug"},"timestamp":{"seconds":1232161684,"microseconds":751343}}',
      '{"execute":"query-status","arguments":{}}',
      '{"return":{}}',
      '{"event":"GUEST_PANICKED","data":{"action":"run"},"timestamp":{"seconds":160462933,"microseconds":776475}}',
      '{"execute":"set-action"}',
      '{"return":{},"id":"id-359845"}',
    ]);
  },

  "fixtures() makes no two messages that share an object"() {
    faker.seed(7);
    const { RESET } = fixtures(faker);
    const first = RESET();
    const second = RESET();
    assert.notStrictEqual(first.data, second.data);
    assert.notStrictEqual(first.timestamp, second.timestamp);
  },

  "fixtures() leans towards the edges of integers"() {
    faker.seed(7);
    const { GuestPanicInformationHyperV, GuestPanicInformationS390 } = fixtures(
      faker,
    );
    const wide = new Set<bigint>();
    const narrow = new Set<number>();
    for (let round = 0; round < 300; round++) {
      wide.add(GuestPanicInformationHyperV().arg1);
      narrow.add(GuestPanicInformationS390().core);
    }
    for (const power of [31n, 53n, 63n]) assert.include([...wide], 2n ** power);
    for (const power of [32n, 53n, 64n]) {
      assert.include([...wide], 2n ** power - 1n);
    }
    assert.includeMembers([...wide], [0n, 1n, 2n ** 53n + 1n]);
    assert.includeMembers([...narrow], [0, 1, 2 ** 31, 2 ** 32 - 1]);
    assert.isAbove(wide.size, 200);
    assert.isAbove(narrow.size, 200);
  },

  "fixtures() lets guest follow reason, by the enumeration's order"() {
    for (const name of editions) {
      const make = fixtures(faker, { edition: edition(name) });
      const causes = edition(name).definitions["ShutdownCause"] as
        | EnumDefinition
        | undefined;
      for (const [place, reason] of (causes?.values ?? []).entries()) {
        const { data } = make.RESET({ data: { reason: reason as "none" } });
        const first = causes!.values.indexOf("guest-shutdown");
        assert.deepEqual(data, {
          guest: place >= first,
          reason: reason as "none",
        });
      }
    }
  },

  "fixtures() lets running follow status"() {
    const { StatusInfo, RunState } = fixtures(faker);
    for (let round = 0; round < 50; round++) {
      const status = RunState();
      const { running } = StatusInfo({ status });
      assert.equal(running, status === "running");
    }
  },

  "fixtures() finds the reason for what is said to follow it"() {
    const { SHUTDOWN, StatusInfo } = fixtures(faker);
    for (const guest of [true, false]) {
      for (let round = 0; round < 20; round++) {
        const { data } = SHUTDOWN({ data: { guest } });
        assert.equal(data.guest, guest);
        assert.equal(/^(guest|subsystem)-/.test(data.reason), guest);
      }
    }
    assert.equal(StatusInfo({ running: true }).status, "running");
    assert.notEqual(StatusInfo({ running: false }).status, "running");
  },

  "fixtures() takes what contradicts QEMU but not the schema"() {
    const data = { guest: false, reason: "guest-panic" } as const;
    assert.deepEqual(fixtures(faker).SHUTDOWN({ data }).data, data);
  },

  "fixtures() takes parts of any depth, and leaves the rest to chance"() {
    const make = fixtures(faker);
    const event: GUEST_PANICKED = make.GUEST_PANICKED({
      data: { info: { type: "s390", "psw-addr": 3 } },
      timestamp: { seconds: 5 },
    });
    assert.equal(event.timestamp.seconds, 5);
    const { info } = event.data;
    assert.equal(info?.type === "s390" && info["psw-addr"], 3n);
    assert.ok(v.is(edition("seed").schemas.GUEST_PANICKED, event));
    assert.deepEqual(Object.keys(event), ["event", "data", "timestamp"]);
  },

  "fixtures() finds the branch that has the members"() {
    const make = fixtures(faker);
    for (let round = 0; round < 10; round++) {
      assert.equal(make.GuestPanicInformation({ core: 4 }).type, "s390");
      assert.equal(make.GuestPanicInformation({ arg4: 4n }).type, "hyper-v");
    }
  },

  "fixtures() leaves out what is given as undefined, and puts in what is given"() {
    const make = fixtures(faker);
    for (let round = 0; round < 20; round++) {
      const { data } = make.GUEST_CRASHLOADED({ data: { info: undefined } });
      assert.hasAllKeys(data, ["action"]);
      const full = make.GUEST_CRASHLOADED({ data: { info: {} } });
      assert.hasAllKeys(full.data, ["action", "info"]);
      const { arguments: given } = make["set-action"]({
        arguments: { panic: "none", reboot: undefined },
        id: undefined,
      });
      assert.equal(given?.panic, "none");
      assert.isFalse(Object.hasOwn(given!, "reboot"));
    }
  },

  "fixtures() makes each kind of message to order"() {
    const make = fixtures(faker, { edition: edition("7.2") });
    const event = make.$event({ timestamp: { seconds: -1, microseconds: -1 } });
    assert.deepEqual(event.timestamp, { seconds: -1, microseconds: -1 });
    assert.equal(make.$command({ id: "x" }).id, "x");
    const answer = make.StatusInfo({ status: "colo" });
    assert.deepEqual(
      make.$return({ return: { ...answer }, id: undefined }),
      {
        return: {
          running: false,
          singlestep: answer.singlestep,
          status: "colo",
        },
      },
    );
    const { error } = make.$error({ error: { class: "CommandNotFound" } });
    assert.equal(error.class, "CommandNotFound");
    assert.isString(error.desc);
    const { QMP } = make.$greeting({ QMP: { capabilities: [] } });
    assert.deepEqual(QMP.capabilities, []);
  },

  "fixtures() makes greetings that lead back to the edition"() {
    for (const name of editions.filter((each) => /^\d/.test(each))) {
      const { $greeting } = fixtures(faker, { edition: edition(name) });
      for (let round = 0; round < 5; round++) {
        const greeting = $greeting();
        assert.equal(edition(greeting).name, name);
        // What a distribution adds to it is of the same version.
        const { qemu, package: extra } = greeting.QMP.version as {
          qemu: VersionTriple;
          package: string;
        };
        const version = Object.values(qemu).join(".");
        const [, added = version] = /^(?:Debian 1:|v)([\d.]+)/.exec(extra) ??
          [];
        assert.equal(added, version);
      }
    }
  },

  "fixtures() refuses to make what is not valid"() {
    const make = fixtures(faker) as unknown as Readonly<
      Record<string, (overrides: unknown) => unknown>
    >;
    const wrong = [
      ["SHUTDOWN", { data: { reason: "guest_panic" } }, /data\.reason is "gu/],
      ["SHUTDOWN", { dat: 1 }, /: dat is unexpected$/],
      ["SHUTDOWN", { data: { because: 1 } }, /: data\.because is unexpected$/],
      ["STOP", { data: {} }, /: data is unexpected$/],
      ["STOP", { event: "RESUME" }, /: event is "RESUME", expected "STOP"$/],
      ["RunState", "Running", /: it is "Running", expected /],
      ["GuestPanicInformation", { type: "tdx" }, /: type is "tdx", expected/],
      ["GuestPanicInformation", { core: 1, arg1: 1n }, /GuestPanicInformation/],
      ["GuestPanicInformation", { arg1: 2 ** 60 }, /arg1 is \d+, which lost /],
      ["GuestPanicInformation", null, /: it is null, expected an object$/],
      ["$error", { error: { class: 1 } }, /: error\.class is 1, expected/],
      [
        "$event",
        { timestamp: { seconds: "1" } },
        /: timestamp\.seconds is "1"/,
      ],
      ["$error", { error: { clas: "x" } }, /: error\.clas is unexpected$/],
      ["$return", { ret: 1 }, /: ret is unexpected$/],
      ["$return", { return: {}, error: {} }, /: error is unexpected$/],
      ["$greeting", { QMP: null }, /: QMP is null, expected an object$/],
      ["$greeting", { QMP: { caps: [] } }, /: QMP\.caps is unexpected$/],
      ["$event", { event: "STOP", data: {} }, /: data is unexpected$/],
      ["$event", { event: "SHUTDOWN", data: { guest: 1 } }, /data\.guest is 1/],
      ["$event", { event: "NOPE" }, /: event is "NOPE", expected /],
      ["$event", { event: null }, /: event is null, expected /],
      ["$event", { execute: "stop" }, /: execute is unexpected$/],
      ["$command", { execute: "stop" }, /: execute is "stop", expected /],
      [
        "$command",
        { execute: "query-status", arguments: { x: 1 } },
        /: arguments\.x is /,
      ],
    ] as const;
    for (const [name, overrides, message] of wrong) {
      assert.throws(() => make[name]!(overrides), TypeError, message);
      assert.throws(() => make[name]!(overrides), `what ${name} is given`);
    }
  },

  "fixtures() makes the event or command that $event and $command are told"() {
    const make = fixtures(faker, { edition: edition("7.2") });
    const judge = judgeBy(edition("7.2"), "strict");
    for (let round = 0; round < 100; round++) {
      for (
        const made of [
          make.$event({ event: "SHUTDOWN" }),
          make.$event({ event: "STOP", timestamp: { seconds: 1 } }),
          make.$command({ execute: "query-status" }),
          make.$command({ execute: "watchdog-set-action", id: 1 }),
        ]
      ) {
        const message = parseJson(stringifyJson(made));
        const { isOwn, findings } = judge(message);
        assert.deepEqual([isOwn, findings], [true, []], stringifyJson(made));
      }
    }
  },

  "fixtures() says at once that it has no source of integers"() {
    for (const none of [undefined, null, {}, { number: {} }]) {
      assert.throws(
        () => fixtures(none as never),
        TypeError,
        /^Cannot prepare fixtures: what is given as Faker has no number\.int\(\)$/,
      );
    }
  },

  "fixtures() spoils what it makes, and says how"() {
    faker.seed(7);
    const seen = new Set<string>();
    for (const name of editions) {
      const make = fixtures(faker, { edition: edition(name) });
      const judge = judgeBy(edition(name), "strict");
      for (let round = 0; round < 100; round++) {
        const message = make[kinds[round % kinds.length]!]();
        const answers = answered(message);
        const { input, kind, findings } = make.spoil(message, answers);
        const found = judge(input, answers).findings;
        assert.deepEqual(
          found.map(({ code, path }) => ({ code, path })),
          [...findings],
          stringifyJson(input),
        );
        seen.add(kind);
      }
    }
    assert.isAbove(seen.size, 15);
  },

  "fixtures() needs no more of Faker than integers"() {
    let last = 0;
    const counting: Faker = {
      number: { int: ({ min, max }) => min + last++ % (max - min + 1) },
    };
    const make = fixtures(counting, { edition: edition("master") });
    for (let round = 0; round < 1_000; round++) {
      assert.equal(kindOf(make.$event()), "event");
    }
  },

  "fixtures() makes strings that QEMU can print and a reader reads again"() {
    faker.seed(7);
    const make = fixtures(faker, { edition: edition("10.1") });
    const seen = new Set<string>();
    for (let round = 0; round < 100; round++) {
      const info = make.GuestPanicInformationTdx();
      const text = stringifyJson(info, { style: "qemu" });
      const read = parseJson(text) as { message: string };
      assert.equal(read.message, info.message);
      seen.add(info.message);
    }
    assert.isAbove(seen.size, 3);
  },

  "fixtures() makes what the mirror's types say, for the seed"() {
    const make = fixtures(faker);
    const event: SHUTDOWN = make.SHUTDOWN();
    assert.isString(event.data.reason);
    const { arguments: given } = make["set-action"]({
      arguments: { reboot: "none" },
    });
    assert.equal(given?.reboot, "none");
    // @ts-expect-error the seed does not have it, other editions do
    assert.throws(() => make.RebootAction("reset"));
  },

  "fixtures() knows at compile time what an edition has"() {
    const make = fixtures(faker, { edition: edition("7.2") });
    // @ts-expect-error no such cause
    assert.throws(() => make.SHUTDOWN({ data: { reason: "boredom" } }));
    // @ts-expect-error no such member
    assert.throws(() => make.SHUTDOWN({ data: { because: 1 } }));
    // @ts-expect-error a required member cannot be left out
    make.SHUTDOWN({ data: { guest: undefined } });
    // @ts-expect-error 7.2 does not have the event
    assert.throws(() => make.GUEST_PVSHUTDOWN());
    const later = fixtures(faker, { edition: edition("9.1") });
    assert.equal(later.GUEST_PVSHUTDOWN().event, "GUEST_PVSHUTDOWN");
    const version: string = "9.1";
    const some = fixtures(faker, { edition: edition(version) });
    // @ts-expect-error which edition it is is not known, nor whether it has it
    assert.equal(some["set-action"]().execute, "set-action");
    assert.equal(some["set-action"]?.().execute, "set-action");
  },
};
