/**
 * Getting a release ready, in a clone that is thrown away.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import settings from "../deno.json" with { type: "json" };
import { hasNode } from "../scripts/consumer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const { version } = settings;

// A hook of git names the tree that it is in: the clone would be taken for it.
for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"]) {
  Deno.env.delete(name);
}

// Git reads no tree of another owner, and none where it is not installed.
const isTree = spawnSync("git", ["status"], { cwd: root }).status === 0;
const ignore = !await hasNode() || !isTree;
if (ignore) {
  console.log("SKIPPED: the tests of a release need node, npm and a git tree");
}

let clone = "";

function git(cwd: string, ...args: readonly string[]): string {
  const options = [
    ...["-c", "user.name=Test", "-c", "user.email=test@localhost"],
    ...["-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"],
  ];
  return execFileSync("git", [...options, ...args], { cwd, encoding: "utf8" });
}

/** Changes a file; that it does is part of the test. */
function change(file: string, from: string | RegExp, to: string): void {
  const path = join(clone, file);
  const text = readFileSync(path, "utf8");
  assert.notEqual(text.replace(from, to), text, file);
  writeFileSync(path, text.replace(from, to));
}

function release(): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    Deno.execPath(),
    ["run", "--quiet", "--allow-all", "scripts/release.ts"],
    {
      cwd: clone,
      encoding: "utf8",
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    },
  );
  return { code: status, out: stdout, err: stderr };
}

Deno.test.beforeAll(() => {
  if (ignore) return;
  clone = mkdtempSync(join(tmpdir(), "qmp-release-"));
  // As the tree is now, and not as it was committed last.
  const files = git(root, "ls-files", "-z", "-co", "--exclude-standard");
  for (const file of files.split("\0").filter((each) => each !== "")) {
    if (!existsSync(join(root, file))) continue;
    cpSync(join(root, file), join(clone, file), { recursive: true });
  }
  change("CHANGELOG.md", /^## .*$/m, `## ${version} (2026-01-31)`);
  git(clone, "init", "--quiet");
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "--message", "All");
});
Deno.test.afterAll(() => {
  if (!ignore) rmSync(clone, { recursive: true });
});
Deno.test.afterEach(() => {
  if (ignore) return;
  const tags = git(clone, "tag").split("\n").filter((each) => each !== "");
  if (tags.length > 0) git(clone, "tag", "--delete", ...tags);
  git(clone, "reset", "--quiet", "--hard");
  git(clone, "clean", "--quiet", "-d", "--force", "-x");
});

/** Each with what is done to the tree, and the complaint. */
const refused: readonly (readonly [string, () => void, RegExp])[] = [
  [
    "a program that says another version",
    () => change("src/cli/version.ts", `"${version}"`, '"9.9.9"'),
    /: src\/cli\/version\.ts says "9\.9\.9"\n/,
  ],
  [
    "a version that is none",
    () => change("deno.json", `"version": "${version}"`, '"version": "next"'),
    /: deno\.json says "next", which is no version\n/,
  ],
  [
    "a changelog whose newest version is not dated",
    () => change("CHANGELOG.md", "(2026-01-31)", "(not yet released)"),
    /: CHANGELOG\.md begins with "## .* \(not yet released\)", not with "## .* \(YYYY-MM-DD\)"\n/,
  ],
  [
    "a changelog of another version",
    () => change("CHANGELOG.md", `## ${version} `, "## 9.9.9 "),
    /: CHANGELOG\.md begins with "## 9\.9\.9 /,
  ],
  [
    "a changelog that says nothing of the version",
    () => change("CHANGELOG.md", /^## /m, `## ${version} (2026-02-01)\n\n## `),
    /: CHANGELOG\.md does not say what is new in /,
  ],
  [
    "a changelog without a version",
    () => change("CHANGELOG.md", /^## /gm, "### "),
    /: CHANGELOG\.md has no version\n/,
  ],
  [
    "changes that are not committed",
    () => writeFileSync(join(clone, "src", "more.ts"), "export {};\n"),
    /: git has uncommitted changes:\n\?\? src\/more\.ts\n/,
  ],
  [
    "a version that is tagged",
    () => void git(clone, "tag", `v${version}`),
    /: git has a tag v\d/,
  ],
];

for (const [what, spoil, complaint] of refused) {
  Deno.test({
    name: `release.ts refuses ${what}, and builds nothing`,
    ignore,
    fn() {
      spoil();
      const { code, out, err } = release();
      assert.equal(code, 1, err);
      assert.match(err, /^Cannot release @qmp\/run-state /);
      assert.match(err, complaint);
      assert.equal(out, "");
      assert.equal(existsSync(join(clone, "npm")), false);
    },
  });
}

Deno.test({
  name: "release.ts builds both packages and says how to publish them",
  ignore,
  fn() {
    const { code, out, err } = release();
    assert.equal(code, 0, err);
    const tarball = `npm/qmp-run-state-${version}.tgz`;
    assert.equal(
      out,
      `@qmp/run-state ${version} is built. These two publish it:\n` +
        `  npm publish --access public ${tarball}\n` +
        "  deno publish\n",
    );
    assert.ok(existsSync(join(clone, tarball)));
    assert.equal(git(clone, "status", "--porcelain"), "");
  },
});
