/**
 * What is read out of the raw stream of a monitor.
 *
 * @module
 */

import { rawSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Tests of the raw monitor stream. */
export const rawSuite: Suite = {
  "rawSource() yields each message with its line and offset"() {
    const stream = bytes(
      '{"a": 1}\r\n{\r\n    "b": 2\r\n}\r\n{"c": 3}{"d": 4}',
    );
    const source = rawSource();
    const records = [...source.push(stream), ...source.end()];
    assert.deepEqual(
      records.map(({ line, offset, text }) => [line, offset, text]),
      [
        [1, 0, '{"a": 1}'],
        [2, 10, '{\r\n    "b": 2\r\n}'],
        [5, 28, '{"c": 3}'],
        [5, 36, '{"d": 4}'],
      ],
    );
    assert.isTrue(records.every((record) => !("direction" in record)));
  },

  "rawSource() gives the direction that it was told"() {
    const source = rawSource({ direction: "<-" });
    const records = [...source.push(bytes('{"a": 1} x')), ...source.end()];
    assert.deepEqual(records.map(({ direction }) => direction), ["<-", "<-"]);
    assert.deepEqual(
      records.map(({ findings }) => findings?.[0]?.code),
      [undefined, "NOT_JSON"],
    );
  },

  "rawSource() splits by QEMU's extensions of JSON where told so"() {
    const sent = "{'execute': 'qom-get', 'id': '}'}\r\n{\"execute\": \"stop\"}";
    const source = rawSource({ direction: "->", quotes: "both" });
    assert.deepEqual(
      [...source.push(bytes(sent)), ...source.end()].map(({ text }) => text),
      sent.split("\r\n"),
    );
    const strict = rawSource({ direction: "->" });
    const records = [...strict.push(bytes(sent)), ...strict.end()];
    assert.notEqual(records[0]?.text, sent.split("\r\n")[0]);
  },
};
