/**
 * Runs the behaviour tests in a page, which fetches the fixtures and posts what
 * came of them.
 *
 * @module
 */

import { receiveAssets, runEverything } from "./everywhere.ts";

const assets = await receiveAssets(await fetch("/fixtures"));
const body = JSON.stringify(await runEverything(assets, ["node:zlib"]));
await fetch("/outcome", { method: "POST", body });
