/**
 * The report as a page.
 *
 * @module
 */

import { drawTogether, thin } from "./coarsen.ts";
import { script, scriptHash } from "./page_script.ts";
import { style, styleHash } from "./page_style.ts";
import { registers } from "./page_registers.ts";
import { table } from "./page_table.ts";
import { timeline } from "./page_timeline.ts";
import { clockTime, groupOf, groupWords, moment, plain } from "./page_words.ts";
import type { Link, Machine, Report, Stop } from "./report.ts";
import {
  causeWords,
  counted,
  downtimeWords,
  duration,
  grouped,
  isSilent,
  linkName,
  linkWords,
  outcomeWords,
  relative,
  scaleOf,
  stateWords,
  stoppedWords,
  timeOfDay,
  unstoppedWords,
  whyWords,
  withoutInfo,
} from "./words.ts";

/** How many stops are open when the page opens. */
const mostOpen = 10;

/**
 * Writes a report as one page of HTML, which loads nothing else and says so in
 * its Content-Security-Policy. It is whole without scripts; with them, its
 * table can be filtered, and times are shown as the reader's clock shows them.
 *
 * @param report The report.
 * @returns The page, of at most 5 MB: where it would be more, it leaves things
 * out and says so. Nothing of the log is markup in it.
 *
 * @example Write a page
 * ```ts
 * import assert from "node:assert/strict";
 * import { reporter, reportHtml } from "@qmp/run-state/report";
 *
 * const page = reportHtml(reporter({ title: "a </script> b" }).end());
 * assert.ok(page.startsWith("<!doctype html>"));
 * assert.ok(page.includes("a &lt;/script&gt; b"));
 * ```
 */
export function reportHtml(report: Report): string {
  let page = pageOf(report);
  // Many machines have many stops, which are a quarter of that.
  for (let most = 4000; sizeOf(page) > mostBytes && most > 5; most /= 2) {
    page = pageOf(lessened(report, Math.floor(most)));
  }
  return page;
}

/** A page beyond this is slow to open. */
const mostBytes = 5_000_000;

function sizeOf(page: string): number {
  return new TextEncoder().encode(page).length;
}

/** Few and long texts take as much room as many short ones. */
function lessened(report: Report, most: number): Report {
  const share = Math.max(2, Math.floor(most / report.machines.length));
  return {
    ...report,
    findings: thin(report.findings, most),
    machines: report.machines.map((machine) => ({
      ...machine,
      intervals: drawTogether(machine.intervals, share),
      happenings: thin(machine.happenings, share),
      stops: thin(machine.stops, Math.max(2, Math.floor(share / 4))),
    })),
    notes: [
      ...report.notes,
      `Of each thing, ${most} at the most are shown, so that the page has no more than 5 MB; the text and the JSON have more`,
    ],
  };
}

function pageOf(report: Report): string {
  const { title } = report;
  const policy = `default-src 'none'; script-src '${scriptHash}'; ` +
    `style-src '${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plain(title)}: run states</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
${head(report)}
</header>
<main>
${isSilent(report) ? silence(report) : main(report)}
</main>
<footer>Made by qmp-run-state. This page is one file and loads nothing.</footer>
<script>${script}</script>
</body>
</html>
`;
}

function main(report: Report): string {
  const { machines } = report;
  const scale = scaleOf(report);
  return `<h2>Timeline</h2>
${patterns}
<div class="bar">
${legend(machines)}
<div class="controls" id="clocks" hidden><button type="button" id="clock">Show times as local</button></div>
</div>
${
    machines.map((machine, index) =>
      `<div class="card">${
        machineTitle(machine)
      }<div class="scroll" tabindex="0" role="region" aria-label="Timeline">${
        timeline(report, machine, scale, `e${index}`)
      }</div></div>`
    ).join("\n")
  }
${machines.map((machine) => section(report, machine)).join("\n")}
<h2 id="everything">What happened</h2>
${table(report)}
${notes(report)}`;
}

