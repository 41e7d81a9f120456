/**
 * The verb `json-schema`: an edition as JSON Schema.
 *
 * @module
 */

import { assert } from "chai";
import * as v from "valibot";

import { parseJson, stringifyJson } from "@qmp/run-state";
import { main } from "@qmp/run-state/cli";
import { edition, editions } from "@qmp/run-state/editions";
import { openApiComponents, toJsonSchema } from "@qmp/run-state/json-schema";
import { fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

async function shown(...args: readonly string[]): Promise<string> {
  const host = fakeHost({});
  assert.equal(await main(["json-schema", ...args], host), 0);
  assert.equal(host.err(), "");
  return host.out();
}

/** Tests of `json-schema`, and of what it prints. */
export const jsonSchemaVerbTests: Suite = {
  async "json-schema prints what toJsonSchema() gives, to the last digit"() {
    const text = await shown("--edition", "7.2");
    assert.match(text, /"maximum": 18446744073709551615\n/);
    assert.deepEqual(
      parseJson(text) as unknown,
      toJsonSchema(edition("7.2")) as unknown,
    );
    assert.notEqual(await shown("--edition=9.0"), text);
  },

  async "json-schema takes the newest release unless told otherwise"() {
    const newest = editions.findLast((name) => /^\d/.test(name))!;
    assert.equal(await shown(), await shown("--edition", newest));
    assert.equal(
      await shown("--qemu", "7.2.22"),
      await shown("--edition", "7.2"),
    );
  },

  async "json-schema --openapi prints components"() {
    const text = await shown("--openapi", "--edition", "7.2");
    assert.deepEqual(parseJson(text) as unknown, {
      components: openApiComponents(edition("7.2")),
    } as unknown);
  },

  "toJsonSchema() refuses in commands what it takes in events"() {
    const { $defs } = toJsonSchema(edition("7.2"));
    const command = $defs["watchdog-set-action"]!;
    assert.deepEqual(command, {
      type: "object",
      properties: {
        execute: { const: "watchdog-set-action" },
        arguments: {
          type: "object",
          properties: { action: { $ref: "#/$defs/WatchdogAction" } },
          required: ["action"],
          additionalProperties: false,
        },
        id: {},
      },
      required: ["execute", "arguments"],
      additionalProperties: false,
    });
    assert.deepEqual($defs["WATCHDOG"], {
      type: "object",
      properties: {
        event: { const: "WATCHDOG" },
        data: {
          type: "object",
          properties: { action: { $ref: "#/$defs/WatchdogAction" } },
          required: ["action"],
        },
        timestamp: { $ref: "#/$defs/Timestamp" },
      },
      required: ["event", "data", "timestamp"],
    });
  },

  "toJsonSchema() gives what may be changed: it shares nothing"() {
    const spoil = (value: object): void => {
      for (const [key, member] of Object.entries(value)) {
        if (typeof member === "object" && member !== null) spoil(member);
        else (value as Record<string, unknown>)[key] = 0;
      }
    };
    const text = stringifyJson(toJsonSchema(edition("7.2")));
    spoil(toJsonSchema(edition("7.2")));
    assert.equal(stringifyJson(toJsonSchema(edition("7.2"))), text);
    assert.deepEqual(edition("7.2").schemas.RebootAction.options, [
      "reset",
      "shutdown",
    ]);
  },

  "toJsonSchema() throws on a schema that it cannot tell, rather than take all"() {
    for (
      const unknown of [
        v.custom(() => true),
        v.pipe(v.string(), v.check(() => true)),
      ]
    ) {
      const schemas = { ...edition("7.2").schemas, unknown };
      assert.throws(
        () => toJsonSchema({ name: "own", schemas }),
        /"(custom|check)"/,
      );
    }
  },

  "toJsonSchema() has every definition of every edition by its name"() {
    for (const name of editions) {
      const { $defs } = toJsonSchema(edition(name));
      const text = stringifyJson($defs);
      assert.containsAllKeys($defs, Object.keys(edition(name).definitions));
      for (const [, reference] of text.matchAll(/"#\/\$defs\/([^"]*)"/g)) {
        assert.property($defs, reference!);
      }
    }
  },
};
