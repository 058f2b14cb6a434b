/* mizan-guard.js: whose page this is. The CSRF token goes out with what changes something, and what is answered
   when the session has ended, or is somebody else's, is kept out of the page. Needs mizan.js.

   While a form that the browser itself has sent takes the page away, no block is refreshed: where it signs out,
   the page would say that its session is over, just before the next one is there.

   mizan.session()   whose page this is: 16 hex digits, "anonymous"; undefined where nobody knows
   mizan.session({word, csrfToken})   what a script has learned from session/; csrfToken may be undefined

   mizan:session   on document: an answer shows that the session of this page has ended; detail {state: "ended",
                   or "other" when somebody else is signed in now, reason: "login", "csrf" or "user", element,
                   status} */
(() => {
  "use strict";

  const LOADED = Symbol.for("mizan-guard");
  if (window[LOADED]) return;
  window[LOADED] = true;
  const { mizan } = window;
  if (!mizan?.dom) throw new Error("mizan-guard.js needs mizan.js: load it before, or use {% mizan_scripts %}.");

  const { of, page, isOwn } = mizan.dom;

  const WORD = "X-Mizan-Session";
  const REFUSED = "X-Mizan-Refused";
  const FIELD = "csrfmiddlewaretoken";
  const LEAVING = 5000; // milliseconds for which a page waits to be taken away
  const settings = mizan.dom.settings();
  const { csrfHeader = "X-CSRFToken", csrfCookie = "csrftoken", login, mount, csrfSession } = settings;
  const source = csrfSession ?? (mount && mount + "session/");
  const tokens = source && mizan.dom.address(source, "data-csrf-session or data-mount").href;

  const on = (name, listener) => page.addEventListener(name, listener);
  const locate = (url) => new URL(url, page.baseURI);

  // ---- the CSRF token

  let token = settings.csrfToken; // where it is in no cookie that a script can read
  let fetched;

  /* A page for everyone has none in it, and one that was refused is worth nothing. Synchronous: the request
     that needs it is about to leave. */
  const fetchToken = () => {
    const request = new XMLHttpRequest();
    try {
      request.open("GET", tokens, false);
      request.send();
      return JSON.parse(request.responseText).csrfToken;
    } catch {
      return undefined; // offline, or no JSON: then the request is refused, too
    }
  };

  const ownToken = () => mizan.cookie(csrfCookie) ?? (tokens && (fetched ??= fetchToken()));

  /* A form that is included may have it from a script. */
  const withhold = (body) => {
    const given = body?.get?.(FIELD);
    if (given && [mizan.cookie(csrfCookie), token, fetched].includes(given)) body.delete(FIELD);
  };

  /* Set the token by script: on htmx 4 an element's own hx-headers replaces an inherited one. Django prefers the
     one of a form, which may be older than a login in another tab. */
  on("mizan:request", ({ detail: { isSafe, url, headers, body } }) => {
    if (!isOwn(url)) return withhold(body);
    if (isSafe) return;
    const isToken = (name) => name.toLowerCase() === csrfHeader.toLowerCase();
    const name = Object.keys(headers).find(isToken) ?? csrfHeader;
    const own = token ? (headers[name] ?? token) : ownToken();
    if (!own) return;
    headers[name] = own;
    if (body?.has?.(FIELD)) body.set(FIELD, own);
  });

  // ---- the session

  let word = settings.session;
  let isOver = false; // by the last answer that could tell

  /* Whoever signs out is shown the login page as well: as a page of its own, whose address leads nowhere else. */
  const isLogin = ({ answered, target }) =>
    Boolean(answered) &&
    locate(answered).pathname === login &&
    (target !== page.body || locate(answered).search !== "");

  const reasonOf = (answer, isOther) => {
    // What the login page itself is asked, it may refuse: the password was wrong.
    const isAsked = locate(answer.url).pathname === login;
    if (!isAsked && (answer.status === 401 || isLogin(answer))) return "login";
    if (answer.header(REFUSED) === "csrf") return "csrf";
    return isOther ? "user" : null;
  };

  on("mizan:answer", (event) => {
    const answer = event.detail;
    const { block, element, target, isSafe, url, status, header } = answer;
    if (!isOwn(url) || !(block || !isSafe || of(target)?.closest?.("[data-mizan]"))) return;
    const now = header(WORD);
    const isOther = Boolean(block && now && word && now !== word);
    const reason = reasonOf(answer, isOther);
    const isTold = isOver && isSafe;
    isOver = reason !== null;
    if (reason === null) return learn(now, answer);
    event.preventDefault();
    answer.reason = `the session of the page is over (${reason}), status`;
    if (reason === "csrf") token = fetched = undefined;
    const state = isOther && now !== "anonymous" ? "other" : "ended";
    // What a person did is told each time, so that it can be held; of refreshes, only the first.
    const detail = { state, reason, element, status };
    const news = new CustomEvent("mizan:session", { bubbles: true, cancelable: true, detail });
    if (!isTold) page.dispatchEvent(news);
  });

  const learn = (now, { isSafe, header }) => {
    if (!now || (word && isSafe)) return;
    const isNew = Boolean(word) && word !== now;
    word = now;
    const stays = header("HX-Redirect") === null && header("HX-Refresh") === null;
    // Somebody signed in or out, and the page shows what whoever was here before could see.
    if (isNew && stays) mizan.invalidate("*", {}, { source: "response" });
  };

  // ---- leaving

  let leaving = 0; // the timer at whose end the page is still here: it was a download, say

  const stay = () => {
    leaving = clearTimeout(leaving);
    mizan.retry();
  };

  /* One that a script made up sends nothing. */
  addEventListener("submit", (event) => {
    const { target: form, submitter, isTrusted, defaultPrevented } = event;
    if (!isTrusted || defaultPrevented) return;
    const valueOf = (name) => submitter?.getAttribute(`form${name}`) ?? of(form).getAttribute(name);
    const isElsewhere = !/^(_self|_parent|_top)?$/i.test(valueOf("target") ?? "");
    if (isElsewhere || !/^post$/i.test(valueOf("method"))) return;
    clearTimeout(leaving);
    leaving = setTimeout(stay, LEAVING);
    setTimeout(() => event.defaultPrevented && leaving && stay()); // by who listens after this
  });
  on("mizan:due", (event) => leaving && event.preventDefault());
  addEventListener("pageshow", () => leaving && stay());

  // ---- for other files

  const session = (news) => {
    if (news) [word, token, fetched] = [news.word, undefined, news.csrfToken];
    return word;
  };

  window.mizan = Object.freeze({ ...mizan, session });
})();