/** What there is to say of a log in which nothing is said. */
function silence(report: Report): string {
  return `<h2>No message of QMP was found</h2>
${list(report)}
<h2 id="everything">What was found instead</h2>
${table(report)}`;
}

function head(report: Report): string {
  const { title, about, messages, from, to, epoch } = report;
  const { machines, isOneQemu = false } = report;
  const faults = count(report, "fault");
  const start = epoch === undefined || from === undefined
    ? undefined
    : timeOfDay(epoch, from);
  const facts: (readonly [string, string])[] = [
    ["Messages", grouped(messages)],
    [
      "Span",
      from === undefined || to === undefined
        ? "no times in the log"
        : to > from
        ? duration(to - from)
        : "one time in the log",
    ],
  ];
  if (start !== undefined) {
    facts.push([from === to ? "Around" : "From", clockTime(start)]);
  }
  if (machines.length > 1) {
    const name = isOneQemu ? "Monitors of one QEMU" : "Machines";
    facts.push([name, grouped(machines.length)]);
  }
  const stops = machines.map(({ downtime }) =>
    downtime.reduce((sum, { count }) => sum + count, 0)
  );
  facts.push(
    [
      "Stops",
      grouped(
        isOneQemu
          ? Math.max(...stops)
          : stops.reduce((sum, each) => sum + each, 0),
      ),
    ],
    [
      "Faults in the log",
      faults === 0
        ? '<span class="good">none</span>'
        : `<span class="fault">${grouped(faults)}</span>`,
    ],
  );
  return `<h1>${plain(title)}</h1>
<p class="about">${plain(about)}</p>
<dl class="facts">${
    facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`)
      .join("")
  }</dl>`;
}

function count(
  { findings, leftOut }: Report,
  weight: "fault" | "notice",
): number {
  return findings.filter(({ severity }) => severity === weight).length +
    leftOut.filter(({ severity }) => severity === weight)
      .reduce((sum, { count }) => sum + count, 0);
}

/** What is not known is hatched, so that it does not hang on colour alone. */
const patterns =
  `<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="unknown" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="p-unknown" width="8" height="8"/><line class="p-ink" x1="0" x2="0" y1="0" y2="8"/></pattern><pattern id="unclear" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="p-unclear" width="8" height="8"/><line class="p-doubt" x1="0" x2="0" y1="0" y2="8"/></pattern></defs></svg>`;

function legend(machines: readonly Machine[]): string {
  const used = new Set(
    machines.flatMap(({ intervals }) => intervals.map(groupOf)),
  );
  return `<ul class="legend" aria-label="Legend">${
    Object.entries(groupWords).filter(([group]) => used.has(group)).map((
      [group, words],
    ) => `<li>${swatch(group)}${words}</li>`).join("")
  }</ul>`;
}

function swatch(group: string): string {
  const shape = group === "gone"
    ? '<line class="none" x1="0" x2="16" y1="6" y2="6"/>'
    : `<rect class="s-${group}" width="16" height="12" rx="2"/>`;
  return `<svg class="swatch" aria-hidden="true">${shape}</svg>`;
}

function machineTitle({ monitor, qemu, messages }: Machine): string {
  if (monitor === undefined) return "";
  return `<h3>Monitor <code>${plain(monitor)}</code> <span class="quiet">${
    qemu === undefined ? "" : `QEMU ${plain(qemu)}, `
  }${counted(messages, "message")}</span></h3>`;
}

function section(report: Report, machine: Machine): string {
  const { monitor, stops } = machine;
  const of = monitor === undefined
    ? ""
    : ` <span class="quiet">monitor <code>${plain(monitor)}</code></span>`;
  return `<h2>Why it stopped${of}</h2>
${
    stops.length === 0
      ? `<p class="card">${plain(unstoppedWords(report, machine))}.</p>`
      : stops.map((stop, index) => why(report, stop, index < mostOpen)).join(
        "\n",
      )
  }
