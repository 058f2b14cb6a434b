/* mizan-errors.js: says what became of each request that somebody has made, the same on htmx 2 and htmx 4. Needs
   mizan.js; mizan-notice.js shows it.

   What a view refuses in HTML goes where the view says. What mizan refuses, what is no HTML, and the page that a
   site shows for an error would take the place of the form or of the button: those are not swapped in. Whoever
   has a way of their own for errors keeps it: hx-status, hx-target-error and the like, a listener that decides,
   a rule of responseHandling with a target.

   mizan:failed   on the element (on document if that has left the page) when a request that changes something, or
                  one by which somebody asked for something, did not work; detail {status (0: no answer), code,
                  message, isOwn (it is the server's), fields (name → texts, or null), element, method, url,
                  isCommitted ("no", or "maybe"), request, event, retryAfter (seconds, or null), page (HTML for
                  whoever makes the site, or null), isShown}. preventDefault(): it is shown in another way.
                  isShown: it is already, by HTML that was swapped in, by a form of ours, or by the notice that
                  the session has ended
   mizan:done     there, too, when a request that changes something has worked, and its answer is in the page;
                  detail {status, element, method, url, request}
   mizan:read     the same for one that only reads, other than for a block */
import { isOwn, of, page } from "../dom.js";
import { htmx, isHtmx2 } from "../htmx.js";

