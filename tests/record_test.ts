/**
 * `record` as a process, on real sockets and real disks.
 *
 * @module
 */

import { traceBytes } from "@qmp/run-state/replay";
import { assert } from "chai";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { append } from "../src/cli/node_file.ts";
import { connect as connectTo } from "../src/cli/node_socket.ts";
import { lastWordsTests } from "./last_words.ts";
import {
  fakeQemu,
  greeting,
  joined,
  onDeno,
  start,
} from "./recorder_process.ts";

const decoder = new TextDecoder();

/** The two clients: one ends no line and does not wait, one is like libvirt. */
const habits: Readonly<Record<string, readonly string[]>> = {
  "pipelines without line ends": [
    '{"execute":"qmp_capabilities"}{"execute":"que',
    "ry-status\"}{'execute':'stop'}",
  ],
  "waits, and ends lines with CRLF": [
    '{"execute":"qmp_capabilities","id":"libvirt-1"}\r\n',
    '{"execute":"query-status","id":"libvirt-2"}\r\n',
  ],
};

/** A long event. */
const event = `{"event": "E", "data": "${"x".repeat(65000)}"}\r\n`;

async function withFolder(
  use: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "qmp-record-"));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

function record(sentence: string, use: (dir: string) => Promise<void>): void {
  Deno.test(`record ${sentence}`, () => withFolder(use));
}

/** Greets, and answers each `}` of depth 0 that comes. */
function answering(socket: Socket): void {
  socket.write(greeting);
  socket.on("data", (bytes) => {
    const commands = decoder.decode(bytes).match(/execute/g) ?? [];
    for (const _ of commands) socket.write('{"return": {}}\r\n');
  });
  socket.on("end", () => socket.end());
}

/** What a client hears until its connection ends. */
async function heardBy(socket: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of socket) parts.push(new Uint8Array(bytes));
  return joined(parts);
}

const pause = (milliseconds: number) =>
  new Promise<void>((done) => setTimeout(done, milliseconds));

const gone = (path: string) => stat(path).then(() => false, () => true);

for (const [habit, pieces] of Object.entries(habits)) {
  record(
    `--tee serves a client that ${habit}, and half closes`,
    async (dir) => {
      await using qemu = await fakeQemu(join(dir, "qmp"), answering);
      const trace = join(dir, "t.jsonl");
      const tee = join(dir, "tee");
      const program = start(
        "record",
        join(dir, "qmp"),
        "-o",
        trace,
        "--tee",
        tee,
      );
      await program.says(/Listening/);
      for (let round = 0; round < 2; round++) {
        const client = connect({ path: tee, allowHalfOpen: true });
        const heard = heardBy(client);
        for (const piece of pieces) {
          client.write(piece);
          await new Promise((done) => setTimeout(done, 20));
        }
        client.end();
        const text = decoder.decode(await heard);
        assert.isTrue(text.startsWith(greeting));
        assert.lengthOf(
          text.slice(greeting.length).match(/return/g)!,
          pieces.join("").match(/execute/g)!.length,
        );
        assert.equal(
          decoder.decode(joined(qemu.received[round]!)),
          pieces.join(""),
        );
      }
      program.kill("SIGTERM");
      assert.equal(await program.ended(), 0);
      assert.equal(program.err(), "");
      const file = new Uint8Array(await readFile(trace));
      const twice = pieces.join("").repeat(2);
      assert.equal(decoder.decode(traceBytes(file, "->")), twice);
      assert.lengthOf(decoder.decode(file).match(/"reconnect"/g)!, 1);
      assert.isTrue(await gone(tee));
      // Others have no business with it.
      assert.equal((await stat(trace)).mode & 0o77, 0);
    },
  );
}

record(
  "--tee lets a second client wait for the first to leave",
  async (dir) => {
    await using qemu = await fakeQemu(join(dir, "qmp"), answering);
    const tee = join(dir, "tee");
    const program = start(
      "record",
      join(dir, "qmp"),
      "-o",
      join(dir, "t"),
      "--tee",
      tee,
    );
    await program.says(/Listening/);
    const first = connect(tee);
    await once(first, "data");
    const second = connect(tee);
    const greeted = once(second, "data");
    await new Promise((done) => setTimeout(done, 100));
    assert.lengthOf(qemu.clients, 1);
    first.destroy();
    await greeted;
    assert.lengthOf(qemu.clients, 2);
    second.destroy();
    program.kill("SIGINT");
    assert.equal(await program.ended(), 0);
  },
);

record("--tee reads no more of QEMU than its client takes", async (dir) => {
  const total = 16 << 20;
  let written = 0;
  await using _ = await fakeQemu(join(dir, "qmp"), (socket) => {
    const more = () => {
      while (written < total && socket.write(event)) written += event.length;
      if (written >= total) socket.end();
    };
    socket.on("drain", more);
    more();
  });
  const tee = join(dir, "tee");
  const trace = join(dir, "t");
  const program = start("record", join(dir, "qmp"), "-o", trace, "--tee", tee);
  await program.says(/Listening/);
  const client = connect(tee);
  await once(client, "connect");
  let before = -1;
  while (written !== before) {
    before = written;
    await new Promise((done) => setTimeout(done, 300));
  }
  // What lies in the buffers of two sockets.
  assert.isBelow(written, total / 4);
  assert.isBelow((await stat(trace)).size, total / 4);
  let heard = 0;
  for await (const bytes of client) heard += bytes.length;
  assert.isAtLeast(heard, total);
  assert.equal(await program.ended(), 1);
  const file = new Uint8Array(await readFile(trace));
  assert.equal(traceBytes(file, "<-").length, heard);
});

