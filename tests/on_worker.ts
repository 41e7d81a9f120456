/**
 * Runs the behaviour tests in a worker, which takes the fixtures in a request
 * and answers what came of them.
 *
 * @module
 */

import { type Outcome, receiveAssets, runEverything } from "./everywhere.ts";

const worker: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    const outcome: Outcome = await runEverything(
      await receiveAssets(request),
      ["node:zlib"],
    );
    return Response.json(outcome);
  },
};

export default worker;
