/**
 * What is wrong with a session, by all that can read it.
 *
 * @module
 */

import { edition, witness } from "@qmp/run-state/editions";
import { chunkRecords, type Session } from "@qmp/run-state/fixtures";
import { type Entry, read, tracker } from "@qmp/run-state/replay";

/**
 * Reads a session by the edition that it is of.
 *
 * @param session The session.
 * @returns Its entries.
 */
export function entriesOf(session: Session): readonly Entry[] {
  return read(chunkRecords(session.chunks()), {
    edition: edition(session.edition),
    policy: "strict",
  }).entries;
}

/**
 * Finds what is wrong with a session.
 *
 * @param session The session.
 * @returns A sentence for each: what was found in a message, and where the run
 * state is none that is possible.
 */
export function* faultsOf(session: Session): Generator<string> {
  const { name, edition, messages } = session;
  const entries = entriesOf(session);
  const stage = tracker({ witness: witness(edition) });
  const steps = stage.push(entries);
  if (steps.length !== messages.length) yield `${name}: messages are lost`;
  for (const { entry } of stage.end()) {
    yield `${name}: no reply to ${entry.text}`;
  }
  for (const [index, step] of steps.entries()) {
    const { text, state, direction, at } = messages[index]!;
    const where = `${edition} ${name}: ${text}`;
    for (
      const { code, message } of [...step.findings, ...step.entry.findings]
    ) {
      // That QEMU refuses a command is no fault of the trace.
      if (code !== "REFUSED") yield `${where} ${message}`;
    }
    if (!step.states.includes(state)) {
      yield `${where} ${state} is none of ${step.states}`;
    }
    const isFollowed = step.entry.direction === direction &&
      step.entry.at === at && text.startsWith(step.entry.text);
    if (!isFollowed) yield `${where} is read as ${step.entry.text}`;
  }
}
