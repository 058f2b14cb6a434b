/* Whose session a page is of, and the answers that show that it has ended, or that somebody else is signed in: those are
   kept out of the page. docs/shim.md says of mizan:session what it has. */

import { invalidate } from "../blocks/refresh.js";
import { BLOCK, isOwn, of, page } from "../dom.js";
import { fire, on } from "../events.js";
import { settings } from "../settings.js";
import { renewToken } from "./csrf.js";

export const FINGERPRINT = "X-Mizan-Session";
const REFUSED = "X-Mizan-Refused";

/** The fingerprint of nobody's session. */
export const NOBODY = "anonymous";

/** @typedef {Omit<AnswerDetail, "request" | "method">} Answer */

/** @type {string | undefined} */
let fingerprint;
let isOver = false; // by the last answer that could show it

/** Return the session fingerprint of the page: 16 hexadecimal digits or "anonymous"; undefined if it is unknown. */
export const session = () => fingerprint;

/**
 * The page is of another session now.
 * @param {string} given - its fingerprint
 * @param {string} [csrfToken]
 */
export const renewSession = (given, csrfToken) => {
  fingerprint = given;
  renewToken(csrfToken);
};

const locate = (/** @type {string} */ url) => new URL(url, page.baseURI);
const isLoginPage = (/** @type {string} */ url) => locate(url).pathname === settings.login;

/* After signing out the login page is there as well: as a page of its own, whose URL leads nowhere else. */
/** @param {Answer} answer */
const isLogin = ({ answered, target }) =>
  Boolean(answered) && isLoginPage(answered) && (target !== page.body || locate(answered).search !== "");

/** @type {(answer: Answer, isOther: boolean) => "login" | "csrf" | "user" | null} */
const reasonOf = (answer, isOther) => {
  // What the login page itself is asked, it may refuse: the password was wrong.
  if (!isLoginPage(answer.url) && (answer.status === 401 || isLogin(answer))) return "login";
  if (answer.header(REFUSED) === "csrf") return "csrf";
  return isOther ? "user" : null;
};

/** @type {(now: string | null, answer: Answer) => void} */
const learn = (now, { isSafe, header }) => {
  if (!now || (fingerprint && isSafe)) return;
  const isNew = Boolean(fingerprint) && fingerprint !== now;
  fingerprint = now;
  const stays = header("HX-Redirect") === null && header("HX-Refresh") === null;
  // Somebody signed in or out, and the page shows what its visitor could see before.
  if (isNew && stays) invalidate("*", {}, { source: "response" });
};

/**
 * Look at what a response says of the session, and fire mizan:session where it is over. Return whether it is.
 * @param {Answer} answer
 */
export const checkSession = (answer) => {
  const { block, element, isSafe, status, header } = answer;
  const now = header(FINGERPRINT);
  const isOther = Boolean(block && now && fingerprint && now !== fingerprint);
  const reason = reasonOf(answer, isOther);
  const isReported = isOver && isSafe;
  isOver = reason !== null;
  if (reason === null) {
    learn(now, answer);
    return false;
  }
  answer.reason = `the session of the page is over (${reason}), status`;
  if (reason === "csrf") renewToken();
  const state = isOther && now !== NOBODY ? "other" : "ended";
  // Each time for what a visitor did, so that it can be held; once for refreshes.
  if (!isReported) fire(document, "mizan:session", { state, reason, element, status });
  return true;
};

/** @param {CustomEvent<AnswerDetail>} event */
const onAnswer = (event) => {
  const { block, target, isSafe, url } = event.detail;
  if (!isOwn(url) || !(block || !isSafe || of(target)?.closest?.(BLOCK))) return;
  if (checkSession(event.detail)) event.preventDefault();
};

export const start = () => {
  fingerprint = settings.session;
  on("mizan:answer", onAnswer);
};
