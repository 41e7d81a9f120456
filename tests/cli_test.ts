/**
 * The command line as a process: the real terminal, pipes and files, under the
 * permissions that its task gives.
 *
 * @module
 */

import { assert } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const settings: {
  version: string;
  tasks: Record<string, { command: string }>;
} = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));

/** The task's own words, so that its permissions are the ones tested. */
const qmp = settings.tasks["qmp"]!.command
  .replace(/^deno run/, `'${Deno.execPath()}' run --quiet --no-prompt`);
const trace = "fixtures/traces/guest-reset.jsonl";

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function shell(script: string, env: Record<string, string> = {}): Outcome {
  const inherited = { ...Deno.env.toObject() };
  delete inherited["NO_COLOR"];
  return spawnSync("bash", ["-c", `set -o pipefail; ${script}`], {
    cwd: root,
    encoding: "utf8",
    env: { ...inherited, TERM: "xterm", ...env },
    timeout: 60_000,
  });
}

function hasCommand(name: string): boolean {
  return shell(`command -v ${name}`).status === 0;
}

Deno.test("bin.ts tells the version of deno.json", () => {
  const { status, stdout, stderr } = shell(`${qmp} --version`);
  assert.equal(stdout, `qmp-run-state ${settings.version}\n`);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

Deno.test("bin.ts validates a file and standard input alike", () => {
  const file = shell(`${qmp} validate --json ${trace}`);
  const stdin = shell(`cat ${trace} | ${qmp} validate --json -`);
  assert.equal(file.stderr + stdin.stderr, "");
  assert.deepEqual([file.status, stdin.status], [0, 0]);
  const { file: name, ...found } = JSON.parse(file.stdout);
  assert.equal(name, trace);
  assert.equal(found.messages, 11);
  assert.deepEqual(JSON.parse(stdin.stdout), { file: "-", ...found });
});

Deno.test("bin.ts writes a page, and says in a sentence where it cannot", () => {
  const folder = mkdtempSync(join(tmpdir(), "qmp-cli-"));
  try {
    const page = join(folder, "report.html");
    const written = shell(`${qmp} report ${trace} -o ${page}`);
    assert.deepEqual(written, {
      ...written,
      status: 0,
      stdout: "",
      stderr: "",
    });
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>/);
    const printed = shell(`${qmp} report --html ${trace}`);
    assert.equal(printed.stdout, readFileSync(page, "utf8"));

    const { status, stderr } = shell(`${qmp} report ${trace} -o ${folder}`);
    assert.equal(status, 2);
    assert.match(stderr, /^qmp-run-state: Cannot write ".*": .*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("bin.ts says in a sentence what it cannot read", () => {
  const folder = mkdtempSync(join(tmpdir(), "qmp-cli-"));
  try {
    const noise = join(folder, "noise");
    const empty = join(folder, "empty");
    writeFileSync(empty, "");
    writeFileSync(
      noise,
      Uint8Array.from({ length: 1 << 16 }, (_, index) => index * 7919 % 251),
    );
    const cases = [
      [
        join(folder, "gone"),
        2,
        /^.*: Cannot read ".*gone": there is no such file\n$/,
      ],
      [folder, 2, /^.*: Cannot read ".*": it is a directory\n$/],
      [empty, 0, /^.*: ".*empty" holds no message of QMP: it is empty\n$/],
      [
        noise,
        1,
        /^.*: ".*noise" holds no message of QMP: it looks binary, and not like a log; \d+ faults?, .*\n$/,
      ],
    ] as const;
    for (const [file, code, sentence] of cases) {
      const { status, stdout, stderr } = shell(`${qmp} replay ${file}`);
      assert.match(stderr, sentence);
      assert.equal(stdout, "");
      assert.equal(status, code);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("bin.ts has code 2 for wrong usage, and points to --help", () => {
  const { status, stderr } = shell(`${qmp} validate --frob`);
  assert.equal(status, 2);
  assert.match(stderr, /^.*; see qmp-run-state validate --help\n$/);
});

Deno.test("bin.ts ends quietly where head has seen enough", () => {
  const { stdout, stderr, status } = shell(
    `yes '{"return": {}}' | ${qmp} replay - | head -n 2; exit \${PIPESTATUS[1]}`,
  );
  assert.lengthOf(stdout.split("\n"), 3);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

Deno.test("bin.ts stops generating where head has seen enough", () => {
  const { stdout, stderr, status } = shell(
    `${qmp} generate --count 1000000000 | head -n 3; exit \${PIPESTATUS[0]}`,
  );
  assert.match(stdout, /^(\{"timestamp": .*\}\r\n){3}$/);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

Deno.test({
  name: "bin.ts says in a sentence that a disk is full",
  ignore: Deno.build.os !== "linux",
  fn() {
    const { status, stderr } = shell(`${qmp} replay ${trace} > /dev/full`);
    assert.match(stderr, /^qmp-run-state: Cannot write the output: .*\n$/);
    assert.equal(status, 2);
  },
});

const hasScript = hasCommand("script");
if (!hasScript) console.log("SKIPPED: the test of colours needs script");

Deno.test({
  name: "bin.ts colours on a real terminal, and not with NO_COLOR",
  ignore: !hasScript,
  fn() {
    const onTerminal = (settings: string) => {
      const command = `${qmp} replay ${trace}`.replaceAll("'", `'\\''`);
      // Deno hands on its own NO_COLOR, which CI sets, whatever env says.
      const { stdout, status } = shell(
        `env --unset=NO_COLOR TERM=xterm ${settings} ` +
          `script --quiet --return --command '${command}' /dev/null`,
      );
      assert.equal(status, 0);
      assert.include(stdout, "guest-reset");
      return stdout.includes("\x1b[");
    };
    assert.isTrue(onTerminal(""));
    assert.isFalse(onTerminal("NO_COLOR=1"));
    assert.isFalse(onTerminal("TERM=dumb"));
  },
});

Deno.test("bin.ts waits as long as the recording took", () => {
  const start = performance.now();
  const { stdout, status } = shell(`${qmp} replay --speed 0.04 ${trace}`);
  const last = Number(/\d+\.\d+(?=[^\n]*\n$)/.exec(stdout)![0]);
  assert.isAbove(last, 0.02);
  assert.isAtLeast(performance.now() - start, last / 0.04 * 1000);
  assert.equal(status, 0);
});

Deno.test("demo.ts shows the address that JSON.parse corrupts", () => {
  const demo = settings.tasks["demo"]!.command
    .replace(/^deno run/, `'${Deno.execPath()}' run --quiet --no-prompt`);
  const { status, stdout, stderr } = shell(demo);
  assert.equal(stderr, "");
  assert.match(
    stdout,
    /QEMU wrote +18364758544493064720 +0xfedcba9876543210\n/,
  );
  assert.match(
    stdout,
    /JSON\.parse\(\) +18364758544493064000 .*another address/,
  );
  assert.match(
    stdout,
    /parseJson\(\) +18364758544493064720 +0xfedcba9876543210\n/,
  );
  assert.match(stdout, / GUEST_PANICKED .* info\.psw-addr=0xfedcba9876543210 /);
  assert.match(stdout, /\d\d traces hold 12 of the 12 events of run-state\n/);
  assert.notMatch(stdout, /faults:/);
  assert.equal(status, 0);
});
