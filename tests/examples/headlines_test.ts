// deno test
import assert from "node:assert/strict";
import { stringifyJson } from "@qmp/run-state";
import { edition } from "@qmp/run-state/editions";
import { covering, fixtures, hostile, spoilt } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { headlines } from "./headlines.js";

const release = edition("7.2");
const line = (message: unknown) =>
  new TextEncoder().encode(`${stringifyJson(message)}\r\n`);

Deno.test("a shutdown says why", () => {
  faker.seed(20210420);
  const { SHUTDOWN } = fixtures(faker, { edition: release });
  const event = SHUTDOWN({ data: { reason: "guest-panic" } });
  assert.equal(event.data.guest, true);
  assert.deepEqual(headlines([line(event)]), ["shut down: guest-panic"]);
});

Deno.test("whatever QEMU can say has a headline", () => {
  for (const message of covering(release)) {
    assert.doesNotMatch(headlines([line(message)])[0]!, /^not taken/);
  }
});

Deno.test("a spoilt event is not taken, for the right reason", async (t) => {
  for (const { name, kind, input, findings } of spoilt(release)) {
    // The text of an unsafe number has all digits, and is right.
    if (!name.startsWith("event ") || kind === "unsafe-number") continue;
    // A stream has objects in it, not all that JSON has.
    if (typeof input !== "object" || input === null) continue;
    await t.step(name, () => {
      const [{ code, path }] = findings;
      const headline = `not taken: ${code} at ${path.join(".")}`;
      assert.deepEqual(headlines([line(input)]), [headline]);
    });
  }
});

Deno.test("two messages in a chunk are two headlines", () => {
  const { chunks } = hostile["two-messages-in-a-chunk"];
  const came = [...chunks()].filter(({ direction }) => direction === "<-");
  assert.deepEqual(headlines(came.map(({ bytes }) => bytes)), [
    ...["greeting", "return", "STOP", "return"],
  ]);
});
