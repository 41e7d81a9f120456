/**
 * Which command a reply answers.
 *
 * @module
 */

import type { JsonValue } from "../wire/json.ts";

/** The commands of one monitor that wait for their replies. */
interface Monitor<Command> {
  /** By id, each list in the order of sending; "" for those without one. */
  readonly byId: Map<string, Command[]>;
  /** Whether QEMU has greeted or answered on it. */
  isHeard: boolean;
}

/** Commands that wait for their replies. */
export interface Waiting<Command> {
  /**
   * Takes a command that was sent.
   *
   * @param monitor Which monitor it was sent to.
   * @param command The command.
   * @param id Its id, where it has one.
   * @param outOfBand Whether it may be answered before those sent earlier.
   * @returns Whether there was room. Where there was none, all that waited is
   * forgotten: so many unanswered commands are no conversation.
   */
  sent(
    monitor: string,
    command: Command,
    id: JsonValue | undefined,
    outOfBand: boolean,
  ): boolean;
  /**
   * Takes the command that a reply answers.
   *
   * @param monitor Which monitor the reply came from.
   * @param id The reply's id, where it has one.
   * @param isMeant Whether the reply can be meant for the command that waits
   * longest; where it is not, that one waits on.
   * @returns The command; undefined where none waits.
   */
  answered(
    monitor: string,
    id: JsonValue | undefined,
    isMeant?: (command: Command) => boolean,
  ): Command | undefined;
  /**
   * Forgets a monitor's commands, since a greeting begins a new connection.
   * Those sent before QEMU said anything are kept: systemd does not wait for
   * the greeting.
   *
   * @param monitor Which monitor.
   */
  greeted(monitor: string): void;
}

/**
 * Keeps the commands that wait for their replies: by id, and those without
 * one first in, first out.
 *
 * @param most How many may wait, over all monitors.
 * @returns The commands, none yet.
 */
export function waiting<Command>(most: number): Waiting<Command> {
  const monitors = new Map<string, Monitor<Command>>();
  let count = 0;

  function sent(
    name: string,
    command: Command,
    id: JsonValue | undefined,
    outOfBand: boolean,
  ): boolean {
    const room = count < most;
    if (!room) {
      monitors.clear();
      count = 0;
    }
    let monitor = monitors.get(name);
    if (monitor === undefined) {
      monitors.set(name, monitor = { byId: new Map(), isHeard: false });
    }
    const key = idKey(id);
    const queue = monitor.byId.get(key);
    if (queue === undefined) monitor.byId.set(key, [command]);
    // QEMU answers what is out of band as soon as it has read it.
    else if (outOfBand) queue.unshift(command);
    else queue.push(command);
    count += 1;
    return room;
  }

  function answered(
    name: string,
    id: JsonValue | undefined,
    isMeant?: (command: Command) => boolean,
  ): Command | undefined {
    const monitor = monitors.get(name);
    if (monitor === undefined) return undefined;
    monitor.isHeard = true;
    const { byId } = monitor;
    const key = idKey(id);
    const queue = byId.get(key);
    const command = queue?.[0];
    if (queue === undefined || command === undefined) return undefined;
    if (isMeant?.(command) === false) return undefined;
    queue.shift();
    if (queue.length === 0) byId.delete(key);
    count -= 1;
    return command;
  }

  function greeted(name: string): void {
    const monitor = monitors.get(name);
    if (monitor === undefined) {
      monitors.set(name, { byId: new Map(), isHeard: true });
    } else if (monitor.isHeard) {
      for (const queue of monitor.byId.values()) count -= queue.length;
      monitor.byId.clear();
    } else {
      monitor.isHeard = true;
    }
  }

  return { sent, answered, greeted };
}

/** QEMU echoes an id as the value that it read: the order of its members may change. */
function idKey(id: JsonValue | undefined): string {
  switch (typeof id) {
    case "undefined":
      return "";
    case "string":
      return `"${id}`;
    case "object":
      if (id === null) return "null";
      return Array.isArray(id)
        ? `[${id.map(lengthened).join("")}`
        : `{${
          Object.keys(id).sort().map((key) =>
            lengthened(key) + lengthened(id[key])
          ).join("")
        }`;
    default:
      return String(id);
  }
}

/** Prefixed by its length, so that no two ids share a key. */
function lengthened(id: JsonValue | undefined): string {
  const key = idKey(id);
  return `${key.length} ${key}`;
}
