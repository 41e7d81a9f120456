/**
 * Fixtures against a real QEMU 7.2: it takes every valid command, and answers
 * every spoilt one with what the label says.
 *
 * @module
 */

import { assert } from "chai";
import process from "node:process";
import { qemuVersion } from "../scripts/qemu.ts";
import { edition } from "../src/editions/edition.ts";
import { verdict } from "../src/editions/verdict.ts";
import { covering } from "../src/fixtures/covering.ts";
import { fixtures } from "../src/fixtures/make.ts";
import { samples } from "../src/fixtures/sample.ts";
import { spoil, spoilt } from "../src/fixtures/spoilt.ts";
import { textFaults } from "../src/fixtures/text_faults.ts";
import type { JsonObject } from "../src/wire/json.ts";
import { stringifyJson } from "../src/wire/stringify_json.ts";
import { type Answer, monitorOver, spawnQemu } from "./live_monitor.ts";

const version = await qemuVersion("x86_64") ?? "none";
const fitting = version.startsWith("7.2.");
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: fixtures are held against QEMU 7.2 for x86_64; found ${version}`,
  );
}

const release = edition("7.2");

/** A command, and the error that QEMU must answer; none where it must obey. */
interface Labelled {
  readonly name: string;
  readonly text: string;
  readonly error?: { readonly class: string; readonly desc: string };
}

function validCommands(): Labelled[] {
  // Small, and the same everywhere.
  let state = 20260215;
  const int = (
    { min, max }: { readonly min: number; readonly max: number },
  ) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return min + Math.floor(state / 2 ** 32 * (max - min + 1));
  };
  const { $command } = fixtures({ number: { int } }, { edition: release });
  const made: readonly object[] = [
    ...samples(release).map(({ message }) => message),
    ...covering(release),
    ...Array.from({ length: 500 }, () => $command()),
  ];
  return made.filter((message) => "execute" in message)
    .map((message, index) => ({
      name: `valid ${index}`,
      text: stringifyJson(message),
    }));
}

function spoiltCommands(): Labelled[] {
  const commands = samples(release).filter(({ kind }) => kind === "command");
  const chosen = commands.flatMap(({ message }) => {
    const some: Labelled[] = [];
    for (let way = 0; way < 200; way++) {
      const made = spoil(message, {
        edition: release,
        pick: (ways) => ways[way % ways.length]!,
      });
      some.push(labelled(made));
    }
    return some;
  });
  return [
    ...spoilt(release).filter((each) => each.verdict).map(labelled),
    ...chosen,
  ];
}

function labelled(
  { name, input, verdict }: ReturnType<typeof spoil>,
): Labelled {
  assert.isTrue(verdict?.kind === "refused" && verdict.exact, name);
  if (verdict?.kind !== "refused") throw new Error(name);
  return { name, text: stringifyJson(input), error: verdict.error };
}

/** The faults of texts as QEMU's own reader sees them: `verdict()` labels them. */
function spoiltTexts(): Labelled[] {
  const command: JsonObject = { execute: "query-status", id: "text" };
  return textFaults(command).flatMap((fault): Labelled[] => {
    if (fault.judge !== "safeParseJson" || fault.kind === "too-large") {
      return [];
    }
    const text = fault.text();
    const judged = verdict(text, { edition: release });
    // QEMU waits for the rest of a text that breaks off, and answers twice
    // where one goes on behind its value: the other test sees to these.
    if (judged.kind !== "refused" || !judged.exact) return [];
    return [{ name: fault.name, text, error: judged.error }];
  });
}

function disagreement(
  { name, text, error }: Labelled,
  answers: readonly Answer[],
): string[] {
  const [first] = answers;
  const agrees = error === undefined
    ? answers.length === 2 && first?.return !== undefined
    : first?.error?.class === error.class && first.error.desc === error.desc;
  return agrees ? [] : [
    `${name}: ${text}\n  label: ${JSON.stringify(error)}\n  QEMU: ${
      JSON.stringify(answers)
    }`,
  ];
}

Deno.test({
  name: "fixtures get from QEMU 7.2 the answers on their labels",
  ignore: !fitting && !required,
  async fn() {
    assert.match(version, /^7\.2\./);
    const qemu = spawnQemu(["-qmp", "stdio"]);
    try {
      const monitor = monitorOver(qemu.stdout, qemu.stdin);
      await monitor.next();
      qemu.stdin.write('{"execute": "qmp_capabilities"}');
      assert.deepEqual(await monitor.next(), { return: {} });

      const valid = validCommands();
      const wrong = spoiltCommands();
      const texts = spoiltTexts();
      assert.isAtLeast(valid.length, 500);
      assert.isAtLeast(wrong.length, 500);
      assert.isAtLeast(texts.length, 8);
      const all = [...valid, ...wrong, ...texts];
      const answers = await monitor.ask(all.map(({ text }) => text));
      const found = all.flatMap((each, index) =>
        disagreement(each, answers[index]!)
      );
      console.log(
        `${valid.length} valid commands, ${wrong.length} spoilt, ` +
          `${texts.length} spoilt texts: ${found.length} disagreements`,
      );
      assert.deepEqual(found, []);
    } finally {
      qemu.kill("SIGKILL");
    }
  },
});
