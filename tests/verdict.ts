/**
 * What `verdict()` says, with the answers of QEMU 7.2.22 and, for other
 * releases, with what stands in their source.
 *
 * @module
 */

import { assert } from "chai";
import { editions, release } from "../src/editions/release.ts";
import {
  type Verdict,
  verdict,
  type VerdictOptions,
} from "../src/editions/verdict.ts";
import type { JsonValue } from "../src/wire/json.ts";
import type { Suite } from "./suite.ts";
import {
  answers,
  greetedAnswers,
  namedMember,
  namedParameter,
  oobAnswers,
  preconfigAnswers,
  setAction,
} from "./verdict_answers.ts";

type State = Omit<VerdictOptions, "edition">;

const greeted = { negotiated: false };
const preconfig = { preconfig: true };

function judge(
  command: string | JsonValue,
  name = "7.2",
  state: State = {},
): Verdict {
  const { definitions } = release(name);
  return verdict(command, { edition: { name, definitions }, ...state });
}

/** The description of a refusal, with `!` in front where the command is not found. */
function refusal(command: string | JsonValue, name?: string, state?: State) {
  const judged = judge(command, name, state);
  if (judged.kind !== "refused") return judged.kind;
  const { class: kind, desc } = judged.error;
  return (kind === "CommandNotFound" ? "! " : "") + desc;
}

function isExact(command: string, name: string): boolean {
  const judged = judge(command, name);
  assert.equal(judged.kind, "refused");
  return judged.kind === "refused" && judged.exact;
}

function manyKeys(count = 0): JsonValue {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`key-${index}`, 1]),
  );
}

