/* Shows visitors what has failed (mizan:failed), in copies of .mizan-failure from template[data-mizan-errors]. In a copy

     [data-mizan-message]   is the text, with those of fields that the form does not have
     [data-mizan-times]     is how many failed in the same way, if more than one did
     [data-mizan-maybe]     is shown if it may have been done nevertheless
     [data-mizan-later]     is shown if the server has said when to come back; [data-mizan-wait] in it says when
     [data-mizan-resend]    sends it again; shown only if nothing was committed, and it can be sent as it was
     [data-mizan-page]      is shown if there is a page about the error, and something that shows it: fires mizan:page
     [data-mizan-close]     closes it, as Escape does

   It goes away when a request of the same element has succeeded. */

import { BLOCK, all, is, isSafe, of, page } from "../dom.js";
import { fire, on, onCapture, onRestored } from "../events.js";
import { dress, removeOthers, stopKey } from "../notices.js";
import { isSendable, resend } from "../requests/resend.js";
import { textsIn } from "./answers.js";
import { clear as clearFields, show as showFields } from "./fields.js";
import { collectPages } from "./outcome.js";
import {
  formerFocus,
  isNotice,
  isSomethingOpen,
  regionFor,
  removeIfEmpty,
  removeOtherNotices,
  uncover,
} from "./regions.js";
import { inTemplate } from "./template.js";

const FAILURE = ".mizan-failure";
const CORRECTED = /^(413|422)$/; // as it is, it would be refused again
const PRESSED = /^(click|submit)$/;

/**
 * @typedef {object} Failure - what is shown in one place by one text
 * @property {Element} region
 * @property {string} text
 * @property {HTMLElement} item
 * @property {Map<HTMLElement, FailedDetail>} requests - that failed so, by their elements
 */

/** @type {Failure[]} */
let failures = [];
/** @type {WeakMap<Element, FailedDetail>} The last failure of each element. */
const news = new WeakMap();
/** @type {WeakSet<FailedDetail>} Those whose element has sent another request since. */
const sentAgain = new WeakSet();
let hasViewer = false;

/** The page about an error can be shown, by a listener of mizan:page: offer it. */
export const offerPages = () => {
  hasViewer = true;
  collectPages();
};

// ---- what is shown

/** @param {Element} element */
const looksOf = (element) =>
  [...of(element).attributes].map(({ name, value }) => `${name}=${value}`).join("\n");

/* A block that was refreshed has other elements, which are the same to those who look at them. */
/** @type {(old: Element, element: Element) => boolean} */
const isSame = (old, element) =>
  old === element ||
  (!of(old).isConnected && of(old).localName === of(element).localName && looksOf(old) === looksOf(element));

/** @param {FailedDetail} request */
const canBeSent = (request) =>
  request.isCommitted === "no" &&
  !CORRECTED.test(String(request.status)) &&
  isSendable(request) &&
  !sentAgain.has(request);

/** @param {FailedDetail} request */
const isUnknown = ({ isCommitted, status }) => isCommitted === "maybe" && (status === 0 || status >= 500);

/** @param {number} seconds @param {string} language */
const delayText = (seconds, language) => {
  const format = new Intl.RelativeTimeFormat(language || undefined);
  if (seconds <= 90) return format.format(Math.ceil(seconds), "second");
  const minutes = seconds / 60;
  return minutes <= 90
    ? format.format(Math.ceil(minutes), "minute")
    : format.format(Math.ceil(minutes / 60), "hour");
};

/** @param {Failure} failure */
const draw = ({ text, item, requests }) => {
  const every = [...requests.values()];
  const { retryAfter, method, page: html } = every[every.length - 1];
  /** @type {(name: string, isIn: unknown, content?: string) => void} */
  const show = (name, isIn, content) => {
    for (const each of all(`[data-mizan-${name}]`, item)) {
      each.hidden = !isIn;
      if (isIn && content !== undefined && each.textContent !== content) each.textContent = content;
    }
  };
  const isLater = retryAfter !== null;
  show("message", true, text);
  show("times", every.length > 1, `\u00d7${every.length}`);
  show("maybe", every.some(isUnknown));
  show("later", isLater);
  show("wait", isLater, isLater ? delayText(retryAfter, item.lang) : "");
  show("resend", every.every(canBeSent));
  for (const each of all("[data-mizan-resend]", item)) {
    const { mizanResend: kind } = each.dataset;
    each.hidden ||= kind !== "" && (kind === "read") !== (method === "GET");
  }
  show("page", html && hasViewer);
};

/** @param {Failure} failure */
const remove = (failure) => {
  failures = failures.filter((each) => each !== failure);
  const { item, region, requests } = failure;
  const isFocused = item.contains(page.activeElement);
  item.remove();
  if (isNotice(region)) removeIfEmpty();
  const [element] = requests.keys();
  if (isFocused)
    of([formerFocus(), element].find((each) => of(each)?.isConnected))?.focus({ preventScroll: true });
};

