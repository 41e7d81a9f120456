/**
 * Reads a file to the report of what became of its machines.
 *
 * @module
 */

import { witness } from "../editions/witness.ts";
import { tracker } from "../replay/track.ts";
import type { Report, TimelineStep } from "../report/report.ts";
import { isSilent } from "../report/words.ts";
import { reporter, type ReportOptions } from "../report/reporter.ts";
import { describe, type Input } from "./input.ts";

/** What a file tells. */
export interface Story {
  /** The report. */
  readonly report: Report;
  /** How many faults there are. */
  readonly faults: number;
}

/**
 * Reads a file to its end.
 *
 * @param input The file.
 * @param file How it was named.
 * @param room How much to keep.
 * @param take Takes the timeline, as it comes.
 * @returns The report.
 * @throws {UnreadableError} Where the file cannot be read.
 */
export async function tell(
  input: Input,
  file: string,
  room: Pick<ReportOptions, "most" | "mostEvents">,
  take: (steps: readonly TimelineStep[]) => Promise<void> | void,
): Promise<Story> {
  const { recorded } = input.header ?? {};
  const epoch = Date.parse(recorded ?? "") / 1000;
  const track = tracker({ witness: witness(input.choice.edition.name) });
  const stage = reporter({
    title: file === "-" ? "standard input" : file,
    about: describe(input),
    ...Number.isFinite(epoch) && { epoch },
    ...room,
  });
  input.notices.forEach((each) => stage.note(each));
  for await (const batch of input.batches) {
    await take(stage.push(track.push(batch)));
  }
  const told = stage.end(track.end());
  const report = isSilent(told)
    ? withWords(told, input.silence)
    : input.choice.isGuess && isDoubtful(told)
    ? { ...told, notes: [...told.notes, nameIt] }
    : told;
  const { findings, leftOut } = report;
  const faults =
    findings.filter(({ severity }) => severity === "fault").length +
    leftOut.filter(({ severity }) => severity === "fault").length;
  return { report, faults };
}

/** Says why nothing was found, and no more of what it was read by. */
function withWords(report: Report, silence: string): Report {
  const note = silence.slice(0, 1).toUpperCase() + silence.slice(1);
  return { ...report, about: "", notes: [note, ...report.notes] };
}

const nameIt =
  "No message says which QEMU it was, and what is possible differs between them: --qemu VERSION may make more of it certain";

/** Whether there are stretches in which several run states are possible, but not all. */
function isDoubtful({ machines }: Report): boolean {
  return machines.some(({ intervals }) =>
    intervals.some(({ isKnown, states }) => isKnown && states.length > 1)
  );
}
