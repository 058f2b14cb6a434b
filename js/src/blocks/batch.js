/* Batches: blocks that are refreshed together share one request.

   Each block makes its own request by its own hx-get, with htmx's events, indicators and swap. Only the way to the server is
   shared: what is sent in one task becomes GET partials/?block=…&user_id=5&block=…, and each block is given its part of the
   response. A block that is alone, or that a shared cache may answer, is requested as htmx made it. What came with the
   response to a mutation (single flight) is given to its block without a request. */

import { SHARED, is, isOwn, of, page } from "../dom.js";
import { on } from "../events.js";
import { PROOF, flights, isXhr, leavesBy } from "../requests/flights.js";
import { sayAddress } from "../requests/page_address.js";
import { hush, triggerEvents } from "../requests/response_headers.js";
import { mount } from "../settings.js";
import { NONE, append, queryOf } from "./queries.js";

const MOST_BLOCKS = 50; // what the server takes
const LONGEST_URL = 3000; // characters: common servers refuse lines over 4,094
const UNFIT = [400, 404, 405, 414, 431]; // it was refused as a whole: for its URL or its length
const BODILESS = [204, 205, 304];
const AT_ONCE = 16; // so many are swapped in in one task: htmx takes one to two milliseconds for each
const OF_HTMX = /^hx-/i;
const AFTERWARDS = /^hx-trigger-after-/i;
/* htmx's headers that name the element, and the page as it was when it made them. */
const PERSONAL = /^hx-(source|target|trigger|trigger-name|current-url)$/i;

/**
 * What htmx has made for one block, and has not been sent.
 * @typedef {object} BlockRequest
 * @property {HTMLElement} block
 * @property {HtmxRequest} request
 * @property {string} query - what names the block in the URL of a batch
 * @property {[string, string][]} headers
 * @property {string | null} [piece] - came with the response to a mutation
 * @property {string | null} [policy]
 * @property {boolean} [isGone] - it is answered, or htmx has aborted it
 * @property {(reason: unknown) => void} [leave]
 * @property {() => void} sendAlone
 * @property {(status: number, html: string, headers: Headers, url: string) => void} answer
 * @property {(error: unknown) => void} fail
 */

/** @typedef {Pick<BlockRequest, "sendAlone" | "answer" | "fail">} Ways */
/** @typedef {{ status: number, html?: string }} BlockResult */

/** @type {URL} */
let base;

/* What is to be sent at the end of this task, and the text that names what of it needs a request. */
/** @type {BlockRequest[]} */
let waiting = [];
let named = NONE;

/** @param {{ text: string }} queries */
const pathOf = ({ text }) => `${base.pathname}partials/?${text}`;

/* With the origin: the page may have another base. */
/** @param {BlockRequest[]} requests */
const urlOf = (requests) => base.origin + pathOf(requests.map(({ query }) => query).reduce(append, NONE));

/**
 * Return whether a block can be requested by the same batch as those that this task has sent.
 * @param {HTMLElement} block
 */
export const hasRoom = (block) =>
  !isOwn(of(block).getAttribute("hx-get")) || // is not sent, and may be no URL at all
  (waiting.length < MOST_BLOCKS && pathOf(append(named, queryOf(block))).length <= LONGEST_URL);

/** @param {CustomEvent} event */
const divert = ({ target, detail: { url: text, request, headers, piece: delivered, policy } }) => {
  const block = /** @type {HTMLElement} */ (target);
  // A script has put something else into what the server called unchanged.
  const piece = delivered === null && !of(block).dataset.mizanHash ? undefined : delivered;
  const url = new URL(text, page.baseURI);
  const isOurs = url.origin === base.origin && url.pathname.startsWith(`${base.pathname}partial/`);
  if (!isOurs || (piece === undefined && is(block, SHARED))) return;
  const common = /** @type {[string, string][]} */ (Object.entries(headers)).filter(
    ([name]) => !PERSONAL.test(name),
  );
  /** @param {Ways} ways */
  const wait = (ways) =>
    enqueue({ block, request, query: queryOf(block, text), headers: common, piece, policy, ...ways });
  if (isXhr(request)) divertXhr(request, wait);
  else divertFetch(request, wait);
};

/** @param {BlockRequest} request */
const enqueue = (request) => {
  if (!waiting.length) queueMicrotask(sendWaiting);
  waiting.push(request);
  if (request.piece === undefined) named = append(named, request.query);
  return request;
};

