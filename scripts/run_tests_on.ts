/**
 * Starts runtimes on the tests that lie beside the package, and takes what came
 * of them: as a file of a process, an answer of a worker, a post of a page.
 *
 * @module
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Outcome } from "../tests/everywhere.ts";
import { assets } from "../tests/fixtures.ts";
import { serveWorker } from "./workerd.ts";

const run = promisify(execFile);

/** How long all tests may take on one runtime, in milliseconds: many times what they do, since a machine may be busy. */
const limit = 1_800_000;

/** Where the tests are, and what packs them for those that read no folders. */
export interface Laid {
  /** The folder that holds `tests` and the installed package. */
  readonly folder: string;
  /** The program of esbuild. */
  readonly esbuild: string;
}

/**
 * Runs the tests in a process.
 *
 * @param program The runtime.
 * @param args Its arguments before the module's name.
 * @param laid Where the tests are.
 * @returns What came of them.
 * @throws {Error} When the process came to another end, with what it wrote.
 */
export async function onProcess(
  program: string,
  args: readonly string[],
  { folder }: Laid,
): Promise<Outcome> {
  const work = await mkdtemp(join(tmpdir(), "qmp-outcome-"));
  try {
    const file = join(work, "outcome.json");
    const module = join("tests", "on_process.js");
    await run(program, [...args, module, file], {
      cwd: folder,
      timeout: limit,
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(await readFile(file, "utf8"));
  } finally {
    await rm(work, { recursive: true });
  }
}

/**
 * Runs the tests in workerd, as one request.
 *
 * @param program The runtime.
 * @param laid Where the tests are.
 * @returns What came of them.
 * @throws {Error} When the worker does not answer, with what it wrote.
 */
export async function onWorkerd(program: string, laid: Laid): Promise<Outcome> {
  const conditions = ["workerd", "worker", "browser"];
  const flag = `--conditions=${conditions.join(",")}`;
  await bundle("on_worker.js", "worker.js", [flag], laid);
  await using worker = await serveWorker(
    program,
    join(laid.folder, "worker.js"),
  );
  try {
    const response = await fetch(worker.url, {
      method: "POST",
      body: fixtures(),
      signal: AbortSignal.timeout(limit),
    });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  } catch (error) {
    throw new Error(`${error}\n${worker.said()}`);
  }
}

/** What a page throws, it tells; without, nobody would learn of it. */
const pageText = `<!doctype html>
<script>
addEventListener("error", ({ message }) =>
  fetch("/failure", { method: "POST", body: message }));
</script>
<script type="module" src="/page.js"></script>
`;

/**
 * Runs the tests in a page.
 *
 * @param program The browser: Chromium, or one that takes its arguments.
 * @param laid Where the tests are.
 * @returns What came of them.
 * @throws {Error} When the page throws, or says nothing, with what the browser
 * wrote.
 */
export async function onChromium(
  program: string,
  laid: Laid,
): Promise<Outcome> {
  await bundle("on_page.js", "page.js", [], laid);
  const script = await readFile(join(laid.folder, "page.js"), "utf8");
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      switch (new URL(request.url).pathname) {
        case "/":
          return new Response(pageText, {
            headers: { "content-type": "text/html" },
          });
        case "/page.js":
          return new Response(script, {
            headers: { "content-type": "text/javascript; charset=utf-8" },
          });
        case "/fixtures":
          return new Response(fixtures());
        case "/outcome":
          resolve(await request.json());
          return new Response();
        case "/failure":
          reject(new Error(await request.text()));
          return new Response();
      }
      return new Response(null, { status: 404 });
    },
  );
  const profile = await mkdtemp(join(tmpdir(), "qmp-chromium-"));
  const child = spawn(program, [
    ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
    ...["--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync"],
    // What a page logs, and what it throws, comes out here.
    "--enable-logging=stderr",
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${server.addr.port}/`,
  ], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    return await beside(child, () => promise);
  } finally {
    await server.shutdown();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits for the answer of a child that would go on, and ends it. */
async function beside(
  child: ChildProcess,
  answer: () => Promise<Outcome>,
): Promise<Outcome> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text) => said += text);
  const closed = new Promise<void>((resolve) => child.on("close", resolve));
  const early = new Promise<never>((_, reject) => {
    child.on("error", reject);
    closed.then(() => reject(new Error("it ended without an answer")));
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it takes too long")), limit);
  });
  try {
    return await Promise.race([answer(), early, late]);
  } catch (error) {
    throw new Error(`${error}\n${said}`);
  } finally {
    clearTimeout(timer);
    child.kill();
    await closed;
  }
}

/** Packs the tests and the package into one file, with nothing of a platform. */
async function bundle(
  from: string,
  to: string,
  flags: readonly string[],
  { folder, esbuild }: Laid,
): Promise<void> {
  // The command line alone needs it, and only for a file that gzip has packed.
  await writeFile(
    join(folder, "no_zlib.js"),
    "export function createGunzip() { throw new Error('no node:zlib here'); }\n",
  );
  await run(esbuild, [
    ...[join("tests", from), "--bundle", "--format=esm", `--outfile=${to}`],
    ...["--log-level=warning", "--alias:node:zlib=./no_zlib.js", ...flags],
  ], { cwd: folder });
}

function fixtures(): string {
  return JSON.stringify(
    Object.fromEntries(
      Array.from(assets.fixtures, ([path, bytes]) => [path, bytes.toBase64()]),
    ),
  );
}
