/**
 * What is spoilt below the level of messages, and what is legal but hostile.
 *
 * @module
 */

import { assert } from "chai";

import { safeParseJson } from "@qmp/run-state";
import { edition } from "@qmp/run-state/editions";
import {
  type Chunk,
  chunkRecords,
  hostile,
  type HostileName,
  type TextFault,
  type TextFaultKind,
  textFaults,
} from "@qmp/run-state/fixtures";
import { type Entry, rawSource, read } from "@qmp/run-state/replay";
import type { Suite } from "./suite.ts";

/** What `safeParseJson` is to find; 64 MiB takes it a blink. */
function foundIn(text: string) {
  const result = safeParseJson(text);
  return (result.ok ? result.findings : [result.finding])
    .map(({ code, severity }) => ({ code, severity }));
}

function entriesOf(chunks: Iterable<Uint8Array>): readonly Entry[] {
  const source = rawSource();
  const records = Array.from(chunks, (chunk) => source.push(chunk)).flat();
  return read([...records, ...source.end()]).entries;
}

const streams: readonly TextFaultKind[] = [
  ...["truncated", "control", "not-utf8", "unbalanced"] as const,
  ...["too-deep", "too-large", "utf-16"] as const,
];

function came(chunks: Iterable<Chunk>): Uint8Array[] {
  return [...chunks].filter(({ direction }) => direction === "<-")
    .map(({ bytes }) => bytes);
}

function entriesFor(name: HostileName, policy: "strict" | "forward") {
  const records = chunkRecords(hostile[name].chunks());
  return read(records, { edition: edition("7.2"), policy }).entries;
}

/** Tests of `textFaults` and `hostile`. */
export const hostileTests: Suite = {
  "textFaults() says of every text what safeParseJson() finds, and nothing else is"() {
    const seen = new Set<string>();
    for (const fault of textFaults()) {
      const { judge, name, kind, code, severity } = fault;
      if (judge !== "safeParseJson") continue;
      seen.add(kind);
      assert.deepEqual(foundIn(fault.text()), [{ code, severity }], name);
    }
    assert.lengthOf([...seen], 15);
  },

  "textFaults() says of every stream what read() finds, and the next message is read"() {
    const seen: string[] = [];
    for (const fault of textFaults()) {
      const { judge, name, kind, code } = fault;
      if (judge !== "read") continue;
      seen.push(kind);
      const entries = entriesOf(fault.chunks());
      const codes = entries.flatMap(({ findings }) =>
        findings.map((each) => each.code)
      );
      assert.deepEqual([...new Set(codes)], [code], name);
      const last = entries.at(-1)!;
      const isRead = last.name === "GUEST_PANICKED";
      assert.equal(isRead, kind !== "utf-16", name);
    }
    assert.sameMembers(seen, [...streams]);
  },

  "textFaults() says what has no member to be spoilt"() {
    for (const none of [{}, [], null, 5] as never[]) {
      assert.throws(
        () => textFaults(none),
        TypeError,
        /^Cannot spoil the text of .*: it has no member$/,
      );
    }
  },

  "textFaults() cuts a text after each of its bytes, and not after the last"() {
    const cut = (fault: TextFault) =>
      fault.judge === "safeParseJson" && fault.kind === "truncated"
        ? [fault.text()]
        : [];
    const texts = textFaults({ return: "é" }).flatMap(cut);
    assert.lengthOf(texts, '{"return": "\\u00E9"}'.length);
    assert.deepEqual([texts[0], texts.at(-1)], ["", '{"return": "\\u00E9"']);
  },

  "textFaults() makes large texts when they are asked for, and names each once"() {
    const faults = textFaults();
    const large = faults.filter(({ kind }) => kind === "too-large");
    assert.lengthOf(large, 2);
    const names = faults.map(({ name }) => name);
    assert.lengthOf(names, new Set(names).size);
    assert.deepEqual(textFaults().map(({ name }) => name), names);
    const text = large.find(({ judge }) => judge === "safeParseJson")!;
    assert.isTrue(text.judge === "safeParseJson");
    if (text.judge === "safeParseJson") {
      assert.lengthOf(text.text(), 64 * 1024 * 1024 + 1);
    }
  },

  "hostile is taken by read() without a fault, under strict too"() {
    const names = Object.keys(hostile) as HostileName[];
    assert.isAtLeast(names.length, 20);
    for (const name of names) {
      const { about, source, name: own } = hostile[name];
      assert.equal(own, name);
      assert.match(about, /^[^.]{10,}[^.]$/, name);
      assert.match(source, /^.{5,}$/, name);
      for (const policy of ["strict", "forward"] as const) {
        const entries = entriesFor(name, policy);
        assert.isNotEmpty(entries, name);
        for (const { findings, message, text } of entries) {
          assert.deepEqual(
            findings.filter(({ code }) => code !== "REFUSED"),
            [],
            `${name}: ${text.slice(0, 200)}`,
          );
          assert.isDefined(message, name);
        }
      }
    }
  },

  "hostile has each reply find its command, however it comes"() {
    const answered: Partial<Record<HostileName, readonly string[]>> = {
      "event-in-handshake": ["qmp_capabilities", "query-status"],
      "command-before-greeting": ["qmp_capabilities"],
      "greeting-of-old": ["eject"],
      "two-messages-in-a-chunk": ["qmp_capabilities", "stop"],
      "no-newline": ["qmp_capabilities", "stop", "cont"],
      "reply-without-id": ["qmp_capabilities", "query-status", "stop"],
      "reply-to-nobody": ["qmp_capabilities", "none"],
      "reply-overtaken": ["qmp_capabilities", "migrate-pause", "query-status"],
      "event-before-reply": ["qmp_capabilities", "stop", "cont", "migrate"],
      "null-and-object-ids": [
        "qmp_capabilities",
        ...Array.from({ length: 7 }, () => "query-status"),
      ],
      "falsy-returns": [
        "qmp_capabilities",
        ...Array.from({ length: 5 }, () => "qom-get"),
      ],
      "huge-reply": ["human-monitor-command"],
    };
    for (const [name, commands] of Object.entries(answered)) {
      const replies = entriesFor(name as HostileName, "strict")
        .filter(({ kind }) => kind === "return" || kind === "error");
      assert.deepEqual(
        replies.map(({ answers }) => answers?.name ?? "none"),
        commands,
        name,
      );
    }
  },

  "hostile is what it says it is"() {
    const sizes = came(hostile["huge-reply"].chunks())
      .map(({ length }) => length);
    assert.isAtMost(Math.max(...sizes), 64 * 1024);
    const [, reply] = entriesFor("huge-reply", "strict");
    assert.lengthOf(reply!.text, 16 * 1024 * 1024);

    const halves = came(hostile["every-split-point"].chunks());
    assert.isAbove(halves.length, 150);
    assert.lengthOf(
      entriesFor("every-split-point", "strict"),
      halves.length / 2,
    );
    for (const { bytes } of hostile["no-newline"].chunks()) {
      assert.isFalse(bytes.includes(10));
    }
    const [first] = entriesFor("clock-unreadable", "strict");
    assert.include(first!.text, '{"seconds": -1, "microseconds": -1}');
    const late = entriesFor("watchdog-late", "strict");
    assert.deepEqual(late.map(({ at }) => at), [0.000005, 0.7, 1.000005]);
  },

  "hostile makes its chunks anew each time"() {
    for (const { name, chunks } of Object.values(hostile)) {
      if (name === "huge-reply") continue;
      assert.deepEqual([...chunks()], [...chunks()], name);
    }
  },
};
