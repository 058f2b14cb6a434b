/* mizan.call() and mizan.send(): the server's functions and channels, for scripts.

   A call goes over the socket where one is open and the server has said that the function may be called there, otherwise as
   a request. What it returns, how it fails and what it makes stale is the same either way. */

import { readCookie } from "./blocks/invalidation_cookie.js";
import { awaitToo } from "./blocks/quiet.js";
import { retry } from "./blocks/refresh.js";
import { mark } from "./blocks/staleness.js";
import { page } from "./dom.js";
import { format, parse } from "./grammar.js";
import { sayAddress } from "./requests/page_address.js";
import { addToken } from "./session/csrf.js";
import { checkSession } from "./session/monitor.js";
import { mount, settings } from "./settings.js";

/** @type {Socket | null} */
let socket = null;

/**
 * The page can use a socket from now on.
 * @param {Socket} given
 */
export const useSocket = (given) => {
  socket = given;
};

/**
 * Return the error with which a promise of a call, or of a message, is rejected.
 * @param {string} code
 * @param {string} message
 * @param {object} [more] - what else it has: its status and fields, if there are any
 */
export const problem = (code, message, more) =>
  /** @type {CallError} */ (Object.assign(new Error(message), { status: 0, code, fields: {}, ...more }));

/** There is no connection, or no answer. @param {string} [message] */
export const offline = (message = "There is no connection to the server.") => problem("OFFLINE", message);

const endpoint = () => new URL("call/", mount());

/**
 * Make stale what a call names, as any response does.
 * @type {(list: string | null, version: string | null | undefined, status: number) => void}
 */
const invalidate = (list, version, status) => {
  const cause = { method: "POST", url: endpoint().pathname, status, element: page.documentElement };
  if (mark({ entries: parse(list), version }, { source: "response", cause })) retry();
};

/** @type {(status: number, header: AnswerDetail["header"], answered: string) => boolean} */
const isSessionOver = (status, header, answered) => {
  const element = page.documentElement;
  const url = endpoint().href;
  return checkSession({
    element,
    target: element,
    block: null,
    isSafe: false,
    url,
    status,
    header,
    answered,
  });
};

// ---- over the socket

/** @param {string} fn */
const isForSocket = (fn) => socket?.isOpen() && (settings.socketFunctions ?? "").split(" ").includes(fn);

/** @type {(reply: SocketReply, status?: number) => void} */
const invalidateFromSocket = ({ data, version }, status = 200) => {
  /** @param {string | Entry} each */
  const write = (each) => (typeof each === "string" ? each : format(each.context, each.params));
  invalidate((data?.invalidate ?? []).map(write).join(", "), version, status);
};

/** @type {(socket: Socket, fn: string, args: object) => Promise<unknown>} */
const ask = async (socket, fn, args) => {
  try {
    const reply = await socket.ask({ action: "rpc", fn, args });
    invalidateFromSocket(reply);
    return reply.data.result;
  } catch (error) {
    const refusal = /** @type {CallError & SocketReply} */ (error);
    const { code, message, status, fields } = refusal;
    if (refusal.isSent === false) return post(fn, args); // too large for a frame
    invalidateFromSocket(refusal, status);
    if (status === 401) isSessionOver(401, () => null, "");
    throw problem(code, message, { status: status ?? 0, fields });
  }
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

/** @type {(fn: string, args: object) => Promise<unknown>} */
const post = async (fn, args) => {
  const url = endpoint();
  if (settings.locale) url.searchParams.set("mizan-locale", settings.locale);
  const body = JSON.stringify({ fn, args });
  /** @type {Record<string, string>} */
  const headers = sayAddress({ "Content-Type": "application/json" });
  addToken(headers);
  const { response, text } = await send(url, { method: "POST", headers, body });
  const { ok, redirected } = response;
  /** @param {string} name */
  const header = (name) => response.headers.get(name);
  invalidate(header("X-Mizan-Invalidate"), header("X-Mizan-Version"), response.status);
  if (redirected && readCookie()) retry(); // the headers of the redirect were for nobody
  const isOver = isSessionOver(response.status, header, response.url);
  const answer = readJson(text);
  if (ok && !isOver) return answer.result;
  const status = ok ? 401 : response.status; // a middleware has redirected it to the login page
  const { message = `The server has answered ${status}.`, details } = answer;
  const code = answer.code ?? header("X-Mizan-Error") ?? (ok ? "UNAUTHORIZED" : "ERROR");
  throw problem(code, message, { status, fields: details?.fields ?? {} });
};

/** @type {(url: URL, request: RequestInit) => Promise<{ response: Response, text: string }>} */
const send = async (url, request) => {
  try {
    const response = await fetch(url, request);
    return { response, text: await response.text() };
  } catch {
    throw offline();
  }
};

// ---- for scripts

/** @type {(fn: string, args: object) => Promise<unknown>} */
const run = async (fn, args) => {
  const change = {};
  socket?.beginChange(change);
  try {
    return await (socket && isForSocket(fn) ? ask(socket, fn, args) : post(fn, args));
  } finally {
    socket?.endChange(change);
  }
};

/**
 * Call a function of the server. Return a promise of its result; it is rejected with an Error that has status, code,
 * fields and message. What the call has made stale is refreshed.
 * @param {string} fn
 * @param {object} [args]
 */
export const call = (fn, args = {}) => awaitToo(run(fn, args), `mizan.call("${fn}") is under way`);

/**
 * Send a message to a channel, as {% mizan_send %} does.
 * @param {string} channel
 * @param {object} params
 * @param {object} data
 */
export const sendMessage = (channel, params, data) => {
  if (socket) return socket.send(channel, params, data);
  throw new Error("mizan.send() needs mizan-live.js, which pages load on sites with channels.");
};
