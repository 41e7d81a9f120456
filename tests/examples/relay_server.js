/**
 * A server that shows a machine's events to browsers, as they happen.
 *
 *     node relay_server.js /run/vm/qmp.sock page.js
 *
 * It prints the address that it listens on.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import process from "node:process";
import { WebSocketServer } from "ws";
import { rawSource, reader } from "@qmp/run-state/replay";

const [monitor, script] = process.argv.slice(2);

/** How many bytes may wait for a browser that is slow, before it is cut off. */
const mostWaiting = 1024 * 1024;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Events</title>
<ol></ol>
<script type="module" src="page.js"></script>
</html>`;

const server = createServer(({ url }, response) => {
  if (url === "/page.js") {
    response.setHeader("content-type", "text/javascript");
    createReadStream(script).pipe(response);
  } else {
    response.setHeader("content-type", "text/html");
    response.end(page);
  }
});
const browsers = new WebSocketServer({ server });

const socket = connect(monitor);
const source = rawSource();
const stage = reader();
socket.on("data", (chunk) => {
  for (const { kind, text, message, findings } of stage.push(source.push(chunk))) {
    for (const { code, message } of findings) console.error(code, message);
    if (kind === "greeting") socket.write('{"execute": "qmp_capabilities"}\n');
    if (kind !== "event" || message === undefined) continue;
    // The text to the letter. JSON.stringify(message) would throw on a bigint.
    for (const browser of browsers.clients) {
      if (browser.bufferedAmount > mostWaiting) browser.terminate();
      else browser.send(text);
    }
  }
});
socket.on("close", () => {
  for (const browser of browsers.clients) browser.close(1001, "QEMU has gone");
  browsers.close();
  server.close();
});

server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
