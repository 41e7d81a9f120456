/**
 * The npm package in the hands of other people's tools: linters of packages, and
 * the compilers that its users have.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import settings from "../deno.json" with { type: "json" };
import {
  type Consumer,
  consumer,
  hasNode,
  locked,
} from "../scripts/consumer.ts";

const run = promisify(execFile);

/** The optional peers, as a user of all entries has them. */
const peers = await Promise.all(
  ["@faker-js/faker", "@valibot/to-json-schema", "fast-check"]
    .map(async (name) => `${name}@${await locked(name)}`),
);

/** The oldest compiler that is promised, the last one in JavaScript, the first one that is not. */
const compilers: Readonly<Record<string, string>> = {
  "5.4": "5.4.5",
  "5.9": "5.9.3",
  "7": "7.0.2",
};

const ignore = !await hasNode();
if (ignore) {
  console.log("SKIPPED: the tools for npm packages need node and npm");
}

let user: Consumer | undefined;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  const aliases = Object.entries(compilers).map(([version, exact]) =>
    `typescript-${version}@npm:typescript@${exact}`
  );
  user = await consumer([
    ...["publint@0.3.25", "@arethetypeswrong/cli@0.18.5"],
    "@types/node@20.19.43",
    ...peers,
    ...aliases,
  ]);
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

/** Runs what is installed there, and gives what it says, whatever its exit code. */
async function said(program: string, ...args: readonly string[]) {
  const { folder } = user!;
  const path = join(folder, "node_modules", program);
  try {
    const options = {
      cwd: folder,
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    };
    const { stdout, stderr } = await run("node", [path, ...args], options);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as {
      code: unknown;
      stdout: string;
      stderr: string;
    };
    return { code, text: stdout + stderr };
  }
}

function npm(sentence: string, fn: () => Promise<void>): void {
  Deno.test({ name: `npm: ${sentence}`, ignore, fn });
}

npm("publint has nothing to say of the package", async () => {
  const lint = await said(".bin/publint", "run", user!.tarball, "--strict");
  assert.equal(lint.code, 0, lint.text);
  assert.match(lint.text, /All good!/);
});

npm("attw finds the types of every entry, by whoever imports ESM", async () => {
  const { code, text } = await said(
    ".bin/attw",
    ...[user!.tarball, "--profile", "esm-only", "--format", "json"],
  );
  assert.equal(code, 0, text);
  const { analysis } = JSON.parse(text);
  assert.deepEqual(
    Object.keys(analysis.entrypoints),
    Object.keys(settings.exports),
  );
});

/** What a user writes; each line after "expect" must be an error, and no other. */
const consumed = `
import * as v from "valibot";
import { type Finding, GUEST_PANICKED, RunState, StatusInfo, STOP } from "@qmp/run-state";
import { type Entry, read, readChunks, traceSource } from "@qmp/run-state/replay";
import { main } from "@qmp/run-state/cli";
import { changes, edition } from "@qmp/run-state/editions";
import { covering, fixtures } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { arbitraries } from "@qmp/run-state/fixtures/fast-check";
import { toJsonSchema } from "@qmp/run-state/json-schema";
import { logSource } from "@qmp/run-state/logs";
import { reporter } from "@qmp/run-state/report";

const info: StatusInfo = v.parse(StatusInfo, JSON.parse("{}"));
const status: "running" | "paused" | RunState = info.status;
const options: readonly RunState[] = StatusInfo.entries.status.options;
export const mine = v.variant("event", [STOP, GUEST_PANICKED]);

const panic = v.parse(GUEST_PANICKED, {});
if (panic.data.info?.type === "s390") {
  const address: bigint = panic.data.info["psw-addr"];
  // @ts-expect-error digits are lost in a number
  const lost: number = panic.data.info["psw-addr"];
}
// @ts-expect-error no such state
const wrong: RunState = "runing";
// @ts-expect-error StatusInfo has no such member
info.state;

const source = traceSource();
const entries: readonly Entry[] = read(source.push(new Uint8Array())).entries;
const findings: readonly Finding[] = entries.flatMap((each) => each.findings);
// @ts-expect-error no such policy
read([], { policy: "lax" });
for await (const batch of readChunks([], source)) console.log(batch[0]?.line);
const added: "GUEST_PVSHUTDOWN" = edition("9.1").schemas.GUEST_PVSHUTDOWN.entries.event.literal;
// @ts-expect-error 7.2 has no such event
edition("7.2").schemas.GUEST_PVSHUTDOWN;
const made = fixtures(faker, { edition: edition("7.2") }).SHUTDOWN();
const reason: string | undefined = made.data.reason;
// @ts-expect-error no such member
made.data.cause;
const { $defs } = toJsonSchema(edition("7.2"));
console.log(status, options, findings, typeof main, added, reason, $defs["uint64"]);
console.log(changes("8.2", "9.0"), covering(edition("7.2")), arbitraries, logSource(), reporter);
`;

/** What there is in scope beside the language: in a browser, and on Node. */
const surroundings = {
  "lib dom": {
    lib: ["es2022", "dom"],
    types: [],
    module: "nodenext",
  },
  "@types/node": {
    lib: ["es2022"],
    types: ["node"],
    module: "esnext",
    moduleResolution: "bundler",
  },
};

npm("the program that is compiled imports from every entry", () => {
  const lacking = Object.keys(settings.exports)
    .map((entry) => join("@qmp/run-state", entry))
    .filter((each) => !consumed.includes(`"${each}"`));
  assert.deepEqual(lacking, []);
  return Promise.resolve();
});

for (const version of Object.keys(compilers)) {
  for (const [around, options] of Object.entries(surroundings)) {
    npm(
      `TypeScript ${version} compiles a program against all entries, with ${around}`,
      async () => {
        const { folder } = user!;
        await writeFile(join(folder, "consumed.ts"), consumed);
        const compilerOptions = {
          ...options,
          target: "es2022",
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          // But not TypeScript's own, which takes seconds.
          skipDefaultLibCheck: true,
          noEmit: true,
        };
        const file = `tsconfig.${version}.${
          around.replaceAll(/\W/g, "-")
        }.json`;
        await writeFile(
          join(folder, file),
          JSON.stringify({ compilerOptions, files: ["consumed.ts"] }),
        );
        const tsc = `typescript-${version}/bin/tsc`;
        const number = await said(tsc, "--version");
        assert.ok(number.text.startsWith(`Version ${version}.`), number.text);
        const { code, text } = await said(tsc, "--project", file);
        assert.equal(text, "");
        assert.equal(code, 0);
      },
    );
  }
}
