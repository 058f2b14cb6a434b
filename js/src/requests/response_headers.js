/* mizan-answers.js: what htmx and the page hear of a refresh. Goes with mizan.js and mizan-together.js.

   A refresh goes on behind the page, and one answer may have been for several blocks:

   - the events of HX-Trigger, HX-Trigger-After-Swap and HX-Trigger-After-Settle are fired once for an answer,
     on a block that it was for, or on the body where all have left the page;
   - HX-Redirect, HX-Refresh and HX-Location are followed, once;
   - HX-Push-Url, HX-Replace-Url, HX-Retarget, HX-Reswap and HX-Reselect are not heard: a block takes its own
     place;
   - htmx tells of a refresh that failed once (htmx:responseError, htmx:sendError and the like; on htmx 4
     htmx:response:error and htmx:error), and again when it fails in another way, or after it has worked.

   What mizan-inserted.js asks for again, by an element with data-mizan-again, goes on behind the page as well. Of
   such an answer only the content counts, none of its HX- headers; that it failed is nobody's failure, and not told.

   mizan.isRefresh(event)   whether an event of htmx is about one of these, and not about what a person did

   mizan.answers is for the scripts that go with this one. trigger(headers): fires what HX-Trigger names,
   where no block will; hush(request): lets htmx tell nothing of its failure, which was told of another block. */