/** Remove what is shown of an element, except one failure. @type {(element: Element, kept?: Failure) => void} */
const forget = (element, kept) => {
  for (const failure of failures.filter((each) => each !== kept)) {
    const { requests } = failure;
    const old = [...requests.keys()].filter((each) => isSame(each, element));
    for (const each of old) requests.delete(each);
    if (!old.length) continue;
    if (requests.size) draw(failure);
    else remove(failure);
  }
};

/* What is to be read, besides what stands at the fields. */
/** @param {FailedDetail} failed */
const textOf = ({ element, message, isOwn, fields }) => {
  if (!fields) return message;
  const left = showFields(element, fields);
  return [...(isOwn ? [message] : []), ...left].join("\n") || (textsIn(fields).length ? "" : message);
};

/** @param {CustomEvent<FailedDetail>} event */
const onFailed = async (event) => {
  const { detail } = event;
  const { element } = detail;
  news.set(element, detail);
  await null; // who prevents it may listen after this
  const text = event.defaultPrevented || detail.isShown ? "" : textOf(detail);
  if (!text) return forget(element);
  dress();
  const region = await regionFor(element);
  if (!region || news.get(element) !== detail) return;
  failures = failures.filter(({ item }) => item.isConnected); // what a swap took away
  const known = failures.find((each) => each.region === region && each.text === text);
  // A new element, so that it is announced again; but not to those who go on typing.
  const isQuiet = known?.requests.has(element) && !PRESSED.test(detail.event?.type ?? "");
  const item = isQuiet
    ? known?.item
    : /** @type {HTMLElement | undefined} */ (inTemplate(FAILURE)?.cloneNode(true));
  if (!item) return;
  const failure = { region, text, item, requests: new Map(known?.requests).set(element, detail) };
  draw(failure);
  if (!known) region.append(item);
  else if (known.item !== item) known.item.replaceWith(item);
  if (isNotice(region)) uncover();
  failures = [...failures.filter((each) => each !== known), failure];
  forget(element, failure);
};

// ---- what can be done about it

/** @param {EventTarget | null} node */
const failureOf = (node) => {
  const item = of(/** @type {Element} */ (node)).closest?.(FAILURE);
  return item ? failures.find((each) => each.item === item) : undefined;
};

/** @param {Event} event */
const press = ({ target }) => {
  const failure = failureOf(target);
  if (!failure) return;
  const pressed = of(/** @type {Element} */ (target)).closest(
    "[data-mizan-resend], [data-mizan-page], [data-mizan-close]",
  );
  if (!pressed) return;
  const requests = [...failure.requests.values()];
  if (is(pressed, "[data-mizan-page]") && !is(pressed, "[data-mizan-resend], [data-mizan-close]")) {
    return fire(pressed, "mizan:page", { html: requests[requests.length - 1].page });
  }
  const isResent = is(pressed, "[data-mizan-resend]");
  const sendable = isResent ? requests.filter(canBeSent) : [];
  remove(failure);
  sendable.forEach(resend);
};

/** @param {(region: Element) => boolean} isOf */
const removeAll = (isOf) => failures.filter(({ region }) => isOf(region)).forEach(remove);

/** @param {KeyboardEvent} event */
const closeByKey = (event) => {
  const failure = event.key === "Escape" && failureOf(event.target);
  if (!failure) return;
  stopKey(event);
  removeAll((region) => region === failure.region);
};

// ---- the life of the page

/* What a field of a form looks up by itself says nothing of the others. */
/** @type {(element: Element, isRead: boolean) => void} */
const clearFieldsOf = (element, isRead) => {
  if (!isRead || of(element).localName === "form") clearFields(element);
};

export const start = () => {
  onCapture("mizan:failed", onFailed);
  onCapture(
    "mizan:done mizan:read",
    (/** @type {CustomEvent<DoneDetail>} */ { detail: { element, method } }) => {
      news.delete(element);
      clearFieldsOf(element, isSafe(method));
      forget(element);
    },
  );
  onCapture(
    "mizan:request",
    (/** @type {CustomEvent<RequestDetail>} */ { detail: { element, isSafe: isRead } }) => {
      if (isRead && is(element, BLOCK)) return; // the refresh of a block
      clearFieldsOf(element, isRead);
      for (const failure of failures) {
        const request = failure.requests.get(element);
        if (!request) continue;
        sentAgain.add(request);
        draw(failure);
      }
    },
  );
  onCapture("click", press);
  onCapture("keydown", closeByKey);
  on("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !isSomethingOpen()) removeAll(isNotice);
  });
  // A refresh must not take away what is shown, nor what can be sent again.
  onCapture("mizan:keep", ({ target: block, detail: { keep } }) => {
    for (const { region, requests } of failures) {
      const sendable = [...requests].filter(([, request]) => canBeSent(request)).map(([element]) => element);
      for (const each of [region, ...sendable]) if (of(block).contains(each)) keep(each);
    }
  });
  onCapture("mizan:refreshed", () => failures.forEach(draw)); // what could be sent may have left the page
  onRestored(() => {
    const own = failures.map(({ item }) => item);
    removeOthers(FAILURE, (each) => own.includes(each));
    removeOtherNotices();
  });
};
