/**
 * Finds out what a correct reader must find in a trace of ours, without the
 * library: with JSON.parse, counted braces, and the fact that QEMU answers
 * in-band commands in their order. It is the other opinion in the reader's test.
 *
 * @module
 */

import { objects } from "./objects.ts";

/** What a correct reader must find: the file beside a recorded trace. */
export interface Expected {
  /** How many messages there are. */
  readonly messages: number;
  /** How many of each kind. */
  readonly byKind: Record<Kind, number>;
  /** Events and commands by name, replies under the command they answer. */
  readonly byName: Record<string, number>;
  /** What is to be said, and of which line of the trace. */
  readonly findings: readonly ExpectedFinding[];
}

/** One finding of {@linkcode Expected}. */
export interface ExpectedFinding {
  /** The code. */
  readonly code: string;
  /** The severity. */
  readonly severity: "fault" | "notice";
  /** The line on which the message begins. */
  readonly line: number;
  /** Where in the message. */
  readonly path: readonly (string | number)[];
}

/** What a trace holds. */
export interface Survey {
  /** What a reader must find. */
  readonly expected: Expected;
  /** The run states that query-status returned, in order. */
  readonly states: readonly string[];
}

type Kind = "greeting" | "command" | "return" | "error" | "event";

/**
 * Takes stock of a trace.
 *
 * @param trace The trace file: sound, without base64, and all commands in band.
 * @returns What is in it.
 */
export function survey(trace: string): Survey {
  const byKind = { greeting: 0, command: 0, return: 0, error: 0, event: 0 };
  const byName: Record<string, number> = {};
  const findings: ExpectedFinding[] = [];
  const states: string[] = [];
  const asked: { name: string; line: number }[] = [];
  const split = { "<-": objects(), "->": objects() };

  const count = (kind: Kind, name?: string) => {
    byKind[kind] += 1;
    if (name !== undefined) byName[name] = (byName[name] ?? 0) + 1;
  };
  const lines = trace.trimEnd().split("\n");
  for (let line = 2; line <= lines.length; line += 1) {
    const [, direction, text]: [number, "<-" | "->", string] = JSON.parse(
      lines[line - 1]!,
    );
    for (const found of split[direction](text, line)) {
      const message = JSON.parse(found.text);
      if ("QMP" in message) count("greeting");
      else if ("event" in message) count("event", message.event);
      else if ("execute" in message) {
        count("command", message.execute);
        asked.push({ name: message.execute, line: found.place });
      } else {
        const command = asked.shift()!;
        count("error" in message ? "error" : "return", command.name);
        if (command.name === "query-status" && "return" in message) {
          states.push(message.return.status);
        }
        if ("error" in message) {
          const { line } = command;
          findings.push(
            ...wrongValues(command.name, line, message.error.desc),
            { code: "REFUSED", severity: "notice", line, path: [] },
          );
        }
      }
    }
  }
  const messages = Object.values(byKind).reduce((sum, n) => sum + n);
  return { expected: { messages, byKind, byName, findings }, states };
}

/** What QEMU says is wrong with a command of run-state is wrong in its edition. */
function wrongValues(
  command: string,
  line: number,
  desc: string,
): ExpectedFinding[] {
  const name = /^Parameter '(.+)' does not accept value/.exec(desc)?.[1];
  return name === undefined || !/^(watchdog-)?set-action$/.test(command)
    ? []
    : [
      {
        code: "UNKNOWN_VALUE",
        severity: "fault",
        line,
        path: ["arguments", name],
      },
    ];
}

/**
 * Says what a scenario was to show and did not.
 *
 * @param survey What was seen.
 * @param scenario What was to be seen.
 * @returns What is missing; nothing where all was seen.
 */
export function missing(
  { expected, states }: Survey,
  scenario: {
    readonly names: readonly string[];
    readonly states: readonly string[];
  },
): string[] {
  const absent = scenario.names.filter((name) => !(name in expected.byName));
  if (states.join() !== scenario.states.join()) {
    absent.push(`the states ${scenario.states}, but it came to ${states}`);
  }
  return absent;
}
