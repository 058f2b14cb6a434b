/* mizan.js. Built from js/src by `make js`: change that. */
(() => {
"use strict";

var __defProp = Object.defineProperty;
var __export = (target, all2) => {
  for (var name in all2)
    __defProp(target, name, { get: all2[name], enumerable: true });
};

// src/dom.js
/* The page as it is, whatever markup lays over it; and small questions about its elements.

   <img name="cookie"> hides document.cookie, and <input name="matches"> the method of the form around it. So properties of
   the document and of forms are read through of(), by which their prototype has them. Other elements hide nothing. */
var BLOCK = "[data-mizan]";
/** A block that shared caches may answer. */
var SHARED = `${BLOCK}[data-mizan-shared]`;
/** A form of {% mizan_form %}. */
var FORM = "form[data-mizan-form]";
/** What keeps visitors from reaching anything else, while it is open. */
var MODAL = "dialog:modal, [aria-modal=true]";
/** What asks again for content that a visitor had loaded into a block. */
var AGAIN = "[data-mizan-again]";
/** What sends requests that nobody waits for. */
var BEHIND = `${BLOCK}, ${AGAIN}`;
/** @type {WeakMap<Node, HTMLElement[]>} The elements of a form while htmx works at it: see clobbering.js. */
var cleared = /* @__PURE__ */ new WeakMap();
/** @type {(node: any) => ProxyHandler<object>} */
var past = (node) => ({
  get: (_, name) => {
    if (name === "elements" && cleared.has(node)) return cleared.get(node);
    const value = Reflect.get(Object.getPrototypeOf(node), name, node);
    return typeof value === "function" ? value.bind(node) : value;
  },
  set: (_, name, value) => Reflect.set(Object.getPrototypeOf(node), name, value, node)
});
/**
 * Return a node by whose properties no markup stands: itself, or for the document and for forms a proxy.
 * @template T
 * @param {T} node
 * @returns {T}
 */
var of = (node) => node === document || node instanceof HTMLFormElement ? (
  /** @type {T} */
  new Proxy({}, past(node))
) : node;
/** The document, past what its markup lays over it. */
var page = of(document);
/** @type {(node: unknown) => node is HTMLFormElement} */
var isForm = (node) => node instanceof HTMLFormElement;
/** @type {(node: unknown) => node is Element} */
var isElement = (node) => node instanceof Element;
/**
 * Return whether a node is an element that matches a selector.
 * @param {unknown} node
 * @param {string} selector
 */
var is = (node, selector) => node instanceof Element && of(node).matches(selector);
/**
 * Return the elements inside of a node that match a selector, and the node itself if it does.
 * @param {ParentNode} root
 * @param {string} selector
 */
var within = (root, selector) => (
  /** @type {HTMLElement[]} */
  [
    ...is(root, selector) ? [root] : [],
    ...of(root).querySelectorAll(selector)
  ]
);
/**
 * Return the first element inside of a node that has an id.
 * @param {ParentNode} root
 * @param {string | null} id
 * @returns {HTMLElement | null}
 */
var byId = (root, id) => of(root).querySelector(`[id="${CSS.escape(id ?? "")}"]`);
/**
 * Return the elements that match a selector, in the page or inside of a node.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
var all = (selector, root = page) => (
  /** @type {HTMLElement[]} */
  [...of(root).querySelectorAll(selector)]
);
/**
 * Return the elements around an element, the nearest first.
 * @param {Element} element
 */
var ancestors = (element) => {
  /** @type {HTMLElement[]} */
  const found2 = [];
  for (let up = of(element).parentElement; up; up = of(up).parentElement) found2.push(up);
  return found2;
};
/**
 * Return the form that an element sends: itself, the one that it belongs to, or the nearest around it.
 * @param {Element} element
 * @returns {HTMLFormElement | null}
 */
var formOf = (element) => isForm(element) ? element : (
  /** @type {HTMLInputElement} */
  element.form ?? of(element).closest?.("form") ?? null
);
/**
 * Return the blocks of the page.
 * @returns {HTMLElement[]}
 */
var blocks = () => [...page.querySelectorAll(
  /** @type {"div"} */
  BLOCK
)];
/**
 * Return whether an element is inside one of a set.
 * @param {Element} element
 * @param {{ has(element: Element): boolean }} set
 */
var isInside = (element, set) => {
  for (let up = of(element).parentElement; up; up = of(up).parentElement) if (set.has(up)) return true;
  return false;
};
/**
 * Return whether an element is one of a set, or inside one.
 * @param {Element | null | undefined} element
 * @param {Set<Element>} set
 */
var isWithin = (element, set) => element != null && set.size > 0 && (set.has(element) || isInside(element, set));
/**
 * Return whether a node is one of some nodes, or inside one.
 * @param {Node | null | undefined} node
 * @param {Iterable<Node>} nodes
 */
var isIn = (node, nodes) => [...nodes].some((it) => of(it).contains(node ?? null));
/** Return whether a node is an element, or text that is more than space. @param {Node} node */
var isContent = (node) => isElement(node) || node instanceof Text && node.data.trim() !== "";
/**
 * Set an attribute, or remove it where the value is null.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
var setAttribute = (element, name, value) => {
  if (value === null) of(element).removeAttribute(name);
  else of(element).setAttribute(name, value);
};
/**
 * Return whether an element is displayed.
 * @param {Element | null | undefined} element
 */
var isShown = (element) => of(element)?.checkVisibility?.({ visibilityProperty: true }) !== false;
/** @type {boolean | undefined} */
var knowsPopovers;
/** Return whether the browser knows popovers. */
var hasPopovers = () => knowsPopovers ??= CSS.supports("selector(:popover-open)");
/** Return the last open element that keeps visitors from reaching anything else. */
var modal = () => (
  /** @type {HTMLElement | undefined} */
  [...page.querySelectorAll(MODAL)].filter(isShown).at(-1)
);
/**
 * Return an attribute of htmx that an element has itself, by either name: "hx-get" or "data-hx-get".
 * @param {Element} element
 * @param {string} name
 */
var ownAttribute = (element, name) => of(element).getAttribute(name) ?? of(element).getAttribute(`data-${name}`);
/**
 * Return an attribute as htmx 2 inherits it: that of the nearest element that has it; null for "unset".
 * @param {Element} element
 * @param {string} name
 */
var attributeOf = (element, name) => {
  const holder = of(element).closest?.(`[${name}], [data-${name}]`);
  const text = holder ? ownAttribute(holder, name) : null;
  return text === "unset" ? null : text;
};
/**
 * Return whether a control is a checkbox of which a form would send nothing, because it is not checked.
 * @param {unknown} control
 * @returns {control is HTMLInputElement}
 */
var isUnticked = (control) => control instanceof HTMLInputElement && control.type === "checkbox" && control.name !== "" && !control.checked && !control.matches(":disabled");
/**
 * Return whether a URL is of this origin, as the browser reads it: <base> counts.
 * @param {string | null} url
 */
var isOwn = (url) => {
  const here = `${location.origin}/`;
  // What is plain need not be parsed, which takes ten times as long.
  if ((/^\/\w/.test(url ?? "") ? page.baseURI : url)?.startsWith(here)) return true;
  try {
    const { origin, protocol } = new URL(
      /** @type {string} */
      url,
      page.baseURI
    );
    return origin === location.origin && protocol === location.protocol;
  } catch {
    return false;
    // no URL at all
  }
};
var SENDING = "action delete get patch post put".split(" ").flatMap((it) => [`hx-${it}`, `data-hx-${it}`]);
/**
 * Return whether a form sends nothing to another site: neither by itself, nor by one of its buttons, nor by htmx. Images that
 * submit it are not among its elements.
 * @param {HTMLFormElement} form
 */
var staysHere = (form) => {
  const all2 = (
    /** @type {HTMLButtonElement[]} */
    [...page.querySelectorAll("[formaction]")]
  );
  const buttons = all2.filter((each) => each.form === form);
  const sent3 = SENDING.map((name) => of(form).getAttribute(name) ?? "");
  return [of(form).action, ...buttons.map(({ formAction }) => formAction), ...sent3].every(isOwn);
};
/** Return whether requests of a method change nothing. @param {string} method */
var isSafe = (method) => /^(GET|HEAD|OPTIONS|TRACE)$/i.test(method);
/**
 * Return the start tag of an element, for messages.
 * @param {unknown} element
 */
var tagOf = (element) => element instanceof Element && /** @type {Element} */
of(element).cloneNode().outerHTML.replace(/<\/[^<]*$/, "") || String(element);

// src/htmx.js
/* Which htmx the shim works with: htmx 2 or htmx 4, known when the page starts. */
/** @type {Htmx} */
var htmx;
/** Whether it is htmx 2 (and not htmx 4). */
var isHtmx2 = false;
/** @param {Htmx} given */
var adopt = (given2) => {
  htmx = given2;
  isHtmx2 = given2.version.startsWith("2.");
};
/**
 * Return the name of an event, or of an attribute, of htmx 4 as this page spells it: a site may have set
 * htmx.config.metaCharacter.
 * @param {string} name
 */
var spelt = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");

// src/events.js
/* Listening to the document, and firing events of the shim. */
/**
 * Listen to events on the document: `names` are separated by spaces.
 * @param {string} names
 * @param {(event: any) => unknown} listener
 * @param {boolean | AddEventListenerOptions} [options]
 */
var on = (names, listener, options = false) => {
  for (const name of names.split(" ")) page.addEventListener(name, listener, options);
};
/**
 * Listen to events on the document before they reach anything below it.
 * @param {string} names
 * @param {(event: any) => unknown} listener
 */
var onCapture = (names, listener) => on(names, listener, true);
/**
 * Fire an event that bubbles and can be prevented. Return false if a listener has prevented it.
 * @param {EventTarget} target
 * @param {string} name
 * @param {object} [detail]
 */
var fire = (target, name, detail) => of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
/**
 * Call a listener when htmx has put a page out of its history into the place of this one.
 * @param {() => unknown} listener
 */
var onRestored = (listener) => onCapture(`htmx:historyRestore ${spelt("htmx:history:cache:after:restore")}`, listener);
// htmx 2, and htmx 4
/**
 * Call a function when elements come or go, or an attribute of these changes, for all that one task does at once.
 * @param {() => void} act
 * @param {string[]} [attributeFilter]
 */
var onChange = (act, attributeFilter) => new MutationObserver(act).observe(document, { subtree: true, childList: true, attributeFilter });

// src/lifecycle.js
/* The life of a page: when it is parsed, and when it is shown. */
/* Past what markup lays over the document: <img name="readyState">. */
var readyState = () => Reflect.get(Object.getPrototypeOf(document), "readyState", document);
/* readyState alone does not say whether DOMContentLoaded is past or has yet to come. */
var timing = () => (
  /** @type {Partial<PerformanceNavigationTiming>} */
  performance.getEntriesByType("navigation")[0] ?? {}
);
var isLoaded = () => readyState() === "complete";
var isParsed = () => readyState() !== "loading";
/**
 * Call a function when the page is parsed and htmx has bound it, or soon where that is past.
 * @param {() => void} then
 */
var whenParsed = (then) => {
  const soon = () => setTimeout(then);
  if (isLoaded() || (timing().domContentLoadedEventStart ?? 0) > 0) soon();
  else addEventListener("DOMContentLoaded", soon);
};
/**
 * Listen to "pageshow"; where the page is shown already, call the listener for that, too.
 * @param {(event: { persisted: boolean }) => void} listener
 */
var whenShown = (listener) => {
  addEventListener("pageshow", listener);
  if ((timing().loadEventEnd ?? 0) > 0) listener({ persisted: false });
};

// src/clobbering.js
/* Forms with controls whose names make htmx fail: <input name="closest">.

   htmx and Idiomorph read forms as they stand, by the names in READ. While a control is in no form, its name hides nothing.
   So forms that they are about to work at are without such controls for as long as that takes; of(form).elements has them
   all the while. */
var READ = new Set(
  "_htmx _htmx_state addEventListener appendChild attributes checkValidity childNodes classList closest contains dispatchEvent elements enctype firstChild firstElementChild getAttribute getAttributeNames getRootNode hasAttribute htmx-internal-data insertAdjacentElement insertBefore isEqualNode lastChild localName matches moveBefore nextElementSibling nextSibling nodeName nodeType ownerDocument parentElement parentNode previousElementSibling previousSibling querySelector querySelectorAll remove removeAttribute removeChild removeEventListener replaceChildren replaceWith reportValidity setAttribute tagName".split(" ")
);
var NAMED = "[name], [id]";
/** @typedef {HTMLInputElement | HTMLImageElement} Control */
/** Return whether htmx reads forms by a name. @param {string | null} name */
var isRead = (name) => READ.has(
  /** @type {string} */
  name
);
/** @param {Element} control */
var namesOf = (control) => ["name", "id"].filter((each) => isRead(control.getAttribute(each)));
/** @type {(control: Element) => control is HTMLImageElement} */
var isImage = (control) => control instanceof HTMLImageElement;
/** @param {Element} control */
var isRadio = (control) => (
  /** @type {HTMLInputElement} */
  control.type === "radio"
);
/** @param {Element} control */
var formOf2 = (control) => isImage(control) ? control.closest("form") : (
  /** @type {HTMLInputElement} */
  control.form
);
/* The controls with such names, which hardly any page has: looked for only in what has changed. */
/** @type {Set<Element>} */
var found = /* @__PURE__ */ new Set();
/** @type {MutationObserver} */
var changes;
/** @param {Element} root */
var collect = (root) => {
  for (const each of within(root, NAMED)) if (!isForm(each) && namesOf(each).length) found.add(each);
};
/** @param {MutationRecord[]} records */
var collectChanged = (records) => {
  for (const { type, target, addedNodes } of records) {
    for (const node of type === "attributes" ? [target] : addedNodes) if (isElement(node)) collect(node);
  }
};
var find = () => {
  collectChanged(changes.takeRecords());
  if (!found.size) return [];
  for (const each of found) if (!of(each).isConnected || !namesOf(each).length) found.delete(each);
  return [...found];
};
/* Of the radio buttons of one name that are in no form only one is chosen. So those of each form wait in another. */
var asides = /* @__PURE__ */ new WeakSet();
var count = 0;
var makeAside = () => {
  const aside = page.createElement("form");
  aside.id = `mizan-aside-${count += 1}`;
  aside.hidden = true;
  asides.add(aside);
  page.documentElement.append(aside);
  return aside;
};
/** @type {Set<() => void>} */
var restores = /* @__PURE__ */ new Set();
/** Let htmx read the forms of the page. Return a function that ends it. */
var clear = () => {
  /** @param {unknown} form @returns {form is HTMLFormElement} */
  const isIn2 = (form) => isForm(form) && !asides.has(form);
  const controls = find().filter((each) => isIn2(formOf2(each)));
  if (!controls.length) return () => {
  };
  const forms = new Set(controls.map(formOf2).filter(isIn2));
  for (const form of forms) cleared.set(
    form,
    /** @type {HTMLElement[]} */
    [...of(form).elements]
  );
  const withRadios = new Set(controls.filter(isRadio).map(formOf2));
  const asideOf = new Map([...withRadios].map((form) => [form, makeAside()]));
  /** @param {Element} each */
  const placeOf4 = (each) => isRadio(each) ? asideOf.get(formOf2(each))?.id ?? "" : "";
  // Images are in a form by where they stand.
  /** @param {Element} each */
  const attributesOf = (each) => isImage(each) ? namesOf(each) : ["form"];
  const former = controls.flatMap(
    (each) => attributesOf(each).map((name) => ({ each, name, value: each.getAttribute(name), place: placeOf4(each) }))
  );
  for (const { each, name, place: place2 } of former) {
    if (name === "form") each.setAttribute(name, place2);
    else each.removeAttribute(name);
  }
  const restore = () => {
    restores.delete(restore);
    for (const { each, name, value } of former.splice(0)) {
      if (value === null) each.removeAttribute(name);
      else each.setAttribute(name, value);
    }
    for (const form of forms) cleared.delete(form);
    for (const aside of asideOf.values()) aside.remove();
  };
  if (former.length) restores.add(restore);
  return restore;
};
/** Let htmx read the forms of the page until this task has nothing more to do at once. */
var clearNow = () => queueMicrotask(clear());
/** @param {Element} root */
var mixedIn = (root) => [root, ...of(root).querySelectorAll("form")].filter(isForm).flatMap((form) => [...of(form).querySelectorAll("[name], [id]")]).filter((each) => namesOf(each).length);
/** Return whether a control with such a name is inside of an element. @param {Element} root */
var isMixed = (root) => mixedIn(root).length > 0;
/**
 * Take such names off in an element that leaves the page for good. A form remembers the names by which it was asked for a
 * control until that is in no form any more.
 * @param {Element} root
 */
var strip = (root) => {
  const { isConnected } = of(root);
  for (const each of mixedIn(root)) {
    if (isRadio(each)) each.removeAttribute("name");
    if (!isConnected) each.remove();
    else each.setAttribute("form", "");
    for (const name of namesOf(each)) each.removeAttribute(name);
  }
};
/** Return the forms with such controls. */
var mixedForms = () => new Set(find().map(formOf2).filter(isForm));
var start = () => {
  collect(page.documentElement);
  changes = new MutationObserver(collectChanged);
  changes.observe(document, { subtree: true, childList: true, attributeFilter: ["name", "id"] });
  // A visitor who is faster than a timer sends all of the form.
  addEventListener("submit", () => restores.forEach((restore) => restore()), true);
  // htmx 2 binds the page between the two; htmx 4 fires an event when it does.
  const clearWhileParsed = () => {
    const restore = clear();
    addEventListener("DOMContentLoaded", restore, { once: true });
    setTimeout(restore);
  };
  addEventListener("DOMContentLoaded", clearWhileParsed, { capture: true, once: true });
};

// src/grammar.js
/* The grammar of X-Mizan-Invalidate and of data-mizan, as docs/protocol.md has it: "user;user_id=5, cart". */
var NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
var VALUE = /^(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*$/;
/** @param {string} text */
var trim = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");
/**
 * Return a percent-encoded text decoded, or null if that is no UTF-8.
 * @param {string} text
 */
var decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
/**
 * @param {string} text
 * @returns {Entry | null}
 */
var parseEntry = (text) => {
  const [context = "", ...pairs] = text.split(";").map(trim);
  if (text !== "*" && !NAME.test(context)) return null;
  const params = /* @__PURE__ */ Object.create(null);
  // __proto__ is a name like any other
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)];
    if (!NAME.test(name) || !VALUE.test(value) || name in params || decode(value) === null) return null;
    params[name] = decode(value);
  }
  return { context, params };
};
/**
 * Return the entries of a list. Entries that are malformed are left out.
 * @param {string | null | undefined} list
 * @returns {Entry[]}
 */
var parse = (list) => String(list ?? "").split(",").map(trim).map(parseEntry).filter((entry) => entry !== null);
/**
 * @param {Entry} stale
 * @param {Entry} shown
 */
var coversOne = (stale2, shown2) => stale2.context === "*" || stale2.context === shown2.context && Object.entries(stale2.params).every(([name, text]) => (shown2.params[name] ?? text) === text);
/**
 * Return whether entries that became stale cover what a block shows.
 * @param {Entry[]} entries
 * @param {string | undefined} shown - the text of data-mizan
 */
var covers = (entries, shown2) => parse(shown2).some((bound) => entries.some((entry) => coversOne(entry, bound)));
/** @param {string} character */
var hex = (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase();
/** Return a text percent-encoded, as the server writes values. @param {string} text */
var encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, hex);
/**
 * Return the text of an entry, its parameters in alphabetical order.
 * @param {Entry} entry
 */
var write = ({ context, params }) => [
  context,
  ...Object.keys(params).sort().map((name) => `${name}=${encode(
    /** @type {string} */
    params[name]
  )}`)
].join(";");
/* The text that the server has for an equal value: numbers in plain notation, well-formed Unicode. */
/** @param {unknown} value */
var canonical = (value) => {
  if (typeof value === "number" && Number.isFinite(value)) {
    // Adding 0 makes 0 of -0.
    return (value + 0).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
  }
  if (typeof value === "string")
    return (
      /** @type {{ toWellFormed?: () => string }} */
      value.toWellFormed?.() ?? value
    );
  if (/boolean|bigint/.test(typeof value)) return String(value);
  throw new TypeError(`mizan: a parameter must be a string, a finite number or a boolean, not ${value}`);
};
/**
 * Return the text of an entry: format("user", {user_id: 5}) is "user;user_id=5". Values that are null or undefined are left
 * out. Raise TypeError for a name or a value that the grammar does not have.
 * @param {string} context
 * @param {Record<string, unknown> | null} [values]
 */
var format = (context, values) => {
  const given2 = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== void 0);
  const params = Object.fromEntries(given2.map(([name, value]) => [name, canonical(value)]));
  const text = write({ context, params });
  if (!parse(text).length) throw new TypeError(`mizan: bad name in ${[context, ...Object.keys(params)]}`);
  return text;
};

// src/requests/flights.js
/* The requests of htmx that are under way, of blocks and of visitors: XMLHttpRequests of htmx 2, contexts of htmx 4. */
/** The header that proves that a response is a block. */
var PROOF = "X-Mizan-Refresh";
/** Return whether a request is one of htmx 2. @type {(request: unknown) => request is XMLHttpRequest} */
var isXhr = (request) => request instanceof XMLHttpRequest;
/** @type {Map<HtmxRequest, Flight>} */
var flights = /* @__PURE__ */ new Map();
/**
 * Return whether a block is being refreshed.
 * @param {Element} block
 */
var isUnderWay = (block) => {
  for (const flight of flights.values()) if (flight.block === block) return true;
  return false;
};
/**
 * Return whether a response sends the page somewhere else.
 * @param {(name: string) => string | null} header
 */
var leavesBy = (header) => header("HX-Redirect") !== null || header("HX-Refresh") === "true";
/**
 * Return the milliseconds that a Retry-After asks for, as a number of seconds or as a date; NaN if it has neither.
 * @param {string | null} text
 */
var retryDelay = (text) => Number(text) * 1e3 || Date.parse(String(text)) - Date.now();

// src/requests/page_address.js
/* The address of the page, as htmx says it with its own requests: what request.path and request.GET are on the server while a
   block renders. It is the address at the time of sending. */
var HEADER = "HX-Current-URL";
var LONGEST = 4e3;
// characters, as the server takes them
/**
 * Say the address in the headers of a request: without a fragment, and not at all if it is too long.
 * @template {Record<string, string>} T
 * @param {T} headers
 */
var sayAddress = (headers) => {
  const { origin, pathname, search } = location;
  const address2 = origin + pathname + search;
  const named3 = (
    /** @type {Record<string, string>} */
    headers
  );
  if (address2.length <= LONGEST) named3[HEADER] = address2;
  else delete named3[HEADER];
  return headers;
};

// src/requests/response_headers.js
/* What htmx and the page learn of a refresh.

   A refresh goes on behind the page, and one response may have been for several blocks:

   - the events of HX-Trigger, HX-Trigger-After-Swap and HX-Trigger-After-Settle are fired once for a response, on a block
     that it was for, or on the body where all have left the page;
   - HX-Redirect, HX-Refresh and HX-Location are followed, once;
   - HX-Push-Url, HX-Replace-Url, HX-Retarget, HX-Reswap and HX-Reselect have no effect: a block replaces itself;
   - htmx reports a refresh that failed once (htmx:responseError, htmx:sendError and the like; on htmx 4 htmx:response:error
     and htmx:error), and again when it fails in another way, or after it has worked.

   What is requested again for content that a visitor has loaded (an element with data-mizan-again) goes on behind the page as
   well. Of such a response only the content counts, none of its HX- headers; that it failed is not reported. */
var TRIGGER = "HX-Trigger";
var OF_PLACE = /^hx-(push|push-url|replace-url|retarget|reswap|reselect)$/i;
var OF_PLACE_4 = ["pushurl", "replaceurl", "retarget", "reswap", "reselect"];
// as htmx 4 keeps them
var OF_BLOCK = new RegExp(`${OF_PLACE.source}|^hx-trigger(-after-swap|-after-settle)?$`, "i");
var OF_HTMX = /^hx-/i;
// ---- which events of htmx are about a refresh
/** @type {WeakSet<HtmxRequest>} */
var refreshes = /* @__PURE__ */ new WeakSet();
/* Those of no request that are about what was swapped in or has to be filled in, on either version; htmx 2 spells each in two
   ways. */
var OF_CONTENT = /load$|process|init|clean-?up|history|settle|swap|transition|validation/i;
/**
 * What the events of htmx have in their details.
 * @typedef {object} EventDetail
 * @property {HtmxContext} [ctx]
 * @property {XMLHttpRequest} [xhr]
 * @property {{ elt: Element }} [requestConfig]
 * @property {Element} [elt]
 * @property {{ sourceElement?: Element }} [task]
 * @property {EventDetail} [errorInfo]
 */
/**
 * Return whether an event of htmx is about a refresh, and not about what a visitor did.
 * @param {Event} event
 */
var isRefresh = (event) => {
  const { type = "", target, detail } = (
    /** @type {CustomEvent<EventDetail | null>} */
    event ?? {}
  );
  const { ctx, xhr, requestConfig, elt } = detail?.errorInfo ?? detail ?? {};
  if (ctx && refreshes.has(ctx) || xhr && refreshes.has(xhr)) return true;
  // Before it is sent, and on htmx 4 while it settles. An element at which htmx 2 aims is in `elt`, too.
  const source = ctx?.sourceElement ?? requestConfig?.elt ?? detail?.task?.sourceElement;
  if (source) return is(source, BEHIND);
  return type.startsWith("htmx") && !OF_CONTENT.test(type) && is(elt ?? target, BEHIND);
};
// ---- a failure is reported once
/** Requests whose failure htmx doesn't report. @type {WeakSet<HtmxRequest>} */
var quiet = /* @__PURE__ */ new WeakSet();
/** Those for which it doesn't report that there is no response: the one before had none, either. @type {WeakSet<HtmxRequest>} */
var unanswered = /* @__PURE__ */ new WeakSet();
/** @param {HTMLElement} block @param {number} status */
var isReported = (block, status) => of(block).dataset.mizanError === String(status);
/**
 * Have htmx not report the failure of a request, which was reported for another block.
 * @param {HtmxRequest} request
 */
var hush = (request) => {
  quiet.add(request);
  hushUnanswered(request);
};
/* By its own handlers htmx would fire events and write into the console. As a response without a status, which is never
   swapped in, it ends the request as well. */
/** @param {HtmxRequest} request */
var hushUnanswered = (request) => {
  unanswered.add(request);
  if (isXhr(request)) request.onerror = request.onabort = request.ontimeout = request.onload;
};
/** @param {HtmxRequest} request */
var follow = (request) => {
  refreshes.add(request);
  if (isXhr(request)) return;
  const { fetch: fetch2 } = request;
  request.fetch = (...given2) => fetch2(...given2).catch((error) => {
    if (unanswered.has(request)) return Response.error();
    throw error;
  });
};
/** @param {Element} element @param {HtmxRequest} request */
var begin = (element, request) => {
  if (!is(element, AGAIN)) return;
  follow(request);
  hush(request);
};
/* htmx 2 reports nothing about what is no error. Afterwards its events say what has happened. */
var listen2 = () => {
  onCapture("htmx:beforeSend", ({ detail: { elt, xhr } }) => begin(elt, xhr));
  onCapture("htmx:beforeSwap", ({ detail }) => {
    if (quiet.has(detail.xhr)) detail.isError = false;
  });
  onCapture("htmx:afterRequest", ({ detail }) => {
    const { xhr } = detail;
    if (!quiet.has(xhr) && !(unanswered.has(xhr) && !xhr.status)) return;
    Object.assign(detail, { failed: true, successful: false });
  });
};
/* Before the listeners of the page. */
var listen4 = () => {
  /** @param {string} name @param {(event: CustomEvent<{ ctx: HtmxContext }>) => void} listener */
  const onWindow = (name, listener) => addEventListener(
    spelt(name),
    /** @type {EventListener} */
    listener,
    true
  );
  onWindow("htmx:response:error", (event) => {
    if (quiet.has(event.detail?.ctx)) event.stopImmediatePropagation();
  });
  onWindow("htmx:before:request", ({ detail: { ctx } }) => begin(ctx.sourceElement, ctx));
};
// ---- the headers of a response
/** @typedef {[name: string, detail: unknown]} NamedDetail */
/* As htmx reads them; headers of one name stand one after another. */
/** @param {string} text @returns {NamedDetail[]} */
var eventsOf = (text) => {
  if (!text.startsWith("{")) return text.split(",").map((name) => [name.trim(), {}]);
  if (isJson(`[${text}]`)) return JSON.parse(`[${text}]`).flatMap(Object.entries);
  console.error(`mizan: HX-Trigger is no JSON: ${text}`);
  return [];
};
/** @param {string} text */
var isJson = (text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
/* What becomes the detail as it is. */
/** @param {unknown} value */
var isDetail = (value) => isHtmx2 ? Object.prototype.toString.call(value) === "[object Object]" : Boolean(value) && typeof value === "object";
/** @param {NamedDetail[]} events @param {HTMLElement} [block] */
var fireAll = (events, block) => {
  for (const [name, value] of events) {
    if (!name) continue;
    const detail = (
      /** @type {{ target?: string }} */
      isDetail(value) ? value : { value }
    );
    const named3 = detail.target === void 0 ? null : htmx.find(detail.target);
    htmx.trigger(named3 ?? placeOf(block), name, detail);
  }
};
/** @param {string | null} text @param {HTMLElement} [block] */
var fireNamed = (text, block) => {
  if (text) fireAll(eventsOf(text), block);
};
/* Where a block stands by now; the body gets the events of those that stand nowhere. */
/** @param {HTMLElement} [block] */
var placeOf = (block) => {
  if (!block) return page.body;
  return of(block).isConnected ? block : page.getElementById(of(block).id) ?? page.body;
};
/**
 * Fire what HX-Trigger names, where no block will.
 * @param {Headers} headers
 */
var triggerEvents = (headers) => fireNamed(headers.get(TRIGGER));
/** @param {CustomEvent<AnswerDetail>} event */
var readAnswer = (event) => {
  const { block, element, request, status } = event.detail;
  if (is(element, AGAIN)) {
    if (isXhr(request)) hideHeaders(request, OF_HTMX);
    else request.hx = {};
  } else if (block) {
    if (status >= 400 && isReported(block, status)) hush(request);
    if (isXhr(request)) fireFor2(request, block, event);
    else if (request.hx) fireFor4(request.hx, block);
  }
};
/* htmx 4 fires the events of HX-Trigger itself, whatever becomes of the response; on the document, where they do not reach
   the body, if its element is gone. What it can't read, or has no place for, makes it fail. */
/** @param {Record<string, string>} hx @param {HTMLElement} block */
var fireFor4 = (hx, block) => {
  for (const name of OF_PLACE_4) delete hx[name];
  const text = hx.trigger;
  if (!text) return;
  const events = eventsOf(text);
  const hasPlace = ([, value]) => {
    const target = (
      /** @type {{ target?: string } | null} */
      value?.target
    );
    return !target || htmx.find(target);
  };
  const isOne = !text.startsWith("{") || isJson(text);
  if (isOne && of(block).isConnected && events.every(hasPlace)) return;
  delete hx.trigger;
  fireAll(events, block);
};
/* htmx 2 fires them on an element that has left the page, where they reach no listener. And a block that is not swapped in would keep
   those for afterwards from being fired at all. */
/** @param {XMLHttpRequest} xhr @param {HTMLElement} block @param {Event} answer */
var fireFor2 = (xhr, block, answer2) => {
  const header = (suffix = "") => xhr.getResponseHeader(TRIGGER + suffix);
  const [now, swapped, settled2] = [header(), header("-After-Swap"), header("-After-Settle")];
  hideHeaders(xhr, OF_BLOCK);
  const fireNow = () => fireNamed(now, block);
  if (xhr.readyState === 4) fireNow();
  else xhr.addEventListener("readystatechange", () => xhr.readyState === 4 && xhr.status && fireNow());
  xhr.addEventListener("loadend", () => {
    if (xhr.status !== 200 || answer2.defaultPrevented) return;
    fireNamed(swapped, block);
    if (settled2) setTimeout(fireNamed, htmx.config.defaultSettleDelay, settled2, block);
  });
};
/** @param {XMLHttpRequest} xhr @param {RegExp} names */
var hideHeaders = (xhr, names) => {
  const one = xhr.getResponseHeader.bind(xhr);
  const all2 = xhr.getAllResponseHeaders.bind(xhr);
  const isVisible = (line) => !names.test(line.replace(/:.*/, ""));
  const own = {
    getResponseHeader: (name) => names.test(name) ? null : one(name),
    getAllResponseHeaders: () => all2().split("\r\n").filter(isVisible).join("\r\n")
  };
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(xhr, name, { configurable: true, value });
  }
};
var start2 = () => {
  on("mizan:refreshing", ({ target: block, detail: { request } }) => {
    if (isReported(block, 0)) hushUnanswered(request);
    follow(request);
  });
  if (isHtmx2) listen2();
  else listen4();
  on("mizan:answer", readAnswer);
};

// src/settings.js
/* What the server says to the scripts, in the attributes of the tag of mizan.js. */
/** @type {HTMLScriptElement | null} */
var tag = null;
/** @type {DOMStringMap} */
var settings = {};
/**
 * Take the settings from the tag of the running script.
 * @param {HTMLScriptElement | null} script
 */
var remember = (script) => {
  tag = script;
  settings = script?.dataset ?? {};
};
/** Return the nonce of the page's scripts, or "". */
var nonce = () => tag?.nonce ?? "";
/**
 * Return a URL that the server wrote for the scripts. Raise TypeError if it is not of this origin, whatever <base> says.
 * @param {string} text
 * @param {string} name - the attribute that has it
 */
var address = (text, name) => {
  const url = new URL(text, location.href);
  if (url.host === location.host && /^(http|ws)s?:$/.test(url.protocol)) return url;
  throw new TypeError(`mizan: ${name} is ${url.href}. It must be of this origin, ${location.origin}.`);
};
/** Return where the endpoints of mizan are. */
var mount = () => address(settings.mount ?? "/api/mizan/", "data-mount");

// src/blocks/address.js
/* Parameters of blocks that come from the address of the page.

   data-mizan-query   "page q:filter[q]": the parameters of the block, each with the key that it has in the address where that
                      is another. The hx-get of the block has them as the address had them when it was requested, whether they
                      are valid or not */
var MOST_CHARACTERS = 3e3;
// that they have in a URL together; the server leaves out the others as well
/** The texts of an address by parameter. @typedef {Map<string, string>} Texts */
/** @param {HTMLElement} block @returns {[name: string, key: string][]} */
var keysOf = (block) => (of(block).dataset.mizanQuery ?? "").split(" ").map((part) => {
  const at = part.indexOf(":");
  return at < 0 ? [part, part] : [part.slice(0, at), part.slice(at + 1)];
});
/**
 * Return what the page's address has for a block. The last value of a key counts; an empty one is none.
 * @param {HTMLElement} block
 */
var wantedBy = (block) => {
  const given2 = new URLSearchParams(location.search);
  /** @type {Texts} */
  const texts2 = /* @__PURE__ */ new Map();
  let room = MOST_CHARACTERS;
  for (const [name, key] of keysOf(block)) {
    const text = given2.getAll(key).at(-1) ?? "";
    const { length } = encode(text);
    if (!length || length > room) continue;
    room -= length;
    texts2.set(name, text);
  }
  return texts2;
};
/** @param {string} url */
var split = (url) => {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
};
/** @param {HTMLElement} block @param {string} url @returns {Texts} */
var textsIn = (block, url) => {
  const given2 = new URLSearchParams(split(url)[1]);
  const pairs = keysOf(block).map(([name]) => (
    /** @type {const} */
    [name, given2.get(name) ?? ""]
  ));
  return new Map(pairs.filter(([, text]) => text));
};
/** @param {Texts} texts */
var write2 = (texts2) => JSON.stringify([...texts2]);
/** @param {HTMLElement} block */
var ownUrl = (block) => of(block).getAttribute("hx-get") ?? "";
/** Return whether parameters of a block come from the address. @param {HTMLElement} block */
var isBound = (block) => of(block).dataset.mizanQuery !== void 0;
/** Return what the page's address has for a block, as a text to compare. @param {HTMLElement} block */
var wanted = (block) => write2(wantedBy(block));
/**
 * Return what a URL of a block has of the page's address, as a text to compare; without one, what the block shows.
 * @param {HTMLElement} block
 * @param {string} [url]
 */
var held = (block, url = ownUrl(block)) => write2(textsIn(block, url));
/**
 * Return whether a URL asks for something else than the block shows.
 * @param {HTMLElement} block
 * @param {string} url
 */
var isElsewhere = (block, url) => isBound(block) && held(block, url) !== held(block);
/**
 * Return the URL that refreshes a block: its hx-get, with what the page's address has by now.
 * @param {HTMLElement} block
 */
var urlOf = (block) => {
  const url = ownUrl(block);
  return isBound(block) && wanted(block) !== held(block) ? moved(url, wantedBy(block), block) : url;
};
/* As the server writes it, so that caches know it: the token first, then the parameters by name. */
/** @param {string} url @param {Texts} texts @param {HTMLElement} block */
var moved = (url, texts2, block) => {
  const [path, query = ""] = split(url);
  const names = new Set(keysOf(block).map(([name]) => name));
  const pairs = query.split("&").map((pair) => (
    /** @type {const} */
    [pair.split("=")[0] ?? "", pair]
  ));
  const [token, ...fixed] = pairs.filter(([name]) => !names.has(name));
  const given2 = [...texts2].map(([name, text]) => (
    /** @type {const} */
    [name, `${name}=${encode(text)}`]
  ));
  const sorted = [...fixed, ...given2].sort(([one], [other]) => one < other ? -1 : 1);
  return `${path}?${[token ?? ["", ""], ...sorted].map(([, pair]) => pair).join("&")}`;
};

// src/blocks/queries.js
/* How several blocks are named in one text, for a batch and for single flight: the queries of their URLs, one after the other.
   Blocks of a loop have one token, which is written once. */
var TOKEN = /^block=[^&]+/;
/** @typedef {{ text: string, token: string }} Queries */
/** @type {Queries} */
var NONE = { text: "", token: "" };
/**
 * Return what names a block, and its content.
 * @param {HTMLElement} block
 * @param {string} [url] - that htmx has made for it
 */
var queryOf = (block, url = urlOf(block)) => {
  const { mizanHash: hash, mizanVersion: version } = of(block).dataset;
  const query = new URL(url, page.baseURI).search.slice(1);
  // A block of a live context has to get its new version, unchanged or not, and one whose page has moved its new key.
  const mayStay = version === void 0 && !isElsewhere(block, url);
  return hash && mayStay ? `${query}&mizan-hash=${hash}` : query;
};
/**
 * Return a text that names one block more.
 * @param {Queries} queries
 * @param {string} query
 * @returns {Queries}
 */
var append = ({ text, token: last2 }, query) => {
  const token = TOKEN.exec(query)?.[0] ?? "";
  const own = token && token === last2 ? `block=${query.slice(token.length)}` : query;
  return { text: text ? `${text}&${own}` : own, token };
};

// src/blocks/batch.js
/* Batches: blocks that are refreshed together share one request.

   Each block makes its own request by its own hx-get, with htmx's events, indicators and swap. Only the way to the server is
   shared: what is sent in one task becomes GET partials/?block=…&user_id=5&block=…, and each block is given its part of the
   response. A block that is alone, or that a shared cache may answer, is requested as htmx made it. What came with the
   response to a mutation (single flight) is given to its block without a request. */
var MOST_BLOCKS = 50;
// what the server takes
var LONGEST_URL = 3e3;
// characters: common servers refuse lines over 4,094
var UNFIT = [400, 404, 405, 414, 431];
// it was refused as a whole: for its URL or its length
var BODILESS = [204, 205, 304];
var AT_ONCE = 16;
// so many are swapped in in one task: htmx takes one to two milliseconds for each
var OF_HTMX2 = /^hx-/i;
var AFTERWARDS = /^hx-trigger-after-/i;
/* htmx's headers that name the element, and the page as it was when it made them. */
var PERSONAL = /^hx-(source|target|trigger|trigger-name|current-url)$/i;
/**
 * What htmx has made for one block, and has not been sent.
 * @typedef {object} BlockRequest
 * @property {HTMLElement} block
 * @property {HtmxRequest} request
 * @property {string} query - what names the block in the URL of a batch
 * @property {[string, string][]} headers
 * @property {string | null} [piece] - came with the response to a mutation
 * @property {string | null} [policy]
 * @property {boolean} [isGone] - it is answered, or htmx has aborted it
 * @property {(reason: unknown) => void} [leave]
 * @property {() => void} sendAlone
 * @property {(status: number, html: string, headers: Headers, url: string) => void} answer
 * @property {(error: unknown) => void} fail
 */
/** @typedef {Pick<BlockRequest, "sendAlone" | "answer" | "fail">} Ways */
/** @typedef {{ status: number, html?: string }} BlockResult */
/** @type {URL} */
var base;
/* What is to be sent at the end of this task, and the text that names what of it needs a request. */
/** @type {BlockRequest[]} */
var waiting = [];
var named = NONE;
/** @param {{ text: string }} queries */
var pathOf = ({ text }) => `${base.pathname}partials/?${text}`;
/* With the origin: the page may have another base. */
/** @param {BlockRequest[]} requests */
var urlOf2 = (requests) => base.origin + pathOf(requests.map(({ query }) => query).reduce(append, NONE));
/**
 * Return whether a block can be requested by the same batch as those that this task has sent.
 * @param {HTMLElement} block
 */
var hasRoom = (block) => !isOwn(of(block).getAttribute("hx-get")) || // is not sent, and may be no URL at all
waiting.length < MOST_BLOCKS && pathOf(append(named, queryOf(block))).length <= LONGEST_URL;
/** @param {CustomEvent} event */
var divert = ({ target, detail: { url: text, request, headers, piece: delivered2, policy: policy2 } }) => {
  const block = (
    /** @type {HTMLElement} */
    target
  );
  // A script has put something else into what the server called unchanged.
  const piece = delivered2 === null && !of(block).dataset.mizanHash ? void 0 : delivered2;
  const url = new URL(text, page.baseURI);
  const isOurs = url.origin === base.origin && url.pathname.startsWith(`${base.pathname}partial/`);
  if (!isOurs || piece === void 0 && is(block, SHARED)) return;
  const common = (
    /** @type {[string, string][]} */
    Object.entries(headers).filter(
      ([name]) => !PERSONAL.test(name)
    )
  );
  /** @param {Ways} ways */
  const wait = (ways) => enqueue({ block, request, query: queryOf(block, text), headers: common, piece, policy: policy2, ...ways });
  if (isXhr(request)) divertXhr(request, wait);
  else divertFetch(request, wait);
};
/** @param {BlockRequest} request */
var enqueue = (request) => {
  if (!waiting.length) queueMicrotask(sendWaiting);
  waiting.push(request);
  if (request.piece === void 0) named = append(named, request.query);
  return request;
};
var sendWaiting = () => {
  const requests = waiting.filter(({ isGone }) => !isGone);
  waiting = [];
  named = NONE;
  const isDelivered2 = ({ piece }) => piece !== void 0;
  const delivered2 = requests.filter(isDelivered2);
  void inSlices(delivered2, (each) => answerDelivered(each, delivered2.length));
  for (const batch of batchesOf(requests.filter((each) => !isDelivered2(each)))) {
    const [first] = batch;
    if (batch.length > 1) void send(batch);
    else first?.sendAlone();
  }
};
/**
 * Do something for each request that is not gone, and let visitors do something now and then.
 * @param {BlockRequest[]} requests
 * @param {(request: BlockRequest) => void} act
 */
var inSlices = async (requests, act) => {
  for (const [index, request] of requests.entries()) {
    if (requests.length > AT_ONCE && index % AT_ONCE === 0)
      await new Promise((resolve) => setTimeout(resolve));
    if (!request.isGone) act(request);
  }
};
/** Return batches of requests with the same headers, of as many as the server takes. @param {BlockRequest[]} requests */
var batchesOf = (requests) => {
  /** @type {Map<string, { batch: BlockRequest[], queries: typeof NONE }>} */
  const open2 = /* @__PURE__ */ new Map();
  /** @type {BlockRequest[][]} */
  const batches = [];
  for (const request of requests) {
    const key = JSON.stringify(request.headers);
    const { batch, queries } = open2.get(key) ?? { batch: [], queries: NONE };
    const longer = append(queries, request.query);
    if (batch.length && batch.length < MOST_BLOCKS && pathOf(longer).length <= LONGEST_URL) {
      batch.push(request);
      open2.set(key, { batch, queries: longer });
    } else {
      const first = [request];
      batches.push(first);
      open2.set(key, { batch: first, queries: append(NONE, request.query) });
    }
  }
  return batches;
};
/** @param {BlockRequest[]} requests */
var send = async (requests) => {
  const controller = new AbortController();
  const left = () => requests.filter(({ isGone }) => !isGone);
  /** @param {unknown} reason */
  const leave = (reason2) => {
    // The others have waited as long, for the same.
    if (reason2 === "timeout") for (const { request } of left()) hush(request);
    if (!left().length) controller.abort();
  };
  for (const request of requests) request.leave = leave;
  /** @type {Headers | null} */
  let unused = null;
  // the headers of a response that no block was given
  try {
    const headers = sayAddress(Object.fromEntries(requests[0]?.headers ?? []));
    const response = await fetch(urlOf2(requests), { headers, signal: controller.signal });
    const isProven = response.headers.has(PROOF);
    unused = response.headers;
    if (!isProven && UNFIT.includes(response.status)) {
      triggerEvents(unused);
      for (const request of left()) request.sendAlone();
      return;
    }
    const text = await response.text();
    /** @type {BlockResult[] | null} */
    const results = isProven && response.ok ? JSON.parse(text).blocks : null;
    unused = null;
    const resultOf = (request) => (
      /** @type {BlockResult} */
      results?.[requests.indexOf(request)]
    );
    if (results) await answerEach(left(), resultOf, response, requests.length);
    else await answerAll(left(), { status: response.status, html: text }, response, requests.length);
  } catch (error) {
    if (unused) triggerEvents(unused);
    failAll(left(), error);
    // offline, or what came is no response of ours
  }
};
/* What has its effect once has it on a block that is still in the page, if there is one. */
/** @param {BlockRequest[]} requests */
var firstOf = (requests) => requests.find(({ block }) => of(block).isConnected) ?? requests[0];
/**
 * @param {BlockRequest[]} requests
 * @param {(request: BlockRequest) => BlockResult} resultOf
 * @param {Response} response
 * @param {number} together
 */
var answerEach = (requests, resultOf, response, together) => {
  const first = firstOf(requests);
  const shown2 = firstOf(requests.filter((request) => resultOf(request).status === 200));
  const others2 = headersFor(response, () => false);
  return inSlices(requests, (request) => {
    const isForThis = (name) => request === (AFTERWARDS.test(name) ? shown2 : first);
    const headers = request === first || request === shown2 ? headersFor(response, isForThis) : others2;
    answer(request, resultOf(request), headers, response.url, together);
  });
};
/* The request for which it is reported that all have failed so: one that had not failed so before. */
/** @param {BlockRequest[]} requests @param {number} status */
var firstToFail = (requests, status) => {
  const news2 = requests.filter(({ block }) => of(block).dataset.mizanError !== String(status));
  return firstOf(news2.length ? news2 : requests);
};
/* What was received is the same for all, and is reported for one. */
/**
 * @param {BlockRequest[]} requests
 * @param {BlockResult} result
 * @param {Response} response
 * @param {number} together
 */
var answerAll = (requests, result, response, together) => {
  const first = firstToFail(requests, result.status);
  const leaves = leavesBy((name) => response.headers.get(name));
  return inSlices(requests, (request) => {
    const isFirst = request === first;
    if (!isFirst) hush(request.request);
    const flight = flights.get(request.request);
    if (flight) flight.leaves = leaves;
    answer(
      request,
      result,
      headersFor(response, () => isFirst),
      response.url,
      together
    );
  });
};
/** @param {BlockRequest[]} requests @param {unknown} error */
var failAll = (requests, error) => {
  const first = firstToFail(requests, 0);
  for (const request of requests) {
    if (request !== first) hush(request.request);
    if (!request.isGone) request.fail(error);
  }
};
/** @param {Response} response @param {(name: string) => boolean} isWanted */
var headersFor = ({ headers }, isWanted) => new Headers([...headers].filter(([name]) => !OF_HTMX2.test(name) || isWanted(name)));
/**
 * @param {BlockRequest} blockRequest
 * @param {BlockResult} result
 * @param {Headers} headers
 * @param {string} url
 * @param {number} together
 */
var answer = (blockRequest, { status, html = "" }, headers, url, together) => {
  const flight = flights.get(blockRequest.request);
  if (flight) flight.together = together;
  headers.set("Content-Type", "text/html; charset=utf-8");
  blockRequest.isGone = true;
  // whatever happens to the rest
  blockRequest.answer(status, html, headers, url);
};
/** @param {BlockRequest} request @param {number} together */
var answerDelivered = (request, together) => {
  const { piece, policy: policy2 } = request;
  const headers = new Headers({ [PROOF]: "1" });
  if (policy2) headers.set("Content-Security-Policy", policy2);
  const result = typeof piece === "string" ? { status: 200, html: piece } : { status: 304 };
  answer(request, result, headers, urlOf2([request]), together);
};
/** @param {BlockRequest} request @param {unknown} reason */
var abandon = (request, reason2) => {
  request.isGone = true;
  request.leave?.(reason2);
};
// ---- htmx 4: a request has its own fetch()
/** @param {HtmxContext} ctx @param {(ways: Ways) => BlockRequest} wait */
var divertFetch = (ctx, wait) => {
  const { fetch: fetch2 } = ctx;
  ctx.fetch = (url, options) => new Promise((resolve, fail2) => {
    const request = wait({
      fail: fail2,
      sendAlone: () => resolve(fetch2(url, options)),
      answer: (status, html, headers, answered) => {
        const response = new Response(BODILESS.includes(status) ? null : html, { status, headers });
        resolve(Object.defineProperty(response, "url", { value: answered }));
      }
    });
    const signal = options?.signal;
    signal?.addEventListener("abort", () => {
      abandon(request, signal.reason);
      fail2(signal.reason);
    });
  });
};
// ---- htmx 2: an XMLHttpRequest that is never sent is given own properties in place of those it inherits
/** @param {XMLHttpRequest} xhr @param {(ways: Ways) => BlockRequest} wait */
var divertXhr = (xhr, wait) => {
  /** @param {object} values */
  const define = (values) => {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(xhr, name, { configurable: true, value });
    }
  };
  /** @param {string} event @param {object} values */
  const end3 = (event, values) => {
    define({ readyState: 4, ...values });
    for (const name of ["readystatechange", event, "loadend"]) xhr.dispatchEvent(new ProgressEvent(name));
  };
  /** @param {XMLHttpRequestBodyInit | null} [body] */
  const send4 = (body) => {
    /** @param {string} event */
    const stop = (event) => {
      abandon(request, event);
      end3(event, { status: 0 });
    };
    const timer3 = xhr.timeout ? setTimeout(stop, xhr.timeout, "timeout") : void 0;
    /** @param {string} event @param {object} values */
    const done = (event, values) => {
      clearTimeout(timer3);
      end3(event, values);
    };
    define({ abort: () => stop("abort") });
    const request = wait({
      sendAlone: () => {
        clearTimeout(timer3);
        for (
          const name of
          /** @type {const} */
          ["send", "abort"]
        ) Reflect.deleteProperty(xhr, name);
        xhr.send(body);
      },
      fail: () => done("error", { status: 0 }),
      answer: (status, html, headers, responseURL) => done("load", {
        status,
        responseURL,
        response: html,
        responseText: html,
        getResponseHeader: (name) => headers.get(name),
        getAllResponseHeaders: () => [...headers].map(([name, value]) => `${name}: ${value}\r
`).join("")
      })
    });
  };
  define({ send: send4 });
};
var start3 = () => {
  base = mount();
  on("mizan:refreshing", divert);
};

// src/versions.js
/* Versions of live blocks, and of what makes them stale: "5f0c29ab.17" is the 17th change in the life of that store. Of
   two lives, or where a version is missing, which is newer is unknown. */
/**
 * Return how many changes a version is later than another one; NaN if they can't be compared.
 * @param {string | null | undefined} one
 * @param {string | null | undefined} other
 */
var later = (one, other) => {
  const [epoch, count3] = (one ?? "").split(".");
  const [life, since2] = (other ?? "").split(".");
  return count3 && since2 && epoch === life ? Number(count3) - Number(since2) : NaN;
};

// src/blocks/staleness.js
/* Which blocks are stale, and since when.

   Nothing of this stands in attributes, which a swap may rewrite while a request is under way. A block that fails to
   refresh is held back until the next occasion: a broken block must not cause a storm of requests. */
/** Blocks that show old content. @type {WeakSet<Element>} */
var stale = /* @__PURE__ */ new WeakSet();
/** Those of them whose refresh has failed. @type {WeakSet<Element>} */
var failed = /* @__PURE__ */ new WeakSet();
/** Those of them that the server has no more, as far as is known: requested once at each occasion, and not by a timer.
 * @type {WeakSet<Element>} */
var lost = /* @__PURE__ */ new WeakSet();
/* What made a block stale: a version or, without one, a random text. A shared cache may learn of a change later than this
   page. It has no old copy under a URL that was never requested before the change, and all pages that learn of the same
   version share one URL. */
/** @type {WeakMap<Element, string>} */
var since = /* @__PURE__ */ new WeakMap();
/** @type {WeakMap<Element, Delivered>} */
var delivered = /* @__PURE__ */ new WeakMap();
/**
 * Return what made a block stale: a version, or a text that stands for it.
 * @param {Element} block
 */
var staleSince = (block) => since.get(block);
/**
 * Return the blocks that an invalidation covers.
 * @param {Invalidation} invalidation
 * @param {Iterable<HTMLElement>} among
 */
var covered = (invalidation, among) => [...among].filter((block) => isCovered(invalidation, of(block).dataset));
/**
 * @param {Invalidation} invalidation
 * @param {DOMStringMap} dataset
 */
var isCovered = ({ entries, version }, { mizan, mizanLazy, mizanVersion }) => mizanLazy === void 0 && // shows nothing yet
covers(entries, mizan) && !(later(mizanVersion, version) >= 0);
/**
 * Mark what an invalidation covers on the page as it is before the response that carries it is swapped in: blocks that
 * arrive with that are new elements, and not marked. Return false if nothing was invalidated, or a listener prevents it.
 * @param {Invalidation} invalidation
 * @param {{ source: string, cause?: object, carrier?: Flight | null, among?: Iterable<HTMLElement> }} options
 */
var mark = ({ entries, version = null }, { source, cause, carrier, among = blocks() }) => {
  if (!entries.length) return false;
  const found2 = covered({ entries, version }, among);
  const header = entries.map(write).join(", ");
  if (!fire(document, "mizan:invalidate", { header, entries, version, blocks: found2, source, cause }))
    return false;
  addLate({ entries, version }, carrier);
  for (const block of found2) markStale(block, version);
  return true;
};
/**
 * Have all requests that are under way bring what an invalidation covers as stale.
 * @param {Invalidation} invalidation
 * @param {Flight | null} [carrier] - the request that brought the invalidation itself
 */
var addLate = (invalidation, carrier) => {
  for (const flight of flights.values()) if (flight !== carrier) flight.late.push(invalidation);
};
/**
 * @param {Element} block
 * @param {string | null} [version]
 */
var markStale = (block, version) => {
  stale.add(block);
  delivered.delete(block);
  // was made before this
  since.set(block, version ?? Math.random().toString(36).slice(2));
};
/**
 * The page has another address than the block shows. Caches may have what it is to show now.
 * @param {Element} block
 */
var markMoved = (block) => {
  stale.add(block);
  failed.delete(block);
  delivered.delete(block);
  // was made for the other one
};
/** @param {HTMLElement} block */
var markFresh = (block) => {
  for (const marks of [stale, failed, lost, since]) marks.delete(block);
  if (of(block).dataset.mizanError !== void 0) of(block).removeAttribute("data-mizan-error");
};
/** The block's refresh is sent. @param {Element} block */
var markSent = (block) => {
  stale.delete(block);
  failed.delete(block);
};
/**
 * The block's refresh has failed, or its page is about to go.
 * @param {Element} block
 */
var holdBack = (block) => {
  stale.add(block);
  failed.add(block);
};
/**
 * Mark what arrived with a response, and was older than what became stale meanwhile.
 * @param {Invalidation[]} late
 * @param {HTMLElement[]} arrived
 */
var markArrived = (late, arrived) => {
  for (const invalidation of late) {
    for (const block of covered(invalidation, arrived)) markStale(block, invalidation.version);
  }
};
/**
 * A block that comes with the response to a mutation was rendered before that mutation had its version, and shows it
 * nevertheless. What counts is that no other change stands between the two.
 * @param {string | null | undefined} version
 */
var raiseVersions = (version) => {
  if (!version) return;
  for (const block of blocks()) {
    const { dataset } = of(block);
    if (later(version, dataset.mizanVersion) === 1 && !stale.has(block)) dataset.mizanVersion = version;
  }
};
/**
 * Hand over the blocks that came with the response to a request of htmx. They are not requested, unless something has made
 * them stale since that was sent.
 * @param {HtmxRequest} request
 * @param {Map<string, string | null>} pieces - HTML by the id of a block; null for what is unchanged
 * @param {Map<string, string | undefined>} versions - by the id of a block
 * @param {string | null} [policy] - the Content-Security-Policy of the response
 */
var deliver = (request, pieces2, versions, policy2 = null) => {
  const late = flights.get(request)?.late ?? [];
  for (const block of blocks()) {
    const { id, dataset } = of(block);
    if (!stale.has(block) || !pieces2.has(id)) continue;
    const shown2 = { ...dataset, mizanVersion: versions.get(id) };
    if (late.some((invalidation) => isCovered(invalidation, shown2))) continue;
    delivered.set(block, { piece: pieces2.get(id), policy: policy2 });
  }
};
/** Return whether a block has come with a response, and needs no request. @param {Element} block */
var isDelivered = (block) => delivered.has(block);
/**
 * Return what came for a block, once.
 * @param {Element} block
 * @returns {Partial<Delivered>}
 */
var takeDelivered = (block) => {
  const found2 = delivered.get(block) ?? {};
  delivered.delete(block);
  return found2;
};
/* What a visitor's own request brings by a morph is the same element, which its response may have made stale. */
/** @param {CustomEvent} event */
var freshen = ({ target, detail: { fresh, source } }) => {
  const block = (
    /** @type {HTMLElement} */
    target
  );
  if (source === block) return;
  const ids = new Set([fresh, ...of(fresh).querySelectorAll(BLOCK)].map((each) => of(each).id));
  for (const each of within(block, BLOCK)) if (ids.has(of(each).id)) markFresh(each);
};
var start4 = () => on("mizan:keep", freshen);

// src/blocks/htmx_attributes.js
/* Attributes of htmx that elements would inherit where they should not: those of a block, by the elements inside of it, and
   those of the page, by the refreshes of its blocks. */
/* By its last part each, as a page may write it with a prefix, or with "inherited" behind it. */
var INHERITED = "confirm disabled-elt include params prompt push-url replace-url select select-oob sync vals";
var INHERITED_4 = " action method status:200 status:20x status:2xx";
var LOADING = '[hx-trigger^="load"]';
var INDICATOR = /(^| )(data-)?hx-indicator/;
var OWN = `${BLOCK}:is([hx-target], [hx-swap]):not(${LOADING})`;
/** Return the hx-swap of a block. @param {HTMLElement} block */
var swapOf = (block) => (
  /** @type {string} */
  of(block).getAttribute("hx-swap") ?? of(block).dataset.mizanSwap
);
/**
 * Turn what is empty until it is loaded into stale blocks: as a refresh it is safe from what pages pass on. Return whether
 * there are any. htmx 4 may have been here first; it waits one tick for its extensions.
 */
var adoptLoading = () => {
  const empty2 = page.querySelectorAll(`${BLOCK}${LOADING}:not(.htmx-request)`);
  for (const block of empty2) {
    of(block).setAttribute("hx-trigger", "mizan:refresh");
    stale.add(block);
  }
  return empty2.length > 0;
};
/** @param {HTMLElement} block */
var hide = (block) => {
  of(block).dataset.mizanSwap = swapOf(block);
  for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
};
/**
 * Remove the hx-target and hx-swap of blocks, which are for their refresh: htmx 2, and htmx 4 with implicitInheritance, would
 * pass them on, and a button inside would replace the block.
 * @param {Iterable<HTMLElement>} [among]
 */
var hideAttributes = (among = page.querySelectorAll(
  /** @type {"div"} */
  OWN
)) => {
  for (const block of among) if (is(block, OWN)) hide(block);
};
/* The names of the attributes of a block and of what is around it, and whether its indicator is that of the whole page: then
   a visitor has to wait for it. One that stands nearer is meant for the blocks in it. */
/** @param {HTMLElement} block */
var lookAround = (block) => {
  let [names, isOfPage2] = [of(block).getAttributeNames().join(" "), false];
  let isIndicated = false;
  for (let up = of(block).parentElement; up; up = of(up).parentElement) {
    const own = of(up).getAttributeNames().join(" ");
    names += ` ${own}`;
    if (isIndicated || !own.includes("hx-indicator") || !INDICATOR.test(own)) continue;
    isIndicated = true;
    isOfPage2 = up === page.body || up === page.documentElement;
  }
  return { names, isOfPage: isOfPage2 };
};
/**
 * Give a block its own attributes back, and shield it from what a page passes on to its elements (on htmx 2 by itself, on
 * htmx 4 where it says so), until the function that this returns is called. A refresh must not ask for confirmation or go into
 * the history, nothing is to be selected from its response, and the server refuses unknown parameters. A block that is a form
 * need not be filled in when its refresh is sent.
 * @param {HTMLElement} block
 * @param {{ isSent?: boolean }} [options]
 */
var isolate = (block, { isSent: isSent2 = false } = {}) => {
  const unset = isHtmx2 ? "unset" : "";
  const { names, isOfPage: isOfPage2 } = lookAround(block);
  /** @type {Map<string, string>} */
  const values = /* @__PURE__ */ new Map();
  for (const name of `${INHERITED}${isHtmx2 ? "" : INHERITED_4}`.split(" ")) {
    if (names.includes(
      /** @type {string} */
      name.split(":")[0]
    )) values.set(`hx-${spelt(name)}`, unset);
  }
  values.set("hx-target", "this").set("hx-swap", swapOf(block));
  if (isOfPage2) values.set("hx-indicator", of(block).getAttribute("hx-indicator") ?? unset);
  if (isHtmx2) {
    values.set("hx-params", "none");
    // of a form
    // First, so that nothing around it turns the extension off that swaps it in.
    values.set("hx-ext", ["mizan", of(block).getAttribute("hx-ext")].filter(Boolean).join());
    // What is incomplete is not sent, and that needs no message.
    if (isSent2 && isForm(block)) values.set("novalidate", "");
  } else values.set("hx-validate", "false");
  const former = [...values.keys()].map(
    (name) => (
      /** @type {const} */
      [name, of(block).getAttribute(name)]
    )
  );
  for (const [name, value] of values) of(block).setAttribute(name, value);
  return () => {
    for (const [name, value] of former) {
      if (of(block).getAttribute(name) !== values.get(name)) continue;
      // a morph has written it
      if (value === null) of(block).removeAttribute(name);
      else of(block).setAttribute(name, value);
    }
  };
};
/**
 * Have htmx 4 bind an element again: what it failed at counts as bound. Return false on htmx 2.
 * @param {Element} element
 */
var rebind = (element) => {
  if (!isHtmx2) htmx.process(element, true);
  return !isHtmx2;
};

// src/blocks/refresh.js
/* Refreshing what is stale. A block that is sent the event mizan:refresh is fetched by htmx, by its own hx-get.

   A stale block inside another one comes with that, and no two refreshes that overlap are ever under way: what is held
   back here is sent when the other one has ended. */
var AT_ONCE2 = 50;
// so many are sent in one task, as many as a batch has at most
var FIRST = 12;
// so many are at least in the first request, which has to leave soon:
var BUDGET = 8;
// milliseconds
var planned = 0;
/** Return whether refreshes are about to be sent. */
var isPlanned = () => planned > 0;
/** Refresh what is stale in a task of its own, once for all that this one makes stale. */
var plan = () => {
  planned ||= setTimeout(sendStale);
};
var sendStale = () => {
  planned = 0;
  if (page.hidden) return;
  const waiting4 = blocks().filter((block) => stale.has(block) && !failed.has(block));
  // First what takes a while.
  const due2 = /* @__PURE__ */ new Set([...waiting4.filter((each) => !isDelivered(each)), ...waiting4.filter(isDelivered)]);
  const busy2 = new Set([...flights.values()].flatMap(({ block }) => block ?? []));
  const aroundBusy = new Set([...busy2].flatMap(ancestors));
  const restore = clear();
  const began = performance.now();
  const isLate2 = () => !busy2.size && performance.now() - began > BUDGET;
  let sent3 = 0;
  for (const block of due2) {
    if (busy2.has(block) || aroundBusy.has(block) || isInside(block, due2) || isInside(block, busy2)) continue;
    if (sent3 && (sent3 === AT_ONCE2 || !hasRoom(block) || sent3 >= FIRST && isLate2())) {
      plan();
      // the rest, in a task of its own
      break;
    }
    if (!fire(block, "mizan:due")) continue;
    send2(block);
    sent3 += 1;
  }
  restore();
};
/** @param {HTMLElement} block */
var send2 = (block) => {
  if (!isOwn(of(block).getAttribute("hx-get"))) {
    return refuse({ block, got: "it is not of this origin, and was not sent", wait: Infinity });
  }
  of(block).removeAttribute("data-mizan-lazy");
  if (trigger(block)) return;
  try {
    htmx.process(block);
    // htmx 2 binds new content only 20 ms after it was swapped in
  } catch (error) {
    // By the names in a form, say. The other blocks have no part in it.
    return refuse({ block, got: `htmx could not bind it: ${/** @type {Error} */
    error.message}` });
  }
  if (!trigger(block) && !(rebind(block) && trigger(block))) refuse({ block, got: "htmx did not send it" });
};
/** @param {HTMLElement} block */
var trigger = (block) => {
  const restore = isolate(block, { isSent: true });
  // Bubbling, it would refresh the blocks around this one, too.
  of(block).dispatchEvent(new CustomEvent("mizan:refresh"));
  restore();
  return isUnderWay(block);
};
/**
 * Request what is stale, even where that failed or was held back.
 * @param {Element} [block] - only this one
 */
var retry = (block) => {
  adoptLoading();
  // what htmx 4 could not load is tried again, too
  for (const each of block ? [block] : blocks()) failed.delete(each);
  plan();
};
/**
 * @param {unknown} block
 * @param {string} name - of the function that was given it
 * @returns {HTMLElement}
 */
var asBlock = (block, name) => {
  if (!is(block, BLOCK)) throw new TypeError(`mizan.${name}: ${tagOf(block)} is no block`);
  return (
    /** @type {HTMLElement} */
    block
  );
};
/**
 * Make a block stale, whatever it shows; load a lazy one.
 * @param {unknown} given
 */
var refresh = (given2) => {
  const block = asBlock(given2, "refresh");
  addLate({ entries: parse(of(block).dataset.mizan) });
  markStale(block);
  retry(block);
};
/**
 * Make the blocks stale that a context with these values covers, or a whole list of them: "user;user_id=5, cart".
 * @param {string} context
 * @param {Record<string, unknown> | null} [values]
 * @param {{ version?: string | null, source?: string, among?: Iterable<HTMLElement> }} [options] - blocks of this version or a later
 *   one are not; what the event names as its source; the blocks that it can concern
 */
var invalidate = (context, values, { version, source = "script", among } = {}) => {
  if (mark({ entries: parse(format(context, values)), version }, { source, among })) retry();
};
/**
 * Mark a block as not up to date, as if its refresh had failed. It is requested at the next occasion, not by a timer.
 * @param {unknown} given
 * @param {number} status
 * @param {string} reason
 */
var fail = (given2, status, reason2) => {
  const block = asBlock(given2, "fail");
  lost.add(block);
  holdBack(block);
  report(block, status, `can't be kept up to date. ${reason2}`, Infinity);
};
/** A refresh has failed. @param {Failure} failure */
var refuse = ({ block, status = 0, url, got = "no answer", wait = 0 }) => {
  holdBack(block);
  if (!of(block).isConnected) return;
  // what replaced it came by a request of its own
  const asked5 = `Expected of GET ${url ?? of(block).getAttribute("hx-get")}`;
  report(block, status, `was not refreshed. ${asked5}: status 200 with ${PROOF}; got: ${got}.`, wait);
};
/**
 * @param {HTMLElement} block
 * @param {number} status
 * @param {string} reason
 * @param {number} wait
 */
var report = (block, status, reason2, wait) => {
  const { dataset } = of(block);
  const message = `mizan: ${tagOf(block)}, which shows ${dataset.mizan}, ${reason2}`;
  const again = dataset.mizanError === String(status);
  // as it failed the last time
  if (!again) console.error(message);
  dataset.mizanError = String(status);
  fire(block, "mizan:error", { status, message, wait: lost.has(block) ? Infinity : wait, again });
};
/* Until htmx 2 binds a form, 20 ms after the swap, Enter would send it as the browser does, and leave the page with what was
   typed. Forms in which something loads by itself are left to htmx: it would load twice. */
/** @param {HTMLElement} block */
var bindForms = (block) => {
  const forms = [block, ...of(block).querySelectorAll("form")].filter((each) => is(each, "form"));
  if (!forms.length) return;
  const restore = clear();
  for (const form of forms) {
    if (of(form).querySelector("[hx-trigger*=load]")) continue;
    try {
      htmx.process(form);
    } catch {
      // htmx says so itself when it comes to it.
    }
  }
  restore();
};
/* Whatever the page, its extensions and its listeners had htmx do with a response, a block that still shows its old content is
   not fresh; neither is one that has got itself inside. With swap="none" its author looks after it. */
/** @param {HTMLElement} block @param {Flight} flight */
var isSwapped = (block, { former, isReplaced }) => {
  if (!of(block).isConnected || /^none\b/.test(swapOf(block))) return true;
  const isNested = of(block).querySelector(`[id="${CSS.escape(of(block).id)}"]`) !== null;
  return !isNested && (isReplaced || of(block).innerHTML !== former);
};
/**
 * A request for a block has ended: mark what arrived as fresh, or the block as failed.
 * @param {Flight} flight
 * @param {HTMLElement} block
 */
var settle = (flight, block) => {
  const { status = 0, url, shown: shown2, former, late, began, together, got, wait } = flight;
  const failure = { block, status, url, got, wait };
  if (flight.isBroken) return refuse({ ...failure, got: `${got}, which htmx could not swap in` });
  const isSame4 = flight.isProven === true && status === 304;
  if (!shown2 && !isSame4) return flight.leaves ? holdBack(block) : refuse(failure);
  if (!isSame4 && !isSwapped(block, flight))
    return refuse({ ...failure, got: `${got}, which was not swapped in` });
  // A morph keeps the elements. What is in a block that stays may have come later than the block.
  const arrived = isSame4 ? [block].filter((each) => of(each).isConnected) : blocks().filter((each) => !shown2?.has(each) || of(block).contains(each));
  hideAttributes(arrived);
  arrived.forEach(markFresh);
  markArrived(late, arrived);
  const fresh = arrived.find((each) => of(each).id === of(block).id);
  if (!fresh) return;
  if (isHtmx2 && !isSame4) bindForms(fresh);
  const milliseconds = performance.now() - began;
  fire(fresh, "mizan:refreshed", {
    url,
    milliseconds,
    together,
    changed: !isSame4 && of(fresh).innerHTML !== former
  });
};
/* What has replaced a block counts as swapped in, even if it looks the same. */
/** @param {EventTarget} block */
var markReplaced = (block) => {
  for (const flight of flights.values()) if (flight.block === block) flight.isReplaced = true;
};
var start5 = () => {
  on("mizan:keep", ({ target, detail: { source } }) => target === source && markReplaced(target));
  on("mizan:late", ({ target }) => markReplaced(target));
  // it will be requested once more
};
/** Adopt the blocks of the page, and those that come. */
var watchPage = () => {
  adoptLoading();
  hideAttributes();
  const look5 = () => {
    const hasLoading = adoptLoading();
    hideAttributes();
    if (hasLoading && isLoaded()) plan();
    // until then, the first look at the cookie will
  };
  onChange(look5, ["hx-target", "hx-swap"]);
  // a morph brings them back
};

// src/blocks/lazy.js
/* Lazy blocks.

   data-mizan-lazy   the block shows a placeholder, and loads when it comes near the view */
var LAZY = "[data-mizan-lazy]";
var NEAR = "200px";
/** @param {Element} block */
var isLazy = (block) => is(block, LAZY);
/* Ids of blocks that load for the first time. When they are requested they are not lazy any more. */
/** @type {Set<string>} */
var loading = /* @__PURE__ */ new Set();
/** Return whether a block loads for the first time. @param {Element} block */
var isLoading = (block) => loading.has(of(block).id);
/** Lazy blocks that were seen on the page. @type {WeakSet<Element>} */
var watched = /* @__PURE__ */ new WeakSet();
/** Those of them that are being loaded, or retried. @type {WeakSet<Element>} */
var asked = /* @__PURE__ */ new WeakSet();
/** Those of which nobody knows yet whether they are near the view. @type {WeakSet<Element>} */
var undecided = /* @__PURE__ */ new WeakSet();
/** Return whether a block may be about to load. @param {Element} block */
var isUndecided = (block) => undecided.has(block) && isLazy(block) && !page.hidden;
/** @type {IntersectionObserver | null} */
var sight;
/** @param {{ target: Element, isIntersecting: boolean }[]} entries */
var load = (entries) => {
  for (const { target, isIntersecting } of entries) {
    undecided.delete(target);
    if (!isIntersecting || page.hidden) continue;
    sight?.unobserve(target);
    if (asked.has(target) || !isLazy(target) || !of(target).isConnected) continue;
    asked.add(target);
    refresh(target);
  }
};
/* Watched anew, a block is looked at even where it has not moved. */
/** @param {Element} block */
var look = (block) => {
  if (!sight) return load([{ target: block, isIntersecting: true }]);
  undecided.add(block);
  sight.unobserve(block);
  sight.observe(block);
};
var find2 = () => {
  for (const block of page.querySelectorAll(LAZY)) {
    if (watched.has(block)) continue;
    watched.add(block);
    look(block);
  }
};
var start6 = () => {
  const options = { rootMargin: NEAR, scrollMargin: NEAR };
  // TypeScript's library doesn't know the latter yet
  sight = "IntersectionObserver" in window ? new IntersectionObserver(load, options) : null;
  on("mizan:due", ({ target }) => {
    if (isLazy(target)) loading.add(of(target).id);
  });
  on("mizan:refreshed", ({ target }) => {
    loading.delete(of(target).id);
    for (const block of within(target, BLOCK)) for (const set of [watched, asked]) set.delete(block);
    find2();
    // a refresh may bring a placeholder back
  });
  on("visibilitychange", () => {
    if (!page.hidden) page.querySelectorAll(LAZY).forEach(look);
  });
  whenParsed(() => {
    find2();
    onChange(find2, ["data-mizan-lazy"]);
    // a morph keeps the element
  });
};

// src/blocks/announce.js
/* Announcements for visitors who use a screen reader.

   data-mizan-announce   what is announced when a refresh has changed the block: politely, at most once in 5 s, and not while
                         the page is hidden */
var PAUSE = 5e3;
// milliseconds between two announcements
var TOGETHER = 100;
// milliseconds: what refreshes together is announced together, in a region that was there before
var REGION = "mizan-announcements";
/** @type {Set<string>} */
var texts = /* @__PURE__ */ new Set();
/** @type {HTMLElement | undefined} */
var made;
/** @type {number | undefined} */
var timer;
var last = -Infinity;
/* Beside the body, which boosted links replace and htmx keeps copies of. */
var region = () => {
  if (made?.isConnected) return made;
  made = page.createElement("div");
  made.id = REGION;
  // for the site's CSS: a heading may be called so, too, and is not written to
  made.setAttribute("role", "status");
  // which is polite
  Object.assign(made.style, {
    position: "fixed",
    inset: "0 auto auto 0",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
    whiteSpace: "nowrap"
  });
  page.documentElement.append(made);
  return made;
};
/**
 * Have screen readers announce a text.
 * @param {string} text
 */
var announce = (text) => {
  if (page.hidden) return;
  region();
  texts.add(text);
  timer ??= setTimeout(speak, Math.max(TOGETHER, last + PAUSE - Date.now()));
};
var speak = () => {
  timer = void 0;
  if (!page.hidden) {
    region().textContent = [...texts].join(", ");
    last = Date.now();
    // The same text is announced again only where it was gone, and it is nothing to come upon later.
    setTimeout(() => region().textContent = "", PAUSE - TOGETHER);
  }
  texts.clear();
};
var start7 = () => on("mizan:refreshed", ({ target, detail }) => {
  const text = of(target).dataset.mizanAnnounce;
  if (text && detail.changed && !isLoading(target)) announce(text);
});

// src/cookies.js
/* Cookies by their name. */
/**
 * Return the values of all cookies of a name: sites under the same domain may have written others, and those for a longer
 * path come first.
 * @param {string} name
 */
var cookies = (name) => {
  const pairs = page.cookie.split("; ").filter((text) => text.startsWith(name + "="));
  return pairs.map((pair) => pair.slice(name.length + 1));
};
/**
 * Return the value of a cookie that Django takes, where several have the name.
 * @param {string} name
 */
var cookie = (name) => cookies(name).at(-1);

// src/blocks/invalidation_cookie.js
/* An invalidation that no script can read as a header, because a redirect or a plain form post carried it, comes in a cookie:
   notes, each with a number of its own and a list. */
var COOKIE = "mizan_invalidate";
var SECURE_COOKIE = `__Host-${COOKIE}`;
// on https, where no other site can write it
var NOTE = /^([0-9a-f]{16}):([^|:]+)$/;
var READ2 = "mizan-read";
// in localStorage
var MOST_READ = 1e3;
var LONGEST2 = 3900;
// cookies end at 4,096 bytes
var SECONDS = 60;
/* Whether the page is on https, the server may see otherwise behind a proxy. So both are read. */
var readNotes = () => [SECURE_COOKIE, COOKIE].flatMap(cookies).flatMap((value) => value.split("|")).flatMap((text) => {
  const [, number = "", list = ""] = NOTE.exec(text) ?? [];
  return number ? [{ text, number, list: decode(list) }] : [];
});
/* Some cookies stay: those for another path or a whole domain, which this page can't delete. So the numbers that were read are
   remembered, the last ones first, for all tabs where the browser lets us. */
/** @type {string[]} */
var known = [];
/** @returns {string[]} */
var readBefore = () => {
  try {
    const stored = JSON.parse(localStorage.getItem(READ2) ?? "null");
    if (Array.isArray(stored)) return [...known, ...stored];
  } catch {
    // no storage, or another script's text in it
  }
  return known;
};
/** @param {string[]} numbers */
var rememberRead = (numbers) => {
  known = [...new Set(numbers)].slice(0, MOST_READ);
  try {
    localStorage.setItem(READ2, JSON.stringify(known));
  } catch {
    // then only this page knows
  }
};
/**
 * @param {string} name
 * @param {string} text
 * @param {number} seconds
 */
var writeCookie = (name, text, seconds) => {
  const secure = name === SECURE_COOKIE ? "; Secure" : "";
  page.cookie = `${name}=${text}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
};
/**
 * Make stale what the notes name, except for blocks that were rendered after a change, or by the request that made it: they
 * name the number of its note.
 * @param {Flight | null} [carrier] - the request whose redirect has brought the cookie
 */
var readCookie = (carrier) => {
  const found2 = readNotes();
  if (!found2.length) return false;
  for (const name of [SECURE_COOKIE, COOKIE]) writeCookie(name, "", 0);
  const before = readBefore();
  const unread = new Map(found2.map((note3) => [note3.number, parse(note3.list)]));
  for (const number of before) unread.delete(number);
  rememberRead([...found2.map(({ number }) => number), ...before]);
  /** @param {DOMStringMap} dataset */
  const isOlder = ({ mizan, mizanNotes = "" }) => [...unread].some(
    ([number, entries]) => covers(entries, mizan) && !mizanNotes.split(" ").includes(number)
  );
  const among = blocks().filter((block) => isOlder(of(block).dataset));
  return mark({ entries: [...unread.values()].flat() }, { source: "cookie", carrier, among });
};
/**
 * Leave a note for the page that follows, which may come out of a cache.
 * @param {string | null} list
 */
var leaveNote = (list) => {
  const bytes = [...crypto.getRandomValues(new Uint8Array(8))];
  const number = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const own = `${number}:${encodeURIComponent(String(list))}`;
  const before = readBefore();
  const unread = readNotes().filter((note3) => !before.includes(note3.number));
  const whole = [...unread.map(({ text }) => text), own].join("|");
  const fitting = [whole, own].find((text) => text.length < LONGEST2) ?? `${number}:*`;
  writeCookie(location.protocol === "https:" ? SECURE_COOKIE : COOKIE, fitting, SECONDS);
};
var catchUp = () => {
  readCookie();
  retry();
};
var start8 = () => {
  whenParsed(catchUp);
  addEventListener("pageshow", catchUp);
};

// src/blocks/moves.js
/* Blocks follow the address of their page: where that has other values than a block shows, the block is refreshed, all of them
   together. What a response has brought agrees with the address already, and is not requested again. */
var BOUND = "[data-mizan-query]";
/* What was requested last for a block. Until that has come, or where it fails, its hx-get says what it shows; and whatever the
   hx-get of an answer says, it is the answer to that. */
/** @type {WeakMap<Element, string>} */
var asked2 = /* @__PURE__ */ new WeakMap();
/** The same by id, for the element that comes; undefined for one that a mutation has brought.
 * @type {Map<string, string | undefined>} */
var requested = /* @__PURE__ */ new Map();
/** The requests of htmx 2 for pages of its history. @type {Set<XMLHttpRequest>} */
var restoring = /* @__PURE__ */ new Set();
/** @type {number | undefined} */
var timer2;
/** @param {HTMLElement} block */
var isMoved = (block) => {
  if (isLazy(block)) return false;
  // it will be requested with what the address has then
  const here = wanted(block);
  if (here !== held(block)) return here !== asked2.get(block);
  if (!isUnderWay(block)) asked2.delete(block);
  // what failed for another address is requested when that comes again
  return false;
};
/* The address is new, and the blocks that come with it are not there yet. */
var isArriving = () => restoring.size > 0 || [...flights.values()].some(({ block, isSwapping, isRestore }) => !block && (isSwapping || isRestore));
/** Refresh the blocks that show something else than the address of the page says. */
var follow2 = () => {
  clearTimeout(timer2);
  timer2 = void 0;
  if (isArriving()) return;
  // the end of the request looks again
  const blocks2 = all(BOUND).filter(isMoved);
  blocks2.forEach(markMoved);
  if (blocks2.length) plan();
};
/** Look once for all that this task does. */
var followSoon = () => {
  timer2 ??= setTimeout(follow2);
};
/* htmx fetches such a page, or takes it out of its cache, and says when it is there. */
var isLeftToHtmx = () => history.state?.htmx === true && (isHtmx2 || htmx.config.history !== false);
var afterTraversal = () => {
  if (!isLeftToHtmx()) followSoon();
};
/** @param {CustomEvent<{ xhr: XMLHttpRequest }>} event */
var awaitPage = ({ detail: { xhr } }) => {
  restoring.add(xhr);
  // htmx says nothing of one that has no answer.
  xhr.addEventListener("loadend", () => {
    restoring.delete(xhr);
    followSoon();
  });
};
/** @param {CustomEvent} event */
var unlessRestored = (event) => {
  setTimeout(() => {
    if (!event.defaultPrevented) return;
    restoring.delete(event.detail?.xhr);
    follow2();
  });
};
/* Newer browsers tell of each change of the address. Of the others we hear of those that htmx and visitors make; what a script
   has pushed is seen when something else happens. */
var watchAddress = () => {
  const { navigation } = (
    /** @type {{ navigation?: EventTarget }} */
    window
  );
  if (navigation instanceof EventTarget && !(navigation instanceof Node)) {
    navigation.addEventListener("currententrychange", (event) => {
      const { navigationType } = (
        /** @type {Event & { navigationType?: string }} */
        event
      );
      if (navigationType === "traverse") afterTraversal();
      else followSoon();
    });
    return;
  }
  addEventListener("popstate", afterTraversal);
  on("htmx:pushedIntoHistory htmx:replacedInHistory", followSoon);
  // htmx 2
  on(`${spelt("htmx:after:history:push")} ${spelt("htmx:after:history:replace")}`, followSoon);
  // htmx 4
};
/** @param {Element} block @param {string | undefined} text */
var remember2 = (block, text) => {
  if (text === void 0) asked2.delete(block);
  else asked2.set(block, text);
};
/** @param {CustomEvent} event */
var rememberRequest = ({ target, detail: { url, piece } }) => {
  const block = (
    /** @type {HTMLElement} */
    target
  );
  if (!is(block, BOUND)) return;
  const text = piece === void 0 ? held(block, url) : void 0;
  requested.set(of(block).id, text);
  remember2(block, text);
};
/** @param {CustomEvent} event */
var rememberAnswer = ({ target }) => {
  const block = (
    /** @type {HTMLElement} */
    target
  );
  forget(block);
  // what is inside came with it
  if (is(block, BOUND)) remember2(block, requested.get(of(block).id));
};
/** @param {HTMLElement} block */
var forget = (block) => {
  for (const each of within(block, BOUND)) asked2.delete(each);
};
/* A visitor's own request may bring something else by a morph, which keeps the element. */
/** @param {CustomEvent} event */
var forgetBrought = ({ target, detail: { source } }) => {
  if (source !== target) forget(
    /** @type {HTMLElement} */
    target
  );
};
var start9 = () => {
  on("mizan:refreshing", rememberRequest);
  on("mizan:refreshed", rememberAnswer);
  on("mizan:keep", forgetBrought);
  watchAddress();
  onRestored(followSoon);
  on("htmx:historyCacheMiss", awaitPage);
  on(`htmx:historyCacheMiss htmx:historyCacheHit ${spelt("htmx:before:history:restore")}`, unlessRestored);
  whenParsed(() => {
    follow2();
    onChange(() => {
      if (all(BOUND).length) followSoon();
    }, ["data-mizan-query", "hx-get"]);
  });
};

// src/blocks/poll.js
/* Blocks that poll.

   data-mizan-poll   seconds after which the block refreshes again, while the page is shown and online */
var POLL = "[data-mizan-poll]";
var SOON = 250;
// milliseconds: what is due that soon goes along
var LONGEST3 = 2 ** 31 - 1;
// milliseconds that a timer can wait
var jitter = 1 + Math.random() / 10;
// one for the page: blocks that are due together stay together
/** Block → when it is due; Infinity while its refresh is under way or does not work. @type {Map<HTMLElement, number>} */
var due = /* @__PURE__ */ new Map();
/** @type {number | undefined} */
var alarm;
/** @param {HTMLElement} block */
var schedule = (block) => {
  const seconds = Number(of(block).dataset.mizanPoll);
  if (seconds > 0) due.set(block, isLazy(block) ? Infinity : Date.now() + seconds * 1e3 * jitter);
};
var setAlarm = () => {
  clearTimeout(alarm);
  for (const block of due.keys()) if (!of(block).isConnected || !is(block, POLL)) due.delete(block);
  const next = Math.min(...due.values());
  if (page.hidden || !navigator.onLine || next === Infinity) return;
  alarm = setTimeout(poll, Math.min(Math.max(next - Date.now(), 0), LONGEST3));
};
var poll = () => {
  const now = Date.now() + SOON;
  for (const [block, when] of due) {
    if (when > now || !of(block).isConnected) continue;
    due.set(block, Infinity);
    refresh(block);
  }
  setAlarm();
};
var find3 = () => {
  const found2 = (
    /** @type {HTMLElement[]} */
    [...page.querySelectorAll(POLL)].filter(
      (each) => !due.has(each)
    )
  );
  found2.forEach(schedule);
  if (found2.length) setAlarm();
};
var start10 = () => {
  on("mizan:refreshing", ({ target }) => {
    if (!is(target, POLL)) return;
    due.set(target, Infinity);
    // until it is refreshed: one that fails is retried
    setAlarm();
  });
  on("mizan:refreshed", ({ target }) => {
    within(target, POLL).forEach(schedule);
    setAlarm();
  });
  on("visibilitychange", setAlarm);
  for (const name of ["online", "offline"]) addEventListener(name, setAlarm);
  whenParsed(() => {
    find3();
    onChange(find3, ["data-mizan-poll"]);
    // a morph keeps the element
  });
};

// src/blocks/quiet.js
/* mizan.quiet(): when nothing is stale or under way any more, for tests and for scripts that need a settled page. */
var TIMEOUT = 1e4;
// milliseconds
var INTERVAL = 25;
// milliseconds between two looks: htmx settles 20 ms after a swap
/**
 * What a page is waiting for.
 * @typedef {object} Unrest
 * @property {Element | null} block - null for a request that is not a block's
 * @property {string | null} context - the text of data-mizan
 * @property {string} reason
 */
/** What else is under way → why. @type {Map<Promise<unknown>, string>} */
var others = /* @__PURE__ */ new Map();
/**
 * Have mizan.quiet() wait for something that is no request of htmx.
 * @template T
 * @param {Promise<T>} promise
 * @param {string} reason - "the form is being validated"
 * @returns {Promise<T>}
 */
var awaitToo = (promise, reason2) => {
  others.set(promise, reason2);
  const done = () => others.delete(promise);
  promise.then(done, done);
  return promise;
};
/* A block that can't be kept up to date (mizan.fail()) is not waited for: it may never be. */
/** @param {HTMLElement} block */
var reasonOf = (block) => {
  if (isUnderWay(block)) return "its refresh is under way";
  if (isUndecided(block)) return "it loads when it comes into view, and has not been looked at yet";
  if (!stale.has(block) || lost.has(block)) return null;
  const status = of(block).dataset.mizanError;
  if (failed.has(block)) return `its refresh has failed (${status}), and waits for a retry`;
  if (page.hidden) return "it is stale, and the page is hidden";
  return isPlanned() ? "its refresh is about to be sent" : "its refresh is held back";
};
/** @returns {Unrest[]} */
var unrest = () => {
  /** @type {Unrest[]} */
  const found2 = blocks().flatMap((block) => {
    const reason2 = reasonOf(block);
    return reason2 ? [{ block, context: of(block).dataset.mizan ?? null, reason: reason2 }] : [];
  });
  for (const { block, method, url } of flights.values()) {
    if (block && of(block).isConnected) continue;
    found2.push({ block: null, context: null, reason: `${method.toUpperCase()} ${url} is under way` });
  }
  for (const reason2 of others.values()) found2.push({ block: null, context: null, reason: reason2 });
  return found2;
};
/** @param {Unrest} unrest */
var describe = ({ block, context, reason: reason2 }) => block ? `${tagOf(block)}, which shows ${context}: ${reason2}` : reason2;
/**
 * Wait until the page is parsed, and nothing in it is stale or under way: refreshes, batches, retries, lazy blocks that are
 * loading, and requests that visitors have made. Blocks whose refresh has failed are waited for, since they are retried;
 * blocks that can't be kept up to date are not.
 *
 * @param {{ timeout?: number }} [options] - milliseconds; after these the promise is rejected, with an Error whose `blocks` says
 *   what the page was waiting for
 * @returns {Promise<void>}
 */
var quiet2 = ({ timeout = TIMEOUT } = {}) => new Promise((resolve, reject) => {
  const end3 = performance.now() + timeout;
  let wasQuiet = false;
  const look5 = () => {
    const found2 = unrest();
    const isQuiet2 = !found2.length && !isPlanned();
    if (isQuiet2 && wasQuiet) return resolve();
    wasQuiet = isQuiet2;
    if (isQuiet2 || performance.now() < end3) return setTimeout(look5, INTERVAL);
    const list = found2.map(describe).join("; ") || "refreshes are about to be sent";
    reject(
      Object.assign(new Error(`mizan.quiet: not quiet after ${timeout} ms: ${list}.`), { blocks: found2 })
    );
  };
  whenParsed(look5);
});

// src/blocks/retry.js
/* Retries: a refresh that failed is sent again within a second, then after twice as long each time, up to a minute; sooner when
   the page is shown again or the browser is back online. */
var FIRST_WAIT = 1e3;
// milliseconds
var LONGEST_WAIT = 6e4;
var LONGEST_ASKED = 36e5;
// where the server says how long
/** How often in a row a block has failed. @type {WeakMap<Element, number>} */
var failures = /* @__PURE__ */ new WeakMap();
/** @type {WeakMap<Element, number>} */
var timers = /* @__PURE__ */ new WeakMap();
/* One share for all blocks: those that failed together are requested together again, and each page at another time. */
var share = 0.5 + Math.random() / 2;
var retryIfShown = () => {
  if (!page.hidden) retry();
};
/** @param {CustomEvent} event */
var retryLater = ({ target, detail: { wait } }) => {
  if (!(wait < Infinity)) return;
  // refused, or not about a refresh
  const block = (
    /** @type {HTMLElement} */
    target
  );
  const count3 = failures.get(block) ?? 0;
  failures.set(block, count3 + 1);
  const own = share * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count3);
  const again = () => {
    if (navigator.onLine && !page.hidden) retry(block);
  };
  timers.set(block, setTimeout(again, Math.max(own, Math.min(wait, LONGEST_ASKED))));
};
var start11 = () => {
  on("mizan:error", retryLater);
  on("mizan:refreshing", ({ target: block }) => clearTimeout(timers.get(block)));
  on("mizan:refreshed", ({ target: block }) => failures.delete(block));
  // a morph keeps the element
  addEventListener("online", retryIfShown);
  on("visibilitychange", retryIfShown);
};

// src/blocks/return.js
/* Pages that come back from a cache, from htmx's history or from sleep refresh their blocks, and what caches in the browser hold
   of a stale context is dropped.

   mizan:return   on the document, when the page comes back and may be old; preventDefault() says that another script looks
                  after its live blocks, as mizan-live.js does */
var TICK = 3e4;
// milliseconds between two looks at the clock
var SLEEP = 12e4;
// how late one is after a sleep; browsers let hidden tabs look once a minute
var HISTORY = "htmx-history-cache";
// of htmx 2: a list of pages
var ENTRY = /^htmx-history-(?!index$|cache$)/;
// of htmx 4's hx-history-cache: a page each
var PRELOADING = "a, form, [hx-get], [hx-action]";
var comeBack = () => {
  const isLookedAfter = !fire(document, "mizan:return");
  const selector = (
    /** @type {"div"} */
    `${BLOCK}${isLookedAfter ? ":not([data-mizan-version])" : ""}`
  );
  invalidate("*", {}, { source: "return", among: page.querySelectorAll(selector) });
};
/** @param {{ persisted: boolean }} event */
var isOld = ({ persisted }) => {
  const [navigation] = (
    /** @type {PerformanceNavigationTiming[]} */
    performance.getEntriesByType("navigation")
  );
  return persisted || navigation?.type === "back_forward" && navigation.transferSize === 0;
};
/* A sleeping computer fires no event; its clock goes on. */
var watchClock = () => {
  let seen = Date.now();
  setInterval(() => {
    const late = Date.now() - seen - TICK;
    seen = Date.now();
    if (late > SLEEP) comeBack();
  }, TICK);
};
/** @param {CustomEvent<{ entries: Entry[] }>} event */
var dropCopies = ({ detail: { entries } }) => {
  /** @param {string | null} html */
  const isOldCopy = (html) => [...(html ?? "").matchAll(/data-mizan=\\?"([^"\\]*)/g)].some(([, bound]) => covers(entries, bound));
  try {
    dropPages(sessionStorage, isOldCopy);
  } catch {
    // no storage in this browser, or of this page: then there is nothing in it either
  }
  // What is in a response that is under way is unknown. htmx 4 stores it with the element.
  for (const element of page.querySelectorAll(PRELOADING)) {
    const { _htmx } = (
      /** @type {{ _htmx?: { preload?: unknown } }} */
      element
    );
    if (_htmx?.preload) delete _htmx.preload;
  }
};
/** @param {Storage} storage @param {(html: string | null) => boolean} isOldCopy */
var dropPages = (storage, isOldCopy) => {
  /** @type {{ content: string }[]} */
  const pages = JSON.parse(storage.getItem(HISTORY) ?? "[]");
  const current2 = pages.filter(({ content }) => !isOldCopy(content));
  if (current2.length < pages.length) storage.setItem(HISTORY, JSON.stringify(current2));
  for (const key of Object.keys(storage)) {
    if (ENTRY.test(key) && isOldCopy(storage.getItem(key))) storage.removeItem(key);
  }
};
var start12 = () => {
  whenShown((event) => {
    if (isOld(event)) comeBack();
  });
  on("htmx:historyRestore", ({ detail }) => detail.cacheMiss || comeBack());
  // htmx 2
  on(spelt("htmx:history:cache:after:restore"), comeBack);
  // htmx 4
  watchClock();
  on("mizan:invalidate", dropCopies);
};

// src/blocks/status.js
/* What blocks show of their state:

   aria-busy="true"    while a refresh is under way
   class mizan-stale   when it has shown old content for 200 ms, until it is fresh: what is quicker changes nothing that can be
                       seen */
var STALE = "mizan-stale";
var DELAY = 200;
// milliseconds
/* The state of a block can't stand in its attributes alone, which a morph removes. */
/** @type {WeakSet<HTMLElement>} */
var busy = /* @__PURE__ */ new WeakSet();
/** Old blocks → the timer after which they get the class, null afterwards. @type {WeakMap<HTMLElement, number | null>} */
var old = /* @__PURE__ */ new WeakMap();
/** @type {MutationObserver} */
var observer;
/** @param {HTMLElement} block */
var show = (block) => {
  if (busy.has(block) && of(block).getAttribute("aria-busy") !== "true")
    of(block).setAttribute("aria-busy", "true");
  const { classList } = of(block);
  if (old.get(block) === null && !classList.contains(STALE)) classList.add(STALE);
};
/** @param {HTMLElement} block */
var watch = (block) => observer.observe(block, { attributeFilter: ["aria-busy", "class"] });
/** @param {HTMLElement} block */
var age = (block) => {
  if (old.has(block) || isLazy(block) || isLoading(block)) return;
  // a placeholder is nothing old
  const showOld = () => {
    old.set(block, null);
    show(block);
  };
  old.set(block, setTimeout(showOld, DELAY));
  watch(block);
};
/** @param {HTMLElement} block */
var rest = (block) => {
  busy.delete(block);
  of(block).removeAttribute("aria-busy");
};
/** @param {HTMLElement} block */
var renew = (block) => {
  clearTimeout(old.get(block) ?? void 0);
  old.delete(block);
  rest(block);
  const { classList } = of(block);
  if (!classList.contains(STALE)) return;
  classList.remove(STALE);
  if (!classList.length) of(block).removeAttribute("class");
};
var start13 = () => {
  observer = new MutationObserver((records) => {
    for (const { target } of records) show(
      /** @type {HTMLElement} */
      target
    );
  });
  on("mizan:invalidate", (event) => {
    queueMicrotask(() => {
      if (!event.defaultPrevented) event.detail.blocks.forEach(age);
      // by a listener that came after this one
    });
  });
  on("mizan:refreshing", ({ target }) => {
    busy.add(target);
    age(target);
    watch(target);
    show(target);
  });
  on("mizan:refreshed", ({ target }) => within(target, BLOCK).forEach(renew));
  // what stands inside came with it
  on("mizan:error", ({ target }) => {
    if (!is(target, BLOCK)) return;
    age(target);
    // one that nobody has asked for may be old as well
    rest(target);
  });
};

// src/session/csrf.js
/* The CSRF token goes out with each request that may change something, and to no other origin. */
/** The name of the field that has the token. */
var TOKEN2 = "csrfmiddlewaretoken";
/** @type {string | undefined} */
var given;
// in the tag of the script, where no cookie that scripts can read has it
/** @type {string | undefined} */
var fetched;
/**
 * @param {RequestDetail["body"]} body
 * @returns {body is FormData}
 */
var hasFields = (body) => Boolean(body?.getAll);
/**
 * Use another token from now on; without one, the next request that needs it fetches it.
 * @param {string} [token]
 */
var renewToken = (token) => {
  given = void 0;
  fetched = token;
};
/** @type {URL | undefined} Where a token can be fetched. */
var tokens;
/* A page for everyone has no token in it, and one that was refused is worth nothing. Synchronous: the request that needs it
   is about to leave. */
var fetchToken = () => {
  if (!tokens) return void 0;
  const request = new XMLHttpRequest();
  try {
    request.open("GET", tokens, false);
    request.send();
    return JSON.parse(request.responseText).csrfToken;
  } catch {
    return void 0;
    // offline, or no JSON: then the request is refused, too
  }
};
var cookieToken = () => cookie(settings.csrfCookie ?? "csrftoken");
/**
 * Add the token to the headers of a request to this origin that may change something. Return it, or undefined if there is none.
 * @param {Record<string, string>} headers
 * @returns {string | undefined}
 */
var addToken = (headers) => {
  const { csrfHeader = "X-CSRFToken" } = settings;
  const isToken = (name2) => name2.toLowerCase() === csrfHeader.toLowerCase();
  const name = Object.keys(headers).find(isToken) ?? csrfHeader;
  const token = given ? headers[name] ?? given : cookieToken() ?? (fetched ??= fetchToken());
  if (token) headers[name] = token;
  return token;
};
/* A form that is included may have the token from a script. */
var withhold = (body) => {
  const own = [cookieToken(), given, fetched];
  if (hasFields(body) && body.getAll(TOKEN2).some((it) => it && own.includes(String(it)))) body.delete(TOKEN2);
};
var start14 = () => {
  const { mount: mount2, csrfSession } = settings;
  const source = csrfSession ?? (mount2 && mount2 + "session/");
  tokens = source ? address(source, "data-csrf-session or data-mount") : void 0;
  given = settings.csrfToken;
  /* Set by script, since on htmx 4 an element's own hx-headers replaces an inherited one. Django prefers the token of a
     form, which may be older than a login in another tab. */
  on("mizan:request", ({ detail }) => {
    const { isSafe: isSafe2, url, headers, body } = detail;
    if (!isOwn(url)) return withhold(body);
    if (isSafe2) return;
    const token = addToken(headers);
    if (token && hasFields(body) && body.has(TOKEN2)) body.set(TOKEN2, token);
  });
};

// src/session/monitor.js
/* Whose session a page is of, and the answers that show that it has ended, or that somebody else is signed in: those are
   kept out of the page. docs/shim.md says of mizan:session what it has. */
var FINGERPRINT = "X-Mizan-Session";
var REFUSED = "X-Mizan-Refused";
/** The fingerprint of nobody's session. */
var NOBODY = "anonymous";
/** @typedef {Omit<AnswerDetail, "request" | "method">} Answer */
/** @type {string | undefined} */
var fingerprint;
var isOver = false;
// by the last answer that could show it
/** Return the session fingerprint of the page: 16 hexadecimal digits or "anonymous"; undefined if it is unknown. */
var session = () => fingerprint;
/**
 * The page is of another session now.
 * @param {string} given - its fingerprint
 * @param {string} [csrfToken]
 */
var renewSession = (given2, csrfToken) => {
  fingerprint = given2;
  renewToken(csrfToken);
};
var locate = (url) => new URL(url, page.baseURI);
var isLoginPage = (url) => locate(url).pathname === settings.login;
/* After signing out the login page is there as well: as a page of its own, whose URL leads nowhere else. */
/** @param {Answer} answer */
var isLogin = ({ answered, target }) => Boolean(answered) && isLoginPage(answered) && (target !== page.body || locate(answered).search !== "");
/** @type {(answer: Answer, isOther: boolean) => "login" | "csrf" | "user" | null} */
var reasonOf2 = (answer2, isOther) => {
  // What the login page itself is asked, it may refuse: the password was wrong.
  if (!isLoginPage(answer2.url) && (answer2.status === 401 || isLogin(answer2))) return "login";
  if (answer2.header(REFUSED) === "csrf") return "csrf";
  return isOther ? "user" : null;
};
/** @type {(now: string | null, answer: Answer) => void} */
var learn = (now, { isSafe: isSafe2, header }) => {
  if (!now || fingerprint && isSafe2) return;
  const isNew = Boolean(fingerprint) && fingerprint !== now;
  fingerprint = now;
  const stays = header("HX-Redirect") === null && header("HX-Refresh") === null;
  // Somebody signed in or out, and the page shows what its visitor could see before.
  if (isNew && stays) invalidate("*", {}, { source: "response" });
};
/**
 * Look at what a response says of the session, and fire mizan:session where it is over. Return whether it is.
 * @param {Answer} answer
 */
var checkSession = (answer2) => {
  const { block, element, isSafe: isSafe2, status, header } = answer2;
  const now = header(FINGERPRINT);
  const isOther = Boolean(block && now && fingerprint && now !== fingerprint);
  const reason2 = reasonOf2(answer2, isOther);
  const isReported2 = isOver && isSafe2;
  isOver = reason2 !== null;
  if (reason2 === null) {
    learn(now, answer2);
    return false;
  }
  answer2.reason = `the session of the page is over (${reason2}), status`;
  if (reason2 === "csrf") renewToken();
  const state2 = isOther && now !== NOBODY ? "other" : "ended";
  // Each time for what a visitor did, so that it can be held; once for refreshes.
  if (!isReported2) fire(document, "mizan:session", { state: state2, reason: reason2, element, status });
  return true;
};
/** @param {CustomEvent<AnswerDetail>} event */
var onAnswer = (event) => {
  const { block, target, isSafe: isSafe2, url } = event.detail;
  if (!isOwn(url) || !(block || !isSafe2 || of(target)?.closest?.(BLOCK))) return;
  if (checkSession(event.detail)) event.preventDefault();
};
var start15 = () => {
  fingerprint = settings.session;
  on("mizan:answer", onAnswer);
};

// src/call.js
/* mizan.call() and mizan.send(): the server's functions and channels, for scripts.

   A call goes over the socket where one is open and the server has said that the function may be called there, otherwise as
   a request. What it returns, how it fails and what it makes stale is the same either way. */
/** @type {Socket | null} */
var socket = null;
/**
 * The page can use a socket from now on.
 * @param {Socket} given
 */
var useSocket = (given2) => {
  socket = given2;
};
/**
 * Return the error with which a promise of a call, or of a message, is rejected.
 * @param {string} code
 * @param {string} message
 * @param {object} [more] - what else it has: its status and fields, if there are any
 */
var problem = (code, message, more) => (
  /** @type {CallError} */
  Object.assign(new Error(message), { status: 0, code, fields: {}, ...more })
);
/** There is no connection, or no answer. @param {string} [message] */
var offline = (message = "There is no connection to the server.") => problem("OFFLINE", message);
var endpoint = () => new URL("call/", mount());
/**
 * Make stale what a call names, as any response does.
 * @type {(list: string | null, version: string | null | undefined, status: number) => void}
 */
var invalidate2 = (list, version, status) => {
  const cause = { method: "POST", url: endpoint().pathname, status, element: page.documentElement };
  if (mark({ entries: parse(list), version }, { source: "response", cause })) retry();
};
/** @type {(status: number, header: AnswerDetail["header"], answered: string) => boolean} */
var isSessionOver = (status, header, answered) => {
  const element = page.documentElement;
  const url = endpoint().href;
  return checkSession({
    element,
    target: element,
    block: null,
    isSafe: false,
    url,
    status,
    header,
    answered
  });
};
// ---- over the socket
/** @param {string} fn */
var isForSocket = (fn) => socket?.isOpen() && (settings.socketFunctions ?? "").split(" ").includes(fn);
/** @type {(reply: SocketReply, status?: number) => void} */
var invalidateFromSocket = ({ data, version }, status = 200) => {
  /** @param {string | Entry} each */
  const write4 = (each) => typeof each === "string" ? each : format(each.context, each.params);
  invalidate2((data?.invalidate ?? []).map(write4).join(", "), version, status);
};
/** @type {(socket: Socket, fn: string, args: object) => Promise<unknown>} */
var ask = async (socket2, fn, args) => {
  try {
    const reply = await socket2.ask({ action: "rpc", fn, args });
    invalidateFromSocket(reply);
    return reply.data.result;
  } catch (error) {
    const refusal = (
      /** @type {CallError & SocketReply} */
      error
    );
    const { code, message, status, fields } = refusal;
    if (refusal.isSent === false) return post(fn, args);
    // too large for a frame
    invalidateFromSocket(refusal, status);
    if (status === 401) isSessionOver(401, () => null, "");
    throw problem(code, message, { status: status ?? 0, fields });
  }
};
// ---- as a request
/** @param {string} text */
var readJson = (text) => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
    // the page of a proxy, or what a view has answered
  }
};
/** @type {(fn: string, args: object) => Promise<unknown>} */
var post = async (fn, args) => {
  const url = endpoint();
  if (settings.locale) url.searchParams.set("mizan-locale", settings.locale);
  const body = JSON.stringify({ fn, args });
  /** @type {Record<string, string>} */
  const headers = sayAddress({ "Content-Type": "application/json" });
  addToken(headers);
  const { response, text } = await send3(url, { method: "POST", headers, body });
  const { ok, redirected } = response;
  /** @param {string} name */
  const header = (name) => response.headers.get(name);
  invalidate2(header("X-Mizan-Invalidate"), header("X-Mizan-Version"), response.status);
  if (redirected && readCookie()) retry();
  // the headers of the redirect were for nobody
  const isOver2 = isSessionOver(response.status, header, response.url);
  const answer2 = readJson(text);
  if (ok && !isOver2) return answer2.result;
  const status = ok ? 401 : response.status;
  // a middleware has redirected it to the login page
  const { message = `The server has answered ${status}.`, details } = answer2;
  const code = answer2.code ?? header("X-Mizan-Error") ?? (ok ? "UNAUTHORIZED" : "ERROR");
  throw problem(code, message, { status, fields: details?.fields ?? {} });
};
/** @type {(url: URL, request: RequestInit) => Promise<{ response: Response, text: string }>} */
var send3 = async (url, request) => {
  try {
    const response = await fetch(url, request);
    return { response, text: await response.text() };
  } catch {
    throw offline();
  }
};
// ---- for scripts
/** @type {(fn: string, args: object) => Promise<unknown>} */
var run = async (fn, args) => {
  const change = {};
  socket?.beginChange(change);
  try {
    return await (socket && isForSocket(fn) ? ask(socket, fn, args) : post(fn, args));
  } finally {
    socket?.endChange(change);
  }
};
/**
 * Call a function of the server. Return a promise of its result; it is rejected with an Error that has status, code,
 * fields and message. What the call has made stale is refreshed.
 * @param {string} fn
 * @param {object} [args]
 */
var call = (fn, args = {}) => awaitToo(run(fn, args), `mizan.call("${fn}") is under way`);
/**
 * Send a message to a channel, as {% mizan_send %} does.
 * @param {string} channel
 * @param {object} params
 * @param {object} data
 */
var sendMessage = (channel2, params, data) => {
  if (socket) return socket.send(channel2, params, data);
  throw new Error("mizan.send() needs mizan-live.js, which pages load on sites with channels.");
};

// src/preserve/controls.js
/* Fields: what visitors can change, and how it is read and written. */
var EDITABLE = "[contenteditable]:not([contenteditable=false])";
var FIELD = `input, select, textarea, ${EDITABLE}`;
var NO_FIELD = /^(hidden|submit|button|reset|image)$/;
/** @param {unknown} node @returns {node is Field} */
var isField = (node) => is(node, FIELD) && !NO_FIELD.test(of(
  /** @type {Field} */
  node
).type);
/** Return the fields in a node, and the node itself if it is one. @param {ParentNode} root */
var fieldsIn = (root) => within(root, FIELD).filter(isField);
/** @param {unknown} node @returns {node is HTMLInputElement} */
var isHidden = (node) => is(node, "input[type=hidden]");
/** @param {Field} field */
var isEditable = (field) => is(field, EDITABLE);
/** @param {Field} field */
var isCheckable = (field) => /^(checkbox|radio)$/.test(of(field).type);
/** Return whether a field is a radio button of a group. @param {Field} field */
var isRadio2 = (field) => field.type === "radio" && field.name !== "";
/**
 * Return the radio buttons of the group that a field is in, or the field alone.
 * @param {Field} field
 * @returns {Field[]}
 */
var groupOf = (field) => {
  if (!isRadio2(field)) return [field];
  const { form, name } = field;
  const all2 = (
    /** @type {Iterable<Field>} */
    form ? of(form).elements : page.getElementsByName(name)
  );
  return [...all2].filter((it) => isRadio2(it) && it.name === name && it.form === form);
};
/**
 * A number or a date of which a part is typed has no value that a script could read or write.
 * @param {Field} field
 */
var isHalfTyped = ({ validity }) => validity?.badInput === true;
/**
 * Return what is in a field; of a select, a line for each value that is chosen.
 * @param {Field} field
 */
var read = (field) => {
  if (isEditable(field)) return field.innerHTML;
  if (isCheckable(field)) return field.checked ? field.value || "on" : "";
  return field.options ? [...field.selectedOptions].map(({ value }) => value).join("\n") : field.value;
};
/**
 * Put into a field what read() returned.
 * @param {Field} field
 * @param {string} text
 */
var write3 = (field, text) => {
  if (read(field) === text || isEditable(field)) return;
  if (isCheckable(field)) field.checked = text !== "";
  else if (field.options) for (const it of field.options) it.selected = text.split("\n").includes(it.value);
  else if (field.type !== "file" || !text) field.value = text;
};
/** Return the form that an element submits, by itself or as its button. @param {Element} element */
var formSentBy = (element) => {
  if (isForm(element)) return element;
  const { type, form } = (
    /** @type {Field} */
    element
  );
  return /^(submit|image)$/.test(type) ? form : null;
};

// src/controls.js
/* What is in the controls of a form. */
/** @param {Element} control */
var contentIn = (control) => {
  const { files } = (
    /** @type {HTMLInputElement} */
    control
  );
  // Another file may have the same name.
  if (files) return [...files].map(({ name, size, lastModified }) => [name, size, lastModified]);
  return read(
    /** @type {Field} */
    control
  );
};
/** Return what is in controls, as a text to compare. @param {Element[]} controls */
var contentOf = (controls) => JSON.stringify(controls.map(contentIn));

// src/preserve/values.js
/* Comparing and merging values of attributes: class name by name, style property by property, all others as a whole. */
var OF_SHIM = /^(htmx-|mizan-stale$)/;
// classes that htmx and the shim come and go with
/** @param {string | null | undefined} text */
var split2 = (text) => new Set((text ?? "").split(/\s+/).filter(Boolean));
/** @param {Set<string>} one @param {Set<string>} other */
var isSameSet = (one, other) => one.size === other.size && [...one].every((it) => other.has(it));
/** Return the names of a class, without those of htmx and of the shim. @param {string | null} text */
var namesIn = (text) => new Set([...split2(text)].filter((it) => !OF_SHIM.test(it)));
/**
 * Return whether two values of an attribute say the same.
 * @param {string} name
 * @param {string | null} one
 * @param {string | null} other
 */
var isSame = (name, one, other) => {
  if (one === other) return true;
  if (name === "class") return isSameSet(namesIn(one), namesIn(other));
  return name === "style" && (one || "") === (other || "");
};
/** Return a style with these properties, which no policy forbids to read. @param {string | null} text */
var styleOf = (text) => {
  const { style } = page.createElement("i");
  style.cssText = text ?? "";
  return style;
};
/**
 * Give a style the property that another one has, or has not.
 * @param {CSSStyleDeclaration} style
 * @param {CSSStyleDeclaration} from
 * @param {string} name
 */
var copyProperty = (style, from, name) => from.getPropertyValue(name) ? style.setProperty(name, from.getPropertyValue(name), from.getPropertyPriority(name)) : style.removeProperty(name);
/** @param {CSSStyleDeclaration} style @param {string} name */
var valueOf = (style, name) => style.getPropertyValue(name) + style.getPropertyPriority(name);
/* Property by property: a policy may forbid the attribute, and never forbids these. */
/** @param {HTMLElement} place @param {Change} change */
var writeStyle = (place2, { old: old2, was, live, now }) => {
  const [before, here, fresh] = [was, live, now].map(styleOf);
  const { style } = of(place2);
  for (const name of /* @__PURE__ */ new Set([...before, ...here, ...fresh])) {
    const from = valueOf(before, name) === valueOf(fresh, name) ? here : fresh;
    const there = place2 === old2 ? here : fresh;
    if (valueOf(there, name) !== valueOf(from, name)) copyProperty(style, from, name);
  }
  if (!style.length && !now) of(place2).removeAttribute("style");
};
/** @param {string} name @param {{ was: string | null, live: string | null, now: string | null }} change */
var merge = (name, { was, live, now }) => {
  if (isSame(name, was, now)) return live;
  if (name !== "class") return now;
  const [before, here, fresh] = [was, live, now].map(namesIn);
  const added2 = [...here].filter((it) => !before.has(it));
  const left = [...fresh].filter((it) => here.has(it) || !before.has(it));
  return [...left, ...added2].join(" ") || null;
};
/**
 * Write an attribute that scripts have set to an element that was refreshed: their value, unless the server
 * has sent another one since.
 * @param {HTMLElement} place
 * @param {string} name
 * @param {Change} change
 */
var writeChange = (place2, name, change) => {
  const there = of(place2).getAttribute(name);
  // A custom element may have changed it again, as an answer to what the server has changed.
  const live = place2 === change.old ? there : change.live;
  if (name === "style") return writeStyle(place2, { ...change, live });
  let value = merge(name, { ...change, live });
  if (name === "class") {
    const ours = [...split2(there)].filter((it) => OF_SHIM.test(it));
    value = [...namesIn(value), ...ours].join(" ") || null;
    if (value && isSameSet(split2(value), split2(there))) return;
  }
  if (there === value) return;
  if (value !== null && value === change.now && change.node) {
    of(place2).setAttributeNode(
      /** @type {Attr} */
      change.node.cloneNode()
    );
  } else setAttribute(place2, name, value);
};

// src/preserve/alpine.js
/* Which attributes and elements belong to Alpine. Alpine may have started before the shim, so its attributes are
   known by the directives of an element. */
var BIND = /^(?:x-bind:|:)([^.]+)/;
/** @param {Element} element @returns {element is AlpineElement} */
var isAlpine = (element) => ["_x_marker", "_x_attributeCleanups"].some((name) => Reflect.get(element, name) !== void 0);
/**
 * Return the names of the attributes that Alpine sets on an element.
 * @param {Element} element
 */
var boundBy = (element) => {
  const all2 = of(element).getAttributeNames();
  const names = all2.map((name) => BIND.exec(name)?.[1] ?? "key").filter((name) => name !== "key");
  /** @param {string} directive */
  const has = (directive) => all2.some((name) => name === directive || name.startsWith(`${directive}.`));
  if (has("x-show")) names.push("style");
  if (has("x-collapse")) names.push("style", "hidden");
  if (has("x-model") && isHidden(element)) names.push("value");
  return new Set(names);
};
/** @param {Element} element @param {string} name */
var isBound2 = (element, name) => isAlpine(element) && boundBy(element).has(name);
/** Return whether Alpine fills an element, or has data for it. @param {Element} element */
var isOfAlpine = (element) => isAlpine(element) && is(element, "[x-data], [x-text], [x-html]");
/** @type {(value: unknown) => string[]} The names in what an expression of :class or :style returns. */
var namesOf2 = (value) => {
  if (typeof value === "function") return namesOf2(value());
  if (typeof value === "string") return value.split(/\s+/);
  return Array.isArray(value) ? value.flatMap(namesOf2) : Object.keys(value ?? {}).flatMap(namesOf2);
};
/* Return a function that says of a name of a class, or a property of a style, whether Alpine has put it
   there. */
/** @param {Element} element @param {string} name */
var isPutBy = (element, name) => {
  const expression = of(element).getAttribute(`:${name}`) ?? of(element).getAttribute(`x-bind:${name}`) ?? "";
  /** @type {string[]} */
  let found2 = [];
  try {
    if (expression) found2 = namesOf2(window.Alpine?.evaluate(element, expression));
  } catch {
    // then the names that the expression itself contains are what is known
  }
  const own = is(element, "[x-collapse]") ? ["display", "height", "overflow-x", "overflow-y"] : ["display"];
  return (it) => {
    const inScript = it.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    const isNamed = [it, inScript].some((text) => expression.includes(text) || found2.includes(text));
    return isNamed || name === "style" && own.includes(it);
  };
};
/**
 * Return what the server may have sent for an attribute before the shim ran. It is taken to be what the
 * server sends now, where only Alpine can have changed it. Of what else a custom element has, it is what the
 * server does not send that it has set itself.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} now
 */
var guess = (element, name, now) => {
  const live = of(element).getAttribute(name);
  if (!isAlpine(element)) return now === null ? null : live;
  if (!/^(class|style)$/.test(name)) return now;
  const isAlpines = isPutBy(element, name);
  if (name === "class") {
    const rest2 = [...namesIn(live)].filter((it) => !isAlpines(it));
    return [...rest2, ...[...namesIn(now)].filter(isAlpines)].join(" ");
  }
  const [style, fresh] = [live, now].map(styleOf);
  for (const it of /* @__PURE__ */ new Set([...style, ...fresh])) if (isAlpines(it)) copyProperty(style, fresh, it);
  return style.cssText;
};
/**
 * Return the elements in the place of a <template>: what Alpine made of it, and of the templates among that.
 * @param {AlpineElement} template
 * @returns {AlpineElement[]}
 */
var clonesOf = ({ _x_currentIfEl: one, _x_lookup: many }) => {
  const own = [...one ? [one] : [], ...many instanceof Map ? many.values() : []];
  return own.flatMap((it) => [it, ...is(it, "template") ? clonesOf(it) : []]);
};
/**
 * Return whether an element is a <template> of which Alpine has made something.
 * @param {AlpineElement} element
 */
var isMade = (element) => Boolean(is(element, "template") && (element._x_currentIfEl || element._x_lookup || element._x_teleport));

// src/preserve/attributes.js
/* What the server has sent: the values of attributes, and nodes. All else was set, added or moved by scripts of
   the page.

   An attribute that differs from what the server last sent was set by the page. After a form was sent and
   accepted, what scripts have set on it and on its controls counts as the server's, too: see sent.js. */
var OURS = /^(data-mizan|data-htmx-|(data-)?hx-|(aria-busy|autofocus|nonce)$)/;
var FOLLOWS = /^csrfmiddlewaretoken$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/;
// names of hidden fields
/** Begins the ids and names that elements have for the time of a morph, and no others. */
var LENT = `mizan-keep-${Math.random().toString(36).slice(2)}-`;
/** Stands for what the server has sent before this script ran. */
var UNKNOWN = /* @__PURE__ */ Symbol("unknown");
/**
 * @type {WeakMap<Node, Map<string, string | null | typeof UNKNOWN>>} What the server last sent, where the
 *   page has set something since.
 */
var changed = /* @__PURE__ */ new WeakMap();
/** @type {WeakSet<Node>} Elements that the page has put in. */
var inserted = /* @__PURE__ */ new WeakSet();
/** @type {WeakSet<Node>} Nodes of the server's that the page has taken from their place. */
var moved2 = /* @__PURE__ */ new WeakSet();
/** @type {Map<Node, Set<string>>} What morphs of others are about to write. */
var expected = /* @__PURE__ */ new Map();
/** @type {MutationObserver} */
var observer2;
/** @param {Node} target @param {string} name */
var get = (target, name) => of(
  /** @type {Element} */
  target
).getAttribute(name);
/**
 * Return whether it does not matter who has set an attribute: it belongs to the shim or to htmx, or it is the
 * content of a field, for which see fields.js.
 * @param {Node} node
 * @param {string} name
 */
var isUntracked = (node, name) => {
  if (OURS.test(name) || name === "id" && is(node, BLOCK)) return true;
  if (name === "selected") return is(node, "option");
  if (!/^(value|checked)$/.test(name) || !is(node, "input")) return false;
  return isHidden(node) ? FOLLOWS.test(node.name) : isField(node);
};
/**
 * Remember what the server has sent for an attribute that the page has set.
 * @param {Node} node
 * @param {string} name
 * @param {string | null | typeof UNKNOWN} value
 */
var remember3 = (node, name, value) => {
  const known5 = changed.get(node) ?? /* @__PURE__ */ new Map();
  changed.set(node, known5.set(name, value));
};
/** From now on the value that an attribute has counts as sent by the server. @param {Node} node @param {string} name */
var forget2 = (node, name) => changed.get(node)?.delete(name);
/**
 * Note what the server has sent for an attribute just now.
 * @param {Node} node
 * @param {string} name
 * @param {string | null} now
 */
var noteServed = (node, name, now) => {
  if (isSame(name, get(node, name), now)) forget2(node, name);
  else remember3(node, name, now);
};
/**
 * Return what the server last sent for an attribute that the page has set; undefined where that was before
 * this script ran.
 * @param {Element} element
 * @param {string} name
 */
var formerly = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was === UNKNOWN ? void 0 : was;
};
/**
 * Return what the server last sent for an attribute, or null.
 * @param {Element} element
 * @param {string} name
 */
var served = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was === void 0 ? get(element, name) : was === UNKNOWN ? null : was;
};
/** Return whether the page has set an attribute. @param {Element} element @param {string} name */
var isChanged = (element, name) => {
  const was = changed.get(element)?.get(name);
  return was !== void 0 && (was === UNKNOWN || !isSame(name, was, get(element, name)));
};
/** Return the names of the attributes that the page has set. @param {Element} element */
var changesOf = (element) => [...changed.get(element)?.keys() ?? []].filter((name) => isChanged(element, name));
/** Return whether the page has put an element in. @param {Element} element */
var isInserted = (element) => inserted.has(element);
/** Return whether the page has taken an element of the server's from its place. @param {Element} element */
var isMoved2 = (element) => moved2.has(element);
/** Return whether an element is a custom element that the page has defined. @param {Element} element */
var isCustom = (element) => of(element).localName.includes("-") && customElements.get(of(element).localName) !== void 0;
/** @param {MutationRecord} record */
var noteNodes = ({ addedNodes, removedNodes }) => {
  for (const node of removedNodes) if (!inserted.has(node)) moved2.add(node);
  for (const node of addedNodes) if (node instanceof Element && !moved2.has(node)) inserted.add(node);
};
/** Note what the page has done. @param {MutationRecord[]} records */
var note = (records) => {
  for (const record of records) {
    const { target, attributeNamespace, oldValue } = record;
    const name = record.attributeName ?? "";
    if (record.type === "childList") noteNodes(record);
    else if (expected.get(target)?.has(name)) forget2(target, name);
    else if (attributeNamespace || oldValue?.startsWith(LENT)) continue;
    else if (!isUntracked(target, name) && !changed.get(target)?.has(name)) remember3(target, name, oldValue);
  }
  expected.clear();
};
/** Note what the page has done until now. */
var catchUp2 = () => note(takeRecords());
/** Return what has happened since, without noting it. */
var takeRecords = () => observer2.takeRecords();
/* Whatever value an attribute has got since counts as sent by the server, unless only classes of htmx have
   changed. */
var accept = () => {
  /** @type {Map<Node, Map<string, string | null>>} */
  const before = /* @__PURE__ */ new Map();
  for (const { target, attributeName, oldValue } of takeRecords()) {
    if (attributeName === null) continue;
    const values = before.get(target) ?? /* @__PURE__ */ new Map();
    before.set(target, values);
    if (!values.has(attributeName)) values.set(attributeName, oldValue);
  }
  for (const [target, values] of before) {
    for (const [name, value] of values) if (!isSame(name, value, get(target, name))) forget2(target, name);
  }
};
/**
 * Do some work: what it sets counts as sent by the server.
 * @template T
 * @param {() => T} work
 */
var serve = (work) => {
  catchUp2();
  try {
    return work();
  } finally {
    accept();
  }
};
/** Note that a morph is about to write what the server has sent. @param {Element} element @param {string} name */
var expect = (element, name) => {
  const names = expected.get(element) ?? /* @__PURE__ */ new Set();
  expected.set(element, names.add(name));
};
// ---- a swap of htmx's own: what it writes is the server's, and what the page does about it is not
var isSettled = false;
/* htmx 2 gives new elements the attributes of the old ones for 20 ms. htmx:load is fired
   when they have their own. */
/** @param {Event} event */
var settle2 = ({ target }) => {
  if (isSettled || target === page.body) return;
  accept();
  isSettled = true;
  queueMicrotask(() => isSettled = false);
};
var start16 = () => {
  if (isHtmx2) {
    onCapture("htmx:beforeSwap", catchUp2);
    onCapture("htmx:afterSwap", accept);
    onCapture("htmx:load htmx:afterSettle", settle2);
  } else onCapture(spelt("htmx:before:settle htmx:after:settle"), accept);
  // Alpine may have started before this script, and custom elements may be there.
  for (const it of page.querySelectorAll(`:is(${BLOCK}, ${BLOCK} *)`)) {
    const names = isAlpine(it) ? [...boundBy(it), "x-cloak"] : isCustom(it) ? of(it).getAttributeNames() : [];
    for (const name of names) if (name !== "id" && !isUntracked(it, name)) remember3(it, name, UNKNOWN);
  }
  observer2 = new MutationObserver(note);
  observer2.observe(document, { subtree: true, childList: true, attributes: true, attributeOldValue: true });
};

// src/preserve/rows.js
/* Which row of a list is which row of its fresh version: the one with the same key, or with the same text, or
   in the same place between those that are known. What scripts have set does not count. */
/** Attributes by which the server names an element. */
var KEYS = ["id", "data-key", "data-id", "data-pk"];
var KEYED = KEYS.map((name) => `[${name}]`).join();
var HTMX = "hx-get hx-post hx-put hx-patch hx-delete hx-vals".split(" ");
var ADDRESSES = ["href", "action", "formaction", ...HTMX, ...HTMX.map((name) => `data-${name}`)];
var WITH_FACTS = ["input", "button", KEYED, ...ADDRESSES.map((name) => `[${name}]`)].join();
/** Begins the kinds of facts that are written to say which row it is. */
var WRITTEN = "!";
var MOST_WORDS = 8;
/**
 * A row, what it says, and what it looks like. Facts are values by their kind: the first link of a row is
 * compared with the first of another.
 * @typedef {{ row: Element, text: string, facts: Map<string, string>, looks: string, key: string, hasKey:
 *   boolean }} Row
 */
/** @typedef {[Element[], Element[]]} Sides - the elements of the page, and the fresh ones */
/** What the server last sent for an attribute, or "". @param {Element} element @param {string} name */
var attribute = (element, name) => served(element, name) ?? "";
/** @param {Element} element */
var isBox = (element) => /^(checkbox|radio)$/i.test(attribute(element, "type"));
/**
 * Add a value to those of a key.
 * @template K, V
 * @param {Map<K, V[]>} map
 * @param {K} key
 * @param {V} value
 */
var put = (map, key, value) => {
  const known5 = map.get(key);
  if (known5) known5.push(value);
  else map.set(key, [value]);
};
// ---- what a row says
/** @param {Element[]} elements */
var factsIn = (elements) => {
  /** @type {Map<string, string>} */
  const facts = /* @__PURE__ */ new Map();
  /** @type {Map<string, number>} */
  const counted = /* @__PURE__ */ new Map();
  /** @param {string} kind @param {string} value */
  const add3 = (kind, value) => {
    const count3 = (counted.get(kind) ?? 0) + 1;
    counted.set(kind, count3);
    if (value) facts.set(`${kind} ${count3}`, value);
  };
  for (const it of elements) {
    const { localName } = of(it);
    const [name, type, value] = ["name", "type", "value"].map((each) => attribute(it, each));
    for (const { name: each, value: text } of of(it).attributes) {
      if (ADDRESSES.includes(each)) add3(`${localName} ${each}`, text);
      else if (each !== "id" && KEYS.includes(each)) add3(`${WRITTEN} ${localName} ${each}`, text);
    }
    // Django's token is another one each time.
    if (type.toLowerCase() === "hidden" && !/^csrf/.test(name)) add3(`${WRITTEN} ${name}`, value);
    else if (localName === "button" || isBox(it)) add3(`${localName} ${name}`, value);
  }
  return facts;
};
/** @type {(row: Element, nodes?: Node[]) => Row} */
var describe2 = (row, nodes = [row]) => {
  const elements = nodes.filter((it) => it instanceof Element);
  const inside = elements.flatMap((it) => [it, ...of(it).querySelectorAll(WITH_FACTS)]);
  const text = nodes.map((it) => of(it).textContent).join(" ").replace(/\s+/g, " ").trim();
  const looks = `${of(row).localName} ${attribute(row, "class")}`;
  return { row, text, facts: factsIn(inside), looks, key: "", hasKey: false };
};
/** @param {Row} row */
var saysNothing = ({ text, facts }) => !text && !facts.size;
/* In a list without rows the names of things stand before or after them: what stands between a row and the
   next one on that side, with the row. */
/** @param {Sides} sides */
var describeAll = (sides) => {
  const own = sides.map((rows) => rows.map((row) => describe2(row)));
  if (!own.flat().every(saysNothing)) return own;
  const [before, after] = (
    /** @type {const} */
    ["previousSibling", "nextSibling"].map(
      (next) => sides.map(
        (rows) => rows.map((row) => {
          /** @type {Node[]} */
          const nodes = [row];
          for (let it = of(row)[next]; it && !rows.includes(
            /** @type {Element} */
            it
          ); it = of(it)[next])
            nodes.push(it);
          return describe2(row, nodes);
        })
      )
    )
  );
  return before.some(([first]) => saysNothing(first)) ? after : before;
};
// ---- by what rows differ
/** @template V @param {V[]} values @param {V[]} others */
var inCommon = (values, others2) => {
  const all2 = new Set(others2);
  return values.filter((value) => value && all2.has(value)).length;
};
/** @param {unknown[]} values */
var areUnique = (values) => new Set(values).size === values.length;
/* Return the number of that pair of lists by which most rows are found again, and how many those are. A list
   in which two have the same does not distinguish rows. */
/** @param {[unknown[], unknown[]][]} pairs */
var best = (pairs) => {
  const found2 = pairs.map((both) => both.every(areUnique) ? inCommon(...both) : 0);
  const most = Math.max(...found2);
  return { at: found2.indexOf(most), most };
};
/* A kind of fact is a key where no two rows of a side have the same. Of several, that one is theirs by which
   most rows are found again. Where none is, rows are the same only if all that is written for it is. */
/** @param {Row[][]} sides */
var keysOf2 = (sides) => {
  const [former, fresh] = sides.map((rows) => {
    /** @type {Map<string, string[]>} */
    const values = /* @__PURE__ */ new Map();
    for (const { facts } of rows) for (const [kind, value] of facts) put(values, kind, value);
    return values;
  });
  /** @type {(kind: string) => [string[], string[]]} */
  const valuesOf = (kind) => [former.get(kind) ?? [], fresh.get(kind) ?? []];
  const isWritten = (kind) => kind.startsWith(WRITTEN);
  const kinds = [.../* @__PURE__ */ new Set([...former.keys(), ...fresh.keys()])].filter((kind) => {
    const values = valuesOf(kind);
    return (isWritten(kind) || values.some(({ length }) => length > 1)) && values.every(areUnique);
  });
  const { at, most } = best(kinds.map(valuesOf));
  return most > 0 ? [kinds[at]] : kinds.filter(isWritten);
};
/** @param {number} at */
var wordAt = (at) => ({ text }) => text.split(" ", MOST_WORDS)[at];
/* A heading that counts what stands below it is another one each time, but for a word. Return the function
   that reads the word by which most rows are found again, or null. */
/** @param {[Row[], Row[]]} sides */
var wordOf = ([rows, others2]) => {
  const words = Array.from({ length: MOST_WORDS }, (_, at2) => wordAt(at2));
  const { at, most } = best(words.map((readFrom) => [rows.map(readFrom), others2.map(readFrom)]));
  const fewest = Math.min(rows.length, others2.length);
  const isAgreed = most >= Math.min(2, fewest) && 2 * most >= fewest;
  // one number may be anything
  return isAgreed ? words[at] : null;
};
// ---- pairs
/**
 * Return which of the former rows is which of the fresh ones.
 * @param {Sides} sides
 * @returns {Map<Element, Element>}
 */
var pairRows = (sides) => {
  const [rows, others2] = describeAll(sides);
  const keys = keysOf2([rows, others2]);
  /** @type {Map<Element, Element>} */
  const pairs = /* @__PURE__ */ new Map();
  /** @type {Set<Row>} */
  const taken = /* @__PURE__ */ new Set();
  for (const it of [...rows, ...others2]) {
    it.key = JSON.stringify(keys.map((kind) => it.facts.get(kind) ?? null));
    it.hasKey = keys.some((kind) => it.facts.has(kind));
  }
  const places2 = new Map(others2.map(({ row }, at) => [row, at]));
  /** @param {Row} it @param {Row} other */
  const pair = (it, other) => {
    pairs.set(it.row, other.row);
    taken.add(other);
  };
  /* Of several that have the same, the first goes with the first. */
  /** @param {(row: Row) => unknown} readFrom */
  const pairBy = (readFrom) => {
    /** @type {Map<string, Row[]>} */
    const free2 = /* @__PURE__ */ new Map();
    for (const it of others2) if (!taken.has(it) && readFrom(it)) put(free2, `${it.key} ${readFrom(it)}`, it);
    for (const it of rows) {
      if (pairs.has(it.row) || !readFrom(it)) continue;
      const other = free2.get(`${it.key} ${readFrom(it)}`)?.shift();
      if (other) pair(it, other);
    }
  };
  pairBy(({ hasKey }) => hasKey);
  pairBy(({ text }) => text);
  const word = wordOf([rows, others2]);
  if (word) pairBy(word);
  let place2 = 0;
  for (const it of rows) {
    const known5 = places2.get(pairs.get(it.row) ?? it.row);
    if (known5 === void 0) {
      const end3 = others2.findIndex((other2, at) => at >= place2 && taken.has(other2));
      const fits2 = others2.slice(place2, end3 < 0 ? void 0 : end3).filter(({ key }) => key === it.key);
      const other = fits2.find(({ looks }) => looks === it.looks) ?? fits2[0];
      if (!other) continue;
      pair(it, other);
      place2 = (places2.get(other.row) ?? 0) + 1;
    } else place2 = known5 + 1;
  }
  // Where others have changed places, what says nothing goes by its order, if none has gone or come.
  const left = [rows.filter(({ row }) => !pairs.has(row)), others2.filter((other) => !taken.has(other))];
  const [silent, free] = left.map((side) => {
    /** @type {Map<string, Row[]>} */
    const found2 = /* @__PURE__ */ new Map();
    for (const it of side) if (!it.text && !it.hasKey) put(found2, it.looks, it);
    return found2;
  });
  for (const [looks, same] of silent) {
    const all2 = free.get(looks) ?? [];
    if (all2.length === same.length) same.forEach((it, at) => pair(it, all2[at]));
  }
  return pairs;
};

// src/preserve/matching.js
/* Which element of a fresh block is the same as one of the block on the page: its twin.

   An element that has an id, a data-key, a data-id or a data-pk that nothing else of the block has is the one
   that has it in the fresh block, and no other; a box is known by its name and value. All else is looked for
   within the nearest such element: by its kind, and where several are of one kind (a form without a prefix in
   each row has its ids and names in each), by the row: see rows.js. What scripts have set or put in does not
   count. */
/** @import { Sides } from "./rows.js" */
var BOXES = "[type=checkbox], [type=radio]";
/* A box is what is chosen by it: Django counts the ids of a list of choices, and a new one moves them on. */
/** @param {Element} element */
var choiceOf = (element) => {
  if (!isBox(element) || !attribute(element, "name")) return "";
  const { type, value } = (
    /** @type {HTMLInputElement} */
    element
  );
  return `${type} ${attribute(element, "name")}=${value}`;
};
/** @param {Element} element */
var idOf = (element) => `id=${attribute(element, "id")}`;
/* An id stands for one element, whatever its tag is; a row and the button in it may have one data-id. */
/** @param {Element} element */
var namesOf3 = (element) => KEYS.filter((name) => attribute(element, name)).map(
  (name) => name === "id" ? idOf(element) : `${of(element).localName} ${name}=${attribute(element, name)}`
);
/** @param {Element} element */
var kindOf = (element) => {
  const { localName } = of(element);
  const own = ["id", "name", "type"].map((name) => attribute(element, name));
  const isOneOfMany = /^(option|button)$/.test(localName);
  return choiceOf(element) || JSON.stringify([localName, ...own, isOneOfMany && attribute(element, "value")]);
};
// ---- rows, each of which holds one or more of the elements that are of one kind
/** @typedef {Map<Element, Element[]>} Holding - elements, with those that each holds */
/* Elements, in the order of the page, with those that stand inside of each. */
/** @param {Element[]} elements */
var outermost = (elements) => {
  /** @type {Holding} */
  const inside = /* @__PURE__ */ new Map();
  /** @type {Element[]} */
  let held3 = [];
  /** @type {Element | null} */
  let top = null;
  for (const it of elements) {
    if (top && of(top).contains(it)) held3.push(it);
    else inside.set(top = it, held3 = []);
  }
  return inside;
};
/** @param {Element} element */
var parentOf = (element) => (
  /** @type {Element} */
  of(element).parentElement
);
/* What stands side by side in the nearest element around them all, with those that each holds. */
/** @param {Element[]} elements */
var rowsOf = (elements) => {
  let around2 = parentOf(elements[0]);
  // of one element, it is the row itself
  while (!of(around2).contains(elements[elements.length - 1])) around2 = parentOf(around2);
  /** @type {Holding} */
  const rows = /* @__PURE__ */ new Map();
  for (const it of elements) {
    let row = it;
    while (parentOf(row) !== around2) row = parentOf(row);
    put(rows, row, it);
  }
  return rows;
};
/* The same elements in one row, which looks like those of the other side: there are several, and here is
   one. */
/**
 * @param {Holding} rows
 * @param {Element[]} elements
 * @param {Element} home
 * @param {Iterable<Element>} others
 */
var asOneRow = (rows, elements, home2, [other]) => {
  const { localName } = of(other);
  let [row] = rows.keys();
  if (rows.size > 1 && of(row).localName === localName) return rows;
  for (let up = row; up && up !== home2; up = parentOf(up)) {
    row = up;
    if (of(up).localName === localName) return /* @__PURE__ */ new Map([[row, elements]]);
  }
  return rows.size > 1 ? rows : /* @__PURE__ */ new Map([[row, elements]]);
};
/** @type {(one: Element[], other: Element[]) => boolean} */
var isSameList = (one, other) => one.length === other.length && one.every((it, at) => it === other[at]);
/** What is known of a pair of blocks: twins, and rows by the first of each list. */
var Known = class {
  /** @type {Map<Element, Element>} */
  twins = /* @__PURE__ */ new Map();
  /** @type {Map<Element, { sides: Sides, pairs: Map<Element, Element> }[]>} */
  #lists = /* @__PURE__ */ new Map();
  /* Most rows hold elements of many kinds. */
  /** @param {Sides} both */
  #pairRows(both) {
    const [first] = both[0];
    const done = this.#lists.get(first)?.find(({ sides }) => sides.every((each, side) => isSameList(each, both[side])));
    if (done) return done.pairs;
    const pairs = pairRows(both);
    put(this.#lists, first, { sides: both, pairs });
    return pairs;
  }
  /* Pair elements of one kind, from two homes that are twins. */
  /** @param {Element[][]} elements @param {Element[]} homes */
  pair(elements, homes) {
    const inside = elements.map(outermost);
    const tops = inside.map((each) => [...each.keys()]);
    const lengths = tops.map(({ length }) => length);
    if (Math.min(...lengths) === 0) return;
    if (Math.max(...lengths) === 1) {
      const [it, twin] = tops.flat();
      this.twins.set(it, twin);
      this.pair([...inside[0].values(), ...inside[1].values()], [it, twin]);
      return;
    }
    const rows = tops.map(rowsOf);
    const all2 = rows.map((each, side) => {
      const others2 = rows[1 - side];
      return others2.size > 1 ? asOneRow(each, tops[side], homes[side], others2.keys()) : each;
    });
    for (const pair of this.#pairRows([[...all2[0].keys()], [...all2[1].keys()]])) {
      const held3 = pair.map(
        (row, side) => (all2[side].get(row) ?? []).flatMap((top) => [top, ...inside[side].get(top) ?? []])
      );
      this.pair(held3, pair);
    }
  }
};
/**
 * Return which element of a block is which of the fresh block.
 * @param {Element} block
 * @param {Element} fresh
 * @returns {Match}
 */
var match = (block, fresh) => {
  const names = [block, fresh].map((root) => {
    /** @type {Map<string, Element[]>} */
    const found2 = /* @__PURE__ */ new Map();
    for (const it of of(root).querySelectorAll(KEYED)) for (const name of namesOf3(it)) put(found2, name, it);
    for (const it of of(root).querySelectorAll(BOXES)) if (choiceOf(it)) put(found2, choiceOf(it), it);
    return found2;
  });
  /** @param {string} name */
  const times = (name) => names.map((found2) => found2.get(name)?.length ?? 0);
  /** @param {string} name */
  const isAtMostOnce = (name) => Math.max(...times(name)) < 2;
  /** @param {Element} element */
  const findName = (element) => {
    const choice = choiceOf(element);
    if (choice && isAtMostOnce(choice)) return choice;
    const own = namesOf3(element).filter(isAtMostOnce);
    return own.find((name) => Math.min(...times(name)) === 1) ?? own[0];
  };
  /** @type {Map<Element, string | undefined>} */
  const called = /* @__PURE__ */ new Map();
  /** @param {Element} element */
  const nameOf3 = (element) => {
    if (!called.has(element)) called.set(element, findName(element));
    return called.get(element);
  };
  /** @param {Element} element */
  const homeOf = (element) => {
    let home2 = element;
    while (home2 !== block && home2 !== fresh && nameOf3(home2) === void 0) home2 = parentOf(home2);
    return home2;
  };
  /** @type {Set<Element>} */
  const leftOut = /* @__PURE__ */ new Set();
  const known5 = new Known();
  known5.twins.set(block, fresh);
  /** @type {Map<Element, Map<string, Map<string, Element[]>>>} By home, tag and kind. */
  const sorted = /* @__PURE__ */ new Map();
  /** @type {Map<Element, Set<string>>} Kinds of which the pairs are known, by their home. */
  const asked5 = /* @__PURE__ */ new Map();
  /** @param {Element} home @param {string} localName @param {string} kind */
  const alikeIn = (home2, localName, kind) => {
    const byTag = sorted.get(home2) ?? /* @__PURE__ */ new Map();
    sorted.set(home2, byTag);
    if (!byTag.has(localName)) {
      const kinds = /* @__PURE__ */ new Map();
      for (const it of of(home2).querySelectorAll(CSS.escape(localName))) {
        if (homeOf(it) === home2 && !isInserted(it)) put(kinds, kindOf(it), it);
      }
      byTag.set(localName, kinds);
    }
    /** @type {Element[]} */
    const found2 = byTag.get(localName).get(kind) ?? [];
    return found2.filter((it) => !isWithin(it, leftOut));
  };
  /** @param {Element} element @param {Element[]} homes */
  const pairKind = (element, homes) => {
    const kind = kindOf(element);
    const kinds = asked5.get(homes[0]) ?? /* @__PURE__ */ new Set();
    asked5.set(homes[0], kinds);
    if (kinds.has(kind)) return;
    kinds.add(kind);
    known5.pair(
      homes.map((each) => alikeIn(each, of(element).localName, kind)),
      homes
    );
  };
  /** @type {(element: Element) => Element | null} */
  const twinOf2 = (element) => {
    const name = known5.twins.has(element) ? void 0 : nameOf3(element);
    if (name !== void 0) return names[1].get(name)?.[0] ?? null;
    if (!known5.twins.has(element)) {
      const home2 = homeOf(element);
      const freshHome = twinOf2(home2);
      if (freshHome) pairKind(element, [home2, freshHome]);
    }
    return known5.twins.get(element) ?? null;
  };
  return {
    twinOf: (
      /** @type {Match["twinOf"]} */
      twinOf2
    ),
    isUnique: (element) => nameOf3(element) === idOf(element),
    leaveOut: (...elements) => elements.forEach((it) => leftOut.add(it))
  };
};

// src/requests/controls.js
/* From which controls htmx takes the values that a request sends. htmx does not publish this, and the request does not show
   it: a checkbox that is not checked sends nothing, and a message belongs at the field that it is about. */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement} Control */
/**
 * Return whether an attribute of an element, which is a list, has a name in it or is "*".
 * @param {Element} element
 * @param {string} attribute
 * @param {string} name
 */
var lists = (element, attribute2, name) => {
  const text = ownAttribute(element, attribute2);
  return text === "*" || Boolean(text?.split(" ").includes(name));
};
/* On htmx 2 attributes of what is around an element count, unless they are not inherited there; on htmx 4 only those
   that are marked. */
/** @type {(name: string, holder: Element, isOwn: boolean) => string[]} */
var namesOf4 = (name, holder, isOwn2) => {
  const { disableInheritance, implicitInheritance } = htmx.config;
  if (isHtmx2) return isOwn2 || !disableInheritance || lists(holder, "hx-inherit", name) ? [name] : [];
  const own = isOwn2 || implicitInheritance ? [name, `${name}:append`] : [];
  return [...own, `${name}:inherited`, `${name}:inherited:append`].map(spelt);
};
/** @type {(holder: Element, name: string) => boolean} */
var isWithheld = (holder, name) => isHtmx2 && !htmx.config.disableInheritance && lists(holder, "hx-disinherit", name);
/**
 * Return what an attribute says for an element, the nearest first, with the element that has it.
 * @param {Element} element
 * @param {string} name
 */
var inherited = (element, name) => {
  const found2 = [];
  for (const holder of [element, ...ancestors(element)]) {
    const isOwn2 = holder === element;
    if (!isOwn2 && isWithheld(holder, name)) return found2;
    for (const key of namesOf4(name, holder, isOwn2)) {
      const text = ownAttribute(holder, key);
      if (text === null) continue;
      found2.push({ text, holder });
      if (!key.endsWith("append") && !/(^|,)\s*inherit\s*(,|$)/.test(text)) return found2;
    }
  }
  return found2;
};
/* What hx-include names. What it means by words that are no CSS is for htmx to say; this is what it says. */
/** @type {(element: Element, holder: Element, selector: string) => (Element | null | undefined)[]} */
var select = (element, holder, selector) => {
  const [, word, rest2 = ""] = /^(\S+)\s*(.*)$/s.exec(selector) ?? [];
  const isAt = (place2) => (each) => Boolean(of(element).compareDocumentPosition(each) & place2);
  try {
    if (selector === "this") return [holder];
    if (/^(inherit|window)?$/.test(selector)) return [];
    if (/^(document|body)$/.test(selector)) return [page.body];
    if (word === "closest") return [of(element).closest(rest2)];
    if (word === "find") return [of(element).querySelector(rest2)];
    if (word === "findAll") return all(rest2, element);
    if (word === "next") return [all(rest2 || "*").find(isAt(Node.DOCUMENT_POSITION_FOLLOWING))];
    if (word === "previous") return [all(rest2 || "*").findLast(isAt(Node.DOCUMENT_POSITION_PRECEDING))];
    return all(word === "global" ? rest2 : selector);
  } catch {
    return [];
    // no selector, and htmx has reported it
  }
};
var included = (element) => inherited(element, "hx-include").flatMap(
  ({ text, holder }) => (
    // A comma inside of <…/> or of brackets belongs to the selector.
    (text.match(/(?:<[^>]*\/>|\([^)]*\)|\[[^\]]*\]|[^,])+/g) ?? []).flatMap(
      (part) => select(
        element,
        holder,
        part.trim().replace(/<(.*)\/>$/s, "$1").trim()
      )
    )
  )
);
var controlsIn = (root) => isForm(root) ? [...of(root).elements] : [root, ...all("input, select, textarea", root)];
/**
 * Return the controls that a request takes its values from: those of the form, what hx-include names, and the element.
 * @param {Element} element
 * @param {string} method
 */
var controlsOf = (element, method) => {
  const takesForm = isForm(element) || isHtmx2 || method.toUpperCase() !== "DELETE";
  const form = takesForm ? formOf(element) : null;
  const isContainer = !isHtmx2 && !form && !/^button$|-/i.test(element.localName);
  const roots = [form, ...included(element)].filter((each) => each != null);
  return /* @__PURE__ */ new Set([...roots.flatMap(controlsIn), ...isContainer ? controlsIn(element) : [element]]);
};
/**
 * Return a function that says of a name whether hx-params of htmx 2 leaves it in what an element sends.
 * @param {Element} element
 * @returns {(name: string) => boolean}
 */
var isSent = (element) => {
  const [{ text = "*" } = {}] = isHtmx2 ? inherited(element, "hx-params") : [];
  if (text === "none") return () => false;
  if (text === "*") return () => true;
  const isExcluding = text.startsWith("not ");
  const listed = (isExcluding ? text.slice(4) : text).split(",").map((each) => each.trim());
  return (name) => listed.includes(name) !== isExcluding;
};

// src/errors/names.js
/* Which controls the server means by the name of a field. */
/** @typedef {Field} Control - or another element with a name that sends a value */
var CONTROL = "input, select, textarea";
var NO_FIELD2 = /^(submit|button|reset|image)$/;
var PIECE = /^_(\d+|year|month|day)$/;
// of a widget of several
/**
 * @param {unknown} node
 * @returns {node is Control}
 */
var isControl = (node) => {
  if (!isElement(node) || isForm(node)) return false;
  const { name, type, localName } = (
    /** @type {Control} */
    node
  );
  return Boolean(name) && (is(node, CONTROL) || localName.includes("-")) && !NO_FIELD2.test(type);
};
/* Names are written in many ways: items.0.name, items[0][name], items-0-name. */
/** @param {string} name */
var partsOf = (name) => String(name.split(/[.[\]-]+/).filter(Boolean));
/** @param {Control} control */
var namesOf5 = (control) => {
  const declared = (
    /** @type {HTMLElement | null} */
    control.closest("[data-mizan-field]")?.dataset.mizanField
  );
  return declared ? [control.name, declared] : [control.name];
};
/* The controls of a name: as it is; spelt in another way; as a widget of several; with the prefix of its form, if only one
   has it. */
/** @type {(controls: Control[], name: string) => Control[]} */
var named2 = (controls, name) => {
  const those = (matches) => controls.filter((control) => namesOf5(control).some(matches));
  for (const found2 of [
    those((each) => each === name),
    those((each) => partsOf(each) === partsOf(name)),
    those((each) => each.startsWith(name) && PIECE.test(each.slice(name.length)))
  ]) {
    if (found2.length) return found2;
  }
  const prefixed = those((each) => each.endsWith(`-${name}`));
  return new Set(prefixed.map((each) => each.name)).size === 1 ? prefixed : [];
};
/* Of a list that several fields fill, the one at this place; what is checked or chosen in a list is one field. */
/** @type {(found: Control[], place: string) => Control[]} */
var nth = (found2, place2) => {
  const isList = /^\d+$/.test(place2) && found2.length > 1 && !found2.some(isCheckable);
  const sent3 = found2.filter((each) => !is(each, ":disabled"))[Number(place2)];
  return isList && sent3 ? [sent3] : found2;
};
/**
 * Return those of some controls that a name means. What is wrong inside of a value is said at the field that holds it.
 * @param {Control[]} controls
 * @param {string} name
 */
var find4 = (controls, name) => {
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const found2 = named2(controls, parts.slice(0, length).join("."));
    if (found2.length) return nth(found2, parts[length]);
  }
  return [];
};
/**
 * Return what visitors know a field by.
 * @param {(Element & { labels?: ArrayLike<Node> | null }) | undefined} control
 * @param {string} name
 */
var labelOf = (control, name) => {
  const text = control?.labels?.[0]?.textContent ?? control?.getAttribute("aria-label") ?? "";
  return text.trim().replace(/\s*:$/, "") || name;
};

// src/errors/places.js
/* Where the message of a field stands: before the field, where Django has it, or in the element with
   data-mizan-errors="name", if the form has one. */
/** @typedef {import("./names.js").Control} Control */
/**
 * @typedef {object} Place
 * @property {Element[]} described - the elements that the message describes
 * @property {Element} next - which it stands before
 */
var GROUP = "fieldset, [role=group], [role=radiogroup]";
var FRAME = ":is(div, p, span, ul, ol):not([data-mizan-field])";
// which a list may stand before
// What may hold no list.
var PHRASE = "p, label, legend, span, a, abbr, b, code, em, i, small, strong, h1, h2, h3, h4, h5, h6";
/* The outermost element around a control that is only its line, and no place for a list. */
/** @type {(control: Element, root: Element) => Element} */
var lineOf = (control, root) => {
  let line = control;
  for (const up of ancestors(control)) {
    if (up === root || isForm(up) || !is(up, PHRASE)) break;
    line = up;
  }
  return line;
};
/* Whether an element is inside of the root, and holds these controls and no other one. */
/** @type {(element: Element, found: Control[], root: Element) => boolean} */
var isAround = (element, found2, root) => root !== element && of(root).contains(element) && all("*", element).filter(isControl).every((it) => found2.includes(it));
/**
 * Return the place of a message: several controls of one name are described once, by what is around them alone.
 * @param {Control[]} found
 * @param {Element} root
 * @returns {Place}
 */
var placeOf2 = (found2, root) => {
  const [first] = found2;
  if (found2.length === 1 && first.type !== "radio") return { described: found2, next: lineOf(first, root) };
  const around2 = ancestors(first).find((up) => up === root || found2.every((each) => of(up).contains(each)));
  const group = around2 && of(around2).closest(GROUP);
  if (group && isAround(group, found2, root)) {
    const next = [...of(group).children].find((each) => of(each).contains(first));
    return { described: [group], next: next ?? first };
  }
  const isFrame = around2 && is(around2, FRAME) && isAround(around2, found2, root);
  return { described: found2, next: lineOf(isFrame ? around2 : first, root) };
};
/** @type {(root: Element, name: string) => Element | undefined} */
var slotOf = (root, name) => all(`[data-mizan-errors="${CSS.escape(name)}"]`, root)[0];
/**
 * Return whether visitors see a field. A closed details around it is opened for them.
 * @param {Control} control
 */
var reveal = (control) => {
  const around2 = ancestors(control);
  if (control.type === "hidden" || !around2.length) return false;
  const closed = (
    /** @type {HTMLDetailsElement[]} */
    around2.filter(
      (each) => is(each, "details:not([open])")
    )
  );
  for (const each of closed) each.open = true;
  if (isShown(around2[0])) return true;
  for (const each of closed) each.open = false;
  return false;
};

// src/errors/fields.js
/* What the server says of single fields is shown at those fields, in Django's own markup, and stays while their block is
   refreshed. A message goes when its field gets another value. */
/** @typedef {import("./names.js").Control} Control */
/**
 * @typedef {object} Message - what is in the page
 * @property {Control[]} controls
 * @property {Element[]} described
 * @property {Element} root - the form, or the page
 * @property {string} name
 * @property {string} content - of the controls, when it was shown
 * @property {Map<Element, string | null | undefined>} formers - what aria-invalid they had
 */
var MARK = "data-mizan-said";
// of the lists of this module; its value is the name of the field
var WHOLE = /^(__all__)?$/;
// names no field, but all of the form
/** @type {WeakMap<Element, Message>} The messages, by their lists. */
var messages = /* @__PURE__ */ new WeakMap();
var count2 = 0;
/** Return the lists of messages in the page. */
var lists2 = () => all(`[${MARK}]`);
/** Return the messages in the page that this module has shown, by their lists. */
var known2 = () => lists2().flatMap((list) => {
  const message = messages.get(list);
  return message ? [
    /** @type {const} */
    [list, message]
  ] : [];
});
// ---- one message
/** @param {Element} element */
var descriptionsOf = (element) => (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
/** @type {(element: Element, ids: string[]) => void} */
var describe3 = (element, ids) => {
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
};
/* As Django has it: id_name_error. A form may stand on a page more than once with the same ids. */
/** @type {(controls: Control[], root: Element) => string} */
var idFor = ([first, ...others2], root) => {
  const own = others2.length || first.type === "radio" ? first.id.replace(/_\d+$/, "") : first.id;
  const id = own ? `${own}_error` : "mizan-error";
  // What the page came with is of an attempt before this one.
  all(`.errorlist[id="${CSS.escape(id)}"]:not([${MARK}])`, root)[0]?.remove();
  if (own && !page.getElementById(id)) return id;
  do
    count2 += 1;
  while (page.getElementById(`${id}-${count2}`));
  return `${id}-${count2}`;
};
/** @type {(list: Element, texts: string[]) => void} */
var fill = (list, texts2) => {
  const there = [...list.children].map(({ textContent }) => textContent);
  for (const text of texts2.filter((each) => !there.includes(each))) {
    const item = page.createElement("li");
    item.textContent = text;
    list.append(item);
  }
};
/** @type {(list: Element, controls: Control[], root: Element, name: string) => Message} */
var put2 = (list, controls, root, name) => {
  const { described, next } = placeOf2(controls, root);
  const slot = slotOf(root, name);
  if (slot) slot.replaceChildren(list);
  else next.before(list);
  const formers = new Map(controls.map((each) => [each, each.getAttribute("aria-invalid")]));
  for (const each of controls) each.setAttribute("aria-invalid", "true");
  for (const each of described) describe3(each, [.../* @__PURE__ */ new Set([...descriptionsOf(each), list.id])]);
  const message = { controls, described, root, name, formers, content: contentOf(controls) };
  messages.set(list, message);
  return message;
};
/** @type {(controls: Control[], root: Element, name: string, texts: string[]) => void} */
var say = (controls, root, name, texts2) => {
  const [there] = known2().find(([, message]) => message.controls.some((each) => controls.includes(each))) ?? [];
  if (there) return fill(there, texts2);
  const list = page.createElement("ul");
  list.className = "errorlist";
  list.id = idFor(controls, root);
  list.setAttribute(MARK, name);
  fill(list, texts2);
  put2(list, controls, root, name);
};
/** @param {Element} list */
var remove = (list) => serve(() => {
  const { controls, described, formers } = messages.get(list) ?? orphaned(list);
  for (const each of described)
    describe3(
      each,
      descriptionsOf(each).filter((id) => id !== list.id)
    );
  for (const each of controls) {
    // "true" came with the page, and is as old as that message.
    if (formers.get(each) === "false") each.setAttribute("aria-invalid", "false");
    else each.removeAttribute("aria-invalid");
  }
  list.remove();
});
/* A page out of htmx's history has lists that nobody remembers. */
/** @type {(list: Element) => Pick<Message, "described" | "controls" | "formers">} */
var orphaned = ({ id }) => {
  const described = all(`[aria-describedby~="${CSS.escape(id)}"]`);
  const controls = described.flatMap(
    (each) => isControl(each) ? [each] : all(CONTROL, each).filter(isControl)
  );
  return { described, controls, formers: /* @__PURE__ */ new Map() };
};
// ---- all messages of a request
/** @type {WeakMap<Element, { method: string, type?: string }>} The last request of each element, and what triggered it. */
var asked3 = /* @__PURE__ */ new WeakMap();
/** @param {Element} element */
var controlsFor = (element) => {
  const { method = "POST" } = asked3.get(element) ?? {};
  const form = formOf(element);
  const own = form ? [...of(form).elements] : [];
  return [.../* @__PURE__ */ new Set([...own, ...controlsOf(element, method)])].filter(isControl);
};
/* A block that is refreshed sends nothing of what is in it. */
/** @param {Element} element */
var isRefresh2 = (element) => is(element, BLOCK) && /^get$/i.test(asked3.get(element)?.method ?? "");
/**
 * Remove the messages at the fields of which an element sends the values.
 * @param {Element} element
 */
var clear2 = (element) => {
  if (isRefresh2(element)) return;
  const controls = of(element)?.isConnected ? controlsFor(element) : [];
  for (const [list, message] of known2()) {
    if (message.controls.some((each) => controls.includes(each) || !each.isConnected)) remove(list);
  }
};
/* What is included from elsewhere stands in a form of its own, or in none. */
/** @type {(controls: Control[], root: Element) => Element} */
var rootOf = ([{ form }], root) => isForm(root) && form === root ? root : form ?? page.documentElement;
/**
 * Show at the fields of which an element has sent the values what is wrong with each. Return the texts that belong to no
 * field that visitors see. After a submit or a click the first field that is wrong gets the focus.
 * @param {Element} element
 * @param {Record<string, Texts> | null | undefined} fields
 */
var show2 = (element, fields) => {
  clear2(element);
  const isThere2 = of(element)?.isConnected;
  const root = isThere2 && formOf(element) || page.documentElement;
  const controls = isThere2 ? controlsFor(element) : [];
  /** @type {Control[]} */
  const wrong = [];
  /** @type {string[]} */
  const rest2 = [];
  for (const [name, given2] of Object.entries(fields ?? {})) {
    const texts2 = [given2].flat().map(String);
    if (!texts2.length) continue;
    const isWhole = WHOLE.test(name);
    const found2 = isWhole ? [] : find4(controls, name);
    const seen = found2.filter(reveal);
    if (seen.length) {
      serve(() => say(seen, rootOf(seen, root), name, texts2));
      wrong.push(...seen);
    } else rest2.push(...texts2.map((text) => isWhole ? text : `${labelOf(found2[0], name)}: ${text}`));
  }
  if (wrong.length) lead(element, root, wrong);
  return rest2;
};
/** @type {(one: Element, other: Element) => number} */
var byPlace = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
/* Put the focus where the visitor has to go on, unless they are elsewhere by now. For those who stay where they are, such as
   in a field that sends itself, the messages are announced. */
/** @type {(element: Element, root: Element, wrong: Control[]) => void} */
var lead = (element, root, wrong) => {
  const focused = (
    /** @type {Control | null} */
    page.activeElement
  );
  const isNear = !focused || focused === page.body || wrong.includes(focused) || [element, ...isForm(root) ? [root] : []].some(
    (each) => of(each).contains(focused) || focused.form === each
  );
  if (isNear && /^(submit|click)$/.test(asked3.get(element)?.type ?? "")) {
    // A script may have put something of its own before a control.
    for (const each of [...new Set(wrong)].sort(byPlace)) {
      each.focus();
      if (each === page.activeElement) return;
    }
  }
  for (const [list, { controls }] of known2()) {
    if (!controls.some((each) => wrong.includes(each))) continue;
    announce([...list.children].map(({ textContent }) => textContent).join(" "));
  }
};
// ---- what visitors correct
var isPressed = false;
// a field that moves under the pointer between press and release would make the click miss
var removeCorrected = () => {
  for (const [list, { controls, content }] of known2()) if (content !== contentOf(controls)) remove(list);
};
var removeCorrectedLater = () => setTimeout(() => isPressed || removeCorrected());
// ---- a block that is refreshed around a field
/* The new content gets the messages of what it replaces, so that they are in it however it is swapped in. */
/** @type {(list: Element, message: Message, block: Element, twinOf: (element: Element) => Element | null) => void} */
var carry = (list, { controls, root, name, content, formers }, block, twinOf2) => {
  const isWithin2 = isForm(root) && (root === block || of(block).contains(root));
  const twins = controls.map(twinOf2).filter(isControl);
  const place2 = twinOf2(isWithin2 ? root : block);
  if (!place2 || twins.length < controls.length) return;
  const copy = (
    /** @type {Element} */
    list.cloneNode(true)
  );
  const message = put2(copy, twins, place2, name);
  Object.assign(message, { content, root: isWithin2 ? place2 : root });
  message.formers = new Map(twins.map((each, at) => [each, formers.get(controls[at])]));
};
/** @param {Event & { detail: { fresh: Element } }} event */
var carryAll = ({ target, detail: { fresh } }) => {
  const block = (
    /** @type {Element} */
    target
  );
  const inside = known2().filter(([, { controls }]) => controls.every((each) => of(block).contains(each)));
  if (!inside.length) return;
  const { twinOf: twinOf2 } = match(block, fresh);
  for (const [list, message] of inside) carry(list, message, block, twinOf2);
};
var start17 = () => {
  onCapture(
    "mizan:request",
    ({ detail: { element, method, event } }) => asked3.set(element, { method, type: event?.type })
  );
  onCapture("pointerdown", () => {
    isPressed = true;
  });
  onCapture("pointerup pointercancel", () => {
    isPressed = false;
    removeCorrectedLater();
  });
  onCapture("change", removeCorrectedLater);
  onCapture("reset", ({ target }) => setTimeout(() => of(target).isConnected && clear2(target)));
  onCapture("mizan:keep", carryAll);
  onCapture("mizan:refreshed", removeCorrected);
  onRestored(() => {
    for (const list of lists2()) if (!messages.has(list)) remove(list);
  });
};

// src/html.js
/* HTML that the server has sent, as nodes, and scripts of it that are to run.

   Under a Content-Security-Policy with require-trusted-types-for a browser takes both only from a policy. This one is
   called "mizan", and passes on what it is given: the server has written it. */
/** @typedef {{ createHTML(text: string): string, createScript(text: string): string, createScriptURL(text: string): string }} Policy */
var PASS = (
  /** @type {Policy} */
  Object.fromEntries(
    ["createHTML", "createScript", "createScriptURL"].map((name) => [
      name,
      (text) => text
    ])
  )
);
/** @type {Policy | undefined} */
var policy;
/* A policy of this name can be made once. */
var trusted = () => {
  const { trustedTypes } = (
    /** @type {{ trustedTypes?: { createPolicy?(name: string, rules: Policy): Policy } }} */
    /** @type {unknown} */
    window
  );
  policy ??= trustedTypes?.createPolicy?.("mizan", PASS) ?? PASS;
  return policy;
};
/**
 * Return the nodes of this HTML. They are in no document: nothing in them loads or runs.
 * @param {string} html
 */
var parseHtml = (html) => {
  const template2 = page.createElement("template");
  template2.innerHTML = trusted().createHTML(html);
  return template2.content;
};
/**
 * Return what a browser takes as HTML: for DOMParser, or `srcdoc`.
 * @param {string} html
 */
var trustedHtml = (html) => trusted().createHTML(html);
/**
 * Return a script like this one, which runs when it comes into the page.
 * @param {HTMLScriptElement} script
 */
var copyScript = (script) => {
  const copy = page.createElement("script");
  for (const { name, value } of script.attributes) {
    copy.setAttribute(name, name === "src" ? trusted().createScriptURL(value) : value);
  }
  copy.textContent = trusted().createScript(script.textContent ?? "");
  return copy;
};

// src/errors/answers.js
/* What an answer to a request says: whether it is a failure, whether its HTML belongs into the page, and what is wrong. */
/**
 * @typedef {object} Answer
 * @property {number} status - 0 if there was none
 * @property {string} [url]
 * @property {(name: string) => string | null} header
 * @property {string} text
 */
/**
 * @typedef {object} Refusal - the JSON of an answer that mizan refuses something with
 * @property {string} [code]
 * @property {string} [message]
 * @property {{ fields?: Record<string, Texts> }} [details]
 * @property {{ page?: string }} [debug]
 */
/** @typedef {{ isBoosted: boolean, select?: string | null, target: Element | null }} Target */
var ERROR = "X-Mizan-Error";
var FIELD2 = "input:not([type=hidden]), select, textarea";
/** No answer at all. @type {Answer} */
var NONE2 = { status: 0, header: () => null, text: "" };
/** @type {(answer: Answer, kind: RegExp) => boolean} */
var isOfType = ({ header }, kind) => kind.test(header("Content-Type") ?? "");
/** Return the code with which mizan itself refuses, or null. @param {Answer} answer */
var codeOf = ({ header }) => header(ERROR);
/** @param {Answer} answer */
var isJson2 = (answer2) => isOfType(answer2, /\bjson\b/i);
/** @param {Answer} answer */
var isHtml = (answer2) => isOfType(answer2, /\bhtml\b/i) && Boolean(answer2.text?.trim());
/** Return whether an answer is the HTML of a whole page. @param {Answer} answer */
var isPage = (answer2) => isHtml(answer2) && /^\s*(<!--.*?-->\s*)*<(!doctype|html)\b/is.test(answer2.text);
/** @param {Answer} answer */
var isFailure = (answer2) => answer2.status >= 400 || codeOf(answer2) !== null;
/** Return whether a header says where the HTML belongs. @param {Answer} answer */
var isAimed = ({ header }) => header("HX-Retarget") !== null || header("HX-Reswap") !== null;
/** Return whether the browser or htmx goes to another page. @param {Answer} answer */
var isLeaving = ({ header }) => leavesBy(header) || header("HX-Location") !== null;
/** @param {string | null | undefined} spec */
var isNoSwap = (spec) => /^\s*none\b/.test(spec ?? "");
/**
 * Return whether the HTML of a failure belongs where htmx would put it. A 422 does, and what a header sends somewhere. What
 * would replace the element that sent the request takes away what was typed there, unless it is a form again; and a page
 * belongs only where one was asked for.
 * @param {Answer} answer
 * @param {{ element: Element, method: string }} request
 * @param {Target} where
 */
var fits = (answer2, { element, method }, { isBoosted, select: select2, target }) => {
  if (!isHtml(answer2) || codeOf(answer2) !== null) return false;
  if (answer2.status === 422 || isAimed(answer2)) return true;
  if (answer2.status >= 500) return false;
  const content = parseHtml(answer2.text);
  if (isPage(answer2)) {
    const isAsked = select2 ? content.querySelector(select2) !== null : isBoosted || target === page.body;
    return isAsked && (answer2.status === 400 || isSafe(method));
  }
  const isOver2 = [element, formOf(element)].some((each) => each && target && of(target).contains(each));
  return !isOver2 || content.querySelector(FIELD2) !== null;
};
/**
 * Return the JSON of a failure: its body, or in an element behind what the template shows.
 * @param {Answer} answer
 * @returns {Refusal & { result?: { success?: boolean, errors?: Record<string, unknown> } }}
 */
var read2 = (answer2) => {
  const script = isHtml(answer2) && parseHtml(answer2.text).querySelector("script[data-mizan-refusal]");
  try {
    return JSON.parse(script ? script.textContent : answer2.text) ?? {};
  } catch {
    return {};
  }
};
/**
 * @param {unknown} value
 * @returns {value is Texts}
 */
var isTexts = (value) => [value].flat().every((each) => typeof each === "string");
/** @type {(row: Record<string, Texts>, at: number) => [string, Texts][]} */
var ofRow = (row, at) => Object.entries(row).map(([name, texts2]) => [`${at}-${name}`, texts2]);
/**
 * Return what the function of a form answers with 200 if something does not fit: texts by field, and those of rows. Return
 * null if all fits.
 * @param {Answer} answer
 * @returns {Record<string, Texts> | null}
 */
var misfits = (answer2) => {
  const result = isJson2(answer2) && read2(answer2).result;
  if (!result || result.success !== false || !result.errors) return null;
  const fields = Object.entries(result.errors).flatMap(([name, value]) => {
    if (isTexts(value)) return [
      /** @type {[string, Texts]} */
      [name, value]
    ];
    return name === "rows" ? (
      /** @type {Record<string, Texts>[]} */
      value.flatMap(ofRow)
    ) : [];
  });
  return Object.fromEntries(fields);
};
/**
 * Return all texts about fields.
 * @param {Record<string, Texts> | null} fields
 */
var textsIn2 = (fields) => (
  /** @type {unknown[]} */
  Object.values(fields ?? {}).flat(Infinity).map(String)
);
/**
 * Return the message that the server itself has for a failure, or "".
 * @param {Answer} answer
 * @param {Refusal} refusal
 */
var messageOf = ({ header }, { message }) => {
  const text = header("X-Mizan-Message");
  if (text === null) return "";
  try {
    return message ?? decodeURIComponent(text);
  } catch {
    return "";
    // cut off on the way
  }
};
/** Return in how many seconds the server wants to be asked again, or null. @param {Answer} answer */
var retryAfterOf = ({ header }) => {
  const seconds = retryDelay(header("Retry-After")) / 1e3;
  return seconds >= 0 ? Math.ceil(seconds) : null;
};
/** Return "no" if nothing was committed, and "maybe" otherwise. @type {(answer: Answer, method: string) => "no" | "maybe"} */
var committed = ({ header }, method) => isSafe(method) || header("X-Mizan-Committed") === "no" ? "no" : "maybe";

// src/errors/template.js
/* The texts and the markup of messages: template[data-mizan-errors], which the server renders of mizan_htmx/errors.html. */
/** @type {HTMLTemplateElement | null} */
var template = null;
// remembered, since a swap may take it away
/**
 * Return the element in the template that matches a selector.
 * @param {string} selector
 * @returns {HTMLElement | null | undefined}
 */
var inTemplate = (selector) => {
  template = /** @type {typeof template} */
  page.querySelector("template[data-mizan-errors]") ?? template;
  return template?.content.querySelector(selector);
};
/**
 * Return the text about a status for which the server has none of its own.
 * @param {number} status
 */
var textFor = (status) => {
  const names = [status, `${String(status)[0]}xx`, "error"];
  const found2 = names.map((name) => inTemplate(`[data-mizan-when~="${name}"]`));
  return found2.find(Boolean)?.textContent.trim();
};
var start18 = () => {
  inTemplate("*");
};

// src/errors/outcome.js
/* What became of each request that a visitor has made, the same on htmx 2 and htmx 4: mizan:done, mizan:read or
   mizan:failed. errors/notice.js shows the last of them; docs/shim.md says what they have.

   What a view refuses in HTML goes where the view says. What mizan refuses, what is no HTML, and the page that a site shows
   for an error would replace the form or the button: those are not swapped in. Sites that have a way of their own for errors
   are left to it: hx-status, hx-target-error and the like, a listener that decides, a rule of responseHandling with a target. */
/** @typedef {import("./answers.js").Answer} Answer */
/**
 * @typedef {object} Outcome - of a request that is under way
 * @property {HtmxRequest} request
 * @property {HTMLElement} element
 * @property {string} method
 * @property {string} url
 * @property {Event} [event] - that triggered it
 * @property {HTMLElement | null} focused - before it was sent
 * @property {number} began
 * @property {Event[]} heard - by which others may say that they look after the answer
 * @property {boolean} [isLost] - there was no answer, or it broke off
 * @property {boolean} [isSwapped] - the answer can be seen
 */
/** @type {WeakMap<HtmxRequest, Outcome>} */
var outcomes = /* @__PURE__ */ new WeakMap();
var isLeavingPage = false;
// the browser drops what is under way
var isCollecting = false;
/** From now on, mizan:failed has the page that a site shows for an error. */
var collectPages = () => {
  isCollecting = true;
};
/** Return whether a request is of a form of {% mizan_form %}, which looks after its answers. @param {Outcome} outcome */
var isOfForm = ({ element }) => is(element, FORM);
/** @param {HtmxRequest} request */
var outcomeOf = (request) => outcomes.get(request);
/**
 * Follow a request. What goes on behind the page is not followed: no visitor waits for it.
 * @param {Pick<Outcome, "request" | "element" | "method" | "url" | "event">} given
 */
var follow3 = (given2) => {
  const { request, element, method } = given2;
  if (outcomes.has(request) || isSafe(method) && is(element, BEHIND)) return null;
  const { activeElement } = page;
  const focused = activeElement === page.body ? null : (
    /** @type {HTMLElement | null} */
    activeElement
  );
  /** @type {Outcome} */
  const outcome = { ...given2, focused, began: performance.now(), heard: [] };
  outcomes.set(request, outcome);
  return outcome;
};
/**
 * Listen to an event by which others may say that they look after an answer.
 * @param {string} name
 * @param {(detail: any) => HtmxRequest} requestOf
 */
var hearWhetherPrevented = (name, requestOf2) => addEventListener(
  name,
  (event) => outcomes.get(requestOf2(
    /** @type {CustomEvent} */
    event.detail
  ))?.heard.push(event),
  true
);
/** @type {(outcome: Outcome, type?: string) => boolean} */
var isPrevented = ({ heard }, type) => heard.some((event) => event.defaultPrevented && (!type || event.type === type));
/** @type {(outcome: Outcome, answer: Answer) => FailedDetail} */
var describe4 = (outcome, answer2) => {
  const { element, method, url, event, request, isSwapped: isSwapped2 } = outcome;
  const { status } = answer2;
  const code = codeOf(answer2);
  const refusal = code === null ? {} : read2(answer2);
  const message = messageOf(answer2, refusal);
  return {
    status,
    code: code ?? "",
    message: message || textFor(code !== null && status < 400 ? 422 : status) || String(status),
    isOwn: message !== "",
    fields: refusal.details?.fields ?? misfits(answer2),
    element,
    method: method.toUpperCase(),
    url,
    isCommitted: committed(answer2, method),
    request,
    event,
    retryAfter: retryAfterOf(answer2),
    page: refusal.debug?.page ?? (isCollecting && isPage(answer2) ? answer2.text : null),
    isShown: isSwapped2 || isPrevented(outcome) || isOfForm(outcome) || isLeaving(answer2)
  };
};
/**
 * Return as HTML what visitors read if a site swaps in a refusal of ours, which is JSON; undefined for anything else.
 * @type {(outcome: Outcome, answer: Answer) => string | undefined}
 */
var readable = (outcome, answer2) => {
  if (codeOf(answer2) === null || !isJson2(answer2)) return void 0;
  const { message, fields } = describe4(outcome, answer2);
  const paragraphs = [message, ...textsIn2(fields)].map((text) => {
    const paragraph = page.createElement("p");
    paragraph.textContent = text;
    return paragraph.outerHTML;
  });
  return paragraphs.join("");
};
/* A button that was disabled meanwhile has lost the focus. */
/** @param {Outcome} outcome */
var giveFocusBack = ({ focused }) => {
  const { activeElement } = page;
  const isNowhere = !activeElement || activeElement === page.body;
  if (focused && isNowhere && of(focused).isConnected) of(focused).focus({ preventScroll: true });
};
/**
 * Report what became of a request.
 * @param {Outcome} outcome
 * @param {Answer | null} given - null if it was given up
 */
var end = (outcome, given2) => {
  const { element, method, url, request, event, isLost } = outcome;
  outcomes.delete(request);
  if (isLeavingPage) return;
  if (!isOfForm(outcome)) giveFocusBack(outcome);
  if (!given2 && !isLost) return;
  // dropped before it was sent, or given up
  let answer2 = !isLost && given2 || NONE2;
  if (!isOwn(answer2.url || url)) answer2 = { ...answer2, header: () => null };
  const target = of(element).isConnected ? element : document;
  if (!isLost && !isFailure(answer2) && !misfits(answer2) && !isPrevented(outcome, "mizan:answer")) {
    const detail = { status: answer2.status, element, method: method.toUpperCase(), url, request };
    fire(target, isSafe(method) ? "mizan:read" : "mizan:done", detail);
  } else if (!isSafe(method) || event?.isTrusted) fire(target, "mizan:failed", describe4(outcome, answer2));
};
var start19 = () => {
  hearWhetherPrevented("mizan:answer", ({ request }) => request);
  addEventListener("pagehide", () => {
    isLeavingPage = true;
  });
  addEventListener("pageshow", () => {
    isLeavingPage = false;
  });
};

// src/errors/django_htmx.js
/* Under DEBUG, django-htmx replaces the whole page by the page about an error. Beside the shim it does not; mizan:failed has
   the page about the error. */
var SCRIPT = 'script[src*="django-htmx"][data-debug="True"]';
/* It listens at the document, and on htmx 4 has kept all errors from being swapped in. */
/** @param {Event} event */
var hush2 = (event) => {
  const { xhr, ctx } = (
    /** @type {CustomEvent} */
    event.detail
  );
  if ((xhr?.status ?? ctx.response.status) >= 400) event.stopPropagation();
};
var start20 = () => {
  if (!all(SCRIPT).length) return;
  collectPages();
  const name = isHtmx2 ? "htmx:beforeOnLoad" : spelt("htmx:response:error");
  page.documentElement.addEventListener(name, hush2);
  addEventListener(name, (event) => event.target === document && hush2(event), true);
  const { noSwap = [] } = htmx.config;
  for (const code of ["4xx", "5xx"]) if (noSwap.includes(code)) noSwap.splice(noSwap.lastIndexOf(code), 1);
};

// src/errors/htmx2.js
/* The outcomes of the requests of htmx 2, which are XMLHttpRequests. */
/** @typedef {import("./answers.js").Answer} Answer */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/**
 * @typedef {object} Swap - the detail of htmx:beforeSwap
 * @property {XMLHttpRequest} xhr
 * @property {boolean} shouldSwap
 * @property {Element} target
 * @property {boolean} boosted
 * @property {string} serverResponse
 * @property {string} [swapOverride]
 * @property {string} [selectOverride]
 * @property {string} [select]
 */
var MOVING = 1e3;
// milliseconds that a view transition may take
/** @type {WeakMap<Outcome, Pick<Swap, "shouldSwap" | "target"> & { swap: Swap }>} What htmx would swap by itself. */
var swaps = /* @__PURE__ */ new WeakMap();
/* Of another site's answer browsers hand out few headers, and complain when others are read. */
/** @type {(xhr: XMLHttpRequest) => Answer} */
var answerOf = (xhr) => ({
  status: xhr.status,
  url: xhr.responseURL,
  header: (name) => !xhr.responseURL || isOwn(xhr.responseURL) ? xhr.getResponseHeader(name) : null,
  text: xhr.response
});
/** @type {(swap: Swap, element: Element) => string} */
var specOf = ({ swapOverride }, element) => swapOverride ?? attributeOf(element, "hx-swap") ?? "";
/* Whether the site itself has said what becomes of a status: htmx 2 swaps none from 400 on in. A rule that only says that it
   is swapped, as for a 422, means HTML of the site's own. */
/** @param {Answer} answer */
var isRuled = (answer2) => {
  const rule = htmx.config.responseHandling.find(({ code }) => new RegExp(code).test(String(answer2.status)));
  const isDefault = rule?.code === "[45].." && !rule.swap && !rule.target;
  return Boolean(rule?.target) || !isDefault && isHtml(answer2) && codeOf(answer2) === null;
};
/* Until what htmx has begun to swap in has settled. Where nothing is left of the target, no event says so. */
/** @type {(request: HtmxRequest, spec: string) => Promise<void>} */
var settled = (request, spec) => new Promise((resolve) => {
  const { defaultSwapDelay, defaultSettleDelay, globalViewTransitions } = htmx.config;
  const delayOf = (name, otherwise) => htmx.parseInterval(new RegExp(`\\b${name}:(\\S+)`).exec(spec)?.[1] ?? `${otherwise}ms`) || 0;
  const hearing = new AbortController();
  const finish2 = () => {
    hearing.abort();
    setTimeout(resolve);
    // when all have heard it
  };
  on("htmx:afterSettle", ({ detail }) => detail.xhr === request && finish2(), {
    capture: true,
    signal: hearing.signal
  });
  const moving = globalViewTransitions || /transition:true/.test(spec) ? MOVING : 0;
  // As htmx does, so that these timers end after its own.
  setTimeout(
    () => setTimeout(finish2, delayOf("settle", defaultSettleDelay) + moving),
    delayOf("swap", defaultSwapDelay)
  );
});
/** @type {(xhr: XMLHttpRequest, outcome: Outcome) => Promise<void>} */
var land = async (xhr, outcome) => {
  const { swap } = swaps.get(outcome) ?? {};
  if (swap?.shouldSwap) {
    const spec = specOf(swap, outcome.element);
    outcome.isSwapped = !isNoSwap(spec);
    await settled(xhr, spec);
  }
  end(outcome, xhr.status ? answerOf(xhr) : null);
};
/** @typedef {{ verb: string, path: string, triggeringEvent?: Event }} Config */
/** @param {{ xhr: XMLHttpRequest, elt: HTMLElement, requestConfig?: Config }} detail */
var begin2 = ({ xhr, elt, requestConfig }) => {
  if (!requestConfig) return;
  const { verb, path, triggeringEvent } = requestConfig;
  const outcome = follow3({ request: xhr, element: elt, method: verb, url: path, event: triggeringEvent });
  if (!outcome) return;
  const lose = () => outcome.isLost = true;
  for (const name of ["error", "timeout"]) xhr.addEventListener(name, lose);
  xhr.addEventListener("loadend", () => land(xhr, outcome));
  // htmx has begun to swap by then, in onload
};
/** @param {Swap} detail */
var decide = (detail) => {
  const outcome = outcomeOf(detail.xhr);
  if (!outcome || isOfForm(outcome)) return;
  const answer2 = answerOf(detail.xhr);
  if (!isFailure(answer2)) return;
  detail.serverResponse = readable(outcome, answer2) ?? detail.serverResponse;
  const { shouldSwap, target } = swaps.get(outcome) ?? detail;
  if (detail.shouldSwap !== shouldSwap || detail.target !== target || isRuled(answer2)) return;
  const select2 = detail.selectOverride ?? detail.select ?? attributeOf(outcome.element, "hx-select");
  const place2 = { isBoosted: detail.boosted, select: select2 === "unset" ? null : select2, target };
  const isWanted = shouldSwap || answer2.status === 422 || isAimed(answer2);
  detail.shouldSwap = isWanted && fits(answer2, outcome, place2);
};
/** @param {string} name @param {(detail: any) => void} listener @param {boolean} isFirst */
var listen = (name, listener, isFirst = true) => addEventListener(name, (event) => listener(
  /** @type {CustomEvent} */
  event.detail
), isFirst);
var start21 = () => {
  // Or later, for what has left before the shim was there.
  for (const name of ["htmx:beforeRequest", "htmx:beforeOnLoad"]) listen(name, begin2);
  for (const name of ["htmx:beforeOnLoad", "htmx:beforeSwap"]) hearWhetherPrevented(name, ({ xhr }) => xhr);
  listen("htmx:beforeSwap", (swap) => {
    const outcome = outcomeOf(swap.xhr);
    if (outcome) swaps.set(outcome, { swap, shouldSwap: swap.shouldSwap, target: swap.target });
  });
  // Only the extensions of htmx come after this, and may decide otherwise.
  listen("htmx:beforeSwap", decide, false);
};

// src/errors/htmx4.js
/* The outcomes of the requests of htmx 4, which are contexts. */
/** @typedef {import("./answers.js").Answer} Answer */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @type {WeakMap<Outcome, Answer>} Answers as they came; contexts may be changed. */
var answers = /* @__PURE__ */ new WeakMap();
/** @param {HtmxContext} ctx */
var answerOf2 = ({ response, text = "" }) => {
  const { status, headers, raw } = (
    /** @type {NonNullable<typeof response>} */
    response
  );
  return { status, url: raw.url, header: (name) => headers.get(name), text };
};
/* Whether hx-status on the element, or handed down to it, says what becomes of a status. */
/** @type {(element: Element, status: number) => boolean} */
var isStated = (element, status) => {
  const text = String(status);
  const names = [text, `${text.slice(0, 2)}x`, `${text[0]}xx`].flatMap(
    (code) => ["hx", "data-hx"].map((prefix) => `${prefix}-status:${code}`)
  );
  return [element, ...ancestors(element)].some((each) => {
    const isAbove = each !== element && !htmx.config.implicitInheritance;
    const ends = isAbove ? [":inherited"] : ["", ":inherited"];
    return names.some((name) => ends.some((ending) => of(each).hasAttribute(spelt(name + ending))));
  });
};
/** @type {(ctx: HtmxContext, outcome: Outcome) => boolean} */
var isRefused = (ctx, outcome) => {
  const answer2 = answers.get(outcome) ?? answerOf2(ctx);
  if (!isFailure(answer2) || isOfForm(outcome)) return false;
  const { select: select2, target } = ctx;
  const { element } = outcome;
  const { _htmx: bound } = (
    /** @type {{ _htmx?: { boosted?: boolean } }} */
    /** @type {unknown} */
    element
  );
  const place2 = { isBoosted: Boolean(bound?.boosted), select: select2, target };
  return !isStated(element, answer2.status) && !fits(answer2, outcome, place2);
};
/* Else htmx would parse it first, and a strict policy complain of the styles in it. */
/** @param {HtmxContext} ctx @param {Outcome} outcome */
var skip = (ctx, outcome) => {
  const answer2 = answerOf2(ctx);
  answers.set(outcome, answer2);
  if (isRefused(ctx, outcome)) ctx.status = "refused";
  else if (!isOfForm(outcome)) ctx.text = readable(outcome, answer2) ?? ctx.text;
};
/** @type {(ctx: HtmxContext, outcome: Outcome, event: CustomEvent) => void} */
var admit = (ctx, outcome, event) => {
  if (isRefused(ctx, outcome)) return event.preventDefault();
  /** @type {{ swapSpec?: string | { style?: string } }[]} */
  const tasks = event.detail.tasks;
  outcome.isSwapped = tasks.some(
    ({ swapSpec: spec }) => !isNoSwap(typeof spec === "string" ? spec : spec?.style)
  );
  outcome.heard.push(event);
};
/* A request that was given up has no answer, or only its beginning. */
/** @type {(ctx: HtmxContext, outcome: Outcome) => void} */
var land2 = (ctx, outcome) => {
  const isGivenUp = !ctx.response || /^error/.test(ctx.status) && ctx.text === void 0;
  const answer2 = isGivenUp ? null : answers.get(outcome) ?? answerOf2(ctx);
  queueMicrotask(() => end(outcome, answer2));
  // htmx enables again what it has disabled only after this
};
/* Given up on purpose, and not because its time was over: 4.0.0-beta6 says the same of both. */
/** @type {(ctx: HtmxContext, outcome: Outcome, error?: Error) => boolean} */
var isAborted = ({ request }, { began }, error) => {
  const { timeout = htmx.config.defaultTimeout } = request;
  return error?.name === "AbortError" && performance.now() - began < (htmx.parseInterval(timeout) || Infinity);
};
/** @param {HtmxContext} ctx */
var begin3 = (ctx) => {
  const { sourceElement: element, sourceEvent: event, request } = ctx;
  // htmx.swap() asks for nothing.
  if (request) follow3({ request: ctx, element, method: request.method, url: request.action, event });
};
/** @type {(name: string, listener: (ctx: HtmxContext, outcome: Outcome, event: CustomEvent) => void) => void} */
var listen3 = (name, listener) => addEventListener(
  spelt(name),
  (given2) => {
    const event = (
      /** @type {CustomEvent} */
      given2
    );
    const outcome = outcomeOf(event.detail.ctx);
    if (outcome) listener(event.detail.ctx, outcome, event);
  },
  true
);
var start22 = () => {
  // Or later, for what has left before the shim was there.
  for (const name of [
    "htmx:before:request",
    "htmx:before:response",
    "htmx:response:error",
    "htmx:before:swap"
  ]) {
    addEventListener(spelt(name), (event) => begin3(
      /** @type {CustomEvent} */
      event.detail.ctx
    ), true);
  }
  listen3("htmx:error", (ctx, outcome, { detail: { error } }) => {
    // If its text is there, htmx failed at swapping it in.
    if (ctx.text === void 0) outcome.isLost = !isAborted(ctx, outcome, error);
  });
  hearWhetherPrevented(spelt("htmx:response:error"), ({ ctx }) => ctx);
  listen3("htmx:response:error", skip);
  listen3("htmx:before:swap", admit);
  listen3("htmx:finally:request", land2);
};

// src/notices.js
/* What the two notices of a page share, that the session has ended (session/notice.js) and that something has failed
   (errors/notice.js): how they look, unless the site's CSS says otherwise, and how they work with a keyboard and a screen
   reader. */
var FINDING = 100;
// milliseconds after which screen readers have found a new live region
/* The class of a notice that stands at the upper edge. */
var MOVED = "mizan-notice-moved";
var STYLE = `
  :where(.mizan-session, .mizan-notice) {
    position: fixed; inset: auto 1rem 1rem auto; z-index: 9999; box-sizing: border-box;
    max-width: min(26rem, 100% - 2rem); padding: .75rem 1rem; border: 1px solid #8888; border-radius: .5rem;
    background: Canvas; color: CanvasText; box-shadow: 0 .25rem 1rem #0004;
  }
  :where(.mizan-notice) {
    inset: auto auto 1rem 1rem; width: auto; height: auto; max-height: 60vh; margin: 0; padding: 0 1rem; overflow: auto;
  }
  :where(.${MOVED}) { inset: 1rem auto auto 1rem }
  :where(.mizan-notice:empty) { border-color: transparent; background: none; box-shadow: none }
  :where(.mizan-session > :not([hidden]), .mizan-failure) {
    display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: end;
  }
  :where(.mizan-failure) { padding: .75rem 0 }
  :where(.mizan-failure + .mizan-failure) { border-top: 1px solid #8888 }
  :where(.mizan-session p, .mizan-failure > div) { flex: 1 1 100%; margin: 0 }
  :where(.mizan-session p) { text-wrap: balance }
  :where(.mizan-failure > div) { white-space: pre-line; overflow-wrap: anywhere }
  :where(.mizan-failure [hidden]) { display: none }
  :where(.mizan-session, .mizan-failure) :where(button) { min-height: 2rem; padding: 0 .75rem; font: inherit }
  @media (max-width: 56rem) {
    :where(.mizan-notice) { inset: auto 1rem 1rem 1rem; max-width: none }
    :where(.${MOVED}) { inset: 1rem 1rem auto 1rem }
    :where(:has(> .mizan-session) > .mizan-notice) { inset: 1rem 1rem auto 1rem }
  }
  @media print { :where(.mizan-session, .mizan-notice) { display: none } }`;
var isDressed = false;
/** Give the notices their style, once. A style element would need the leave of the site's policy. */
var dress = () => {
  if (isDressed) return;
  isDressed = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
};
/**
 * Put a notice into a parent, unless it is there.
 * @param {HTMLElement} notice
 * @param {HTMLElement} parent
 */
var place = (notice3, parent) => {
  if (notice3.parentNode !== parent) of(parent).append(notice3);
};
/** Wait until screen readers have found a region that was put into the page, and say what comes into it. */
var untilFound = () => new Promise((done) => setTimeout(done, FINDING));
/**
 * Note what had the focus before something in a notice got it. Return a function that returns that.
 * @param {HTMLElement} notice
 */
var noteFocus = (notice3) => {
  /** @type {HTMLElement | null} */
  let former = null;
  notice3.addEventListener("focusin", ({ relatedTarget }) => {
    const from = (
      /** @type {HTMLElement | null} */
      relatedTarget
    );
    if (!notice3.contains(from)) former = from;
  });
  return () => former;
};
/**
 * Remove what came out of htmx's history, and is none of our own: nobody listens to its buttons.
 * @param {string} selector
 * @param {(element: HTMLElement) => boolean} isOurs
 */
var removeOthers = (selector, isOurs) => {
  for (const each of all(selector)) if (!isOurs(each)) each.remove();
};
/** Stop a key before it reaches what is around a notice: Escape would close a dialog. @param {Event} event */
var stopKey = (event) => {
  event.preventDefault();
  event.stopPropagation();
};

// src/requests/resend.js
/* A request is sent once more, from the element that sent it, with what is filled in now. */
/** @typedef {Pick<RequestDetail, "element" | "method" | "url" | "event">} Resendable */
var formOf3 = (event) => (
  /** @type {HTMLFormElement} */
  event.target
);
/**
 * Return whether a request can be sent again. One without an event came from a script, which alone knows what else to send.
 * @param {Resendable} request
 */
var isSendable = ({ element, event }) => Boolean(event?.type) && of(element).isConnected && (event?.type !== "submit" || of(formOf3(event)).isConnected);
/** @param {Resendable} request */
var resend = ({ element, method, url, event }) => {
  const { type, submitter } = (
    /** @type {SubmitEvent} */
    event
  );
  const button = submitter?.isConnected ? submitter : void 0;
  // What was pressed in a notice is gone, or about to go. htmx 2 knows a submitter by its focus.
  of(button ?? element).focus();
  if (type !== "submit") return htmx.ajax(method, url, { source: element, event }).catch(() => {
  });
  // htmx reports it
  const form = formOf3(
    /** @type {Event} */
    event
  );
  const isOfForm2 = (
    /** @type {HTMLButtonElement | undefined} */
    button?.form === form
  );
  of(form).requestSubmit(isOfForm2 ? button : void 0);
};

// src/errors/regions.js
/* Where a failure is shown: in the nearest [data-mizan-slot] ({% mizan_errors %}), in the form or else in the closest element
   around it that has a slot which is not about something else. Where there is none, in the one notice of the page,
   .mizan-notice, which is created when it is needed, over everything else. */
var NOTICE = ".mizan-notice";
var OWNERS = "form, dialog, [popover], [data-mizan]";
var SENDS = ["post", "put", "patch", "delete"].flatMap((verb) => [`[hx-${verb}]`, `[data-hx-${verb}]`]).join();
/** @type {HTMLElement | null} The notice of the page. */
var notice = null;
/** What had the focus before something in the notice. @type {() => HTMLElement | null} */
var formerFocus = () => null;
/** @param {Element | null} region */
var isNotice = (region2) => region2 === notice;
/** Return whether something is open that closes by Escape. */
var isSomethingOpen = () => page.querySelector(MODAL + (hasPopovers() ? `, :popover-open:not(${NOTICE})` : "")) !== null;
/* Whether a slot somewhere in `around` is about something else there: what it stands in, or beside. The cells of a row are
   about one thing. */
/** @type {(slot: Element, around: Element) => boolean} */
var isOthers = (slot, around2) => {
  for (const it of ancestors(slot)) {
    if (it === around2) return false;
    if (is(it, OWNERS) || !is(it, "td, th") && all(SENDS, it).length > 0) return true;
  }
  return false;
};
/* Nobody reads what is not displayed, or stands beside an open modal dialog. The slot itself may be hidden as long as it is
   empty. */
/** @param {Element} element */
var slotFor = (element) => {
  const dialog = modal();
  const first = of(
    /** @type {HTMLInputElement} */
    element
  ).form ?? element;
  for (const around2 of [first, ...ancestors(first)]) {
    const slots = all("[data-mizan-slot]", around2).filter((slot2) => isShown(slot2.parentElement));
    const slot = slots.find((each) => (!dialog || of(dialog).contains(each)) && !isOthers(each, around2));
    if (slot || around2 === dialog) return slot;
  }
  return void 0;
};
/* The notice is put where it can be reached, and over whatever lies over the page. A press beside a popover that closes by
   that would close it. */
/** @param {HTMLElement} element */
var placeNotice = (element) => {
  const holders = all(MODAL + (hasPopovers() ? ", :popover-open:is([popover=''], [popover=auto])" : ""));
  place(element, holders.filter(isShown).at(-1) ?? page.body);
  if (!hasPopovers() || element.matches(":popover-open")) return;
  element.popover = "manual";
  element.showPopover();
};
/** Move the notice to the other edge if it lies over what has the focus. */
var uncover = () => {
  const { activeElement: focused } = page;
  if (!notice || !focused || focused === page.body || notice.contains(focused)) return;
  const { top, right, bottom, left } = notice.getBoundingClientRect();
  const it = focused.getBoundingClientRect();
  const isUnder = (from, to) => it.left < right && it.right > left && it.top < to && it.bottom > from;
  if (isUnder(top, bottom) && !isUnder(innerHeight - bottom, innerHeight - top))
    notice.classList.toggle(MOVED);
};
var openNotice = async () => {
  if (!notice?.isConnected) {
    notice = /** @type {HTMLElement | null} */
    inTemplate(NOTICE)?.cloneNode(true) ?? null;
    if (!notice) return null;
    formerFocus = noteFocus(notice);
  }
  placeNotice(notice);
  if (!notice.firstElementChild) await untilFound();
  return notice;
};
/**
 * Return where to show the failure of what an element sent.
 * @param {Element} element
 */
var regionFor = async (element) => slotFor(element) ?? openNotice();
/** Remove the notice if there is nothing in it. */
var removeIfEmpty = () => {
  if (!notice?.firstElementChild) notice?.remove();
};
/** Remove notices out of htmx's history. */
var removeOtherNotices = () => removeOthers(NOTICE, isNotice);
/* What holds the notice closes, or something else has the focus, as when such a thing has gone. */
var settle3 = () => {
  if (!notice?.isConnected) return;
  placeNotice(notice);
  uncover();
};
var start23 = () => {
  // Not while it is still closing.
  onCapture("close toggle hidden.bs.modal hidden.bs.offcanvas focusin", () => notice && setTimeout(settle3));
};

// src/errors/notice.js
/* Shows visitors what has failed (mizan:failed), in copies of .mizan-failure from template[data-mizan-errors]. In a copy

     [data-mizan-message]   is the text, with those of fields that the form does not have
     [data-mizan-times]     is how many failed in the same way, if more than one did
     [data-mizan-maybe]     is shown if it may have been done nevertheless
     [data-mizan-later]     is shown if the server has said when to come back; [data-mizan-wait] in it says when
     [data-mizan-resend]    sends it again; shown only if nothing was committed, and it can be sent as it was
     [data-mizan-page]      is shown if there is a page about the error, and something that shows it: fires mizan:page
     [data-mizan-close]     closes it, as Escape does

   It goes away when a request of the same element has succeeded. */
var FAILURE = ".mizan-failure";
var CORRECTED = /^(413|422)$/;
// as it is, it would be refused again
var PRESSED = /^(click|submit)$/;
/**
 * @typedef {object} Failure - what is shown in one place by one text
 * @property {Element} region
 * @property {string} text
 * @property {HTMLElement} item
 * @property {Map<HTMLElement, FailedDetail>} requests - that failed so, by their elements
 */
/** @type {Failure[]} */
var failures2 = [];
/** @type {WeakMap<Element, FailedDetail>} The last failure of each element. */
var news = /* @__PURE__ */ new WeakMap();
/** @type {WeakSet<FailedDetail>} Those whose element has sent another request since. */
var sentAgain = /* @__PURE__ */ new WeakSet();
var hasViewer = false;
/** The page about an error can be shown, by a listener of mizan:page: offer it. */
var offerPages = () => {
  hasViewer = true;
  collectPages();
};
// ---- what is shown
/** @param {Element} element */
var looksOf = (element) => [...of(element).attributes].map(({ name, value }) => `${name}=${value}`).join("\n");
/* A block that was refreshed has other elements, which are the same to those who look at them. */
/** @type {(old: Element, element: Element) => boolean} */
var isSame2 = (old2, element) => old2 === element || !of(old2).isConnected && of(old2).localName === of(element).localName && looksOf(old2) === looksOf(element);
/** @param {FailedDetail} request */
var canBeSent = (request) => request.isCommitted === "no" && !CORRECTED.test(String(request.status)) && isSendable(request) && !sentAgain.has(request);
/** @param {FailedDetail} request */
var isUnknown = ({ isCommitted, status }) => isCommitted === "maybe" && (status === 0 || status >= 500);
/** @param {number} seconds @param {string} language */
var delayText = (seconds, language) => {
  const format2 = new Intl.RelativeTimeFormat(language || void 0);
  if (seconds <= 90) return format2.format(Math.ceil(seconds), "second");
  const minutes = seconds / 60;
  return minutes <= 90 ? format2.format(Math.ceil(minutes), "minute") : format2.format(Math.ceil(minutes / 60), "hour");
};
/** @param {Failure} failure */
var draw = ({ text, item, requests }) => {
  const every = [...requests.values()];
  const { retryAfter, method, page: html } = every[every.length - 1];
  /** @type {(name: string, isIn: unknown, content?: string) => void} */
  const show4 = (name, isIn2, content) => {
    for (const each of all(`[data-mizan-${name}]`, item)) {
      each.hidden = !isIn2;
      if (isIn2 && content !== void 0 && each.textContent !== content) each.textContent = content;
    }
  };
  const isLater = retryAfter !== null;
  show4("message", true, text);
  show4("times", every.length > 1, `×${every.length}`);
  show4("maybe", every.some(isUnknown));
  show4("later", isLater);
  show4("wait", isLater, isLater ? delayText(retryAfter, item.lang) : "");
  show4("resend", every.every(canBeSent));
  for (const each of all("[data-mizan-resend]", item)) {
    const { mizanResend: kind } = each.dataset;
    each.hidden ||= kind !== "" && kind === "read" !== (method === "GET");
  }
  show4("page", html && hasViewer);
};
/** @param {Failure} failure */
var remove2 = (failure) => {
  failures2 = failures2.filter((each) => each !== failure);
  const { item, region: region2, requests } = failure;
  const isFocused = item.contains(page.activeElement);
  item.remove();
  if (isNotice(region2)) removeIfEmpty();
  const [element] = requests.keys();
  if (isFocused)
    of([formerFocus(), element].find((each) => of(each)?.isConnected))?.focus({ preventScroll: true });
};
/** Remove what is shown of an element, except one failure. @type {(element: Element, kept?: Failure) => void} */
var forget3 = (element, kept) => {
  for (const failure of failures2.filter((each) => each !== kept)) {
    const { requests } = failure;
    const old2 = [...requests.keys()].filter((each) => isSame2(each, element));
    for (const each of old2) requests.delete(each);
    if (!old2.length) continue;
    if (requests.size) draw(failure);
    else remove2(failure);
  }
};
/* What is to be read, besides what stands at the fields. */
/** @param {FailedDetail} failed */
var textOf = ({ element, message, isOwn: isOwn2, fields }) => {
  if (!fields) return message;
  const left = show2(element, fields);
  return [...isOwn2 ? [message] : [], ...left].join("\n") || (textsIn2(fields).length ? "" : message);
};
/** @param {CustomEvent<FailedDetail>} event */
var onFailed = async (event) => {
  const { detail } = event;
  const { element } = detail;
  news.set(element, detail);
  await null;
  // who prevents it may listen after this
  const text = event.defaultPrevented || detail.isShown ? "" : textOf(detail);
  if (!text) return forget3(element);
  dress();
  const region2 = await regionFor(element);
  if (!region2 || news.get(element) !== detail) return;
  failures2 = failures2.filter(({ item: item2 }) => item2.isConnected);
  // what a swap took away
  const known5 = failures2.find((each) => each.region === region2 && each.text === text);
  // A new element, so that it is announced again; but not to those who go on typing.
  const isQuiet2 = known5?.requests.has(element) && !PRESSED.test(detail.event?.type ?? "");
  const item = isQuiet2 ? known5?.item : (
    /** @type {HTMLElement | undefined} */
    inTemplate(FAILURE)?.cloneNode(true)
  );
  if (!item) return;
  const failure = { region: region2, text, item, requests: new Map(known5?.requests).set(element, detail) };
  draw(failure);
  if (!known5) region2.append(item);
  else if (known5.item !== item) known5.item.replaceWith(item);
  if (isNotice(region2)) uncover();
  failures2 = [...failures2.filter((each) => each !== known5), failure];
  forget3(element, failure);
};
// ---- what can be done about it
/** @param {EventTarget | null} node */
var failureOf = (node) => {
  const item = of(
    /** @type {Element} */
    node
  ).closest?.(FAILURE);
  return item ? failures2.find((each) => each.item === item) : void 0;
};
/** @param {Event} event */
var press = ({ target }) => {
  const failure = failureOf(target);
  if (!failure) return;
  const pressed = of(
    /** @type {Element} */
    target
  ).closest(
    "[data-mizan-resend], [data-mizan-page], [data-mizan-close]"
  );
  if (!pressed) return;
  const requests = [...failure.requests.values()];
  if (is(pressed, "[data-mizan-page]") && !is(pressed, "[data-mizan-resend], [data-mizan-close]")) {
    return fire(pressed, "mizan:page", { html: requests[requests.length - 1].page });
  }
  const isResent = is(pressed, "[data-mizan-resend]");
  const sendable = isResent ? requests.filter(canBeSent) : [];
  remove2(failure);
  sendable.forEach(resend);
};
/** @param {(region: Element) => boolean} isOf */
var removeAll = (isOf) => failures2.filter(({ region: region2 }) => isOf(region2)).forEach(remove2);
/** @param {KeyboardEvent} event */
var closeByKey = (event) => {
  const failure = event.key === "Escape" && failureOf(event.target);
  if (!failure) return;
  stopKey(event);
  removeAll((region2) => region2 === failure.region);
};
// ---- the life of the page
/* What a field of a form looks up by itself says nothing of the others. */
/** @type {(element: Element, isRead: boolean) => void} */
var clearFieldsOf = (element, isRead2) => {
  if (!isRead2 || of(element).localName === "form") clear2(element);
};
var start24 = () => {
  onCapture("mizan:failed", onFailed);
  onCapture(
    "mizan:done mizan:read",
    ({ detail: { element, method } }) => {
      news.delete(element);
      clearFieldsOf(element, isSafe(method));
      forget3(element);
    }
  );
  onCapture(
    "mizan:request",
    ({ detail: { element, isSafe: isRead2 } }) => {
      if (isRead2 && is(element, BLOCK)) return;
      // the refresh of a block
      clearFieldsOf(element, isRead2);
      for (const failure of failures2) {
        const request = failure.requests.get(element);
        if (!request) continue;
        sentAgain.add(request);
        draw(failure);
      }
    }
  );
  onCapture("click", press);
  onCapture("keydown", closeByKey);
  on("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !isSomethingOpen()) removeAll(isNotice);
  });
  // A refresh must not take away what is shown, nor what can be sent again.
  onCapture("mizan:keep", ({ target: block, detail: { keep } }) => {
    for (const { region: region2, requests } of failures2) {
      const sendable = [...requests].filter(([, request]) => canBeSent(request)).map(([element]) => element);
      for (const each of [region2, ...sendable]) if (of(block).contains(each)) keep(each);
    }
  });
  onCapture("mizan:refreshed", () => failures2.forEach(draw));
  // what could be sent may have left the page
  onRestored(() => {
    const own = failures2.map(({ item }) => item);
    removeOthers(FAILURE, (each) => own.includes(each));
    removeOtherNotices();
  });
};

// src/errors/index.js
/* What became of the visitor's requests, and how it is shown. */
var start25 = () => {
  start18();
  start17();
  start19();
  if (isHtmx2) start21();
  else start22();
  start20();
  start24();
  start23();
};

// src/preserve/sent.js
/* What was sent to the server and accepted: it is the server's since then, so that the answer to a visitor's
   own submit overwrites it. */
/** @type {WeakMap<Field, string>} Field → what was sent of it and accepted. */
var accepted = /* @__PURE__ */ new WeakMap();
/**
 * @typedef {{ fields: Map<Field, string>, hidden: Map<Element, string> }} Sent - what was in fields, and
 *   hidden ones
 */
/** @type {Map<Element, Sent>} What is being sent, by the element that sends it. */
var pending = /* @__PURE__ */ new Map();
/** Return what was sent of a field and accepted. @param {Field} field */
var acceptedOf = (field) => accepted.get(field);
/** Take something in a field for accepted, since no visitor has chosen it. @param {Field} field */
var accept2 = (field) => accepted.set(field, read(field));
/**
 * Let a field stand for one that was replaced while it was being sent.
 * @param {Field} field
 * @param {Field} former
 */
var sendInstead = (field, former) => {
  for (const { fields } of pending.values()) {
    const text = fields.get(former);
    if (text !== void 0) fields.set(field, text);
  }
};
/* A form and its controls, or an element that sends itself. */
/** @param {Element} source */
var partsOf2 = (source) => {
  const form = formSentBy(source);
  return form ? [form, ...of(form).elements, source] : [source];
};
/** @param {Element} element @param {boolean} hasMore @param {(field: Field) => boolean} isSent */
var fieldsSentBy = (element, hasMore, isSent2) => {
  if (isField(element)) return groupOf(element);
  const form = formSentBy(element);
  if (form) return [...of(form).elements, ...fieldsIn(form)].filter(isField);
  const around2 = of(element).closest(BLOCK) ?? document;
  return fieldsIn(around2).filter((field) => (hasMore || !field.form) && isSent2(field));
};
/** @param {{ detail: RequestDetail }} event */
var noteRequest = ({ detail: { element, isSafe: isSafe2, body } }) => {
  if (isSafe2) return;
  catchUp2();
  const pairs = [...body ?? []].map(String);
  /** @param {string} name @param {string} value */
  const isSent2 = (name, value) => pairs.includes(String([name, value]));
  const parts = partsOf2(element);
  const hasMore = of(element).closest("[hx-include], [data-hx-include]") !== null;
  const fields = fieldsSentBy(element, hasMore, (field) => isSent2(field.name, read(field)));
  const hidden = [...page.querySelectorAll("input[type=hidden]")].filter(isHidden).filter((it) => isSent2(it.name, it.value) && (parts.includes(it) || hasMore && !it.form));
  pending.set(element, {
    fields: new Map(fields.map((it) => [it, read(it)])),
    hidden: new Map(hidden.map((it) => [it, it.value]))
  });
};
/** @param {CustomEvent<AnswerDetail>} event */
var noteAnswer = (event) => {
  const { element, isSafe: isSafe2, status } = event.detail;
  if (isSafe2) return;
  const { fields = [], hidden = /* @__PURE__ */ new Map() } = pending.get(element) ?? {};
  pending.delete(element);
  if (event.defaultPrevented) return;
  const isTaken = status >= 200 && status < 300;
  // A control that sends itself shows what the server says, even that it was refused.
  if (isTaken || isField(element)) {
    for (const [field, text] of fields) if (read(field) === text) accept2(field);
  }
  if (!isTaken) return;
  catchUp2();
  for (const each of /* @__PURE__ */ new Set([...partsOf2(element), ...hidden.keys()])) {
    if (isHidden(each) && hidden.get(each) !== each.value) continue;
    // it is newer
    for (const name of changesOf(each)) if (!isBound2(each, name)) forget2(each, name);
  }
};
var start26 = () => {
  onCapture("mizan:request", noteRequest);
  on("mizan:answer", noteAnswer);
  // not while it is captured: others refuse what a session's end has answered
  onCapture("input", ({ target }) => {
    for (const field of groupOf(target)) {
      accepted.delete(field);
      for (const { fields } of pending.values()) fields.delete(field);
    }
  });
};

// src/preserve/fields.js
/* What visitors have entered into fields: it is not overwritten unless they have sent it. Where the server's
   value has changed meanwhile, the field has that in data-mizan-changed.

   mizan:changed   on a field; detail {value}: what the server has now; bubbles */
var MARK2 = "data-mizan-changed";
/** @type {WeakMap<Element, string>} What the server had when a visitor began to enter something else. */
var bases = /* @__PURE__ */ new WeakMap();
/* An option that a script has put in, and its copies. */
var added = /* @__PURE__ */ new WeakSet();
/** @param {HTMLOptionElement} option */
var isAdded = (option) => added.has(option) || isInserted(option);
/**
 * Add a copy of an option that a script has put in to a fresh select.
 * @param {Field} select
 * @param {HTMLOptionElement} option
 */
var addOption = (select2, option) => {
  const copy = (
    /** @type {HTMLOptionElement} */
    option.cloneNode(true)
  );
  copy.removeAttribute("selected");
  added.add(copy);
  select2.append(copy);
};
/** @param {Field} select @param {HTMLOptionsCollection} all */
var servedBySelect = (select2, all2) => {
  const options = [...all2].filter((it) => !isAdded(it));
  const chosen = options.filter(({ defaultSelected }) => defaultSelected);
  if (select2.multiple) return chosen.map(({ value }) => value).join("\n");
  const isOff = (it) => it.disabled || is(it, "optgroup[disabled] *");
  const first = select2.size > 1 ? void 0 : options.find((it) => !isOff(it));
  return (chosen.at(-1) ?? first)?.value ?? "";
};
/**
 * Return what the server has for a field: what resetting a form would make of it.
 * @param {Field} field
 * @returns {string}
 */
var servedValue = (field) => {
  if (isEditable(field)) return bases.get(field) ?? field.innerHTML;
  const { checked, defaultChecked, value, defaultValue } = field;
  if (isCheckable(field) ? checked === defaultChecked : value === defaultValue) return read(field);
  if (field.options) return servedBySelect(field, field.options);
  const form = page.createElement("form");
  const copy = (
    /** @type {Field} */
    field.cloneNode(true)
  );
  of(form).append(copy);
  of(form).reset();
  return read(copy);
};
/** Return whether the server does not know what is in a field. @param {Field} field */
var differs = (field) => isHalfTyped(field) || ![servedValue(field), acceptedOf(field)].includes(read(field));
/** Return whether something was entered into a field, or chosen in its group. @param {Field} field */
var isEntered = (field) => groupOf(field).some(differs);
/** Return what the server has for a field since something was entered. @param {Field} field */
var baseOf = (field) => {
  const base2 = bases.get(field) ?? servedValue(field);
  bases.set(field, base2);
  return base2;
};
/** Return what a field says of the server's value, or null. @param {Field} field */
var markOf = (field) => field.getAttribute(MARK2);
/** Nothing is entered into a field. @param {Field} field */
var forgetEntry = (field) => {
  bases.delete(field);
  field.removeAttribute(MARK2);
};
/**
 * Let a field say what the server has, where that is another value than when something was entered.
 * @param {Field} field
 * @param {string} value
 * @param {string | null} former - what it has said before
 */
var mark2 = (field, value, former) => {
  const isSettled2 = isEditable(field) ? value === read(field) : !isEntered(field);
  if (isSettled2) return forgetEntry(field);
  if (value === bases.get(field) || value === read(field)) return field.removeAttribute(MARK2);
  field.setAttribute(MARK2, value);
  if (value !== former) fire(field, "mizan:changed", { value });
};
var start27 = () => {
  onCapture("beforeinput", ({ target }) => {
    if (isEditable(target)) baseOf(target);
  });
  onCapture("input", ({ target }) => {
    if (markOf(target) === read(target)) forgetEntry(target);
  });
  onCapture("reset", (event) => {
    const { elements } = of(event.target);
    setTimeout(() => event.defaultPrevented || [...elements].forEach(forgetEntry));
  });
};

// src/preserve/places.js
/* Places in a block, found again when the block has been replaced: each is known by a copy of the block as it
   was. */
var PIECE2 = "mizan-inserted";
// the id of the copy of a piece
/**
 * Return the way to a node: the number of each child.
 * @param {Node} node
 * @param {Node} root
 */
var pathOf2 = (node, root) => {
  const path = [];
  for (let it = node; it !== root; ) {
    const parent = (
      /** @type {Node} */
      of(it).parentNode
    );
    path.unshift([...of(parent).childNodes].indexOf(
      /** @type {ChildNode} */
      it
    ));
    it = parent;
  }
  return path;
};
/** @param {Node} root @param {number[]} path @returns {Node} */
var follow4 = (root, path) => path.reduce((it, at) => of(it).childNodes[at], root);
/* Copies that load nothing, and run nothing. */
/** @type {Document | null} */
var made2 = null;
var inert = () => made2 ??= page.implementation.createHTMLDocument("");
/** @type {<T extends Node>(node: T, isDeep?: boolean) => T} */
var copyOf = (node, isDeep = true) => inert().importNode(node, isDeep);
/** @param {Node[]} nodes */
var around = (nodes) => {
  const root = inert().createElement("div");
  root.id = PIECE2;
  root.append(...nodes);
  return root;
};
/** Return copies of nodes, in an element that stands for what is around them. @param {Node[]} nodes */
var copyAll = (nodes) => around(nodes.map((it) => copyOf(it)));
/**
 * Copy nodes as they were before something was put into one of them.
 * @param {Put} put
 * @param {Node[]} nodes
 * @param {(node: Node) => Node[]} [servedFor] - what the server has in the place of a node
 */
var rebuild = ({ parent, target, before }, nodes, servedFor2 = (node) => [node]) => {
  /** @type {Node | null} */
  let mark3 = null;
  /** @type {(node: Node) => Node} */
  const copy = (node) => {
    const it = copyOf(node, false);
    if (node === target) mark3 = it;
    const list = node === parent ? before : [...of(node).childNodes];
    const children = list.flatMap(servedFor2).map(copy);
    if (children.length) of(
      /** @type {ParentNode} */
      it
    ).append(...children);
    return it;
  };
  const copies = nodes.map(copy);
  return { copies, mark: (
    /** @type {Element} */
    /** @type {unknown} */
    mark3
  ) };
};
/**
 * Return where in a block something was put.
 * @param {Element} block
 * @param {Put} put
 * @param {(node: Node) => Node[]} servedFor
 */
var placeInBlock = (block, put3, servedFor2) => {
  const { copies, mark: mark3 } = rebuild(put3, [block], servedFor2);
  return { root: (
    /** @type {Element} */
    copies[0]
  ), mark: mark3 };
};
/**
 * Return where something was put, in or beside the nodes of a piece.
 * @param {Node[]} nodes
 * @param {Put} put
 */
var placeInPiece = (nodes, put3) => {
  const { before, parent, target } = put3;
  const isInside2 = nodes.some((it) => of(it).contains(parent));
  const { copies, mark: mark3 } = rebuild(
    put3,
    isInside2 ? nodes : before.filter((it) => nodes.includes(it) || it === target)
  );
  const root = around(copies);
  return { root, mark: !isInside2 && target === parent ? root : mark3 };
};
/** Return what a fresh block has for a block, by its id. @param {Element} fresh @param {Element} block */
var blockIn = (fresh, block) => of(fresh).id === of(block).id ? fresh : byId(fresh, of(block).id);
/**
 * Return a place in a fresh block, or null: by its id; by what it shows, where nothing else of the kind shows
 * the same; or as fields are.
 * @param {Element} fresh
 * @param {{ root: Element, mark: Element }} place
 * @returns {Element | null}
 */
var twinIn = (fresh, { root, mark: mark3 }) => {
  const at = blockIn(fresh, root);
  if (!at || mark3 === root) return at;
  const text = of(mark3).textContent?.trim();
  /** @param {Element} from */
  const alike = (from) => [...of(from).querySelectorAll(of(mark3).localName)].filter((it) => of(it).textContent?.trim() === text);
  const found2 = alike(at);
  const isPlain = !of(mark3).hasAttribute("id") && text && found2.length === 1 && alike(root).length === 1;
  return isPlain ? found2[0] : match(root, at).twinOf(mark3);
};
/**
 * Put nodes where something was put.
 * @param {Element} target
 * @param {How} how
 * @param {Node[]} nodes
 */
var insert = (target, how, nodes) => {
  if (how === "inner") of(target).replaceChildren(...nodes);
  else if (how === "outer") of(target).replaceWith(...nodes);
  else if (how === "first") of(target).prepend(...nodes);
  else if (how === "last") of(target).append(...nodes);
  else of(target)[how](...nodes);
};

// src/preserve/insertions.js
/* What visitors' own requests have put into blocks: a form in the place of a row, an error, more rows, a
   detail view.

   An insertion is what one request has put there; a piece is what it put into one place. */
/** @type {Set<Insertion>} */
var insertions = /* @__PURE__ */ new Set();
var pieces = () => [...insertions].flatMap((each) => each.pieces);
/** @param {Insertion} insertion */
var nodesOf = (insertion) => insertion.pieces.flatMap(({ nodes }) => nodes);
/** @param {Piece} piece */
var insertionOf = (piece) => [...insertions].find((each) => each.pieces.includes(piece));
/** @param {Node} node */
var isThere = (node) => of(node).isConnected;
/** Return the elements among nodes, or what text there is. @param {Node[]} nodes */
var partsOf3 = (nodes) => nodes.some(isElement) ? nodes.filter(isElement) : nodes.filter(isContent);
/** Forget what has left the page. */
var forgetGone = () => {
  for (const each of insertions) {
    each.pieces = each.pieces.filter(({ nodes }) => nodes.some(isThere));
    if (!each.pieces.length) insertions.delete(each);
  }
};
/** Forget an insertion, and what is inside of it. @param {Insertion} insertion */
var forget4 = (insertion) => {
  insertions.delete(insertion);
  for (const below of insertions) if (below.above && insertion.pieces.includes(below.above)) forget4(below);
};
/** @param {Insertion} insertion */
var fieldsOf = (insertion) => nodesOf(insertion).filter(isElement).flatMap(fieldsIn);
/** @param {Insertion} insertion */
var hasFields2 = (insertion) => fieldsOf(insertion).length > 0;
/** Return whether something is entered in an insertion. @param {Insertion} insertion */
var isTyped = (insertion) => fieldsOf(insertion).some(isEntered);
/**
 * Return whether an insertion stays as it is, since it holds a field or the focus.
 * @param {Insertion} insertion
 */
var isInUse = (insertion) => insertion.isForced ? isTyped(insertion) : isIn(page.activeElement, nodesOf(insertion)) || hasFields2(insertion);
/* HTML without what htmx and Django write anew each time. */
/** @param {Node[]} nodes */
var textOf2 = (nodes) => {
  const root = copyAll(nodes);
  for (const it of of(root).querySelectorAll("*")) {
    const { classList } = of(it);
    for (const name of [...classList]) if (name.startsWith("htmx-")) classList.remove(name);
    if (!classList.length) of(it).removeAttribute("class");
    for (const name of ["data-htmx-powered", "data-hx-revealed"]) of(it).removeAttribute(name);
    if (of(it).getAttribute("name") === TOKEN2) of(it).removeAttribute("value");
  }
  return root.innerHTML.replace(/\s+/g, " ").replace(/> | </g, (text) => text.trim());
};
/**
 * Return whether nodes are what the server's block has there already.
 * @param {Node[]} nodes
 * @param {Node[]} others
 */
var isSame3 = (nodes, others2) => textOf2(nodes) === textOf2(others2.filter(isContent));
/**
 * What stands beside the elements of a piece is part of it.
 * @param {Piece} piece
 * @param {Node} parent
 * @param {Node[]} nodes
 */
var widen = (piece, parent, nodes) => {
  if (isIn(parent, piece.nodes)) return;
  const all2 = /* @__PURE__ */ new Set([...piece.nodes.filter(isThere), ...nodes]);
  piece.nodes = [...of(
    /** @type {Element} */
    parent
  ).children].filter((it) => all2.has(it));
};
/** Return the text that a piece is, behind the element by which it is held. @param {Piece} piece */
var textAfter = ({ nodes, isText }) => {
  const next = isText ? nodes[0]?.nextSibling : null;
  return next instanceof Text ? [next] : [];
};
/** Remove a piece from the page. @param {Piece} piece */
var removePiece = (piece) => {
  for (const node of [...piece.nodes, ...textAfter(piece)]) of(
    /** @type {ChildNode} */
    node
  ).remove();
};
/** Let the block have what the server has in the place of a piece. @param {Piece} piece */
var restorePiece = (piece) => {
  const { how, nodes, original } = piece;
  const first = (
    /** @type {ChildNode | undefined} */
    nodes.find(isThere)
  );
  if (!first) return;
  if (how === "inner") of(
    /** @type {ParentNode} */
    of(first).parentNode
  ).replaceChildren(...original);
  else of(first).before(...original);
  removePiece(piece);
  for (const node of original.filter(isElement)) htmx.process(node);
};
/** Let the block have what the server has in the place of an insertion. @param {Insertion} insertion */
var giveBack = (insertion) => {
  forget4(insertion);
  insertion.pieces.forEach(restorePiece);
};

// src/preserve/other_scripts.js
/* What an element is for other scripts of the page: custom elements, the controllers of Stimulus and the
   variables of Hyperscript have their state in the element itself. For Alpine see alpine.js. */
var CODE = ["_", "script", "data-script"];
// attributes in which Hyperscript looks for its code
var STATE = ["data-controller", ...CODE].map((name) => `[${name}]`).join();
/**
 * Return whether an element has state that a new one in its place would not have. One with a shadow root stays
 * anyway: see staying.js.
 * @param {Element} element
 */
var hasState = (element) => is(element, STATE) || isCustom(element) && !element.shadowRoot;
/** @param {Element} element */
var hasCode = (element) => CODE.some((name) => of(element).getAttribute(name));
/**
 * Return whether an element is to lose its code of Hyperscript. That starts anew with other code, but where
 * there is none it leaves the former code at work.
 * @param {Element} element
 * @param {Element} twin - as the server has it now
 */
var losesCode = (element, twin) => hasCode(element) && !hasCode(twin);

// src/preserve/swap.js
/* A swap: a block that is about to be replaced by its fresh content. The modules of this folder note in it what
   they put back afterwards. */
/**
 * Begin a swap.
 * @param {HTMLElement} block
 * @param {HTMLElement} fresh
 * @param {Element | undefined} source - who has asked for it
 * @param {boolean} canMorph
 * @returns {Swap}
 */
var makeSwap = (block, fresh, source, canMorph) => ({
  block,
  fresh,
  source,
  canMorph,
  match: match(block, fresh),
  pairs: /* @__PURE__ */ new Map(),
  asked: /* @__PURE__ */ new Set(),
  guests: /* @__PURE__ */ new Set(),
  held: /* @__PURE__ */ new Set(),
  reloading: [],
  entered: [],
  outside: [],
  fields: /* @__PURE__ */ new Set(),
  opened: [],
  scrolled: [],
  focus: null,
  changes: /* @__PURE__ */ new Map(),
  same: /* @__PURE__ */ new Map(),
  shells: /* @__PURE__ */ new Set(),
  anew: /* @__PURE__ */ new Set(),
  met: /* @__PURE__ */ new Map()
});
/**
 * Return the twin of an element of the block, or null.
 * @template {Element} Kind
 * @param {Swap} swap
 * @param {Kind} old
 */
var twinOf = ({ match: match2, pairs }, old2) => {
  let twin = pairs.get(old2);
  if (twin === void 0) pairs.set(old2, twin = match2.twinOf(old2));
  return (
    /** @type {Kind | null} */
    twin
  );
};
/**
 * Return what of an element and its twin is on the page, after a swap.
 * @template {Element} Kind
 * @param {{ it: Kind, twin?: Kind | null }} pair
 */
var placeOf3 = ({ it, twin }) => [it, twin].find((each) => each && of(each).isConnected) ?? null;
/** Return all elements of a block, and the block itself. @param {Element} block */
var allIn = (block) => (
  /** @type {HTMLElement[]} */
  [block, ...of(block).querySelectorAll("*")]
);

// src/preserve/carry_attributes.js
/* What scripts have set stays when a block is replaced, until the server sends another value for it: of class
   each name by itself, of style each property.

   data-mizan-as-served   on an element: in it and on it attributes are as the server sends them

   What Alpine has made stays, as long as x-data is the same: its elements, what it made of a <template>, and
   the text that it has put in. Elements with state of other scripts stay: see other_scripts.js. */
var AS_SERVED = "[data-mizan-as-served]";
var FIELD3 = "input, select, textarea, button";
/** @param {Element} element @param {string} name */
var get2 = (element, name) => of(element).getAttribute(name);
/**
 * Let elements of a block have the ids by which the server knows them. Return the ids that scripts have given
 * them.
 * @param {Element} block
 */
var showServedIds = (block) => {
  catchUp2();
  /** @type {Map<Element, string | null>} */
  const ids = /* @__PURE__ */ new Map();
  for (const it of of(block).querySelectorAll("[id]")) {
    if (!isChanged(it, "id")) continue;
    ids.set(it, get2(it, "id"));
    setAttribute(it, "id", served(it, "id"));
  }
  return ids;
};
// ---- before: what the swap has to leave alone, and what it may not write
/** @param {Swap} swap @param {Element} it @param {HTMLElement} stub */
var hold = ({ pairs, held: held3 }, it, stub) => {
  pairs.set(it, stub);
  held3.add(it);
};
/** @param {Element} it */
var copyOf2 = (it) => (
  /** @type {HTMLElement} */
  of(it).cloneNode()
);
/* What a script has put beside an element that it has changed goes with it: the list of choices beside the
   select that it has hidden. */
/** @param {Swap} swap @param {Element} it @param {Element} twin */
var planBeside = (swap, it, twin) => {
  const isWidget = (each) => isInserted(each) && !swap.held.has(each) && !each._x_dataStack && !is(each, "script");
  for (
    const next of
    /** @type {const} */
    ["previousElementSibling", "nextElementSibling"]
  ) {
    let last2 = twin;
    let each = (
      /** @type {AlpineElement | null} */
      of(it)[next]
    );
    for (; each && isWidget(each); each = /** @type {AlpineElement | null} */
    of(each)[next]) {
      const stub = copyOf2(each);
      if (next === "nextElementSibling") of(last2).after(stub);
      else of(last2).before(stub);
      last2 = stub;
      hold(swap, each, stub);
    }
  }
};
/* The same for what it has put around fields, and around nothing else of the server's. */
/** @param {Swap} swap @param {Element} it */
var planWrapper = (swap, it) => {
  const wrapped = [...of(it).querySelectorAll("*")].filter(isMoved2);
  const isWidget = wrapped.some((each) => changesOf(each).length > 0);
  if (!isWidget || !wrapped.every((each) => is(each, FIELD3))) return;
  const [twin, ...others2] = wrapped.map((each) => twinOf(swap, each));
  if (!twin) return;
  const stub = copyOf2(it);
  of(twin).replaceWith(stub);
  for (const each of others2) of(each)?.remove();
  hold(swap, it, stub);
};
/** @param {Element} old @param {Element} twin */
var isSameTemplate = (old2, twin) => old2.innerHTML === twin.innerHTML && twin.getAttributeNames().every((name) => served(old2, name) === twin.getAttribute(name));
/** @param {Swap} swap @param {AlpineElement} it @param {Element} twin */
var planTemplate = (swap, it, twin) => {
  const clones = clonesOf(it).filter((each) => of(each).parentNode === it.parentNode);
  if (!isSameTemplate(it, twin)) return [it, ...clones].forEach((each) => swap.anew.add(each));
  const stubs = clones.map(copyOf2);
  twin.after(...stubs);
  swap.held.add(it);
  clones.forEach((each, at) => hold(swap, each, stubs[at]));
};
/* Return whether Alpine can go on with an element. */
/** @param {Swap} swap @param {Element} it @param {Element} twin */
var planAlpine = (swap, it, twin) => {
  if (get2(it, "x-data") !== get2(twin, "x-data")) {
    swap.anew.add(it);
    return false;
  }
  for (const name of ["x-text", "x-html"]) {
    const isSameText = of(it).hasAttribute(name) && get2(it, name) === get2(twin, name);
    if (isSameText) of(twin).replaceChildren(...[...of(it).childNodes].map((node) => node.cloneNode(true)));
  }
  return true;
};
/* Return whether an element has no shadow, and content: where the server sends it empty, that is its own. */
/** @param {Element} it */
var isMaker = (it) => isCustom(it) && !it.shadowRoot && it.hasChildNodes();
/** @type {(old: Element, twin: Element, name: string) => Change} */
var changeOf = (old2, twin, name) => {
  const now = get2(twin, name);
  const known5 = formerly(old2, name);
  const was = known5 === void 0 ? guess(old2, name, now) : known5;
  return { old: old2, was, live: get2(old2, name), now, node: of(twin).getAttributeNode(name) };
};
/** @param {Swap} swap @param {HTMLElement} it */
var planOne = (swap, it) => {
  const { block } = swap;
  const isOpening = is(it, "details, dialog");
  // see open.js
  const isCarried = (name) => name !== "id" && !(isOpening && name === "open");
  const names = of(it).closest(AS_SERVED) ? [] : changesOf(it).filter(isCarried);
  const isShell = it !== block && isMaker(it);
  if (!names.length && !isOfAlpine(it) && !isShell && !isMade(it) && !hasState(it)) return;
  const twin = it === block ? swap.fresh : twinOf(swap, it);
  if (!twin || of(twin).localName !== of(it).localName) return;
  if (isMade(it)) return planTemplate(swap, it, twin);
  if (it !== block && losesCode(it, twin)) return void swap.anew.add(it);
  if (isOfAlpine(it) && !planAlpine(swap, it, twin)) return;
  if (isShell && !of(twin).textContent?.trim() && !of(twin).children.length) {
    swap.shells.add(it);
    swap.held.add(it);
  }
  if (names.length && it !== block) planBeside(swap, it, twin);
  swap.same.set(it, twin);
  swap.changes.set(it, new Map(names.map((name) => [name, changeOf(it, twin, name)])));
};
/** Look at all that scripts have set in a block. @param {Swap} swap */
var planAttributes = (swap) => {
  const { block, held: held3, anew } = swap;
  for (const it of allIn(block)) {
    const isHeld2 = isWithin(it, held3) && !(held3.has(it) && of(it).shadowRoot);
    if (isWithin(it, anew)) continue;
    const isTop = it !== block && held3.has(it) && !isInside(it, held3);
    const twin = isTop && changesOf(it).length > 0 ? twinOf(swap, it) : null;
    if (twin) planBeside(swap, it, twin);
    if (isHeld2) continue;
    if (isInserted(it)) planWrapper(swap, it);
    else planOne(swap, it);
  }
};
/** @param {Swap} swap @param {string} name @param {Element} old */
var isWritable = ({ changes: changes2 }, name, old2) => !changes2.get(old2)?.has(name);
// ---- without a morph: the old elements go into the fresh content
/** @param {Element} old @param {Element} twin */
var isAlike = (old2, twin) => of(old2).localName === of(twin).localName && get2(old2, "id") === get2(twin, "id");
/* A block is made anew, unless Alpine has data for it, on which what is in it depends. */
/** @param {Swap} swap @param {Element} old */
var isMovable = ({ block, held: held3 }, old2) => !held3.has(old2) && (!is(old2, BLOCK) || old2 === block && isOfAlpine(old2));
/* Scripts hold on to what stands around an element as well. */
/** @param {Swap} swap */
var addAncestors = (swap) => {
  const { block, fresh, same } = swap;
  const used = new Set(same.values());
  for (const [old2, twin] of [...same]) {
    let [up, other] = [of(old2).parentElement, of(twin).parentElement];
    while (up && other && isMovable(swap, up) && isAlike(up, other)) {
      if (same.has(up) || used.has(other) || up === block !== (other === fresh)) break;
      same.set(up, other);
      used.add(other);
      [up, other] = [of(up).parentElement, of(other).parentElement];
    }
  }
};
/**
 * Give an element the attributes of its twin, except for those that scripts have set.
 * @param {Swap} swap
 * @param {Element} old
 * @param {Element} twin
 */
var copyAttributes = (swap, old2, twin) => {
  for (const attribute2 of [...of(twin).attributes]) {
    const { name, value } = attribute2;
    if (isWritable(swap, name, old2) && get2(old2, name) !== value) {
      of(old2).setAttributeNode(
        /** @type {Attr} */
        attribute2.cloneNode()
      );
    }
  }
  for (const name of of(old2).getAttributeNames()) {
    if (isWritable(swap, name, old2) && !of(twin).hasAttribute(name)) of(old2).removeAttribute(name);
  }
  swap.met.set(old2, twin);
};
/** Bring the old elements into the fresh content. @param {Swap} swap */
var carryElements = (swap) => {
  const { held: held3, same } = swap;
  addAncestors(swap);
  const all2 = [...same].filter(([old2]) => isMovable(swap, old2) && !isWithin(old2, held3));
  // What stands inside first.
  const FOLLOWING = Node.DOCUMENT_POSITION_FOLLOWING;
  all2.sort(([one], [other]) => of(one).compareDocumentPosition(other) & FOLLOWING ? 1 : -1);
  for (const [old2, twin] of all2) {
    of(twin).replaceWith(old2);
    copyAttributes(swap, old2, twin);
    of(old2).replaceChildren(...of(twin).childNodes);
  }
};
// ---- after
/* htmx 4 makes a third element of what it can't find, and makes of that what is fresh. */
/** @param {Swap} swap @param {Element} old @returns {Element | null} */
var thirdOf = ({ met, same }, old2) => {
  const third = [...met].findLast(([it, twin]) => twin === same.get(old2) && of(it).isConnected)?.[0];
  return (
    /** @type {Element | null} */
    third ?? null
  );
};
/**
 * Put back what scripts had set: the swap has happened.
 * @param {Swap} swap
 * @param {Map<Element, string | null>} ids
 */
var restoreAttributes = (swap, ids) => {
  const { changes: changes2, met, same, shells } = swap;
  for (const old2 of shells) {
    const twin = same.get(old2);
    if (twin && of(old2).isConnected) copyAttributes(swap, old2, twin);
  }
  for (const [old2, own] of changes2) {
    const place2 = placeOf3({ it: old2, twin: same.get(old2) }) ?? thirdOf(swap, old2);
    if (!place2) continue;
    for (const [name, change] of own) {
      writeChange(
        /** @type {HTMLElement} */
        place2,
        name,
        change
      );
      noteServed(place2, name, change.now);
    }
  }
  for (const [it, id] of ids) if (of(it).isConnected) setAttribute(it, "id", id);
  // What a custom element does at once, when it is changed, is the page's.
  for (const record of takeRecords()) {
    const { target, attributeName: name } = record;
    if (name === null || changes2.get(
      /** @type {Element} */
      target
    )?.has(name)) continue;
    if (ids.has(
      /** @type {Element} */
      target
    ) || isUntracked(target, name)) continue;
    const twin = met.get(target);
    if (twin) noteServed(target, name, get2(
      /** @type {Element} */
      twin,
      name
    ));
    else note([record]);
  }
};

// src/preserve/carry_fields.js
/* What visitors have entered stays when a block is replaced, and what they have chosen of radio buttons or options of which
   some are outside of it. */
/* What somebody has chosen of what a script has put in: a tag of their own, a city of that country. */
/** @param {Swap} swap @param {Field} select */
var takeOptions = (swap, select2) => {
  const twin = twinOf(swap, select2);
  if (!twin?.options || !select2.options) return;
  for (const option of [...select2.selectedOptions].filter(isAdded)) {
    if (![...twin.options].some(({ value }) => value === option.value)) addOption(twin, option);
  }
};
/* What is chosen, by the values that the options have in the fresh block. Only one that is known for certain
   may have another value now. */
/** @param {Swap} swap @param {Field} field */
var readAnew = (swap, field) => {
  if (!field.options) return read(field);
  const { block, match: match2 } = swap;
  const isKnown = (it) => of(block).contains(it) && (it === block || match2.isUnique(it));
  const chosen = [...field.selectedOptions].map((it) => isKnown(it) && twinOf(swap, it) || it);
  return chosen.map(({ value }) => value).join("\n");
};
/* What a form goes back to when it is reset. It would take away what is typed in part. */
/** @param {Field} field @param {Field} twin */
var renewDefault = (field, twin) => {
  if (isHalfTyped(field)) return;
  if (isCheckable(field)) {
    if (field.defaultChecked !== twin.defaultChecked) field.defaultChecked = twin.defaultChecked;
  } else if (field.defaultValue !== twin.defaultValue) field.defaultValue = twin.defaultValue;
};
/** Note what is entered in a block. @param {Swap} swap */
var noteFields = (swap) => {
  const fields = fieldsIn(swap.block).filter(isEntered);
  for (const it of fields) takeOptions(swap, it);
  swap.fields = new Set(fields);
  swap.entered = fields.map((it) => {
    const twin = twinOf(swap, it);
    const base2 = baseOf(it);
    const value = twin ? servedValue(twin) : base2;
    return { it, twin, live: readAnew(swap, it), former: markOf(it), value, form: it.form };
  });
  for (const { it, twin } of swap.entered) if (twin) renewDefault(it, twin);
};
/**
 * Note what stands outside of a block of choices that are divided: the other radio buttons of its groups, the
 * select around it.
 * @param {Swap} swap
 */
var noteChoices = (swap) => {
  const { block, fresh } = swap;
  const names = new Set(
    [block, fresh].flatMap(fieldsIn).filter(isRadio2).map(({ name }) => name)
  );
  const same = [...names].flatMap((name) => (
    /** @type {Field[]} */
    [...page.getElementsByName(name)]
  ));
  const select2 = (
    /** @type {Field | null} */
    /** @type {Element | null} */
    of(block).closest("select")
  );
  swap.outside = [...same.filter(isRadio2), ...select2 ? [select2] : []].filter((it) => !of(block).contains(it)).map((it) => {
    const isChosen = isEntered(it);
    if (isChosen) baseOf(it);
    const isAccepted = !isChosen && read(it) !== servedValue(it);
    return {
      it,
      isEntered: isChosen,
      isAccepted,
      live: readAnew(swap, it),
      former: markOf(it),
      form: it.form
    };
  });
};
/* Write what was chosen, or what the server has chosen where that is not on offer any more. */
/** @param {Field} field @param {string} live @param {string} value */
var choose = (field, live, value) => {
  write3(field, live);
  if (field.type === "select-one" && read(field) !== live) write3(field, value);
};
/** @param {Entered} entered */
var restoreField = ({ it, twin, live, value }) => {
  const field = placeOf3({ it, twin });
  if (!field) return null;
  if (field === twin) {
    bases.set(field, baseOf(it));
    sendInstead(field, it);
    if (it.files?.length) field.files = it.files;
  }
  choose(field, live, value);
  return field;
};
/** @param {Outside} outside @param {Element} block */
var restoreChoice = ({ it, isEntered: isChosen, isAccepted, live, former }, block) => {
  const isSelect = Boolean(it.options);
  const isSaid = isSelect ? within(block, "option").some((each) => (
    /** @type {HTMLOptionElement} */
    each.defaultSelected
  )) : groupOf(it).some((each) => each.defaultChecked && of(block).contains(each));
  const stays = isChosen || !isSaid && (isAccepted || !isSelect);
  if (stays) choose(it, live, servedValue(it));
  else if (isSelect) write3(it, servedValue(it));
  // What was refused: the server has what it had.
  if (!isChosen && !isSelect && !groupOf(it).some(({ checked }) => checked)) write3(it, servedValue(it));
  if (isChosen && isSelect) mark2(it, servedValue(it), former);
  if (!isChosen && differs(it)) accept2(it);
};
/* Where the radio button that was chosen is gone, what the server has chosen is. */
/** @param {Swap} swap @param {(Field | null)[]} fields */
var giveWay = ({ entered, outside }, fields) => {
  /** @type {{ it: Field, form?: HTMLFormElement | null, place: Field | null }[]} */
  const all2 = [
    ...entered.map(({ it, form }, at) => ({ it, form, place: fields[at] })),
    ...outside.map(({ it, form }) => ({ it, form, place: it }))
  ];
  for (const [at, { it, live }] of entered.entries()) {
    const { form, place: place2 } = all2[at];
    if (place2 || !isRadio2(it) || !live) continue;
    const rest2 = all2.filter((each) => isRadio2(each.it) && each.it.name === it.name && each.form === form);
    const left = rest2.find((each) => each.place)?.place;
    for (const each of left ? groupOf(left) : []) write3(each, servedValue(each));
  }
};
/**
 * Put back what was entered, and let the other fields of a block be as the server has sent them.
 * @param {Swap} swap
 * @param {Element} block - what stands there now
 */
var restoreFields = (swap, block) => {
  const { entered, outside, guests } = swap;
  const fields = entered.map(restoreField);
  const chosen = /* @__PURE__ */ new Set([...fields, ...outside.filter((each) => each.isEntered).map(({ it }) => it)]);
  for (const field of fieldsIn(block)) {
    if (fields.includes(field) || isWithin(field, guests)) continue;
    // A radio button that was not there yet belongs to what somebody has chosen, too.
    if (isRadio2(field) && groupOf(field).some((it) => chosen.has(it))) {
      entered.push({ it: field, twin: null, live: "", former: null, value: servedValue(field) });
      fields.push(field);
      bases.set(field, "");
      write3(field, "");
    } else {
      write3(field, servedValue(field));
      forgetEntry(field);
    }
  }
  for (const each of outside) restoreChoice(each, block);
  giveWay(swap, fields);
  for (const [at, { value, former }] of entered.entries()) {
    const field = fields[at];
    if (field) mark2(field, value, former);
  }
};

// src/preserve/links.js
/* Links of the page to itself at another address: a heading that sorts, a page of a list. Whoever follows one
   gets it back with another address in it, so it is found again by its name. */
/** @param {HTMLAnchorElement} link */
var isOfPage = (link) => of(link).origin === location.origin && of(link).pathname === location.pathname && of(link).search !== "";
/** @param {Element} link */
var nameOf = (link) => (of(link).getAttribute("aria-label") ?? of(link).textContent ?? "").trim();
/**
 * Return the link in a fresh block that has the name of a link of the block, or null: where there are several,
 * as above and below a list, the one in the same place among as many.
 * @param {Element} element
 * @param {Element} block
 * @param {Element} fresh
 */
var linkIn = (element, block, fresh) => {
  if (!(element instanceof HTMLAnchorElement) || !isOfPage(element) || !nameOf(element)) return null;
  const [links, others2] = [block, fresh].map(
    (root) => [...of(root).querySelectorAll("a[href]")].filter((it) => nameOf(it) === nameOf(element))
  );
  return links.length === others2.length ? others2[links.indexOf(element)] : null;
};

// src/preserve/open.js
/* What visitors have opened: details, dialogs and popovers stay as they are when a block is replaced. */
var DIALOG = "dialog[open]";
/** @typedef {HTMLDialogElement | HTMLDetailsElement} Opening */
/* Details that somebody opened or closed. */
var toggled = /* @__PURE__ */ new WeakSet();
/** @type {Set<Element>} What Bootstrap opens, until that calls itself modal. */
var opening = /* @__PURE__ */ new Set();
var popover = () => hasPopovers() ? ":popover-open" : DIALOG;
var opened = () => `${DIALOG}, ${popover()}`;
/** @param {Element} element */
var isOpen = (element) => is(element, opened());
/** Return whether a popover is open in a block, or the block itself is one. @param {Element} block */
var hasPopover = (block) => within(block, popover()).length > 0;
/** Return whether something modal is open in a block, or a dialog. @param {Element} block */
var hasModal = (block) => within(block, "[aria-modal=true]").some(isShown) || within(block, DIALOG).length > 0 || [...opening].some((it) => of(block).contains(it));
/** Note what is open in a block. @param {Swap} swap */
var noteOpen = (swap) => {
  for (
    const it of
    /** @type {Opening[]} */
    within(swap.block, `details, ${opened()}`)
  ) {
    const twin = twinOf(swap, it);
    // A dialog from which the request was sent is as the answer has it.
    if (it instanceof HTMLDialogElement && it.contains(swap.source ?? null)) {
      if (!twin?.open) it.close();
    } else if (twin) {
      const { open: open2 } = of(it);
      if (isChanged(it, "open")) toggled.add(it);
      if (open2 || toggled.has(it)) of(twin).open = open2;
      const show4 = is(it, "dialog:modal") ? "showModal" : is(it, popover()) ? "showPopover" : null;
      swap.opened.push({ it, twin, show: show4, isOpen: of(twin).open });
    }
  }
};
/** Open it again. @param {Swap} swap */
var restoreOpen = ({ opened: opened2 }) => {
  for (const { it, twin, show: show4, isOpen: wasOpen } of opened2) {
    const place2 = placeOf3({ it, twin });
    if (!place2) continue;
    if (toggled.has(it)) toggled.add(place2);
    if (!show4) of(place2).open = wasOpen;
    else if (place2 === twin) {
      of(place2).removeAttribute("open");
      if (show4 === "showPopover") of(place2).showPopover();
      else place2.showModal();
    }
  }
};
var start28 = () => {
  onCapture("click", ({ target }) => {
    const details = of(target).closest?.("summary")?.parentElement;
    if (details) toggled.add(details);
  });
  onCapture("show.bs.modal show.bs.offcanvas", (event) => {
    opening.add(event.target);
    queueMicrotask(() => event.defaultPrevented && opening.delete(event.target));
  });
  onCapture(
    "shown.bs.modal shown.bs.offcanvas hidden.bs.modal hidden.bs.offcanvas",
    ({ target }) => opening.delete(target)
  );
};

// src/preserve/focus.js
/* The focus, the cursor and scroll positions stay when a block is replaced. A refresh does not move the focus,
   and when it moves a field, no listener is called for the events that browsers fire when a visitor leaves the field. */
var AUTOFOCUS = "[autofocus]:not(dialog *, [popover] *)";
// in those it says what opening focuses
var LATER = "data-mizan-autofocus";
var DIALOG2 = "dialog, [popover]";
var OF_LEAVING = "change blur focusout focus focusin";
/** @type {EventTarget | null} The field in which something was typed that no "change" has followed yet. */
var typing = null;
/**
 * @type {WeakSet<EventTarget>} Fields that owe the page a "change", since the element in which it was typed
 *   is gone.
 */
var unsaid = /* @__PURE__ */ new WeakSet();
var isQuiet = false;
/** Do some work, and stop events about fields that are left before any listener. @param {() => void} work */
var quietly = (work) => {
  isQuiet = true;
  try {
    work();
  } finally {
    isQuiet = false;
  }
};
/** @param {Node} node */
var rootOf2 = (node) => of(
  /** @type {DocumentOrShadowRoot} */
  /** @type {unknown} */
  of(node).getRootNode()
);
/** @param {Field} field @returns {Partial<Selected>} */
var selectionOf = (field) => {
  const { selectionStart, selectionEnd, selectionDirection } = of(field);
  return (
    /** @type {Partial<Selected>} */
    [selectionStart, selectionEnd, selectionDirection]
  );
};
/** @type {WeakSet<EventTarget>} What has been scrolled. */
var everScrolled = /* @__PURE__ */ new WeakSet();
/** @param {Element} it */
var isScrolled = (it) => of(it).scrollTop !== 0 || of(it).scrollLeft !== 0;
var hasLooked = false;
/* Once in a task, for all blocks that it replaces: to read where an element stands has the browser lay out the
   page, if something has changed. Events of scrolling would come too late: a frame after a script has scrolled. */
var findScrolled = () => {
  if (hasLooked) return;
  hasLooked = true;
  setTimeout(() => hasLooked = false);
  for (const it of page.querySelectorAll(`${BLOCK}, ${BLOCK} *`)) if (isScrolled(it)) everScrolled.add(it);
};
/** Note what has the focus in a block, and what is scrolled. @param {Swap} swap */
var noteFocus2 = (swap) => {
  findScrolled();
  for (const it2 of allIn(swap.block)) {
    if (!everScrolled.has(it2)) continue;
    const { scrollTop, scrollLeft } = of(it2);
    if (scrollTop || scrollLeft) swap.scrolled.push({ it: it2, twin: twinOf(swap, it2), scrollTop, scrollLeft });
  }
  const host = page.activeElement;
  if (!host || !of(swap.block).contains(host)) return;
  let it = host;
  for (let inner = of(it).shadowRoot?.activeElement; inner; inner = of(it).shadowRoot?.activeElement)
    it = inner;
  const field = (
    /** @type {Field} */
    it
  );
  const twin = (
    /** @type {Field | null} */
    twinOf(swap, host) ?? linkIn(host, swap.block, swap.fresh)
  );
  swap.focus = { host, it: field, twin, selection: selectionOf(field) };
};
/** Put them back. @param {Swap} swap */
var restoreFocus = ({ focus, scrolled }) => {
  for (const { it: it2, twin: twin2, ...places2 } of scrolled) {
    const place2 = placeOf3({ it: it2, twin: twin2 });
    if (!place2) continue;
    Object.assign(of(place2), places2);
    everScrolled.add(place2);
  }
  if (!focus) return;
  const { host, it, twin, selection } = focus;
  const field = placeOf3({ it, twin });
  // htmx 2 would focus the first that has this id. That of a block is its own.
  if (!of(host).isConnected && !is(host, BLOCK)) of(host).removeAttribute("id");
  if (!field) return;
  const isElsewhere2 = field !== rootOf2(field).activeElement;
  if (isElsewhere2) of(field).focus({ preventScroll: true });
  const isUnsaid = unsaid.delete(it) || it === typing;
  if ((isElsewhere2 || field === twin) && isUnsaid) unsaid.add(field);
  // Where the first is null, the control knows no selection.
  if (Number.isInteger(selection[0]) && String(selectionOf(field)) !== String(selection)) {
    field.setSelectionRange(.../** @type {Selected} */
    selection);
  }
};
/**
 * Don't let a refresh move the focus by "autofocus". Where the block stands in a dialog, the attribute says
 * what opening that focuses: in an open one it waits for the next time, and in another one nothing can be
 * focused.
 * @param {HTMLElement} block
 * @param {HTMLElement} fresh
 */
var holdAutofocus = (block, fresh) => {
  const dialog = of(of(block).parentElement)?.closest(DIALOG2);
  if (dialog && !isOpen(dialog)) return;
  for (const it of [block, fresh].flatMap((root) => within(root, AUTOFOCUS))) {
    of(it).removeAttribute("autofocus");
    if (dialog) of(it).setAttribute(LATER, "");
  }
};
/** Remove "autofocus" from what is in a node, and from the node. @param {Node} root */
var dropAutofocus = (root) => {
  if (!(root instanceof Element)) return;
  for (const it of within(root, "[autofocus]")) of(it).removeAttribute("autofocus");
};
var start29 = () => {
  onCapture("input", ({ target }) => {
    typing = target;
  });
  onCapture("change", ({ target }) => {
    typing = null;
    unsaid.delete(target);
  });
  onCapture("focusout", ({ target }) => {
    if (unsaid.delete(target)) of(target).dispatchEvent(new Event("change", { bubbles: true }));
  });
  onCapture("close toggle", ({ target }) => {
    if (!is(target, DIALOG2) || isOpen(target)) return;
    for (const it of within(target, `[${LATER}]`)) {
      of(it).removeAttribute(LATER);
      of(it).setAttribute("autofocus", "");
    }
  });
  for (const name of OF_LEAVING.split(" ")) {
    addEventListener(name, (event) => isQuiet && event.isTrusted && event.stopImmediatePropagation(), true);
  }
};

// src/preserve/morph.js
/* A morph turns the block on the page into the fresh one, so that what is the same stays the same element: on
   htmx 4 by htmx's own, on htmx 2 by Idiomorph where the page has loaded it.

   A morph preserves elements that have the same id, and removes those that have another one. So during the morph
   each pair has an id that nothing else has. */
/** @type {Swap | null} The swap that is under way. */
var current = null;
/** @type {(block: Element, fragment: ParentNode) => unknown} */
var morph;
/** Take the morph of htmx 4, or of Idiomorph. @param {typeof morph} given */
var adoptMorph = (given2) => {
  morph = given2;
};
var hasMorph = () => !isHtmx2 || typeof window.Idiomorph?.morph === "function";
/** Return whether htmx leaves an element alone when it morphs. @param {Element} element */
var isSkipped = (element) => {
  const skipped = [htmx.config.morphSkip, htmx.config.morphSkipChildren].filter(Boolean).join();
  return skipped !== "" && of(element).matches(skipped);
};
/** Return whether a morph may make one element of another one. @param {Node} old @param {Node} twin */
var mayMorph = (old2, twin) => {
  current?.met.set(old2, twin);
  return !current?.held.has(
    /** @type {Element} */
    old2
  );
};
/** Return whether a morph may write an attribute. @param {string} name @param {Element} old */
var mayWrite = (name, old2) => {
  if (!current) {
    expect(old2, name);
    return true;
  }
  if (!isWritable(current, name, old2)) return false;
  return !current.fields.has(old2) || name !== (isCheckable(
    /** @type {Field} */
    old2
  ) ? "checked" : "value");
};
/**
 * Do some work of a swap, during which the page is not to be changed otherwise.
 * @param {Swap} swap
 * @param {() => void} work
 */
var during = (swap, work) => {
  current = swap;
  try {
    work();
  } finally {
    current = null;
  }
};
/* htmx 4 asks a form for its id, in the place of which it gets a control called "id", and then takes no form
   for another one. For a morph such controls have other names, no two the same, or radio buttons of different
   forms were one group. A form forgets a name once its control is in no form. */
/** @param {Element} block @param {ParentNode} fragment */
var showIds = (block, fragment) => {
  const CALLED = '[name="id"], [id="id"]';
  /** @param {Element} control */
  const isHere = (control) => {
    const { form } = (
      /** @type {Field} */
      control
    );
    return isForm(form) && of(block).contains(form);
  };
  const here = [...page.querySelectorAll(CALLED)].filter(isHere);
  const forms = here.map((it) => (
    /** @type {const} */
    [it, it.getAttribute("form")]
  ));
  const fresh = [...fragment.querySelectorAll("form")].flatMap((it) => [...of(it).querySelectorAll(CALLED)]);
  const all2 = [...here, ...fresh];
  for (const [at, it] of all2.entries()) {
    if (it.getAttribute("name") === "id") it.setAttribute("name", `${LENT}name-${at}`);
    if (it.getAttribute("id") === "id") it.setAttribute("id", `${LENT}id`);
  }
  for (const it of here) it.setAttribute("form", "");
  return () => {
    for (const [it, form] of forms) setAttribute(it, "form", form);
    const lent = ["name", "id"].map((name) => [name, `${LENT}${name}`]);
    const selector = lent.map(([name, text]) => `[${name}^="${text}"]`).join();
    for (const it of all2.length ? [...all2, ...of(block).querySelectorAll(selector)] : []) {
      for (const [name, text] of lent)
        if (it.getAttribute(name)?.startsWith(text)) it.setAttribute(name, "id");
    }
  };
};
/* Where rows changed places, a morph may let go of one and make another one of what stood next to it. */
/** @param {Swap} swap */
var returnHeld = ({ block, held: held3 }) => {
  for (const it of held3) {
    if (of(it).isConnected) continue;
    byId(block, of(it).getAttribute("id"))?.replaceWith(it);
    htmx.process(it, true);
  }
};
/**
 * Make of a block what is fresh.
 * @param {Swap} swap
 * @param {ParentNode} fragment
 */
var morphInto = (swap, fragment) => {
  const { anew, block, fresh, guests, held: held3, match: match2, pairs, reloading } = swap;
  /** @param {Element} it */
  const isUnclear = (it) => it !== block && (guests.has(it) || !match2.isUnique(it));
  /** @param {Element} root */
  const unclear = (root) => [...of(root).querySelectorAll("[id]")].filter(isUnclear);
  for (const it of unclear(block)) twinOf(swap, it);
  const former = [...guests].map((it) => (
    /** @type {const} */
    [it, of(it).getAttribute("id")]
  ));
  /** @type {Map<string | null, string | null>} Lent id → the one that the server gives the element. */
  const lent = /* @__PURE__ */ new Map();
  /** @type {Element[]} */
  const borrowing = [];
  /** @param {Element[]} elements */
  const lend = (...elements) => {
    borrowing.push(...elements);
    const id = `${LENT}${lent.size}`;
    lent.set(id, of(elements[elements.length - 1]).getAttribute("id"));
    for (const it of elements) of(it).setAttribute("id", id);
  };
  const paired = new Set(pairs.values());
  const lone = unclear(fresh).filter((it) => !paired.has(
    /** @type {HTMLElement} */
    it
  ));
  const same = [...pairs].filter(([old2]) => isUnclear(old2));
  for (const [old2, twin] of same) lend(...twin ? [old2, twin] : [old2]);
  for (const it of lone) lend(it);
  for (const it of reloading) if (!isWithin(it, held3)) lend(it);
  for (const it of anew) for (const each of [it, ...of(it).querySelectorAll("[id]")]) lend(each);
  const restore = isHtmx2 ? () => {
  } : showIds(block, fragment);
  morph(block, fragment);
  restore();
  returnHeld(swap);
  for (const it of [...borrowing, ...of(block).querySelectorAll(`[id^="${LENT}"]`)]) {
    const id = lent.get(of(it).getAttribute("id"));
    if (id !== void 0) setAttribute(it, "id", id);
  }
  for (const [it, id] of former) if (id !== null) of(it).setAttribute("id", id);
};

// src/preserve/namespaces.js
/* Blocks inside an <svg> or a <math>: their new content is parsed in the namespace of the element around them. */
var HTML = "http://www.w3.org/1999/xhtml";
/** @type {Record<string, string>} */
var ROOTS = { "http://www.w3.org/2000/svg": "svg", "http://www.w3.org/1998/Math/MathML": "math" };
var SEAL = Math.random().toString(36).slice(2);
// random, so that no answer can contain it
var WRAPPER = `data-mizan-wrapper="${SEAL}"`;
var TAKES_HTML = /^(foreignObject|desc|title|annotation-xml|m[inos]|mtext)$/;
var CASED = "clipPath foreignObject linearGradient radialGradient textPath".split(" ");
/** @param {Element} block */
var rootFor = (block) => is(block, BLOCK) ? ROOTS[of(block).namespaceURI ?? ""] : void 0;
/**
 * Put what came for a block into what the block stands in, for the parser.
 * @param {string} text
 * @param {Element} block
 */
var wrap = (text, block) => {
  const name = typeof text === "string" && rootFor(block);
  return name ? `<${name} ${WRAPPER}>${text}</${name}>` : text;
};
/**
 * Take it out again.
 * @param {ParentNode | null | undefined} fragment
 */
var unwrap = (fragment) => {
  for (const it of fragment?.querySelectorAll?.(`[${WRAPPER}]`) ?? []) it.replaceWith(...it.childNodes);
};
/** @param {Element} it */
var namespaceFor = (it) => {
  const { namespaceURI, localName } = of(
    /** @type {Element} */
    of(it).parentElement
  );
  const name = of(it).localName;
  const root = Object.keys(ROOTS).find((each) => ROOTS[each] === name);
  if (root) return root;
  // htmx makes scripts so, and they run.
  const isHtml2 = TAKES_HTML.test(localName) || name === "script";
  return namespaceURI && namespaceURI in ROOTS && !isHtml2 ? namespaceURI : HTML;
};
/**
 * Make what htmx 4 has put into an <svg> or a <math> as HTML what it is: that morphs some elements into new
 * ones.
 * @param {Element} element
 */
var mend = (element) => {
  if (isHtmx2) return;
  const inside = of(element).querySelectorAll(rootFor(element) ? "*" : ":is(svg, math), :is(svg, math) *");
  for (const it of inside) {
    const namespace = of(it).namespaceURI === HTML ? namespaceFor(it) : HTML;
    if (namespace === HTML) continue;
    const name = CASED.find((each) => each.toLowerCase() === it.localName) ?? it.localName;
    const made3 = page.createElementNS(namespace, name);
    for (const { name: name2, value } of it.attributes) made3.setAttribute(name2, value);
    made3.append(...it.childNodes);
    it.replaceWith(made3);
  }
};
var start30 = () => {
  // On htmx 2 it hangs on the way in which a block is replaced: see extension.js.
  if (isHtmx2) return;
  on(spelt("htmx:after:request"), ({ detail: { ctx } }) => {
    ctx.text = wrap(ctx.text, ctx.target);
  });
};

// src/preserve/scripts.js
/* The scripts of a block: they run when it is replaced, each once, in their order, with the new content in
   its place, whether they have changed or not. What a browser would not run (JSON, templates, import maps) is
   data.

   A page whose scripts have a nonce lets a script of an answer run where the answer's own
   Content-Security-Policy has the nonce that the script has: then the server has written it, and it gets the
   page's. */
var JAVASCRIPT = /^(module|(application|text)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))$/i;
var HELD = "data-mizan-script";
var SEAL2 = Math.random().toString(36).slice(2);
// random, so that no answer can contain it
/**
 * @typedef {Map<string | null, { fresh: HTMLScriptElement, mayRun: boolean }>} Held - scripts by what stands
 *   in for them
 */
/**
 * @type {WeakMap<Element, string | null>} Block → the Content-Security-Policy with which its content came.
 */
var policies = /* @__PURE__ */ new WeakMap();
/** @param {HTMLScriptElement} script */
var isExecutable = (script) => {
  const language = script.getAttribute("language");
  const type = script.getAttribute("type") ?? (language ? `text/${language}` : "");
  return type === "" || JAVASCRIPT.test(type.trim());
};
/* What a policy, or each of several, says of scripts: lists of sources. */
/** @param {string | null | undefined} policy */
var sourcesIn = (policy2) => (policy2 ?? "").split(",").flatMap((each) => {
  const directives = each.split(";").map((text) => text.trim().split(/\s+/));
  /** @param {string} name */
  const find7 = (name) => directives.find(([first]) => first.toLowerCase() === name);
  const found2 = find7("script-src-elem") ?? find7("script-src") ?? find7("default-src");
  return found2 ? [found2] : [];
});
/* Return whether a script may run as far as this page knows; the browser has the last word. */
/** @param {HTMLScriptElement} script @param {Element} block */
var authorise = (script, block) => {
  if (!nonce()) return true;
  // the page has none to give
  const sources2 = sourcesIn(policies.get(block));
  const own = script.getAttribute("nonce");
  const { inlineScriptNonce, extensions } = htmx.config;
  const isOfHtmx = inlineScriptNonce && script.nonce === inlineScriptNonce || // That has looked at the answer's policy itself.
  own === nonce() && /\bhx-csp\b/.test(extensions ?? "");
  if (own && sources2.length && sources2.every((list) => list.includes(`'nonce-${own}'`)))
    script.nonce = nonce();
  else if (!isOfHtmx) {
    script.removeAttribute("nonce");
    // A script that another one puts into the page would be trusted as that one is.
    return !sources2.some((list) => list.includes("'strict-dynamic'"));
  }
  return true;
};
/* One that the parser has made does not run. htmx 2 makes new ones of most, and htmx 4 of all. */
/** @param {HTMLScriptElement} script */
var renew2 = (script) => {
  if (!isHtmx2 || /^(module|text\/javascript)?$/.test(script.type)) return script;
  return copyScript(script);
};
/**
 * Take the scripts of what came for a block out, so that they don't run, and return them.
 * @param {ParentNode} fragment
 * @param {{ block: Element, isRefresh: boolean, except: Element[] }} how - except those inside of some
 *   elements
 * @returns {Held}
 */
var holdScripts = (fragment, { block, isRefresh: isRefresh3, except }) => {
  const held3 = /* @__PURE__ */ new Map();
  for (const script of fragment.querySelectorAll("script")) {
    if (isIn(script, except)) continue;
    if (!isExecutable(script)) {
      if (isRefresh3) authorise(script, block);
      // browsers ask for it in some of these, too
      continue;
    }
    const stand = (
      /** @type {HTMLScriptElement} */
      script.cloneNode(true)
    );
    stand.type = "text/plain";
    const key = `${SEAL2}-${held3.size}`;
    stand.setAttribute(HELD, key);
    script.replaceWith(stand);
    const fresh = renew2(script);
    const isTrusted = !isRefresh3 || authorise(fresh, block);
    held3.set(key, { fresh, mayRun: isTrusted && htmx.config.allowScriptTags !== false });
  }
  return held3;
};
/* What follows a script from elsewhere may need it, as in a page. */
/** @param {HTMLScriptElement} script */
var isWaitedFor = (script) => script.hasAttribute("src") && !script.hasAttribute("async") && script.type !== "module" && !script.noModule;
/** @param {HTMLScriptElement} script */
var ended = (script) => new Promise((done) => {
  for (const name of ["load", "error"]) script.addEventListener(name, done);
});
/**
 * Run the scripts that were held, where they belong in what stands there now.
 * @param {Element[]} elements
 * @param {Held} held
 */
var runScripts = async (elements, held3) => {
  if (!held3.size) return;
  for (const stand of elements.flatMap((it) => within(it, `[${HELD}]`))) {
    const { fresh, mayRun } = held3.get(stand.getAttribute(HELD)) ?? {};
    if (!fresh || !stand.isConnected) continue;
    // replaced meanwhile
    if (!mayRun) {
      stand.removeAttribute(HELD);
      continue;
    }
    if (!fresh.hasAttribute("async")) fresh.async = false;
    stand.replaceWith(fresh);
    if (isWaitedFor(fresh)) await ended(fresh);
  }
};
var start31 = () => {
  on("mizan:answer", ({ detail: { block, header } }) => {
    if (block) policies.set(block, header("Content-Security-Policy"));
  });
};

// src/preserve/waiting.js
/* What a refresh waits for. A block with an open dialog, from which something is being dragged, or in which text is
   being composed by an input method, waits until that is over. Without a morph, so does a block with an element that
   has sent a visitor's request, or that the response will be swapped into.

   mizan:late   on a block whose response came when it could not be replaced; bubbles */
/** What triggers requests that are no visitor's. */
var BY_ITSELF = /\b(load|revealed|intersect|every)\b/;
/* A dialog that a script removes, or takes the attribute of, fires no event. Others are hidden in many
   ways. */
var OPENING = ["open", "aria-modal", "class", "style", "hidden"];
/** @type {Element | null} */
var composing = null;
/** @type {Element | null} */
var dragged = null;
/** @type {Set<Element>} Blocks that wait. */
var waiting2 = /* @__PURE__ */ new Set();
/** @type {MutationObserver} */
var watcher;
/* In new elements an answer would find no place, and a button that is disabled meanwhile would stay so. */
/**
 * @type {Map<HtmxRequest, Element[]>} Requests of htmx 2 that are a visitor's → who sent it, and where its
 *   answer goes.
 */
var asking = /* @__PURE__ */ new Map();
/** @type {Set<Element>} Blocks that have to be asked for anew when the request that is under way is over. */
var unfinished = /* @__PURE__ */ new Set();
/** @param {Element} node */
var isPlaying = (node) => node instanceof HTMLMediaElement && !node.paused && !node.ended;
/** @param {Element} block */
var isOccupied = (block) => {
  const isHere = (node) => of(node)?.isConnected && of(block).contains(node);
  if (isHere(composing) || isHere(dragged) || hasModal(block)) return true;
  const isAwaiting = () => [...asking.values()].flat().some((node) => of(block).contains(node));
  return !hasMorph() && (isAwaiting() || hasPopover(block) || within(block, "audio, video").some(isPlaying));
};
var resume = () => {
  for (const block of [...waiting2]) {
    if (of(block).isConnected && isOccupied(block)) continue;
    waiting2.delete(block);
    retry(
      /** @type {HTMLElement} */
      block
    );
  }
  if (!waiting2.size) watcher.disconnect();
};
/**
 * Return whether a block can't be replaced now by what it has asked for, and has to be asked for again.
 * @param {Element} block
 * @param {Element} source
 */
var isLate = (block, source) => {
  if (source !== block || !isOccupied(block)) return false;
  unfinished.add(block);
  fire(block, "mizan:late");
  return true;
};
/** Ask for a block anew when the request that is under way is over. @param {Element} block */
var askLater = (block) => unfinished.add(block);
/** The request is over for a block. @param {Element} around */
var finish = (around2) => {
  for (const block of unfinished) {
    const { isConnected } = of(block);
    if (isConnected && !of(around2).contains(block)) continue;
    unfinished.delete(block);
    if (isConnected) refresh(block);
  }
};
/** @param {Element} element */
var swapDelayOf = (element) => {
  const delay = /\bswap:(\S+)/.exec(attributeOf(element, "hx-swap") ?? "")?.[1];
  return (delay ? htmx.parseInterval(delay) : htmx.config.defaultSwapDelay) ?? 0;
};
/**
 * @param {{ detail: { xhr: XMLHttpRequest, elt: Element, target: Element, requestConfig: HtmxRequestConfig }
 *   }} event
 */
var noteSending = ({ detail: { xhr, elt, target, requestConfig } }) => {
  const kind = requestConfig.triggeringEvent?.type ?? ownAttribute(elt, "hx-trigger") ?? "";
  // Forms of ours that are on their way are left alone anyway: see forms/index.js.
  if (is(elt, `${BEHIND}, ${FORM}`) || BY_ITSELF.test(kind)) return;
  asking.set(xhr, [elt, target]);
  const arrive = () => {
    asking.delete(xhr);
    resume();
  };
  xhr.addEventListener("loadend", () => {
    const delay = swapDelayOf(elt);
    if (delay > 0)
      setTimeout(arrive, delay);
    else arrive();
    // what became stale goes with the others
  });
};
var start32 = () => {
  watcher = new MutationObserver(resume);
  onCapture("mizan:due", (event) => {
    if (!isOccupied(event.target)) return;
    event.preventDefault();
    waiting2.add(event.target);
    watcher.observe(document, { subtree: true, childList: true, attributeFilter: OPENING });
  });
  onCapture("compositionstart dragstart compositionend dragend drop", ({ type, target }) => {
    if (type.startsWith("composition")) composing = type === "compositionstart" ? target : null;
    else dragged = type === "dragstart" ? target : null;
  });
  onCapture("compositionend dragend drop close toggle pause ended", resume);
  onCapture("hidden.bs.modal hidden.bs.offcanvas transitionend animationend", resume);
  onCapture("mizan:refreshed", ({ target }) => finish(target));
  if (isHtmx2) onCapture("htmx:beforeSend", noteSending);
};

// src/preserve/staying.js
/* Elements that stay as they are when the block around them is replaced: those that the page has marked, and those
   that would lose something, such as a video that is playing.

   data-mizan-keep, hx-preserve   on an element inside of a block: it stays as it is */
var LAZY2 = '[data-mizan-lazy], [hx-trigger^="load"]';
var LOADED = `${BLOCK}:not(${LAZY2})`;
/** Return whether the page has marked an element as one that stays. @param {Element} element */
var isMarked = (element) => is(element, "[data-mizan-keep], [hx-preserve]");
/** Return whether an element is a block for which HTML is known. @param {Element} element */
var isLazy2 = (element) => is(element, LAZY2);
/**
 * Return whether a block inside of another one has loaded what the fresh one has as a lazy block.
 * @param {Element} element
 * @param {Element | null} twin
 */
var isLoaded2 = (element, twin) => is(element, LOADED) && is(twin, LAZY2);
/**
 * Return whether an element loads its own content when it comes into the page: as another element it does so
 * again.
 * @param {Element} element
 */
var loadsItself = (element) => /\b(load|revealed|intersect)\b/.test(of(element).getAttribute("hx-trigger") ?? "") && !is(element, BLOCK);
/* Give the fresh block an element that a morph takes for this one. What a script has added and marked is
   nothing that the server knows. */
/** @param {Swap} swap @param {HTMLElement} old @param {boolean} isAdded */
var standIn = (swap, old2, isAdded2) => {
  const twin = twinOf(swap, old2);
  const { parentElement: parent, localName } = of(old2);
  const home2 = !twin && isAdded2 && parent ? twinOf(swap, parent) : null;
  if (twin && of(twin).localName === localName) return true;
  if (old2 === swap.block || !twin && !home2) return false;
  const stub = (
    /** @type {HTMLElement} */
    of(old2).cloneNode()
  );
  if (twin) of(twin).replaceWith(stub);
  else if (parent && home2)
    of(home2).insertBefore(stub, of(home2).children[[...of(parent).children].indexOf(old2)] ?? null);
  swap.pairs.set(old2, stub);
  return true;
};
/** Find what stays as it is, and what has to load its own content again. @param {Swap} swap */
var holdElements = (swap) => {
  const { asked: asked5, block, canMorph, fields, held: held3, reloading } = swap;
  const inUse = [page.activeElement, ...fields];
  for (const it of allIn(block)) {
    const loads = loadsItself(it);
    const isInUse2 = loads && inUse.some((each) => of(it).contains(each));
    if (loads && !isInUse2) reloading.push(it);
    const isOurs = it !== block && isMarked(it);
    const hasLoaded = is(it, LOADED) && isLoaded2(it, twinOf(swap, it));
    const field = (
      /** @type {Field} */
      it
    );
    const isTyped2 = isHalfTyped(field) || isEditable(field) && differs(field);
    const isHost = of(it).shadowRoot && !canMorph;
    const stays = isInUse2 || isOurs || hasLoaded || isTyped2 || isHost || isPlaying(it) || asked5.has(it);
    if (!stays || isWithin(it, held3) || !standIn(swap, it, isOurs)) continue;
    held3.add(it);
    if (hasLoaded) askLater(it);
    // What stays was not brought by this refresh, with all that is in it.
    for (const inner of of(it).querySelectorAll(LOADED)) askLater(inner);
  }
};
// ---- without a morph
/* A block that is left as it is stays where it is; what has come with the fresh one stands around it. */
/** @param {Element} block @param {Element} fresh */
var stayAmong = (block, fresh) => {
  const all2 = [...of(fresh).parentNode?.children ?? []];
  of(block).before(...all2.slice(0, all2.indexOf(fresh)));
  of(block).after(...all2.slice(all2.indexOf(fresh) + 1));
};
/** Put what stays into the fresh block. @param {Swap} swap */
var moveHeld = (swap) => {
  const { block, held: held3, pairs } = swap;
  for (const old2 of held3) {
    const twin = (
      /** @type {HTMLElement} */
      pairs.get(old2)
    );
    if (old2 === block) stayAmong(old2, twin);
    else of(twin).replaceWith(old2);
    // Unlike a morph, this takes all of it along; what stands in the shadow is enough.
    if (!of(old2).shadowRoot || isMarked(old2)) continue;
    copyAttributes(swap, old2, twin);
    old2.replaceChildren(...of(twin).childNodes);
  }
};

// src/preserve/replace.js
/* Put fresh content in the place of a block: a refresh, or any other outerHTML swap that brings the same
   block again.

   It becomes a morph where that is possible. Otherwise the new elements get what the old ones had.

   mizan:keep   on a block that is about to be replaced; detail {fresh, source, keep}; bubbles. keep(element)
                leaves an element inside as it is, as data-mizan-keep does; keep(element, place) does so in
                place of one of the fresh block, which has no twin of anything in it */
/* What makes a control of a block. Where the server does not say so, a script has done it. */
var OWN2 = ["contenteditable", "popover", "name", "type", "multiple", "tabindex"];
/**
 * Return the element of a fragment that is a block.
 * @param {ParentNode} fragment
 * @param {Element} block
 */
var topOf = (fragment, block) => {
  const { id } = of(block);
  return (
    /** @type {HTMLElement[]} */
    [...fragment.children].find((it) => of(it).getAttribute("id") === id)
  );
};
/* As it is done with the blocks of a page, so that a morph finds the same attributes. */
/** @param {HTMLElement} block */
var bare = (block) => {
  if (!is(block, "[hx-swap]") || isLazy2(block)) return;
  of(block).dataset.mizanSwap = of(block).getAttribute("hx-swap") ?? "";
  for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
};
/* Ask the page what else shall stay. */
/** @param {Swap} swap */
var askPage = ({ asked: asked5, block, fresh, guests, match: match2, pairs, source }) => {
  /** @param {Element} element @param {HTMLElement} [place] */
  const keep = (element, place2) => {
    asked5.add(element);
    if (!place2) return;
    guests.add(element);
    match2.leaveOut(element, place2);
    pairs.set(element, place2);
  };
  fire(block, "mizan:keep", { fresh, source, keep });
};
/* Look at what is there, before the block is replaced. */
/** @param {Swap} swap */
var look2 = (swap) => {
  const { block, fresh } = swap;
  for (const each of within(fresh, BLOCK)) bare(each);
  /** @param {string} name */
  const isOfPage2 = (name) => of(block).hasAttribute(name) && served(block, name) === null;
  const missing = OWN2.filter((name) => isOfPage2(name) && !of(fresh).hasAttribute(name));
  for (const name of missing) of(fresh).setAttribute(name, of(block).getAttribute(name) ?? "");
  askPage(swap);
  noteChoices(swap);
  noteFields(swap);
  holdElements(swap);
  planAttributes(swap);
  for (const name of missing) {
    const change = swap.changes.get(block)?.get(name);
    if (change) change.now = null;
    // the server has not sent it, though the fresh block has it by now
  }
  noteOpen(swap);
  noteFocus2(swap);
};
/* Without a morph. */
/** @param {Swap} swap @param {ParentNode} fragment */
var move = (swap, fragment) => {
  const { block, held: held3 } = swap;
  const place2 = page.createComment("");
  of(block).before(place2);
  moveHeld(swap);
  carryElements(swap);
  if (held3.has(block)) return place2.remove();
  const now = [...fragment.children];
  if (!now.includes(block)) of(block).remove();
  place2.replaceWith(...now);
};
/* What a block says of itself it says anew, though all else in it is left as it is. */
/** @param {Swap} swap */
var renew3 = ({ block, fresh }) => {
  for (const { name, value } of of(fresh).attributes) {
    if (/^(data-mizan|hx-)/.test(name)) of(block).setAttribute(name, value);
  }
};
/**
 * Put a fragment in the place of a block, one of its elements being the same block. Return what stands there
 * now.
 * @param {HTMLElement} block
 * @param {DocumentFragment} fragment
 * @param {Element | undefined} source - who has asked for it
 * @param {HTMLElement} fresh
 * @returns {Element[]}
 */
var replace = (block, fragment, source, fresh) => {
  const isRefresh3 = source === block;
  if (isRefresh3) holdAutofocus(block, fresh);
  fragment.replaceChildren(...fragment.children);
  const ids = showServedIds(block);
  // Morphs read forms by names that their controls may have.
  const swap = makeSwap(block, fresh, source, hasMorph() && !isMixed(fresh) && !isSkipped(block));
  const { held: held3, pairs } = swap;
  look2(swap);
  const except = [...held3].map((it) => (
    /** @type {HTMLElement} */
    pairs.get(it)
  ));
  const scripts = holdScripts(fragment, { block, isRefresh: isRefresh3, except });
  const isMorph = swap.canMorph && of(block).localName === of(fresh).localName;
  const now = [...fragment.children];
  let there = block;
  const change = () => {
    during(swap, () => isMorph ? morphInto(swap, fragment) : move(swap, fragment));
    if (held3.has(block)) renew3(swap);
    if (!of(block).isConnected) there = fresh;
    restoreFields(swap, there);
    restoreOpen(swap);
    restoreFocus(swap);
  };
  if (isMorph) change();
  else quietly(change);
  mend(there);
  restoreAttributes(swap, ids);
  const all2 = now.map((it) => it === fresh ? there : it);
  runScripts(all2, scripts);
  if (there !== block) strip(block);
  clearNow();
  if (!isRefresh3) finish(there);
  // else when blocks/refresh.js knows that it is fresh
  return all2;
};

// src/preserve/instead.js
/* Content that a visitor has loaded and that is loaded again: elements that are the same stay the same elements, as
   in a block. */
/** The style of swaps that this folder does. */
var STYLE2 = "mizan";
/** @typedef {{ elements: Element[], source: Element, now: Node[] }} Place - where now is what has come */
/** @type {WeakMap<Element, Place>} */
var places = /* @__PURE__ */ new WeakMap();
/**
 * Let what htmx swaps into a place, in the style STYLE, stand after it in the place of some elements.
 * @param {Element} place
 * @param {Element[]} elements
 * @param {Element} source - who asks for it
 */
var comeInstead = (place2, elements, source) => places.set(place2, { elements, source, now: [] });
/** Return the nodes that came to a place, or null if it is none. @param {Element} place */
var cameInstead = (place2) => places.get(place2)?.now ?? null;
/* Return the former elements by the fresh ones that they are. What stands around them is not theirs, so they
   are looked for in a copy, in which nothing loads and no custom element starts. */
/** @param {Element[]} elements @param {DocumentFragment} fragment */
var findAgain = (elements, fragment) => {
  const inert2 = page.implementation.createHTMLDocument("");
  const [root, fresh] = [inert2.createElement("div"), page.createElement("div")];
  root.append(...elements.map((it) => inert2.importNode(it, true)));
  const nodes = [...fragment.childNodes];
  fresh.append(...nodes);
  const { twinOf: twinOf2 } = match(root, fresh);
  /** @type {Map<Node, Element>} */
  const found2 = /* @__PURE__ */ new Map();
  for (const [at, copy] of [...root.children].entries()) {
    const [it, twin] = [elements[at], twinOf2(copy)];
    const isSame4 = twin && nodes.includes(twin) && of(twin).getAttribute("id") === of(it).getAttribute("id");
    if (isSame4 && !loadsItself(it)) found2.set(twin, it);
  }
  fragment.append(...nodes);
  return found2;
};
/* With all that it has, where browsers can do that. */
/** @param {Element} element @param {Node | null} next */
var moveBefore = (element, next) => {
  const parent = of(
    /** @type {ParentNode & { moveBefore?: ParentNode["insertBefore"] }} */
    of(element).parentNode
  );
  if (parent.moveBefore) parent.moveBefore(element, next);
  else parent.insertBefore(element, next);
};
/** @param {Node | null} node */
var isBlank = (node) => node instanceof Text && !node.data.trim();
/**
 * Swap what came into a place.
 * @param {Element} place
 * @param {DocumentFragment} fragment
 */
var replaceAll = (place2, fragment) => {
  const { elements, source, now } = (
    /** @type {Place} */
    places.get(place2)
  );
  const same = findAgain(elements, fragment);
  const stays = new Set(same.values());
  for (const it of elements) if (!stays.has(it)) of(it).remove();
  /** @type {Node} */
  let last2 = place2;
  /** @param {Node[]} nodes */
  const add3 = (...nodes) => {
    now.push(...nodes);
    last2 = nodes[nodes.length - 1];
  };
  for (const node of [...fragment.childNodes]) {
    const next = of(last2).nextSibling;
    const old2 = same.get(node);
    if (next && isBlank(node) && isBlank(next)) last2 = next;
    else if (old2) {
      if (next !== old2) moveBefore(old2, next);
      const part = page.createDocumentFragment();
      part.append(node);
      const there = replace(
        /** @type {HTMLElement} */
        old2,
        part,
        source,
        /** @type {HTMLElement} */
        node
      );
      const isThere2 = there.every((it) => of(it).isConnected);
      add3(...isThere2 ? there : [
        /** @type {Node} */
        of(last2).nextSibling
      ]);
    } else {
      of(
        /** @type {ChildNode} */
        last2
      ).after(node);
      add3(node);
    }
  }
  return now;
};

// src/preserve/asking_again.js
/* What visitors have loaded into a block, and what is not in use, is asked for again when the block is fresh,
   by the same GET to the same place; until then it shows what it did. What can't be asked for again, because
   it answered a POST or because the server refuses it now, is what the fresh block has in its place. */
var CALMLY = " swap:0s transition:false ignoreTitle:true";
/**
 * A request for an insertion. `main` is its piece in the target of the request; `target` is where it is put
 * anew, if it was inside of another one that came anew; `below` are those inside of it.
 * @typedef {{ insertion: Insertion, main?: Piece, target?: Element, place: Element, below: Insertion[],
 *   isAnswered: boolean }} Asking
 */
/** @type {WeakMap<Element, Asking>} By the element that asks. */
var asked4 = /* @__PURE__ */ new WeakMap();
/** Return what an element asks for again, if it does. @param {Element} element */
var askedBy = (element) => asked4.get(element);
/* By an element of its own, to which the page hands nothing down, and after another one that is put before
   the place when the answer is there: of mere text in the place of an element, htmx 2 fires no event. What
   comes again keeps what scripts and visitors have made of it. What came out of band comes so again. */
/** @param {Insertion} insertion @param {Element} [target] */
var ask2 = async (insertion, target) => {
  const { url, headers, strip: strip2, select: select2, selectOOB } = insertion.request;
  const main = target ? insertion.pieces[0] : insertion.pieces.find(({ isMain }) => isMain);
  const source = page.createElement("template");
  source.setAttribute("data-mizan-again", "");
  const place2 = page.createElement("template");
  const around2 = (
    /** @type {Element} */
    target ?? nodesOf(insertion).find(isThere)
  );
  const extensions = attributeOf(around2, "hx-ext");
  if (extensions) source.setAttribute("hx-ext", extensions);
  page.documentElement.append(source, ...main ? [] : [place2]);
  /** @type {Asking} */
  const asking3 = { insertion, main, target, place: place2, below: [], isAnswered: false };
  asked4.set(source, asking3);
  insertion.isAsked = true;
  const swap = (main ? STYLE2 : "none") + (strip2 ? " strip:true" : "") + CALMLY;
  try {
    await htmx.ajax("GET", url, { source, target: place2, swap, select: select2, selectOOB, headers });
  } catch {
    // htmx has said why.
  }
  source.remove();
  if (!main) place2.remove();
  insertion.isAsked = false;
  if (!asking3.isAnswered || of(place2).isConnected) giveBack(insertion);
  askForAll();
  // the block may have been refreshed once more meanwhile
};
var askForAll = () => {
  forgetGone();
  for (const each of insertions) {
    if (!each.isDue || each.isAsked || isInUse(each)) continue;
    each.isDue = false;
    if (each.request.isSafe) ask2(each);
    else giveBack(each);
  }
};
/**
 * What was inside of what has come anew is asked for after it.
 * @param {Asking} asking
 * @param {Insertion} insertion - what has come
 */
var askForInside = ({ below }, { pieces: [into] }) => {
  for (const {
    request,
    pieces: [piece]
  } of below.splice(0)) {
    if (!piece || !into || !request.isSafe) continue;
    const root = copyAll(into.nodes);
    const twin = piece.mark === piece.root ? root : match(piece.root, root).twinOf(piece.mark);
    if (!twin) continue;
    const [at, ...path] = pathOf2(twin, root);
    const target = twin === root ? of(into.nodes[0]).parentNode : follow4(into.nodes[at], path);
    const original = piece.how === "outer" && target ? [target] : [];
    const again = { request, pieces: [{ ...piece, nodes: [], original }], above: into };
    ask2(
      again,
      /** @type {Element} */
      target
    );
  }
};
/** Take what has come into its place for the piece. @param {Asking} asking @param {Put} put */
var renew4 = ({ insertion, main, place: place2 }, { nodes, parent }) => {
  place2.remove();
  if (!main) return;
  main.nodes = partsOf3(nodes);
  if (insertion.above) widen(insertion.above, parent, main.nodes);
  if (isSame3(main.nodes, main.original)) main.nodes = [];
};
/* Return the elements that are still there, behind the place. */
/** @param {Piece} piece @param {Element} place */
var makeRoom = (piece, place2) => {
  const there = (
    /** @type {Element[]} */
    piece.nodes.filter(isThere)
  );
  of(there[0]).before(place2);
  const stays = piece.isText ? [] : there;
  if (piece.how === "inner") {
    const others2 = [...of(
      /** @type {ParentNode} */
      place2.parentNode
    ).childNodes].filter(
      (it) => it !== place2
    );
    for (const it of others2) if (!isIn(it, stays)) it.remove();
  } else if (piece.isText) removePiece(piece);
  [piece.nodes, piece.isText] = [[place2, ...stays], false];
  return stays;
};
/* Before anybody else looks at what the answer is for. */
/** @param {CustomEvent<AnswerDetail>} event */
var noteAnswer2 = (event) => {
  const { element, status } = event.detail;
  const asking3 = asked4.get(element);
  if (!asking3) return;
  const { insertion, main, target, place: place2 } = asking3;
  asking3.isAnswered = true;
  if (target && main) {
    insert(target, main.how, [place2]);
    main.nodes = [place2];
    comeInstead(place2, [], element);
  } else if (!insertions.has(insertion) || isInUse(insertion)) {
    insertion.isDue = true;
    return event.preventDefault();
  } else if (main) {
    const isBelow = ({ above }) => above !== void 0 && insertion.pieces.includes(above);
    asking3.below = [...insertions].filter(isBelow);
    asking3.below.forEach(forget4);
    insertion.isForced = false;
    comeInstead(place2, makeRoom(main, place2), element);
  }
  for (const piece of insertion.pieces) if (!piece.isMain) restorePiece(piece);
  if (status < 200 || status > 299) event.preventDefault();
};
var start33 = () => {
  on("mizan:refreshed", askForAll);
  on("focusout", () => setTimeout(askForAll));
  onCapture("mizan:answer", noteAnswer2);
};

// src/preserve/extension.js
/* How htmx hands its swaps of blocks over to replace.js: on htmx 2 by an extension with the swap style "mizan", on
   htmx 4 by an extension called "mizan-keep". */
/** @type {WeakMap<Element, Element>} Block → who has asked for what replaces it. */
var sources = /* @__PURE__ */ new WeakMap();
/** @param {HTMLElement} target @param {DocumentFragment} fragment */
var swapIn = (target, fragment) => cameInstead(target) ? replaceAll(target, fragment) : replace(
  target,
  fragment,
  sources.get(target),
  /** @type {HTMLElement} */
  topOf(fragment, target)
);
/* Return whether the answer comes too late, or too early: the block is asked for again. */
/** @param {HTMLElement} block @param {Element} source */
var isRefused2 = (block, source) => {
  sources.set(block, source);
  return isLate(block, source);
};
/**
 * @typedef {{ type: string, target: HTMLElement, fragment: DocumentFragment, swapSpec: HtmxSwapSpec }} Task
 */
var extension4 = {
  /** @param {{ morph(block: Element, fragment: ParentNode, isInner: boolean): void }} api */
  init: (api) => adoptMorph((block, fragment) => api.morph(block, fragment, false)),
  /** @param {unknown} _ @param {{ ctx: HtmxContext, tasks: Task[] }} detail */
  htmx_before_swap: (_, { ctx, tasks }) => {
    for (const { fragment } of tasks) unwrap(fragment);
    for (const { target, fragment, swapSpec } of tasks) {
      if (!is(target, BLOCK) || !/^outer(HTML|Morph)$/.test(swapSpec.style) || !topOf(fragment, target))
        continue;
      if (isRefused2(target, ctx.sourceElement)) return false;
      if (target === ctx.sourceElement) {
        const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
        swapSpec.transition = swapSpec.transition === true && !isStill;
      }
      swapSpec.style = STYLE2;
    }
  },
  /** @param {Node} old @param {{ newNode: Node }} detail */
  htmx_before_morph_node: (old2, { newNode }) => mayMorph(old2, newNode),
  /** @param {Element} old @param {{ attrName: string }} detail */
  htmx_before_morph_attr: (old2, { attrName }) => mayWrite(attrName, old2),
  /** @param {string} style @param {HTMLElement} target @param {DocumentFragment} fragment */
  handle_swap: (style, target, fragment) => style === STYLE2 && swapIn(target, fragment)
};
var extension2 = {
  /** @param {string} style */
  isInlineSwap: (style) => style === STYLE2,
  /**
   * @param {string} style
   * @param {HTMLElement} target
   * @param {DocumentFragment} fragment
   * @param {{ tasks: (() => void)[], elts: Node[] }} settling
   */
  handleSwap: (style, target, fragment, settling) => {
    unwrap(fragment);
    if (style !== STYLE2) return false;
    settling.tasks.push(clearNow);
    // before those in which htmx binds what is new
    const isPlace = cameInstead(target) !== null;
    const isSame4 = isPlace || topOf(fragment, target);
    const now = isSame4 ? swapIn(target, fragment) : [...fragment.childNodes];
    if (!isSame4) of(target).replaceWith(...now);
    // A place is taken away by who has put it there.
    settling.elts = [...settling.elts.filter((it) => it !== target || isPlace), ...now];
    return now;
  }
};
/**
 * Return how htmx 2 swaps an answer.
 * @param {{ swapOverride?: string, requestConfig: HtmxRequestConfig }} detail
 */
var styleOfSwap2 = ({ swapOverride, requestConfig: { elt } }) => swapOverride ?? attributeOf(elt, "hx-swap") ?? htmx.config.defaultSwapStyle;
/** @param {CustomEvent} event */
var noteSwap2 = ({ detail }) => {
  const { target, shouldSwap, serverResponse, requestConfig } = detail;
  const { elt } = requestConfig;
  const style = styleOfSwap2(detail);
  if (!shouldSwap || !is(target, BLOCK) || !of(elt).isConnected || !/^outerHTML\b/.test(style)) return;
  if (!serverResponse.includes(`id="${of(target).id}"`)) return;
  if (isRefused2(target, elt)) detail.shouldSwap = false;
  detail.swapOverride = style.replace("outerHTML", STYLE2);
  detail.serverResponse = wrap(serverResponse, target);
};
var start34 = () => {
  if (!isHtmx2) {
    if (htmx.registerExtension("mizan-keep", extension4) !== false) return;
    throw new Error('mizan.js was refused by htmx: add "mizan-keep" to htmx.config.extensions.');
  }
  const root = page.documentElement;
  root.setAttribute("hx-ext", [root.getAttribute("hx-ext"), STYLE2].filter(Boolean).join());
  adoptMorph(
    (block, fragment) => window.Idiomorph?.morph(
      block,
      /** @type {Node} */
      fragment,
      {
        morphStyle: "outerHTML",
        restoreFocus: false,
        callbacks: { beforeNodeMorphed: mayMorph, beforeAttributeUpdated: mayWrite }
      }
    )
  );
  htmx.defineExtension(STYLE2, extension2);
  onCapture("htmx:beforeSwap", noteSwap2);
};

// src/preserve/inserted.js
/* What a visitor's own request has put into a block outlives the block's refreshes.

   While it holds a field or the focus it stays as it is, and what is around it refreshes. Anything else is
   asked for again: see asking_again.js. A form that was sent, was accepted and made the block stale goes with
   that refresh.

   What loads by itself (load, revealed, intersect, every) is no visitor's request: swaps.js leaves it out. */
// ---- what was put there
/* What the server has in the place of a node. */
/** @param {Node} node */
var servedFor = (node) => {
  const piece = pieces().find(({ nodes }) => nodes.includes(node));
  if (!piece) return [node];
  return piece.nodes.find(isThere) === node ? piece.original : [];
};
/** @param {Put} put @param {Insertion} insertion */
var add = (put3, insertion) => {
  const { how, parent, target, before, isMain } = put3;
  const nodes = partsOf3(put3.nodes);
  const removed = before.filter((it) => isContent(it) && !isThere(it));
  const holder = pieces().find(
    (it) => isIn(parent, it.nodes) || it.how === "inner" && it.nodes[0] && of(it.nodes[0]).parentNode === parent || it.nodes.includes(target) || removed.some((each) => it.nodes.includes(each))
  );
  const block = of(
    /** @type {Element} */
    parent
  ).closest(BLOCK);
  const isBlock = is(target, BLOCK) && nodes.some((it) => is(it, BLOCK) && idOf2(it) === idOf2(target));
  if (!block || isBlock) return;
  // what brings a block is no insertion
  const isInstead = holder && !isIn(parent, holder.nodes) && removed.length > 0 && removed.every((it) => !isElement(it) || holder.nodes.includes(it)) && !holder.nodes.some(isThere);
  if (isInstead) {
    if (!isSame3(nodes, holder.original)) insertion.pieces.push({ ...holder, nodes, isMain });
    const former = insertionOf(holder);
    insertion.above ??= former?.above;
    // A form of ours that was saved is answered by an empty one: what has come is saved as well.
    insertion.isSaved = former?.isSaved && nodes.some((it) => isElement(it) && (is(it, FORM) || of(it).querySelector(FORM)));
    holder.nodes = [];
  } else if (holder) {
    insertion.pieces.push({ isMain, how, nodes, ...placeInPiece(holder.nodes, put3), original: removed });
    insertion.above ??= holder;
    widen(holder, parent, nodes);
  } else if (!isSame3(nodes, removed)) {
    insertion.pieces.push({ isMain, how, nodes, ...placeInBlock(block, put3, servedFor), original: removed });
  }
};
/** @param {Node} node */
var idOf2 = (node) => of(
  /** @type {Element} */
  node
).id;
/** @param {{ detail: { element: Element, request: Asked, changes: Put[] } }} event */
var noteSwap = ({ detail: { element, request, changes: changes2 } }) => {
  const asking3 = askedBy(element);
  // if it was asked for again
  const insertion = asking3?.insertion ?? { request, pieces: [] };
  for (const change of changes2) {
    if (asking3) change.nodes.forEach(dropAutofocus);
    if (asking3 && change.target === asking3.place) renew4(asking3, change);
    else add(change, insertion);
  }
  if (insertion.pieces.length) insertions.add(insertion);
  forgetGone();
  if (asking3) askForInside(asking3, insertion);
};
// ---- the refresh of a block
/** @typedef {{ piece: Piece, target: Element | null, isFilled: boolean, at: Element, how: How }} Staying */
/* Return whether a piece is inside of what stays anyway. */
/** @param {Piece} piece @param {Element} block @param {Element} fresh */
var isHeld = ({ nodes }, block, fresh) => {
  for (let up = of(nodes[0]).parentElement; up && up !== block; up = of(up).parentElement) {
    if (isMarked(up) || is(up, BLOCK) && isLoaded2(up, byId(fresh, of(up).id))) return true;
  }
  return false;
};
/* The place is gone. What was typed stays at the end of what was around it, or around that. */
/** @param {Piece} piece @param {Element} fresh */
var refuge = ({ root, mark: mark3 }, fresh) => {
  for (let up = of(mark3).parentElement; up && up !== root; up = of(up).parentElement) {
    const twin = twinIn(fresh, { root, mark: up });
    if (twin && of(twin).localName === of(up).localName) return twin;
  }
  return blockIn(fresh, root) ?? fresh;
};
/* Return whether there is a place for a piece. */
/** @param {Staying} staying @param {Element} fresh */
var find5 = (staying, fresh) => {
  const { piece, target, isFilled } = staying;
  if (!target) {
    if (isFilled) [staying.at, staying.how] = [refuge(piece, fresh), "last"];
    return isFilled;
  }
  [staying.at, staying.how] = [target, piece.how];
  piece.original = piece.how === "inner" ? [...of(target).childNodes] : piece.how === "outer" ? [target] : [];
  if (isSame3(piece.nodes, piece.original)) piece.nodes = [];
  const at = (
    /** @type {Element} */
    blockIn(fresh, piece.root)
  );
  piece.root = copyOf(at);
  piece.mark = /** @type {Element} */
  follow4(piece.root, pathOf2(target, at));
  return true;
};
/* Mere text can't be held; an element before it can. */
/** @param {Piece} piece */
var anchor = (piece) => {
  const element = page.createElement("template");
  of(
    /** @type {Text} */
    piece.nodes.find(isThere)
  ).before(element);
  [piece.nodes, piece.isText] = [[element], true];
};
/* Let the nodes of a piece stand in the fresh block where they would be, had it been put there now. */
/** @param {Staying} staying @param {(element: Node, place: Node) => void} keep */
var putInto = ({ piece, at, how }, keep) => {
  if (piece.nodes[0] instanceof Text) anchor(piece);
  const stubs = piece.nodes.map((it) => of(it).cloneNode());
  if (!stubs.length) return;
  insert(at, how, [...stubs, ...textAfter(piece).map((it) => it.cloneNode())]);
  piece.nodes.forEach((it, index) => keep(it, stubs[index]));
};
/** @param {CustomEvent} event */
var preserveInsertions = ({ target, detail: { fresh, source, keep } }) => {
  const block = (
    /** @type {Element} */
    target
  );
  if (askedBy(source)) return;
  forgetGone();
  /** @type {Staying[]} */
  const staying = [];
  for (const each of insertions) {
    const here = each.pieces.filter(({ nodes }) => of(block).contains(nodes[0]));
    if (each.above || !here.length || here.some((piece) => isHeld(piece, block, fresh))) continue;
    const isFilled = isTyped(each);
    const isOver2 = source !== block || each.isSaved;
    const stays = isOver2 ? isFilled && !isIn(source, nodesOf(each)) : isInUse(each) || each.request.isSafe;
    each.isDue = stays && (each.isForced ? !isFilled : !hasFields2(each));
    if (!stays) forget4(each);
    else {
      for (const piece of here) {
        staying.push({ piece, isFilled, target: twinIn(fresh, piece), at: fresh, how: "last" });
      }
    }
  }
  // All of them are looked for before the first is there.
  for (const each of staying.filter((it) => find5(it, fresh))) putInto(each, keep);
};
// ---- a form that was saved
/** @type {Insertion | null} What has had an answer, until it has said what is stale. */
var sender = null;
/** @param {Element} element */
var sendsFields = (element) => is(element, "form") || isField(element) || /^(submit|image)$/.test(
  /** @type {HTMLButtonElement} */
  element.type
) || attributeOf(element, "hx-include");
/** @param {CustomEvent<AnswerDetail>} event */
var noteAnswer3 = (event) => {
  const { element, isSafe: isSafe2, status } = event.detail;
  sender = null;
  if (isSafe2 || event.defaultPrevented || status < 200 || status > 299 || !sendsFields(element)) return;
  forgetGone();
  const form = formSentBy(element) ?? /** @type {HTMLButtonElement} */
  element.form;
  const isFrom = (each) => [element, form].some((it) => it && isIn(it, nodesOf(each)));
  sender = [...insertions].findLast(isFrom) ?? null;
  // what is inside came later
  queueMicrotask(() => sender = null);
};
/** @type {(insertion: Insertion) => Insertion} */
var topOf2 = (insertion) => {
  const holder = insertion.above && insertionOf(insertion.above);
  return holder ? topOf2(holder) : insertion;
};
/** @param {CustomEvent} event */
var noteInvalidation = (event) => {
  const { entries, blocks: blocks2, source } = event.detail;
  const each = sender;
  sender = null;
  if (!each || event.defaultPrevented || !/^(response|cookie)$/.test(source)) return;
  const [node] = nodesOf(each);
  const isAround2 = (block) => of(block).contains(node);
  const around2 = blocks().filter(isAround2);
  if (!around2.some((block) => covers(entries, of(block).dataset.mizan))) return;
  if (each.above) {
    topOf2(each).isForced = true;
    return forget4(each);
  }
  each.isSaved = true;
  // By the socket, it may be fresh already.
  if (!blocks2.some(isAround2) && !isTyped(each)) giveBack(each);
};
var start35 = () => {
  onCapture("mizan:swapped", noteSwap);
  onCapture("mizan:keep", preserveInsertions);
  on("mizan:answer", noteAnswer3);
  on("mizan:invalidate", noteInvalidation);
};

// src/preserve/swaps.js
/* What each swap of htmx has put where.

   mizan:swapped   on the document, after each swap by a visitor's request or by what is requested again for it, unless it
                   swaps a whole block; detail {element, request, changes}: the element that sent the request; what
                   was requested {url, headers, isSafe, select, selectOOB, strip}; and for each place {how, parent,
                   target, before, nodes, isMain}: see Put */
/**
 * @typedef {{ target: Element, style: string, isMain: boolean }} Main - the target of a request, and how it
 *   was swapped
 */
/** @typedef {Map<Node, Node[]>} Former - parents, and what was in them before */
/** @type {MutationObserver} */
var observer3;
/** @param {MutationRecord[]} records */
var formerOf = (records) => {
  /** @type {Former} */
  const former = /* @__PURE__ */ new Map();
  for (const { target, addedNodes, removedNodes, nextSibling, previousSibling } of records.reverse()) {
    const list = former.get(target) ?? [...of(target).childNodes];
    former.set(target, list);
    for (const node of addedNodes) if (list.includes(node)) list.splice(list.indexOf(node), 1);
    const next = nextSibling ? list.indexOf(nextSibling) : -1;
    const after = (previousSibling ? list.indexOf(previousSibling) + 1 : 0) || list.length;
    list.splice(next < 0 ? after : next, 0, ...removedNodes);
  }
  return former;
};
/** @type {Record<string, How>} */
var HOW = {
  textContent: "inner",
  morph: "outer",
  beforebegin: "before",
  afterbegin: "first",
  beforeend: "last",
  afterend: "after"
};
/* Return what a swap did to its target; null where it did something else. */
/** @param {Main} main @param {Former} former @returns {Put | null} */
var known3 = ({ target, style, isMain }, former) => {
  const { parentNode } = of(target);
  const again = cameInstead(target);
  if (again)
    return parentNode && { isMain, how: "after", parent: parentNode, target, before: [], nodes: again };
  const named3 = /^(?:morph:)?(inner|outer)(HTML|Morph|Sync)$/.exec(style)?.[1];
  const how = (
    /** @type {How | undefined} */
    named3 ?? HOW[style]
  );
  if (!how) return null;
  const isAround2 = /^(outer|before|after)$/.test(how);
  const parent = isAround2 ? parentNode ?? [...former].find(([, list]) => list.includes(target))?.[0] : target;
  const isReplaced = !of(target).isConnected;
  if (!parent || !of(parent).isConnected || isReplaced && how !== "outer") return null;
  const before = former.get(parent) ?? [...of(parent).childNodes];
  if (how === "outer" && !isReplaced) return { isMain, how, parent, target, before, nodes: [target] };
  const nodes = [...of(parent).childNodes].filter((it) => how === "inner" || !before.includes(it));
  return { isMain, how, parent, target, before, nodes };
};
/* The same by what it looks like, for what came out of band. */
/** @param {Node} parent @param {Node[]} before @returns {Put} */
var guessed = (parent, before) => {
  const now = [...of(parent).childNodes].filter(isContent);
  const nodes = now.filter((it) => !before.includes(it));
  const removed = before.filter((it) => isContent(it) && !now.includes(
    /** @type {ChildNode} */
    it
  ));
  const at = now.indexOf(nodes[0]);
  /** @param {How} how @param {Node} [target] @returns {Put} */
  const put3 = (how, target = parent) => ({ how, parent, target, before, nodes });
  if (removed.length === 1 && isElement(removed[0])) return put3("outer", removed[0]);
  if (nodes.length === now.length) return put3("inner");
  if (at === 0) return put3("first");
  if (nodes.includes(now[now.length - 1])) return put3("last");
  const prior = now.slice(0, at).findLast(isElement);
  return prior ? put3("after", prior) : put3("first");
};
/** @param {MutationRecord[]} records @param {Main} main */
var changesOf2 = (records, main) => {
  const former = formerOf(records);
  /** @param {Node} node */
  const isNew = (node) => [...former].some(([at, list]) => at === of(node).parentNode && !list.includes(node));
  const first = known3(main, former);
  const others2 = [...former].filter(([parent]) => {
    if (parent === first?.parent || !of(parent).isConnected) return false;
    for (let up = (
      /** @type {Node | null} */
      parent
    ); up; up = of(up).parentNode)
      if (isNew(up)) return false;
    return !first || !isIn(parent, first.nodes);
  });
  const all2 = [...first ? [first] : [], ...others2.map((each) => guessed(...each))];
  return all2.filter(({ nodes }) => nodes.some(isContent));
};
/** @param {Element} element @param {Asked | null | undefined} request @param {Main} main */
var report2 = (element, request, main) => {
  const records = observer3.takeRecords();
  if (!request || !records.length || main.style === STYLE2 && !cameInstead(main.target)) return;
  fire(document, "mizan:swapped", { element, request, changes: changesOf2(records, main) });
};
// ---- htmx 2 and htmx 4
/** @param {Record<string, string>} headers @param {string} name */
var without = (headers, name) => Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
/* Return what was asked for, where a visitor has. */
/** @param {Element} element @param {Event | undefined} event @param {Asked & { method: string }} asked */
var requestOf = (element, event, { method, headers, ...how }) => {
  const isByItself = BY_ITSELF.test(event?.type ?? ownAttribute(element, "hx-trigger") ?? "");
  if (isByItself || is(element, BLOCK)) return null;
  return { ...how, headers: without(headers, "HX-Current-URL"), isSafe: /^get$/i.test(method) };
};
var listen22 = () => {
  /** @type {WeakMap<XMLHttpRequest, { style: string, select?: string, selectOOB?: string }>} */
  const plans = /* @__PURE__ */ new WeakMap();
  addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = (
      /** @type {CustomEvent} */
      event
    );
    const { elt } = detail.requestConfig;
    const [style] = styleOfSwap2(detail).trim().split(/\s/);
    const select2 = detail.select ?? detail.selectOverride ?? attributeOf(elt, "hx-select") ?? void 0;
    const selectOOB = detail.etc?.selectOOB ?? attributeOf(elt, "hx-select-oob") ?? void 0;
    plans.set(detail.xhr, { style, select: select2, selectOOB });
  });
  onCapture("htmx:afterSwap", ({ detail: { xhr, target, pathInfo, requestConfig } }) => {
    const plan2 = plans.get(xhr);
    if (!plan2) return;
    // one in another, whose event comes after this
    const { style, ...how } = plan2;
    const { elt, verb, headers, triggeringEvent } = requestConfig;
    const asked5 = { method: verb, url: pathInfo.finalRequestPath, headers, isSafe: false, ...how };
    report2(elt, requestOf(elt, triggeringEvent, asked5), { target, style, isMain: true });
  });
};
var listen42 = () => {
  /** @type {WeakMap<object, { asked: Asked | null, target: Element, element: Element }>} */
  const plans = /* @__PURE__ */ new WeakMap();
  addEventListener(spelt("htmx:before:swap"), (event) => {
    const { ctx, tasks } = (
      /** @type {CustomEvent} */
      event.detail
    );
    const { sourceElement: element, sourceEvent, select: select2, selectOOB, request } = ctx;
    if (!request) return;
    // htmx.swap() asks for nothing
    const { method, action: url, headers } = request;
    const { strip: strip2 } = tasks.find(({ type }) => type === "main")?.swapSpec ?? {};
    const asked5 = requestOf(element, sourceEvent, {
      method,
      url,
      headers,
      isSafe: false,
      select: select2,
      selectOOB,
      strip: strip2
    });
    for (const task of tasks) plans.set(task, { asked: asked5, target: task.target, element });
  });
  onCapture(spelt("htmx:before:settle"), ({ detail: { task } }) => {
    const plan2 = plans.get(task);
    const { style } = task.swapSpec;
    if (plan2) report2(plan2.element, plan2.asked, { target: plan2.target, style, isMain: task.type === "main" });
    else observer3.takeRecords();
  });
};
var start36 = () => {
  observer3 = new MutationObserver(() => {
  });
  // what comes here was no swap
  observer3.observe(document, { childList: true, subtree: true });
  if (isHtmx2) listen22();
  else listen42();
};

// src/preserve/index.js
/* What visitors typed, opened and loaded, and what scripts have set, stays when blocks are refreshed.

   extension.js       takes the swaps of blocks from htmx, and
   replace.js         carries one out: it notes what is there, has the block replaced, and puts back what is missing;
   morph.js           replaces it by a morph, where there is one
   matching.js        finds the twins of elements, and rows.js those of rows
   swap.js            is what one swap knows
   fields.js          knows what was entered, sent.js what of that was accepted, carry_fields.js puts it back
   attributes.js      knows what scripts have set, alpine.js what Alpine has, carry_attributes.js puts it back
   open.js, focus.js  know what is open, and where the focus is; links.js knows links that come back with another address
   staying.js         knows which elements are left alone, and waiting.js when a block can't be replaced
   scripts.js         runs the scripts of the new content; namespaces.js is for SVG and MathML
   inserted.js        preserves what visitors have loaded into a block, which swaps.js reports; asking_again.js
                      loads that anew, and instead.js swaps it in */
var start37 = () => {
  start16();
  start26();
  start28();
  start30();
  start31();
  start27();
  start29();
  start32();
  start34();
};
/** Preserve what visitors have loaded into blocks. */
var startLoaded = () => {
  start36();
  start33();
  start35();
};

// src/requests/after_success.js
/* What a page does when something that a visitor has sent is done:

   data-mizan-after="close reset"   on what sends, on its form, or on anything around them. The nearest counts, and that of
                                    the button that was pressed before all others
     close          closes what is open around it: a dialog, a popover, a details, a modal or an offcanvas of Bootstrap
     close:an-id    closes the one with this id
     reset          empties its form. What was entered after it was sent stays

   Nothing happens if the request was refused, or has no answer. */
var AFTER = "data-mizan-after";
var NO_FIELD3 = /^(hidden|submit|button|image)$/;
/**
 * @typedef {object} Sent - the last request of an element that was to change something. Its answer may replace all of these.
 * @property {string[]} actions
 * @property {HTMLElement | null} around - what is open around the element
 * @property {HTMLFormElement | null} form
 * @property {Map<Element, string>} contents - of the fields of the form
 */
/** @type {WeakMap<Element, Sent>} */
var sent = /* @__PURE__ */ new WeakMap();
// ---- when it is sent
/** @type {(form: HTMLFormElement | null) => Field[]} */
var fieldsOf2 = (form) => {
  const controls = (
    /** @type {Field[]} */
    form ? [...of(form).elements] : []
  );
  return controls.filter((each) => is(each, "input, select, textarea") && !NO_FIELD3.test(each.type));
};
/** @type {(element: Element, submitter: unknown) => string[]} */
var actionsOf = (element, submitter) => {
  const places2 = [submitter, element, formOf(element)].filter(isElement);
  const holder = places2.find((each) => of(each).hasAttribute(AFTER)) ?? of(element).closest(`[${AFTER}]`);
  const text = holder ? of(holder).getAttribute(AFTER) : null;
  return text?.split(/\s+/).filter(Boolean) ?? [];
};
/** @param {CustomEvent<RequestDetail>} event */
var note2 = ({ detail: { element, isSafe: isSafe2, event } }) => {
  if (isSafe2 || !isElement(element)) return;
  const actions = actionsOf(
    element,
    /** @type {SubmitEvent | undefined} */
    event?.submitter
  );
  const open2 = `${hasPopovers() ? ":popover-open, " : ""}dialog[open], details[open], .modal.show, .offcanvas:is(.show, .showing)`;
  const form = formOf(element);
  const contents = new Map(fieldsOf2(form).map((each) => [each, contentOf([each])]));
  sent.set(element, { actions, around: of(element).closest(open2), form, contents });
};
// ---- closing
/* Bootstrap knows what it has opened, and does nothing while it is still opening it. */
/** @type {(element: HTMLElement, kind: "Modal" | "Offcanvas") => void} */
var closeOfBootstrap = (element, kind) => {
  const own = of(element);
  const name = kind.toLowerCase();
  const instance = window.bootstrap?.[kind]?.getInstance(element);
  // none where it is in a bundle
  const dismiss = () => (
    /** @type {HTMLElement | null} */
    own.querySelector(`[data-bs-dismiss=${name}]`)
  );
  const hide3 = () => instance ? instance.hide() : dismiss()?.click();
  own.addEventListener(`shown.bs.${name}`, hide3, { once: true });
  own.addEventListener(`hide.bs.${name}`, () => own.removeEventListener(`shown.bs.${name}`, hide3), {
    once: true
  });
  hide3();
};
/** @param {HTMLDetailsElement} details */
var closeDetails = (details) => {
  const isFocused = details.contains(page.activeElement);
  details.open = false;
  if (isFocused) details.querySelector("summary")?.focus();
};
/** @param {HTMLElement | null} element */
var close = (element) => {
  if (!element || !of(element).isConnected) return;
  const own = of(element);
  if (hasPopovers() && is(element, ":popover-open")) own.hidePopover();
  else if (is(element, "dialog[open]")) own.close();
  else if (is(element, "details[open]")) closeDetails(
    /** @type {HTMLDetailsElement} */
    own
  );
  else if (is(element, ".modal")) closeOfBootstrap(element, "Modal");
  else if (is(element, ".offcanvas")) closeOfBootstrap(element, "Offcanvas");
};
// ---- emptying a form
/** @param {Field} field */
var empty = (field) => {
  if (isCheckable(field)) field.checked = field.defaultChecked;
  else if (field.options) for (const it of field.options) it.selected = it.defaultSelected;
  else field.value = field.type === "file" ? "" : field.defaultValue;
};
/** @param {Sent} request */
var reset = ({ form, contents }) => {
  if (!form || !of(form).isConnected) return;
  const fields = fieldsOf2(form);
  const isNew = (field) => contents.has(field) && contents.get(field) !== contentOf([field]);
  if (fields.some(isNew)) fields.filter((field) => !isNew(field)).forEach(empty);
  else of(form).reset();
};
// ---- when it is done
/** @param {CustomEvent<DoneDetail>} event */
var carryOut = ({ detail: { element } }) => {
  const request = sent.get(element);
  if (!request) return;
  sent.delete(element);
  for (const text of request.actions) {
    const [action, id] = text.split(/:(.*)/s);
    if (action === "reset") reset(request);
    else if (action === "close") close(id ? page.getElementById(id) : request.around);
    else console.error(`mizan: ${AFTER} knows "close", "close:an-id" and "reset", not "${text}".`, element);
  }
};
var start38 = () => {
  onCapture("mizan:request", note2);
  on("mizan:done", carryOut);
};

// src/requests/lifecycle.js
/* What is done with every request of htmx, on htmx 2 and htmx 4: the modules of the two call these functions, in this order.

   mizan:request   on the document before a request is sent; detail {element, method, isSafe, url, headers, body, event}:
                   headers and body may be changed, event is what triggered it, if anything
   mizan:answer    when its response is there; detail {request, element, target, block, method, isSafe, url, status,
                   header(name), answered}. Of one that preventDefault() refuses nothing is swapped in; detail.reason may
                   say why. */
var HEADER2 = "X-Mizan-Invalidate";
var VERSION = "X-Mizan-Version";
var SINCE = "mizan-since";
var RESTORE = "HX-History-Restore-Request";
// of htmx 4: it fetches a page of its history
/**
 * A request is about to be sent, and may still be changed.
 * @param {HTMLElement} element
 * @param {string} method
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {FormData | URLSearchParams} body
 * @param {Event} [event]
 */
var prepare = (element, method, url, headers, body, event) => {
  if (is(element, BLOCK)) sayAddress(headers);
  fire(document, "mizan:request", { element, method, isSafe: isSafe(method), url, headers, body, event });
  const since2 = is(element, SHARED) && staleSince(element);
  if (since2) body.set(SINCE, since2);
};
/**
 * A request is sent.
 * @param {HtmxRequest} request
 * @param {HTMLElement} element
 * @param {HTMLElement} target
 * @param {string} method
 * @param {string} url
 * @param {Record<string, string>} headers
 */
var begin4 = (request, element, target, method, url, headers) => {
  const block = is(element, BLOCK) ? element : null;
  flights.set(request, {
    request,
    element,
    target,
    block,
    method,
    isSafe: isSafe(method),
    url,
    began: performance.now(),
    late: [],
    together: 1,
    leaves: false,
    isRestore: RESTORE in headers
  });
  if (!block) return;
  markSent(block);
  fire(block, "mizan:refreshing", { url, headers, request, ...takeDelivered(block) });
};
/**
 * Read the headers of a response, before anything is swapped. Only the first call for a request counts.
 * @param {HtmxRequest} request
 * @param {number} status
 * @param {(name: string) => string | null} header
 * @param {string} answered - the URL of the response
 */
var readHeaders = (request, status, header, answered) => {
  const flight = flights.get(request);
  if (!flight || flight.status) return;
  flight.status = status;
  const { element, target, block, method, isSafe: isSafe2, url } = flight;
  /** @type {AnswerDetail} */
  const answer2 = { request, element, target, block, method, isSafe: isSafe2, url, status, header, answered };
  flight.isRefused = !fire(document, "mizan:answer", answer2);
  if (!isOwn(answered || url)) return;
  // another site has no say in what is stale, and is no block
  if (block) readProof(flight, answer2);
  else if (!is(element, AGAIN)) readInvalidation(flight, answer2);
  // nor has what is requested after a refresh
};
/* A login page or an error page may stand where a block was expected. What a refresh says is stale is ignored: two blocks could
   make each other stale endlessly. */
/** @param {Flight} flight @param {AnswerDetail} answer */
var readProof = (flight, { status, header, reason: reason2 }) => {
  flight.isProven = /^(200|304)$/.test(String(status)) && header(PROOF) !== null && !flight.isRefused;
  const moves = header("HX-Location") === null ? "" : "HX-Location and ";
  flight.got = `${moves}${reason2 ?? "status"} ${status}`;
  flight.wait = flight.isRefused ? Infinity : retryDelay(header("Retry-After")) || 0;
  flight.leaves ||= leavesBy(header);
};
/** @param {Flight} flight @param {AnswerDetail} answer */
var readInvalidation = (flight, { method, url, status, element, header }) => {
  const version = header(VERSION);
  const cause = { method, url, status, element };
  if (mark({ entries: parse(header(HEADER2)), version }, { source: "response", cause, carrier: flight })) {
    flight.isMarked = true;
    flight.version = version;
    flight.leaves = leavesBy(header);
  }
  if (flight.leaves) leaveNote(header(HEADER2));
  else if (readCookie(flight.isSafe ? null : flight)) flight.isMarked = true;
};
/**
 * Return whether a response may be swapped in, which is about to happen.
 * @param {HtmxRequest} request
 */
var admit2 = (request) => {
  const flight = flights.get(request);
  flight?.restore?.();
  if (!flight?.block) {
    if (flight) flight.isSwapping = !flight.isRefused;
    return !flight?.isRefused;
  }
  const { isConnected, innerHTML } = of(flight.block);
  if (flight.isProven && isConnected) {
    flight.shown = new Set(blocks());
    flight.former = innerHTML;
  }
  return Boolean(flight.shown) && flight.status === 200;
};
/**
 * A response has been swapped in, or not.
 * @param {HtmxRequest} request
 */
var endSwap = (request) => {
  const flight = flights.get(request);
  if (flight) flight.isSwapping = false;
};
/**
 * htmx failed at swapping a response in. A block shows what it did before.
 * @param {HtmxRequest} request
 */
var failSwap = (request) => {
  const flight = flights.get(request);
  if (flight?.block && flight.shown) flight.isBroken = true;
};
/**
 * A request has ended.
 * @param {HtmxRequest} request
 * @param {string | undefined} text - the response
 */
var end2 = (request, text) => {
  const flight = flights.get(request);
  if (!flight) return;
  flights.delete(request);
  if (flight.block) settle(flight, flight.block);
  else if (text?.includes("data-mizan=")) {
    raiseVersions(flight.version);
    markArrived(flight.late, blocks());
  }
  if (flight.leaves) return;
  // Another page of the history may be about to be requested, and many blocks may end in this task.
  if (flight.isRestore || flight.block) followSoon();
  else follow2();
  if (flight.isMarked) retry();
  else plan();
};

// src/requests/htmx2.js
/* The requests of htmx 2. Its events are lost on an element that has left the page, so the request itself is listened to. */
/** @param {Htmx2Config} detail */
var configure = (detail) => {
  const { verb, headers, elt, parameters, triggeringEvent } = detail;
  if (is(elt, BLOCK)) {
    // Of a block that is a form, a fieldset or a field, htmx would send what is filled in, and the server refuse it.
    for (const name of [...parameters.keys()]) parameters.delete(name);
    detail.path = urlOf(elt);
    // htmx has the one that it had when it was bound
  }
  prepare(elt, verb, detail.path, headers, parameters, triggeringEvent);
};
/** @param {Htmx2Send} detail */
var follow5 = ({ xhr, elt, target, pathInfo, requestConfig: { verb, headers } }) => {
  begin4(xhr, elt, target, verb, pathInfo.finalRequestPath, headers);
  const block = flights.get(xhr)?.block;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.status) readHeaders(xhr, xhr.status, (name) => xhr.getResponseHeader(name), xhr.responseURL);
    if (xhr.readyState < 4) return;
    const restores2 = [clear(), ...block ? [isolate(block)] : []];
    // htmx swaps before that, in onload.
    xhr.addEventListener("loadend", () => restores2.forEach((restore) => restore()));
  });
  xhr.addEventListener("loadend", () => end2(xhr, xhr.responseText));
};
/** @param {Htmx2Swap} detail */
var aim = (detail) => {
  const isAdmitted = admit2(detail.xhr);
  const block = flights.get(detail.xhr)?.block;
  detail.shouldSwap = isAdmitted && (detail.shouldSwap || Boolean(block));
  if (!block) return;
  detail.target = block;
  detail.selectOverride = "unset";
  // Without delay, so that it has happened when onload is over.
  detail.swapOverride = `${swapOf(block)} swap:0s transition:false`;
};
/* htmx handles these after htmx:beforeRequest, as tasks of their own. */
/** @param {Htmx2Send} detail */
var clearFor = ({ xhr, elt }) => {
  if (!isForm(elt)) return;
  for (const name of ["loadstart", "progress", "abort", "loadend"]) {
    for (const each of [xhr, xhr.upload]) each.addEventListener(name, () => setTimeout(clear()));
  }
};
var start39 = () => {
  onCapture("htmx:configRequest", ({ detail }) => configure(detail));
  onCapture("htmx:beforeSend", ({ detail }) => follow5(detail));
  onCapture("htmx:beforeSwap", ({ detail }) => aim(detail));
  onCapture("htmx:swapError", ({ detail: { xhr } }) => failSwap(xhr));
  onCapture("htmx:afterSwap", clearNow);
  onCapture("htmx:beforeRequest", ({ detail }) => clearFor(detail));
};

// src/requests/htmx4.js
/* The requests of htmx 4: the hooks of an extension also see the responses to elements that have left the page. */
/** @typedef {{ ctx: HtmxContext }} Detail */
/** @typedef {{ type: string, target: Element, swapSpec: { style: string } }} Task */
/** @param {HtmxContext} ctx */
var readResponse = (ctx) => {
  const { response } = ctx;
  if (response?.status) {
    readHeaders(ctx, response.status, (name) => response.headers.get(name), response.raw.url);
  }
};
/* What is not to be swapped (htmx.config.noSwap), and where to, says nothing of refreshes. */
/** @param {Task} task @param {HTMLElement} block */
var aim2 = (task, block) => {
  task.target = block;
  if (task.swapSpec.style === "none") task.swapSpec.style = swapOf(block).replace(/ .*/, "");
};
var extension = {
  /** @param {Element} _ @param {Detail} detail */
  htmx_config_request: (_, { ctx: { sourceElement, sourceEvent, request } }) => {
    if (is(sourceElement, BLOCK)) {
      // Whatever hx-config says. Of a block that is a form, htmx would send what is filled in.
      request.action = urlOf(sourceElement);
      request.body = new FormData();
    }
    const { method, action, headers, body } = request;
    prepare(
      sourceElement,
      method,
      action,
      headers,
      /** @type {FormData} */
      body,
      sourceEvent
    );
  },
  /** @param {Element} _ @param {Detail} detail */
  htmx_before_request: (_, { ctx }) => {
    clearNow();
    const { sourceElement, target, request } = ctx;
    if (is(sourceElement, BLOCK)) Object.assign(request, { method: "GET", body: null });
    begin4(ctx, sourceElement, target, request.method, request.action, request.headers);
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
    const isAdmitted = admit2(ctx);
    const block = flights.get(ctx)?.block;
    if (block) {
      for (const task of tasks) if (task.type === "main") aim2(task, block);
    }
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
    readResponse(ctx);
    // another extension may have hidden it from the hook above
    flights.get(ctx)?.restore?.();
    if (/^error/.test(ctx.status)) failSwap(ctx);
    end2(ctx, ctx.text);
  }
};
/* htmx 4 reads an element before any event says that it is about to bind it. */
var bindClearly = () => {
  const { process } = htmx;
  htmx.process = (...given2) => {
    clearNow();
    // and looks at what it has bound right after that
    return process.apply(htmx, given2);
  };
};
/* It binds the page by a timer, which may be faster than this script: where it failed at a form, what follows is not bound,
   either. */
var bindAgain = () => {
  const forms = (
    /** @type {Set<HTMLFormElement & { _htmx?: { listeners?: unknown[] } }>} */
    mixedForms()
  );
  for (const form of forms) if (form._htmx && !form._htmx.listeners?.length) rebind(form);
  if (forms.size) htmx.process(page.body);
};
var start40 = () => {
  if (
    /** @type {unknown} */
    htmx.process
  ) {
    bindClearly();
    whenParsed(bindAgain);
  }
  if (htmx.registerExtension("mizan", extension) === false) {
    throw new Error('mizan.js was refused by htmx: add "mizan" to htmx.config.extensions.');
  }
};

// src/requests/unticked.js
/* A request that may change something names the checkboxes that are not checked, in X-Mizan-Unticked: a form sends nothing
   of those, and for the server they would be the same as boxes that are not there. */
var HEADER3 = "X-Mizan-Unticked";
var LONGEST4 = 4096;
// characters, as the server takes them
/** @param {RequestDetail} request */
var namesIn2 = ({ element, method, body }) => {
  const boxes = [...controlsOf(element, method)].filter(isUnticked);
  if (!boxes.length) return [];
  const names = new Set(boxes.map(({ name }) => name.toWellFormed?.() ?? name));
  return [...names].filter(isSent(element)).filter((name) => !body?.has?.(name));
};
var start41 = () => {
  on("mizan:request", ({ detail }) => {
    if (detail.isSafe || !isOwn(detail.url)) return;
    const text = namesIn2(detail).map(encodeURIComponent).join(",");
    if (text.length > LONGEST4) {
      console.error("mizan: a form has too many unticked boxes to name them", detail.element);
    } else if (text) detail.headers[HEADER3] = text;
  });
};

// src/session/held.js
/* The requests that were refused because the session had ended, to be sent again when somebody has signed in. */
/** @typedef {import("../requests/resend.js").Resendable} Resendable */
/** @type {WeakMap<Element, Resendable>} The last request of each element that was to change something. */
var sent2 = /* @__PURE__ */ new WeakMap();
/** @type {Map<Element, Resendable>} Those of them that were refused. */
var held2 = /* @__PURE__ */ new Map();
/** Hold what an element has sent. @param {Element | null} element */
var hold2 = (element) => {
  const request = element && sent2.get(element);
  if (element && request?.event?.type) held2.set(element, request);
};
/** Return whether something is held that can be sent again. */
var isHolding = () => [...held2.values()].some(isSendable);
/** Send again what is held. */
var resendHeld = () => {
  const requests = [...held2.values()].filter(isSendable);
  held2.clear();
  requests.forEach(resend);
};
var forgetHeld = () => held2.clear();
var start42 = () => {
  onCapture("mizan:request", ({ detail }) => {
    const { element, method, isSafe: isSafe2, url, event } = detail;
    if (isSafe2) return;
    sent2.set(element, { element, method, url, event });
    held2.delete(element);
  });
  // A refresh must not take it away, where blocks are replaced and not morphed.
  onCapture("mizan:keep", ({ target, detail }) => {
    for (const element of held2.keys()) if (of(target).contains(element)) detail.keep(element);
  });
};

// src/session/leaving.js
/* While a form that the browser itself has sent takes the page away, no block is refreshed: where it signs out, the page
   would say that its session is over, just before the next page is there. */
var PATIENCE = 5e3;
// milliseconds for which a page waits to be taken away
/** @type {ReturnType<typeof setTimeout> | undefined} */
var leaving;
// the timer at whose end the page is still here: it was a download, say
var stay = () => {
  clearTimeout(leaving);
  leaving = void 0;
  retry();
};
/** Return whether the browser itself sends this form, to the frame of this page. @param {SubmitEvent} event */
var takesAway = ({ target: form, submitter, isTrusted, defaultPrevented }) => {
  if (!isTrusted || defaultPrevented) return false;
  // one that a script made up sends nothing
  const valueOf2 = (name) => submitter?.getAttribute(`form${name}`) ?? of(
    /** @type {Element} */
    form
  ).getAttribute(name) ?? "";
  return /^(_self|_parent|_top)?$/i.test(valueOf2("target")) && /^post$/i.test(valueOf2("method"));
};
var start43 = () => {
  addEventListener("submit", (event) => {
    if (!takesAway(event)) return;
    clearTimeout(leaving);
    leaving = setTimeout(stay, PATIENCE);
    setTimeout(() => event.defaultPrevented && leaving && stay());
    // by a listener that comes after this one
  });
  on("mizan:due", (event) => leaving && event.preventDefault());
  addEventListener("pageshow", () => leaving && stay());
};

// src/session/notice.js
/* The notice that the session has ended: .mizan-session in the HTML of session/notice/. It shows the child with
   data-mizan-when for what has happened: "ended", "other" (somebody else is signed in), "returned" or "renewed" (only the
   CSRF token was old). In it [data-mizan-close] closes it, [data-mizan-reload] loads the page again, and [data-mizan-resend]
   sends what was refused, from the same elements, with what is filled in now. [data-mizan-held] is shown only if there is
   something to send. */
/** @typedef {"ended" | "other" | "returned" | "renewed"} Part */
var NOTICE2 = ".mizan-session";
var READING = 1e4;
// milliseconds that good news stay if there is nothing to do about them
/** @type {Promise<HTMLElement | null> | null} The notice; null if it could not be fetched. */
var notice2 = null;
/** @type {Part | null} */
var shown = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
var reading;
/** @type {() => HTMLElement | null} */
var formerFocus2 = () => null;
var isClosed = false;
// by the visitor, who has read it
/** @param {HTMLElement} element */
var childrenOf = (element) => (
  /** @type {HTMLElement[]} */
  [...element.children]
);
var load2 = async () => {
  const next = encodeURIComponent(location.pathname + location.search);
  const { locale } = settings;
  const spoken = locale ? `&mizan-locale=${encodeURIComponent(locale)}` : "";
  const response = await fetch(`${mount().href}session/notice/?next=${next}${spoken}`);
  if (!response.ok || response.redirected) return null;
  const content = parseHtml(await response.text());
  const element = (
    /** @type {HTMLElement} */
    content.querySelector(NOTICE2)
  );
  for (const part of childrenOf(element)) part.hidden = true;
  element.addEventListener("click", press2);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    stopKey(event);
    close2();
  });
  formerFocus2 = noteFocus(element);
  dress();
  place(element, home());
  await untilFound();
  return element;
};
/* Beside a modal dialog nothing can be reached. */
var home = () => modal() ?? page.body;
/** Show a part of the notice. @param {Part} part */
var show3 = async (part) => {
  if (part !== shown) {
    clearTimeout(reading);
    reading = void 0;
  }
  shown = part;
  const element = await (notice2 ??= load2().catch(() => null));
  if (!element) notice2 = null;
  if (!element || !shown) return;
  place(element, home());
  const isHeld2 = isHolding();
  const { activeElement: focused } = page;
  const isFocused = element.contains(focused);
  for (const each of childrenOf(element)) each.hidden = each.dataset.mizanWhen !== shown;
  for (const each of all("[data-mizan-held]", element)) each.hidden = !isHeld2;
  if (isFocused && focused?.closest("[hidden]")) {
    all(":not([hidden]) > :is(a, button):not([hidden])", element)[0].focus();
  }
  if (/^re/.test(shown) && !isHeld2) reading ??= setTimeout(fade, READING, element);
};
/** @param {HTMLElement} element */
var fade = (element) => element.contains(page.activeElement) || hide2();
var hide2 = async () => {
  shown = null;
  const element = await notice2;
  if (!element || shown) return;
  const isFocused = element.contains(page.activeElement);
  element.remove();
  notice2 = null;
  if (isFocused) of(formerFocus2())?.focus();
};
var isShown2 = () => shown !== null;
/** Show a part of the notice, unless the visitor has closed it. @param {Part} part */
var remind = (part) => isClosed || show3(part);
/** The visitor has done something since they closed the notice. */
var reopen = () => {
  isClosed = false;
};
var close2 = () => {
  isClosed = true;
  hide2();
};
/** @param {Event} event */
var press2 = (event) => {
  const target = (
    /** @type {Element} */
    event.target
  );
  if (target.closest("[data-mizan-close]")) close2();
  else if (target.closest("[data-mizan-reload]")) location.reload();
  else if (target.closest("[data-mizan-resend]")) {
    resendHeld();
    hide2();
  }
};
var showAgain = () => shown && show3(shown);
var start44 = () => {
  // What was held is sent again, or may have left the page.
  onCapture(
    "mizan:request",
    ({ detail }) => detail.isSafe || showAgain()
  );
  onCapture("mizan:refreshed close hidden.bs.modal hidden.bs.offcanvas", showAgain);
  onRestored(async () => {
    const own = await notice2;
    removeOthers(NOTICE2, (each) => each === own);
  });
};

// src/session/recovery.js
/* What follows when the session of the page has ended: the notice, and the question who is signed in now, whenever the
   visitor may have signed in again, here or in another tab.

   mizan:session   on document; detail.state is "returned" when somebody has signed in again, and "other" when another tab was
                   the first to know that it is somebody else. Who prevents it shows it in another way. */
/** @type {"ended" | "other" | null} How the session has ended; null while all is well. */
var state = null;
/** @type {string | null} */
var reason = null;
/** @type {Promise<void> | null} */
var asking2 = null;
var isAskedAgain = false;
/** @param {SessionDetail["state"]} news @param {string | null} why */
var report3 = (news2, why) => fire(document, "mizan:session", { state: news2, reason: why, element: null, status: 200 });
/** Return whether the session of the page has ended. */
var isEnded = () => state !== null;
/** Forget about the end of a session: the page is of another one. */
var startAnew = () => {
  state = null;
  forgetHeld();
  hide2();
};
/** Ask who is signed in now. An answer that is already on its way may be too old for this question. */
var check = () => {
  isAskedAgain = Boolean(asking2);
  return asking2 ??= ask3();
};
var ask3 = async () => {
  do {
    isAskedAgain = false;
    try {
      const response = await fetch(mount().href + "session/");
      const now = response.headers.get(FINGERPRINT);
      const { csrfToken } = await response.json();
      if (now) conclude(now, csrfToken);
    } catch {
      // There is no network, say. When the visitor comes back to this page, it asks again.
    }
  } while (isAskedAgain);
  asking2 = null;
};
/** @param {string} now @param {string} csrfToken */
var conclude = (now, csrfToken) => {
  const own = session() ?? NOBODY;
  const isSame4 = now === own && (now !== NOBODY || reason === "csrf");
  if (state && (isSame4 || own === NOBODY && now !== NOBODY && state === "ended")) comeBack2(now, csrfToken);
  else if (now === own) return;
  else if (now === NOBODY) state &&= "ended";
  else if (state !== "other") report3("other", "user");
};
/** @param {string} now @param {string} csrfToken */
var comeBack2 = (now, csrfToken) => {
  const isNew = session() !== now;
  const part = reason === "csrf" ? "renewed" : "returned";
  state = null;
  renewSession(now, csrfToken);
  // Django looks at the posted token before it looks at the header.
  const inputs = (
    /** @type {HTMLInputElement[]} */
    all(`input[name=${TOKEN2}]`)
  );
  for (const input of inputs) if (input.form && staysHere(input.form)) input.value = csrfToken;
  if (report3("returned", reason) && (isShown2() || isHolding())) show3(part);
  else hide2();
  if (isNew)
    invalidate("*", {}, { source: "return" });
  else retry();
};
/** @param {CustomEvent<SessionDetail>} event */
var onSession = async (event) => {
  const { state: news2, reason: why, element } = event.detail;
  if (news2 === "returned") return;
  await null;
  // who prevents it may listen after this
  const isWanted = !event.defaultPrevented;
  if (isWanted) hold2(element);
  if (news2 !== state || !is(element, BEHIND)) reopen();
  [state, reason] = [news2, why];
  // The token may be old although the session has not ended. Then there is nothing to show first.
  if (reason === "csrf") await check();
  if (isWanted && state) remind(state);
};
var look3 = () => {
  if (state && !page.hidden) check();
};
var start45 = () => {
  onCapture("mizan:session", onSession);
  onCapture("visibilitychange", look3);
  for (const name of ["focus", "online", "pageshow"]) addEventListener(name, look3);
};

// src/session/tabs.js
/* What makes blocks stale in this tab does so in the other tabs of the same session, too; and a tab that learns of another
   session has the others ask whose they are. */
/** @typedef {{ list: string, version: string | null }} News */
/** @type {BroadcastChannel | null} */
var channel = null;
var open = () => {
  if (channel || !window.BroadcastChannel) return;
  channel = new BroadcastChannel("mizan " + mount().pathname);
  channel.addEventListener("message", receive);
};
/** Report the session of this page, and what has become stale, to the other tabs. @param {News} [news] */
var publish = (news2) => channel?.postMessage({ session: session(), ...news2 });
/* A page for everyone has no fingerprint: it may be of any session. */
/** @param {MessageEvent<{ session?: string } & Partial<News>>} event */
var receive = ({ data: { session: other, list, version } }) => {
  const own = session();
  const isOwn2 = !other || !own || other === own;
  if (list && isOwn2) invalidate(list, {}, { version, source: "tab" });
  // That page may be older than the session, so the server is asked.
  if (other && (isEnded() || !isOwn2 && other !== NOBODY)) check();
};
var start46 = () => {
  open();
  onCapture("mizan:invalidate", ({ detail }) => {
    const { header: list, version, source } = detail;
    if (/^(response|cookie|script)$/.test(source)) publish({ list, version });
  });
  if (session()) publish();
  addEventListener("pageshow", open);
  // A channel that receives something would take the page out of the back/forward cache.
  addEventListener("pagehide", () => {
    channel?.close();
    channel = null;
  });
};

// src/session/new_page.js
/* A page that htmx puts into the place of this one, by a boosted link say, may be of another session. Its fingerprint is in
   the tag of mizan.js, in a head that htmx leaves out. */
/** @type {(isSwapped: boolean, text: string) => void} */
var turn = (isSwapped2, text) => {
  const [, found2] = isSwapped2 && /<script [^>]*\bdata-session="(\w+)"/.exec(text) || [];
  if (!found2 || found2 === session()) return;
  renewSession(found2);
  startAnew();
  publish();
};
var start47 = () => {
  onCapture("htmx:beforeSwap", ({ detail }) => turn(detail.shouldSwap, detail.serverResponse));
  onCapture(spelt("htmx:before:swap"), ({ detail }) => turn(!detail.cancelled, detail.ctx.text));
};

// src/single_flight.js
/* Single flight: a change and the blocks that it makes stale in one round trip, on sites with MIZAN_SINGLE_FLIGHT.

   A request of htmx that may change something names the blocks of the page in X-Mizan-Blocks. Its response may end with a JSON
   text, X-Mizan-Brought characters long: block id → its HTML, or null for what is unchanged. It is cut off before htmx sees
   it. Blocks that are stale and not in it are requested as ever. */
var NAMED2 = "X-Mizan-Blocks";
var BROUGHT = "X-Mizan-Brought";
var [MOST_BLOCKS2, LONGEST5] = [100, 4e3];
// what the server reads of the header: blocks, characters
var BOUND2 = (
  /** @type {"div"} */
  `${BLOCK}[hx-get]:not([data-mizan-lazy])`
);
var HASH = "data-mizan-hash";
/** @param {HTMLElement[]} blocks */
var namesOf6 = (blocks2) => {
  let [count3, names] = [0, NONE];
  for (const block of blocks2) {
    if (count3 === MOST_BLOCKS2) break;
    const longer = append(names, queryOf(block));
    if (longer.text.length > LONGEST5) continue;
    // a shorter one may fit
    names = longer;
    count3 += 1;
  }
  return names.text;
};
/* The server does not know what a script has put into a block, a form for its title say, and would call the block unchanged.
   Where a new hash came along, that is about it. */
/** @param {MutationRecord[]} records */
var forgetHashes = (records) => {
  const isHash = ({ type }) => type === "attributes";
  const fresh = new Set(records.filter(isHash).map(({ target }) => target));
  /** @type {Set<Node>} */
  const seen = /* @__PURE__ */ new Set();
  for (const record of records) {
    if (isHash(record)) continue;
    for (let up = (
      /** @type {Node | null} */
      record.target
    ); up && !seen.has(up); up = of(up).parentElement) {
      seen.add(up);
      if (isElement(up) && !fresh.has(up) && of(up).hasAttribute(HASH)) of(up).removeAttribute(HASH);
    }
  }
};
/** @param {CustomEvent<RequestDetail>} event */
var nameBlocks = ({ detail: { isSafe: isSafe2, url, headers } }) => {
  if (isSafe2 || !isOwn(url)) return;
  const own = [...page.querySelectorAll(BOUND2)].filter((block) => isOwn(of(block).getAttribute("hx-get")));
  const names = namesOf6(own);
  if (names) sayAddress(headers)[NAMED2] = names;
};
/** @param {CustomEvent<AnswerDetail>} event */
var takeBlocks = ({ detail, defaultPrevented }) => {
  const { request, isSafe: isSafe2, url, header } = detail;
  if (isSafe2 || defaultPrevented || !isOwn(url)) return;
  const length = Number(header(BROUGHT));
  if (!(length > 0)) return;
  /** @param {string} text */
  const cut = (text) => {
    /** @type {[string, string | null][]} */
    const pieces2 = Object.entries(JSON.parse(text.slice(-length)));
    const versions = new Map(pieces2.map(([id, html]) => [id, versionIn(html)]));
    deliver(request, new Map(pieces2), versions, header("Content-Security-Policy"));
    return text.slice(0, -length);
  };
  if (isXhr(request)) shortenXhr(request, cut);
  else if (request.response) shortenResponse(request.response.raw, cut);
};
/* Of its own element: before it may be attributes of the author's, which may have a ">" in them. */
var VERSION2 = /^<(?:[^>"']|"[^"]*"|'[^']*')*? data-mizan-version="([^"]*)/;
/** @param {string | null} html */
var versionIn = (html) => VERSION2.exec(html ?? "")?.[1];
/* htmx 2 reads both when it has all of the response. */
/** @param {XMLHttpRequest} xhr @param {(text: string) => string} cut */
var shortenXhr = (xhr, cut) => {
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState < 4 || !xhr.status) return;
    const value = cut(xhr.responseText);
    for (const name of ["response", "responseText"]) Object.defineProperty(xhr, name, { value });
  });
};
/** @param {Response} response @param {(text: string) => string} cut */
var shortenResponse = (response, cut) => {
  const whole = response.text.bind(response);
  response.text = async () => cut(await whole());
};
var start48 = () => {
  new MutationObserver(forgetHashes).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: [HASH]
  });
  on("mizan:request", nameBlocks);
  on("mizan:answer", takeBlocks);
};

// src/start.js
/* When the parts of the shim start, and with which htmx.

   Where window.htmx is htmx 2 or htmx 4, a part starts as soon as it is added. Otherwise the parts wait until window.htmx
   is there, which is looked for when the page is parsed and when it is loaded, or until a bundle hands its own htmx over
   by mizan.start(htmx). They start in the order in which they were added, each once. One message in the console says that
   htmx is missing or too old. */
var PATIENCE2 = 2e3;
// milliseconds after the page has been loaded, for what it imports then
var WAYS = "Use {% mizan_scripts %}, load htmx before the shim, or hand it over: mizan.start(htmx).";
/** @typedef {{ name: string, start: () => void }} Part */
/** @type {Part[]} What waits for htmx. */
var waiting3 = [];
/** @type {Set<string>} */
var known4 = /* @__PURE__ */ new Set();
var hasStarted = false;
var hasFailed = false;
// the first part, without which no other one works
/** Return whether there is an htmx, and the shim has started with it. */
var isStarted = () => hasStarted && !hasFailed;
/** @param {any} value */
var versionOf = (value) => typeof value?.version === "string" ? value.version : "";
/** @param {unknown} value */
var isFit = (value) => /^[24]\./.test(versionOf(value));
/** @param {unknown} value */
var nameOf2 = (value) => versionOf(value) ? `htmx ${versionOf(value)}` : Object.prototype.toString.call(value);
/**
 * Start a part as soon as there is an htmx. A part that was added before does nothing.
 * @param {string} name
 * @param {() => void} start
 */
var add2 = (name, start49) => {
  if (known4.has(name)) return;
  known4.add(name);
  if (hasStarted) run2({ name, start: start49 });
  else waiting3.push({ name, start: start49 });
};
/* As a browser reports the error of a script: the next one runs all the same. */
/** @param {Part} part */
var run2 = ({ name, start: start49 }) => {
  if (hasFailed) return;
  try {
    start49();
  } catch (error) {
    hasFailed = name === FIRST2;
    if (window.reportError) window.reportError(error);
    else console.error(error);
  }
};
/** The part without which no other one works. */
var FIRST2 = "core";
/** @param {Htmx} given */
var begin5 = (given2) => {
  adopt(given2);
  hasStarted = true;
  for (const part of waiting3.splice(0)) run2(part);
};
/**
 * Start with the htmx of a bundle: mizan.start(htmx). Raise TypeError for anything else than htmx 2 or htmx 4, and
 * Error if the shim has started with another one.
 * @param {unknown} given
 */
var startWith = (given2) => {
  if (!isFit(given2)) {
    const way = 'Give it what `import htmx from "htmx.org"` gives.';
    throw new TypeError(`mizan.start() takes htmx 2 or htmx 4, not ${nameOf2(given2)}. ${way}`);
  }
  if (!hasStarted) begin5(
    /** @type {Htmx} */
    given2
  );
  else if (htmx !== given2) {
    throw new Error(
      `mizan.start(): the shim works with another ${nameOf2(htmx)} already. Load htmx once: {% mizan_scripts htmx=None %} leaves it to the bundle.`
    );
  }
};
/**
 * Raise Error: what was called needs the shim, which has not started.
 * @param {string} name
 * @returns {never}
 */
var refuse2 = (name) => {
  throw new Error(
    `mizan.${name}() can't be called yet: the shim has not started, and waits for htmx. ${WAYS}`
  );
};
/* Of another version, or an element with the id "htmx", is none. */
var find6 = () => {
  if (!hasStarted && isFit(window.htmx)) begin5(
    /** @type {Htmx} */
    window.htmx
  );
};
var hasComplained = false;
var complain = () => {
  if (hasStarted || hasComplained) return;
  hasComplained = true;
  const has = versionOf(window.htmx) ? `this page has ${nameOf2(window.htmx)}` : "this page has none";
  console.error(`mizan: the shim needs htmx 2 or htmx 4, and ${has}. ${WAYS}`);
};
var lookLast = () => {
  find6();
  setTimeout(complain, PATIENCE2);
};
/** Look for window.htmx, now and, if it is not there yet, when the page is parsed and when it is loaded. */
var look4 = () => {
  find6();
  if (hasStarted) return;
  if (versionOf(window.htmx)) complain();
  // it will not become another one by itself
  addEventListener("DOMContentLoaded", find6, true);
  // while it is captured: before htmx binds the page
  if (isLoaded()) lookLast();
  else addEventListener("load", lookLast);
};

// src/index.js
/* mizan.js: refreshes the blocks of a page that have become stale, beside htmx 2 or htmx 4. docs/shim.md says what it
   does, and what pages can call and listen to. */
var SEAM = /* @__PURE__ */ Symbol.for("mizan");
var startCore = () => {
  start();
  start4();
  start5();
  if (isHtmx2) start39();
  else start40();
  watchPage();
  start8();
};
var startSingleFlightIfWanted = () => {
  if (settings.singleFlight !== void 0) start48();
};
/* They start in this order: what listens first is called first. */
var PARTS = Object.entries({
  [FIRST2]: startCore,
  batches: start3,
  responseHeaders: start2,
  csrf: start14,
  unticked: start41,
  monitor: start15,
  leaving: start43,
  retries: start11,
  return: start12,
  preserve: start37,
  loaded: startLoaded,
  status: start13,
  announcements: start7,
  lazy: start6,
  polls: start10,
  moves: start9,
  held: start42,
  sessionNotice: start44,
  recovery: start45,
  newPage: start47,
  tabs: start46,
  errors: start25,
  afterSuccess: start38,
  singleFlight: startSingleFlightIfWanted
});
/**
 * Return functions that raise Error until the shim has started.
 * @template {Record<string, (...given: never[]) => unknown>} T
 * @param {T} calls
 * @param {string} [prefix] - of their names
 */
var afterStart = (calls, prefix = "") => {
  const guarded = Object.entries(calls).map(([name, call2]) => {
    /** @param {Parameters<typeof call>} given */
    const guardedCall = (...given2) => isStarted() ? call2(...given2) : refuse2(prefix + name);
    return [name, guardedCall];
  });
  return (
    /** @type {T} */
    Object.fromEntries(guarded)
  );
};
/** @returns {Omit<Mizan.Api, "call">} - with call(), whose result has a type that sites choose */
var makePublic = () => Object.freeze({
  start: startWith,
  get htmx() {
    return htmx;
  },
  isRefresh: (event) => isStarted() && isRefresh(event),
  ...afterStart({
    announce,
    call,
    covers: (stale2, shown2) => covers(parse(stale2), shown2),
    deliver,
    fail,
    format,
    invalidate,
    later,
    parse,
    quiet: quiet2,
    refresh,
    retry,
    send: sendMessage,
    session
  }),
  fields: Object.freeze(afterStart({ show: show2, clear: clear2 }, "fields."))
});
/**
 * Start the shim in this page, once: a second copy of this script does nothing.
 * @param {Record<string, object>} modules - what mizan-forms.js and the like use of this bundle, by the module's path
 */
var load3 = (modules) => {
  if (SEAM in window) return;
  Object.defineProperty(window, SEAM, { value: Object.freeze({ modules: Object.freeze(modules), add: add2 }) });
  remember(Reflect.get(Object.getPrototypeOf(document), "currentScript", document));
  Object.assign(window, { mizan: makePublic() });
  // its type says that nobody else may
  for (const [name, start49] of PARTS) add2(name, start49);
  look4();
};

// seam:blocks/address.js
var address_exports = {};
__export(address_exports, {
  isElsewhere: () => isElsewhere
});

// seam:blocks/lazy.js
var lazy_exports = {};
__export(lazy_exports, {
  isLazy: () => isLazy
});

// seam:blocks/refresh.js
var refresh_exports = {};
__export(refresh_exports, {
  fail: () => fail,
  invalidate: () => invalidate,
  retry: () => retry
});

// seam:call.js
var call_exports = {};
__export(call_exports, {
  offline: () => offline,
  problem: () => problem,
  useSocket: () => useSocket
});

// seam:clobbering.js
var clobbering_exports = {};
__export(clobbering_exports, {
  clear: () => clear,
  isRead: () => isRead,
  strip: () => strip
});

// seam:cookies.js
var cookies_exports = {};
__export(cookies_exports, {
  cookie: () => cookie
});

// seam:dom.js
var dom_exports = {};
__export(dom_exports, {
  BLOCK: () => BLOCK,
  FORM: () => FORM,
  all: () => all,
  ancestors: () => ancestors,
  blocks: () => blocks,
  is: () => is,
  isContent: () => isContent,
  isOwn: () => isOwn,
  isSafe: () => isSafe,
  isUnticked: () => isUnticked,
  of: () => of,
  page: () => page,
  staysHere: () => staysHere,
  tagOf: () => tagOf,
  within: () => within
});

// seam:errors/notice.js
var notice_exports = {};
__export(notice_exports, {
  offerPages: () => offerPages
});

// seam:events.js
var events_exports = {};
__export(events_exports, {
  fire: () => fire,
  on: () => on,
  onCapture: () => onCapture,
  onChange: () => onChange
});

// seam:grammar.js
var grammar_exports = {};
__export(grammar_exports, {
  covers: () => covers,
  parse: () => parse
});

// seam:html.js
var html_exports = {};
__export(html_exports, {
  parseHtml: () => parseHtml,
  trustedHtml: () => trustedHtml
});

// seam:htmx.js
var htmx_exports = {};
__export(htmx_exports, {
  htmx: () => htmx,
  isHtmx2: () => isHtmx2,
  spelt: () => spelt
});

// seam:lifecycle.js
var lifecycle_exports = {};
__export(lifecycle_exports, {
  isParsed: () => isParsed,
  whenParsed: () => whenParsed,
  whenShown: () => whenShown
});

// seam:preserve/attributes.js
var attributes_exports = {};
__export(attributes_exports, {
  serve: () => serve
});

// seam:requests/controls.js
var controls_exports = {};
__export(controls_exports, {
  controlsOf: () => controlsOf
});

// seam:requests/flights.js
var flights_exports = {};
__export(flights_exports, {
  leavesBy: () => leavesBy
});

// seam:requests/page_address.js
var page_address_exports = {};
__export(page_address_exports, {
  sayAddress: () => sayAddress
});

// seam:session/csrf.js
var csrf_exports = {};
__export(csrf_exports, {
  TOKEN: () => TOKEN2
});

// seam:settings.js
var settings_exports = {};
__export(settings_exports, {
  address: () => address,
  settings: () => settings
});

// seam:versions.js
var versions_exports = {};
__export(versions_exports, {
  later: () => later
});

// src/mizan.entry.js
load3({ "blocks/address.js": address_exports, "blocks/lazy.js": lazy_exports, "blocks/refresh.js": refresh_exports, "call.js": call_exports, "clobbering.js": clobbering_exports, "cookies.js": cookies_exports, "dom.js": dom_exports, "errors/notice.js": notice_exports, "events.js": events_exports, "grammar.js": grammar_exports, "html.js": html_exports, "htmx.js": htmx_exports, "lifecycle.js": lifecycle_exports, "preserve/attributes.js": attributes_exports, "requests/controls.js": controls_exports, "requests/flights.js": flights_exports, "requests/page_address.js": page_address_exports, "session/csrf.js": csrf_exports, "settings.js": settings_exports, "versions.js": versions_exports });
})();
