/* A submission goes out through htmx. What a 2xx brings takes the form's place. After anything else the form stays: a 422 is
   merged into it; what else goes wrong is said in [data-mizan-alert], by the template[data-mizan-notice] for its status ("0"
   for no response at all, "CSRF", or "error" for all the others), and by that for "returned" when somebody has signed in
   again. */

import { clear, isRead } from "../clobbering.js";
import { cookie } from "../cookies.js";
import { FORM, is, isOwn, of, page, staysHere } from "../dom.js";
import { on, onCapture } from "../events.js";
import { parseHtml } from "../html.js";
import { htmx } from "../htmx.js";
import { leavesBy } from "../requests/flights.js";
import { TOKEN } from "../session/csrf.js";
import { settings } from "../settings.js";
import {
  fieldsOf,
  forgetTyping,
  forms,
  isBusy,
  isChosen,
  isInvalid,
  judged,
  part,
  refused,
  submitsOf,
} from "./controls.js";
import { findForm, mergeForm, showStatus } from "./merge.js";
import { dropValidation, validateSoon } from "./validation.js";

const LEAVING = 10_000; // milliseconds that a redirect may take before the form can be sent again

/**
 * A submission that is under way.
 * @typedef {object} Flight
 * @property {FormData} sent
 * @property {boolean} [isBegun]
 * @property {[ParentNode | null, ChildNode | null]} [place] - the parent of the form, and what is before it
 * @property {boolean} [isFocused] - whether the focus is in the form, or nowhere
 */

/**
 * A response to a submission; its status is 0 where there is none.
 * @typedef {{ status: number, url?: string, text: string, header(name: string): string | null }} Answer
 */

/** @type {WeakMap<Element, Flight>} */
const flights = new WeakMap();
/** @type {WeakMap<Element, HTMLElement | null>} The button that each form was last sent by. */
const submitters = new WeakMap();
/** @type {WeakSet<Element>} Forms that say that nobody is signed in. */
const unsigned = new WeakSet();
/** form → the buttons that wait with it: those outside of it belong to it no more once it has left the page.
    @type {WeakMap<Element, HTMLElement[]>} */
const waiting = new WeakMap();

/** Return whether a form is being submitted. @type {(form: unknown) => form is HTMLFormElement} */
export const isSending = /** @returns {form is HTMLFormElement} */ (form) =>
  flights.has(/** @type {HTMLFormElement} */ (form));

