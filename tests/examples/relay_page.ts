/**
 * The page of `relay_server.js`: a line for each event, panics with the address
 * at which the guest stopped.
 *
 * @module
 */

import * as v from "valibot";
import { isRunStateEvent, Message, safeParseJson } from "@qmp/run-state";

const list = document.querySelector("ol")!;

/** A headline for an event, or what is wrong with it. */
function headline(text: string): string {
  // Not JSON.parse: it loses digits.
  const read = safeParseJson(text);
  if (!read.ok) return `not taken: ${read.finding.code}`;
  const { success, output } = v.safeParse(Message, read.value);
  if (!success) return "not taken: it is no message";
  if (!isRunStateEvent(output)) return "something else";
  if (output.event !== "GUEST_PANICKED") return output.event;
  const { info } = output.data;
  return info?.type === "s390"
    ? `${output.event} at 0x${info["psw-addr"].toString(16)}`
    : output.event;
}

const socket = new WebSocket(location.href.replace("http", "ws"));
socket.addEventListener("message", ({ data }) => {
  const item = document.createElement("li");
  item.textContent = headline(String(data));
  list.append(item);
});
socket.addEventListener("open", () => list.dataset["state"] = "open");
socket.addEventListener("close", () => list.dataset["state"] = "closed");
