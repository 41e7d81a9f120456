/**
 * Spoilt messages: what is wrong with each is found where the label says, and
 * nothing else.
 *
 * @module
 */

import { assert } from "chai";

import {
  type Finding,
  type JsonObject,
  type JsonValue,
  stringifyJson,
} from "@qmp/run-state";
import { edition, editions } from "@qmp/run-state/editions";
import {
  type FaultKind,
  samples,
  spoil,
  type Spoilt,
  spoilt,
} from "@qmp/run-state/fixtures";
import { type Entry, read, type TraceRecord } from "@qmp/run-state/replay";
import { judgeBy } from "../src/schema/judge.ts";
import type { Suite } from "./suite.ts";

/** Every kind: the compiler misses none. */
const kinds: Readonly<Record<FaultKind, true>> = {
  "missing-member": true,
  "missing-discriminator": true,
  "unexpected-member": true,
  "null": true,
  "as-boolean": true,
  "as-number": true,
  "as-string": true,
  "as-array": true,
  "as-object": true,
  "unknown-value": true,
  "empty-value": true,
  "wrong-case": true,
  "underscore": true,
  "foreign-value": true,
  "foreign-discriminator": true,
  "of-another-edition": true,
  "below": true,
  "above": true,
  "far-above": true,
  "fractional": true,
  "unsafe-number": true,
  "lone-minus-one": true,
  "foreign-branch-member": true,
  "nested-branch": true,
  "another-shape": true,
  "two-kinds": true,
  "out-of-band": true,
};

type Items = readonly Pick<Spoilt, "input" | "answers">[];

/**
 * Reads messages, each with the command that it answers on a monitor of its own.
 *
 * @param items The messages.
 * @param name The edition.
 * @param policy The policy.
 * @returns What is read of each.
 */
export function readAll(
  items: Items,
  name: string,
  policy: "strict" | "forward",
): Entry[] {
  const id = (input: JsonValue) => (input as JsonObject | null)?.["id"];
  const records = items.flatMap(({ input, answers }, index): TraceRecord[] => {
    const at = { line: 1, offset: 0, monitor: `${index}` };
    const asked = id(input) === undefined ? {} : { id: id(input)! };
    const command = stringifyJson({ execute: answers ?? "", ...asked });
    return [
      ...(answers === undefined
        ? []
        : [{ ...at, direction: "->", text: command } as const]),
      { ...at, text: stringifyJson(input) },
    ];
  });
  return read(records, { edition: edition(name), policy }).entries
    .filter(({ direction }) => direction === undefined);
}

function said(findings: readonly Finding[]) {
  return findings.map(({ code, path }) => ({ code, path }));
}

/** That of an unsafe number has all digits, so its text is right. */
const isInText = ({ kind }: Spoilt) => kind !== "unsafe-number";

function outcomeOf({ message }: Entry): Spoilt["underForward"] {
  return message === undefined
    ? "fault"
    : "forwarded" in message
    ? "notice"
    : "nothing";
}

/** Small, and the same everywhere. */
function picker(seed: number): <T>(list: readonly T[]) => T {
  let state = seed;
  return (list) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return list[Math.floor(state / 2 ** 32 * list.length)]!;
  };
}

