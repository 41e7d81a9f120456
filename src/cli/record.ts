/**
 * The verb `record`: captures what passes between QEMU and a client.
 *
 * @module
 */

import { edition } from "../editions/edition.ts";
import { editions } from "../editions/release.ts";
import { quote } from "../wire/quote.ts";
import { isLoopback, tcpAddress } from "./address.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { TcpAddress } from "./host.ts";
import { UnreadableError } from "./input.ts";
import { recordAlone } from "./record_alone.ts";
import { openRecording } from "./recording.ts";
import { ListenError, tee } from "./tee.ts";
import { UnwritableError } from "./trace_file.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** The verb. */
export const record: Verb = {
  about:
    "Captures the messages of a monitor in a trace file, or goes on with one.",
  operands: "SOCKET|HOST:PORT",
  options: {
    output: { short: "o", takes: "FILE", about: "Where the trace goes" },
    tee: {
      takes: "LISTEN",
      about: "Stand between QEMU and the clients of this socket or HOST:PORT",
    },
    reconnect: { about: "Go on when QEMU comes back, not end" },
    drop: {
      takes: "EVENT",
      isList: true,
      about: "Leave such events out of the trace; may be repeated",
    },
    "keep-secrets": {
      about: "Write passwords and other secrets down too, to the byte",
    },
    progress: {
      about: "Tell how much is in the file, whatever ends this program",
    },
    sync: { about: "Write through to the disk, against loss of power" },
  },
  exit: "0 stopped by a signal or QEMU shut down, 1 QEMU is gone without " +
    "that, 2 wrong usage, nobody listens, or the file takes no more",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { operands: [place, another], options } = args;
  if (place === undefined) {
    throw new UsageError("Cannot record nothing: no socket was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot record ${quote(another)} too: there is room for one QEMU`,
    );
  }
  const file = options.get("output");
  if (file === undefined) {
    throw new UsageError("Cannot record to nowhere: no -o FILE was given");
  }
  const listen = options.get("tee");
  if (listen === "") {
    throw new UsageError("Cannot listen nowhere: --tee is empty");
  }
  const teeAddress = loopback(listen ?? "");
  const how = {
    file,
    redact: !options.has("keep-secrets"),
    drop: namesIn(options.get("drop")),
    syncs: options.has("sync"),
    isTold: options.has("progress"),
  };
  const address = tcpAddress(place) ?? place;
  const stopping = new AbortController();
  const unhook = context.host.onStop(() => stopping.abort());
  const errand = {
    context,
    place,
    address,
    open: () => openRecording(context, how),
    goesOn: options.has("reconnect"),
    stop: stopping.signal,
  };
  try {
    return listen === undefined
      ? await recordAlone(errand)
      : await tee(errand, listen, teeAddress);
  } catch (error) {
    const isTold = error instanceof UnreadableError ||
      error instanceof UnwritableError || error instanceof ListenError;
    if (!isTold) throw error;
    await complain(context, error.message);
    return 2;
  } finally {
    unhook();
  }
}

function namesIn(given: string | undefined): readonly string[] {
  const names = given === undefined ? [] : given.split(",");
  for (const name of names) {
    if (!/^[\w.-]+$/.test(name)) {
      throw new UsageError(
        `Cannot leave out ${quote(name)}: it is no name of an event`,
      );
    }
    if (Object.hasOwn(edition(editions.at(-1)!).schemas, name)) {
      throw new UsageError(
        `Cannot leave out ${quote(name)}: it tells of the run state`,
      );
    }
  }
  return names;
}

/** A monitor has power over its machine, and over what QEMU may reach. */
function loopback(place: string): string | TcpAddress {
  const address = tcpAddress(place);
  if (address === undefined || isLoopback(address)) return address ?? place;
  throw new UsageError(
    `Cannot listen on ${quote(place)}: a monitor is not for others to reach; ` +
      "take localhost or a path",
  );
}