/** Tests of `verdict()`. */
export const verdictSuite: Suite = {
  "verdict() gives the answers of QEMU 7.2"() {
    for (const [command, answer] of answers) {
      assert.equal(refusal(command), answer, command);
    }
  },

  "verdict() gives QEMU's answers before negotiation"() {
    for (const [command, answer] of greetedAnswers) {
      assert.equal(refusal(command, "7.2", greeted), answer, command);
    }
  },

  "verdict() gives QEMU's answers where oob is on"() {
    for (const [command, answer] of oobAnswers) {
      assert.equal(refusal(command, "7.2", { oob: true }), answer, command);
    }
  },

  "verdict() gives QEMU's answers before the machine is made"() {
    for (const [command, answer] of preconfigAnswers) {
      assert.equal(refusal(command, "7.2", preconfig), answer, command);
    }
  },

  "verdict() names the unknown member that comes first in QEMU's dictionary"() {
    for (const [count, named] of namedMember) {
      assert.equal(
        refusal(manyKeys(count)),
        `QMP input member 'key-${named}' is unexpected`,
      );
    }
  },

  "verdict() names the unexpected parameter that comes first in GLib's table"() {
    for (const [count, named] of namedParameter) {
      assert.equal(
        refusal({ execute: "stop", arguments: manyKeys(count) }),
        `Parameter 'key-${named}' is unexpected`,
      );
    }
  },

  "verdict() keeps the order of a text's keys, of numbers too"() {
    // These two share a bucket, and a JavaScript object puts "47" first.
    assert.include(refusal(`{"machine": 1, "47": 2}`), "'47'");
    assert.include(refusal(`{"47": 1, "machine": 2}`), "'machine'");
  },

  "verdict() judges a value as the text that it is sent as"() {
    const command = { execute: "set-action", arguments: { panic: 2n ** 64n } };
    assert.include(refusal(command), "'panic', expected: string");
    assert.equal(refusal([]), "QMP input must be a JSON object");
    assert.equal(refusal({ execute: "stop", id: "\ud83d\ude00" }), "accepted");
  },

  "verdict() refuses a text that is not one whole value, and claims no words"() {
    for (
      const text of ["", " ", `{"execute": "stop"`, `{"execute": "stop"} {}`]
    ) {
      assert.match(refusal(text), /^JSON parse error/);
      assert.isFalse(isExact(text, "7.2"));
    }
    assert.equal(refusal(` {"execute": "stop"}\r\n`), "accepted");
  },

  "verdict() takes half a surrogate pair for what is sent of it"() {
    assert.equal(
      refusal(setAction(`"panic": "\ud800"`)),
      "Parameter 'panic' does not accept value '\ufffd'",
    );
  },

  "verdict() leaves unchecked what names a command not known here"() {
    for (const name of ["query-block", "nope", "STOP", "", "constructor"]) {
      assert.equal(
        judge({ execute: name, arguments: { x: 1 } }).kind,
        "unchecked",
      );
      assert.notEqual(judge({ execute: name, x: 1 }).kind, "unchecked");
    }
    const oob = { oob: true };
    assert.equal(judge({ "exec-oob": "yank" }, "7.2", oob).kind, "unchecked");
  },

  "verdict() checks every other command in every edition"() {
    const names = [
      ...["query-status", "watchdog-set-action", "set-action"],
      ...["qmp_capabilities", "query-version", "stop", "cont", "quit"],
      ...["system_reset", "system_powerdown", "system_wakeup"],
    ];
    for (const edition of editions) {
      for (const execute of names) {
        const command = { execute, arguments: { action: "none", "": 1 } };
        assert.match(
          refusal(command, edition),
          /^(Parameter '(action)?' is unexpected|! The command set-action)/,
        );
      }
    }
  },

  "verdict() knows the type of every argument in every edition"() {
    for (const edition of editions) {
      const { definitions } = release(edition);
      for (const definition of Object.values(definitions)) {
        if (definition.kind !== "command") continue;
        for (const type of Object.values(definition.members)) {
          assert.equal(definitions[type]?.kind, "enum", `${edition}: ${type}`);
        }
      }
    }
  },

  "verdict() does not find a run-state command that the edition lacks"() {
    const missing = "! The command set-action has not been found";
    assert.equal(refusal(setAction(""), "5.2"), missing);
    assert.equal(refusal(setAction(""), "6.0"), "accepted");
    assert.equal(refusal(setAction(`"x": 1`), "2.11"), missing);
  },

  "verdict() finds watchdog-set-action in QEMU 2.11, where another file defines it"() {
    const command = `{"execute": "watchdog-set-action"}`;
    assert.equal(refusal(command, "2.11"), "Parameter 'action' is missing");
  },

  "verdict() goes by the values of the edition"() {
    const exit = setAction(`"panic": "exit-failure"`);
    assert.include(refusal(exit, "7.0"), "'exit-failure'");
    assert.equal(refusal(exit, "7.1"), "accepted");
    assert.equal(refusal(setAction(`"reboot": "none"`), "seed"), "accepted");
  },

  "verdict() speaks in the words of the release"() {
    const wrong =
      `{"execute": "watchdog-set-action", "arguments": {"action": "x"}}`;
    for (const edition of ["2.11", "4.2", "5.2"]) {
      assert.equal(refusal(wrong, edition), "Invalid parameter 'x'");
      assert.isTrue(isExact(wrong, edition));
    }
    for (
      const edition of ["6.2", "7.2", "8.2", "9.2", "10.0", "10.1", "10.2"]
    ) {
      assert.include(refusal(wrong, edition), "does not accept value 'x'");
      assert.isTrue(isExact(wrong, edition));
    }
    assert.equal(
      refusal(`{"execute": "stop"}`, "5.2", preconfig),
      "The command 'stop' isn't permitted in 'preconfig' state",
    );
  },

  "verdict() speaks in the words of 7.2 where it has not read the release's"() {
    const wrong =
      `{"execute": "watchdog-set-action", "arguments": {"action": "x"}}`;
    for (const edition of ["3.0", "seed", "6.0", "8.0", "master"]) {
      assert.include(refusal(wrong, edition), "does not accept value 'x'");
      assert.isFalse(isExact(wrong, edition));
    }
    assert.isFalse(isExact("NaN", "2.11"));
    assert.isTrue(isExact("NaN", "4.2"));
  },

  "verdict() lets the last of equal keys win where the release does"() {
    const twice = `{"execute": "nope", "execute": "stop"}`;
    assert.equal(refusal(twice, "2.11"), "accepted");
    assert.equal(refusal(twice, "4.2"), "JSON parse error, duplicate key");
  },

  "verdict() takes out-of-band execution as the release has it"() {
    const oob = { oob: true };
    const control = (value: JsonValue) => ({ execute: "stop", control: value });
    const unexpected = "QMP input member 'exec-oob' is unexpected";
    assert.equal(refusal({ "exec-oob": "stop" }, "2.11", oob), unexpected);
    assert.equal(refusal({ "exec-oob": "stop" }, "2.12", oob), unexpected);
    assert.include(refusal(control({}), "2.11"), "'control' is unexpected");
    assert.equal(refusal(control({}), "2.12"), "accepted");
    assert.include(refusal(control(1), "2.12"), "'control' must be a dict");
    const asked = control({ "run-oob": true });
    assert.match(refusal(asked, "2.12"), /^Please enable/);
    assert.match(refusal(asked, "2.12", oob), /does not support OOB$/);
    assert.include(refusal(control({}), "3.0"), "'control' is unexpected");
  },

  "verdict() knows enable and preconfig from the release that has them"() {
    const enable =
      `{"execute": "qmp_capabilities", "arguments": {"enable": []}}`;
    assert.include(refusal(enable, "2.11", greeted), "'enable' is unexpected");
    assert.equal(refusal(enable, "2.12", greeted), "accepted");
    const stop = `{"execute": "stop"}`;
    assert.equal(refusal(stop, "2.12", preconfig), "accepted");
    assert.match(refusal(stop, "3.0", preconfig), /^The command 'stop' is/);
    const quit = `{"execute": "quit"}`;
    assert.match(refusal(quit, "5.2", preconfig), /^The command 'quit' isn't/);
    assert.equal(refusal(quit, "6.2", preconfig), "accepted");
  },
};
