/**
 * The report as a page, as far as its text tells; `report_page_test.ts` opens
 * it in a browser.
 *
 * @module
 */

import { type Report, reportHtml } from "@qmp/run-state/report";
import { assert } from "chai";

import { event, reportOn, reportSaid } from "./report_steps.ts";
import type { Assets, Suite } from "./suite.ts";

function page({ fixtures }: Assets, name: string): string {
  return reportHtml(reportOn(fixtures.get(`traces/${name}.jsonl`)!));
}

/** What the page says, without its markup. */
function words(html: string): string {
  return html.replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

/** A tag, as it stands in the page. */
const tag = /<\/?([a-z0-9]+)((?: [a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\/?>/g;

const nasty = '</script><img src=x onerror="alert(1)">&amp;\'\u202e\x1b';

/** A report in which everything that a log can say is nasty, and there is a lot of it. */
function nastyReport(many: number): Report {
  const report = reportSaid(
    event("RESUME", 1),
    event("GUEST_PANICKED", 2, '{"action": "pause", "info": {"type": "x"}}'),
    event("STOP", 2),
    event("RESUME", 3),
    event("RESUME", 4),
  );
  const long = nasty.repeat(10).slice(0, 240);
  const times = <Type>(rows: readonly Type[]): Type[] =>
    Array.from({ length: many }, () => rows).flat().slice(0, many);
  const [machine] = report.machines;
  return {
    ...report,
    title: nasty,
    about: nasty,
    notes: [nasty],
    findings: times(
      report.findings.map((each) => ({ ...each, message: long })),
    ),
    machines: [{
      ...machine!,
      monitor: nasty,
      qemu: nasty,
      happenings: times(
        machine!.happenings.map((each) => ({
          ...each,
          name: nasty,
          detail: long,
        })),
      ),
      intervals: times(machine!.intervals),
      stops: times(machine!.stops.map((stop) => ({
        ...stop,
        chain: times(stop.chain.map((link) => ({ ...link, detail: long })))
          .slice(0, 8),
        panic: Array.from(
          { length: 16 },
          () => ({ name: nasty, value: nasty, meaning: [nasty] }),
        ),
      }))).slice(0, Math.ceil(many / 4)),
    }],
  };
}

/** The tests of `reportHtml()`. */
export const reportPageSuite: Suite = {
  "reportHtml() allows its own script and style and nothing else"(assets) {
    const html = page(assets, "watchdog-pause");
    const [, policy = ""] =
      /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    assert.match(policy, /^default-src 'none'; /);
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)];
    const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)];
    assert.lengthOf(scripts, 1);
    assert.lengthOf(styles, 1);
    return Promise.all([
      hashOf(scripts[0]![1]!),
      hashOf(styles[0]![1]!),
    ]).then(([script, style]) => {
      assert.include(policy, `script-src '${script}'`);
      assert.include(policy, `style-src '${style}'`);
    });
  },

  "reportHtml() loads nothing"(assets) {
    const html = page(assets, "panic-s390");
    assert.notMatch(html, /https?:|@import|src=|srcset|<iframe|<object|<embed/);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) =>
      href!
    );
    assert.isNotEmpty(links);
    for (const href of links) assert.match(href, /^(#|data:,$)/);
  },

  "reportHtml() says all of it without scripts"(assets) {
    const said = words(page(assets, "watchdog-pause"));
    assert.include(said, "The watchdog expired, for 971 µs");
    assert.match(said, /WATCHDOG action=pause/);
    assert.match(said, /so it was watchdog/);
    assert.match(said, /2026-11-\d\d \d\d:\d\d:27\.\d{3} UTC/);
    assert.include(words(page(assets, "panic-s390")), "0xfedcba9876543210");
  },

  "reportHtml() draws every interval and every event, with words on each"(
    assets,
  ) {
    const report = reportOn(assets.fixtures.get("traces/lifecycle.jsonl")!);
    const html = reportHtml(report);
    const svg = /<svg class="line".*?<\/a><\/svg>/s.exec(html)![0];
    const { intervals, happenings } = report.machines[0]!;
    const titles = [...svg.matchAll(/<title>([^<]*)<\/title>/g)]
      .map(([, title]) => title!);
    assert.lengthOf(titles, intervals.length + happenings.length);
    assert.include(titles, "paused, for 3.1 ms, from line 13");
    assert.include(titles, "STOP (line 13, +0.056909 s)");
    for (const [, id] of svg.matchAll(/href="#([^"]*)"/g)) {
      assert.include(html, `<tr data-kind="event" data-machine="0" id="${id}"`);
    }
  },

  "reportHtml() writes well-formed tags, whatever the log holds"() {
    const html = reportHtml(nastyReport(8));
    assert.notInclude(html, "<img");
    assert.notInclude(html, "\u202e");
    // deno-lint-ignore no-control-regex
    assert.notMatch(html.replaceAll("\n", ""), /[\x00-\x1f\x7f]/);
    assert.lengthOf(html.match(/<\/script>/g)!, 1);
    const body = html.replace(/<!doctype html>/, "")
      .replace(/<(style|script)>.*?<\/\1>/gs, "");
    const rest = body.replace(tag, "");
    assert.notMatch(rest, /[<>]/);

    const open: string[] = [];
    const alone = new Set(["meta", "link", "input", "rect", "line", "circle"]);
    for (const [text, name] of body.matchAll(tag)) {
      if (alone.has(name!)) continue;
      if (text.startsWith("</")) assert.equal(open.pop(), name);
      else open.push(name!);
    }
    assert.isEmpty(open);
  },

  "reportHtml() has at most 5 MB, however much there is and however nasty"() {
    const html = reportHtml(nastyReport(1000));
    assert.isAbove(html.length, 1e6);
    assert.match(words(html), /so that the page has no more than 5 MB/);
    assert.isBelow(new TextEncoder().encode(html).length, 5e6);
  },

  "reportHtml() says what was drawn together and left out"() {
    const cycles = Array.from({ length: 3000 }, (_, index) => [
      event("SUSPEND", 2 * index),
      event("WAKEUP", 2 * index + 1),
    ]).flat();
    const said = words(reportHtml(reportSaid(...cycles)));
    assert.match(said, /To know .* changes of state are drawn together into/);
    assert.match(said, /\d+ changes drawn together/);
    assert.match(said, /stops are left out/);
  },

  "reportHtml() is a page where there is nothing to report"() {
    const said = words(reportHtml(reportSaid()));
    assert.match(said, /Messages 0/);
    assert.include(said, "Nothing happened.");
  },
};
