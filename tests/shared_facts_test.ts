import { assert } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Facts {
  readonly _about: string;
  readonly releases: readonly { readonly version: string }[];
}

const shared = fileURLToPath(
  new URL("../../shared/facts/run-state-history.json", import.meta.url),
);
const copy = fileURLToPath(
  new URL("../fixtures/history/run-state-history.json", import.meta.url),
);

function read(path: string): Facts {
  return JSON.parse(readFileSync(path, "utf8"));
}

// The facts may be read afresh; the copy that the tests stand on must follow.
Deno.test({
  name: "fixtures/history holds every release as ../shared/facts has it" +
    (existsSync(shared) ? "" : " (skipped: ../shared is absent)"),
  ignore: !existsSync(shared),
  fn() {
    const { releases } = read(copy);
    for (const expected of read(shared).releases) {
      const own = releases.find(({ version }) => version === expected.version);
      assert.equal(
        JSON.stringify(own),
        JSON.stringify(expected),
        expected.version,
      );
    }
  },
});
