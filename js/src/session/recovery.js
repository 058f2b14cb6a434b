/* What follows when the session of the page has ended: the notice, and the question who is signed in now, whenever the
   visitor may have signed in again, here or in another tab.

   mizan:session   on document; detail.state is "returned" when somebody has signed in again, and "other" when another tab was
                   the first to know that it is somebody else. Who prevents it shows it in another way. */

import { invalidate, retry } from "../blocks/refresh.js";
import { BEHIND, all, is, page, staysHere } from "../dom.js";
import { fire, onCapture } from "../events.js";
import { mount } from "../settings.js";
import { TOKEN } from "./csrf.js";
import { forgetHeld, hold, isHolding } from "./held.js";
import { FINGERPRINT, NOBODY, renewSession, session } from "./monitor.js";
import { hide, isShown, remind, reopen, show } from "./notice.js";

/** @type {"ended" | "other" | null} How the session has ended; null while all is well. */
let state = null;
/** @type {string | null} */
let reason = null;
/** @type {Promise<void> | null} */
let asking = null;
let isAskedAgain = false;

/** @param {SessionDetail["state"]} news @param {string | null} why */
const report = (news, why) =>
  fire(document, "mizan:session", { state: news, reason: why, element: null, status: 200 });

/** Return whether the session of the page has ended. */
export const isEnded = () => state !== null;

/** Forget about the end of a session: the page is of another one. */
export const startAnew = () => {
  state = null;
  forgetHeld();
  hide();
};

/** Ask who is signed in now. An answer that is already on its way may be too old for this question. */
export const check = () => {
  isAskedAgain = Boolean(asking);
  return (asking ??= ask());
};

const ask = async () => {
  do {
    isAskedAgain = false;
    try {
      const response = await fetch(mount().href + "session/");
      const now = response.headers.get(FINGERPRINT);
      const { csrfToken } = await response.json();
      if (now) conclude(now, csrfToken);
    } catch {
      // There is no network, say. When the visitor comes back to this page, it asks again.
    }
  } while (isAskedAgain);
  asking = null;
};

/** @param {string} now @param {string} csrfToken */
const conclude = (now, csrfToken) => {
  const own = session() ?? NOBODY;
  const isSame = now === own && (now !== NOBODY || reason === "csrf");
  if (state && (isSame || (own === NOBODY && now !== NOBODY && state === "ended"))) comeBack(now, csrfToken);
  else if (now === own) return;
  else if (now === NOBODY) state &&= "ended";
  else if (state !== "other") report("other", "user");
};

/** @param {string} now @param {string} csrfToken */
const comeBack = (now, csrfToken) => {
  const isNew = session() !== now;
  const part = reason === "csrf" ? "renewed" : "returned";
  state = null;
  renewSession(now, csrfToken);
  // Django looks at the posted token before it looks at the header.
  const inputs = /** @type {HTMLInputElement[]} */ (all(`input[name=${TOKEN}]`));
  for (const input of inputs) if (input.form && staysHere(input.form)) input.value = csrfToken;
  if (report("returned", reason) && (isShown() || isHolding())) show(part);
  else hide();
  if (isNew)
    invalidate("*", {}, { source: "return" }); // the page was made for nobody
  else retry();
};

/** @param {CustomEvent<SessionDetail>} event */
const onSession = async (event) => {
  const { state: news, reason: why, element } = event.detail;
  if (news === "returned") return;
  await null; // who prevents it may listen after this
  const isWanted = !event.defaultPrevented;
  if (isWanted) hold(element);
  if (news !== state || !is(element, BEHIND)) reopen();
  [state, reason] = [news, why];
  // The token may be old although the session has not ended. Then there is nothing to show first.
  if (reason === "csrf") await check();
  if (isWanted && state) remind(state);
};

const look = () => {
  if (state && !page.hidden) check();
};

export const start = () => {
  onCapture("mizan:session", onSession);
  onCapture("visibilitychange", look);
  for (const name of ["focus", "online", "pageshow"]) addEventListener(name, look);
};
