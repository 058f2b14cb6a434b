/* mizan.js: refreshes the blocks of a page that have become stale, beside htmx 2 or htmx 4. docs/shim.md says what it
   does, and what pages can call and listen to. */

import { announce, start as startAnnouncements } from "./blocks/announce.js";
import { start as startBatches } from "./blocks/batch.js";
import { start as startCookie } from "./blocks/invalidation_cookie.js";
import { start as startLazy } from "./blocks/lazy.js";
import { start as startMoves } from "./blocks/moves.js";
import { start as startPolls } from "./blocks/poll.js";
import { quiet } from "./blocks/quiet.js";
import { fail, invalidate, refresh, retry, start as startRefreshes, watchPage } from "./blocks/refresh.js";
import { start as startRetries } from "./blocks/retry.js";
import { start as startReturn } from "./blocks/return.js";
import { deliver, start as startStaleness } from "./blocks/staleness.js";
import { start as startStatus } from "./blocks/status.js";
import { call, sendMessage } from "./call.js";
import { start as startClobbering } from "./clobbering.js";
import { clear, show } from "./errors/fields.js";
import { start as startErrors } from "./errors/index.js";
import { covers, format, parse } from "./grammar.js";
import { htmx, isHtmx2 } from "./htmx.js";
import { start as startPreserve, startLoaded } from "./preserve/index.js";
import { start as startAfterSuccess } from "./requests/after_success.js";
import { start as startHtmx2 } from "./requests/htmx2.js";
import { start as startHtmx4 } from "./requests/htmx4.js";
import { isRefresh, start as startResponseHeaders } from "./requests/response_headers.js";
import { start as startUnticked } from "./requests/unticked.js";
import { start as startCsrf } from "./session/csrf.js";
import { start as startHeld } from "./session/held.js";
import { start as startLeaving } from "./session/leaving.js";
import { session, start as startMonitor } from "./session/monitor.js";
import { start as startNewPage } from "./session/new_page.js";
import { start as startSessionNotice } from "./session/notice.js";
import { start as startRecovery } from "./session/recovery.js";
import { start as startTabs } from "./session/tabs.js";
import { remember, settings } from "./settings.js";
import { start as startSingleFlight } from "./single_flight.js";
import { FIRST, add, isStarted, look, refuse, startWith } from "./start.js";
import { later } from "./versions.js";

const SEAM = Symbol.for("mizan");

const startCore = () => {
  startClobbering();
  startStaleness();
  startRefreshes();
  if (isHtmx2) startHtmx2();
  else startHtmx4();
  watchPage();
  startCookie();
};

const startSingleFlightIfWanted = () => {
  if (settings.singleFlight !== undefined) startSingleFlight();
};

/* They start in this order: what listens first is called first. */
const PARTS = Object.entries({
  [FIRST]: startCore,
  batches: startBatches,
  responseHeaders: startResponseHeaders,
  csrf: startCsrf,
  unticked: startUnticked,
  monitor: startMonitor,
  leaving: startLeaving,
  retries: startRetries,
  return: startReturn,
  preserve: startPreserve,
  loaded: startLoaded,
  status: startStatus,
  announcements: startAnnouncements,
  lazy: startLazy,
  polls: startPolls,
  moves: startMoves,
  held: startHeld,
  sessionNotice: startSessionNotice,
  recovery: startRecovery,
  newPage: startNewPage,
  tabs: startTabs,
  errors: startErrors,
  afterSuccess: startAfterSuccess,
  singleFlight: startSingleFlightIfWanted,
});

/**
 * Return functions that raise Error until the shim has started.
 * @template {Record<string, (...given: never[]) => unknown>} T
 * @param {T} calls
 * @param {string} [prefix] - of their names
 */
const afterStart = (calls, prefix = "") => {
  const guarded = Object.entries(calls).map(([name, call]) => {
    /** @param {Parameters<typeof call>} given */
    const guardedCall = (...given) => (isStarted() ? call(...given) : refuse(prefix + name));
    return [name, guardedCall];
  });
  return /** @type {T} */ (Object.fromEntries(guarded));
};

/** @returns {Omit<Mizan.Api, "call">} - with call(), whose result has a type that sites choose */
const makePublic = () =>
  Object.freeze({
    start: startWith,
    get htmx() {
      return htmx;
    },
    isRefresh: (/** @type {Event} */ event) => isStarted() && isRefresh(event),
    ...afterStart({
      announce,
      call,
      covers: (/** @type {string} */ stale, /** @type {string} */ shown) => covers(parse(stale), shown),
      deliver,
      fail,
      format,
      invalidate,
      later,
      parse,
      quiet,
      refresh,
      retry,
      send: sendMessage,
      session,
    }),
    fields: Object.freeze(afterStart({ show, clear }, "fields.")),
  });

/**
 * Start the shim in this page, once: a second copy of this script does nothing.
 * @param {Record<string, object>} modules - what mizan-forms.js and the like use of this bundle, by the module's path
 */
export const load = (modules) => {
  if (SEAM in window) return;
  Object.defineProperty(window, SEAM, { value: Object.freeze({ modules: Object.freeze(modules), add }) });
  remember(Reflect.get(Object.getPrototypeOf(document), "currentScript", document));
  Object.assign(window, { mizan: makePublic() }); // its type says that nobody else may
  for (const [name, start] of PARTS) add(name, start);
  look();
};
