/**
 * Sessions against a real QEMU 7.2: it is sent what the client of the session
 * sends, its machine is made to do what the guest does, and it must say what the
 * session says, message by message, but for times and addresses.
 *
 * Without QEMU 7.2 these tests are skipped, and say so; with
 * `QMP_LIVE=required` its absence is a failure.
 *
 * @module
 */

import { edition } from "@qmp/run-state/editions";
import {
  chunkRecords,
  fixtures,
  normalize,
  scenarios,
  type Session,
} from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { read } from "@qmp/run-state/replay";
import { assert } from "chai";
import process from "node:process";

import { type Qemu, type QemuOptions, qemuVersion } from "../scripts/qemu.ts";
import {
  bare,
  keyOf,
  type Play,
  plays,
  reach,
  recorded,
  unplayed,
} from "./session_plays.ts";

const installed = await Promise.all(
  (["x86_64", "s390x"] as const).map(qemuVersion),
);
const fitting = installed.every((version) => version?.startsWith("7.2."));
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  const [x86 = "none", s390 = "none"] = installed;
  console.log(
    `SKIPPED: the live tests of sessions need QEMU 7.2 for x86_64 and s390x; found ${x86} and ${s390}`,
  );
}

const release = edition("7.2");

function optionsFor({ options = {} }: Play): QemuOptions {
  const machine = options.target === "s390x" ? {} : bare;
  return {
    ...machine,
    ...options,
    args: [...machine.args ?? [], ...options.args ?? []],
    files: { ...machine.files, ...options.files },
  };
}

/** Has QEMU play a session, up to its end; says how long it took from its first poke to the event of its last. */
async function play(
  qemu: Qemu,
  { messages }: Session,
  { prepare, pokes = {} }: Play,
): Promise<number> {
  await prepare?.(qemu);
  const due = new Map(Object.entries(pokes));
  let begun: number | undefined;
  let took = 0;
  const [, ...rest] = messages;
  for (const each of rest) {
    const { direction, message, text, state } = each;
    if (direction === "->") {
      // A silent change takes its time.
      await reach(qemu, state);
      qemu.monitor.send(text);
    } else if ("event" in message) {
      const key = keyOf(each);
      const poke = due.get(key);
      if (poke) begun ??= performance.now();
      await poke?.(qemu);
      due.delete(key);
      await qemu.monitor.event(String(message["event"]));
      if (poke) took = performance.now() - begun!;
    } else await qemu.monitor.reply();
  }
  assert.deepEqual([...due.keys()], [], "nothing in the session asks for it");
  await qemu.ended();
  return took;
}

for (const { name, about } of scenarios(release)) {
  const how = plays[name];
  if (!how) continue;
  Deno.test({
    name: `live: session() says what QEMU says: ${name}: ${about}`,
    ignore: !fitting && !required,
    async fn() {
      faker.seed(20201211);
      const session = fixtures(faker, { edition: release })
        .session({ scenario: name });
      const { entries } = read(chunkRecords(session.chunks()));
      let said: string;
      let took = 0;
      do {
        said = await recorded(session, optionsFor(how), async (qemu) => {
          took = await play(qemu, session, how);
        });
      } while (took > (how.within ?? Infinity));
      const lines = said.split("\n").filter((line) =>
        !how.besides || !line.endsWith(`"event": "${how.besides[0]}"}`)
      );
      assert.equal(lines.join("\n"), normalize(entries));
    },
  });
}

Deno.test({
  name: "live: session() is played in each scenario that can be",
  ignore: !fitting && !required,
  fn() {
    const all = scenarios(release).map(({ name }) => name);
    const played = Object.keys(plays);
    assert.sameMembers(all, [...played, ...Object.keys(unplayed)]);
    const not = Object.entries(unplayed).map(([name, why]) =>
      `${name} (${why})`
    );
    const besides = Object.entries(plays).flatMap(([name, { besides }]) =>
      besides ? `${name} without ${besides.join(", for ")}` : []
    );
    console.log(
      `${played.length} of ${all.length} scenarios played; not ${
        not.join(", ")
      }. Compared is each message and its place, but for times, addresses and the version; ${
        besides.join("; ")
      }`,
    );
  },
});
