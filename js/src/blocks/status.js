/* mizan-blocks.js: what blocks say of themselves, and when they load by themselves. Goes with mizan.js.

   aria-busy="true"       on a block while its refresh is under way
   class mizan-stale      on a block that has shown old content for 200 ms, until it is fresh: what is quicker
                          changes nothing that can be seen
   data-mizan-announce    what to say to those who can't see it, when a refresh has changed the block: politely,
                          at most once in 5 s, and not while the page is hidden
   data-mizan-lazy        the block shows a placeholder, and loads when it comes near the view
   data-mizan-poll        seconds after which the block refreshes again, while the page is shown and online */
import { of, page } from "../dom.js";
import { whenParsed } from "../lifecycle.js";
import { mizan } from "../internal.js";

export const start = () => {

  const BLOCK = "[data-mizan]";
  const LAZY = "[data-mizan-lazy]";
  const POLL = "[data-mizan-poll]";
  const STALE = "mizan-stale";
  const on = (name, listener) => page.addEventListener(`mizan:${name}`, listener);
  const isLazy = (block) => of(block).matches(LAZY);
  const withInner = (block, selector) =>
    [block, ...of(block).querySelectorAll(selector)].filter((each) => of(each).matches(selector));

  /* Ids of blocks that load for the first time. When they are asked for they are not called lazy any more. */
  const loading = new Set();
  on("due", ({ target }) => isLazy(target) && loading.add(of(target).id));

  // ---- busy and stale

  /* What a block is can't be kept in its attributes alone, which a morph takes off. */
  const QUIET = 200; // ms
  const busy = new Set();
  const old = new Map(); // block → the timer after which it says so, null afterwards
  const keeper = new MutationObserver((records) => records.forEach(({ target }) => show(target)));

  const show = (block) => {
    if (busy.has(block)) write(block, "aria-busy", "true");
    const { classList } = of(block);
    if (old.get(block) === null && !classList.contains(STALE)) classList.add(STALE);
  };

  const write = (block, name, value) =>
    of(block).getAttribute(name) === value || of(block).setAttribute(name, value);

  const watch = () => {
    keeper.disconnect();
    for (const block of new Set([...busy, ...old.keys()])) {
      if (of(block).isConnected) keeper.observe(block, { attributeFilter: ["aria-busy", "class"] });
      else forget(block);
    }
  };

  const forget = (block) => {
    clearTimeout(old.get(block));
    old.delete(block);
    busy.delete(block);
  };

  const age = (block) => {
    if (old.has(block) || isLazy(block) || loading.has(of(block).id)) return; // a placeholder is nothing old
    const say = () => {
      old.set(block, null);
      show(block);
    };
    old.set(block, setTimeout(say, QUIET));
  };

  const rest = (block) => {
    busy.delete(block);
    of(block).removeAttribute("aria-busy");
  };

  const renew = (block) => {
    forget(block);
    rest(block);
    const { classList } = of(block);
    if (!classList.contains(STALE)) return;
    classList.remove(STALE);
    if (!classList.length) of(block).removeAttribute("class");
  };

  on("invalidate", (event) => {
    queueMicrotask(() => {
      if (event.defaultPrevented) return; // by a listener that came after this one
      event.detail.blocks.forEach(age);
      watch();
    });
  });
  on("refreshing", ({ target }) => {
    busy.add(target);
    age(target);
    show(target);
    watch();
  });
  on("refreshed", ({ target }) => {
    withInner(target, BLOCK).forEach(renew); // what stands inside came with it
    watch();
  });
  on("error", ({ target }) => {
    if (of(target).matches?.(BLOCK)) age(target); // one that nobody has asked for may be old as well
    rest(target);
    watch();
  });

  // ---- announcements

  const PAUSE = 5000; // ms between two announcements
  const TOGETHER = 100; // ms: what refreshes together is said together, in a region that was there before
  const REGION = "mizan-announcements";
  const texts = new Set();
  let made;
  let speaker;
  let last = -Infinity;

  /* Beside the body, which boosted links replace and htmx keeps copies of. */
  const region = () => {
    if (made?.isConnected) return made;
    made = page.createElement("div");
    made.id = REGION; // for the site's CSS: a heading may be called so, too, and is not written to
    made.setAttribute("role", "status"); // which is polite
    Object.assign(made.style, {
      position: "fixed",
      inset: "0 auto auto 0",
      width: "1px",
      height: "1px",
      overflow: "hidden",
      clipPath: "inset(50%)",
      whiteSpace: "nowrap",
    });
    page.documentElement.append(made);
    return made;
  };

  const announce = (text) => {
    if (page.hidden) return;
    region();
    texts.add(text);
    speaker ??= setTimeout(speak, Math.max(TOGETHER, last + PAUSE - Date.now()));
  };

  const speak = () => {
    speaker = undefined;
    if (!page.hidden) {
      region().textContent = [...texts].join(", ");
      last = Date.now();
      // The same text is said again only where it was gone, and it is nothing to come upon later.
      setTimeout(() => (region().textContent = ""), PAUSE - TOGETHER);
    }
    texts.clear();
  };

  on("refreshed", ({ target, detail }) => {
    const isFirst = loading.delete(of(target).id);
    const text = of(target).dataset.mizanAnnounce;
    if (text && detail.changed && !isFirst) announce(text);
  });

  // ---- lazy

  const NEAR = "200px";
  const watched = new WeakSet(); // lazy blocks that were seen on the page
  const asked = new WeakSet(); // those of them that are being loaded, or tried again by mizan.js

  const load = (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || page.hidden) continue;
      sight?.unobserve(target);
      if (asked.has(target) || !isLazy(target) || !of(target).isConnected) continue;
      asked.add(target);
      mizan.refresh(target);
    }
  };

  const sight =
    window.IntersectionObserver && new IntersectionObserver(load, { rootMargin: NEAR, scrollMargin: NEAR });

  /* Watched anew, a block is looked at even where it has not moved. */
  const look = (block) => {
    if (!sight) return load([{ target: block, isIntersecting: true }]);
    sight.unobserve(block);
    sight.observe(block);
  };

  // ---- poll

  const SOON = 250; // ms: who is due that soon goes along
  const LONGEST = 2 ** 31 - 1; // ms that a timer can wait
  const jitter = 1 + Math.random() / 10; // one for the page: blocks that are due together stay together
  const due = new Map(); // block → when; Infinity while its refresh is under way or does not work
  let alarm;

  const schedule = (block) => {
    const seconds = Number(of(block).dataset.mizanPoll);
    if (seconds > 0) due.set(block, isLazy(block) ? Infinity : Date.now() + seconds * 1000 * jitter);
  };

  const setAlarm = () => {
    clearTimeout(alarm);
    for (const block of due.keys()) {
      if (!of(block).isConnected || !of(block).matches(POLL)) due.delete(block);
    }
    const next = Math.min(...due.values());
    if (page.hidden || !navigator.onLine || next === Infinity) return;
    alarm = setTimeout(poll, Math.min(Math.max(next - Date.now(), 0), LONGEST));
  };

  const poll = () => {
    const now = Date.now() + SOON;
    for (const [block, when] of due) {
      if (when > now || !of(block).isConnected) continue;
      due.set(block, Infinity);
      mizan.refresh(block);
    }
    setAlarm();
  };

  on("refreshing", ({ target }) => {
    if (!of(target).matches(POLL)) return;
    due.set(target, Infinity); // until it is refreshed: one that fails is tried again by mizan.js
    setAlarm();
  });
  on("refreshed", ({ target }) => {
    withInner(target, POLL).forEach(schedule);
    setAlarm();
  });
  for (const name of ["online", "offline"]) addEventListener(name, setAlarm);

  // ---- what is on the page, and what arrives

  const find = () => {
    for (const block of page.querySelectorAll(LAZY)) {
      if (watched.has(block)) continue;
      watched.add(block);
      look(block);
    }
    const polled = [...page.querySelectorAll(POLL)].filter((block) => !due.has(block));
    polled.forEach(schedule);
    if (polled.length) setAlarm();
  };

  on("refreshed", ({ target }) => {
    for (const block of withInner(target, BLOCK)) for (const set of [watched, asked]) set.delete(block);
    find(); // a refresh may bring a placeholder back
  });

  page.addEventListener("visibilitychange", () => {
    if (!page.hidden) page.querySelectorAll(LAZY).forEach(look);
    setAlarm();
  });

  const start = () => {
    find();
    new MutationObserver(find).observe(document, {
      subtree: true,
      childList: true,
      attributeFilter: ["data-mizan-lazy", "data-mizan-poll"], // a morph keeps the element
    });
  };

  whenParsed(start);

  Object.assign(mizan, { announce });
};