const sendWaiting = () => {
  const requests = waiting.filter(({ isGone }) => !isGone);
  waiting = [];
  named = NONE;
  const isDelivered = (/** @type {BlockRequest} */ { piece }) => piece !== undefined;
  const delivered = requests.filter(isDelivered);
  void inSlices(delivered, (each) => answerDelivered(each, delivered.length));
  for (const batch of batchesOf(requests.filter((each) => !isDelivered(each)))) {
    const [first] = batch;
    if (batch.length > 1) void send(batch);
    else first?.sendAlone();
  }
};

/**
 * Do something for each request that is not gone, and let visitors do something now and then.
 * @param {BlockRequest[]} requests
 * @param {(request: BlockRequest) => void} act
 */
const inSlices = async (requests, act) => {
  for (const [index, request] of requests.entries()) {
    if (requests.length > AT_ONCE && index % AT_ONCE === 0)
      await new Promise((resolve) => setTimeout(resolve));
    if (!request.isGone) act(request);
  }
};

/** Return batches of requests with the same headers, of as many as the server takes. @param {BlockRequest[]} requests */
const batchesOf = (requests) => {
  /** @type {Map<string, { batch: BlockRequest[], queries: typeof NONE }>} */
  const open = new Map();
  /** @type {BlockRequest[][]} */
  const batches = [];
  for (const request of requests) {
    const key = JSON.stringify(request.headers);
    const { batch, queries } = open.get(key) ?? { batch: [], queries: NONE };
    const longer = append(queries, request.query);
    if (batch.length && batch.length < MOST_BLOCKS && pathOf(longer).length <= LONGEST_URL) {
      batch.push(request);
      open.set(key, { batch, queries: longer });
    } else {
      const first = [request];
      batches.push(first);
      open.set(key, { batch: first, queries: append(NONE, request.query) });
    }
  }
  return batches;
};

/** @param {BlockRequest[]} requests */
const send = async (requests) => {
  const controller = new AbortController();
  const left = () => requests.filter(({ isGone }) => !isGone);
  /** @param {unknown} reason */
  const leave = (reason) => {
    // The others have waited as long, for the same.
    if (reason === "timeout") for (const { request } of left()) hush(request);
    if (!left().length) controller.abort();
  };
  for (const request of requests) request.leave = leave;
  /** @type {Headers | null} */
  let unused = null; // the headers of a response that no block was given
  try {
    const headers = sayAddress(Object.fromEntries(requests[0]?.headers ?? []));
    const response = await fetch(urlOf(requests), { headers, signal: controller.signal });
    const isProven = response.headers.has(PROOF);
    unused = response.headers;
    if (!isProven && UNFIT.includes(response.status)) {
      triggerEvents(unused);
      for (const request of left()) request.sendAlone();
      return;
    }
    const text = await response.text();
    /** @type {BlockResult[] | null} */
    const results = isProven && response.ok ? JSON.parse(text).blocks : null;
    unused = null;
    const resultOf = (/** @type {BlockRequest} */ request) =>
      /** @type {BlockResult} */ (results?.[requests.indexOf(request)]);
    if (results) await answerEach(left(), resultOf, response, requests.length);
    else await answerAll(left(), { status: response.status, html: text }, response, requests.length);
  } catch (error) {
    if (unused) triggerEvents(unused);
    failAll(left(), error); // offline, or what came is no response of ours
  }
};

/* What has its effect once has it on a block that is still in the page, if there is one. */
/** @param {BlockRequest[]} requests */
const firstOf = (requests) => requests.find(({ block }) => of(block).isConnected) ?? requests[0];

/**
 * @param {BlockRequest[]} requests
 * @param {(request: BlockRequest) => BlockResult} resultOf
 * @param {Response} response
 * @param {number} together
 */
const answerEach = (requests, resultOf, response, together) => {
  const first = firstOf(requests);
  const shown = firstOf(requests.filter((request) => resultOf(request).status === 200));
  const others = headersFor(response, () => false);
  return inSlices(requests, (request) => {
    const isForThis = (/** @type {string} */ name) => request === (AFTERWARDS.test(name) ? shown : first);
    const headers = request === first || request === shown ? headersFor(response, isForThis) : others;
    answer(request, resultOf(request), headers, response.url, together);
  });
};

/* The request for which it is reported that all have failed so: one that had not failed so before. */
/** @param {BlockRequest[]} requests @param {number} status */
const firstToFail = (requests, status) => {
  const news = requests.filter(({ block }) => of(block).dataset.mizanError !== String(status));
  return firstOf(news.length ? news : requests);
};

/* What was received is the same for all, and is reported for one. */
/**
 * @param {BlockRequest[]} requests
 * @param {BlockResult} result
 * @param {Response} response
 * @param {number} together
 */
