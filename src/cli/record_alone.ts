/**
 * Recording as the monitor's own client.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";
import { again } from "./again.ts";
import { type Ending, type Errand, whenStopped } from "./errand.ts";
import type { Connection } from "./host.ts";
import { titleOf, UnreadableError } from "./input.ts";
import { type Ear, ear } from "./monitor_ear.ts";
import type { Recording } from "./recording.ts";
import { UnwritableError } from "./trace_file.ts";
import { complain } from "./verb.ts";

/** What is said to QEMU. Its run state is asked for, since what came before was not heard. */
const said = ["qmp_capabilities", "query-status"].map((name, index) =>
  new TextEncoder().encode(
    `{"execute": "${name}", "id": "record ${index + 1}"}\r\n`,
  )
);

/**
 * Negotiates, asks for the run state, and records what is said then.
 *
 * @param errand What there is to do.
 * @returns The exit code.
 * @throws {UnreadableError} Where nobody listens, or no monitor.
 * @throws {UnwritableError} Where the file takes no more.
 */
export async function recordAlone(errand: Errand): Promise<number> {
  const { context, place, address, goesOn, stop } = errand;
  const title = titleOf(place);
  const next = again(context.host, address, stop);
  let connection = await context.host.connect(address, stop)
    .catch((error) => {
      if (stop.aborted) return undefined;
      throw new UnreadableError(title, error);
    });
  let recording: Recording | undefined;
  let isOrderly = true;
  try {
    while (connection !== undefined) {
      if (recording === undefined) recording = await errand.open();
      else recording.reconnected();
      const ending: Ending = await listenTo(
        connection,
        recording,
        errand,
        next.wasGood,
      );
      if (stop.aborted) break;
      isOrderly = ending.isOrderly;
      if (!goesOn && isOrderly) break;
      const more = goesOn ? "; waiting for it to come back" : "";
      await complain(context, `${title}: ${ending.why}${more}`);
      connection = goesOn ? await next.connect() : undefined;
    }
  } finally {
    connection?.close();
    recording?.end();
  }
  const summary = recording?.summary() ?? "nothing was written";
  context.out.line(`${title}: ${summary}`);
  return isOrderly || stop.aborted ? 0 : 1;
}

async function listenTo(
  connection: Connection,
  recording: Recording,
  { place, stop }: Errand,
  welcome: () => void,
): Promise<Ending> {
  const monitor = ear();
  const end = () => connection.close();
  const unhook = whenStopped(stop, end);
  let isGreeted = false;
  try {
    for await (const bytes of connection.received) {
      recording.received(bytes);
      monitor.hear(bytes);
      if (isGreeted || monitor.greeting === undefined) continue;
      isGreeted = true;
      checkGreeting(monitor, titleOf(place));
      welcome();
      connection.bePatient();
      for (const text of said) {
        recording.sent(text);
        await connection.send(text);
      }
    }
    return monitor.ending();
  } catch (error) {
    if (
      error instanceof UnwritableError || error instanceof UnreadableError
    ) {
      throw error;
    }
    return monitor.ending(error);
  } finally {
    unhook();
    end();
  }
}

function checkGreeting({ greeting }: Ear, title: string): void {
  if (greeting?.kind === "greeting") return;
  const why = `it greets with ${quote(greeting?.text ?? "")}, which is no QMP`;
  throw new UnreadableError(title, new Error(why));
}
