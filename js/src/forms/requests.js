/* What htmx 2 and htmx 4 say of the request that sends a form. */

import { isRead, strip } from "../clobbering.js";
import { onCapture } from "../events.js";
import { isHtmx2, spelt } from "../htmx.js";
import { fieldsOf, isChosen } from "./controls.js";
import { admit, begin, end, isSending, showProgress } from "./submission.js";

/** @typedef {import("./submission.js").Answer} Answer */

// ---- htmx 4: an element's context

/** @type {(ctx: HtmxContext) => Answer} */
const ofContext = ({ response, text = "" }) => ({
  status: response?.status ?? 0,
  url: response?.raw.url,
  header: (name) => response?.headers.get(name) ?? null,
  text,
});

/**
 * Return what sends a form in place of fetch(), which says nothing of an upload's progress.
 * @param {HTMLFormElement} form
 */
const upload =
  (form) =>
  /** @type {(url: string, request: HtmxContext["request"]) => Promise<Response>} */
  (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      xhr.upload.addEventListener("progress", showProgress(form));
      xhr.addEventListener("load", () => resolve(responseOf(xhr)));
      for (const name of ["error", "abort"]) xhr.addEventListener(name, () => reject(new TypeError(name)));
      signal?.addEventListener("abort", () => xhr.abort());
      xhr.send(body);
    });

/** @param {XMLHttpRequest} xhr */
const responseOf = (xhr) => {
  const lines = xhr
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/);
  const headers = lines.map((line) => /** @type {[string, string]} */ (line.split(/: ?(.*)/, 2)));
  const hasBody = ![204, 205, 304].includes(xhr.status);
  const response = new Response(hasBody ? xhr.response : null, { status: xhr.status, headers });
  return Object.defineProperty(response, "url", { value: xhr.responseURL });
};

const listen4 = () => {
  /** @type {WeakMap<HtmxContext, HTMLFormElement>} By context: htmx 4.0.1 names what has come in place of its form. */
  const senders = new WeakMap();
  /** @type {(event: CustomEvent<{ ctx: HtmxContext }>) => HTMLFormElement | null} */
  const own = ({ detail: { ctx } }) => {
    const form = senders.get(ctx) ?? ctx?.sourceElement;
    if (!isSending(form)) return null;
    senders.set(ctx, form);
    return form;
  };
  onCapture(spelt("htmx:config:request"), (event) => {
    const form = own(event);
    if (form && fieldsOf(form).some(isChosen)) event.detail.ctx.request.timeout = "0"; // uploads take long
  });
  onCapture(spelt("htmx:before:request"), (event) => {
    const form = own(event);
    if (!form) return;
    begin(form);
    if (fieldsOf(form).some(isChosen)) event.detail.ctx.fetch = upload(form);
  });
  onCapture(spelt("htmx:before:swap"), (event) => {
    const form = own(event);
    if (!form) return;
    const { ctx, tasks } = event.detail;
    /** @param {{ target: Element, swapSpec: { style: string } }} task */
    const replacesForm = ({ target, swapSpec }) => target === form && swapSpec.style.startsWith("outer");
    if (!admit(form, ofContext(ctx))) event.preventDefault();
    else if (tasks.some(replacesForm)) strip(form);
  });
  onCapture(spelt("htmx:finally:request"), (event) => {
    const form = own(event);
    if (form) end(form, ofContext(event.detail.ctx));
  });
  // django-htmx, while DEBUG is on, would put a refusal in the place of the whole page.
  onCapture(spelt("htmx:response:error"), (event) => {
    if (own(event) && event.detail.ctx.response.status < 500) event.stopPropagation();
  });
};

// ---- htmx 2: an XMLHttpRequest

/** @type {(xhr: XMLHttpRequest) => Answer} */
const ofXhr = (xhr) => ({
  status: xhr.status,
  url: xhr.responseURL,
  header: (name) => xhr.getResponseHeader(name),
  text: xhr.responseText,
});

const listen2 = () => {
  onCapture("htmx:beforeSend", ({ detail: { elt: form, xhr } }) => {
    if (!isSending(form)) return;
    begin(form);
    xhr.upload.addEventListener("progress", showProgress(form));
    xhr.addEventListener("loadend", () => end(form, ofXhr(xhr))); // after htmx, which swaps in onload
  });
  onCapture("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (isSending(elt) && xhr.status >= 400 && xhr.status < 500) event.stopPropagation(); // as above
  });
  onCapture("htmx:beforeSwap", ({ detail }) => {
    const form = detail.requestConfig?.elt;
    if (!isSending(form)) return;
    const isAdmitted = admit(form, ofXhr(detail.xhr));
    detail.shouldSwap &&= isAdmitted;
    if (detail.shouldSwap && detail.swapOverride?.startsWith("outer")) strip(form); // it is about to go
    detail.isError &&= detail.xhr.status >= 500;
    detail.selectOverride = "unset"; // one handed down by the page would pick nothing out of a form
    detail.swapOverride += " swap:0s transition:false"; // so that it has happened when onload is over
    // What htmx would fail at is bound as long as it is out of its way.
    const names = [...detail.serverResponse.matchAll(/ (?:name|id)="([^"]*)"/g)];
    if (names.some(([, name]) => isRead(name))) detail.swapOverride += " settle:0s";
  });
};

export const start = () => {
  if (isHtmx2) listen2();
  else listen4();
};
