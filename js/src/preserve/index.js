/* What visitors typed, opened and loaded, and what scripts have set, stays when blocks are refreshed.

   extension.js       takes the swaps of blocks from htmx, and
   replace.js         carries one out: it notes what is there, has the block replaced, and puts back what is missing;
   morph.js           replaces it by a morph, where there is one
   matching.js        finds the twins of elements, and rows.js those of rows
   swap.js            is what one swap knows
   fields.js          knows what was entered, sent.js what of that was accepted, carry_fields.js puts it back
   attributes.js      knows what scripts have set, alpine.js what Alpine has, carry_attributes.js puts it back
   open.js, focus.js  know what is open, and where the focus is; links.js knows links that come back with another address
   staying.js         knows which elements are left alone, and waiting.js when a block can't be replaced
   scripts.js         runs the scripts of the new content; namespaces.js is for SVG and MathML
   inserted.js        preserves what visitors have loaded into a block, which swaps.js reports; asking_again.js
                      loads that anew, and instead.js swaps it in */

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
