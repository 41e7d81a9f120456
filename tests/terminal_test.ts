/**
 * The keys and the status line of `replay` in a real terminal, which tmux gives;
 * and that the terminal is as it was, whatever ends the program.
 *
 * @module
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import settings from "../deno.json" with { type: "json" };
import { consumer, hasNode } from "../scripts/consumer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

function hasTmux(): boolean {
  const { error } = spawnSync("tmux", ["-V"]);
  if (error === undefined) return true;
  // As for QEMU: CI must have it.
  assert.notEqual(Deno.env.get("QMP_LIVE"), "required", "tmux is missing");
  return false;
}

const ignore = !hasTmux();
if (ignore) console.log("SKIPPED: the tests in a real terminal need tmux");

const folder = ignore ? "" : mkdtempSync(join(tmpdir(), "qmp-terminal-"));
const socket = `qmp-run-state-${Deno.pid}`;

function tmux(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    "tmux",
    ["-L", socket, "-f", "/dev/null", ...args],
    {
      encoding: "utf8",
      cwd: root,
      env: { ...Deno.env.toObject(), LANG: "C.UTF-8" },
    },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The rows of the screen, those that nothing was written in left out. */
function screen(): string[] {
  return tmux("capture-pane", "-p", "-J").split("\n")
    .filter((row) => row.trim() !== "");
}

async function until(pattern: RegExp): Promise<string[]> {
  const end = performance.now() + 120_000;
  for (;;) {
    const rows = screen();
    if (pattern.test(rows.join("\n"))) return rows;
    if (performance.now() > end) {
      assert.fail(`no ${pattern} on the screen:\n${rows.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Types into the terminal, letter by letter. */
function type(keys: string): void {
  tmux("send-keys", "-l", keys);
}

const path = (name: string) => join(folder, name);

function seconds(...rows: readonly (readonly [number, string])[]): string {
  const spell = ([at, name]: readonly [number, string]) =>
    JSON.stringify([
      at,
      "<-",
      `{"timestamp": {"seconds": 1, "microseconds": 1}, "event": "${name}"}\r\n`,
    ]);
  return ['{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}']
    .concat(rows.map(spell)).join("\n") + "\n";
}

/** The program under each runtime: its words for the shell. */
const programs: Record<string, string> = {
  Deno: settings.tasks.qmp.command
    .replace(/^deno run/, `'${Deno.execPath()}' run --quiet --no-prompt`),
};

let user: Awaited<ReturnType<typeof consumer>> | undefined;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  if (await hasNode()) {
    user = await consumer();
    programs["Node"] = `'${
      join(user.folder, "node_modules/.bin/qmp-run-state")
    }'`;
  } else console.log("SKIPPED: the terminal under Node needs node and npm");
  writeFileSync(
    path("long"),
    seconds([0, "STOP"], [0.2, "RESUME"], [600, "RTC_CHANGE"], [900, "STOP"], [
      ...[990, "RESUME"] as const,
    ]),
  );
  writeFileSync(path("short"), seconds([0, "STOP"], [0.3, "RESUME"]));
  tmux(
    ...["new-session", "-d", "-x", "120", "-y", "40"],
    "env -u NO_COLOR TERM=tmux-256color PS1='$ ' bash --norc --noprofile",
  );
});
Deno.test.afterAll(async () => {
  if (ignore) return;
  tmux("kill-server");
  rmSync(folder, { recursive: true });
  await user?.[Symbol.asyncDispose]();
});

/** Runs the program in the shell of the terminal, which says how it ended. */
function begin(program: string, words: string): void {
  tmux("send-keys", "-R");
  tmux("clear-history");
  writeFileSync(
    path("run.sh"),
    // The process is the program itself, so that its number is in the file.
    `echo $$ > '${path("pid")}'; exec ${program} ${words}\n`,
  );
  type(
    `clear; stty -g > '${path("before")}'; bash '${path("run.sh")}'; ` +
      `echo "code $?."; stty -g > '${path("after")}'; echo do""ne\n`,
  );
}

/** Waits until the program has ended, and holds the terminal against what it was. */
async function end(code: number): Promise<string[]> {
  const rows = await until(/^done$/m);
  assert.match(rows.join("\n"), new RegExp(`^code ${code}\\.$`, "m"));
  assert.equal(
    readFileSync(path("after"), "utf8"),
    readFileSync(path("before"), "utf8"),
  );
  // What is typed is shown again, and no row is left of the status line.
  assert.doesNotMatch(rows.join("\n"), /q quit/);
  type("echo ok");
  await until(/\$ echo ok$/m);
  tmux("send-keys", "C-u");
  return rows;
}

