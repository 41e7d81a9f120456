/**
 * The two mistakes that everybody makes.
 *
 * @module
 */

import { parseJson } from "@qmp/run-state";

export default {
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/read") {
      // Digits are lost.
      return new Response(JSON.stringify(await request.json()));
    }
    // JSON.stringify, which is in here, throws on a bigint.
    return Response.json(parseJson(await request.text()));
  },
};
