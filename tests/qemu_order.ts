/**
 * The order in which QEMU prints, against what a real QEMU printed.
 *
 * @module
 */

import { type JsonValue, parseJson, stringifyJson } from "@qmp/run-state";
import { edition, editions } from "@qmp/run-state/editions";
import { qemuOrder, samples } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { read, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import { qdictOrder } from "../src/wire/qdict_order.ts";
import type { Assets, Suite } from "./suite.ts";

/** The members of the recorded messages whose names alone do not order them: they share a bucket of QEMU's table. */
const sharingInTraces = ["micro minor", "singlestep status"];

/** The same of all that run-state defines, in any edition. */
const sharingInRunState = [
  ...["arg1 arg2", "arg1 arg3", "arg1 arg4", "arg1 arg5", "arg2 arg3"],
  ...["arg2 arg4", "arg2 arg5", "arg3 arg4", "arg3 arg5", "arg4 arg5"],
  ...["singlestep status"],
];

/** Tests of `qemuOrder()`. */
export const qemuOrderTests: Suite = {
  "qemuOrder() restores what QEMU printed, whatever the order was"(assets) {
    faker.seed(4);
    let count = 0;
    for (const text of printed(assets)) {
      const style = text.includes("\n") ? "qemu-pretty" : "qemu";
      for (let round = 0; round < 3; round++) {
        const value = qemuOrder(shuffled(parseJson(text)));
        assert.equal(
          stringifyJson(value, { style }),
          text.replaceAll("\r\n", "\n"),
        );
      }
      count++;
    }
    assert.isAbove(count, 150);
  },

  "qemuOrder() is tested on all members that share a bucket"(assets) {
    const values = [...printed(assets)].map((text) => parseJson(text));
    assert.deepEqual(pairsSharing(values), sharingInTraces);
  },

  "qemuOrder() goes by the schema's order where members share a bucket"() {
    faker.seed(4);
    const messages = editions.flatMap((name) =>
      samples(edition(name)).map(({ message }) => message)
    );
    assert.deepEqual(pairsSharing(messages), sharingInRunState);
    for (const object of messages.flatMap((each) => [...objectsIn(each)])) {
      assert.deepEqual(
        Object.keys(qemuOrder(shuffled(object)) as object),
        qdictOrder(Object.keys(object)),
      );
    }
  },

  "qemuOrder() keeps arrays, scalars and strange names as they are"() {
    const value = parseJson('[1, null, {"__proto__": 1, "\\u0000": [true]}]');
    assert.equal(stringifyJson(qemuOrder(value)), stringifyJson(value));
    assert.equal(qemuOrder(7n), 7n);
  },

  "qemuOrder() makes a copy"() {
    const message = { return: { running: true, status: "running" } };
    assert.notStrictEqual(qemuOrder(message).return, message.return);
    assert.deepEqual(Object.keys(message.return), ["running", "status"]);
  },
};

function* printed({ fixtures }: Assets): Generator<string> {
  for (const [path, bytes] of fixtures) {
    if (!/^traces\/.*\.jsonl$/.test(path)) continue;
    const source = traceSource();
    const records = [...source.push(bytes), ...source.end()];
    for (const { text, direction, kind } of read(records).entries) {
      if (direction === "<-" && kind !== undefined) yield text;
    }
  }
}

function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  const rest = Object.entries(value);
  const mixed: [string, JsonValue][] = [];
  while (rest.length > 0) {
    const at = faker.number.int({ min: 0, max: rest.length - 1 });
    const [[name, member]] = rest.splice(at, 1) as [[string, JsonValue]];
    mixed.push([name, shuffled(member)]);
  }
  return Object.fromEntries(mixed);
}

function* objectsIn(value: JsonValue): Generator<JsonValue & object> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value;
  for (const each of Object.values(value)) yield* objectsIn(each);
}

/** Pairs of names that come out the other way round when they go in so. */
function pairsSharing(values: readonly JsonValue[]): string[] {
  const pairs = new Set<string>();
  for (const object of values.flatMap((each) => [...objectsIn(each)])) {
    const names = Object.keys(object).sort();
    for (const [index, one] of names.entries()) {
      for (const other of names.slice(index + 1)) {
        const [first] = qdictOrder([one, other]);
        const [then] = qdictOrder([other, one]);
        if (first !== then) pairs.add(`${one} ${other}`);
      }
    }
  }
  return [...pairs].sort();
}