/** Tests of `spoilt` and `spoil`. */
export const spoiltTests: Suite = {
  "spoilt() says of every message of every edition what is found, and nothing else is"() {
    for (const name of editions) {
      const items = spoilt(edition(name)).filter(isInText);
      assert.isAtLeast(items.length, 600, name);
      const wrong = readAll(items, name, "strict").flatMap((entry, index) => {
        const { name, findings } = items[index]!;
        const found = JSON.stringify(said(entry.findings));
        return found === JSON.stringify(findings) ? [] : [`${name}: ${found}`];
      });
      assert.deepEqual(wrong, [], name);
    }
  },

  "spoilt() says what is delivered and marked under forward, and what is not"() {
    const counts = { fault: 0, notice: 0, nothing: 0 };
    for (const name of editions) {
      const items = spoilt(edition(name)).filter(isInText);
      const wrong = readAll(items, name, "forward").flatMap((entry, index) => {
        const { name, underForward, findings } = items[index]!;
        counts[underForward]++;
        const due = underForward === "nothing" ? [] : findings;
        assert.deepEqual(said(entry.findings), due, name);
        const found = outcomeOf(entry);
        return found === underForward ? [] : [`${name}: ${found}`];
      });
      assert.deepEqual(wrong, [], name);
    }
    assert.isAbove(counts.fault, 10_000);
    assert.isAbove(counts.notice, 3_000);
    assert.equal(counts.nothing, 4 * editions.length);
  },

  "spoilt() has numbers that lost digits, which only the value shows"() {
    for (const name of editions) {
      const judge = judgeBy(edition(name), "strict");
      const unsafe = spoilt(edition(name)).filter((each) => !isInText(each));
      assert.isAtLeast(unsafe.length, 5, name);
      for (const { input, path, findings } of unsafe) {
        assert.deepEqual(said(judge(input).findings), findings);
        assert.deepEqual(findings, [{ code: "UNSAFE_NUMBER", path }]);
      }
    }
  },

  "spoilt() knows what QEMU answers to each command, and it is no"() {
    for (const name of editions) {
      const items = spoilt(edition(name));
      for (const { name, input, verdict } of items) {
        const isCommand = name.startsWith("command ");
        assert.equal(verdict?.kind, isCommand ? "refused" : undefined, name);
        if (!isCommand) continue;
        assert.notDeepEqual(input, { execute: "query-status" });
      }
    }
    // QEMU 2.11 has this one too, in another file.
    const strange = "command watchdog-set-action: of-another-edition";
    for (const { name } of spoilt(edition("2.11"))) {
      assert.notEqual(name, strange);
    }
    const [misspelt] = spoilt(edition("7.2")).filter(({ name }) =>
      name === "command set-action execute: underscore"
    );
    assert.deepEqual(misspelt?.verdict, {
      kind: "refused",
      error: {
        class: "CommandNotFound",
        desc: "The command set_action has not been found",
      },
      exact: true,
    });
  },

  "spoilt() has every kind, each event, command and reply, and no name twice"() {
    const seen = new Set<string>();
    for (const name of editions) {
      const release = edition(name);
      const items = spoilt(release);
      for (const { kind } of items) seen.add(kind);
      const names = items.map(({ name }) => name);
      assert.lengthOf(names, new Set(names).size);
      for (const { kind, name } of samples(release)) {
        const title = kind === "return" ? "reply to" : kind;
        const own = names.filter((each) =>
          each.startsWith(`${title} ${name} `)
        );
        assert.isAtLeast(own.length, 10, `${title} ${name}`);
      }
    }
    assert.sameMembers([...seen], Object.keys(kinds));
  },

  "spoilt() gives the same messages each time, and new ones"() {
    const [first, second] = [spoilt(edition("7.2")), spoilt(edition("7.2"))];
    assert.deepEqual(first, second);
    for (const [index, { input }] of first.entries()) {
      if (typeof input !== "object" || input === null) continue;
      assert.notStrictEqual(input, second[index]!.input);
    }
  },

  "spoil() spoils each sample in the way it says"() {
    const pick = picker(20260215);
    for (const name of editions) {
      const release = edition(name);
      const items = samples(release).flatMap(({ kind, name, message }) => {
        const before = stringifyJson(message);
        const answers = kind === "return" ? { answers: name } : {};
        const made = Array.from(
          { length: 20 },
          () => spoil(message, { edition: release, pick, ...answers }),
        );
        assert.equal(stringifyJson(message), before);
        return made;
      }).filter(isInText);
      const wrong = readAll(items, name, "strict").flatMap((entry, index) => {
        const { name, findings } = items[index]!;
        const found = JSON.stringify(said(entry.findings));
        return found === JSON.stringify(findings) ? [] : [`${name}: ${found}`];
      });
      assert.deepEqual(wrong, [], name);
    }
  },

  "spoil() spoils what run-state does not define in its envelope alone"() {
    const release = edition("7.2");
    const timestamp = { seconds: -1, microseconds: -1 };
    const messages: readonly JsonObject[] = [
      { event: "RTC_CHANGE", data: { offset: 0 }, timestamp },
      { event: "STOP", timestamp },
      { execute: "migrate", arguments: { uri: "x" }, id: null },
      { "exec-oob": "migrate-pause", id: 7 },
      { return: "", id: [] },
      { error: { class: "GenericError", desc: "no" } },
      { QMP: { capabilities: [] } },
      {
        QMP: {
          version: { major: 0, minor: 12, micro: 50, package: "" },
          capabilities: ["oob"],
        },
      },
    ];
    for (const message of messages) {
      const items: Spoilt[] = [];
      const seen = (way: number) =>
        spoil(message, { edition: release, pick: (ways) => ways[way]! });
      let ways = 0;
      spoil(message, {
        edition: release,
        pick: (all) => {
          ways = all.length;
          return all[0]!;
        },
      });
      for (let way = 0; way < ways; way++) items.push(seen(way));
      assert.isAtLeast(items.length, 5);
      const found = readAll(items, "7.2", "strict");
      for (const [index, { name, findings }] of items.entries()) {
        assert.deepEqual(said(found[index]!.findings), findings, name);
      }
    }
  },

  "spoil() throws where the value is no message"() {
    assert.throws(
      () => spoil({}, { edition: edition("7.2"), pick: ([first]) => first! }),
      TypeError,
      "Cannot spoil the value: it is no QMP message",
    );
  },
};
