/* mizan.js: refreshes the blocks of a page that have become stale. For htmx 2 and htmx 4.

   A response names what it made stale in X-Mizan-Invalidate or, where scripts cannot read headers, in a
   cookie. A block names what it shows in data-mizan. Both speak one grammar. A block that is covered is sent
   the event mizan:refresh, on which htmx fetches it anew by the block's own hx-get.

   mizan.invalidate("user", {user_id: 5})   makes blocks stale; takes a list as well: ("user;user_id=5, cart");
                                            third {version}: blocks that have it, or a later one, are not
   mizan.format("user", {user_id: 5})       "user;user_id=5"
   mizan.parse("user;user_id=5, cart")      [{context: "user", params: {user_id: "5"}}, …]
   mizan.covers("user", "user;user_id=5")   true
   mizan.later("5f0c29ab.17", "5f0c29ab.15")   2; NaN where versions can't be compared

   mizan:invalidate   on document; detail {header, entries, version, blocks}; preventDefault() leaves the
                      blocks alone
   mizan:return       on document, when the page comes back from a cache and may be old; preventDefault() says
                      that somebody else looks after its live blocks, as mizan-live.js does
   mizan:refreshing   on a block whose refresh is sent; bubbles
   mizan:refreshed    on the block that took its place; bubbles
   mizan:error        on a block that was not refreshed; detail {status}; bubbles. The block keeps its
                      content, stays stale, and is tried again at the next invalidation, when the page is
                      shown again, or back online. */
