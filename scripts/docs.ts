/**
 * Builds the pages of the API from what the sources say of themselves.
 *
 *     deno run --allow-all scripts/docs.ts docs
 *
 * @module
 */

import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import settings from "../deno.json" with { type: "json" };

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");

/** The entries by the names that deno doc gives them. */
const entries: ReadonlyMap<string, string> = new Map(
  Object.keys(settings.exports).map((entry) => [
    entry.replace("./", ""),
    join(settings.name, entry),
  ]),
);

/**
 * Builds the pages.
 *
 * @param directory Where they go; what is there is removed.
 * @returns The page to begin with.
 */
export async function buildDocs(directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await run(Deno.execPath(), [
    ...["doc", "--html", `--name=${settings.name}`],
    `--output=${resolve(directory)}`,
    ...Object.values(settings.exports),
  ], { cwd: root });
  const files = await readdir(directory, { recursive: true });
  for (const file of files.filter((each) => each.endsWith(".html"))) {
    const path = join(directory, file);
    const page = usable(await readFile(path, "utf8"));
    await writeFile(path, file === "index.html" ? withEntries(page) : page);
  }
  return join(directory, "index.html");
}

/** What deno doc says of how to import a name has the entry without the package. */
function usable(page: string): string {
  return page.replace(
    /(?<= from &quot;)([^&]*)(?=&quot;;)/g,
    (name) => entries.get(name) ?? name,
  );
}

/** The first page of deno doc leads to the names of its own entry alone. */
function withEntries(page: string): string {
  const links = [...entries].slice(1).map(([name, path]) =>
    `<li><a href="./${name}/index.html">${path}</a></li>`
  );
  const symbols = '<nav class="topSymbols">';
  const nav = `${symbols}<h3>Entries</h3><ul>${links.join("")}</ul></nav>`;
  return page.replace(symbols, nav + symbols);
}

if (import.meta.main) {
  const [directory = "docs"] = Deno.args;
  console.log(await buildDocs(directory));
}
