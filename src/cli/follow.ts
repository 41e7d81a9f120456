/**
 * The verb `follow`: shows what a running QEMU says, and where that leaves the
 * machine.
 *
 * @module
 */

import { versionOf } from "../editions/version.ts";
import { witness } from "../editions/witness.ts";
import type { ByteStreams } from "../replay/attach.ts";
import { follow as followStreams } from "../replay/follow.ts";
import type { Greeting } from "../schema/qmp.ts";
import { quote } from "../wire/quote.ts";
import { tcpAddress } from "./address.ts";
import { again } from "./again.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import {
  type Choice,
  describeChoice,
  greetedOrAsked,
  named,
  newestRelease,
} from "./edition_choice.ts";
import type { Connection } from "./host.ts";
import { reasonOf, titleOf, UnreadableError } from "./input.ts";
import {
  editionOptions,
  type ReadingAsked,
  readingAsked,
  readingOptions,
} from "./reading.ts";
import { stepPrinter } from "./step_lines.ts";
import { WriteError } from "./terminal.ts";
import { complain, type Context, type Verb } from "./verb.ts";

const { policy } = readingOptions;

/** The verb. */
export const follow: Verb = {
  about:
    "Shows what a running QEMU says as it comes, and the run state after it.",
  operands: "SOCKET|HOST:PORT",
  options: {
    once: { about: "End with the connection, not wait for QEMU to come back" },
    ...editionOptions,
    policy: policy!,
  },
  exit: "0 no fault, 1 faults, 2 wrong usage, or nobody listens",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const [place, another] = args.operands;
  if (place === undefined) {
    throw new UsageError("Cannot follow nothing: no socket was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot follow ${quote(another)} too: there is room for one QEMU`,
    );
  }
  const asked = readingAsked(args);
  const stopping = new AbortController();
  const unhook = context.host.onStop(() => stopping.abort());
  try {
    const isOnce = args.options.has("once");
    return await followAll(place, isOnce, asked, stopping.signal, context);
  } catch (error) {
    // A TypeError says that it is no monitor.
    if (!(error instanceof UnreadableError || error instanceof TypeError)) {
      throw error;
    }
    await complain(context, error.message);
    return 2;
  } finally {
    unhook();
  }
}

/** Follows one connection after the other. */
async function followAll(
  place: string,
  isOnce: boolean,
  asked: ReadingAsked,
  stop: AbortSignal,
  context: Context,
): Promise<number> {
  const { host } = context;
  const address = tcpAddress(place) ?? place;
  const title = titleOf(place);
  const next = again(host, address, stop);
  const start = host.now();
  // The first thing to tell is that nothing is known.
  const print = stepPrinter(context.out, "");
  let connection = await host.connect(address, stop)
    .catch((error) => {
      if (stop.aborted) return undefined;
      throw new UnreadableError(title, error);
    });
  let hasFault = false;

  async function followOne(
    connection: Connection,
    isReconnect: boolean,
  ): Promise<string> {
    const { readable, writable } = streamsOf(connection);
    let isGreeted = false;
    let isOver = false;
    const steps = followStreams(readable, writable, {
      edition: (greeting) => choose(greeting, asked).edition,
      witness: (greeting) => witness(choose(greeting, asked).edition.name),
      policy: asked.policy,
      signal: stop,
      now: () => (host.now() - start) / 1000,
      isReconnect,
    });
    for await (const batch of steps) {
      for (const step of batch) {
        const { entry, findings } = step;
        if (entry.kind === "greeting" && !isGreeted) {
          isGreeted = true;
          connection.bePatient();
          next.wasGood();
          const choice = choose(entry.message as Greeting, asked);
          context.out.line(
            ["bold", title],
            ["dim", `: ${describeChoice(choice)}, policy ${asked.policy}`],
          );
        }
        print.step(step);
        hasFault ||= [...entry.findings, ...findings]
          .some(({ severity }) => severity === "fault");
        isOver ||= entry.kind === "event" && entry.name === "SHUTDOWN";
      }
      await context.out.flush();
    }
    return isOver ? "QEMU has shut down" : "QEMU ended the connection";
  }

  for (let isReconnect = false; connection !== undefined; isReconnect = true) {
    const why = await followOne(connection, isReconnect)
      .catch((error) => {
        if (error instanceof TypeError || error instanceof WriteError) {
          throw error;
        }
        return `the connection broke: ${reasonOf(error, "read")}`;
      });
    connection.close();
    if (stop.aborted) break;
    const more = isOnce ? "" : "; waiting for it to come back";
    await complain(context, `${title}: ${why}${more}`);
    connection = isOnce ? undefined : await next.connect();
  }
  return hasFault ? 1 : 0;
}

function choose(greeting: Greeting, asked: ReadingAsked): Choice {
  return asked.choice ??
    greetedOrAsked(named(versionOf(greeting), "the greeting"), asked.qemu) ??
    newestRelease();
}

/** A connection as the library takes it. */
function streamsOf(connection: Connection): ByteStreams {
  const received = connection.received[Symbol.asyncIterator]();
  return {
    readable: new ReadableStream({
      async pull(controller) {
        const { done, value } = await received.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => connection.close(),
    }),
    writable: new WritableStream({ write: (bytes) => connection.send(bytes) }),
  };
}
