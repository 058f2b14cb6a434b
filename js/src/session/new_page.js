/* A page that htmx puts into the place of this one, by a boosted link say, may be of another session. Its fingerprint is in
   the tag of mizan.js, in a head that htmx leaves out. */

import { onCapture } from "../events.js";
import { spelt } from "../htmx.js";
import { renewSession, session } from "./monitor.js";
import { startAnew } from "./recovery.js";
import { publish } from "./tabs.js";

/** @type {(isSwapped: boolean, text: string) => void} */
const turn = (isSwapped, text) => {
  const [, found] = (isSwapped && /<script [^>]*\bdata-session="(\w+)"/.exec(text)) || [];
  if (!found || found === session()) return;
  renewSession(found);
  startAnew();
  publish();
};

export const start = () => {
  onCapture("htmx:beforeSwap", ({ detail }) => turn(detail.shouldSwap, detail.serverResponse));
  onCapture(spelt("htmx:before:swap"), ({ detail }) => turn(!detail.cancelled, detail.ctx.text));
};
