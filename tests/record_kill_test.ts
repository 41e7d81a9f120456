/**
 * Kills a recorder at random moments, again and again, and lets it go on: what
 * it has told must be in the file. 20 times, or as often as is asked for:
 *
 *     deno test --allow-all tests/record_kill_test.ts -- 100
 *
 * @module
 */

import { read, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";
import { Buffer } from "node:buffer";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fakeQemu, greeting, joined, start } from "./recorder_process.ts";

const kills = Number(Deno.args[0] ?? 20);
const seed = 20251125;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

const draw = chance(seed);
const encoder = new TextEncoder();

/** Says numbered messages without end, short and long ones, in pieces of any size. */
function chatter(socket: Socket, said: Uint8Array[]): void {
  let count = 0;
  const say = (text: string) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) {
      const size = Math.ceil(draw() ** 4 * 300_000);
      const piece = bytes.slice(at, at + size);
      said.push(piece);
      socket.write(piece);
      at += size;
    }
  };
  const more = () => {
    if (socket.destroyed) return;
    // No more than the recorder takes.
    if (socket.writableLength < 1 << 20) {
      const filler = "x".repeat(draw() ** 8 * 1_000_000);
      say(
        `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "E", "data": {"count": ${count++}, "filler": "${filler}"}}\r\n`,
      );
    }
    setTimeout(more, draw() * 2);
  };
  say(greeting);
  more();
}

/** What came from QEMU over each connection, by the whole lines of a trace. */
function connectionsIn(file: string): Uint8Array[] {
  const connections: Uint8Array[][] = [[]];
  for (const text of file.split("\n").slice(1)) {
    let line: unknown[];
    try {
      line = JSON.parse(text);
    } catch {
      continue;
    }
    if (line[1] === "reconnect") connections.push([]);
    if (line[1] === "<-") {
      connections.at(-1)!.push(encoder.encode(String(line[2])));
    }
  }
  return connections.map(joined);
}

Deno.test(`record loses nothing that it told of in ${kills} kills`, async () => {
  const dir = await mkdtemp(join(tmpdir(), "qmp-kill-"));
  const said: Uint8Array[][] = [];
  try {
    await using qemu = await fakeQemu(join(dir, "qmp"), (socket, index) => {
      chatter(socket, said[index] = []);
    });
    const trace = join(dir, "trace.jsonl");
    let before = "";
    let torn = 0;
    for (let kill = 0; kill < kills; kill++) {
      const program = start(
        "record",
        join(dir, "qmp"),
        ...["-o", trace, "--progress"],
      );
      // On a busy machine nothing may come in the time that follows; three times
      // in four it has heard more than the greeting before.
      await program.says(kill % 4 === 0 ? /written\n/ : /, \d{4,} bytes/);
      await new Promise((done) => setTimeout(done, draw() * 150));
      program.kill("SIGKILL");
      await program.ended();

      const told = [...program.out().matchAll(/^(\d+) lines?, (\d+) bytes/gm)];
      const [, lines, bytes] = told.at(-1)!;
      const file = await readFile(trace, "utf8");
      assert.isTrue(file.startsWith(before), "what was there is there");
      let added = file.slice(before.length);
      // That ends a line that was torn.
      if (kill > 0 && !before.endsWith("\n")) added = added.slice(1);
      assert.isAtLeast(encoder.encode(added).length, Number(bytes));
      const whole = added.slice(0, added.lastIndexOf("\n") + 1);
      assert.isAtLeast(whole.split("\n").length - 1, Number(lines));
      for (const line of whole.trimEnd().split("\n")) JSON.parse(line);
      if (!file.endsWith("\n")) torn += 1;
      before = file;
    }
    assert.lengthOf(qemu.clients, kills);

    const found = connectionsIn(before);
    assert.lengthOf(found, kills);
    for (const [index, bytes] of found.entries()) {
      // Not deepEqual(), which takes seconds.
      const expected = joined(said[index]!).subarray(0, bytes.length);
      assert.isTrue(Buffer.from(bytes).equals(expected), `kill ${index}`);
    }
    // The first moment may come before the first message.
    const heard = found.filter(({ length }) => length > greeting.length);
    assert.isAbove(heard.length, kills / 2);

    const source = traceSource();
    const records = [...source.push(encoder.encode(before)), ...source.end()];
    const codes = read(records).entries.flatMap(({ findings }) =>
      findings.map(({ code }) => code)
    );
    assert.lengthOf(codes.filter((code) => code === "UNHEARD"), kills - 1);
    assert.lengthOf(codes.filter((code) => code === "TORN_LINE"), torn);
    assert.isEmpty(
      codes.filter((code) => !/^(UNHEARD|TORN_LINE|NOT_JSON)$/.test(code)),
    );
    console.log(`${kills} kills, ${torn} of them in the middle of a line`);
  } finally {
    await rm(dir, { recursive: true });
  }
});
