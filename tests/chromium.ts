/**
 * Debian's Chromium, driven with playwright-core.
 *
 * @module
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

import { runtimes } from "../scripts/runtime_list.ts";

/** What drives it, for npm. */
export const playwright = "playwright-core@1.65.1";

/** How long it may take for anything, in milliseconds: a machine may be busy. */
export const patience = 300_000;

const program = runtimes["chromium"]!.find();

/** Whether it is there, or must be: in CI its absence is a failure, as QEMU's is. */
export const hasChromium: boolean = program !== undefined ||
  process.env["QMP_LIVE"] === "required";

/**
 * Opens it, without a window.
 *
 * @param folder Where playwright-core is installed.
 * @returns The browser, as Playwright has it: its types are not there.
 */
// deno-lint-ignore no-explicit-any -- each test names what it uses
export function openChromium(folder: string): Promise<any> {
  const require = createRequire(join(folder, "package.json"));
  return require("playwright-core").chromium.launch({
    executablePath: program,
    timeout: patience,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update"],
      "--disable-sync",
    ],
  });
}
