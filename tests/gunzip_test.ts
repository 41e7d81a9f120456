/**
 * Packed files on the command line.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";
import { gzipSync } from "node:zlib";

import { fakeHost } from "./fake_host.ts";

function event(name: string, seconds: number): string {
  return `{"timestamp": {"seconds": ${seconds}, "microseconds": 5}, ` +
    `"event": "${name}"}\r\n`;
}

function events(from: number, count: number): string {
  return Array.from(
    { length: count },
    // Something that does not pack well, so that there is much to tear.
    (_, index) => event("STOP", (from + index) * 7919 % 1_000_003),
  ).join("");
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function validated(log: Uint8Array, chunk = Infinity): Promise<{
  code: number;
  messages: number;
  findings: string[];
}> {
  const host = fakeHost({ files: { log }, chunk });
  // By themselves: their times jump about.
  const args = ["validate", "--alone", "--json", "log"];
  const code = await main(args, host);
  const { messages, findings } = JSON.parse(host.out());
  return {
    code,
    messages,
    findings: findings.map((each: { code: string }) => each.code),
  };
}

const one = gzipSync(events(0, 300));
const other = gzipSync(events(300, 300));
const sizes = [Infinity, one.length, 1000, 7, 1];

Deno.test("validate unpacks what gzip packed, whatever the chunks", async () => {
  for (const size of sizes) {
    assert.deepEqual(
      await validated(one, size),
      { code: 0, messages: 300, findings: [] },
    );
  }
});

Deno.test("validate unpacks several members, and passes over zeros behind them", async () => {
  for (const size of sizes) {
    for (const padding of [0, 1, 512, 5000]) {
      const file = joined(one, other, new Uint8Array(padding));
      assert.deepEqual(
        await validated(file, size),
        { code: 0, messages: 600, findings: [] },
      );
    }
  }
});

Deno.test("validate gives what is certain of a torn file, and says TORN_GZIP", async () => {
  for (const size of sizes) {
    const { code, messages, findings } = await validated(
      joined(one, other).subarray(0, one.length + (other.length >> 1)),
      size,
    );
    assert.equal(code, 1);
    assert.isAbove(messages, 400);
    assert.isBelow(messages, 600);
    assert.deepEqual(findings.filter((each) => each === "TORN_GZIP"), [
      "TORN_GZIP",
    ]);
  }
});

Deno.test("report says after which line a packed file breaks off", async () => {
  const whole = event("STOP", 1) + event("RESUME", 2);
  const log = gzipSync(whole).subarray(0, -4);
  const host = fakeHost({ files: { log } });
  assert.equal(await main(["report", "log"], host), 1);
  assert.include(host.out(), "  line 2: fault TORN_GZIP: ");
  assert.include(host.out(), "  The log breaks off after line 2: ");
});

Deno.test("validate says TORN_GZIP of a file that is damaged in its middle", async () => {
  const file = joined(one, other);
  file.fill(0xff, one.length + 1000, one.length + 1100);
  const { code, messages, findings } = await validated(file);
  assert.equal(code, 1);
  assert.isAtLeast(messages, 300);
  assert.include(findings, "TORN_GZIP");
});

Deno.test("validate leaves what is not packed alone", async () => {
  const plain = new TextEncoder().encode(events(0, 3));
  for (const size of [Infinity, 1]) {
    assert.equal((await validated(plain, size)).messages, 3);
  }
  const stub = await validated(Uint8Array.of(0x1f));
  assert.deepEqual([stub.messages, stub.findings], [0, ["NOT_JSON"]]);
});
