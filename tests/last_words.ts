/**
 * What somebody says last, whose socket is gone when the tee speaks to it.
 *
 * @module
 */

import { traceBytes } from "@qmp/run-state/replay";
import { assert } from "chai";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fakeQemu, greeting, joined, startBy } from "./recorder_process.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const lastWords = '{"return": {}, "id": "last"}\r\n' +
  `{"event": "E", "data": "${"x".repeat(3000)}"}\r\n` +
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", ' +
  '"data": {"guest": false, "reason": "host-qmp-quit"}}\r\n';

/** More than the buffer of a socket takes, so that the end of it waits in the tee. */
const farewell = (round: number) =>
  `{"event": "E", "data": "${"x".repeat(250_000 + 5_000 * round)}"}\r\n` +
  lastWords;

/** How often each is tried. */
const rounds = 100;

/** Sentences, each with what proves it of the program that the words run. */
export const lastWordsTests: Readonly<
  Record<string, (command: readonly string[]) => Promise<void>>
> = {
  async "record --tee loses nothing that QEMU says last to a client that speaks on"(
    command,
  ) {
    await using tee = await teeBy(command, (socket) => {
      socket.write(greeting);
      socket.on("data", (bytes) => {
        if (!bytes.includes("quit")) return;
        // What is sent now is never read.
        socket.removeAllListeners("data");
        socket.pause();
        socket.write(lastWords, () => socket.destroy());
      });
    });
    for (let round = 0; round < rounds; round++) {
      using client = await Deno.connect({ transport: "unix", path: tee.path });
      let isOver = false;
      const heard = hear(client).finally(() => isOver = true);
      await say(client, '{"execute":"quit"}');
      while (!isOver) await say(client, " ").catch(() => {});
      assert.equal(await heard, greeting + lastWords, `round ${round}`);
    }
    assert.equal(
      decoder.decode(traceBytes(await tee.ended(), "<-")),
      (greeting + lastWords).repeat(rounds),
    );
  },

  async "record --tee loses nothing that QEMU says last to a client that reads it late"(
    command,
  ) {
    await using tee = await teeBy(command, (socket, round) => {
      socket.write(greeting);
      socket.once("data", async () => {
        socket.pause();
        await pause(20);
        // What is unread then breaks the connection, behind all that was said.
        socket.write(farewell(round), () => socket.destroy());
      });
    });
    for (let round = 0; round < 5; round++) {
      using client = await Deno.connect({ transport: "unix", path: tee.path });
      // More than is read beforehand.
      await say(client, '{"execute":"quit"}' + " ".repeat(200_000));
      await pause(200);
      const expected = greeting + farewell(round);
      assert.equal(await hear(client), expected, `round ${round}`);
    }
    await tee.ended();
  },

  async "record --tee loses nothing that a client says that leaves while QEMU speaks"(
    command,
  ) {
    await using tee = await teeBy(command, (socket) => {
      socket.write(greeting);
      const talk = setInterval(() => socket.write(lastWords), 0);
      socket.on("close", () => clearInterval(talk));
      socket.on("end", () => socket.destroy());
    });
    const said = '{"execute":"qmp_capabilities"}{"execute":"stop"}';
    for (let round = 0; round < rounds; round++) {
      using client = await Deno.connect({ transport: "unix", path: tee.path });
      await client.read(new Uint8Array(1));
      for (const character of said) await say(client, character);
    }
    const file = await tee.ended();
    assert.deepEqual(
      tee.received().map((bytes) => decoder.decode(bytes)),
      Array<string>(rounds).fill(said),
    );
    assert.equal(
      decoder.decode(traceBytes(file, "->")),
      said.repeat(rounds),
    );
  },
};

/** A tee that goes on from client to client. */
interface Tee extends AsyncDisposable {
  /** Where clients come to. */
  readonly path: string;
  /**
   * Gives what QEMU was told by each client.
   *
   * @returns The bytes.
   */
  received(): Uint8Array[];
  /**
   * Ends it when QEMU has gone for the last time.
   *
   * @returns The trace.
   */
  ended(): Promise<Uint8Array>;
}

async function teeBy(
  command: readonly string[],
  greet: (socket: Socket, round: number) => void,
): Promise<Tee> {
  const dir = await mkdtemp(join(tmpdir(), "qmp-words-"));
  const [monitor, trace, path] = ["qmp", "t", "tee"].map((name) =>
    join(dir, name)
  ) as [string, string, string];
  const qemu = await fakeQemu(monitor, greet);
  const program = startBy(
    command,
    ...["record", monitor, "-o", trace, "--tee", path, "--reconnect"],
  );
  await program.says(/Listening/);
  let isKilled = false;
  return {
    path,
    received: () => qemu.received.map(joined),
    async ended() {
      const last = qemu.clients.at(-1)!;
      if (!last.closed) await once(last, "close");
      program.kill("SIGTERM");
      isKilled = true;
      assert.equal(await program.ended(), 0, program.err());
      return new Uint8Array(await readFile(trace));
    },
    async [Symbol.asyncDispose]() {
      if (!isKilled) program.kill("SIGKILL");
      await program.ended();
      await qemu[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

const pause = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, milliseconds));

async function hear(client: Deno.Conn): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const bytes of client.readable) parts.push(bytes);
  return decoder.decode(joined(parts));
}

async function say(client: Deno.Conn, text: string): Promise<void> {
  for (let bytes = encoder.encode(text); bytes.length > 0;) {
    bytes = bytes.subarray(await client.write(bytes));
  }
}
