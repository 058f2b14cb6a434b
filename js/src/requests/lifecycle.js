/* What is done with every request of htmx, on htmx 2 and htmx 4: the modules of the two call these functions, in this order.

   mizan:request   on the document before a request is sent; detail {element, method, isSafe, url, headers, body, event}:
                   headers and body may be changed, event is what triggered it, if anything
   mizan:answer    when its response is there; detail {request, element, target, block, method, isSafe, url, status,
                   header(name), answered}. Of one that preventDefault() refuses nothing is swapped in; detail.reason may
                   say why. */

import { AGAIN, BLOCK, SHARED, blocks, is, isOwn, isSafe, of } from "../dom.js";
import { fire } from "../events.js";
import { parse } from "../grammar.js";
import { leaveNote, readCookie } from "../blocks/invalidation_cookie.js";
import { follow, followSoon } from "../blocks/moves.js";
import { plan, retry, settle } from "../blocks/refresh.js";
import {
  mark,
  markArrived,
  markSent,
  raiseVersions,
  staleSince,
  takeDelivered,
} from "../blocks/staleness.js";
import { PROOF, flights, leavesBy, retryDelay } from "./flights.js";
import { sayAddress } from "./page_address.js";

const HEADER = "X-Mizan-Invalidate";
const VERSION = "X-Mizan-Version";
const SINCE = "mizan-since";
const RESTORE = "HX-History-Restore-Request"; // of htmx 4: it fetches a page of its history

/**
 * A request is about to be sent, and may still be changed.
 * @param {HTMLElement} element
 * @param {string} method
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {FormData | URLSearchParams} body
 * @param {Event} [event]
 */
export const prepare = (element, method, url, headers, body, event) => {
  if (is(element, BLOCK)) sayAddress(headers);
  fire(document, "mizan:request", { element, method, isSafe: isSafe(method), url, headers, body, event });
  const since = is(element, SHARED) && staleSince(element);
  if (since) body.set(SINCE, since);
};

/**
 * A request is sent.
 * @param {HtmxRequest} request
 * @param {HTMLElement} element
 * @param {HTMLElement} target
 * @param {string} method
 * @param {string} url
 * @param {Record<string, string>} headers
 */
export const begin = (request, element, target, method, url, headers) => {
  const block = is(element, BLOCK) ? element : null;
  flights.set(request, {
    request,
    element,
    target,
    block,
    method,
    isSafe: isSafe(method),
    url,
    began: performance.now(),
    late: [],
    together: 1,
    leaves: false,
    isRestore: RESTORE in headers,
  });
  if (!block) return;
  markSent(block);
  fire(block, "mizan:refreshing", { url, headers, request, ...takeDelivered(block) });
};

/**
 * Read the headers of a response, before anything is swapped. Only the first call for a request counts.
 * @param {HtmxRequest} request
 * @param {number} status
 * @param {(name: string) => string | null} header
 * @param {string} answered - the URL of the response
 */
export const readHeaders = (request, status, header, answered) => {
  const flight = flights.get(request);
  if (!flight || flight.status) return;
  flight.status = status;
  const { element, target, block, method, isSafe, url } = flight;
  /** @type {AnswerDetail} */
  const answer = { request, element, target, block, method, isSafe, url, status, header, answered };
  flight.isRefused = !fire(document, "mizan:answer", answer);
  if (!isOwn(answered || url)) return; // another site has no say in what is stale, and is no block
  if (block) readProof(flight, answer);
  else if (!is(element, AGAIN)) readInvalidation(flight, answer); // nor has what is requested after a refresh
};

/* A login page or an error page may stand where a block was expected. What a refresh says is stale is ignored: two blocks could
   make each other stale endlessly. */
/** @param {Flight} flight @param {AnswerDetail} answer */
const readProof = (flight, { status, header, reason }) => {
  flight.isProven = /^(200|304)$/.test(String(status)) && header(PROOF) !== null && !flight.isRefused;
  const moves = header("HX-Location") === null ? "" : "HX-Location and ";
  flight.got = `${moves}${reason ?? "status"} ${status}`;
  flight.wait = flight.isRefused ? Infinity : retryDelay(header("Retry-After")) || 0;
  flight.leaves ||= leavesBy(header);
};

/** @param {Flight} flight @param {AnswerDetail} answer */
const readInvalidation = (flight, { method, url, status, element, header }) => {
  const version = header(VERSION);
  const cause = { method, url, status, element };
  if (mark({ entries: parse(header(HEADER)), version }, { source: "response", cause, carrier: flight })) {
    flight.isMarked = true;
    flight.version = version;
    flight.leaves = leavesBy(header);
  }
  if (flight.leaves) leaveNote(header(HEADER));
  // With a request that changes things, the cookie came from a redirect it went through.
  else if (readCookie(flight.isSafe ? null : flight)) flight.isMarked = true;
};

/**
 * Return whether a response may be swapped in, which is about to happen.
 * @param {HtmxRequest} request
 */
export const admit = (request) => {
  const flight = flights.get(request);
  flight?.restore?.();
  if (!flight?.block) {
    if (flight) flight.isSwapping = !flight.isRefused;
    return !flight?.isRefused;
  }
  const { isConnected, innerHTML } = of(flight.block);
  if (flight.isProven && isConnected) {
    flight.shown = new Set(blocks());
    flight.former = innerHTML;
  }
  return Boolean(flight.shown) && flight.status === 200;
};

/**
 * A response has been swapped in, or not.
 * @param {HtmxRequest} request
 */
export const endSwap = (request) => {
  const flight = flights.get(request);
  if (flight) flight.isSwapping = false;
};

/**
 * htmx failed at swapping a response in. A block shows what it did before.
 * @param {HtmxRequest} request
 */
export const failSwap = (request) => {
  const flight = flights.get(request);
  if (flight?.block && flight.shown) flight.isBroken = true;
};

/**
 * A request has ended.
 * @param {HtmxRequest} request
 * @param {string | undefined} text - the response
 */
export const end = (request, text) => {
  const flight = flights.get(request);
  if (!flight) return;
  flights.delete(request);
  if (flight.block) settle(flight, flight.block);
  else if (text?.includes("data-mizan=")) {
    raiseVersions(flight.version);
    markArrived(flight.late, blocks());
  }
  if (flight.leaves) return;
  // Another page of the history may be about to be requested, and many blocks may end in this task.
  if (flight.isRestore || flight.block) followSoon();
  else follow();
  if (flight.isMarked) retry();
  else plan();
};
