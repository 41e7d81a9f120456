/**
 * The table of all that happened, which can be filtered.
 *
 * @module
 */

import { registers } from "./page_registers.ts";
import { moment, plain } from "./page_words.ts";
import type { Happening, Interval, Noted, Report } from "./report.ts";
import { duration, grouped, relative, stateWords } from "./words.ts";

/** A row, and what it is sorted by. */
interface Row {
  readonly line: number;
  readonly kind: "event" | "state" | "finding";
  readonly machine: number | undefined;
  readonly at: number | undefined;
  readonly id?: string;
  readonly what: string;
}

/**
 * Writes the table of all that happened.
 *
 * @param report The report.
 * @returns The markup.
 */
export function table(report: Report): string {
  const { machines, findings, leftOut } = report;
  const byMonitor = new Map(
    machines.map(({ monitor }, index) => [monitor, index]),
  );
  const rows: Row[] = [
    ...machines.flatMap(({ intervals, happenings }, machine) => [
      ...happenings.map((each, index) =>
        eventRow(each, machine, `e${machine}-${index}`)
      ),
      ...intervals.map((each) => stateRow(each, machine)),
    ]),
    ...findings.map((each) => findingRow(each, byMonitor.get(each.monitor))),
    ...leftOut.map(({ code, severity, line, lastLine, count }): Row => ({
      line,
      kind: "finding",
      machine: undefined,
      at: undefined,
      what: `${tag(severity, code)} and ${
        grouped(count)
      } more of these, on lines ${line} to ${lastLine}`,
    })),
  ].sort((a, b) => a.line - b.line);
  if (rows.length === 0) return '<p class="card">Nothing happened.</p>';
  const hasSeveral = machines.length > 1;
  const kinds = ["event", "state", "finding"].filter((kind) =>
    rows.some((row) => row.kind === kind)
  );
  return `<div class="card"><div class="controls" id="controls" hidden>
<label>Filter <input type="search" id="words" autocomplete="off" placeholder="such as watchdog"></label>
${hasSeveral ? choice(report) : ""}
<fieldset id="kinds"><legend>Show</legend>${
    kinds.map((kind) =>
      `<label><input type="checkbox" value="${kind}" checked> ${kind}s</label>`
    ).join("")
  }</fieldset>
<output id="count" aria-live="polite" class="quiet"></output>
</div>
<div class="wide"><table class="all" id="all"><thead><tr><th scope="col" class="num">Line</th><th scope="col">When</th>${
    hasSeveral ? '<th scope="col">Monitor</th>' : ""
  }<th scope="col">Kind</th><th scope="col">What</th></tr></thead><tbody>
${rows.map((row) => rowOf(report, row, hasSeveral)).join("\n")}
</tbody></table></div></div>`;
}

function choice({ machines }: Report): string {
  return `<label>Monitor <select id="machine"><option value="">all</option>${
    machines.map(({ monitor = "" }, index) =>
      `<option value="${index}">${plain(monitor)}</option>`
    ).join("")
  }</select></label>`;
}

function rowOf(
  report: Report,
  { line, kind, machine, at, id, what }: Row,
  hasSeveral: boolean,
): string {
  const monitor = report.machines[machine ?? -1]?.monitor ?? "";
  return `<tr data-kind="${kind}"${
    machine === undefined ? "" : ` data-machine="${machine}"`
  }${id === undefined ? "" : ` id="${id}"`}><td class="num">${
    grouped(line)
  }</td><td class="when">${moment(report, at)}</td>${
    hasSeveral ? `<td class="mono">${plain(monitor)}</td>` : ""
  }<td><span class="tag">${kind}</span></td><td>${what}</td></tr>`;
}

function eventRow(each: Happening, machine: number, id: string): Row {
  const { line, at, lastAt, lastLine, name, detail, count, isLate, panic } =
    each;
  const until = lastAt === undefined ? `line ${lastLine}` : relative(lastAt);
  const more = count > 1
    ? ` <span class="tag">${grouped(count)} times, until ${plain(until)}</span>`
    : "";
  const late = isLate ? ' <span class="tag">held back</span>' : "";
  return {
    line,
    kind: "event",
    machine,
    at,
    id,
    what: `<strong>${plain(name)}</strong>${
      // The registers stand below, taken apart.
      panic === undefined && detail
        ? ` <code>${plain(detail)}</code>`
        : ""}${more}${late}${panic === undefined ? "" : registers(panic)}`,
  };
}

function stateRow(each: Interval, machine: number): Row {
  const { line, from, to, stretches } = each;
  const long = from === undefined || to === undefined
    ? ""
    : ` for ${duration(to - from)}`;
  const drawn = stretches > 1
    ? ` <span class="tag">${grouped(stretches)} changes drawn together</span>`
    : "";
  return {
    line,
    kind: "state",
    machine,
    at: from,
    what: `<strong>${plain(stateWords(each))}</strong>${plain(long)}${drawn}`,
  };
}

function findingRow(
  { line, severity, code, message }: Noted,
  machine: number | undefined,
): Row {
  return {
    line,
    kind: "finding",
    machine,
    at: undefined,
    what: `${tag(severity, code)} ${plain(message)}`,
  };
}

function tag(severity: string, code: string): string {
  return `<span class="tag ${severity}">${severity} ${code}</span>`;
}
