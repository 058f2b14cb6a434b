/* mizan.js: refreshes the blocks of a page that have become stale, beside htmx 2 or htmx 4. docs/shim.md says what it
   does, and what pages can call and hear. */

import { call, send } from "./call.js";
import { htmx } from "./htmx.js";
import { mizan } from "./internal.js";
import { remember, settings } from "./settings.js";
import { FIRST, add, isStarted, look, refuse, startWith } from "./start.js";
import { start as startCore } from "./core.js";
import { start as startBatch } from "./blocks/batch.js";
import { start as startResponseHeaders } from "./requests/response_headers.js";
import { start as startCsrf } from "./session/csrf.js";
import { start as startUnticked } from "./requests/unticked.js";
import { start as startMonitor } from "./session/monitor.js";
import { start as startLeaving } from "./session/leaving.js";
import { start as startRetry } from "./blocks/retry.js";
import { start as startAttributes } from "./preserve/attributes.js";
import { start as startMatching } from "./preserve/matching.js";
import { start as startScripts } from "./preserve/scripts.js";
import { start as startMorph } from "./preserve/morph.js";
import { start as startSwaps } from "./preserve/swaps.js";
import { start as startInserted } from "./preserve/inserted.js";
import { start as startStatus } from "./blocks/status.js";
import { start as startHeld } from "./session/held.js";
import { start as startSessionNotice } from "./session/notice.js";
import { start as startRecovery } from "./session/recovery.js";
import { start as startNewPage } from "./session/new_page.js";
import { start as startTabs } from "./session/tabs.js";
import { start as startErrors } from "./errors/index.js";
import { start as startAfterSuccess } from "./requests/after_success.js";
import { start as startSingleFlight } from "./single_flight.js";

const SEAM = Symbol.for("mizan");

const startSingleFlightIfWanted = () => {
  if (settings.singleFlight !== undefined) startSingleFlight();
};

const startCalls = () => Object.assign(mizan, { call, send });

/* In their order: what listens first hears first. */
const PARTS = Object.entries({
  [FIRST]: startCore,
  batch: startBatch,
  responseHeaders: startResponseHeaders,
  csrf: startCsrf,
  unticked: startUnticked,
  monitor: startMonitor,
  leaving: startLeaving,
  retry: startRetry,
  attributes: startAttributes,
  matching: startMatching,
  scripts: startScripts,
  morph: startMorph,
  swaps: startSwaps,
  inserted: startInserted,
  status: startStatus,
  held: startHeld,
  sessionNotice: startSessionNotice,
  recovery: startRecovery,
  newPage: startNewPage,
  tabs: startTabs,
  errors: startErrors,
  afterSuccess: startAfterSuccess,
  singleFlight: startSingleFlightIfWanted,
  calls: startCalls,
});

const CALLS =
  "announce call covers deliver fail format invalidate later parse refresh retry send session".split(" ");

/** @param {string} name */
const callable = (name) => {
  /** @param {unknown[]} given */
  const call = (...given) => {
    if (!isStarted()) refuse(name);
    return mizan[name](...given);
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
