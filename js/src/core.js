/* mizan.js: refreshes the blocks of a page that have become stale. For htmx 2 and htmx 4. Needs mizan-start.js.

   A response names what it made stale in X-Mizan-Invalidate or, where scripts cannot read headers, in a
   cookie. A block names what it shows in data-mizan. Both speak one grammar. A block that is covered is sent
   the event mizan:refresh, on which htmx fetches it anew by the block's own hx-get.

   mizan.invalidate("user", {user_id: 5})   makes blocks stale; takes a list as well: ("user;user_id=5, cart");
                                            third {version, source, among}: blocks that have this version, or
                                            a later one, are not; who says so; which blocks it can concern
   mizan.refresh(block)                     makes this one stale, whatever it shows
   mizan.retry()                            asks for what is stale, even where that failed or was held back
   mizan.fail(block, 404, "no such …")      marks a block as one that a refresh would not make fresh: by the
                                            attribute and the event of one that failed, with no end of its wait
   mizan.deliver(request, pieces, versions, policy)
                                            what came with the answer to a request of htmx, by block id: HTML,
                                            null for what is unchanged, and the version it has: not asked for,
                                            unless something has become stale since; and the
                                            Content-Security-Policy of that answer, or null
   mizan.format("user", {user_id: 5})       "user;user_id=5"
   mizan.parse("user;user_id=5, cart")      [{context: "user", params: {user_id: "5"}}, …]
   mizan.covers("user", "user;user_id=5")   true
   mizan.later("5f0c29ab.17", "5f0c29ab.15")   2; NaN where versions can't be compared
   mizan.cookie("csrftoken")                the value that Django takes, where several have the name
   mizan.dom                                for the scripts that go with this one. of(node): the node by whose
                                            properties no markup stands; page: the document so; settings(): what
                                            the running script's tag says; isOwn(url): leads to this origin;
                                            staysHere(form): it sends nothing to another one;
                                            clear(): lets htmx read forms, until what it gives is called;
                                            clearNow(): until this task has nothing more to do at once;
                                            isRead(name): htmx reads forms by it; isMixed(root): such a one is
                                            inside; strip(root): takes those off, where it goes;
                                            isUnticked(control): a box that a form would send, had it a tick;
                                            address(text, name): an URL of this origin, or an error;
                                            isShown(element): it is displayed; modal(): what nobody gets out of,
                                            the last one that is open;
                                            ownAttribute(element, "hx-get"), attributeOf(element, "hx-swap"): its
                                            own, by either name; or the nearest around it;
                                            tag(), whenParsed(then), whenShown(listener): see mizan-start.js

   mizan:invalidate   on document; detail {header, entries, version, blocks, source, cause}; preventDefault()
                      leaves the blocks alone
   mizan:due          on a block before its refresh is sent; preventDefault() holds it back: mizan.retry()
   mizan:refreshing   on a block whose refresh is sent; detail {url, headers, request, piece, policy}
   mizan:refreshed    on the block that took its place; detail {url, milliseconds, together, changed}
   mizan:error        on a block that was not refreshed; detail {status, message, wait, again}. It keeps its
                      content and has the status in data-mizan-error (0: no answer). Until mizan.retry(block), or
                      the next invalidation, it is not asked for again; `wait`: for at least so many milliseconds

   For the scripts that go with this one, on document:
   mizan:request      before htmx sends any request; detail {element, method, isSafe, url, headers, body,
                      event}; headers and body may be changed, event is what triggered it, if anything
   mizan:answer       when it is there; detail {request, element, target, block, method, isSafe, url, status,
                      header(name), answered}, the last of them its URL. Of one that preventDefault() refuses
                      nothing is swapped in; detail.reason may say why. */

