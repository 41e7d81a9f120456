/**
 * A worker between strangers and a machine's monitor: what QEMU would refuse is
 * refused here, in QEMU's own words, and the rest is forwarded; events are
 * relayed to the last digit.
 *
 * The machine's host offers its monitor as HTTP: a command by POST, and events
 * as a stream of lines.
 *
 * @module
 */

import { Hono } from "hono";
import { safeParseJson, stringifyJson } from "@qmp/run-state";
import { edition, verdict } from "@qmp/run-state/editions";
import { type Entry, rawSource, readStream } from "@qmp/run-state/replay";
import { takeBody } from "./command_body.js";

interface Bindings {
  /** Where the monitor is. */
  readonly MONITOR: { fetch: typeof fetch };
}

const release = edition("7.2");
const limits = { maxSize: 65_536, maxDepth: 32, patience: 10_000 };
const json = { "content-type": "application/json" };
const app = new Hono<{ Bindings: Bindings }>();

/** What QEMU says to a command that it refuses, `id` and all. */
function refusal(text: string, error: { class: string; desc: string }): string {
  const read = safeParseJson(text, { quotes: "both" });
  const id = read.ok ? Object(read.value).id : undefined;
  return stringifyJson(id === undefined ? { error } : { error, id });
}

app.post("/command", async ({ req, env, body }) => {
  // Not req.json(): it loses digits before anybody can look.
  const taken = await takeBody(req.raw, limits);
  if (!("text" in taken)) {
    const error = { class: "GenericError", desc: taken.reason };
    return body(stringifyJson({ error }), taken.status, json);
  }
  const { text } = taken;
  const answer = verdict(text, { edition: release });
  if (answer.kind === "refused") {
    return body(refusal(text, answer.error), 400, json);
  }
  // Commands beyond run-state are "unchecked": this is the place for a list of
  // those that strangers may give.
  const reply = await env.MONITOR.fetch("http://monitor/command", {
    method: "POST",
    headers: json,
    body: text,
  });
  return body(await reply.text(), 200, json);
});

app.get("/events", async ({ env, body }) => {
  const { body: lines } = await env.MONITOR.fetch("http://monitor/events");
  const written = new TransformStream<Entry[], Uint8Array>({
    transform(entries, controller) {
      const events = entries.filter(({ kind, message }) =>
        kind === "event" && message !== undefined
      );
      // The text to the letter; stringifyJson(message) loses no digit either.
      const text = events.map((entry) => `${entry.text}\n`).join("");
      if (text !== "") controller.enqueue(new TextEncoder().encode(text));
    },
  });
  const events = lines!
    .pipeThrough(readStream(rawSource(), { edition: release }))
    .pipeThrough(written);
  return body(events, 200, { "content-type": "application/jsonl" });
});

export default app;
