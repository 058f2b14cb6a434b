/* mizan.quiet(): when nothing is stale or under way any more, for tests and for scripts that need a settled page. */

import { blocks, of, page, tagOf } from "../dom.js";
import { whenParsed } from "../lifecycle.js";
import { flights, isUnderWay } from "../requests/flights.js";
import { isUndecided } from "./lazy.js";
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

/* A block that can't be kept up to date (mizan.fail()) is not waited for: it may never be. */
/** @param {HTMLElement} block */
const reasonOf = (block) => {
  if (isUnderWay(block)) return "its refresh is under way";
  if (isUndecided(block)) return "it loads when it comes into view, and has not been looked at yet";
  if (!stale.has(block) || lost.has(block)) return null;
  const status = of(block).dataset.mizanError;
  if (failed.has(block)) return `its refresh has failed (${status}), and waits for a retry`;
  if (page.hidden) return "it is stale, and the page is hidden";
  return isPlanned() ? "its refresh is about to be sent" : "its refresh is held back";
};

/** @returns {Unrest[]} */
const unrest = () => {
  /** @type {Unrest[]} */
  const found = blocks().flatMap((block) => {
    const reason = reasonOf(block);
    return reason ? [{ block, context: of(block).dataset.mizan ?? null, reason }] : [];
  });
  for (const { block, method, url } of flights.values()) {
    if (block && of(block).isConnected) continue;
    found.push({ block: null, context: null, reason: `${method.toUpperCase()} ${url} is under way` });
  }
  for (const reason of others.values()) found.push({ block: null, context: null, reason });
  return found;
};

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