import { of, page } from "../dom.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const AGAIN = "[data-mizan-again]";
  const BEHIND = `[data-mizan], ${AGAIN}`;
  const TRIGGER = "HX-Trigger";
  const [AFTER_SWAP, AFTER_SETTLE] = ["HX-Trigger-After-Swap", "HX-Trigger-After-Settle"]; // of htmx 2
  const OF_PLACE = /^hx-(push|push-url|replace-url|retarget|reswap|reselect)$/i;
  const OF_PLACE_4 = ["pushurl", "replaceurl", "retarget", "reswap", "reselect"]; // as htmx 4 keeps them
  const OF_EVENTS = /^hx-trigger(-after-swap|-after-settle)?$/i;
  const OF_HTMX = /^hx-/i;
  const isXhr = (request) => request instanceof XMLHttpRequest;
  const is = (element, selector) => Boolean(of(element)?.matches?.(selector));

  // ---- which events of htmx are about a refresh

  const refreshes = new WeakSet(); // requests of htmx: an XMLHttpRequest each, or a context

  /* Those of no request that are about what was swapped in or has to be filled in, on either version; htmx 2 spells
     each in two ways. */
  const OF_CONTENT = /load$|process|init|clean-?up|history|settle|swap|transition|validation/i;

  const isRefresh = (event) => {
    const { type = "", target } = event ?? {};
    const detail = event?.detail ?? {};
    const { ctx, xhr, requestConfig, elt } = detail.errorInfo ?? detail;
    if (refreshes.has(ctx) || refreshes.has(xhr)) return true;
    // Before it is sent, and on htmx 4 while it settles. An element at which htmx 2 aims is in `elt`, too.
    const source = ctx?.sourceElement ?? requestConfig?.elt ?? detail.task?.sourceElement;
    if (source) return is(source, BEHIND);
    return type.startsWith("htmx") && !OF_CONTENT.test(type) && is(elt ?? target, BEHIND);
  };

  // ---- what failed is told once

  /* quiet   requests of whose failure htmx tells nothing;
     lost    those of which it tells nothing if there is no answer: the one before had none, either. */
  const quiet = new WeakSet();
  const lost = new WeakSet();
  const isTold = (block, status) => of(block).dataset.mizanError === String(status);

  const hush = (request) => {
    quiet.add(request);
    lose(request);
  };

  /* By its own handlers htmx would tell and write into the console. As an answer without a status, which is
     never swapped in, it ends the request as well. */
  const lose = (request) => {
    lost.add(request);
    if (isXhr(request)) request.onerror = request.onabort = request.ontimeout = request.onload;
  };

  const calm = (ctx) => {
    const { fetch } = ctx;
    ctx.fetch = (...given) =>
      fetch(...given).catch((error) => {
        if (lost.has(ctx)) return Response.error();
        throw error;
      });
  };

  page.addEventListener("mizan:refreshing", ({ target: block, detail: { request } }) => {
    refreshes.add(request);
    if (isTold(block, 0)) lose(request);
    if (!isXhr(request)) calm(request);
  });

  const begin = (element, request) => {
    if (!is(element, AGAIN)) return;
    refreshes.add(request);
    hush(request);
    if (!isXhr(request)) calm(request);
  };

  // htmx 2: of what is no error it tells nothing; whoever asks afterwards hears the truth
  const on2 = (name, listener) => page.addEventListener(name, ({ detail }) => listener(detail), true);
  on2("htmx:beforeSend", ({ elt, xhr }) => begin(elt, xhr));
  on2("htmx:beforeSwap", (detail) => {
    if (quiet.has(detail.xhr)) detail.isError = false;
  });
  on2("htmx:afterRequest", (detail) => {
    const { xhr } = detail;
    const hasFailed = quiet.has(xhr) || (lost.has(xhr) && !xhr.status);
    if (hasFailed) Object.assign(detail, { failed: true, successful: false });
  });

  // htmx 4: before the listeners of the page
  const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
  if (!isHtmx2) {
    const stop = (event) => quiet.has(event.detail?.ctx) && event.stopImmediatePropagation();
    addEventListener(name4("htmx:response:error"), stop, true);
    const start = ({ detail: { ctx } }) => begin(ctx.sourceElement, ctx);
    addEventListener(name4("htmx:before:request"), start, true);
  }

  // ---- the headers of an answer

  /* As htmx reads them; headers of one name stand behind one another. */
  const eventsOf = (text) => {
    if (!text.startsWith("{")) return text.split(",").map((name) => [name.trim(), {}]);
    if (isJson(`[${text}]`)) return JSON.parse(`[${text}]`).flatMap(Object.entries);
    console.error(`mizan: HX-Trigger is no JSON: ${text}`);
    return [];
  };

  const isJson = (text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  /* What becomes the detail as it is. */
  const isDetail = (value) =>
    isHtmx2 ? Object.prototype.toString.call(value) === "[object Object]" : value && typeof value === "object";

  const fire = (text, block) => text && fireAll(eventsOf(text), block);

  const fireAll = (events, block) => {
    for (const [name, value] of events) {
      if (!name) continue;
      const detail = isDetail(value) ? value : { value };
      const named = detail.target === undefined ? null : htmx.find(detail.target);
      htmx.trigger(named ?? placeOf(block), name, detail);
    }
  };

  /* Where a block stands by now; the body hears of those that stand nowhere. */
  const placeOf = (block) => {
    if (of(block)?.isConnected) return block;
    return page.getElementById(of(block)?.id || undefined) ?? page.body;
  };

  const trigger = (headers) => fire(headers.get(TRIGGER));

  page.addEventListener("mizan:answer", (event) => {
    const { block, element, request, status } = event.detail;
    if (is(element, AGAIN)) return isXhr(request) ? cover(request, OF_HTMX) : Object.assign(request, { hx: {} });
    if (!block) return;
    if (status >= 400 && isTold(block, status)) hush(request);
    if (isXhr(request)) speakFor(request, block, event);
    else if (request.hx) speakBy(request.hx, block);
  });

  /* htmx 4 fires the events of HX-Trigger itself, whatever becomes of the answer; on the document, where the
     body does not hear them, if its element is gone. What it can't read, or has no place for, makes it fail. */
  const speakBy = (hx, block) => {
    for (const name of OF_PLACE_4) delete hx[name];
    const text = hx.trigger;
    if (!text) return;
    const events = eventsOf(text);
    const hasPlace = ([, value]) => !value?.target || htmx.find(value.target);
    const isOne = !text.startsWith("{") || isJson(text);
    if (isOne && of(block).isConnected && events.every(hasPlace)) return;
    delete hx.trigger;
    fireAll(events, block);
  };

  /* htmx 2 fires them on an element that has left the page, where nobody hears them. And a block that is not
     swapped in would keep those for afterwards from being fired at all. */
  const speakFor = (xhr, block, answer) => {
    const names = [TRIGGER, AFTER_SWAP, AFTER_SETTLE];
    const [now, swapped, settled] = names.map((name) => xhr.getResponseHeader(name));
    cover(xhr, OF_BLOCK);
    const speak = () => fire(now, block);
    if (xhr.readyState === 4) speak();
    else xhr.addEventListener("readystatechange", () => xhr.readyState === 4 && xhr.status && speak());
    xhr.addEventListener("loadend", () => {
      if (xhr.status !== 200 || answer.defaultPrevented) return;
      fire(swapped, block);
      if (settled) setTimeout(fire, htmx.config.defaultSettleDelay, settled, block);
    });
  };

  const OF_BLOCK = new RegExp(`${OF_PLACE.source}|${OF_EVENTS.source}`, "i");

  const cover = (xhr, names) => {
    const one = xhr.getResponseHeader.bind(xhr);
    const all = xhr.getAllResponseHeaders.bind(xhr);
    const lines = () => all().split("\r\n").filter((line) => !names.test(line.split(":")[0]));
    const own = {
      getResponseHeader: (name) => (names.test(name) ? null : one(name)),
      getAllResponseHeaders: () => lines().join("\r\n"),
    };
    for (const [name, value] of Object.entries(own)) {
      Object.defineProperty(xhr, name, { configurable: true, value });
    }
  };

  const answers = Object.freeze({ hush, trigger });
  Object.assign(mizan, { isRefresh, answers });
};
