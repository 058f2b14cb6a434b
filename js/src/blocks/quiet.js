/* mizan.quiet(): when nothing is stale or under way any more, for tests and for scripts that need a settled page. */

import { blocks, of, page, tagOf } from "../dom.js";
import { whenParsed } from "../lifecycle.js";
import { flights } from "../requests/flights.js";
import { isPlanned } from "./refresh.js";
import { failed, lost, stale } from "./staleness.js";

const TIMEOUT = 10_000; // milliseconds
const INTERVAL = 25; // milliseconds between two looks: htmx settles 20 ms after a swap

/**
 * What a page is waiting for.
 * @typedef {object} Unrest
 * @property {Element | null} block - null for a request that is not a block's
 * @property {string | null} context - the text of data-mizan
 * @property {string} reason
 */

/** What else is under way → why. @type {Map<Promise<unknown>, string>} */
const others = new Map();

/**
 * Have mizan.quiet() wait for something that is no request of htmx.
 * @template T
 * @param {Promise<T>} promise
 * @param {string} reason - "the form is being validated"
 * @returns {Promise<T>}
 */
export const awaitToo = (promise, reason) => {
  others.set(promise, reason);
  const done = () => others.delete(promise);
  promise.then(done, done);
  return promise;
};

/** @param {Element} block @returns {string} */
const reasonOf = (block) => {
  const { mizanError } = of(/** @type {HTMLElement} */ (block)).dataset;
  if (failed.has(block)) {
    return mizanError === "0" || mizanError === undefined
      ? "its refresh has failed, and waits for a retry"
      : `its refresh has failed with status ${mizanError}, and waits for a retry`;
  }
  if (page.hidden) return "it is stale, and the page is hidden";
  return isPlanned() ? "its refresh is about to be sent" : "it is stale, and its refresh is held back";
};

/* Of a block that can't be kept up to date (mizan.fail()) nobody knows when it will be. */
/** @returns {Unrest[]} */
const unrest = () => [
  ...[...flights.values()].map(({ block, method, url }) => ({
    block,
    context: block && (of(block).dataset.mizan ?? null),
    reason: block ? "its refresh is under way" : `${method.toUpperCase()} ${url} is under way`,
  })),
  ...[...others.values()].map((reason) => ({ block: null, context: null, reason })),
  ...blocks()
    .filter((block) => stale.has(block) && !lost.has(block))
    .map((block) => ({ block, context: of(block).dataset.mizan ?? null, reason: reasonOf(block) })),
];

/** @param {Unrest} unrest */
const describe = ({ block, context, reason }) =>
  block ? `${tagOf(block)}, which shows ${context}: ${reason}` : reason;

/**
 * Wait until the page is parsed, and nothing in it is stale or under way: refreshes, batches, retries, lazy blocks that are
 * loading, and requests that visitors have made. Blocks whose refresh has failed are waited for, since they are retried;
 * blocks that can't be kept up to date are not.
 *
 * @param {{ timeout?: number }} [options] - milliseconds; after these the promise is rejected, with an Error whose `blocks` says
 *   what the page was waiting for
 * @returns {Promise<void>}
 */
export const quiet = ({ timeout = TIMEOUT } = {}) =>
  new Promise((resolve, reject) => {
    const end = performance.now() + timeout;
    let wasQuiet = false;
    const look = () => {
      const found = unrest();
      const isQuiet = !found.length && !isPlanned();
      if (isQuiet && wasQuiet) return resolve();
      wasQuiet = isQuiet;
      if (isQuiet || performance.now() < end) return setTimeout(look, INTERVAL);
      const list = found.map(describe).join("; ") || "refreshes are about to be sent";
      reject(
        Object.assign(new Error(`mizan.quiet: not quiet after ${timeout} ms: ${list}.`), { blocks: found }),
      );
    };
    whenParsed(look);
  });