/** @type {(form: HTMLFormElement, busy: boolean) => void} */
const setBusy = (form, busy) => {
  const buttons = new Set([...(waiting.get(form) ?? []), ...submitsOf(form)]);
  waiting.set(form, busy ? [...buttons] : []);
  for (const element of [form, ...buttons]) {
    if (busy) of(element).setAttribute("aria-busy", "true");
    else of(element).removeAttribute("aria-busy");
  }
  for (const button of buttons) {
    // A disabled button would drop the focus.
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
  const progress = part(form, "progress");
  if (progress) progress.hidden = !busy || !fieldsOf(form).some(isChosen);
  progress?.removeAttribute("value");
};

/* An image sends where it was pressed, which nobody knows by now. */
/** @type {(submitter: HTMLElement | null) => Record<string, string>} */
const valuesOf = (submitter) => {
  const { name, type, value } = /** @type {Partial<HTMLInputElement>} */ (submitter ?? {});
  if (type === "image") return Object.fromEntries(["x", "y"].map((it) => [name ? `${name}.${it}` : it, "0"]));
  return name ? { [name]: value ?? "" } : {};
};

/** @type {(form: HTMLFormElement, submitter: HTMLElement | null) => Promise<void>} */
const send = async (form, submitter) => {
  if (isBusy(form)) return;
  dropValidation(form);
  submitters.set(form, submitter);
  /** @type {Flight} */
  const flight = { sent: new FormData(form) };
  flights.set(form, flight);
  setBusy(form, true);
  const context = { source: form, target: form, swap: "outerHTML", values: valuesOf(submitter) };
  const restore = clear();
  try {
    const answered = htmx.ajax("POST", actionOf(form), context);
    restore();
    await answered;
  } catch {
    restore();
    // htmx 2 rejects where there was no response, which the form says by then.
  }
  if (!flight.isBegun) setBusy(form, false); // somebody was asked whether to send it, and has said no
};

/** @param {HTMLFormElement} form */
const actionOf = (form) => of(form).getAttribute("action") ?? "";

/** htmx sends the form. @param {HTMLFormElement} form */
export const begin = (form) => {
  const flight = flights.get(form);
  if (!flight) return;
  flight.isBegun = true;
  setBusy(form, true);
  part(form, "alert")?.replaceChildren();
  unsigned.delete(form);
};

/** @type {(form: HTMLFormElement) => (event: ProgressEvent) => void} */
export const showProgress = (form) => (event) => {
  const progress = /** @type {HTMLProgressElement | null} */ (part(form, "progress"));
  if (progress && event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
};

/* A middleware that sends visitors to sign in answers 200, too, but from another URL. */
/** @type {(form: HTMLFormElement, answer: Answer) => boolean} */
const isAccepted = (form, { status, url }) => {
  const { href } = new URL(actionOf(form), page.baseURI);
  return status >= 200 && status < 300 && (!url || url.split("#")[0] === href.split("#")[0]);
};

/**
 * Return, before htmx swaps anything, whether it may.
 * @type {(form: HTMLFormElement, answer: Answer) => boolean}
 */
export const admit = (form, answer) => {
  const flight = /** @type {Flight} */ (flights.get(form));
  const { activeElement } = page;
  flight.place = [of(form).parentNode, of(form).previousSibling];
  flight.isFocused = of(form).contains(activeElement) || activeElement === page.body;
  return isAccepted(form, answer);
};

/**
 * Show what has become of a submission, after htmx has swapped in what it may.
 * @type {(form: HTMLFormElement, answer: Answer) => void}
 */
export const end = (form, answer) => {
  const flight = flights.get(form);
  if (!flight?.isBegun) return;
  flights.delete(form);
  const { status, header, text } = answer;
  const isOver = isAccepted(form, answer);
  if (isOver && leavesBy(header)) {
    setTimeout(() => setBusy(form, false), LEAVING);
    return;
  }
  setBusy(form, false);
  if (isOver) return succeed(form, flight);
  const fresh = status === 422 && findForm(text, form);
  if (fresh) refuse(form, fresh, flight);
  else if (status === 422)
    part(form, "alert")?.replaceChildren(parseHtml(text)); // from the form's own hook
  else if (header("X-Mizan-Error") === "CSRF") complain(form, "CSRF");
  else complain(form, status < 400 && status ? 401 : status);
};

/** @type {(form: HTMLFormElement, flight: Flight) => void} */
const succeed = (form, { place = [null, null], isFocused }) => {
  const [parent, previous] = place;
  forgetTyping(form);
  const { isConnected } = of(form);
  if (isConnected) validateSoon(form); // a 204, say, and what was wrong may still be shown
  if (isConnected || !isFocused || !parent) return;
  let node = previous ? of(previous).nextSibling : of(parent).firstChild;
  while (node && !(node instanceof Element)) node = node.nextSibling;
  if (!node) return;
  const status = of(part(node, "status") ?? /** @type {HTMLElement} */ (node));
  if (!status.hasAttribute("tabindex")) status.tabIndex = -1;
  status.focus();
};

/** @type {(form: HTMLFormElement, fresh: HTMLFormElement, flight: Flight) => void} */
const refuse = (form, fresh, { sent, isFocused = true }) => {
  refused.add(form);
  for (const control of fieldsOf(form)) if (isChosen(control)) judged.add(control);
  showStatus(form, fresh);
  mergeForm(form, fresh, sent);
  if (!isFocused) return;
  const invalid = fieldsOf(form).filter(isInvalid);
  // A script may have hidden a control behind one of its own.
  const isTaken = [...invalid, part(form, "status")].some((each) => {
    each?.focus();
    return each === page.activeElement;
  });
  if (!isTaken) of(form).scrollIntoView();
};

/** @type {(form: HTMLFormElement, name: string | number) => HTMLTemplateElement | null} */
const noticeOf = (form, name) => of(form).querySelector(`template[data-mizan-notice="${name}"]`);

/** @type {(form: HTMLFormElement, reason: string | number) => void} */
const complain = (form, reason) => {
  if (reason === 401) unsigned.add(form);
  const { content } = noticeOf(form, reason) ?? noticeOf(form, "error") ?? {};
  if (content) part(form, "alert")?.replaceChildren(content.cloneNode(true));
};

/** @param {HTMLFormElement} form */
const welcome = (form) => {
  if (!unsigned.delete(form) || !noticeOf(form, "returned")) return;
  const isFocused = part(form, "alert")?.contains(page.activeElement);
  complain(form, "returned");
  if (isFocused) part(form, "retry")?.focus();
};

/** @param {MouseEvent} event */
const click = (event) => {
  const target = /** @type {Element} */ (event.target);
  const retry = /** @type {HTMLButtonElement | null | undefined} */ (
    of(target).closest?.("[data-mizan-retry]")
  );
  const form = retry?.form ?? null;
  if (form && is(form, FORM)) {
    const submitter = /** @type {HTMLButtonElement | null | undefined} */ (submitters.get(form));
    (submitter ?? submitsOf(form)[0])?.focus(); // the button will be gone
    of(form).requestSubmit(submitter?.form === form ? submitter : undefined);
  }
  const link = of(target).closest?.('[data-mizan-status] a[href^="#"]');
  const control = link && page.getElementById(link.getAttribute("href")?.slice(1) ?? "");
  if (!control) return;
  event.preventDefault();
  of(control).focus();
};

export const start = () => {
  /* Django looks at the posted token first, and the page may have been open for longer than the cookie. Where the form goes
     to another site, it has nothing to know. */
  onCapture("formdata", ({ target: form, formData }) => {
    const { csrfCookie } = settings;
    const token = csrfCookie && cookie(csrfCookie);
    if (token && is(form, FORM) && staysHere(form)) formData.set(TOKEN, token);
  });

  /* Not while it is captured, so that the page's own listeners may stop it. */
  on("submit", (event) => {
    const { target: form, submitter } = event;
    if (!is(form, FORM) || event.defaultPrevented || submitter?.hasAttribute("formaction")) return;
    if (!isOwn(of(form).action)) return;
    event.preventDefault();
    send(form, submitter);
  });

  /* Controls that for htmx were not in the form. */
  onCapture("mizan:request", ({ detail: { element, isSafe, body } }) => {
    const sent = flights.get(element)?.sent;
    if (isSafe || !sent) return;
    for (const name of new Set(sent.keys())) {
      if (isRead(name) && !body.has(name)) for (const value of sent.getAll(name)) body.append(name, value);
    }
  });

  /* A form says by its own templates that the session has ended, and that somebody is signed in again. A new token is fetched
     by others that listen. */
  onCapture("mizan:session", (event) => {
    const { state, reason, element } = event.detail;
    const isShown = isSending(element) && part(element, "alert");
    if (isShown && noticeOf(element, reason === "csrf" ? "CSRF" : 401)) event.preventDefault();
    if (state === "returned") forms().forEach(welcome);
  });

  onCapture("click", click);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) for (const form of forms()) setBusy(form, false);
  });
};
