/**
 * How long reading takes, as ratios to the least that any reader of lines of
 * JSON must do: decode once, cut at line ends, JSON.parse each line. Prints a
 * table, or with `--json` the ratios as one object. Asserts nothing.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import * as v from "valibot";
import {
  parseJson,
  RunStateEvent,
  safeParseJson,
  splitJson,
} from "@qmp/run-state";
import { edition, witness } from "@qmp/run-state/editions";
import {
  rawSource,
  reader,
  type ReadOptions,
  traceSource,
  tracker,
  type TrackerOptions,
} from "@qmp/run-state/replay";
import { timeInRounds } from "./rounds.ts";
import { traceBytes } from "./trace_bytes.ts";

const lines = 200_000;
const bytes = traceBytes(lines);
const chunkSize = 65_536;

function* chunks(of = bytes): Generator<Uint8Array> {
  for (let start = 0; start < of.length; start += chunkSize) {
    yield of.subarray(start, start + chunkSize);
  }
}

function floor(): number {
  const text = new TextDecoder().decode(bytes);
  let count = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    JSON.parse(text.slice(start, end));
    count += 1;
    start = end + 1;
  }
  return count;
}

const texts: string[] = [];
{
  const splitter = splitJson();
  for (const chunk of chunks()) {
    for (const { text } of splitter.push(chunk)) texts.push(text);
  }
}
const names = new Set<string>(
  RunStateEvent.options.map((option) => option.entries.event.literal),
);
const events = texts.map((text) => parseJson(text)).filter((value) =>
  names.has((value as { event?: string }).event ?? "")
);

function readAll(options: ReadOptions = {}): void {
  const source = rawSource();
  const stage = reader(options);
  for (const chunk of chunks()) stage.push(source.push(chunk));
}

const results = timeInRounds({
  floor,
  "split alone": () => {
    const splitter = splitJson();
    let count = 0;
    for (const chunk of chunks()) count += splitter.push(chunk).length;
    return count;
  },
  "wire alone": () => {
    const splitter = splitJson();
    for (const chunk of chunks()) {
      for (const { text } of splitter.push(chunk)) safeParseJson(text);
    }
  },
  "read and validate": () => readAll(),
  "read by edition seed": () => readAll({ edition: edition("seed") }),
  "read by edition 7.2": () => readAll({ edition: edition("7.2") }),
  "public event schema": () => {
    for (const event of events) v.safeParse(RunStateEvent, event);
  },
}, 9);

const lifecycle = new URL(
  "../../fixtures/traces/lifecycle.jsonl",
  import.meta.url,
);
const [header, ...conversation] = readFileSync(lifecycle, "utf8").trimEnd()
  .split("\n");
/** A recorded conversation, over and over. */
const talk = new TextEncoder().encode([
  header,
  ...Array.from(
    { length: lines / conversation.length },
    () => conversation.join("\n"),
  ),
].join("\n"));

function readTalk(options?: Pick<TrackerOptions, "meaning">): void {
  const source = traceSource();
  const stage = reader({ edition: edition("7.2") });
  const steps = options && tracker({ witness: witness("7.2"), ...options });
  for (const chunk of chunks(talk)) {
    const entries = stage.push(source.push(chunk));
    steps?.push(entries);
  }
}

const tracking = timeInRounds({
  "read a conversation": () => readTalk(),
  "read and track": () => readTalk({}),
  "read, track, no meaning": () => readTalk({ meaning: false }),
}, 9);

const tables = [
  ["the floor", results],
  ["reading it alone", tracking],
] as const;
const { deno, node } = process.versions as Record<string, string>;
const runtime = deno === undefined ? `Node ${node}` : `Deno ${deno}`;
if (process.argv.includes("--json")) {
  const ratios = tables.flatMap(([, table]) =>
    Object.entries(table).map(([name, { ratio }]) =>
      [name, Number(ratio.toFixed(3))] as const
    )
  );
  console.log(JSON.stringify(Object.fromEntries(ratios)));
} else {
  console.log(
    `${runtime}: ${lines} lines, ${(bytes.length / 1e6).toFixed(1)} MB`,
  );
  for (const [first, table] of tables) {
    for (const [name, { milliseconds, ratio }] of Object.entries(table)) {
      console.log(
        `  ${name.padEnd(24)}${ratio.toFixed(2).padStart(6)} x ${first} ${
          milliseconds.toFixed(0).padStart(6)
        } ms`,
      );
    }
  }
}
