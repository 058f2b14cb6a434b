/* mizan.call() and mizan.send(): the server's functions and channels, for scripts.

   A call goes over the socket where one is open and the server has said that the function may be called there, otherwise as
   a request. What it returns, how it fails and what it makes stale is the same either way. */

import { page } from "./dom.js";
import { fire } from "./events.js";
import { format } from "./grammar.js";
import { mizan } from "./internal.js";
import { address, mount, settings } from "./settings.js";

/** @type {Socket | null} */
let socket = null;

/** @type {Set<object>} The calls that are under way. */
const calls = new Set();

/**
 * The page can use a socket from now on.
 * @param {Socket} given
 */
export const useSocket = (given) => {
  socket = given;
};

/** Return whether calls are under way. */
export const isCalling = () => calls.size > 0;

/**
 * @param {string} code
 * @param {string} message
 * @param {number} [status]
 * @param {Record<string, string[]>} [fields]
 */
const problem = (code, message, status = 0, fields = {}) =>
  /** @type {CallError} */ (Object.assign(new Error(message), { status, code, fields }));

/** @type {(list: string | null, version: string | null | undefined) => void} */
const invalidate = (list, version) => {
  if (list) mizan.invalidate(list, {}, { version, source: "response" });
};

// ---- over the socket

/** @param {string} fn */
const isForSocket = (fn) => socket?.isOpen() && (settings.socketFunctions ?? "").split(" ").includes(fn);

/** @type {(socket: Socket, fn: string, args: object) => Promise<unknown>} */
const askSocket = async (socket, fn, args) => {
  const { data, version } = await socket.ask({ action: "rpc", fn, args });
  /** @param {string | Entry} each */
  const write = (each) => (typeof each === "string" ? each : format(each.context, each.params));
  invalidate((data.invalidate ?? []).map(write).join(", "), version);
  return data.result;
};

// ---- as a request

/** @param {string} text */
const readJson = (text) => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // the page of a proxy, or what a view has answered
  }
};

const csrfHeaders = () => {
  const detail = {
    element: page.createElement("button"),
    method: "POST",
    isSafe: false,
    url: mount().href,
    headers: {},
  };
  fire(document, "mizan:request", detail);
  return detail.headers;
};

/** @type {(fn: string, args: object) => Promise<unknown>} */
const post = async (fn, args) => {
  const url = address(`${mount()}call/`, "data-mount");
  if (settings.locale) url.searchParams.set("mizan-locale", settings.locale);
  const headers = { "Content-Type": "application/json", ...csrfHeaders() };
  const request = { method: "POST", headers, body: JSON.stringify({ fn, args }) };
  const response = await fetch(url, request).catch(() => {
    throw problem("OFFLINE", "There is no connection to the server.");
  });
  const answer = readJson(await response.text());
  /** @param {string} name */
  const header = (name) => response.headers.get(name);
  invalidate(header("X-Mizan-Invalidate"), header("X-Mizan-Version"));
  const { status } = response;
  if (response.ok) return answer.result;
  const {
    code = header("X-Mizan-Error") ?? "ERROR",
    message = `The server has answered ${status}.`,
    details,
  } = answer;
  throw problem(code, message, status, details?.fields);
};

// ---- for scripts

/**
 * Call a function of the server. Return a promise of its result; it is rejected with an Error that has status, code,
 * fields and message. What the call has made stale is refreshed.
 * @param {string} fn
 * @param {object} [args]
 */
export const call = async (fn, args = {}) => {
  const own = {};
  calls.add(own);
  socket?.beginChange(own);
  try {
    if (socket && isForSocket(fn))
      return await askSocket(socket, fn, args).catch(orElse(() => post(fn, args)));
    return await post(fn, args);
  } finally {
    calls.delete(own);
    socket?.endChange(own);
  }
};

/* What is too large for a frame was not sent. */
/** @param {() => Promise<unknown>} post */
const orElse = (post) => (/** @type {CallError & { isSent?: boolean }} */ error) => {
  if (error.isSent === false) return post();
  throw error;
};

/**
 * Send a message to a channel, as {% mizan_send %} does.
 * @param {string} channel
 * @param {object} params
 * @param {object} data
 */
export const send = (channel, params, data) => {
  if (socket) return socket.send(channel, params, data);
  throw new Error("mizan.send() needs mizan-live.js, which pages load on sites with channels.");
};
