/**
 * The verb `json-schema`: prints an edition for programs that know no Valibot.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { newestRelease } from "./edition_choice.ts";
import { editionToMake, makingOptions } from "./reading.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** The verb. */
export const jsonSchema: Verb = {
  about: "Prints the JSON Schema of an edition (draft 2020-12).",
  operands: "",
  names: [
    "It needs the package @valibot/to-json-schema, installed beside this one.",
  ],
  options: {
    ...makingOptions,
    openapi: { about: "Print the components of an OpenAPI document (3.1)" },
  },
  exit: "0 all is printed, 2 wrong usage or the package is not there",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { operands: [operand], options } = args;
  if (operand !== undefined) {
    throw new UsageError(
      `Cannot take ${quote(operand)}: the edition is named by --edition`,
    );
  }
  const edition = editionToMake(args) ?? newestRelease().edition;
  const made = await load();
  if (made === undefined) {
    await complain(
      context,
      "Cannot print a JSON Schema: the package @valibot/to-json-schema is " +
        "not there; install it beside @qmp/run-state",
    );
    return 2;
  }
  const schema = options.has("openapi")
    ? { components: made.openApiComponents(edition) }
    : made.toJsonSchema(edition);
  const text = stringifyJson(schema, { style: "qemu-pretty" });
  for (const line of text.split("\n")) context.out.line(line);
  return 0;
}

/** Only this verb needs the package, so no other may stumble over its absence. */
async function load(): Promise<
  typeof import("../schema/json_schema.ts") | undefined
> {
  try {
    return await import("../schema/json_schema.ts");
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const isAbsent = code === "ERR_MODULE_NOT_FOUND" &&
      message.includes("@valibot/to-json-schema");
    if (isAbsent) return undefined;
    throw error;
  }
}
