/* The requests of htmx 4: the hooks of an extension also see the responses to elements that have left the page. */

import { clearNow, mixedForms } from "../clobbering.js";
import { BLOCK, is, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { whenParsed } from "../lifecycle.js";
import { urlOf } from "../blocks/address.js";
import { isolate, rebind, swapOf } from "../blocks/htmx_attributes.js";
import { flights } from "./flights.js";
import { admit, begin, end, endSwap, failSwap, prepare, readHeaders } from "./lifecycle.js";

/** @typedef {{ ctx: HtmxContext }} Detail */
/** @typedef {{ type: string, target: Element, swapSpec: { style: string } }} Task */

/** @param {HtmxContext} ctx */
const readResponse = (ctx) => {
  const { response } = ctx;
  if (response?.status) {
    readHeaders(ctx, response.status, (name) => response.headers.get(name), response.raw.url);
  }
};

/* What is not to be swapped (htmx.config.noSwap), and where to, says nothing of refreshes. */
/** @param {Task} task @param {HTMLElement} block */
const aim = (task, block) => {
  task.target = block;
  if (task.swapSpec.style === "none") task.swapSpec.style = swapOf(block).replace(/ .*/, "");
};

const extension = {
  /** @param {Element} _ @param {Detail} detail */
  htmx_config_request: (_, { ctx: { sourceElement, sourceEvent, request } }) => {
    if (is(sourceElement, BLOCK)) {
      // Whatever hx-config says. Of a block that is a form, htmx would send what is filled in.
      request.action = urlOf(sourceElement);
      request.body = new FormData();
    }
    const { method, action, headers, body } = request;
    prepare(sourceElement, method, action, headers, /** @type {FormData} */ (body), sourceEvent);
  },
  /** @param {Element} _ @param {Detail} detail */
  htmx_before_request: (_, { ctx }) => {
    clearNow();
    const { sourceElement, target, request } = ctx;
    if (is(sourceElement, BLOCK)) Object.assign(request, { method: "GET", body: null });
    begin(ctx, sourceElement, target, request.method, request.action, request.headers);
  },
  /** @param {Element} _ @param {Detail} detail */
  htmx_before_response: (_, { ctx }) => {
    clearNow();
    readResponse(ctx);
  },
  /** @param {Element} _ @param {Detail} detail */
  htmx_after_request: (_, { ctx }) => {
    clearNow();
    const flight = flights.get(ctx);
    if (flight?.block) flight.restore = isolate(flight.block);
  },
  /** @param {Element} _ @param {Detail & { tasks: Task[] }} detail */
  htmx_before_swap: (_, { ctx, tasks }) => {
    const isAdmitted = admit(ctx);
    const block = flights.get(ctx)?.block;
    if (block) for (const task of tasks) if (task.type === "main") aim(task, block);
    return isAdmitted;
  },
  htmx_after_swap: clearNow,
  /** @param {Element} _ @param {Detail} detail */
  htmx_finally_swap: (_, { ctx }) => {
    clearNow();
    endSwap(ctx);
  },
  /** @param {Element} _ @param {Detail} detail */
  htmx_finally_request: (_, { ctx }) => {
    clearNow();
    readResponse(ctx); // another extension may have hidden it from the hook above
    flights.get(ctx)?.restore?.();
    if (/^error/.test(ctx.status)) failSwap(ctx);
    end(ctx, ctx.text);
  },
};

/* htmx 4 reads an element before any event says that it is about to bind it. */
const bindClearly = () => {
  const { process } = htmx;
  htmx.process = (...given) => {
    clearNow(); // and looks at what it has bound right after that
    return process.apply(htmx, given);
  };
};

/* It binds the page by a timer, which may be faster than this script: where it failed at a form, what follows is not bound,
   either. */
const bindAgain = () => {
  const forms = /** @type {Set<HTMLFormElement & { _htmx?: { listeners?: unknown[] } }>} */ (mixedForms());
  for (const form of forms) if (form._htmx && !form._htmx.listeners?.length) rebind(form);
  if (forms.size) htmx.process(page.body);
};

export const start = () => {
  if (/** @type {unknown} */ (htmx.process)) {
    bindClearly();
    whenParsed(bindAgain);
  }
  if (htmx.registerExtension("mizan", extension) === false) {
    throw new Error('mizan.js was refused by htmx: add "mizan" to htmx.config.extensions.');
  }
};
