/* The requests of htmx 2. Its events are lost on an element that has left the page, so the request itself is listened to. */

import { clear, clearNow } from "../clobbering.js";
import { BLOCK, is, isForm } from "../dom.js";
import { onCapture } from "../events.js";
import { urlOf } from "../blocks/address.js";
import { isolate, swapOf } from "../blocks/htmx_attributes.js";
import { flights } from "./flights.js";
import { admit, begin, end, failSwap, prepare, readHeaders } from "./lifecycle.js";

/** @param {Htmx2Config} detail */
const configure = (detail) => {
  const { verb, headers, elt, parameters, triggeringEvent } = detail;
  if (is(elt, BLOCK)) {
    // Of a block that is a form, a fieldset or a field, htmx would send what is filled in, and the server refuse it.
    for (const name of [...parameters.keys()]) parameters.delete(name);
    detail.path = urlOf(elt); // htmx has the one that it had when it was bound
  }
  prepare(elt, verb, detail.path, headers, parameters, triggeringEvent);
};

/** @param {Htmx2Send} detail */
const follow = ({ xhr, elt, target, pathInfo, requestConfig: { verb, headers } }) => {
  begin(xhr, elt, target, verb, pathInfo.finalRequestPath, headers);
  const block = flights.get(xhr)?.block;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.status) readHeaders(xhr, xhr.status, (name) => xhr.getResponseHeader(name), xhr.responseURL);
    if (xhr.readyState < 4) return;
    const restores = [clear(), ...(block ? [isolate(block)] : [])];
    // htmx swaps before that, in onload.
    xhr.addEventListener("loadend", () => restores.forEach((restore) => restore()));
  });
  xhr.addEventListener("loadend", () => end(xhr, xhr.responseText));
};

/** @param {Htmx2Swap} detail */
const aim = (detail) => {
  const isAdmitted = admit(detail.xhr);
  const block = flights.get(detail.xhr)?.block;
  detail.shouldSwap = isAdmitted && (detail.shouldSwap || Boolean(block));
  if (!block) return;
  detail.target = block;
  detail.selectOverride = "unset";
  // Without delay, so that it has happened when onload is over.
  detail.swapOverride = `${swapOf(block)} swap:0s transition:false`;
};

/* htmx handles these after htmx:beforeRequest, as tasks of their own. */
/** @param {Htmx2Send} detail */
const clearFor = ({ xhr, elt }) => {
  if (!isForm(elt)) return;
  for (const name of ["loadstart", "progress", "abort", "loadend"]) {
    for (const each of [xhr, xhr.upload]) each.addEventListener(name, () => setTimeout(clear()));
  }
};

export const start = () => {
  onCapture("htmx:configRequest", ({ detail }) => configure(detail));
  onCapture("htmx:beforeSend", ({ detail }) => follow(detail));
  onCapture("htmx:beforeSwap", ({ detail }) => aim(detail));
  onCapture("htmx:swapError", ({ detail: { xhr } }) => failSwap(xhr));
  onCapture("htmx:afterSwap", clearNow);
  onCapture("htmx:beforeRequest", ({ detail }) => clearFor(detail));
};
