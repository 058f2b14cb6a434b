/* The page's socket: connecting, asking the server, connecting again. Live blocks and channels share it.

   <html data-mizan-socket="open"> says that the server follows all that the page shows, but for blocks that are marked as
   failed; "closed" that it does not; the attribute is absent as long as nothing on the page needs a socket. The event
   mizan:socket on the document says when that changes. */

import { offline, problem } from "../call.js";
import { page } from "../dom.js";
import { fire, on, onChange } from "../events.js";
import { address, settings } from "../settings.js";

const SETTLING = 50; // milliseconds in which changes of the page are collected
const [FIRST_WAIT, LONGEST_WAIT] = [500, 30_000]; // milliseconds until it connects again
const ANSWER = 10_000; // milliseconds that the server has to answer
const PROBE = 5_000; // the same, where it is unknown whether the connection is still alive
const MAX_BYTES = 65_536; // of a frame: a larger one would cost the socket
// Closed for what this page does: it would do so again at once. 1008: too many frames; 1009: one too large. And what
// stands for them where the server, such as daphne, sends none of the protocol's own.
const REPROACHES = [1008, 1009, 4008, 4009];

/**
 * A frame of the server.
 * @typedef {{ id?: string, data?: any, version?: string, error?: any, code?: string, [name: string]: any }} Frame
 */

/**
 * What uses the socket.
 * @typedef {object} SocketUser
 * @property {() => boolean} isNeeded - return whether the page needs the socket for it
 * @property {(frame: Frame) => unknown} receive - called with each frame
 * @property {() => unknown} [opened] - called each time that the socket has opened; may return a promise of being done
 * @property {() => unknown} [lost] - called each time that connecting was in vain, or the socket was lost
 * @property {() => unknown} [pageChanged] - called while it is open, when the page has changed
 * @property {(patience: number) => Promise<unknown>} [probe] - asks the server something
 */

/** @template T @typedef {{ resolve: (value: T) => void, reject: (error: Error) => void }} Pending */

/** @type {SocketUser[]} */
const users = [];
/** @type {WebSocket | null} The one that is connecting or open. */
let socket = null;
/** @type {Pending<void>[]} What waits for it to open. */
const waiting = [];
/** @type {Map<string, Pending<Frame>>} What was asked by it and is not answered yet, by id. */
const questions = new Map();
let lastId = 0;
let reconnecting = 0; // the timer of the next attempt
let failures = 0; // in a row
let isAway = false; // the page is in the back/forward cache, where an open socket could not be
let settling = 0;
/** @type {URL} */
let url;

/** Return whether the socket is open. */
export const isOpen = () => socket?.readyState === WebSocket.OPEN;

/** Return whether the server follows all that the page shows. */
export const isFollowed = () => page.documentElement.dataset.mizanSocket === "open";

const isNeeded = () => users.some((user) => user.isNeeded());

/**
 * Return a random wait within a time that doubles: not all pages may come back to a server at once.
 * @param {number} count
 */
export const waitAfter = (count) => Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count);

/** @param {string} state */
const show = (state) => {
  const { dataset } = page.documentElement;
  if (dataset.mizanSocket === state) return;
  dataset.mizanSocket = state;
  fire(document, "mizan:socket", { state });
};

/** The server follows all that the page shows. */
export const showOpen = () => show("open");

const connect = () => {
  if (socket || isAway) return;
  clearTimeout(reconnecting);
  reconnecting = 0;
  show("closed");
  const own = new WebSocket(url);
  socket = own;
  own.addEventListener("open", () => own === socket && greet(own));
  own.addEventListener("message", ({ data }) => own === socket && receive(JSON.parse(data)));
  own.addEventListener("close", ({ code }) => lose(own, code));
  setTimeout(() => own.readyState === WebSocket.CONNECTING && lose(own), ANSWER);
};

/** @param {WebSocket} own */
const greet = async (own) => {
  const done = Promise.allSettled(users.map(async (user) => user.opened?.()));
  for (const { resolve } of waiting.splice(0)) resolve();
  const isDone = (await done).every(({ status }) => status === "fulfilled");
  if (own === socket && isDone) showOpen();
};

/**
 * Give a socket up, without waiting for its "close": on a dead connection that takes minutes.
 * @param {WebSocket | null} own
 * @param {number} [code] - with which it was closed
 */
