/* What visitors typed, opened and loaded, and what scripts have set, stays when blocks are refreshed. */

import { start as startAskingAgain } from "./asking_again.js";
import { start as startAttributes } from "./attributes.js";
import { start as startExtension } from "./extension.js";
import { start as startFields } from "./fields.js";
import { start as startFocus } from "./focus.js";
import { start as startInserted } from "./inserted.js";
import { start as startNamespaces } from "./namespaces.js";
import { start as startOpen } from "./open.js";
import { start as startScripts } from "./scripts.js";
import { start as startSent } from "./sent.js";
import { start as startSwaps } from "./swaps.js";
import { start as startWaiting } from "./waiting.js";

export const start = () => {
  startAttributes();
  startSent();
  startOpen();
  startNamespaces();
  startScripts();
  startFields();
  startFocus();
  startWaiting();
  startExtension();
};

/** Preserve what visitors have loaded into blocks. */
export const startLoaded = () => {
  startSwaps();
  startAskingAgain();
  startInserted();
};
