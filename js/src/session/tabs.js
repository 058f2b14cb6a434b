/* What makes blocks stale in this tab does so in the other tabs of the same session, too; and a tab that learns of another
   session has the others ask whose they are. */

import { invalidate } from "../blocks/refresh.js";
import { onCapture } from "../events.js";
import { mount } from "../settings.js";
import { NOBODY, session } from "./monitor.js";
import { check, isEnded } from "./recovery.js";

/** @typedef {{ list: string, version: string | null }} News */

/** @type {BroadcastChannel | null} */
let channel = null;

const open = () => {
  if (channel || !window.BroadcastChannel) return;
  channel = new BroadcastChannel("mizan " + mount().pathname);
  channel.addEventListener("message", receive);
};

/** Report the session of this page, and what has become stale, to the other tabs. @param {News} [news] */
export const publish = (news) => channel?.postMessage({ session: session(), ...news });

/* A page for everyone has no fingerprint: it may be of any session. */
/** @param {MessageEvent<{ session?: string } & Partial<News>>} event */
const receive = ({ data: { session: other, list, version } }) => {
  const own = session();
  const isOwn = !other || !own || other === own;
  if (list && isOwn) invalidate(list, {}, { version, source: "tab" });
  // That page may be older than the session, so the server is asked.
  if (other && (isEnded() || (!isOwn && other !== NOBODY))) check();
};

export const start = () => {
  open();
  onCapture("mizan:invalidate", (/** @type {CustomEvent<InvalidateDetail>} */ { detail }) => {
    const { header: list, version, source } = detail;
    if (/^(response|cookie|script)$/.test(source)) publish({ list, version });
  });
  if (session()) publish();
  addEventListener("pageshow", open);
  // A channel that receives something would take the page out of the back/forward cache.
  addEventListener("pagehide", () => {
    channel?.close();
    channel = null;
  });
};
