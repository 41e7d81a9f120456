/**
 * Traffic as text for snapshots.
 *
 * @module
 */

import { normalize } from "@qmp/run-state/fixtures";
import { read, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

function lines(...texts: string[]): string[] {
  return normalize(texts.map((text) => ({ text }))).split("\n");
}

/** Tests of `normalize()`. */
export const normalizeTests: Suite = {
  "normalize() makes a snapshot of a recorded trace"({ fixtures }) {
    const source = traceSource();
    const records = source.push(fixtures.get("traces/panic-s390.jsonl")!);
    const { entries } = read([...records, ...source.end()]);
    assert.deepEqual(normalize(entries.slice(0, 11)).split("\n"), [
      '<- {"QMP": {"version": "QMP_VERSION", "capabilities": ["oob"]}}',
      '-> {"execute": "qmp_capabilities"}',
      '<- {"return": {}}',
      '-> {"execute": "query-status"}',
      '<- {"return": {"status": "prelaunch", "singlestep": false, "running": false}}',
      '-> {"execute": "set-action", "arguments": {"panic": "pause"}}',
      '<- {"return": {}}',
      '-> {"execute": "cont"}',
      '<- {"timestamp": "TIMESTAMP", "event": "RESUME"}',
      '<- {"timestamp": "TIMESTAMP", "event": "GUEST_PANICKED", "data": {"action": "pause", "info": {"core": 0, "psw-addr": "ADDRESS", "reason": "disabled-wait", "psw-mask": 562956395872256, "type": "s390"}}}',
      '<- {"return": {}}',
      "",
    ]);
  },

  "normalize() gives an id one word wherever it stands"() {
    assert.deepEqual(
      lines(
        '{"execute": "stop", "id": {"n": 1}}',
        '{"execute": "cont", "id": "libvirt-2"}',
        '{"error": {"class": "GenericError", "desc": "x"}, "id": "libvirt-2"}',
        '{"return": {}, "id": {"n":1}}',
      ),
      [
        '{"execute": "stop", "id": "ID1"}',
        '{"execute": "cont", "id": "ID2"}',
        '{"id": "ID2", "error": {"class": "GenericError", "desc": "x"}}',
        '{"return": {}, "id": "ID1"}',
        "",
      ],
    );
  },

  "normalize() knows an id again whose members come back in another order"() {
    const [asked, answered] = lines(
      '{"execute": "stop", "id": {"minor": 1, "micro": [{"a": 1, "b": 2}]}}',
      '{"return": {}, "id": {"micro": [{"b": 2, "a": 1}], "minor": 1}}',
    );
    assert.equal(asked, '{"execute": "stop", "id": "ID1"}');
    assert.equal(answered, '{"return": {}, "id": "ID1"}');
  },

  "normalize() keeps the first register of a panic and hides the others"() {
    const info = '{"type": "hyper-v", "arg1": 239, "arg2": 7, "arg3": 1, ' +
      '"arg4": 18446744073709551615, "arg5": 0}';
    assert.equal(
      lines(`{"event": "GUEST_PANICKED", "data": {"info": ${info}}}`)[0],
      '{"event": "GUEST_PANICKED", "data": {"info": {"arg5": "ADDRESS", ' +
        '"arg4": "ADDRESS", "arg3": "ADDRESS", "arg2": "ADDRESS", ' +
        '"arg1": 239, "type": "hyper-v"}}}',
    );
  },

  "normalize() reads what QEMU takes from a client"() {
    assert.equal(lines("{'execute': 'stop'}")[0], '{"execute": "stop"}');
  },

  "normalize() leaves a text that it cannot read"() {
    assert.deepEqual(lines('{"return": ', "42"), ['{"return": ', "42", ""]);
    assert.equal(normalize([]), "");
  },
};
