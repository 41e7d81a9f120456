/**
 * How long reading each format of logs takes, in each way in which it is
 * written, as a ratio to reading the same messages as a monitor's raw stream.
 * Prints a table, or with `--json` the ratios as one object. Asserts nothing.
 *
 * @module
 */

import process from "node:process";
import { logFormats } from "@qmp/run-state/logs";
import { type Entry, rawSource, reader } from "@qmp/run-state/replay";

import { type LogSample, logSamples } from "../logs_samples.ts";
import { timeInRounds } from "./rounds.ts";

const size = 2_000_000;
const chunkSize = 65_536;
const encoder = new TextEncoder();

type Source = ReturnType<typeof rawSource>;

function readAll(source: Source, bytes: Uint8Array): Entry[] {
  const stage = reader();
  const entries: Entry[] = [];
  for (let start = 0; start < bytes.length; start += chunkSize) {
    const chunk = bytes.subarray(start, start + chunkSize);
    entries.push(...stage.push(source.push(chunk)));
  }
  entries.push(...stage.push(source.end()));
  return entries;
}

/** As many copies of a log as make about so many bytes. */
function copies(log: string): Uint8Array {
  return encoder.encode(log.repeat(Math.ceil(size / log.length)));
}

function row({ format, title, log }: LogSample, source: () => Source) {
  // A trace has one header, and QEMU's words of a state are no messages.
  const [header = "", ...rest] = log.split(/(?<=\n)/);
  const bytes = format === "trace"
    ? encoder.encode(
      header + rest.join("").repeat(Math.ceil(size / log.length)),
    )
    : copies(log);
  const entries = readAll(source(), bytes);
  const texts = entries.filter(({ kind }) => kind !== undefined)
    .map(({ text }) => `${text.replaceAll("\n", " ")}\r\n`);
  const stream = encoder.encode(texts.join(""));
  const { own } = timeInRounds({
    stream: () => readAll(rawSource(), stream),
    own: () => readAll(source(), bytes),
  }, 5);
  const name = `${format}: ${title}`;
  return { name, ratio: own!.ratio, messages: texts.length, bytes, own };
}

const rows = logFormats.flatMap(({ name, source }) =>
  logSamples.filter(({ format }) => format === name)
    .map((sample) => row(sample, source))
);

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(
    Object.fromEntries(
      rows.map(({ name, ratio }) => [name, Number(ratio.toFixed(3))]),
    ),
  ));
} else {
  console.log("Reading a format, against the same messages as a raw stream:");
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, ratio, messages, bytes, own } of rows) {
    const rate = bytes.length / 1e3 / own!.milliseconds;
    console.log(
      `  ${name.padEnd(width)}${ratio.toFixed(2).padStart(6)} x ${
        rate.toFixed(1).padStart(8)
      } MB/s, ${messages} messages`,
    );
  }
}
