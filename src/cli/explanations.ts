/**
 * What there is to say of each code, in the order of the codes.
 *
 * @module
 */

import { conversationExplanations } from "./explain_conversations.ts";
import { fileExplanations } from "./explain_files.ts";
import { meaningExplanations } from "./explain_meaning.ts";
import { messageExplanations } from "./explain_messages.ts";
import { textExplanations } from "./explain_texts.ts";
import type { Explanations } from "./explanation.ts";

/** Explanations by code; a test misses none. */
export const explanations: Explanations = {
  ...textExplanations,
  ...messageExplanations,
  ...conversationExplanations,
  ...meaningExplanations,
  ...fileExplanations,
};
