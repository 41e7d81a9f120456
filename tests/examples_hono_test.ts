/**
 * The example of a Hono worker, on workerd: it takes commands from strangers and
 * relays events, and shows the two wrong ways failing.
 *
 * @module
 */

import { assert } from "chai";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { hasNode } from "../scripts/consumer.ts";
import { runtimes } from "../scripts/runtime_list.ts";
import {
  type ExampleUser,
  exampleUser,
  recorded,
  s390Panic,
} from "./example_user.ts";
import { post, pour, serve } from "./example_worker.ts";

const ignore = !await hasNode();
if (ignore) console.log("SKIPPED: the example of a worker needs node and npm");

let user: ExampleUser;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  const programs = ["command_body.ts", "hono_worker.ts", "wrong_worker.ts"];
  const { version } = runtimes["workerd"]!;
  user = await exampleUser(programs, ["hono@4.13.19", `workerd@${version}`]);
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

function example(sentence: string, fn: () => Promise<void>): void {
  Deno.test({ name: `examples: ${sentence}`, ignore, fn });
}

/** The host of a machine: takes commands, and tells events. */
async function monitorHost(events: string) {
  const commands: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === "/events") return void response.end(events);
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    commands.push(text);
    response.end('{"return": {}, "id": 18446744073709551615}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    commands,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

example(
  "a Hono worker refuses in QEMU's words, and forwards the rest",
  async () => {
    await using monitor = await monitorHost("");
    await using worker = await serve(user, "hono_worker.ts", monitor.port);
    const tell = (body: BodyInit) => post(`${worker.url}/command`, body);
    const refused = (desc: string, rest = "") => ({
      status: 400,
      text: `{"error":{"class":"GenericError","desc":${
        JSON.stringify(desc)
      }}${rest}}`,
    });

    assert.deepEqual(
      await tell('{"execute": "set-action", "arguments": {"panic": 3}}'),
      refused("Invalid parameter type for 'panic', expected: string"),
    );
    assert.deepEqual(
      await tell(
        '{"execute": "watchdog-set-action", "id": 18446744073709551615}',
      ),
      refused("Parameter 'action' is missing", ',"id":18446744073709551615'),
    );
    assert.deepEqual(
      await tell('{"execute": "stop", "execute": "quit"}'),
      refused("JSON parse error, duplicate key"),
    );
    assert.deepEqual(
      await tell('{"execute": "query-status", "__proto__": {"polluted": 1}}'),
      refused("QMP input member '__proto__' is unexpected"),
    );
    assert.deepEqual(
      await tell('{"execute": "query-status", "arguments": {"__proto__": 1}}'),
      refused("Parameter '__proto__' is unexpected"),
    );
    assert.deepEqual(monitor.commands, []);

    // Forwarded to the letter, what it does not know as well.
    const good = [
      "{'execute': 'set-action', 'arguments': {'panic': 'pause'}}",
      '{"execute": "migrate", "arguments": {"uri": "x"}, "id": 18446744073709551615}',
    ];
    for (const text of good) {
      assert.deepEqual(await tell(text), {
        status: 200,
        text: '{"return": {}, "id": 18446744073709551615}',
      });
    }
    assert.deepEqual(monitor.commands, good);
  },
);

example("a Hono worker relays an s390 panic unchanged", async () => {
  const received = await recorded("panic-s390");
  await using monitor = await monitorHost(received);
  await using worker = await serve(user, "hono_worker.ts", monitor.port);
  const response = await fetch(`${worker.url}/events`);
  const lines = (await response.text()).trimEnd().split("\n");
  assert.include(lines, await s390Panic());
  const events = received.split("\r\n").filter((each) =>
    each.startsWith('{"timestamp"')
  );
  assert.deepEqual(lines, events);
});

example("the two wrong ways lose digits, or throw", async () => {
  await using monitor = await monitorHost("");
  await using worker = await serve(user, "wrong_worker.ts", monitor.port);
  const line = await s390Panic();
  const read = await post(`${worker.url}/read`, line);
  assert.include(read.text, '"psw-addr":18364758544493064000');
  assert.notInclude(read.text, "18364758544493064720");
  const { status } = await post(`${worker.url}/write`, line);
  assert.equal(status, 500);
  // What it complained of comes on a way of its own, and has come by its end.
  await worker[Symbol.asyncDispose]();
  assert.match(
    worker.said(),
    /TypeError: Do not know how to serialize a BigInt/,
  );
});

example(
  "a Hono worker refuses a stranger's body before it costs anything",
  async () => {
    await using monitor = await monitorHost("");
    await using worker = await serve(user, "hono_worker.ts", monitor.port);
    const url = `${worker.url}/command`;
    const command = '{"execute": "stop"}';
    const deep = '{"execute": "x", "arguments": {"a": ' +
      "[".repeat(40) + "]".repeat(40) + "}}";
    const bodies: readonly (readonly [BodyInit, string, number, string])[] = [
      [command, "text/plain", 415, "Cannot take what is no application/json"],
      [
        command,
        "application/json-seq",
        415,
        "Cannot take what is no application/json",
      ],
      ["", "application/json", 400, "Cannot take an empty body"],
      [" \n", "application/json", 400, "Cannot take an empty body"],
      [
        command + command,
        "application/json",
        400,
        "Cannot take more than one command at a time",
      ],
      [
        `"${" ".repeat(70_000)}"`,
        "application/json",
        413,
        "Cannot take more than 65536 bytes",
      ],
    ];
    for (const [body, type, status, desc] of bodies) {
      const got = await post(url, body, type);
      assert.deepEqual([got.status, JSON.parse(got.text).error.desc], [
        status,
        desc,
      ]);
    }
    const tooDeep = await post(url, deep);
    assert.equal(tooDeep.status, 400);
    assert.match(tooDeep.text, /deep|levels/);
    const notUtf8 = new Uint8Array([
      ...new TextEncoder().encode('{"execute": "'),
      0xff,
      ...new TextEncoder().encode('"}'),
    ]);
    const broken = await post(url, notUtf8);
    assert.equal(broken.status, 400);
    assert.match(broken.text, /UTF-8/);
    assert.deepEqual(monitor.commands, []);

    // It still takes what is right.
    assert.equal((await post(url, command)).status, 200);
  },
);

example(
  "a Hono worker refuses a body that never ends, within bounds of memory",
  async () => {
    await using monitor = await monitorHost("");
    await using worker = await serve(user, "hono_worker.ts", monitor.port);
    const url = `${worker.url}/command`;
    assert.equal((await post(url, '{"execute": "stop"}')).status, 200);
    const before = await worker.memory();

    const floods = [
      ['{"execute": "', "a"],
      ['{"id": [1', ",1"],
      ['{"execute": "stop"}', "\n"],
      [" ", " "],
    ] as const;
    for (const [start, more] of floods) {
      for (let round = 0; round < 20; round++) {
        const { status, bytes } = await pour(
          url,
          start,
          more.repeat(16_384),
          0,
        );
        assert.equal(status, 413);
        assert.isBelow(bytes, 64 * 1024 * 1024);
      }
    }
    // One that trickles is given up for its time.
    const { status, bytes } = await pour(url, " ", " ", 50);
    assert.equal(status, 408);
    assert.isBelow(bytes, 1000);
    assert.isBelow(await worker.memory() - before, 64 * 1024 * 1024);
  },
);