const answerAll = (requests, result, response, together) => {
  const first = firstToFail(requests, result.status);
  const leaves = leavesBy((name) => response.headers.get(name));
  return inSlices(requests, (request) => {
    const isFirst = request === first;
    if (!isFirst) hush(request.request);
    const flight = flights.get(request.request);
    if (flight) flight.leaves = leaves;
    answer(
      request,
      result,
      headersFor(response, () => isFirst),
      response.url,
      together,
    );
  });
};

/** @param {BlockRequest[]} requests @param {unknown} error */
const failAll = (requests, error) => {
  const first = firstToFail(requests, 0);
  for (const request of requests) {
    if (request !== first) hush(request.request);
    if (!request.isGone) request.fail(error);
  }
};

/** @param {Response} response @param {(name: string) => boolean} isWanted */
const headersFor = ({ headers }, isWanted) =>
  new Headers([...headers].filter(([name]) => !OF_HTMX.test(name) || isWanted(name)));

/**
 * @param {BlockRequest} blockRequest
 * @param {BlockResult} result
 * @param {Headers} headers
 * @param {string} url
 * @param {number} together
 */
const answer = (blockRequest, { status, html = "" }, headers, url, together) => {
  const flight = flights.get(blockRequest.request);
  if (flight) flight.together = together;
  headers.set("Content-Type", "text/html; charset=utf-8");
  blockRequest.isGone = true; // whatever happens to the rest
  blockRequest.answer(status, html, headers, url);
};

/** @param {BlockRequest} request @param {number} together */
const answerDelivered = (request, together) => {
  const { piece, policy } = request;
  const headers = new Headers({ [PROOF]: "1" });
  if (policy) headers.set("Content-Security-Policy", policy);
  const result = typeof piece === "string" ? { status: 200, html: piece } : { status: 304 };
  answer(request, result, headers, urlOf([request]), together);
};

/** @param {BlockRequest} request @param {unknown} reason */
const abandon = (request, reason) => {
  request.isGone = true;
  request.leave?.(reason);
};

// ---- htmx 4: a request has its own fetch()

/** @param {HtmxContext} ctx @param {(ways: Ways) => BlockRequest} wait */
const divertFetch = (ctx, wait) => {
  const { fetch } = ctx;
  ctx.fetch = (url, options) =>
    new Promise((resolve, fail) => {
      const request = wait({
        fail,
        sendAlone: () => resolve(fetch(url, options)),
        answer: (status, html, headers, answered) => {
          const response = new Response(BODILESS.includes(status) ? null : html, { status, headers });
          resolve(Object.defineProperty(response, "url", { value: answered }));
        },
      });
      const signal = options?.signal;
      signal?.addEventListener("abort", () => {
        abandon(request, signal.reason);
        fail(signal.reason);
      });
    });
};

// ---- htmx 2: an XMLHttpRequest that is never sent is given own properties in place of those it inherits

/** @param {XMLHttpRequest} xhr @param {(ways: Ways) => BlockRequest} wait */
const divertXhr = (xhr, wait) => {
  /** @param {object} values */
  const define = (values) => {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(xhr, name, { configurable: true, value });
    }
  };
  /** @param {string} event @param {object} values */
  const end = (event, values) => {
    define({ readyState: 4, ...values });
    for (const name of ["readystatechange", event, "loadend"]) xhr.dispatchEvent(new ProgressEvent(name));
  };
  /** @param {XMLHttpRequestBodyInit | null} [body] */
  const send = (body) => {
    /** @param {string} event */
    const stop = (event) => {
      abandon(request, event);
      end(event, { status: 0 });
    };
    const timer = xhr.timeout ? setTimeout(stop, xhr.timeout, "timeout") : undefined;
    /** @param {string} event @param {object} values */
    const done = (event, values) => {
      clearTimeout(timer);
      end(event, values);
    };
    define({ abort: () => stop("abort") });
    const request = wait({
      sendAlone: () => {
        clearTimeout(timer);
        for (const name of /** @type {const} */ (["send", "abort"])) Reflect.deleteProperty(xhr, name);
        xhr.send(body);
      },
      fail: () => done("error", { status: 0 }),
      answer: (status, html, headers, responseURL) =>
        done("load", {
          status,
          responseURL,
          response: html,
          responseText: html,
          getResponseHeader: (/** @type {string} */ name) => headers.get(name),
          getAllResponseHeaders: () => [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join(""),
        }),
    });
  };
  define({ send });
};

export const start = () => {
  base = mount();
  on("mizan:refreshing", divert);
};
