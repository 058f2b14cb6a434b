/* mizan.js: refreshes the blocks of a page that have become stale, beside htmx 2 or htmx 4. docs/shim.md says what it
   does, and what pages can call and hear. */

import { htmx } from "./htmx.js";
import { mizan } from "./internal.js";
import { remember, settings } from "./settings.js";
import { FIRST, add, isStarted, look, refuse, startWith } from "./start.js";
import { start as startCore } from "./core.js";
import { start as startBatch } from "./blocks/batch.js";
import { start as startResponseHeaders } from "./requests/response_headers.js";
import { start as startGuard } from "./session/guard.js";
import { start as startRetry } from "./blocks/retry.js";
import { start as startPreserve, startLoaded } from "./preserve/index.js";
import { start as startStatus } from "./blocks/status.js";
import { start as startNotice } from "./session/notice.js";
import { start as startFields } from "./errors/fields.js";
import { start as startOutcome } from "./errors/outcome.js";
import { start as startErrorNotice } from "./errors/notice.js";
import { start as startAfterSuccess } from "./requests/after_success.js";
import { start as startSingleFlight } from "./single_flight.js";

const SEAM = Symbol.for("mizan");

const startSingleFlightIfWanted = () => {
  if (settings.singleFlight !== undefined) startSingleFlight();
};

/* In their order: what listens first hears first. */
const PARTS = Object.entries({
  [FIRST]: startCore,
  batch: startBatch,
  responseHeaders: startResponseHeaders,
  guard: startGuard,
  retry: startRetry,
  preserve: startPreserve,
  loaded: startLoaded,
  status: startStatus,
  notice: startNotice,
  fields: startFields,
  outcome: startOutcome,
  errorNotice: startErrorNotice,
  afterSuccess: startAfterSuccess,
  singleFlight: startSingleFlightIfWanted,
});

const CALLS =
  "announce call covers deliver fail format invalidate later parse refresh retry send session".split(" ");
const OF_LIVE = /^(call|send)$/;

/** @param {string} name */
const callable = (name) => {
  /** @param {unknown[]} given */
  const call = (...given) => {
    if (!isStarted()) refuse(name);
    const found = mizan[name];
    if (!found && OF_LIVE.test(name)) {
      throw new Error(`mizan.${name}() needs mizan-live.js, which pages load on sites with channels.`);
    }
    return found(...given);
  };
  return call;
};

const makePublic = () =>
  Object.freeze({
    start: startWith,
    get htmx() {
      return htmx;
    },
    isRefresh: (/** @type {Event} */ event) => isStarted() && mizan.isRefresh(event),
    ...Object.fromEntries(CALLS.map((name) => [name, callable(name)])),
    fields: Object.freeze({
      show: (/** @type {unknown[]} */ ...given) =>
        isStarted() ? mizan.fields.show(...given) : refuse("fields.show"),
      clear: (/** @type {unknown[]} */ ...given) =>
        isStarted() ? mizan.fields.clear(...given) : refuse("fields.clear"),
    }),
  });

/**
 * Start the shim in this page, once: a second copy of this script does nothing.
 * @param {Record<string, object>} modules - what mizan-forms.js and the like use of this bundle, by the module's path
 */
export const load = (modules) => {
  if (SEAM in window) return;
  Object.defineProperty(window, SEAM, { value: Object.freeze({ modules: Object.freeze(modules), add }) });
  remember(Reflect.get(Object.getPrototypeOf(document), "currentScript", document));
  window.mizan = makePublic();
  for (const [name, start] of PARTS) add(name, start);
  look();
};
