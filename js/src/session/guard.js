/* mizan-guard.js: whose page this is. The CSRF token goes out with what changes something, and what is answered
   when the session has ended, or is somebody else's, is kept out of the page. Needs mizan.js.

   What changes something also names the boxes of its form that are not ticked, in X-Mizan-Unticked: a form says
   nothing of those, and a server could not tell them from boxes that are not there.

   While a form that the browser itself has sent takes the page away, no block is refreshed: where it signs out,
   the page would say that its session is over, just before the next one is there.

   mizan.session()   whose page this is: 16 hex digits, "anonymous"; undefined where nobody knows
   mizan.session({word, csrfToken})   what a script has learned from session/; csrfToken may be undefined

   mizan.controls(element, "POST")    from which controls, and from what else, htmx takes what the element sends

   mizan:session   on document: an answer shows that the session of this page has ended; detail {state: "ended",
                   or "other" when somebody else is signed in now, reason: "login", "csrf" or "user", element,
                   status} */
import { isOwn, isUnticked, of, ownAttribute, page } from "../dom.js";
import { address, settings } from "../settings.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const WORD = "X-Mizan-Session";
  const REFUSED = "X-Mizan-Refused";
  const FIELD = "csrfmiddlewaretoken";
  const LEAVING = 5000; // milliseconds for which a page waits to be taken away
  const { csrfHeader = "X-CSRFToken", csrfCookie = "csrftoken", login, mount, csrfSession } = settings;
  const source = csrfSession ?? (mount && mount + "session/");
  const tokens = source && address(source, "data-csrf-session or data-mount").href;

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
    const own = [mizan.cookie(csrfCookie), token, fetched];
    if (body?.getAll?.(FIELD).some((given) => given && own.includes(given))) body.delete(FIELD);
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

  // ---- the boxes that are not ticked

  const UNTICKED = "X-Mizan-Unticked";
  const LONGEST = 4096; // characters, as the server takes them

  const isForm = (element) => element instanceof HTMLFormElement;
  const controlsIn = (root) => [...of(root).querySelectorAll("input, select, textarea")];
  const around = (element) => {
    const ancestors = [];
    for (let each = element; each; each = of(each).parentElement) ancestors.push(each);
    return ancestors;
  };

  /* On htmx 2 what stands around counts, unless it is told not to; on htmx 4 only what says so itself. */
  const { config } = htmx;
  const lists = (element, attribute, name) => {
    const text = ownAttribute(element, attribute);
    return text === "*" || Boolean(text?.split(" ").includes(name));
  };
  const isWithheld = (holder, name) =>
    isHtmx2 && !config.disableInheritance && lists(holder, "hx-disinherit", name);
  const keysOf = (name, holder, isOwn) => {
    if (isHtmx2) return isOwn || !config.disableInheritance || lists(holder, "hx-inherit", name) ? [name] : [];
    const own = isOwn || config.implicitInheritance ? [name, `${name}:append`] : [];
    const keys = [...own, `${name}:inherited`, `${name}:inherited:append`];
    return keys.map((key) => key.replaceAll(":", config.metaCharacter || ":"));
  };

  /* Find what an attribute says for an element, nearest first, with the element that says it. */
  const inherited = (element, name) => {
    const found = [];
    for (const each of around(element)) {
      const isOwn = each === element;
      if (!isOwn && isWithheld(each, name)) return found;
      for (const key of keysOf(name, each, isOwn)) {
        const text = ownAttribute(each, key);
        if (text === null) continue;
        found.push({ text, holder: each });
        if (!key.endsWith("append") && !/(^|,)\s*inherit\s*(,|$)/.test(text)) return found;
      }
    }
    return found;
  };

  /* Find what hx-include names. What a selector means that is none of CSS is htmx's to say; here is what it says. */
  const select = (element, holder, selector) => {
    const [, word, rest = ""] = /^(\S+)\s*(.*)$/s.exec(selector) ?? [];
    const all = (css) => [...page.querySelectorAll(css)];
    const compare = (each) => of(element).compareDocumentPosition(each);
    const is = (place) => (each) => compare(each) & place;
    try {
      if (selector === "this") return [holder];
      if (/^(inherit|window)?$/.test(selector)) return [];
      if (/^(document|body)$/.test(selector)) return [page.body];
      if (word === "closest") return [of(element).closest(rest)];
      if (word === "find") return [of(element).querySelector(rest)];
      if (word === "findAll") return [...of(element).querySelectorAll(rest)];
      if (word === "next") return [all(rest || "*").find(is(Node.DOCUMENT_POSITION_FOLLOWING))];
      if (word === "previous") return [all(rest || "*").findLast(is(Node.DOCUMENT_POSITION_PRECEDING))];
      return all(word === "global" ? rest : selector);
    } catch {
      return []; // no selector; htmx has told so
    }
  };

  const included = (element) =>
    inherited(element, "hx-include").flatMap(({ text, holder }) =>
      // A comma inside of <…/> or of brackets belongs to the selector.
      (text.match(/(?:<[^>]*\/>|\([^)]*\)|\[[^\]]*\]|[^,])+/g) ?? []).flatMap((part) =>
        select(element, holder, part.trim().replace(/<(.*)\/>$/s, "$1").trim()),
      ),
    );

  /* Which controls a request takes its values from: those of the form, what hx-include names, and the element. */
  const sources = (element, method) => {
    const takesForm = isHtmx2 || method.toUpperCase() !== "DELETE";
    const form = isForm(element) ? element : takesForm ? (element.form ?? element.closest("form")) : null;
    const controlsOf = (each) => (isForm(each) ? [...of(each).elements] : [each, ...controlsIn(each)]);
    const isContainer = !isHtmx2 && !form && !/^button$|-/i.test(element.localName);
    const own = isContainer ? controlsOf(element) : [element];
    return [form, ...included(element)].filter(Boolean).flatMap(controlsOf).concat(own);
  };

  /* hx-params of htmx 2 leaves fields out. */
  const isSent = (element) => {
    const [{ text = "*" } = {}] = isHtmx2 ? inherited(element, "hx-params") : [];
    const listed = (list) => list.split(",").map((each) => each.trim());
    if (text === "none") return () => false;
    if (text === "*") return () => true;
    if (text.startsWith("not ")) return (name) => !listed(text.slice(4)).includes(name);
    return (name) => listed(text).includes(name);
  };

  const untickedIn = (element, method, body) => {
    const boxes = sources(element, method).filter(isUnticked);
    if (!boxes.length) return [];
    const names = new Set(boxes.map(({ name }) => name.toWellFormed?.() ?? name));
    return [...names].filter(isSent(element)).filter((name) => !body?.has?.(name));
  };

  on("mizan:request", ({ detail: { element, method, isSafe, url, headers, body } }) => {
    if (isSafe || !isOwn(url)) return;
    const names = untickedIn(element, method, body);
    const text = names.map(encodeURIComponent).join(",");
    if (text.length > LONGEST) console.error("mizan: a form has too many unticked boxes to name them", element);
    else if (text) headers[UNTICKED] = text;
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

  const controls = (element, method) => [...new Set(sources(element, method))];

  Object.assign(mizan, { session, controls });
};
