/**
 * The examples of a relay from Node to a browser, in Chromium, and of a
 * consumer of Standard Schema.
 *
 * @module
 */

import { assert } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { hasNode, locked } from "../scripts/consumer.ts";
import { hasChromium, openChromium, patience, playwright } from "./chromium.ts";
import {
  end,
  type ExampleUser,
  exampleUser,
  recorded,
  s390Panic,
} from "./example_user.ts";

const ignore = !await hasNode();
if (ignore) console.log("SKIPPED: the example of a relay needs node and npm");

if (!hasChromium) {
  console.log("SKIPPED: the example of a browser needs Debian's chromium");
}

let user: ExampleUser;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  user = await exampleUser(
    ["relay_server.js", "relay_page.ts", "trpc_router.ts"],
    [
      ...[playwright, "ws@8.23.0"],
      ...["@trpc/server@11.25.2", `valibot@${await locked("valibot")}`],
    ],
  );
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

/** What is used here of Playwright's, whose types a test cannot import. */
interface RoutedSocket {
  send(text: unknown): void;
  connectToServer(): { onMessage(take: (text: unknown) => void): void };
}

/** The last event, right where `guest` is a boolean. */
function shutdown(guest: unknown): string {
  return '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", ' +
    `"data": {"guest": ${JSON.stringify(guest)}, "reason": "guest-panic"}}\r\n`;
}

/** A monitor that greets, and plays a recorded trace when it is told to. */
async function monitorSocket(path: string, received: string) {
  const greetingEnd = received.indexOf("\r\n") + 2;
  let client: Socket | undefined;
  const server = createServer((socket) => {
    client = socket.on("error", () => {});
    socket.write(received.slice(0, greetingEnd));
  }).listen(path);
  const connected = once(server, "connection");
  await once(server, "listening");
  return {
    async play() {
      await connected;
      client!.write(received.slice(greetingEnd));
    },
    [Symbol.dispose]() {
      client?.destroy();
      server.close();
    },
  };
}

Deno.test({
  name: "examples: a relay from Node shows a browser the address of a panic",
  ignore: ignore || !hasChromium,
  async fn() {
    await user.bundle("relay_page.ts");
    const path = join(user.folder, "qmp.sock");
    using monitor = await monitorSocket(
      path,
      // The relay is to keep the wrong one to itself.
      await recorded("panic-s390") + shutdown(1) + shutdown(true),
    );
    await using stack = new AsyncDisposableStack();
    const relay = spawn(
      "node",
      ["relay_server.js", path, "relay_page.bundle.js"],
      { cwd: user.folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    stack.defer(() => end(relay));
    const closed = once(relay, "close");
    let complaints = "";
    relay.stderr.on("data", (text) => complaints += text);
    const [printed] = await once(relay.stdout.setEncoding("utf8"), "data");

    const browser = await openChromium(user.folder);
    stack.defer(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    // Somebody between the two adds another wrong one, which the page is to find.
    await page.routeWebSocket(/./, (socket: RoutedSocket) => {
      const server = socket.connectToServer();
      server.onMessage((text) => {
        socket.send(text);
        if (String(text).includes("GUEST_PANICKED")) {
          socket.send(shutdown("no"));
        }
      });
    });
    const errors: string[] = [];
    page.on("pageerror", (error: Error) => errors.push(error.message));
    await page.goto(String(printed).trim());
    await page.waitForSelector('ol[data-state="open"]', { state: "attached" });
    await monitor.play();
    await page.waitForSelector("li:text('SHUTDOWN')");
    assert.deepEqual(await page.locator("li").allTextContents(), [
      "RESUME",
      "GUEST_PANICKED at 0xfedcba9876543210",
      "not taken: it is no message",
      "STOP",
      "SHUTDOWN",
    ]);
    assert.deepEqual(errors, []);
    // The wrong way, in the same browser.
    const wrong = await page.evaluate(
      (text: string) => JSON.parse(text).data.info["psw-addr"].toString(16),
      await s390Panic(),
    );
    assert.notEqual(wrong, "fedcba9876543210");

    // What it complained of comes on a way of its own, and has come by "close".
    relay.kill();
    await closed;
    assert.match(complaints, /^WRONG_TYPE .*1.*\n$/);
  },
});

Deno.test({
  name: "examples: tRPC takes the schemas as any Standard Schema",
  ignore,
  async fn() {
    const path = await user.bundle("trpc_router.ts", "--platform=node");
    const { default: serve } = await import(pathToFileURL(path).href);
    const call = async (name: string, text?: string) => {
      const request = new Request(
        `http://x/${name}`,
        // What a client with the same transformer sends.
        text === undefined ? {} : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(text),
        },
      );
      const response: Response = await serve(request);
      return { status: response.status, ...await response.json() };
    };
    const done = await call("setAction", '{"panic": "pause"}');
    assert.equal(done.result.data, '["panic"]');

    const refused = await call("setAction", '{"panic": "explode"}');
    assert.equal(refused.status, 400);
    assert.match(refused.error, /"path":"panic"/);

    // To the last digit, there and back.
    const line = await s390Panic();
    assert.equal((await call("report", line)).status, 200);
    const { result } = await call("lastPanic");
    assert.include(result.data, '"psw-addr":18364758544493064720');
  },
});
