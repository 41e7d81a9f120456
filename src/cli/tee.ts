/**
 * Recording between QEMU and its clients.
 *
 * @module
 */

import { type Ending, type Errand, whenStopped } from "./errand.ts";
import type { Connection, Listening, TcpAddress } from "./host.ts";
import { reasonOf, titleOf, UnreadableError } from "./input.ts";
import { ear } from "./monitor_ear.ts";
import type { Recording } from "./recording.ts";
import { complain, type Context } from "./verb.ts";

/** How long a client may stay when QEMU has gone, in milliseconds; then it is cut off, as by the end of QEMU itself. */
const grace = 1_000;

/** Nobody can listen there. */
export class ListenError extends Error {
  /**
   * Says where, and why.
   *
   * @param place Where.
   * @param error What the platform said.
   */
  constructor(place: string, error: unknown) {
    const why = reasonOf(error, "written");
    super(`Cannot listen on ${titleOf(place)}: ${why}`, { cause: error });
    this.name = "ListenError";
  }
}

/**
 * Stands between QEMU and its clients, one after the other as QEMU has it, and
 * records what passes; not a byte is changed or added.
 *
 * One thing is TCP's: where QEMU ends and has not read everything, its system
 * may throw away what was still on its way from it. A UNIX socket loses nothing.
 *
 * @param errand What there is to do.
 * @param place Where clients come to, as it was given.
 * @param door Where that is.
 * @returns The exit code.
 * @throws {ListenError} Where nobody can listen there.
 * @throws {UnreadableError} Where QEMU does not listen.
 * @throws {UnwritableError} Where the file takes no trace.
 */
export async function tee(
  errand: Errand,
  place: string,
  door: string | TcpAddress,
): Promise<number> {
  const { context: { host, out }, stop } = errand;
  const listening = await host.listen(door).catch((error) => {
    throw new ListenError(place, error);
  });
  const close = () => listening.close();
  const unhook = whenStopped(stop, close);
  try {
    const recording = await errand.open();
    let code: number;
    try {
      out.line(`Listening on ${titleOf(place)}`);
      // That nobody reads it keeps nothing from being recorded.
      await out.flush().catch(() => {});
      code = await serve(errand, listening, recording);
    } finally {
      recording.end();
    }
    out.line(`${titleOf(errand.place)}: ${recording.summary()}`);
    return code;
  } finally {
    unhook();
    close();
  }
}

async function serve(
  errand: Errand,
  listening: Listening,
  recording: Recording,
): Promise<number> {
  const { context, goesOn, stop } = errand;
  const title = titleOf(errand.place);
  let isFirst = true;
  for await (const client of listening.clients) {
    const qemu = await reach(errand, client);
    if (qemu === undefined) continue;
    if (!isFirst) {
      try {
        recording.reconnected();
      } catch (error) {
        client.close();
        qemu.close();
        throw error;
      }
    }
    isFirst = false;
    const { ending, isFull } = await relay(client, qemu, recording, errand);
    if (isFull) return 2;
    if (stop.aborted) break;
    if (ending === undefined) continue;
    if (!goesOn) {
      if (ending.isOrderly) return 0;
      await complain(context, `${title}: ${ending.why}`);
      return 1;
    }
    await complain(context, `${title}: ${ending.why}; waiting for clients`);
  }
  return 0;
}

async function reach(
  { context, place, address, goesOn, stop }: Errand,
  client: Connection,
): Promise<Connection | undefined> {
  try {
    const qemu = await context.host.connect(address, stop);
    // It is for the client to lose patience.
    qemu.bePatient();
    return qemu;
  } catch (error) {
    client.close();
    if (stop.aborted) return undefined;
    const reason = new UnreadableError(titleOf(place), error);
    if (!goesOn) throw reason;
    await complain(context, `${reason.message}; waiting for clients`);
    return undefined;
  }
}

/** How it ended between a client and QEMU. */
interface Relayed {
  /** Absent where the client left first. */
  readonly ending: Ending | undefined;
  /** Whether the file takes no more. */
  readonly isFull: boolean;
}

async function relay(
  client: Connection,
  qemu: Connection,
  recording: Recording,
  { context, stop }: Errand,
): Promise<Relayed> {
  const monitor = ear();
  let first: "client" | "qemu" | undefined;
  let ending: Ending | undefined;
  let isFull = false;

  /** Whatever becomes of the file, the conversation goes on. */
  function put(act: () => void): void {
    try {
      act();
    } catch (error) {
      isFull = true;
      tellFull(context, error as Error);
    }
  }

  async function pass(
    who: "client" | "qemu",
    from: Connection,
    to: Connection,
    take: (bytes: Uint8Array) => void,
  ): Promise<void> {
    let broke: unknown;
    try {
      for await (const bytes of from.received) {
        put(() => take(bytes));
        await to.send(bytes);
      }
    } catch (error) {
      broke = error;
    }
    first ??= who;
    if (first === "qemu") ending ??= monitor.ending(broke);
    await to.finish();
  }

  const hangUp = () => {
    client.close();
    qemu.close();
  };
  const over = new AbortController();
  const unhook = whenStopped(stop, hangUp);
  const sending = pass("client", client, qemu, recording.sent);
  await pass("qemu", qemu, client, (bytes) => {
    recording.received(bytes);
    monitor.hear(bytes);
  });
  await Promise.race([sending, context.host.sleep(grace, over.signal)]);
  over.abort();
  hangUp();
  await sending;
  unhook();
  return { ending, isFull };
}

function tellFull(context: Context, { message }: Error): void {
  // Nobody waits for it: the conversation must not.
  void complain(context, `${message}; what is said goes on unrecorded`);
}
