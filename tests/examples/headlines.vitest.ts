// vitest run
import { describe, expect, test } from "vitest";
import { stringifyJson } from "@qmp/run-state";
import { edition } from "@qmp/run-state/editions";
import { covering, fixtures, hostile, spoilt } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { headlines } from "./headlines.js";

const release = edition("7.2");
const line = (message: unknown) =>
  new TextEncoder().encode(`${stringifyJson(message)}\r\n`);

test("a shutdown says why", () => {
  faker.seed(20210420);
  const { SHUTDOWN } = fixtures(faker, { edition: release });
  const event = SHUTDOWN({ data: { reason: "guest-panic" } });
  expect(event.data.guest).toBe(true);
  expect(headlines([line(event)])).toEqual(["shut down: guest-panic"]);
});

test("whatever QEMU can say has a headline", () => {
  for (const message of covering(release)) {
    expect(headlines([line(message)])[0]).not.toMatch(/^not taken/);
  }
});

describe("a spoilt event is not taken, for the right reason", () => {
  // A stream has objects in it, not all that JSON has; and the text of an
  // unsafe number has all digits, and is right.
  const events = spoilt(release).filter(({ name, kind, input }) =>
    name.startsWith("event ") && kind !== "unsafe-number" &&
    typeof input === "object" && input !== null
  );
  test.each(events)("$name", ({ input, findings: [{ code, path }] }) => {
    const headline = `not taken: ${code} at ${path.join(".")}`;
    expect(headlines([line(input)])).toEqual([headline]);
  });
});

test("two messages in a chunk are two headlines", () => {
  const { chunks } = hostile["two-messages-in-a-chunk"];
  const came = [...chunks()].filter(({ direction }) => direction === "<-");
  expect(headlines(came.map(({ bytes }) => bytes))).toEqual([
    ...["greeting", "return", "STOP", "return"],
  ]);
});
