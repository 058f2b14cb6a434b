/* "Why did this refresh?", for those who make a site.

   A button in a corner opens a list of what happened since the page was loaded, newest first: what caused it, its header, the
   blocks it covered and what became of them, the blocks it did not cover and why not, and the requests. A block that refreshes
   is outlined. Alt+Shift+M opens and closes the list, and Escape closes it.

   It listens to the events of mizan.js and htmx, and does nothing else: without it everything is the same. */

import { page } from "../dom.js";
import { offerPages } from "../errors/notice.js";
import { isHtmx2, spelt } from "../htmx.js";
import { record } from "./changes.js";
import { showCount } from "./drawing.js";
import { host, start as startElements } from "./elements.js";
import { onAnswer2, onAnswer4, onInvalidate, onSwap4 } from "./invalidations.js";
import { follow } from "./outlines.js";
import { onShortcut, start as startPlacement } from "./placement.js";
import {
  beginGesture,
  endGesture,
  onBlockAnswer,
  onDue,
  onError,
  onRefreshed,
  onRefreshing,
} from "./refreshes.js";
import { onFailed, onRequest } from "./refusals.js";
import { openPage, start as startViewer } from "./viewer.js";

const TYPING = "somebody is typing in it";
const DRAGGING = "it is being dragged";

/** @param {CustomEvent<{ state: string, reason: string }>} event */
const onSession = ({ detail }) => record(`The session: ${detail.state} (${detail.reason})`);

/* The notice of a failure has a button for it. */
/** @param {CustomEvent<{ html: string }>} event */
const onPage = (event) => {
  event.preventDefault();
  openPage(event.detail.html);
};

/** @type {() => Record<string, (event: any) => unknown>} */
const listeners = () => ({
  "mizan:invalidate": onInvalidate,
  "mizan:due": onDue,
  "mizan:refreshing": onRefreshing,
  "mizan:answer": onBlockAnswer,
  "mizan:refreshed": onRefreshed,
  "mizan:error": onError,
  "mizan:session": onSession,
  "mizan:request": onRequest,
  "mizan:failed": onFailed,
  "mizan:page": onPage,
  ...(isHtmx2
    ? { "htmx:afterRequest": onAnswer2 }
    : { [spelt("htmx:before:swap")]: onSwap4, [spelt("htmx:finally:request")]: onAnswer4 }),
  compositionstart: beginGesture(TYPING),
  compositionend: endGesture(TYPING),
  dragstart: beginGesture(DRAGGING),
  dragend: endGesture(DRAGGING),
  keydown: onShortcut,
  scroll: follow,
});

export const start = () => {
  startElements();
  startViewer();
  startPlacement();
  // Before the listeners of the page, any of which may stop an event.
  for (const [type, listener] of Object.entries(listeners())) addEventListener(type, listener, true);
  addEventListener("resize", follow);
  showCount(0);
  page.documentElement.append(host);
  offerPages();
};
