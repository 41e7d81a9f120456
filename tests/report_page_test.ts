/**
 * The page of a report, opened in a real browser: it is read, filtered, and
 * read again where no script may run. Nothing may be loaded, and the browser may
 * complain of nothing.
 *
 * The browser is Debian's `chromium`, driven with playwright-core, which is
 * installed into a folder of its own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { hasNode } from "../scripts/consumer.ts";
import { main } from "../src/cli/mod.ts";
import { nodeHost } from "../src/cli/node_host.ts";
import { hasChromium, openChromium, patience, playwright } from "./chromium.ts";

const ignore = !hasChromium || !await hasNode();
if (ignore) {
  console.log(
    "SKIPPED: the page of a report needs Debian's chromium, node and npm",
  );
}

/** As much of playwright-core as is used here. */
interface Browser {
  newContext(options: object): Promise<Context>;
  close(): Promise<void>;
}
interface Context {
  setDefaultTimeout(milliseconds: number): void;
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Page {
  on(event: string, listener: (what: Said) => void): void;
  goto(url: string): Promise<unknown>;
  locator(selector: string): { innerText(): Promise<string> };
  evaluate<Result>(script: string): Promise<Result>;
  fill(selector: string, text: string): Promise<void>;
  uncheck(selector: string): Promise<void>;
  selectOption(selector: string, value: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  keyboard: { press(key: string): Promise<void> };
}
interface Said {
  type?(): string;
  text?(): string;
  url?(): string;
  message?: string;
}

let folder = "";
let browser: Browser | undefined;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  folder = await mkdtemp(join(tmpdir(), "qmp-page-"));
  await writeFile(join(folder, "package.json"), '{"private": true}');
  execFileSync("npm", [
    ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
    playwright,
  ], { cwd: folder });
  browser = await openChromium(folder);
});
Deno.test.afterAll(async () => {
  await browser?.close();
  if (folder !== "") await rm(folder, { recursive: true });
});

/** Writes a page as the command line does. */
async function write(log: string | Uint8Array, name: string): Promise<string> {
  const file = join(folder, `${name}.log`);
  const page = join(folder, `${name}.html`);
  await writeFile(file, log);
  assert.ok(await main(["report", file, "-o", page], nodeHost()) < 2);
  return page;
}

function recorded(name: string): Promise<Uint8Array> {
  return readFile(
    fileURLToPath(
      new URL(`../fixtures/traces/${name}.jsonl`, import.meta.url),
    ),
  );
}