import { clear, clearNow, isMixed, isRead, mixedForms, start as startClobbering, strip } from "./clobbering.js";
import { cookie, cookies } from "./cookies.js";
import {
  AGAIN,
  BLOCK,
  attributeOf,
  blocks,
  isInside,
  isOwn,
  isSafe,
  isShown,
  isUnticked,
  modal,
  of,
  ownAttribute,
  page,
  staysHere,
  tagOf,
} from "./dom.js";
import { fire } from "./events.js";
import { covers, decode, format, parse, write } from "./grammar.js";
import { htmx, isHtmx2 } from "./htmx.js";
import { mizan } from "./internal.js";
import { whenParsed, whenShown } from "./lifecycle.js";
import { address, nonce, settings } from "./settings.js";
import { later } from "./versions.js";

export const start = () => {
  startClobbering();

  const HEADER = "X-Mizan-Invalidate";
  const VERSION = "X-Mizan-Version";
  const PROOF = "X-Mizan-Refresh";
  const COOKIE = "mizan_invalidate";
  const SECURE_COOKIE = "__Host-" + COOKIE; // on https, where no other site can write it
  const SINCE = "mizan-since";
  const SHARED = "[data-mizan-shared]";
  const HANDED_DOWN =
    "confirm disabled-elt include params prompt push-url replace-url select select-oob sync vals".split(" ");
  const HANDED_DOWN_4 = "action method status:200 status:20x status:2xx".split(" ");

  // ---- what is stale

  /* Not kept in attributes, which a swap may rewrite while a request is under way:
     stale    block elements that show old content;
     since    block → what made it stale: a version or, without one, a word that was never used before. A
              shared cache may be told of a change later than this page. Under an address that nobody asked
              for before the change it has no old copy, and all who are told of the same version share one;
     brought  block → its HTML, which came with the answer that made it stale, or null: it is the same; and
              the policy of that answer;
     failed   those of them whose refresh did not work. They wait for the next occasion: a broken block must
              not cause a storm of requests;
     lost     blocks that the server does not have any more, as far as anybody knows: each occasion asks for
              them once, and nobody asks by the clock;
     flights  htmx's requests under way. `late` is what became stale after they were sent: their answers may
              be older than that, so what they bring is stale on arrival, unless its version says otherwise. */
  const stale = new WeakSet();
  const since = new WeakMap();
  const brought = new WeakMap();
  const failed = new WeakSet();
  const lost = new WeakSet();
  const flights = new Map();

  const isCovered = ({ entries, version }, { dataset }) =>
    dataset.mizanLazy === undefined && // shows nothing yet
    covers(entries, dataset.mizan) &&
    !(later(dataset.mizanVersion, version) >= 0);
  const covered = (news, among) => among.filter((block) => isCovered(news, of(block)));

  /* Mark what the entries cover on the page as it is before the response that carries them is swapped in:
     blocks that arrive with it are new elements, and not marked. */
  const mark = ({ entries, version = null }, { source, cause, carrier, among = blocks() }) => {
    if (!entries.length) return false;
    const found = covered({ entries, version }, among);
    const header = entries.map(write).join(", ");
    const detail = { header, entries, version, blocks: found, source, cause };
    if (!fire(document, "mizan:invalidate", detail)) return false;
    for (const flight of flights.values()) if (flight !== carrier) flight.late.push({ entries, version });
    for (const block of found) spoil(block, version);
    return true;
  };

  const spoil = (block, version) => {
    stale.add(block);
    brought.delete(block); // was made before this
    since.set(block, version ?? Math.random().toString(36).slice(2));
  };

  /* Refresh what is stale. A stale block inside another comes with that one, and no two refreshes that
     overlap are ever under way: what is held back here goes out when the other has ended. */
  const flush = () => {
    planned = 0;
    if (page.hidden) return;
    const due = new Set(blocks().filter((block) => stale.has(block) && !failed.has(block)));
    const busy = new Set([...flights.values()].map(({ block }) => block));
    const restore = clear();
    for (const block of due) {
      const waits = busy.has(block) || isInside(block, due) || isInside(block, busy);
      if (waits || [...busy].some((other) => of(block).contains(other))) continue;
      if (fire(block, "mizan:due")) send(block);
    }
    restore();
  };

  let planned = 0;

  /* Once for all that one task makes stale. */
  const plan = () => (planned ||= setTimeout(flush));

  const retry = (block) => {
    fill(); // what htmx 4 could not load is tried again, too
    for (const each of block ? [block] : blocks()) failed.delete(each);
    plan();
  };

  const refresh = (block) => {
    if (!of(block)?.matches?.(BLOCK)) throw new TypeError(`mizan.refresh: ${tagOf(block)} is no block`);
    const news = { entries: parse(of(block).dataset.mizan) };
    for (const { late } of flights.values()) late.push(news);
    spoil(block);
    retry(block);
  };

  const swapOf = (block) => of(block).getAttribute("hx-swap") ?? of(block).dataset.mizanSwap;

  /* What is empty until it is loaded is a stale block: as a refresh it is safe from what pages hand down. Unless
     htmx 4 was here first, which waits one tick for its extensions. */
  const fill = () => {
    const empty = page.querySelectorAll(`${BLOCK}[hx-trigger^="load"]:not(.htmx-request)`);
    for (const block of empty) {
      of(block).setAttribute("hx-trigger", "mizan:refresh");
      stale.add(block);
    }
    return empty.length > 0;
  };

  /* Take a block's own hx-target and hx-swap off, which are for its refresh: htmx 2 (and htmx 4 with
     implicitInheritance) would hand them down, and a button inside would replace the block. Inside of a
     block htmx does what it does outside. */
  const bare = () => {
    const own = `${BLOCK}:is([hx-target], [hx-swap]):not([hx-trigger^="load"])`;
    for (const block of page.querySelectorAll(own)) {
      of(block).dataset.mizanSwap = swapOf(block);
      for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
    }
  };

  /* What the whole page has for an indicator says that a person has to wait. One that stands nearer is meant for
     the blocks in it. */
  const isIndicatedByPage = (block) => {
    const names = (element) => of(element).getAttributeNames();
    const says = (element) => names(element).some((name) => /^(data-)?hx-indicator/.test(name));
    for (let up = of(block).parentElement; up; up = of(up).parentElement) {
      if (says(up)) return up === page.body || up === page.documentElement;
    }
    return false;
  };

  /* Give a block its own attributes back, and keep from it what a page hands down to its elements (on htmx 2
     by itself, on htmx 4 where it says so), until the function that this returns is called. A refresh must
     not ask for confirmation or go into the history, there is nothing to pick out of its answer, and the
     server refuses unknown parameters. A block that is a form need not be filled in, when it `isSent`. */
  const shield = (block, isSent = false) => {
    const unset = isHtmx2 ? "unset" : "";
    const values = new Map([...HANDED_DOWN, ...(isHtmx2 ? [] : HANDED_DOWN_4)].map((name) => [
      "hx-" + name.replace(":", htmx.config.metaCharacter || ":"),
      unset,
    ]));
    values.set("hx-target", "this").set("hx-swap", swapOf(block));
    if (isIndicatedByPage(block)) values.set("hx-indicator", of(block).getAttribute("hx-indicator") ?? unset);
    if (isHtmx2) values.set("hx-params", "none"); // of a form
    // First, so that nothing around it turns the extension off that swaps it in.
    if (isHtmx2) values.set("hx-ext", ["mizan", of(block).getAttribute("hx-ext")].filter(Boolean).join());
    // What is filled in by halves is not sent, and nobody has to be told.
    if (!isHtmx2) values.set("hx-validate", "false");
    else if (isSent && block instanceof HTMLFormElement) values.set("novalidate", "");
    const former = [...values.keys()].map((name) => [name, of(block).getAttribute(name)]);
    for (const [name, value] of values) of(block).setAttribute(name, value);
    return () => {
      for (const [name, value] of former) {
        if (of(block).getAttribute(name) !== values.get(name)) continue; // a morph has written it
        if (value === null) of(block).removeAttribute(name);
        else of(block).setAttribute(name, value);
      }
    };
  };

  const send = (block) => {
    if (!isOwn(of(block).getAttribute("hx-get"))) {
      return fail({ block, got: "it is not of this origin, and was not sent", wait: Infinity });
    }
    of(block).removeAttribute("data-mizan-lazy");
    const trigger = () => {
      const unshield = shield(block, true);
      // Bubbling, it would refresh the blocks around this one, too.
      of(block).dispatchEvent(new CustomEvent("mizan:refresh"));
      unshield();
      return [...flights.values()].some((flight) => flight.block === block);
    };
    if (trigger()) return;
    try {
      htmx.process(block); // htmx 2 binds new content only 20 ms after it was swapped in
    } catch (error) {
      // By the names in a form, say. The other blocks have no part in it.
      return fail({ block, got: `htmx could not bind it: ${error.message}` });
    }
    if (!trigger() && !(rebind(block) && trigger())) fail({ block, got: "htmx did not send it" });
  };

  /* What htmx 4 failed at when it bound it counts as bound. */
  const rebind = (element) => {
    if (!isHtmx2) htmx.process(element, true);
    return !isHtmx2;
  };

  /* The page is about to go, and that is nobody's fault. */
  const shelve = (block) => {
    stale.add(block);
    failed.add(block);
  };

  const fail = ({ block, status = 0, url, got = "no answer", wait = 0 }) => {
    shelve(block);
    if (!of(block).isConnected) return; // what replaced it came by a request of its own
    const expected = `Expected of GET ${url ?? of(block).getAttribute("hx-get")}: status 200 with ${PROOF}; got: ${got}.`;
    report(block, status, `was not refreshed. ${expected}`, wait);
  };

  const report = (block, status, reason, wait) => {
    const { dataset } = of(block);
    const message = `mizan: ${tagOf(block)}, which shows ${dataset.mizan}, ${reason}`;
    const again = dataset.mizanError === String(status); // as it failed the last time
    if (!again) console.error(message);
    dataset.mizanError = status;
    fire(block, "mizan:error", { status, message, wait: lost.has(block) ? Infinity : wait, again });
  };

  const lose = (block, status, reason) => {
    if (!of(block)?.matches?.(BLOCK)) throw new TypeError(`mizan.fail: ${tagOf(block)} is no block`);
    for (const set of [stale, failed, lost]) set.add(block);
    report(block, status, `can't be kept up to date. ${reason}`, Infinity);
  };

  const invalidate = (context, values, { version, source = "script", among } = {}) => {
    if (mark({ entries: parse(format(context, values)), version }, { source, among })) retry();
  };

  const deliver = (request, pieces, versions, policy = null) => {
    const { late } = flights.get(request);
    for (const block of blocks()) {
      const { id } = of(block);
      const dataset = { ...of(block).dataset, mizanVersion: versions.get(id) };
      const isOld = late.some((news) => isCovered(news, { dataset }));
      if (stale.has(block) && pieces.has(id) && !isOld) brought.set(block, { piece: pieces.get(id), policy });
    }
  };

  // ---- the life of a request, which is an XMLHttpRequest of htmx 2 or a context of htmx 4

  const prepare = (element, method, url, headers, body, event) => {
    fire(document, "mizan:request", { element, method, isSafe: isSafe(method), url, headers, body, event });
    const word = of(element).matches?.(SHARED) && since.get(element);
    if (word) body.set(SINCE, word);
  };

  const start = (request, element, target, method, url, headers) => {
    const block = of(element).matches?.(BLOCK) ? element : null;
    const began = performance.now();
    const flight = { request, element, target, block, method, isSafe: isSafe(method), url, began, late: [] };
    flights.set(request, flight);
    if (!block) return;
    stale.delete(block);
    failed.delete(block);
    const { piece, policy } = brought.get(block) ?? {};
    brought.delete(block);
    fire(block, "mizan:refreshing", { url, headers, request, piece, policy });
  };

  /* Read the headers of an answer, before anything is swapped. */
  const read = (request, status, header, answered) => {
    const flight = flights.get(request);
    if (!flight || flight.status) return;
    const { block, element, method, url } = flight;
    flight.status = status;
    const answer = { ...flight, header, answered };
    flight.isRefused = !fire(document, "mizan:answer", answer);
    if (!isOwn(answered || url)) return; // another site has no say in what is stale, and is no block
    if (block) {
      // A login page or an error page may stand where a block was expected. What a refresh says is stale is
      // ignored: two blocks could make each other stale for ever.
      flight.isProven = /^(200|304)$/.test(status) && header(PROOF) !== null && !flight.isRefused;
      const moves = header("HX-Location") === null ? "" : "HX-Location and ";
      flight.got = `${moves}${answer.reason ?? "status"} ${status}`;
      flight.together = Number(header("X-Mizan-Together") ?? 1);
      flight.wait = flight.isRefused ? Infinity : waitOf(header("Retry-After"));
      flight.leaves = leavesBy(header) || header("X-Mizan-Leaves") !== null;
      return;
    }
    if (of(element).matches?.(AGAIN)) return; // nor what is asked for after a refresh
    const news = { entries: parse(header(HEADER)), version: header(VERSION) };
    const cause = { method, url, status, element };
    if (mark(news, { source: "response", cause, carrier: flight })) {
      flight.isMarked = true;
      flight.version = news.version;
      flight.leaves = leavesBy(header);
    }
    if (flight.leaves) remember(header(HEADER));
    // With a request that changes things, the cookie came from a redirect it went through.
    else if (takeCookie(flight.isSafe ? null : flight)) flight.isMarked = true;
  };

  const leavesBy = (header) => header("HX-Redirect") !== null || header("HX-Refresh") === "true";
  const waitOf = (after) => after * 1000 || Date.parse(after) - Date.now() || 0;

  /* Take note that htmx failed at swapping an answer in: a block shows what it did. */
  const spill = (request) => {
    const flight = flights.get(request);
    if (flight?.block && flight.shown) flight.isBroken = true;
  };

  /* Tell whether an answer may be swapped in. */
  const admit = (request) => {
    const flight = flights.get(request);
    flight?.unshield?.();
    if (!flight?.block) return !flight?.isRefused;
    const { isConnected, innerHTML } = of(flight.block);
    if (flight.isProven && isConnected) {
      flight.shown = new Set(blocks());
      flight.former = innerHTML;
    }
    return Boolean(flight.shown) && flight.status === 200;
  };

  const end = (request, text) => {
    const flight = flights.get(request);
    if (!flight) return;
    flights.delete(request);
    if (flight.isBroken) fail({ ...flight, got: `${flight.got}, which htmx could not swap in` });
    else if (flight.block) settle(flight);
    else if (text?.includes("data-mizan=")) {
      lift(flight);
      markArrived(flight.late, blocks());
    }
    if (flight.leaves) return;
    if (flight.isMarked) retry();
    else plan();
  };

  /* What a person's own request brings by a morph is the same element, which its answer may have made stale. */
  page.addEventListener("mizan:keep", ({ target: block, detail: { fresh, source } }) => {
    if (source === block) return;
    const ids = new Set([fresh, ...of(fresh).querySelectorAll(BLOCK)].map((each) => of(each).id));
    for (const each of [block, ...of(block).querySelectorAll(BLOCK)]) if (ids.has(of(each).id)) freshen(each);
  });

  const freshen = (block) => {
    for (const marks of [stale, failed, lost, since]) marks.delete(block);
    of(block).removeAttribute("data-mizan-error");
  };

  const markArrived = (late, arrived) => {
    for (const news of late) for (const block of covered(news, arrived)) spoil(block, news.version);
  };

  /* A block that comes with the answer to a change was made before that change had its version, and shows it
     nevertheless. What counts is that nobody else's change stands between the two. */
  const lift = ({ version }) => {
    for (const block of blocks()) {
      const { dataset } = of(block);
      const isNext = later(version, dataset.mizanVersion) === 1;
      if (isNext && !stale.has(block)) dataset.mizanVersion = version;
    }
  };

  /* Until htmx 2 binds a form, 20 ms after the swap, Enter would send it as the browser does, and leave the page
     with what was typed. Forms in which something loads by itself are left to htmx: it would load twice. */
  const bindForms = (block) => {
    const restore = clear();
    for (const form of [block, ...of(block).querySelectorAll("form")]) {
      if (!(form instanceof HTMLFormElement) || of(form).querySelector("[hx-trigger*=load]")) continue;
      try {
        htmx.process(form);
      } catch {
        // htmx says so itself when it comes to it.
      }
    }
    restore();
  };

  /* Whatever the page, its extensions and its listeners had htmx do with an answer, a block that still shows what it
     did is not fresh; neither is one that has got itself inside. With swap="none" its author looks after it. */
  const isSwapped = ({ block, former, isReplaced }) => {
    if (!of(block).isConnected || /^none\b/.test(swapOf(block))) return true;
    const isNested = of(block).querySelector(`[id="${CSS.escape(of(block).id)}"]`) !== null;
    return !isNested && (isReplaced || of(block).innerHTML !== former);
  };

  const vouch = (block) => {
    for (const flight of flights.values()) if (flight.block === block) flight.isReplaced = true;
  };

  page.addEventListener("mizan:keep", ({ target, detail: { source } }) => target === source && vouch(target));
  page.addEventListener("mizan:late", ({ target }) => vouch(target)); // mizan-keep.js asks for it once more

  const settle = (flight) => {
    const { block, status, url, shown, former, late, began, together } = flight;
    const isSame = flight.isProven && status === 304;
    if (!shown && !isSame) return flight.leaves ? shelve(block) : fail(flight);
    if (!isSame && !isSwapped(flight)) {
      return fail({ ...flight, got: `${flight.got}, which was not swapped in` });
    }
    bare();
    // A morph keeps the elements. What is in a block that stays may have come later than the block.
    const isNew = (each) => (isSame ? each === block : !shown.has(each) || of(block).contains(each));
    const arrived = blocks().filter(isNew);
    arrived.forEach(freshen);
    markArrived(late, arrived);
    const fresh = arrived.find((each) => of(each).id === of(block).id);
    if (isHtmx2 && fresh && !isSame) bindForms(fresh);
    const milliseconds = performance.now() - began;
    const changed = !isSame && of(fresh)?.innerHTML !== former;
    if (fresh) fire(fresh, "mizan:refreshed", { url, milliseconds, together, changed });
  };

  // ---- the cookie: an invalidation that no script could read as a header


  /* What a cookie says, in notes. Whether the page is on https, the server may see otherwise behind a proxy. */
  const NOTE = /^([0-9a-f]{16}):([^|:]+)$/;
  const notes = () =>
    [SECURE_COOKIE, COOKIE]
      .flatMap(cookies)
      .flatMap((value) => value.split("|"))
      .map((text) => NOTE.exec(text))
      .filter(Boolean)
      .map(([text, number, list]) => ({ text, number, list: decode(list) }));

  /* Some cookies stay: those for another path or a whole domain, which this page can't delete. So the numbers
     that were read are remembered, the last ones first, for all tabs where the browser lets us. */
  const READ = "mizan-read";
  const MOST_READ = 1000;
  let known = [];

  const readBefore = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(READ));
      if (Array.isArray(kept)) return [...known, ...kept];
    } catch {
      // no storage, or somebody else's text in it
    }
    return known;
  };

  const rememberRead = (numbers) => {
    known = [...new Set(numbers)].slice(0, MOST_READ);
    try {
      localStorage.setItem(READ, JSON.stringify(known));
    } catch {
      // then this page alone knows
    }
  };

  const leave = (name, text, seconds) => {
    const secure = name === SECURE_COOKIE ? "; Secure" : "";
    page.cookie = `${name}=${text}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
  };

  /* A block that was rendered after a change, or by the request that made it, says so by the number of its note. */
  const isOlder = ({ mizan, mizanNotes = "" }, { number, entries }) =>
    covers(entries, mizan) && !mizanNotes.split(" ").includes(number);

  const takeCookie = (carrier) => {
    const found = notes();
    if (!found.length) return false;
    for (const name of [SECURE_COOKIE, COOKIE]) leave(name, "", 0);
    const before = readBefore();
    const isNew = new Map(found.map((note) => [note.number, note]));
    for (const number of before) isNew.delete(number);
    rememberRead([...found.map(({ number }) => number), ...before]);
    const news = [...isNew.values()].map(({ number, list }) => ({ number, entries: parse(list) }));
    const among = blocks().filter((block) => news.some((note) => isOlder(of(block).dataset, note)));
    return mark({ entries: news.flatMap(({ entries }) => entries) }, { source: "cookie", carrier, among });
  };

  /* Leave word for the page that follows, which may come out of a cache. Cookies end at 4,096 bytes. */
  const remember = (list) => {
    const number = [...crypto.getRandomValues(new Uint8Array(8))].map(twoDigits).join("");
    const own = `${number}:${encodeURIComponent(list)}`;
    const before = readBefore();
    const unread = notes().filter((note) => !before.includes(note.number));
    const whole = [...unread.map(({ text }) => text), own].join("|");
    const fitting = [whole, own].find((text) => text.length < 3900) ?? `${number}:*`;
    leave(location.protocol === "https:" ? SECURE_COOKIE : COOKIE, fitting, 60);
  };

  const twoDigits = (byte) => byte.toString(16).padStart(2, "0");

  // ---- htmx 4: the hooks of an extension see the answers to elements that have left the page, too

  const readResponse = (_, { ctx }) => {
    const { response } = ctx;
    if (response?.status) read(ctx, response.status, (name) => response.headers.get(name), response.raw.url);
  };

  /* What is not to be swapped (htmx.config.noSwap), and where to, says nothing of refreshes. */
  const aim = (task, block) => {
    task.target = block;
    if (task.swapSpec.style === "none") task.swapSpec.style = swapOf(block).split(" ")[0];
  };

  const extension = {
    htmx_config_request: (_, { ctx: { sourceElement, sourceEvent, request } }) => {
      if (of(sourceElement).matches?.(BLOCK)) {
        request.action = of(sourceElement).getAttribute("hx-get"); // whatever hx-config says
        request.body = new FormData(); // see empty()
      }
      prepare(sourceElement, request.method, request.action, request.headers, request.body, sourceEvent);
    },
    htmx_before_request: (_, { ctx }) => {
      clearNow();
      if (of(ctx.sourceElement).matches?.(BLOCK)) Object.assign(ctx.request, { method: "GET", body: null });
      start(ctx, ctx.sourceElement, ctx.target, ctx.request.method, ctx.request.action, ctx.request.headers);
    },
    htmx_before_response: (_, detail) => {
      clearNow();
      readResponse(_, detail);
    },
    htmx_after_request: (_, { ctx }) => {
      clearNow();
      const flight = flights.get(ctx);
      if (flight?.block) flight.unshield = shield(flight.block);
    },
    htmx_before_swap: (_, { ctx, tasks }) => {
      const isAdmitted = admit(ctx);
      const { block } = flights.get(ctx) ?? {};
      for (const task of block ? tasks : []) if (task.type === "main") aim(task, block);
      return isAdmitted;
    },
    htmx_after_swap: clearNow,
    htmx_finally_swap: clearNow,
    htmx_finally_request: (_, { ctx }) => {
      clearNow();
      readResponse(_, { ctx }); // another extension may have hidden it from the hook above
      flights.get(ctx)?.unshield?.();
      if (/^error/.test(ctx.status)) spill(ctx);
      end(ctx, ctx.text);
    },
  };

  // ---- htmx 2: its events are lost on an element that has left the page, so listen to the request itself

  /* Of a block that is a form, a fieldset or a field, htmx would send what is filled in, and the server refuse it. */
  const empty = (parameters) => [...parameters.keys()].forEach((name) => parameters.delete(name));

  const listen = () => {
    const on = (name, listener) => page.addEventListener(name, ({ detail }) => listener(detail), true);
    on("htmx:configRequest", ({ verb, path, headers, elt, parameters, triggeringEvent }) => {
      if (of(elt).matches?.(BLOCK)) empty(parameters);
      prepare(elt, verb, path, headers, parameters, triggeringEvent);
    });
    on("htmx:beforeSend", ({ xhr, elt, target, pathInfo, requestConfig: { verb, headers } }) => {
      start(xhr, elt, target, verb, pathInfo.finalRequestPath, headers);
      const { block } = flights.get(xhr);
      xhr.addEventListener("readystatechange", () => {
        if (xhr.status) read(xhr, xhr.status, (name) => xhr.getResponseHeader(name), xhr.responseURL);
        if (xhr.readyState < 4) return;
        const undo = [clear(), block && shield(block)].filter(Boolean);
        // htmx swaps before that, in onload.
        xhr.addEventListener("loadend", () => undo.forEach((each) => each()));
      });
      xhr.addEventListener("loadend", () => end(xhr, xhr.responseText));
    });
    on("htmx:beforeSwap", (detail) => {
      const isAdmitted = admit(detail.xhr);
      const block = flights.get(detail.xhr)?.block;
      detail.shouldSwap = isAdmitted && (detail.shouldSwap || Boolean(block));
      if (!block) return;
      detail.target = block;
      detail.selectOverride = "unset";
      // Without delay, so that it has happened when onload is over.
      detail.swapOverride = swapOf(block) + " swap:0s transition:false";
    });
    on("htmx:swapError", ({ xhr }) => spill(xhr));
    on("htmx:afterSwap", clearNow);
    on("htmx:beforeRequest", ({ xhr, elt }) => {
      if (!(elt instanceof HTMLFormElement)) return;
      // htmx hears these after this, as tasks of their own.
      for (const name of ["loadstart", "progress", "abort", "loadend"]) {
        for (const each of [xhr, xhr.upload]) each.addEventListener(name, () => setTimeout(clear()));
      }
    });
  };

  /* htmx 4 reads an element before it tells anybody that it is about to bind it. */
  const bindClearly = ({ process }) => {
    htmx.process = (...elements) => {
      clearNow(); // and looks at what it has bound right after that
      return process.apply(htmx, elements);
    };
  };

  /* It binds the page by a timer, which may be faster than this file: where it failed at a form, what follows is not
     bound, either. */
  const bindAgain = () => {
    const forms = mixedForms();
    for (const form of forms) if (form?._htmx && !form._htmx.listeners?.length) rebind(form);
    if (forms.size) htmx.process(page.body);
  };

  if (!isHtmx2 && htmx.process) {
    bindClearly(htmx);
    whenParsed(bindAgain);
  }
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
    if (filled && page.readyState === "complete") plan(); // until then, catchUp() will
  }).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["hx-target", "hx-swap"], // a morph brings them back
  });

  // htmx 2 binds the page between the two; htmx 4 says when it does.
  addEventListener("DOMContentLoaded", () => {
    const restore = clear();
    addEventListener("DOMContentLoaded", restore, { once: true });
    setTimeout(restore);
  }, { capture: true, once: true });

  const catchUp = () => {
    takeCookie();
    retry();
  };

  whenParsed(catchUp);
  addEventListener("pageshow", catchUp);

  Object.assign(mizan, {
    invalidate,
    refresh,
    retry,
    fail: lose,
    deliver,
    cookie,
    dom: Object.freeze({
      of,
      page,
      isOwn,
      staysHere,
      isUnticked,
      address,
      isShown,
      modal,
      ownAttribute,
      attributeOf,
      clear,
      clearNow,
      isRead,
      isMixed,
      strip,
      nonce,
      settings: () => settings,
      whenParsed,
      whenShown,
    }),
    format,
    parse,
    covers: (stale, shown) => covers(parse(stale), shown),
    later,
  });
};
