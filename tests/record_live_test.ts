/**
 * Recording and following a real QEMU 7.2, with the program as a process.
 *
 * Without QEMU 7.2 these tests are skipped, and say so; with
 * `QMP_LIVE=required` its absence is a failure.
 *
 * @module
 */

import { editionFor, witness } from "@qmp/run-state/editions";
import {
  attach,
  follow,
  read,
  recorder,
  type Step,
  traceBytes,
  traceSource,
  tracker,
} from "@qmp/run-state/replay";
import { assert } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Duplex } from "node:stream";

import { qemuVersion } from "../scripts/qemu.ts";
import { joined, start } from "./recorder_process.ts";

const version = await qemuVersion("x86_64");
const fitting = version?.startsWith("7.2.") ?? false;
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: the live tests of recording need QEMU 7.2 for x86_64; found ${
      version ?? "none"
    }`,
  );
}

function live(
  sentence: string,
  test: (dir: string) => Promise<void>,
): void {
  Deno.test({
    name: `live: ${sentence}`,
    ignore: !fitting && !required,
    async fn() {
      const dir = await mkdtemp(join(tmpdir(), "qmp-record-"));
      try {
        await test(dir);
      } finally {
        await rm(dir, { recursive: true });
      }
    },
  });
}

interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
}

/** Starts a QEMU that listens on the socket `qmp`, and on others. */
async function qemuIn(
  dir: string,
  ...others: readonly string[]
): Promise<Running> {
  const paths = ["qmp", ...others].map((name) => join(dir, name));
  for (const path of paths) await rm(path, { force: true });
  const ready = join(dir, "ready");
  const server = createServer((socket) => void socket.destroy()).listen(ready);
  await once(server, "listening");
  const child = spawn("qemu-system-x86_64", [
    ...["-M", "pc", "-nodefaults", "-display", "none", "-accel", "tcg"],
    ...paths.flatMap((path) => ["-qmp", `unix:${path},server=on,wait=off`]),
    // It sets up sockets in their order: this one when it listens on the others.
    ...["-chardev", `socket,id=ready,path=${ready}`],
  ], { cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
  const closed = once(child, "close");
  await Promise.race([
    once(server, "connection"),
    closed.then(([code]) => assert.fail(`QEMU ended with ${code}`)),
  ]);
  server.close();
  return {
    child,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

const pause = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, milliseconds));

/** A client that keeps what passes. */
interface Client extends Disposable {
  readonly sent: Uint8Array[];
  readonly heard: Uint8Array[];
  /** When nothing more comes. */
  readonly ended: Promise<void>;
  send(text: string): void;
  hears(what: RegExp): Promise<void>;
  /** Says that no more is sent. */
  finish(): Promise<void>;
}

/**
 * Not by node:net, whose sockets forget what QEMU said last where they speak on
 * when it closes.
 */
async function client(path: string): Promise<Client> {
  const socket = await Deno.connect({ transport: "unix", path });
  const sent: Uint8Array[] = [];
  const heard: Uint8Array[] = [];
  let isOver = false;
  let wake = () => {};
  async function hear(): Promise<void> {
    const room = new Uint8Array(64 * 1024);
    while (!isOver) {
      const size = await socket.read(room).catch(() => null);
      if (size === null) isOver = true;
      else heard.push(room.slice(0, size));
      wake();
    }
  }
  let saying = Promise.resolve();
  async function say(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await socket.write(rest));
    }
  }
  const ended = hear();
  return {
    sent,
    heard,
    ended,
    send(text) {
      const bytes = new TextEncoder().encode(text);
      sent.push(bytes);
      saying = saying.then(() => say(bytes)).catch(() => {});
    },
    async hears(what) {
      const text = () => new TextDecoder().decode(joined(heard));
      while (!what.test(text())) {
        if (isOver) assert.fail(`no ${what}, but ${text()}`);
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    async finish() {
      await saying;
      await socket.closeWrite();
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

function stepsOf(trace: Uint8Array): Step[] {
  const source = traceSource({ quotes: "both" });
  const records = [...source.push(trace), ...source.end()];
  const { entries } = read(records, {
    edition: editionFor("7.2"),
    extensions: true,
    policy: "strict",
  });
  return tracker({ witness: witness("7.2") }).push(entries);
}

const faults = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ entry, findings }) => [...entry.findings, ...findings])
    .filter(({ severity }) => severity === "fault")
    .map(({ message }) => message);

live(
  "a conversation through record --tee is replayed, valid and whole",
  async (dir) => {
    await using _ = await qemuIn(dir);
    const tee = join(dir, "tee");
    const trace = join(dir, "t.jsonl");
    const program = start(
      "record",
      join(dir, "qmp"),
      "-o",
      trace,
      "--tee",
      tee,
    );
    await program.says(/Listening/);

    using first = await client(tee);
    await first.hears(/QMP/);
    // All at once, without line ends, and with QEMU's own quotes.
    first.send(
      '{"execute":"qmp_capabilities"}{"execute":"query-status"}' +
        '{\'execute\':\'query-qmp-schema\'}{"execute":"stop","id":1}',
    );
    await first.hears(/"id": 1\}/);
    await first.finish();
    await first.ended;

    using second = await client(tee);
    await second.hears(/QMP/);
    const commands = [
      "qmp_capabilities",
      "query-status",
      "cont",
      "system_reset",
      "query-status",
      "quit",
    ];
    for (const [index, name] of commands.entries()) {
      const id = `libvirt-${index}`;
      // Cut where it hurts; QEMU has closed when the end of `quit` is sent.
      for (const character of `{"execute":"${name}","id":"${id}"}\r\n`) {
        second.send(character);
        if (character === '"') await pause(1);
      }
      if (name !== "quit") await second.hears(new RegExp(`"id": "${id}"`));
    }
    await second.ended;
    assert.equal(await program.ended(), 0);
    assert.equal(program.err(), "");

    const file = new Uint8Array(await readFile(trace));
    assert.deepEqual(
      traceBytes(file, "<-"),
      joined([...first.heard, ...second.heard]),
    );
    assert.deepEqual(
      traceBytes(file, "->"),
      joined([...first.sent, ...second.sent]),
    );
    const steps = stepsOf(file);
    assert.deepEqual(faults(steps), []);
    const names = steps.map(({ entry }) => entry.name).filter((name) => name);
    assert.includeMembers(names, [...commands, "STOP", "RESUME", "SHUTDOWN"]);
    const stopped = steps.find(({ entry }) => entry.name === "STOP")!;
    assert.deepEqual(stopped.states, ["paused"]);

    const replayed = start("replay", trace);
    assert.equal(await replayed.ended(), 0);
    assert.include(replayed.out(), "SHUTDOWN");
    const validated = start("validate", trace);
    assert.equal(await validated.ended(), 0);
  },
);

live(
  "record keeps a secret out of the file that QEMU was told",
  async (dir) => {
    await using _ = await qemuIn(dir);
    const tee = join(dir, "tee");
    const trace = join(dir, "t.jsonl");
    const program = start(
      "record",
      join(dir, "qmp"),
      "-o",
      trace,
      "--tee",
      tee,
    );
    await program.says(/Listening/);
    using user = await client(tee);
    await user.hears(/QMP/);
    user.send('{"execute":"qmp_capabilities"}');
    const secrets = [
      '{"execute":"object-add","arguments":{"qom-type":"secret","id":"s0","data":"hunter2"}}',
      '{"execute":"qom-get","arguments":{"path":"/objects/s0","property":"data"}}',
      '{"execute":"set_password","arguments":{"protocol":"hunter2","password":"x"}}',
      '{"execute":"set_password","arguments":{"password":hunter2}}',
      '{"execute":"human-monitor-command","arguments":{"command-line":"hunter2"}}',
    ];
    for (const text of secrets) user.send(text);
    user.send('{"execute":"query-name","id":"last"}');
    await user.hears(/"id": "last"/);
    const heard = new TextDecoder().decode(joined(user.heard));
    assert.isAbove(heard.match(/hunter/g)!.length, 3);
    await user.finish();
    program.kill("SIGTERM");
    assert.equal(await program.ended(), 0);
    const file = await readFile(trace, "utf8");
    assert.notInclude(file + program.out() + program.err(), "hunter");
    const validated = start("validate", "--json", trace);
    await validated.ended();
    assert.notInclude(validated.out() + validated.err(), "hunter");
    // The replies are still those to their commands.
    const steps = stepsOf(new TextEncoder().encode(file));
    const last = steps.at(-1)!.entry;
    assert.equal(last.answers?.name, "query-name");
    const answered = steps.map(({ entry }) => entry.answers?.name);
    assert.includeMembers(answered, ["object-add", "qom-get", "set_password"]);
  },
);

live(
  "record as a client survives that QEMU is killed, and goes on",
  async (dir) => {
    const trace = join(dir, "t.jsonl");
    let program;
    {
      await using qemu = await qemuIn(dir);
      program = start(
        "record",
        join(dir, "qmp"),
        "-o",
        trace,
        "--reconnect",
        "--progress",
      );
      await program.says(/^6 lines/m);
      qemu.child.kill("SIGKILL");
      await once(qemu.child, "close");
    }
    await using _ = await qemuIn(dir);
    await program.says(/^12 lines/m);
    program.kill("SIGINT");
    assert.equal(await program.ended(), 0);
    const steps = stepsOf(new Uint8Array(await readFile(trace)));
    assert.deepEqual(faults(steps), []);
    assert.deepEqual(steps.at(-1)!.states, ["running"]);
  },
);

live(
  "follow shows stop, cont, reset and quit, and the QEMU after",
  async (dir) => {
    let program;
    {
      await using _ = await qemuIn(dir, "other");
      program = start("follow", join(dir, "qmp"));
      await program.says(/run state: running/);
      using other = await client(join(dir, "other"));
      await other.hears(/QMP/);
      other.send('{"execute":"qmp_capabilities"}{"execute":"stop"}');
      await program.says(/STOP\n +run state: .*paused/);
      // It has asked.
      await program.says(/status=paused\n +run state: paused \(unheard since/);
      other.send('{"execute":"cont"}');
      await program.says(/RESUME\n +run state: running/);
      other.send('{"execute":"system_reset"}');
      await program.says(/RESET +guest=false reason=host-qmp-system-reset/);
      other.send('{"execute":"quit"}');
      await program.says(/SHUTDOWN +guest=false reason=host-qmp-quit/);
      await other.ended;
    }
    await using _ = await qemuIn(dir, "other");
    await program.says(
      /UNHEARD[^]+UNHEARD.*between two connections[^]+run state: running\n/,
    );
    program.kill("SIGTERM");
    assert.equal(await program.ended(), 0, program.out());
    assert.match(
      program.err(),
      /QEMU has shut down; waiting for it to come back\n/,
    );
    assert.notInclude(program.out(), "fault");
  },
);

live(
  "follow() and attach() over web streams hear what QEMU says",
  async (dir) => {
    await using _ = await qemuIn(dir);
    const socket = connect(join(dir, "qmp"));
    await once(socket, "connect");
    const lines: string[] = [];
    const recording = recorder({
      header: {},
      now: () => performance.now() / 1000,
      write: (line) => lines.push(line),
      redact: true,
    });
    const streams = attach(
      Duplex.toWeb(socket) as {
        readable: ReadableStream<Uint8Array>;
        writable: WritableStream<Uint8Array>;
      },
      recording,
    );
    const control = new AbortController();
    const seen: Step[] = [];
    const steps = follow(streams.readable, streams.writable, {
      edition: editionFor,
      witness: (greeting) => witness(editionFor(greeting).name),
      signal: control.signal,
    });
    for await (const batch of steps) {
      seen.push(...batch);
      if (seen.some(({ entry }) => entry.answers?.name === "query-status")) {
        control.abort();
      }
    }
    recording.end();
    socket.destroy();
    assert.deepEqual(seen.at(-1)!.states, ["running"]);
    assert.deepEqual(faults(seen), []);
    const trace = new TextEncoder().encode(lines.join(""));
    assert.lengthOf(stepsOf(trace), seen.length);
  },
);
