/* The requests of htmx that are under way, of blocks and of visitors: XMLHttpRequests of htmx 2, contexts of htmx 4. */

/** The header that proves that a response is a block. */
export const PROOF = "X-Mizan-Refresh";

/** Return whether a request is one of htmx 2. @type {(request: unknown) => request is XMLHttpRequest} */
export const isXhr = (request) => request instanceof XMLHttpRequest;

/** @type {Map<HtmxRequest, Flight>} */
export const flights = new Map();

/**
 * Return whether a block is being refreshed.
 * @param {Element} block
 */
export const isUnderWay = (block) => {
  for (const flight of flights.values()) if (flight.block === block) return true;
  return false;
};

/**
 * Return whether a response sends the page somewhere else.
 * @param {(name: string) => string | null} header
 */
export const leavesBy = (header) => header("HX-Redirect") !== null || header("HX-Refresh") === "true";

/**
 * Return the milliseconds that a Retry-After asks for, as a number of seconds or as a date; NaN if it has neither.
 * @param {string | null} text
 */
export const retryDelay = (text) => Number(text) * 1000 || Date.parse(String(text)) - Date.now();
