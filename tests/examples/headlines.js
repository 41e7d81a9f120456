/**
 * The code under test, as a user might have it: what a monitor sends, chunk by
 * chunk, becomes a headline a message.
 *
 * @module
 */

import { edition } from "@qmp/run-state/editions";
import { rawSource, reader } from "@qmp/run-state/replay";

/**
 * @param {Iterable<Uint8Array>} chunks What came from QEMU 7.2.
 * @returns {string[]} A headline for each message.
 */
export function headlines(chunks) {
  const source = rawSource();
  const stage = reader({ edition: edition("7.2"), policy: "strict" });
  const entries = Array.from(chunks, (chunk) => stage.push(source.push(chunk)));
  entries.push(stage.push(source.end()));
  return entries.flat().map(({ kind, name, message, findings }) => {
    const [finding] = findings;
    if (finding !== undefined) {
      return `not taken: ${finding.code} at ${finding.path.join(".")}`;
    }
    return name === "SHUTDOWN" && message && "data" in message
      ? `shut down: ${Object(message.data).reason}`
      : name ?? kind ?? "nothing";
  });
}
