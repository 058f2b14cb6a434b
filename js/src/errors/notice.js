/* mizan-notice.js: shows what did not work, by the event mizan:failed. Needs mizan.js, and mizan-errors.js, which
   sends it.

   What failed is said in the nearest [data-mizan-slot] ({% mizan_errors %}): in the form, or else in the closest
   element around it that has one which is nobody else's. Where there is none, in the one notice of the page,
   .mizan-notice, which comes when it is needed, over everything else. Both hold copies of .mizan-failure from
   template[data-mizan-errors], the rendered template mizan_htmx/errors.html. In a copy

     [data-mizan-message]   is what is told: the text, and behind it those of fields that the form does not have
     [data-mizan-times]     how many failed in the same way, where that is more than one
     [data-mizan-maybe]     is there where it may have been done nevertheless
     [data-mizan-later]     where the server has said when to come back; [data-mizan-wait] in it says when
     [data-mizan-resend]    sends it again; there only where nothing was committed, and it can be sent as it was
     [data-mizan-page]      where mizan-debug.js is there, and a page about the error: fires mizan:page, cancelable,
                            on the button; detail {html}
     [data-mizan-close]     takes it away, as Escape does

   It goes away when the same element has sent a request that worked. */
import { isShown, modal, of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const SLOT = "[data-mizan-slot]";
  const NOTICE = ".mizan-notice";
  const TEMPLATE = "template[data-mizan-errors]";
  const hasPopovers = CSS.supports("selector(:popover-open)");
  const MODAL = "dialog:modal, [aria-modal=true]"; // nobody gets out of these
  const OPEN = MODAL + (hasPopovers ? ", :popover-open:not(.mizan-notice)" : "");
  // A press beside it would close the popover that somebody is in.
  const HOLDERS = MODAL + (hasPopovers ? ", :popover-open:is([popover=''], [popover=auto])" : "");
  const OWNERS = "form, dialog, [popover], [data-mizan]";
  const SENDS = ["post", "put", "patch", "delete"]
    .flatMap((verb) => [`[hx-${verb}]`, `[data-hx-${verb}]`])
    .join();
  const MOVED = "mizan-notice-moved"; // to the other edge
  const CORRECTED = /^(413|422)$/; // as it is, it would be refused again
  const PRESSED = /^(click|submit)$/;
  const ANNOUNCING = 100; // milliseconds after which screen readers have found a new live region
  const STYLE = `
    :where(.mizan-notice) {
      position: fixed; inset: auto auto 1rem 1rem; z-index: 9999; box-sizing: border-box;
      width: auto; height: auto; max-width: min(26rem, 100% - 2rem); max-height: 60vh; margin: 0; padding: 0 1rem;
      overflow: auto;
      border: 1px solid #8888; border-radius: .5rem; background: Canvas; color: CanvasText;
      box-shadow: 0 .25rem 1rem #0004;
    }
    :where(.${MOVED}) { inset: 1rem auto auto 1rem }
    :where(.mizan-notice:empty) { border-color: transparent; background: none; box-shadow: none }
    :where(.mizan-failure) {
      display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: end; padding: .75rem 0;
    }
    :where(.mizan-failure + .mizan-failure) { border-top: 1px solid #8888 }
    :where(.mizan-failure > div) { flex: 1 1 100%; margin: 0; white-space: pre-line; overflow-wrap: anywhere }
    :where(.mizan-failure [hidden]) { display: none }
    :where(.mizan-failure button) { min-height: 2rem; padding: 0 .75rem; font: inherit }
    @media (max-width: 56rem) {
      :where(.mizan-notice) { inset: auto 1rem 1rem 1rem; max-width: none }
      :where(.${MOVED}) { inset: 1rem 1rem auto 1rem }
      :where(:has(> .mizan-session) > .mizan-notice) { inset: 1rem 1rem auto 1rem }
    }
    @media print { :where(.mizan-notice) { display: none } }`;

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };

  // ---- where it is told

  let notice = null; // of the page
  let former = null; // what had the focus before something in the notice

  let dress = () => {
    const sheet = new CSSStyleSheet(); // a style element would need the policy's leave
    sheet.replaceSync(STYLE);
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    dress = () => {};
  };

  let source = page.querySelector(TEMPLATE); // remembered, where a swap takes it away

  const copy = (selector) => {
    source = page.querySelector(TEMPLATE) ?? source;
    return source?.content.querySelector(selector)?.cloneNode(true);
  };

  const findLast = (selector) => [...page.querySelectorAll(selector)].filter(isShown).at(-1);

  /* Whether a slot somewhere in `around` is about something else there: what it stands in, or beside. The cells of a
     row are about one thing. */
  const isOthers = (slot, around) => {
    const isOwner = (it) => it.matches(OWNERS) || (!it.matches("td, th") && it.querySelector(SENDS));
    for (let it = slot.parentElement; it && it !== around; it = of(it).parentElement)
      if (isOwner(of(it))) return true;
    return false;
  };

  /* Nobody reads what is not displayed, or stands beside an open modal dialog. The slot itself may be hidden as long
     as it is empty. */
  const slotFor = (element) => {
    const dialog = modal();
    for (let around = of(element).form ?? element; around; around = of(around).parentElement) {
      const slots = [...of(around).querySelectorAll(SLOT)].filter((slot) => isShown(slot.parentElement));
      const slot = slots.find((each) => (!dialog || of(dialog).contains(each)) && !isOthers(each, around));
      if (slot) return slot;
      if (around === dialog) return null;
    }
    return null;
  };

  /* Where it can be reached, and over whatever lies over the page. */
  const place = () => {
    const parent = findLast(HOLDERS) ?? page.body;
    if (notice.parentNode !== parent) parent.append(notice);
    if (!hasPopovers || notice.matches(":popover-open")) return;
    notice.popover = "manual";
    notice.showPopover();
  };

  /* Whoever goes on by the keyboard sees where they are. */
  const uncover = () => {
    const { activeElement: focused } = page;
    if (!focused || focused === page.body || notice.contains(focused)) return;
    const { top, right, bottom, left } = notice.getBoundingClientRect();
    const it = focused.getBoundingClientRect();
    const isUnder = (from, to) => it.left < right && it.right > left && it.top < to && it.bottom > from;
    if (isUnder(top, bottom) && !isUnder(innerHeight - bottom, innerHeight - top))
      notice.classList.toggle(MOVED);
  };

  const openNotice = async () => {
    if (!notice?.isConnected) {
      notice = copy(NOTICE);
      notice?.addEventListener("focusin", ({ relatedTarget }) => {
        if (!notice.contains(relatedTarget)) former = relatedTarget;
      });
    }
    if (notice) place();
    if (notice && !notice.firstElementChild) await new Promise((done) => setTimeout(done, ANNOUNCING));
    return notice;
  };

  // ---- what failed

  /* {region, text, item, requests}: what is told in one place by one text. `requests` has the element of each
     request that failed so, and what mizan:failed said of it. */
  let failures = [];

  const look = (element) =>
    [...of(element).attributes].map(({ name, value }) => `${name}=${value}`).join("\n");

  /* A block that was refreshed has other elements, which are the same to whoever looks at them. */
  const isSame = (old, element) =>
    old === element ||
    (!of(old).isConnected && of(old).localName === of(element).localName && look(old) === look(element));

  const isSendable = ({ isCommitted, status, event, element, isSentAgain }) =>
    isCommitted === "no" &&
    !CORRECTED.test(status) &&
    Boolean(event?.type) && // without one it came from a script, which alone knows what else to send
    !isSentAgain &&
    of(element).isConnected &&
    (event.type !== "submit" || of(event.target).isConnected);

  const isUnknown = ({ isCommitted, status }) => isCommitted === "maybe" && (status === 0 || status >= 500);

  const inWords = (seconds, language) => {
    const [count, unit] = [
      [seconds, "second"],
      [seconds / 60, "minute"],
      [seconds / 3600, "hour"],
    ].find(([number, name]) => number <= 90 || name === "hour");
    return new Intl.RelativeTimeFormat(language || undefined).format(Math.ceil(count), unit);
  };

  const draw = ({ text, item, requests }) => {
    const all = [...requests.values()];
    const { retryAfter, method, page: html } = all.at(-1);
    const show = (name, is, words) => {
      for (const each of item.querySelectorAll(`[data-mizan-${name}]`)) {
        each.hidden = !is;
        if (is && words !== undefined && each.textContent !== words) each.textContent = words;
      }
    };
    const isReading = method === "GET";
    show("message", true, text);
    show("times", all.length > 1, `\u00d7${all.length}`);
    show("maybe", all.some(isUnknown));
    show("later", retryAfter !== null);
    show("wait", retryAfter !== null, retryAfter === null ? "" : inWords(retryAfter, item.lang));
    show("resend", all.every(isSendable));
    for (const each of item.querySelectorAll("[data-mizan-resend]")) {
      const { mizanResend: kind } = each.dataset;
      each.hidden ||= kind !== "" && (kind === "read") !== isReading;
    }
    show("page", Boolean(html && mizan.debug));
  };

  const take = (failure) => {
    failures = failures.filter((each) => each !== failure);
    const { item, region, requests } = failure;
    const isFocused = item.contains(page.activeElement);
    item.remove();
    if (region === notice && !notice.firstElementChild) notice.remove();
    const [element] = requests.keys();
    if (isFocused)
      of([former, element].find((each) => of(each)?.isConnected))?.focus({ preventScroll: true });
  };

  const forget = (element, kept) => {
    for (const failure of [...failures]) {
      const old =
        failure === kept ? [] : [...failure.requests.keys()].filter((each) => isSame(each, element));
      for (const each of old) failure.requests.delete(each);
      if (old.length && failure.requests.size) draw(failure);
      else if (old.length) take(failure);
    }
  };

  /* What is to be read, besides what stands at the fields. */
  const textOf = ({ element, message, isOwn, fields }) => {
    if (!fields) return message;
    const all = Object.values(fields).flat(Infinity).map(String);
    const left = mizan.fields?.show(element, fields) ?? all;
    return [...(isOwn ? [message] : []), ...left].join("\n") || (all.length ? "" : message);
  };

  const news = new WeakMap(); // element → the last that was told of it

  const tell = async (event) => {
    const { detail } = event;
    const { element } = detail;
    news.set(element, detail);
    await null; // who prevents it may listen after this
    if (event.defaultPrevented || detail.isShown) return forget(element);
    const text = textOf(detail);
    if (!text) return forget(element);
    dress();
    const region = slotFor(element) ?? (await openNotice());
    if (!region || news.get(element) !== detail) return;
    failures = failures.filter(({ item }) => item.isConnected); // what a swap took away
    const known = failures.find((each) => each.region === region && each.text === text);
    // A new element, so that it is said again; but not to whoever goes on typing.
    const isAgain = known?.requests.has(element) && !PRESSED.test(detail.event?.type);
    const item = isAgain ? known.item : copy(".mizan-failure");
    const failure = { region, text, requests: new Map(known?.requests), item };
    failure.requests.set(element, detail);
    draw(failure);
    if (!known) region.append(item);
    else if (!isAgain) known.item.replaceWith(item);
    if (region === notice) uncover();
    failures = [...failures.filter((each) => each !== known), failure];
    forget(element, failure);
  };

  on("mizan:failed", tell);
  /* What a field of a form looks up by itself says nothing of the others. */
  const clearFields = (element, isSafe) => {
    if (!isSafe || of(element).localName === "form") mizan.fields?.clear(element);
  };

  on("mizan:done mizan:read", ({ type, detail: { element } }) => {
    news.delete(element);
    clearFields(element, type === "mizan:read");
    forget(element);
  });
  on("mizan:request", ({ detail: { element, isSafe } }) => {
    if (isSafe && of(element).matches?.("[data-mizan]")) return; // the refresh of a block
    clearFields(element, isSafe);
    for (const failure of failures) {
      const detail = failure.requests.get(element);
      if (!detail) continue;
      detail.isSentAgain = true;
      draw(failure);
    }
  });

  // ---- what can be done about it

  const resend = (failure) => {
    const requests = [...failure.requests.values()].filter(isSendable);
    take(failure);
    for (const { element, method, url, event } of requests) {
      const { type, target, submitter } = event;
      // The button in the notice is gone. htmx 2 knows a submitter by its focus.
      of(submitter?.isConnected ? submitter : element).focus();
      if (type === "submit") of(target).requestSubmit(submitter?.isConnected ? submitter : undefined);
      else htmx.ajax(method, url, { source: element, event }).catch(() => {}); // htmx has told why
    }
  };

  const failureOf = (node) => {
    const item = of(node).closest?.(".mizan-failure");
    return item && failures.find((each) => each.item === item);
  };

  on("click", ({ target }) => {
    const failure = failureOf(target);
    const pressed =
      failure && of(target).closest("[data-mizan-resend], [data-mizan-page], [data-mizan-close]");
    if (!pressed) return;
    if (pressed.matches("[data-mizan-resend]")) resend(failure);
    else if (pressed.matches("[data-mizan-close]")) take(failure);
    else {
      const detail = { html: [...failure.requests.values()].at(-1).page };
      pressed.dispatchEvent(new CustomEvent("mizan:page", { bubbles: true, cancelable: true, detail }));
    }
  });

  const takeAll = (region) => {
    const told = failures.filter((each) => each.region === region);
    for (const each of told) take(each);
    return told.length > 0;
  };

  on("keydown", (event) => {
    const failure = event.key === "Escape" && failureOf(event.target);
    if (!failure) return;
    event.preventDefault(); // or a dialog around it would close
    event.stopPropagation();
    takeAll(failure.region);
  });
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !page.querySelector(OPEN)) takeAll(notice);
  });

  // ---- the life of the page

  /* A refresh must not take away what was said, nor what can be sent again. */
  on("mizan:keep", ({ target: block, detail: { keep } }) => {
    for (const { region, requests } of failures) {
      const wanted = [
        region,
        ...[...requests].filter(([, detail]) => isSendable(detail)).map(([each]) => each),
      ];
      for (const each of wanted) if (of(block).contains(each)) keep(each);
    }
  });
  on("mizan:refreshed", () => failures.forEach(draw)); // what could be sent may have left the page
  // What holds it closes, or something else has the focus, as when such a thing has gone.
  const settle = () => {
    if (!notice?.isConnected) return;
    place();
    uncover();
  };
  // Not while it still closes.
  on("close toggle hidden.bs.modal hidden.bs.offcanvas focusin", () => notice && setTimeout(settle));

  /* A page out of htmx's history has what was told then, and nobody listens to its buttons. */
  const clear = () => {
    const own = new Set(failures.map(({ item }) => item));
    for (const each of page.querySelectorAll(".mizan-failure")) if (!own.has(each)) each.remove();
    for (const each of page.querySelectorAll(NOTICE)) if (each !== notice) each.remove();
  };
  const restored4 = "htmx:history:cache:after:restore".replaceAll(":", htmx.config.metaCharacter || ":");
  on(`htmx:historyRestore ${restored4}`, clear);
};