(() => {
  "use strict";

  if (window.mizan) return;
  const htmx = window.htmx;
  if (!htmx) throw new Error("mizan.js needs htmx: load htmx before it, or use {% mizan_scripts %}.");

  const HEADER = "X-Mizan-Invalidate";
  const VERSION = "X-Mizan-Version";
  const PROOF = "X-Mizan-Refresh";
  const COOKIE = "mizan_invalidate";
  const SINCE = "mizan-since";
  const BLOCK = "[data-mizan]";
  const SHARED = "[data-mizan-shared]";
  const HANDED_DOWN =
    "confirm disabled-elt include params prompt push-url replace-url select select-oob sync vals".split(" ");
  const isHtmx2 = htmx.version.startsWith("2.");
  const settings = document.currentScript?.dataset ?? {};
  const { csrfHeader = "X-CSRFToken", csrfCookie = "csrftoken", csrfToken, csrfSession } = settings;

  // ---- grammar

  const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
  const VALUE = /^(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*$/;
  const trim = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");

  const decode = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return null; // no UTF-8
    }
  };

  const parseEntry = (text) => {
    const [context, ...pairs] = text.split(";").map(trim);
    if (text !== "*" && !NAME.test(context)) return null;
    const params = Object.create(null); // __proto__ is a name like any other
    for (const pair of pairs) {
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)];
      if (!NAME.test(name) || !VALUE.test(value) || name in params || decode(value) === null) return null;
      params[name] = decode(value);
    }
    return { context, params };
  };

  const parse = (list) => String(list ?? "").split(",").map(trim).map(parseEntry).filter(Boolean);

  const coversOne = (stale, shown) =>
    stale.context === "*" ||
    (stale.context === shown.context &&
      Object.entries(stale.params).every(([name, text]) => (shown.params[name] ?? text) === text));

  const covers = (entries, shown) =>
    parse(shown).some((bound) => entries.some((entry) => coversOne(entry, bound)));

  const hex = (character) => "%" + character.charCodeAt().toString(16).toUpperCase();
  const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, hex);

  const format = ({ context, params }) =>
    [context, ...Object.keys(params).sort().map((name) => `${name}=${encode(params[name])}`)].join(";");

  /* The text that the server has for an equal value: numbers in plain notation, well-formed Unicode. */
  const canonical = (value) => {
    if (Number.isFinite(value)) {
      // Adding 0 makes 0 of -0.
      return (value + 0).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
    }
    if (typeof value === "string") return value.toWellFormed?.() ?? value;
    if (/boolean|bigint/.test(typeof value)) return String(value);
    throw new TypeError(`mizan: a parameter must be a string, a finite number or a boolean, not ${value}`);
  };

  // ---- versions

  /* Live blocks and what makes them stale have a version: "5f0c29ab.17" is the 17th change in the life of that
     store. Where lives differ, or a version is missing, nobody knows which is newer. */
  const later = (one, other) => {
    const [[epoch, count], [life, since]] = [one, other].map((version) => (version ?? "").split("."));
    return count && since && epoch === life ? count - since : NaN;
  };

  // ---- what is stale

  /* Not kept in attributes, which a swap may rewrite while a request is under way:
     stale    block elements that show old content;
     since    block → what made it stale: a version or, without one, a word that was never used before;
     failed   those of them whose refresh did not work. They wait for the next occasion: a broken block must
              not cause a storm of requests;
     flights  htmx's requests under way. `late` is what became stale after they were sent: their answers may
              be older than that, so what they bring is stale on arrival, unless its version says otherwise. */
  const stale = new WeakSet();
  const since = new WeakMap();
  const failed = new WeakSet();
  const flights = new Map();

  const blocks = (root = document) => [...root.querySelectorAll(BLOCK)];
  const isLive = ({ dataset }) => dataset.mizanVersion !== undefined;
  const covered = ({ entries, version }, among) =>
    among.filter(
      ({ dataset }) => covers(entries, dataset.mizan) && !(later(dataset.mizanVersion, version) >= 0),
    );
  const fire = (target, name, detail) =>
    target.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));

  /* Mark what the entries cover on the page as it is before the response that carries them is swapped in:
     blocks that arrive with it are new elements, and not marked. */
  const mark = ({ entries, version = null }, { carrier, among = blocks() } = {}) => {
    if (!entries.length) return false;
    const found = covered({ entries, version }, among);
    const header = entries.map(format).join(", ");
    if (!fire(document, "mizan:invalidate", { header, entries, version, blocks: found })) return false;
    for (const flight of flights.values()) if (flight !== carrier) flight.late.push({ entries, version });
    for (const block of found) spoil(block, version);
    return true;
  };

  const spoil = (block, version) => {
    stale.add(block);
    since.set(block, version ?? Math.random().toString(36).slice(2));
  };

  /* A shared cache may be told of a change later than this page. Under an address that was never asked for
     before the change it has no copy of before, and all who are told of the same version share one. */
  const sinceOf = (element) => element.matches?.(SHARED) && since.get(element);

  const isInside = (element, set) => {
    for (let up = element.parentElement; up; up = up.parentElement) if (set.has(up)) return true;
    return false;
  };

  /* Refresh what is stale. A stale block inside another comes with that one, and no two refreshes that
     overlap are ever under way: what is held back here goes out when the other has ended. */
  const flush = () => {
    const due = new Set(blocks().filter((block) => stale.has(block) && !failed.has(block)));
    const busy = new Set([...flights.values()].map(({ block }) => block));
    for (const block of due) {
      const waits = busy.has(block) || isInside(block, due) || isInside(block, busy);
      if (!waits && ![...busy].some((other) => block.contains(other))) refresh(block);
    }
  };

  const retry = () => {
    fill(); // what htmx 4 could not load is tried again, too
    for (const block of blocks()) failed.delete(block);
    flush();
  };

  const swapOf = (block) => block.getAttribute("hx-swap") ?? block.dataset.mizanSwap;

  /* What is empty until it is loaded is a stale block: as a refresh it is safe from what pages hand down. Unless
     htmx 4 was here first, which waits one tick for its extensions. */
  const fill = () => {
    const empty = document.querySelectorAll(`${BLOCK}[hx-trigger^="load"]:not(.htmx-request)`);
    for (const block of empty) {
      block.setAttribute("hx-trigger", "mizan:refresh");
      stale.add(block);
    }
    return empty.length > 0;
  };

  /* Take a block's own hx-target and hx-swap off, which are for its refresh: htmx 2 (and htmx 4 with
     implicitInheritance) would hand them down, and a button inside would replace the block. Inside of a
     block htmx does what it does outside. */
  const bare = () => {
    const own = `${BLOCK}:is([hx-target], [hx-swap]):not([hx-trigger^="load"])`;
    for (const block of document.querySelectorAll(own)) {
      block.dataset.mizanSwap = swapOf(block);
      block.removeAttribute("hx-target");
      block.removeAttribute("hx-swap");
    }
  };

  /* Give a block its own attributes back, and keep from it what a page hands down to its elements (on htmx 2
     by itself, on htmx 4 where it says so), until the function that this returns is called. A refresh must
     not ask for confirmation or go into the history, there is nothing to pick out of its answer, and the
     server refuses unknown parameters. */
  const shield = (block) => {
    const own = { "hx-target": "this", "hx-swap": swapOf(block) };
    const names = [...HANDED_DOWN.map((name) => "hx-" + name), ...Object.keys(own)];
    const missing = names.filter((name) => !block.hasAttribute(name));
    for (const name of missing) block.setAttribute(name, own[name] ?? (isHtmx2 ? "unset" : ""));
    return () => missing.forEach((name) => block.removeAttribute(name));
  };

  const refresh = (block) => {
    const send = () => {
      const unshield = shield(block);
      // Bubbling, it would refresh the blocks around this one, too.
      block.dispatchEvent(new CustomEvent("mizan:refresh"));
      unshield();
      return [...flights.values()].some((flight) => flight.block === block);
    };
    if (send()) return;
    htmx.process(block); // htmx 2 binds new content only 20 ms after it was swapped in
    if (!send()) fail(block, 0);
  };

  const fail = (block, status) => {
    stale.add(block);
    failed.add(block);
    fire(block, "mizan:error", { status });
  };

  const write = (context, values) => {
    const given = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== undefined);
    const params = Object.fromEntries(given.map(([name, value]) => [name, canonical(value)]));
    const text = format({ context, params });
    if (!parse(text).length) throw new TypeError(`mizan: bad name in ${[context, ...Object.keys(params)]}`);
    return text;
  };

  const invalidate = (context, values, { version } = {}) => {
    if (mark({ entries: parse(write(context, values)), version })) retry();
  };

  // ---- the life of a request, which is an XMLHttpRequest of htmx 2 or a context of htmx 4

  const start = (request, source, method) => {
    const block = source.matches?.(BLOCK) ? source : null;
    flights.set(request, { block, safe: isSafe(method), late: [] });
    if (!block) return;
    stale.delete(block);
    failed.delete(block);
    fire(block, "mizan:refreshing");
  };

  /* Read the headers of an answer, before anything is swapped. */
  const read = (request, status, header) => {
    const flight = flights.get(request);
    if (!flight || flight.status) return;
    flight.status = status;
    if (flight.block) {
      // A login page or an error page may stand where a block was expected. What a refresh says is stale is
      // ignored: two blocks could make each other stale for ever.
      flight.proven = status === 200 && header(PROOF) !== null;
    } else if (mark({ entries: parse(header(HEADER)), version: header(VERSION) }, { carrier: flight })) {
      flight.marked = true;
      flight.version = header(VERSION);
      flight.leaves = header("HX-Redirect") !== null || header("HX-Refresh") === "true";
    }
    if (flight.leaves) remember(header(HEADER));
    // With a request that changes things, the cookie came from a redirect it went through. A refresh leaves it:
    // it may be meant for the page that follows this one.
    else if (!flight.block && takeCookie(flight.safe ? null : flight)) flight.marked = true;
  };

  /* Tell whether an answer may be swapped in. */
  const admit = (request) => {
    const flight = flights.get(request);
    if (!flight?.block) return true;
    flight.shown = flight.proven && flight.block.isConnected && new Set(blocks());
    return Boolean(flight.shown);
  };

  const end = (request, text) => {
    const flight = flights.get(request);
    if (!flight) return;
    flights.delete(request);
    if (flight.block) settle(flight);
    else if (text?.includes("data-mizan=")) {
      lift(flight);
      markArrived(flight.late, blocks());
    }
    if (flight.leaves) return;
    if (flight.marked) retry();
    else flush();
  };

  const markArrived = (late, arrived) => {
    for (const news of late) for (const block of covered(news, arrived)) spoil(block, news.version);
  };

  /* A block that comes with the answer to a change was made before that change had its version, and shows it
     nevertheless. What counts is that nobody else's change stands between the two. */
  const lift = ({ version }) => {
    for (const block of blocks()) {
      const isNext = later(version, block.dataset.mizanVersion) === 1;
      if (isNext && !stale.has(block)) block.dataset.mizanVersion = version;
    }
  };

  const settle = ({ block, status = 0, shown, late }) => {
    // Where the block has left the page, nobody hears of it: what replaced it came by a request of its own.
    if (!shown) return void fail(block, status);
    // A morph keeps the elements.
    const arrived = blocks().filter((each) => !shown.has(each) || block.contains(each));
    for (const each of arrived) for (const marks of [stale, since]) marks.delete(each);
    markArrived(late, arrived);
    const fresh = arrived.find(({ id }) => id === block.id);
    if (fresh) fire(fresh, "mizan:refreshed");
  };

  // ---- cookies: an invalidation that no script could read as a header, and the CSRF token

  const cookie = (name) => {
    const pair = document.cookie.split("; ").find((text) => text.startsWith(name + "="));
    return pair?.slice(name.length + 1);
  };

  const takeCookie = (carrier) => {
    const value = cookie(COOKIE);
    if (!value) return false;
    document.cookie = COOKIE + "=; Max-Age=0; Path=/";
    return mark({ entries: parse(decode(value)) }, { carrier });
  };

  /* Leave word for the page that follows, which may come out of a cache. Cookies end at 4,096 bytes. */
  const remember = (list) => {
    const value = encodeURIComponent(list);
    document.cookie = `${COOKIE}=${value.length < 4000 ? value : "*"}; Max-Age=60; Path=/; SameSite=Lax`;
  };

  const isSafe = (method) => /^(GET|HEAD|OPTIONS|TRACE)$/i.test(method);

  let fetched;

  /* A page for everyone has no token in it. Synchronous: the request that needs it is about to leave. */
  const fetchToken = () => {
    const request = new XMLHttpRequest();
    try {
      request.open("GET", csrfSession, false);
      request.send();
      return JSON.parse(request.responseText).csrfToken;
    } catch {
      return undefined; // offline, or no JSON: then the request is refused, too
    }
  };

  const ownToken = () => cookie(csrfCookie) ?? (csrfSession && (fetched ??= fetchToken()));

  /* Set the CSRF token by script: on htmx 4 an element's own hx-headers replaces an inherited one. */
  const protect = (method, url, headers) => {
    if (isSafe(method) || new URL(url, document.baseURI).origin !== location.origin) return;
    const isToken = (name) => name.toLowerCase() === csrfHeader.toLowerCase();
    const name = Object.keys(headers).find(isToken) ?? csrfHeader;
    const token = csrfToken ? headers[name] ?? csrfToken : ownToken();
    if (token) headers[name] = token;
  };

  // ---- htmx 4: the hooks of an extension see the answers to elements that have left the page, too

  const readResponse = (_, { ctx }) => {
    if (ctx.response) read(ctx, ctx.response.status, (name) => ctx.response.headers.get(name));
  };

  const extension = {
    htmx_config_request: (_, { ctx }) => {
      protect(ctx.request.method, ctx.request.action, ctx.request.headers);
      // Of a block that is a fieldset, htmx would send what is filled in, and the server refuse it.
      if (ctx.sourceElement.matches?.(BLOCK)) ctx.request.body = new FormData();
      const word = sinceOf(ctx.sourceElement);
      if (word) ctx.request.body.set(SINCE, word);
    },
    htmx_before_request: (_, { ctx }) => start(ctx, ctx.sourceElement, ctx.request.method),
    htmx_before_response: readResponse,
    htmx_before_swap: (_, { ctx }) => admit(ctx),
    htmx_finally_request: (_, { ctx }) => {
      readResponse(_, { ctx }); // another extension may have hidden it from the hook above
      end(ctx, ctx.text);
    },
  };

  // ---- htmx 2: its events are lost on an element that has left the page, so listen to the request itself

  const listen = () => {
    const on = (name, listener) => document.addEventListener(name, ({ detail }) => listener(detail), true);
    on("htmx:configRequest", ({ verb, path, headers, elt, parameters }) => {
      protect(verb, path, headers);
      const word = sinceOf(elt);
      if (word) parameters[SINCE] = word;
    });
    on("htmx:beforeSend", ({ xhr, elt, requestConfig }) => {
      start(xhr, elt, requestConfig.verb);
      const { block } = flights.get(xhr);
      xhr.addEventListener("readystatechange", () => {
        if (xhr.status) read(xhr, xhr.status, (name) => xhr.getResponseHeader(name));
        if (!block || xhr.readyState < 4) return;
        const unshield = shield(block);
        xhr.addEventListener("loadend", unshield); // htmx swaps before that, in onload
      });
      xhr.addEventListener("loadend", () => end(xhr, xhr.responseText));
    });
    on("htmx:beforeSwap", (detail) => {
      const block = flights.get(detail.xhr)?.block;
      if (!block) return;
      detail.shouldSwap = admit(detail.xhr);
      // Without delay, so that it has happened when onload is over.
      detail.swapOverride = swapOf(block) + " swap:0s transition:false";
    });
    on("htmx:historyRestore", ({ cacheMiss }) => cacheMiss || comeBack());
  };

  if (isHtmx2) listen();
  else if (htmx.registerExtension("mizan", extension) === false) {
    throw new Error('mizan.js was refused by htmx: add "mizan" to htmx.config.extensions.');
  }

  // ---- the life of the page

  fill();
  bare();
  new MutationObserver(() => {
    const filled = fill();
    bare();
    if (filled && document.readyState === "complete") flush(); // until then, catchUp() will
  }).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["hx-target", "hx-swap"], // a morph brings them back
  });

  const catchUp = () => {
    takeCookie();
    retry();
  };

  const comeBack = () => {
    const among = fire(document, "mizan:return") ? blocks() : blocks().filter((block) => !isLive(block));
    if (mark({ entries: parse("*") }, { among })) retry();
  };

  const isOld = (event) => {
    const [navigation] = performance.getEntriesByType("navigation");
    return event.persisted || (navigation?.type === "back_forward" && navigation.transferSize === 0);
  };

  addEventListener("DOMContentLoaded", () => setTimeout(catchUp)); // htmx has bound the page by then
  addEventListener("pageshow", (event) => (isOld(event) ? comeBack() : catchUp()));
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => document.hidden || retry());

  window.mizan = Object.freeze({
    invalidate,
    format: write,
    parse,
    covers: (stale, shown) => covers(parse(stale), shown),
    later,
  });
})();