record(
  "--tee gives a slow client all that QEMU said before it ended",
  async (dir) => {
    const said = greeting + event.repeat(20);
    await using _ = await fakeQemu(
      join(dir, "qmp"),
      (socket) => socket.end(said),
    );
    const tee = join(dir, "tee");
    const program = start(
      "record",
      join(dir, "qmp"),
      ...["-o", join(dir, "t"), "--tee", tee],
    );
    await program.says(/Listening/);
    const client = connect(tee);
    await new Promise((done) => setTimeout(done, 2500));
    assert.lengthOf(await heardBy(client), said.length);
    assert.equal(await program.ended(), 1);
  },
);

for (const [sentence, prove] of Object.entries(lastWordsTests)) {
  Deno.test(sentence, () => prove(onDeno));
}

record("--tee ends with QEMU while a client goes on talking", async (dir) => {
  await using _ = await fakeQemu(join(dir, "qmp"), (socket) => {
    socket.write(greeting);
    setTimeout(() => socket.destroy(), 200);
  });
  const tee = join(dir, "tee");
  const program = start(
    "record",
    join(dir, "qmp"),
    ...["-o", join(dir, "t"), "--tee", tee],
  );
  await program.says(/Listening/);
  const client = connect(tee);
  client.on("error", () => {});
  client.resume();
  const talk = setInterval(() => client.write('{"execute":"stop"}'), 1);
  assert.equal(await program.ended(), 1);
  clearInterval(talk);
  client.destroy();
  assert.match(program.err(), /QEMU ended the connection|broke/);
});

Deno.test("connect() to a host that does not answer is cut short by its signal", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname: host, port } = listener.addr;
  // The system answers for it, until as many wait as it lets.
  const waiting: Socket[] = [];
  for (let isAnswered = true; isAnswered;) {
    const socket = connect(port, host);
    waiting.push(socket);
    isAnswered = await Promise.race([once(socket, "connect"), pause(300)]) !==
      undefined;
  }
  const outcome = await Promise.race([
    connectTo({ host, port }, AbortSignal.timeout(50))
      .catch((error: Error) => error.name),
    pause(5_000),
  ]);
  for (const each of waiting) each.destroy();
  assert.equal(outcome, "AbortError");
});

record("takes over the socket of a tee that was killed", async (dir) => {
  await using _ = await fakeQemu(join(dir, "qmp"), answering);
  const tee = join(dir, "tee");
  const args = ["record", join(dir, "qmp"), "-o", join(dir, "t"), "--tee", tee];
  const first = start(...args);
  await first.says(/Listening/);
  const other = start(...args);
  assert.equal(await other.ended(), 2);
  assert.match(other.err(), /Cannot listen on ".*tee": it is in use\n$/);
  first.kill("SIGKILL");
  await first.ended();
  const second = start(...args);
  await second.says(/Listening/);
  second.kill("SIGTERM");
  assert.equal(await second.ended(), 0);
});

record("says that QEMU died, and that its socket vanished", async (dir) => {
  const place = join(dir, "qmp");
  const trace = join(dir, "t");
  {
    await using qemu = await fakeQemu(place, (socket) => {
      socket.write(greeting);
      // The second command may find it dead.
      socket.once("data", () => {
        socket.write('{"return": {}}\r\n{"timest', () => socket.destroy());
      });
    });
    const program = start("record", place, "-o", trace);
    assert.equal(await program.ended(), 1);
    assert.match(
      program.err(),
      /^qmp-run-state: ".*qmp": (QEMU ended|the connection broke).*\n$/,
    );
    assert.lengthOf(qemu.clients, 1);
    const file = await readFile(trace);
    const text = decoder.decode(traceBytes(new Uint8Array(file), "<-"));
    assert.isTrue(text.startsWith(greeting) && text.endsWith('{"timest'));
  }
  const none = start("record", place, "-o", trace);
  assert.equal(await none.ended(), 2);
  assert.match(
    none.err(),
    /^qmp-run-state: Cannot read ".*qmp": there is no such file\n$/,
  );
});