const lose = (own, code = 0) => {
  if (own !== socket || !own) return;
  socket = null;
  own.close();
  show("closed");
  for (const user of users) user.lost?.();
  for (const { reject } of [...waiting.splice(0), ...questions.values()]) reject(offline());
  questions.clear();
  if (REPROACHES.includes(code)) failures = Math.max(failures, 6);
  if (!isAway && isNeeded()) reconnecting = setTimeout(connect, waitAfter(failures++));
};

/** Connect where there is no socket. Return a promise that it is open. */
export const whenOpen = () =>
  /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      if (isOpen()) return resolve();
      if (isAway) return reject(offline());
      waiting.push({ resolve, reject });
      connect();
    })
  );

/**
 * Send a frame when the socket is open. Return a promise of what the server answers. It is rejected with the server's
 * error; with the code "OFFLINE" where there is no answer, and "TOO_LARGE" for more than a frame takes, which is not sent.
 * @param {object} frame
 * @param {number} [patience] - milliseconds
 * @returns {Promise<Frame>}
 */
export const ask = async (frame, patience = ANSWER) => {
  await whenOpen();
  if (!isOpen()) throw offline(); // it was lost in the same moment
  const id = String(++lastId);
  const text = JSON.stringify({ ...frame, id });
  if (new TextEncoder().encode(text).length > MAX_BYTES) {
    throw problem("TOO_LARGE", "The server does not take that much at once.", { status: 413, isSent: false });
  }
  return new Promise((resolve, reject) => {
    questions.set(id, { resolve, reject });
    setTimeout(() => questions.delete(id) && reject(offline("The server does not answer.")), patience);
    /** @type {WebSocket} */ (socket).send(text);
  });
};

/** @param {Frame} frame */
const receive = (frame) => {
  const question = frame.id === undefined ? undefined : questions.get(frame.id);
  // That single keys are refused is not yet the answer to the frame that had them.
  if (question && !(frame.error && "contexts" in frame)) {
    questions.delete(/** @type {string} */ (frame.id));
    failures = 0;
    const { code, message, details, status } = frame.error?.code
      ? frame.error
      : { ...frame, message: frame.error };
    const { data, version } = frame;
    const more = { status, fields: details?.fields ?? {}, data, version };
    if (frame.error) question.reject(problem(code, message, more));
    else question.resolve(frame);
  }
  for (const user of users) user.receive(frame);
};

/* Ask where it is unknown whether the connection has survived: a sleeping computer notices nothing. */
const wake = async () => {
  if (!isNeeded()) return;
  if (!isOpen()) return connect();
  const own = socket;
  /** @param {CallError} error */
  const check = ({ code }) => code === "OFFLINE" && lose(own);
  await Promise.all(users.map((user) => user.probe?.(PROBE).catch(check)));
  // Without a wait: somebody has just come back.
  if (!socket) connect();
};

/**
 * Use the socket.
 * @param {SocketUser} user
 */
export const attach = (user) => {
  users.push(user);
  if (isOpen()) user.opened?.();
  else if (user.isNeeded()) connect();
};

const lookAround = () => {
  settling = 0;
  if (isOpen()) for (const user of users) user.pageChanged?.();
  else if (!reconnecting && isNeeded()) connect();
};

/** Look at the page soon: it may need other things of the server than before. */
export const lookSoon = () => {
  settling ||= setTimeout(lookAround, SETTLING);
};

export const start = () => {
  url = address(settings.socket ?? "/ws/", "data-socket");
  url.protocol = url.protocol.replace("http", "ws");
  onChange(lookSoon, ["data-mizan", "data-mizan-version", "data-mizan-channel", "data-mizan-params"]);
  on("visibilitychange", () => page.hidden || wake());
  /* An open socket is of the session that there was when it opened. */
  on("mizan:session", ({ detail: { state } }) => {
    if (state !== "returned" || !socket) return;
    lose(socket);
    connect();
  });
  addEventListener("online", wake);
  addEventListener("pagehide", () => {
    isAway = true;
    lose(socket);
  });
  addEventListener("pageshow", ({ persisted }) => {
    isAway = false;
    if (persisted) wake();
  });
};
