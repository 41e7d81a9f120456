/**
 * The JSR package, as far as a dry run tells.
 *
 * @module
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import settings from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);

Deno.test("deno publish --dry-run warns of nothing, and takes no file that does not belong", () => {
  const { status, stdout, stderr } = spawnSync(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty"],
    {
      cwd: fileURLToPath(root),
      encoding: "utf8",
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    },
  );
  const said = stdout + stderr;
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, /\bwarning\b/i);

  const { name, version, publish } = settings;
  assert.ok(
    said.includes(`Simulating publish of ${name}@${version} with files:`),
  );
  const files = [...said.matchAll(/^ +(file:\S+) \(/gm)]
    .map(([, url]) => url!.slice(root.href.length));
  const strangers = files.filter((file) =>
    !publish.include.includes(file) && !/^src\/[\w/]+\.ts$/.test(file)
  );
  assert.ok(files.length > 100);
  assert.deepEqual(strangers, []);
  for (const entry of Object.values(settings.exports)) {
    assert.ok(files.includes(entry.slice(2)), entry);
  }
});