record("says what is no socket, and leaves it as it is", async (dir) => {
  const [file, folder, qmp] = ["file", "folder", "qmp"]
    .map((name) => join(dir, name)) as [string, string, string];
  await writeFile(file, "precious");
  await mkdir(folder);
  await using _ = await fakeQemu(qmp, answering);
  const long = join(dir, "x".repeat(107));
  const length = new RegExp(
    `: its path has ${long.length} bytes, and that of a socket may have 107\n$`,
  );
  const trace = join(dir, "t");
  const to = (place: string) => ["record", qmp, "-o", trace, "--tee", place];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["record", file, "-o", trace], /Cannot read ".*": it is no socket\n$/],
    [["follow", folder], /Cannot read ".*": it is no socket\n$/],
    [["follow", long], length],
    [["follow", "localhost:0"], /"localhost:0": a port is a number from 1 to/],
    [to(file), /Cannot listen on ".*file": there is something else\n$/],
    [to(folder), /Cannot listen on ".*folder": there is something else\n$/],
    [to(long), length],
    [to("localhost:65536"), /: a port is a number from 1 to 65535; see/],
    [to(join(dir, "none", "tee")), /: there is no such folder\n$/],
    [to(""), /Cannot listen nowhere: --tee is empty; see/],
    [
      ["record", qmp, "-o", join(dir, "none", "t")],
      /: there is no such folder/,
    ],
  ];
  for (const [args, sentence] of cases) {
    const program = start(...args);
    assert.equal(await program.ended(), 2, args.join(" "));
    assert.match(program.err(), sentence);
  }
  assert.equal(await readFile(file, "utf8"), "precious");
  assert.isTrue((await stat(folder)).isDirectory());
  assert.isTrue(await gone(trace));
});

record(
  "says after ten seconds without a greeting that a monitor may have another client",
  async (dir) => {
    const path = join(dir, "qmp");
    await using _ = await fakeQemu(path, () => {});
    const alone = start("record", path, "-o", join(dir, "t"));
    const follower = start("follow", path, "--once");
    for (const each of [alone, follower]) {
      await each.ended();
      assert.match(
        each.err(),
        /: the connection broke: no greeting came for 10 seconds; a monitor has one client at a time, and this one may have another\n$/,
      );
    }
  },
);

record(
  "says that its file was deleted, and writes to nothing no longer",
  async (dir) => {
    const trace = join(dir, "t");
    await using qemu = await fakeQemu(join(dir, "qmp"), answering);
    const program = start(
      "record",
      join(dir, "qmp"),
      "-o",
      trace,
      "--progress",
    );
    await program.says(/^6 lines/m);
    await rm(trace);
    qemu.clients[0]!.end(event);
    assert.equal(await program.ended(), 2);
    assert.match(program.err(), /: Cannot write ".*t": it was deleted\n$/);
  },
);

record("leaves a file to the recorder that began it", async (dir) => {
  const path = join(dir, "t");
  const first = append(path);
  first.write("1\n");
  const second = append(path);
  second.write("2\n");
  first.write("3\n");
  assert.throws(
    () => second.write("4\n"),
    "something else writes to it, too",
  );
  first.write("5\n");
  for (const each of [first, second]) each.close();
  assert.equal(await readFile(path, "utf8"), "1\n2\n3\n4\n5\n");
});

record("--reconnect goes on when QEMU is there again", async (dir) => {
  const place = join(dir, "qmp");
  const trace = join(dir, "t");
  let program;
  {
    await using _ = await fakeQemu(place, answering);
    program = start("record", place, "-o", trace, "--reconnect", "--progress");
    await program.says(/^6 lines/m);
  }
  await new Promise((done) => setTimeout(done, 300));
  await using _ = await fakeQemu(place, answering);
  await program.says(/^12 lines/m);
  program.kill("SIGTERM");
  assert.equal(await program.ended(), 0);
  const file = await readFile(trace, "utf8");
  assert.lengthOf(file.match(/"reconnect"/g)!, 1);
  assert.lengthOf(file.match(/query-status/g)!, 2);
});

/** Says more than there is room for. */
function babbling(socket: Socket): void {
  socket.write(greeting);
  socket.on("data", () => {
    for (let count = 0; count < 3000; count++) {
      socket.write(`{"event": "E", "data": ${count}}\r\n`);
    }
  });
}

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
if (!isRoot) {
  console.log("SKIPPED: the test of a full disk needs to mount one, as root");
}

Deno.test({
  name: "record says that the disk is full, and leaves a sound trace on it",
  ignore: !isRoot,
  fn: () =>
    withFolder(async (dir) => {
      await using _ = await fakeQemu(join(dir, "qmp"), babbling);
      const disk = join(dir, "disk");
      await mkdir(disk);
      const mount = spawnSync("mount", [
        ...["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk],
      ]);
      if (mount.status !== 0) {
        console.log("SKIPPED: no disk can be mounted here");
        return;
      }
      try {
        const trace = join(disk, "t");
        const program = start("record", join(dir, "qmp"), "-o", trace);
        assert.equal(await program.ended(), 2);
        assert.match(
          program.err(),
          /^qmp-run-state: Cannot write ".*": there is no room left\n$/,
        );
        const file = await readFile(trace, "utf8");
        assert.isAbove(file.length, 60_000);
        assert.isTrue(file.endsWith("\n"));
        for (const line of file.trimEnd().split("\n")) JSON.parse(line);
        const counts = [...file.matchAll(/\\"data\\": (\d+)/g)];
        assert.deepEqual(
          counts.map(([, count]) => Number(count)),
          counts.map((_, index) => index),
        );
      } finally {
        spawnSync("umount", [disk]);
      }
    }),
});