const paused = / paused /;

function terminalTest(
  sentence: string,
  prove: (program: string) => Promise<void>,
): void {
  Deno.test({
    name: `replay on a real terminal ${sentence}`,
    ignore,
    async fn() {
      for (const program of Object.values(programs)) await prove(program);
    },
  });
}

terminalTest("is steered by keys, and quits by q", async (program) => {
  begin(program, `replay --speed 1 '${path("long")}'`);
  const playing = await until(
    /\d\.\d s {2}x1 {2}run state: running {3}.*q quit/,
  );
  // The status line is the last, and its row is not one of the messages'.
  assert.match(playing.at(-1)!, /^\d+\.\d s/);
  type(" ");
  await until(paused);
  type("+");
  type(".");
  const stepped = await until(/600\.0 s .* paused /);
  assert.match(stepped.at(-2)!, /^ +600\.000000 <- event +RTC_CHANGE$/);
  type(" ");
  await until(/[678]\d\d\.\d s .* x2 /);
  type("]");
  await until(/900\.0 s .* paused /);
  type("q");
  const rows = await end(0);
  assert.match(rows.join("\n"), / 900\.000000 <- event +STOP\n/);
  assert.doesNotMatch(rows.join("\n"), /990\.0/);
});

terminalTest("gives it back at the end", async (program) => {
  begin(program, `replay --speed 1 '${path("short")}'`);
  await end(0);
});

terminalTest("gives it back after Ctrl-C, paused too", async (program) => {
  begin(program, `replay --speed 1 '${path("long")}'`);
  await until(/ 0\.200000 <- event +RESUME/);
  tmux("send-keys", "C-c");
  await end(130);
  begin(program, `replay --step '${path("long")}'`);
  await until(paused);
  tmux("send-keys", "C-c");
  await end(130);
});

terminalTest("gives it back after signals", async (program) => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    begin(program, `replay --speed 1 '${path("long")}'`);
    await until(/ 0\.200000 <- event +RESUME/);
    Deno.kill(Number(readFileSync(path("pid"), "utf8")), signal);
    await end(code);
  }
});

terminalTest("ends where the terminal goes away", async (program) => {
  begin(program, `replay --speed 1 '${path("long")}'`);
  await until(/ 0\.200000 <- event +RESUME/);
  const pid = readFileSync(path("pid"), "utf8").trim();
  tmux("respawn-pane", "-k");
  const isThere = () => spawnSync("kill", ["-0", pid]).status === 0;
  const end = performance.now() + 120_000;
  while (isThere()) {
    assert.ok(performance.now() < end, "it is still there");
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await until(/^\$ $/m);
});

terminalTest("gives it back where a file cannot be read", async (program) => {
  begin(program, `replay --speed 1 '${path("none")}'`);
  const rows = await end(2);
  assert.match(rows.join("\n"), /Cannot read ".*none": there is no such file/);
});

terminalTest(
  "leaves it alone where its output goes elsewhere",
  async (program) => {
    begin(program, `replay --speed 1 '${path("long")}' | head -n 2`);
    // Its last line is in no pipe before the ten minutes are over.
    await until(/STOP/);
    tmux("send-keys", "C-c");
    // A shell drops the rest of the line.
    await until(/\^C\n\$ $/);
    type(`stty -g > '${path("after")}'; echo do""ne\n`);
    await until(/^done$/m);
    assert.equal(
      readFileSync(path("after"), "utf8"),
      readFileSync(path("before"), "utf8"),
    );
    begin(program, `replay --interval 0.05 '${path("long")}' | head -n 2`);
    await end(0);
  },
);

terminalTest(
  "cuts the status line where the window is narrow",
  async (program) => {
    tmux("resize-window", "-x", "40");
    try {
      // tmux tells the terminal of it a while later.
      type(
        'clear; until [ "$(stty size | cut -d " " -f 2)" = 40 ]; ' +
          'do sleep 0.1; done; echo nar""row\n',
      );
      await until(/^narrow$/m);
      begin(program, `replay --step '${path("long")}'`);
      await until(/^0\.0 s {2}paused {2}run state: not/m);
      type("..");
      const rows = await until(/^0\.2 s/m);
      assert.equal(rows.filter((row) => /^\d/.test(row)).length, 1);
      type("q");
      await end(0);
    } finally {
      tmux("resize-window", "-x", "120");
    }
  },
);