/** Opens a page, and holds what the browser said and loaded against it. */
async function open(
  file: string,
  look: (page: Page) => Promise<void>,
  options: object = {},
): Promise<void> {
  const context = await browser!.newContext({
    timezoneId: "America/St_Johns",
    ...options,
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints: string[] = [];
  const loaded: string[] = [];
  page.on("console", (said) => complaints.push(`${said.text?.()}`));
  page.on("pageerror", (said) => complaints.push(`${said.message}`));
  page.on("request", (request) => loaded.push(`${request.url?.()}`));
  try {
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await look(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(loaded.filter((each) => !each.startsWith("data:")), [url]);
  } finally {
    await context.close();
  }
}

function opened(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `the page of a report ${name}`,
    ignore,
    fn,
  });
}

const text = "document.body.innerText";
/** The rows of the table that are seen, by their cells. */
const rows =
  '[...document.querySelectorAll("#all > tbody > tr")].filter((row) => ' +
  'row.offsetParent !== null).map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join(" "))';

opened("can be read, with and without scripts", async () => {
  const file = await write(await recorded("watchdog-pause"), "watchdog");
  for (const javaScriptEnabled of [true, false]) {
    for (const colorScheme of ["light", "dark"]) {
      await open(file, async (page) => {
        if (javaScriptEnabled) {
          const said = await page.evaluate<string>(text);
          assert.match(said, /The watchdog expired, for 971 µs/);
          assert.match(said, /WATCHDOG action=pause/);
          assert.match(said, /so it was watchdog/);
          // Newfoundland is three and a half hours behind.
          assert.match(said, /2026-11-22 10:55:27\.694 UTC−03:30/);
        } else {
          const said = await page.locator("body").innerText();
          assert.match(said, /The watchdog expired, for 971 µs/);
          assert.match(said, /2026-11-22 14:25:27\.694 UTC/);
          assert.doesNotMatch(said, /Filter/);
        }
      }, { javaScriptEnabled, colorScheme });
    }
  }
});

opened("filters its table by words, kinds and monitors", async () => {
  const event = (mon: string, seconds: number, name: string) =>
    `2026-01-31 12:00:0${seconds}.000+0000: 7: info : ` +
    `qemuMonitorJSONIOProcessLine:203 : QEMU_MONITOR_RECV_EVENT: mon=${mon} ` +
    `event={"timestamp": {"seconds": ${seconds}, "microseconds": 0}, "event": "${name}"}\n`;
  const file = await write(
    event("0x1", 1, "RESUME") + event("0x2", 2, "RESUME") +
      event("0x1", 3, "SUSPEND") + event("0x1", 4, "WAKEUP"),
    "several",
  );
  await open(file, async (page) => {
    const shown = () => page.evaluate<string[]>(rows);
    const count = () =>
      page.evaluate<string>('document.getElementById("count").textContent');
    assert.equal((await shown()).length, 8);
    await page.fill("#words", "SusPend event");
    assert.deepEqual(
      (await shown()).map((row) => row.replace(/\s+/g, " ")),
      ["3 +2.000000 s 2026-01-31 08:30:03.000 UTC−03:30 0x1 event SUSPEND"],
    );
    assert.equal(await count(), "1 of 8 shown");
    await page.fill("#words", "");
    await page.uncheck('#kinds input[value="state"]');
    assert.equal((await shown()).length, 4);
    await page.selectOption("#machine", "1");
    assert.equal((await shown()).length, 1);
    assert.equal(await count(), "1 of 8 shown");
    await page.fill("#words", "08:30:02");
    assert.equal((await shown()).length, 1);
    await page.click("#clock");
    assert.deepEqual(await shown(), []);
    await page.fill("#words", "12:00:02");
    assert.match((await shown()).join(), /2026-01-31 12:00:02\.000 UTC/);
  });
});

opened(
  "leads from the timeline to the table, by the keyboard too",
  async () => {
    const file = await write(await recorded("io-error"), "io-error");
    await open(file, async (page) => {
      await page.evaluate('document.querySelector("svg.line a").focus()');
      await page.keyboard.press("Enter");
      // It is waited for: to go there may take a moment.
      assert.match(await page.locator("tr:target").innerText(), /RESUME/);
    });
  },
);

opened(
  "has no labels that overlap, and no column wider than the window",
  async () => {
    for (const name of ["lifecycle", "panic-s390", "watchdog-actions"]) {
      const file = await write(await recorded(name), name);
      for (const width of [1240, 900, 500]) {
        await open(file, async (page) => {
          const overlaps = await page.evaluate<string[]>(`
          [...document.querySelectorAll("svg.line .label")].flatMap((one, index, all) => {
            const a = one.getBoundingClientRect();
            return all.slice(index + 1).filter((other) => {
              const b = other.getBoundingClientRect();
              return a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
            }).map((other) => one.textContent + " and " + other.textContent);
          })`);
          assert.deepEqual(overlaps, [], `${name}, ${width} pixels`);
          const wide = await page.evaluate<number>(
            "document.documentElement.scrollWidth - innerWidth",
          );
          assert.ok(wide <= 0, `${name}: ${wide} pixels beyond ${width}`);
        }, { viewport: { width, height: 800 } });
      }
    }
  },
);

opened("cuts nothing off on a telephone, and filters there too", async () => {
  const file = await write(await recorded("panic-s390"), "narrow");
  for (const width of [400, 340]) {
    await open(file, async (page) => {
      // The timeline alone is wider, and scrolls.
      const cut = await page.evaluate<string[]>(`
        [...document.querySelectorAll("body *:not(svg *):not(script):not(style)")]
          .filter((each) => !each.closest(".scroll") || each.matches(".scroll"))
          .filter((each) => each.getBoundingClientRect().right > innerWidth ||
            !each.matches(".scroll, input") && each.scrollWidth > each.clientWidth + 1 &&
              getComputedStyle(each).display !== "inline")
          .map((each) => each.outerHTML.slice(0, 80))`);
      assert.deepEqual(cut, [], `${width} pixels`);
      await page.fill("#words", "psw-mask");
      const shown = await page.evaluate<string[]>(rows);
      assert.equal(shown.length, 1);
      assert.match(shown[0]!, /GUEST_PANICKED/);
    }, { viewport: { width, height: 800 } });
  }
});

opened("shows a fault in another colour than a notice", async () => {
  const file = await write(
    '{}\n{"timestamp": {"seconds": 1, "microseconds": 0}, "event": "SHUTDOWN"}\n',
    "colours",
  );
  await open(file, async (page) => {
    const colours = await page.evaluate<string[]>(`
      [".tag.fault", ".tag.notice", "td > .tag"].map((each) =>
        getComputedStyle(document.querySelector(each)).color)`);
    assert.equal(new Set(colours).size, 3, colours.join());
  });
});

opened("has enough contrast, in light and in dark", async () => {
  const file = await write(await recorded("lifecycle"), "contrast");
  for (const colorScheme of ["light", "dark"]) {
    await open(file, async (page) => {
      const poor = await page.evaluate<string[]>(contrast);
      assert.deepEqual(poor, [], colorScheme);
    }, { colorScheme });
  }
});

/** The pairs of colours that are closer than WCAG's 4.5 to 1. */
const contrast = `(() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.setProperty("color", style.getPropertyValue(name));
    const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g)
      .map((each) => each / 255)
      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    probe.remove();
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const states = ["running", "idle", "paused", "asleep", "failed", "off",
    "moving", "saving", "debug", "mixed", "unknown"];
  const pairs = [
    ...["--text", "--quiet", "--link", "--fault", "--notice", "--good"]
      .flatMap((ink) => [[ink, "--card"], [ink, "--back"], [ink, "--code"]]),
    ...states.map((each) => ["--on-" + each, "--" + each]),
  ];
  return pairs.filter(([ink, paper]) => {
    const [low, high] = [light(ink), light(paper)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < 4.5;
  }).map((pair) => pair.join(" on "));
})()`;

opened("keeps for text what a hostile log holds", async () => {
  const nasty = "</script><script>document.title=1</script>" +
    "<img src=x onerror=document.title=1>\\u202e\\u0000\\u001b[31m";
  const file = await write(
    `{"timestamp": {"seconds": 1, "microseconds": 0}, "event": "${nasty}", ` +
      `"data": {"${nasty}": "${nasty}"}}\n` +
      `{"timestamp": {"seconds": 2, "microseconds": 0}, "event": "SHUTDOWN", ` +
      `"data": {"guest": true, "reason": "${nasty}"}}\n`,
    "hostile",
  );
  await open(file, async (page) => {
    assert.match(
      await page.evaluate<string>(text),
      /<\/script><script>document\.title=1/,
    );
    assert.notEqual(await page.evaluate("document.title"), "1");
    assert.equal(await page.evaluate("document.images.length"), 0);
    assert.equal(
      await page.evaluate('document.querySelectorAll("script").length'),
      1,
    );
  });
});

opened("of a long log opens, filters, and stays small", async () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => {
    const name = ["SUSPEND", "WAKEUP", `NAME_${index % 977}`][index % 3];
    return `{"timestamp": {"seconds": ${index}, "microseconds": 0}, "event": "${name}"}\n`;
  });
  const file = await write(lines.join(""), "long");
  assert.ok((await readFile(file)).length < 5_000_000);
  await open(file, async (page) => {
    await page.fill("#words", "wakeup");
    assert.match(
      await page.evaluate<string>(
        'document.getElementById("count").textContent',
      ),
      /^\d+ of \d+ shown$/,
    );
    assert.match(await page.evaluate<string>(text), /are drawn together into/);
  });
});
