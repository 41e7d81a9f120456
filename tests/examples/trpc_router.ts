/**
 * The schemas in the hands of somebody who takes any Standard Schema: tRPC.
 *
 * @module
 */

import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import * as v from "valibot";
import {
  GUEST_PANICKED,
  parseJson,
  setAction,
  stringifyJson,
} from "@qmp/run-state";

const { procedure, router } = initTRPC.create({
  // What is a bigint here goes over the wire to the last digit.
  transformer: { serialize: stringifyJson, deserialize: parseJson },
  errorFormatter({ shape, error: { cause } }) {
    const issues: v.BaseIssue<unknown>[] = Object(cause).issues ?? [];
    return {
      message: shape.message,
      code: shape.code,
      issues: issues.map((issue) => ({
        path: v.getDotPath(issue) ?? "",
        message: issue.message,
      })),
    };
  },
});

/** What was reported last. */
let last: GUEST_PANICKED | null = null;

const api = router({
  setAction: procedure.input(setAction.data).mutation(({ input }) =>
    Object.keys(input)
  ),
  report: procedure.input(GUEST_PANICKED).mutation(({ input }) => {
    last = input;
    return null;
  }),
  lastPanic: procedure.query(() => last),
});

/**
 * Answers a request.
 *
 * @param req The request.
 * @returns The response.
 */
export default (req: Request): Promise<Response> =>
  fetchRequestHandler({ endpoint: "", req, router: api });