<div class="grid2">
${downtimes(machine)}
${standings(machine)}
</div>`;
}

function why(report: Report, stop: Stop, isOpen: boolean): string {
  const { line, from, chain, back, panic, hasEnded } = stop;
  const outcome = outcomeWords(stop);
  const links = chain.map((each) =>
    (panic && each.name === "GUEST_PANICKED"
      ? link(withoutInfo(each), "", registers(panic))
      : link(each, "")) + (each.line === line ? state(stop) : "")
  );
  const end = hasEnded
    ? '<li class="state"><strong>QEMU ended</strong></li>'
    : "";
  return `<details class="card stop"${isOpen ? " open" : ""}><summary>${
    plain(sentence(whyWords(stop)))
  }${outcome && `, ${plain(outcome)}`} <span class="quiet">line ${line}${
    from === undefined ? "" : `, ${moment(report, from)}`
  }</span></summary>
<ol class="chain">${links.join("")}${end}${
    back.map((each) => link(each, "back")).join("")
  }</ol></details>`;
}

/** Where the machine stood then; nowhere where QEMU ended at once. */
function state(stop: Stop): string {
  const words = stoppedWords(stop);
  if (words === undefined) return "";
  return `<li class="state">so it was <strong>${plain(words)}</strong></li>`;
}

function sentence(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function link(each: Link, look: string, more = ""): string {
  const { line, kind, name, at } = each;
  const words = linkWords(each);
  const shown = linkName(each);
  const start = words.indexOf(shown) + shown.length;
  const rest = words.slice(start).trim();
  const when = at === undefined ? "" : `, ${relative(at)}`;
  return `<li${look && ` class="${look}"`}>${
    kind === name ? "" : `<span class="quiet">${kind}</span> `
  }<strong>${plain(words.slice(0, start))}</strong>${
    rest && ` <code>${plain(rest)}</code>`
  }<span class="where">line ${line}${plain(when)}</span>${more}</li>`;
}

function downtimes({ downtime }: Machine): string {
  if (downtime.length === 0) return "";
  return `<div class="card"><h3>Downtime</h3><table><thead><tr><th scope="col">Cause</th><th scope="col">How long</th></tr></thead><tbody>${
    downtime.map((each) =>
      `<tr><td>${plain(sentence(causeWords[each.cause]))}</td><td>${
        plain(downtimeWords(each))
      }</td></tr>`
    ).join("")
  }</tbody></table></div>`;
}

function standings({ standings }: Machine): string {
  const total = standings.reduce((sum, { seconds }) => sum + seconds, 0);
  const shown = standings.filter(({ seconds }) => seconds > 0).slice(0, 20);
  if (shown.length === 0) return "";
  return `<div class="card"><h3>Where it stood</h3><table><thead><tr><th scope="col">State</th><th scope="col" class="num">Time</th><th scope="col" class="num">Times</th><th scope="col">Share</th></tr></thead><tbody>${
    shown.map((each) =>
      `<tr><td>${plain(stateWords(each))}</td><td class="num">${
        plain(duration(each.seconds))
      }</td><td class="num">${
        grouped(each.count)
      }</td><td class="share"><svg aria-hidden="true"><rect class="track" width="100%" height="10" rx="3"/><rect class="s-${
        groupOf(each)
      }" width="${
        (100 * each.seconds / total).toFixed(2)
      }%" height="10" rx="3"/></svg></td></tr>`
    ).join("")
  }</tbody></table></div>`;
}

function notes(report: Report): string {
  return report.notes.length === 0 ? "" : `<h2>To know</h2>${list(report)}`;
}

function list({ notes }: Report): string {
  if (notes.length === 0) return "";
  return `<ul class="card">${
    notes.map((each) => `<li>${plain(each)}</li>`).join("")
  }</ul>`;
}