export const start = () => {
  const ERROR = "X-Mizan-Error";
  const MESSAGE = "X-Mizan-Message";
  const COMMITTED = "X-Mizan-Committed";
  const BEHIND = "[data-mizan], [data-mizan-again]";
  const FORM = "form[data-mizan-form]";
  const FIELD = "input:not([type=hidden]), select, textarea";
  const WORDS = "template[data-mizan-errors]";
  const isSafe = (method) => /^(GET|HEAD|OPTIONS|TRACE)$/i.test(method);
  const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
  const MOVING = 1000; // milliseconds that a view transition may take
  const { addEventListener: on } = window; // before markup can have that name
  const onFirst = (name, listener) => on(name, listener, true); // before all others who listen
  const onLast = (name, listener) => on(name, listener);

  // ---- requests under way: an XMLHttpRequest of htmx 2, or a context of htmx 4

  /* request → {element, method, url, event, focused, and later
       isLost     there was no answer, or it broke off
       heard      events by which others may say that they look after the answer
       isSwapped  it can be seen} */
  const flights = new WeakMap();

  const isForm = ({ element }) => of(element).matches?.(FORM);

  /* What goes on behind the page is none of these: nobody waits for it. */
  const start = (request, flight) => {
    const { element, method } = flight;
    if (isSafe(method) && of(element).matches?.(BEHIND)) return null;
    const { activeElement } = page;
    const focused = activeElement === page.body ? null : activeElement;
    flights.set(request, { ...flight, request, focused, began: performance.now(), heard: [] });
    return flights.get(request);
  };

  const hearWhetherPrevented = (name, requestOf) =>
    onFirst(name, (event) => flights.get(requestOf(event.detail))?.heard.push(event));
  hearWhetherPrevented("mizan:answer", ({ request }) => request);
  const isPrevented = ({ heard }, type) =>
    heard.some((event) => event.defaultPrevented && (!type || event.type === type));

  // ---- what an answer is

  const parse = (html) => {
    const template = page.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  const isHtml = ({ header, text }) => /\bhtml\b/i.test(header("Content-Type")) && Boolean(text?.trim());
  const isPage = ({ text }) => /^\s*(<!--.*?-->\s*)*<(!doctype|html)\b/is.test(text);
  const isFailure = ({ status, header }) => status >= 400 || header(ERROR) !== null;
  const says = ({ header }) => header("HX-Retarget") !== null || header("HX-Reswap") !== null;
  const leaves = ({ header }) =>
    ["HX-Redirect", "HX-Location"].some((name) => header(name) !== null) || header("HX-Refresh") === "true";

  /* Whether the HTML of a refusal belongs where htmx would put it: {element, isBoosted, select, target}. A 422 does,
     and what a header sends somewhere. What would take the place of whoever sent it takes away what was typed there,
     unless it is a form again; and a page belongs only where one was asked for. */
  const fits = (answer, { element, method }, { isBoosted, select, target }) => {
    const { status, header, text } = answer;
    if (!isHtml(answer) || header(ERROR) !== null) return false;
    if (status === 422 || says(answer)) return true;
    if (status >= 500) return false;
    const content = parse(text);
    if (isPage(answer)) {
      const isAsked = select ? content.querySelector(select) : isBoosted || target === page.body;
      return Boolean(isAsked) && (status === 400 || isSafe(method));
    }
    const isOver = [element, of(element).form].some((each) => each && of(target)?.contains(each));
    return !isOver || content.querySelector(FIELD) !== null;
  };

  const inherit = (element, name) => {
    const holder = of(element).closest?.(`[${name}], [data-${name}]`);
    return holder && (of(holder).getAttribute(name) ?? of(holder).getAttribute(`data-${name}`));
  };

  /* The body of a refusal: JSON, or in an element behind what the template shows. */
  const read = (answer) => {
    const script = isHtml(answer) && parse(answer.text).querySelector("script[data-mizan-refusal]");
    try {
      return JSON.parse(script ? script.textContent : answer.text) ?? {};
    } catch {
      return {};
    }
  };

  /* What a form's own function answers with 200 where something does not fit: texts by field, and those of rows. */
  const misfits = (answer) => {
    const result = /\bjson\b/i.test(answer.header("Content-Type")) && read(answer).result;
    if (result?.success !== false || !result.errors) return null;
    const isTexts = (value) => [value].flat().every((each) => typeof each === "string");
    const ofRow = (row, at) => Object.entries(row).map(([name, texts]) => [`${at}-${name}`, texts]);
    const fields = Object.entries(result.errors).flatMap(([name, value]) =>
      isTexts(value) ? [[name, value]] : name === "rows" ? value.flatMap(ofRow) : [],
    );
    return Object.fromEntries(fields);
  };

  const decode = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return ""; // cut off by somebody on the way
    }
  };

  let source = page.querySelector(WORDS); // remembered, where a swap takes it away

  const wordsFor = (status) => {
    source = page.querySelector(WORDS) ?? source;
    const words = source?.content;
    const names = [status, `${String(status)[0]}xx`, "error"];
    const found = names.map((name) => words?.querySelector(`[data-mizan-when~="${name}"]`));
    return found.find(Boolean)?.textContent.trim();
  };

  const NONE = { status: 0, header: () => null, text: "" };

  const describe = (flight, answer) => {
    const { element, method, url, event, request, isSwapped } = flight;
    const { status, header } = answer;
    const isOurs = header(ERROR) !== null;
    const { code, message, details, debug } = isOurs ? read(answer) : {};
    const own = header(MESSAGE) === null ? "" : (message ?? decode(header(MESSAGE)));
    const after = header("Retry-After");
    const seconds = after === null ? NaN : Number(after) || (Date.parse(after) - Date.now()) / 1000;
    const isDebug = window[Symbol.for("mizan-debug")] || loud;
    const isTold = isPrevented(flight) || isForm(flight) || leaves(answer);
    return {
      status,
      code: header(ERROR) ?? code ?? "",
      message: own || wordsFor(isOurs && status < 400 ? 422 : status) || `${status}`,
      isOwn: own !== "",
      fields: details?.fields ?? misfits(answer),
      element,
      method: method.toUpperCase(),
      url,
      isCommitted: isSafe(method) || header(COMMITTED) === "no" ? "no" : "maybe",
      request,
      event,
      retryAfter: seconds >= 0 ? Math.ceil(seconds) : null,
      page: debug?.page ?? (isDebug && isHtml(answer) && isPage(answer) ? answer.text : null),
      isShown: Boolean(isTold || isSwapped),
    };
  };

  /* What a person reads where a site swaps a refusal of ours in, which is JSON. */
  const readable = (flight, answer) => {
    if (answer.header(ERROR) === null || !/\bjson\b/i.test(answer.header("Content-Type"))) return null;
    const { message, fields } = describe(flight, answer);
    const paragraphs = [message, ...Object.values(fields ?? {}).flat(Infinity)].map((text) => {
      const paragraph = page.createElement("p");
      paragraph.textContent = text;
      return paragraph.outerHTML;
    });
    return paragraphs.join("");
  };

  // ---- the end

  let isLeaving = false; // the browser drops what is under way
  addEventListener("pagehide", () => {
    isLeaving = true;
  });
  addEventListener("pageshow", () => {
    isLeaving = false;
  });

  const fire = (name, detail) => {
    const target = of(detail.element).isConnected ? detail.element : document;
    of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  };

  /* A button that was disabled meanwhile has lost the focus. */
  const giveBack = ({ focused }) => {
    const { activeElement } = page;
    const isNowhere = !activeElement || activeElement === page.body;
    if (focused && isNowhere && of(focused).isConnected) of(focused).focus({ preventScroll: true });
  };

  const end = (flight, given) => {
    flights.delete(flight.request);
    if (isLeaving) return;
    const { element, method, url, request, event } = flight;
    if (!isForm(flight)) giveBack(flight);
    const isMine = isOwn(given?.url || url);
    const answer = flight.isLost ? NONE : isMine ? given : { ...given, header: () => null };
    if (!answer) return; // dropped before it was sent, or given up
    const { status } = answer;
    const isDone = !flight.isLost && !isFailure(answer) && !misfits(answer);
    if (isDone && !isPrevented(flight, "mizan:answer")) {
      const detail = { status, element, method: method.toUpperCase(), url, request };
      fire(isSafe(method) ? "mizan:read" : "mizan:done", detail);
    } else if (!isSafe(method) || event?.isTrusted) fire("mizan:failed", describe(flight, answer));
  };

  // ---- htmx 2

  /* Of another site's answer browsers hand out few headers, and complain of whoever asks for others. */
  const of2 = (xhr) => ({
    status: xhr.status,
    url: xhr.responseURL,
    header: (name) => (!xhr.responseURL || isOwn(xhr.responseURL) ? xhr.getResponseHeader(name) : null),
    text: xhr.response,
  });

  /* Whether the site itself has said what becomes of a status: htmx 2 swaps none from 400 on in. One that only says
     that it is swapped, as for a 422, means HTML of its own. */
  const isRuled = (answer) => {
    const rule = htmx.config.responseHandling.find(({ code }) => new RegExp(code).test(answer.status));
    const isDefault = rule?.code === "[45].." && !rule.swap && !rule.target;
    return Boolean(rule?.target) || (!isDefault && isHtml(answer) && answer.header(ERROR) === null);
  };

  /* Until what htmx has begun to swap in has settled. Where nothing is left of the target, no event says so. */
  const settling = ({ request, swap, element }) =>
    new Promise((resolve) => {
      const spec = swap.swapOverride ?? inherit(element, "hx-swap") ?? "";
      const { defaultSwapDelay, defaultSettleDelay, globalViewTransitions } = htmx.config;
      const delay = (name, otherwise) =>
        htmx.parseInterval(new RegExp(`\\b${name}:(\\S+)`).exec(spec)?.[1] ?? `${otherwise}ms`) || 0;
      const hearing = new AbortController();
      const finish = () => {
        hearing.abort();
        setTimeout(resolve); // when all have heard it
      };
      const hear = ({ detail }) => detail.xhr === request && finish();
      on("htmx:afterSettle", hear, { capture: true, signal: hearing.signal });
      const isMoving = globalViewTransitions || /transition:true/.test(spec);
      // As htmx does, so that these timers end after its own.
      setTimeout(
        () => setTimeout(finish, delay("settle", defaultSettleDelay) + (isMoving ? MOVING : 0)),
        delay("swap", defaultSwapDelay),
      );
    });

  const isNone = (spec) => /^\s*none\b/.test(spec ?? "");

  const landed2 = (flight) => async () => {
    const { request: xhr, swap } = flight;
    if (swap?.shouldSwap) {
      flight.isSwapped = !isNone(swap.swapOverride ?? inherit(flight.element, "hx-swap"));
      await settling(flight);
    }
    end(flight, xhr.status ? of2(xhr) : null);
  };

  const listen2 = () => {
    const begin = ({ detail: { xhr, elt, requestConfig } }) => {
      if (flights.has(xhr) || !requestConfig) return;
      const { verb, path, triggeringEvent } = requestConfig;
      const flight = start(xhr, { element: elt, method: verb, url: path, event: triggeringEvent });
      if (!flight) return;
      for (const name of ["error", "timeout"]) xhr.addEventListener(name, () => (flight.isLost = true));
      xhr.addEventListener("loadend", landed2(flight)); // htmx has begun to swap by then, in onload
    };
    // Or later, for what has left before this file was there.
    for (const name of ["htmx:beforeRequest", "htmx:beforeOnLoad"]) onFirst(name, begin);
    for (const name of ["htmx:beforeOnLoad", "htmx:beforeSwap"]) hearWhetherPrevented(name, ({ xhr }) => xhr);
    onFirst("htmx:beforeSwap", ({ detail }) => {
      const flight = flights.get(detail.xhr);
      if (flight) Object.assign(flight, { swap: detail, before: [detail.shouldSwap, detail.target] });
    });
    // Only the extensions of htmx come after this, and may decide otherwise.
    onLast("htmx:beforeSwap", ({ detail }) => {
      const flight = flights.get(detail.xhr);
      const answer = flight && of2(detail.xhr);
      if (!flight || !isFailure(answer) || isForm(flight)) return;
      detail.serverResponse = readable(flight, answer) ?? detail.serverResponse;
      const [shouldSwap, target] = flight.before;
      if (detail.shouldSwap !== shouldSwap || detail.target !== target || isRuled(answer)) return;
      const select = detail.selectOverride ?? detail.select ?? inherit(flight.element, "hx-select");
      const place = { isBoosted: detail.boosted, select: select === "unset" ? null : select, target };
      const isWanted = shouldSwap || answer.status === 422 || says(answer);
      detail.shouldSwap = isWanted && fits(answer, flight, place);
    });
  };

  // ---- htmx 4

  const of4 = ({ response, text = "" }) => ({
    status: response.status,
    url: response.raw.url,
    header: (name) => response.headers.get(name),
    text,
  });

  /* Whether hx-status on the element, or handed down to it, says what becomes of a status. */
  const isStated = (element, status) => {
    const codes = [status, `${String(status).slice(0, 2)}x`, `${String(status)[0]}xx`];
    const names = codes.flatMap((code) => [`hx-status:${code}`, `data-hx-status:${code}`]);
    for (let each = element; each; each = of(each).parentElement) {
      const isAbove = each !== element && !htmx.config.implicitInheritance;
      const ends = isAbove ? [":inherited"] : ["", ":inherited"];
      if (names.some((name) => ends.some((end) => of(each).hasAttribute(name4(name + end))))) return true;
    }
    return false;
  };

  const isRefused4 = (ctx, flight) => {
    const answer = flight.given ?? of4(ctx);
    if (!isFailure(answer) || isForm(flight)) return false;
    const { select, target } = ctx;
    const place = { isBoosted: Boolean(flight.element._htmx?.boosted), select, target };
    return !isStated(flight.element, answer.status) && !fits(answer, flight, place);
  };

  /* Else htmx would parse it first, and a strict policy complain of the styles in it. */
  const skip4 = ({ detail: { ctx } }) => {
    const flight = flights.get(ctx);
    if (!flight) return;
    flight.given = of4(ctx);
    if (isRefused4(ctx, flight)) ctx.status = "refused";
    else if (!isForm(flight)) ctx.text = readable(flight, flight.given) ?? ctx.text;
  };

  const admit4 = (event) => {
    const { ctx, tasks } = event.detail;
    const flight = flights.get(ctx);
    if (!flight) return;
    if (isRefused4(ctx, flight)) return event.preventDefault();
    flight.isSwapped = tasks.some(({ swapSpec }) => !isNone(swapSpec?.style ?? swapSpec));
    flight.heard.push(event);
  };

  /* One that was given up has no answer, or only its beginning. */
  const landed4 = ({ detail: { ctx } }) => {
    const flight = flights.get(ctx);
    const isGivenUp = !ctx.response || (/^error/.test(ctx.status) && ctx.text === undefined);
    // htmx gives back what it has disabled only after this.
    if (flight) queueMicrotask(() => end(flight, isGivenUp ? null : (flight.given ?? of4(ctx))));
  };

  /* Given up on purpose, and not because its time was over: 4.0.0-beta6 says the same of both. */
  const isAborted = ({ request: { request }, began }, error) => {
    const { timeout = htmx.config.defaultTimeout } = request;
    return (
      error?.name === "AbortError" && performance.now() - began < (htmx.parseInterval(timeout) || Infinity)
    );
  };

  const listen4 = () => {
    const begin = ({ detail: { ctx } }) => {
      if (flights.has(ctx) || !ctx.request) return; // htmx.swap() asks for nothing
      const { sourceElement: element, sourceEvent: event, request } = ctx;
      start(ctx, { element, method: request.method, url: request.action, event });
    };
    // Or later, for what has left before this file was there.
    const early = ["htmx:before:request", "htmx:before:response", "htmx:response:error", "htmx:before:swap"];
    for (const name of early) onFirst(name4(name), begin);
    onFirst(name4("htmx:error"), ({ detail: { ctx, error } }) => {
      const flight = flights.get(ctx);
      // If its text is there, htmx failed at swapping it in.
      if (flight && ctx.text === undefined) flight.isLost = !isAborted(flight, error);
    });
    hearWhetherPrevented(name4("htmx:response:error"), ({ ctx }) => ctx);
    onFirst(name4("htmx:response:error"), skip4);
    onFirst(name4("htmx:before:swap"), admit4);
    onFirst(name4("htmx:finally:request"), landed4);
  };

  if (isHtmx2) listen2();
  else listen4();

  // ---- django-htmx, which under DEBUG puts an error into the place of the whole page

  const loud = page.querySelector('script[src*="django-htmx"][data-debug="True"]');

  /* It listens at the document, and on htmx 4 has kept all errors from being swapped in. */
  const hush = (event) => {
    const { xhr, ctx } = event.detail;
    if ((xhr?.status ?? ctx.response.status) >= 400) event.stopPropagation();
  };

  if (loud) {
    const name = isHtmx2 ? "htmx:beforeOnLoad" : name4("htmx:response:error");
    page.documentElement.addEventListener(name, hush);
    onFirst(name, (event) => event.target === document && hush(event));
    const { noSwap = [] } = htmx.config;
    for (const code of ["4xx", "5xx"]) if (noSwap.includes(code)) noSwap.splice(noSwap.lastIndexOf(code), 1);
  }
};
