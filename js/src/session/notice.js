/* mizan-session.js: the session that ends, and the other tabs of the browser. Needs mizan.js.

   When the server refuses a request because nobody, or somebody else, is signed in, one notice says so:
   .mizan-session in the HTML of session/notice/. It shows the child with data-mizan-when for what has happened:
   "ended", "other" (somebody else is signed in), "returned" or "renewed" (only the CSRF token was old). In it,
   [data-mizan-close] takes it away, [data-mizan-reload] loads the page again, and [data-mizan-resend] sends
   what was refused, from the same elements, with what is filled in now; [data-mizan-held] is there only where
   there is something to send. A listener of mizan:session that calls preventDefault() says it in its own way.

   mizan:session   on document; detail {state: "returned", reason, element: null, status} when somebody has
                   signed in again, in whatever tab; those with "ended" and "other" come from mizan-guard.js,
                   and "other" from here where another tab was the first to know

   What makes blocks stale here does so in the other tabs of the same person, too. */
import { modal, of, page, staysHere } from "../dom.js";
import { mount, settings } from "../settings.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const { locale } = settings;
  const base = mount().href;
  const NOBODY = "anonymous";
  const READING = 10_000; // milliseconds that good news stay where there is nothing to do about them
  const ANNOUNCING = 100; // milliseconds after which screen readers have found a new live region
  const STYLE = `
    :where(.mizan-session) {
      position: fixed; inset: auto 1rem 1rem auto; z-index: 9999; box-sizing: border-box;
      max-width: min(26rem, 100% - 2rem); padding: .75rem 1rem; border: 1px solid #8888; border-radius: .5rem;
      background: Canvas; color: CanvasText; box-shadow: 0 .25rem 1rem #0004;
    }
    :where(.mizan-session > :not([hidden])) {
      display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: end;
    }
    :where(.mizan-session p) { flex: 1 1 100%; margin: 0; text-wrap: balance }
    :where(.mizan-session button) { min-height: 2rem; padding: 0 .75rem; font: inherit }
    @media print { :where(.mizan-session) { display: none } }`;

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };

  // ---- what was refused

  /* sent   element → its last request that was to change something;
     held   those of them that were refused, and can be sent again. */
  const sent = new WeakMap();
  const held = new Map();

  on("mizan:request", ({ detail: { element, method, isSafe, url, event } }) => {
    if (isSafe) return;
    sent.set(element, { element, method, url, event });
    if (held.delete(element) && shown) show(shown);
  });

  /* Without an event it came from a script, which alone knows what else to send. */
  const hold = (request) => {
    if (request?.event?.type) held.set(request.element, request);
  };

  /* A refresh must not take it away, where blocks are replaced and not morphed. */
  on("mizan:keep", ({ target, detail }) => {
    for (const element of held.keys()) if (of(target).contains(element)) detail.keep(element);
  });

  const sendable = () =>
    [...held.values()].filter(
      ({ element, event }) =>
        of(element).isConnected && (event.type !== "submit" || of(event.target).isConnected),
    );

  const resend = () => {
    const requests = sendable();
    held.clear();
    for (const { element, method, url, event } of requests) {
      const { type, target, submitter } = event;
      // The button in the notice will be gone. htmx 2 knows a submitter by its focus.
      of(submitter ?? element).focus();
      if (type === "submit") of(target).requestSubmit(submitter?.form === target ? submitter : undefined);
      else htmx.ajax(method, url, { source: element, event }).catch(() => {}); // htmx has told why
    }
    hide();
  };

  // ---- the notice

  /* notice   a promise of it, or of null where it could not be fetched;
     shown    the part that shows, if any;
     former   what had the focus before something in it. */
  let notice = null;
  let shown = null;
  let former = null;
  let reading;

  const load = async () => {
    const next = encodeURIComponent(location.pathname + location.search);
    const spoken = locale ? `&mizan-locale=${encodeURIComponent(locale)}` : "";
    const response = await fetch(`${base}session/notice/?next=${next}${spoken}`);
    if (!response.ok || response.redirected) return null;
    const template = page.createElement("template");
    template.innerHTML = await response.text();
    const element = template.content.querySelector(".mizan-session");
    for (const part of element.children) part.hidden = true;
    element.addEventListener("click", press);
    element.addEventListener("keydown", leave);
    element.addEventListener("focusin", ({ relatedTarget }) => {
      if (!element.contains(relatedTarget)) former = relatedTarget;
    });
    dress();
    place(element);
    await new Promise((done) => setTimeout(done, ANNOUNCING));
    return element;
  };

  /* A style element would need the policy's leave. */
  let dress = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
    dress = () => {};
  };

  /* Beside a modal dialog nothing can be reached. */
  const place = (element) => {
    const parent = modal() ?? page.body;
    if (element.parentNode !== parent) parent.append(element);
  };

  const show = async (part) => {
    if (part !== shown) reading = clearTimeout(reading);
    shown = part;
    const element = await (notice ??= load().catch(() => null));
    if (!element) notice = null;
    if (!element || !shown) return;
    place(element);
    const isHeld = sendable().length > 0;
    const { activeElement: focused } = page;
    const isFocused = element.contains(focused);
    for (const each of element.children) each.hidden = each.dataset.mizanWhen !== shown;
    for (const each of element.querySelectorAll("[data-mizan-held]")) each.hidden = !isHeld;
    if (isFocused && focused.closest("[hidden]")) {
      element.querySelector(":not([hidden]) > :is(a, button):not([hidden])").focus();
    }
    if (/^re/.test(shown) && !isHeld) reading ??= setTimeout(fade, READING, element);
  };

  const fade = (element) => element.contains(page.activeElement) || hide();

  const hide = async () => {
    shown = null;
    const element = await notice;
    if (!element || shown) return;
    const isFocused = element.contains(page.activeElement);
    element.remove();
    notice = null;
    if (isFocused) of(former)?.focus();
  };

  const close = () => {
    isClosed = true;
    hide();
  };

  const press = ({ target }) => {
    if (target.closest("[data-mizan-close]")) close();
    else if (target.closest("[data-mizan-reload]")) location.reload();
    else if (target.closest("[data-mizan-resend]")) resend();
  };

  const leave = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // or a dialog around it would close
    event.stopPropagation();
    close();
  };

  /* A page out of htmx's history has the notice of then in it, and nobody listens to its buttons. */
  const clear = async () => {
    const own = await notice;
    for (const each of page.querySelectorAll(".mizan-session")) if (each !== own) each.remove();
  };

  on("mizan:refreshed", () => shown && show(shown)); // what was held may have left the page
  on("close hidden.bs.modal hidden.bs.offcanvas", () => shown && show(shown));

  // ---- the session

  /* state      "ended" or "other", or null while all is well; and the reason for it;
     isClosed   somebody has closed the notice: until they do something, they have read it. */
  let state = null;
  let reason = null;
  let isClosed = false;
  let asking = null;
  let isAgain = false;

  const fire = (news) => {
    const detail = { ...news, element: null, status: 200 };
    const event = new CustomEvent("mizan:session", { bubbles: true, cancelable: true, detail });
    return page.dispatchEvent(event);
  };

  on("mizan:session", async (event) => {
    const { state: news, reason: why, element } = event.detail;
    if (news === "returned") return;
    await null; // who prevents it may listen after this
    const isWanted = !event.defaultPrevented;
    if (isWanted) hold(sent.get(element));
    if (news !== state || !of(element)?.matches("[data-mizan], [data-mizan-again]")) isClosed = false;
    [state, reason] = [news, why];
    // The token may be old without anybody having left: that, nobody needs to hear first.
    if (reason === "csrf") await check();
    if (isWanted && state && !isClosed) show(state);
  });

  /* Ask who is signed in now. An answer that is already on its way may be too old for who asks. */
  const check = () => {
    isAgain = Boolean(asking);
    return (asking ??= ask());
  };

  const ask = async () => {
    do {
      isAgain = false;
      try {
        const response = await fetch(base + "session/");
        const word = response.headers.get("X-Mizan-Session");
        const { csrfToken } = await response.json();
        if (word) conclude(word, csrfToken);
      } catch {
        // There is no network, say. Somebody will come back to this page, and it asks again.
      }
    } while (isAgain);
    asking = null;
  };

  const conclude = (word, token) => {
    const own = mizan.session() ?? NOBODY;
    const isSame = word === own && (word !== NOBODY || reason === "csrf");
    if (state && (isSame || (own === NOBODY && word !== NOBODY && state === "ended"))) comeBack(word, token);
    else if (word === own) return;
    else if (word === NOBODY) state &&= "ended";
    else if (state !== "other") fire({ state: "other", reason: "user" });
  };

  const comeBack = (word, token) => {
    const isNew = mizan.session() !== word;
    const part = reason === "csrf" ? "renewed" : "returned";
    state = null;
    mizan.session({ word, csrfToken: token });
    // Django looks at the posted one before it looks at the header.
    const inputs = [...page.querySelectorAll("input[name=csrfmiddlewaretoken]")];
    for (const input of inputs) if (input.form && staysHere(input.form)) input.value = token;
    const isWanted = fire({ state: "returned", reason });
    if (isWanted && (shown || sendable().length)) show(part);
    else hide();
    if (isNew) mizan.invalidate("*", {}, { source: "return" }); // it was made for nobody
    else mizan.retry();
  };

  const look = () => {
    if (state && !page.hidden) check();
  };

  /* A page that htmx puts into the place of this one has its own word, in a head that htmx leaves out. */
  const turn = (isSwapped, text) => {
    const [, word] = (isSwapped && /<script [^>]*\bdata-session="(\w+)"/.exec(text)) || [];
    if (!word || word === mizan.session()) return;
    mizan.session({ word });
    state = null;
    held.clear();
    hide();
    tell();
  };

  on("htmx:beforeSwap", ({ detail }) => turn(detail.shouldSwap, detail.serverResponse));
  const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
  on(name4("htmx:before:swap"), ({ detail }) => turn(!detail.cancelled, detail.ctx.text));
  on(`htmx:historyRestore ${name4("htmx:history:cache:after:restore")}`, clear);

  // ---- other tabs

  let channel = null;

  const open = () => {
    if (channel || !window.BroadcastChannel) return;
    channel = new BroadcastChannel("mizan " + new URL(base).pathname);
    channel.addEventListener("message", hear);
  };

  const tell = (news) => channel?.postMessage({ word: mizan.session(), ...news });

  /* A page for everyone has no word: it may be anybody's. */
  const hear = ({ data: { word, list, version } }) => {
    const own = mizan.session();
    const isOwn = !word || !own || word === own;
    if (list && isOwn) mizan.invalidate(list, {}, { version, source: "tab" });
    // That page may be older than the session: it is not taken at its word.
    if (word && (state || (!isOwn && word !== NOBODY))) check();
  };

  on("mizan:invalidate", ({ detail: { header: list, version, source } }) => {
    if (/^(response|cookie|script)$/.test(source)) tell({ list, version });
  });

  // ---- the life of the page

  open();
  if (mizan.session()) tell();
  on("visibilitychange", look);
  addEventListener("focus", look);
  addEventListener("online", look);
  addEventListener("pageshow", () => {
    open();
    look();
  });
  // A channel that hears something would take the page out of the back/forward cache.
  addEventListener("pagehide", () => {
    channel?.close();
    channel = null;
  });
};
