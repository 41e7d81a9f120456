/**
 * What the package says of much that is right and of much that is wrong, a line
 * each: every runtime must say it to the letter.
 *
 * @module
 */

import {
  type Finding,
  type JsonValue,
  safeParseJson,
  stringifyJson,
} from "@qmp/run-state";
import { edition, editions, verdict } from "@qmp/run-state/editions";
import {
  chunkRecords,
  covering,
  hostile,
  spoilt,
  textFaults,
} from "@qmp/run-state/fixtures";
import { logSource } from "@qmp/run-state/logs";
import {
  type Entry,
  rawSource,
  read,
  type ReadOptions,
  type Source,
  traceSource,
} from "@qmp/run-state/replay";
import { reportHtml, reportText } from "@qmp/run-state/report";

import { judgeBy } from "../src/schema/judge.ts";
import { logSamples } from "./logs_samples.ts";
import { reportOn, stepsOf } from "./report_steps.ts";
import { readAll } from "./spoilt.ts";
import type { Assets } from "./suite.ts";

/** The oldest, the default, the one that recorded the traces, and the newest. */
const names = [editions[0]!, "seed", "7.2", editions.at(-1)!];
const policies = ["strict", "forward"] as const;

/**
 * Puts through the package every recorded trace, up to its report as text and as
 * a page, every message of `covering()` and `spoilt()` in several editions,
 * `textFaults()`, `hostile`, and a log of every format, up to its report as text.
 *
 * @param assets Where the traces are.
 * @returns The verdicts, the findings and the reports, line by line.
 */
export function* transcript({ fixtures }: Assets): Generator<string, void> {
  for (const [path, bytes] of fixtures) {
    if (path.endsWith(".jsonl")) yield* traceLines(path, bytes);
  }
  for (const name of names) yield* messageLines(name);
  yield* textLines();
  for (const { name, chunks } of Object.values(hostile)) {
    for (const policy of policies) {
      const options = { edition: edition("7.2"), policy };
      const { entries } = read(chunkRecords(chunks()), options);
      yield* entryLines(`${name} ${policy}`, entries);
    }
  }
  for (const { title, log } of logSamples) {
    const chunks = [new TextEncoder().encode(log)];
    yield* entryLines(title, entriesOf(logSource(), chunks));
    yield* reportText(reportOn(log, { title })).split("\n");
  }
}

function* traceLines(path: string, bytes: Uint8Array): Generator<string> {
  const options = { edition: edition("7.2") };
  const entries = entriesOf(traceSource(), [bytes], options);
  yield* entryLines(path, entries);
  const steps = stepsOf(entries);
  for (const { entry, states, findings } of steps) {
    yield `${path} ${entry.line} ${states} ${said(findings)}`;
  }
  const report = reportOn(bytes, { title: path });
  yield* reportText(report).split("\n");
  yield* reportHtml(report).split("\n");
}

function* messageLines(name: string): Generator<string> {
  const release = edition(name);
  const wrong = spoilt(release);
  const right = covering(release).map((input) => ({ input, name: "covering" }));
  const items = [...right, ...wrong];
  for (const policy of policies) {
    const entries = readAll(items, name, policy);
    for (const [index, entry] of entries.entries()) {
      yield* entryLines(`${name} ${policy} ${items[index]!.name}`, [entry]);
    }
  }
  // A number that lost digits is wrong as a value; its text has them all.
  const judge = judgeBy(release, "strict");
  for (const { input, answers, ...each } of wrong) {
    yield `${name} ${each.name} ${said(judge(input, answers).findings)}`;
  }
  for (const { input } of items) {
    if (!isCommand(input)) continue;
    const answer = verdict(input, { edition: release });
    yield `${name} ${stringifyJson(input)} ${JSON.stringify(answer)}`;
  }
}

function isCommand(input: JsonValue): boolean {
  return input !== null && typeof input === "object" &&
    ("execute" in input || "exec-oob" in input);
}

function* textLines(): Generator<string> {
  for (const fault of textFaults()) {
    if (fault.judge === "read") {
      yield* entryLines(fault.name, entriesOf(rawSource(), fault.chunks()));
      continue;
    }
    const result = safeParseJson(fault.text());
    yield `${fault.name} ${
      said(result.ok ? result.findings : [result.finding])
    }`;
  }
}

function entriesOf(
  source: Source,
  chunks: Iterable<Uint8Array>,
  options: ReadOptions = {},
): readonly Entry[] {
  const records = Array.from(chunks, (chunk) => source.push(chunk)).flat();
  return read([...records, ...source.end()], options).entries;
}

function* entryLines(
  about: string,
  entries: Iterable<Entry>,
): Generator<string> {
  for (const { text, message, answers, findings, ...rest } of entries) {
    const place = JSON.stringify({ ...rest, answers: answers?.line });
    yield `${about} ${text.length} ${place} ${said(findings)} ${show(message)}`;
  }
}

/** A message, each digit of it; of one that is made to be huge, its size. */
function show(message: Entry["message"]): string {
  const json = JSON.stringify(
    message,
    (_, value) => typeof value === "bigint" ? `${value}n` : value,
  ) ?? "";
  return json.length > 2000 ? `${json.length} characters` : json;
}

/** All of it: code, severity, path, expected, received, message. */
function said(findings: readonly Finding[]): string {
  return JSON.stringify(findings);
}
