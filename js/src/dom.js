/* The page as it is, whatever markup lays over it; and small questions about its elements.

   <img name="cookie"> hides document.cookie, and <input name="matches"> the method of the form around it. So properties of
   the document and of forms are read through of(), by which their prototype has them. Other elements hide nothing. */

export const BLOCK = "[data-mizan]";
/** A block that shared caches may answer. */
export const SHARED = `${BLOCK}[data-mizan-shared]`;
/** A form of {% mizan_form %}. */
export const FORM = "form[data-mizan-form]";
/** What keeps visitors from reaching anything else, while it is open. */
export const MODAL = "dialog:modal, [aria-modal=true]";
/** What asks again for content that a visitor had loaded into a block. */
export const AGAIN = "[data-mizan-again]";
/** What sends requests that nobody waits for. */
export const BEHIND = `${BLOCK}, ${AGAIN}`;

/** @type {WeakMap<Node, HTMLElement[]>} The elements of a form while htmx works at it: see clobbering.js. */
export const cleared = new WeakMap();

/** @type {(node: any) => ProxyHandler<object>} */
const past = (node) => ({
  get: (_, name) => {
    if (name === "elements" && cleared.has(node)) return cleared.get(node);
    const value = Reflect.get(Object.getPrototypeOf(node), name, node);
    return typeof value === "function" ? value.bind(node) : value;
  },
  set: (_, name, value) => Reflect.set(Object.getPrototypeOf(node), name, value, node),
});

/**
 * Return a node by whose properties no markup stands: itself, or for the document and for forms a proxy.
 * @template T
 * @param {T} node
 * @returns {T}
 */
export const of = (node) =>
  node === document || node instanceof HTMLFormElement ? /** @type {T} */ (new Proxy({}, past(node))) : node;

/** The document, past what its markup lays over it. */
export const page = of(document);

/** @type {(node: unknown) => node is HTMLFormElement} */
export const isForm = (node) => node instanceof HTMLFormElement;

/** @type {(node: unknown) => node is Element} */
export const isElement = (node) => node instanceof Element;

/**
 * Return whether a node is an element that matches a selector.
 * @param {unknown} node
 * @param {string} selector
 */
export const is = (node, selector) => node instanceof Element && of(node).matches(selector);

/**
 * Return the elements inside of a node that match a selector, and the node itself if it does.
 * @param {ParentNode} root
 * @param {string} selector
 */
export const within = (root, selector) =>
  /** @type {HTMLElement[]} */ ([
    ...(is(root, selector) ? [root] : []),
    ...of(root).querySelectorAll(selector),
  ]);

/**
 * Return the first element inside of a node that has an id.
 * @param {ParentNode} root
 * @param {string | null} id
 * @returns {HTMLElement | null}
 */
export const byId = (root, id) => of(root).querySelector(`[id="${CSS.escape(id ?? "")}"]`);

/**
 * Return the elements that match a selector, in the page or inside of a node.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const all = (selector, root = page) =>
  /** @type {HTMLElement[]} */ ([...of(root).querySelectorAll(selector)]);

/**
 * Return the elements around an element, the nearest first.
 * @param {Element} element
 */
export const ancestors = (element) => {
  /** @type {HTMLElement[]} */
  const found = [];
  for (let up = of(element).parentElement; up; up = of(up).parentElement) found.push(up);
  return found;
};

/**
 * Return the form that an element sends: itself, the one that it belongs to, or the nearest around it.
 * @param {Element} element
 * @returns {HTMLFormElement | null}
 */
export const formOf = (element) =>
  isForm(element)
    ? element
    : (/** @type {HTMLInputElement} */ (element).form ?? of(element).closest?.("form") ?? null);

/**
 * Return the blocks of the page.
 * @returns {HTMLElement[]}
 */
export const blocks = () => [...page.querySelectorAll(/** @type {"div"} */ (BLOCK))];

/**
 * Return whether an element is inside one of a set.
 * @param {Element} element
 * @param {{ has(element: Element): boolean }} set
 */
export const isInside = (element, set) => {
  for (let up = of(element).parentElement; up; up = of(up).parentElement) if (set.has(up)) return true;
  return false;
};

/**
 * Return whether an element is one of a set, or inside one.
 * @param {Element | null | undefined} element
 * @param {Set<Element>} set
 */
export const isWithin = (element, set) =>
  element != null && set.size > 0 && (set.has(element) || isInside(element, set));

/**
 * Return whether a node is one of some nodes, or inside one.
 * @param {Node | null | undefined} node
 * @param {Iterable<Node>} nodes
 */
export const isIn = (node, nodes) => [...nodes].some((it) => of(it).contains(node ?? null));

/** Return whether a node is an element, or text that is more than space. @param {Node} node */
export const isContent = (node) => isElement(node) || (node instanceof Text && node.data.trim() !== "");

/**
 * Set an attribute, or remove it where the value is null.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
export const setAttribute = (element, name, value) => {
  if (value === null) of(element).removeAttribute(name);
  else of(element).setAttribute(name, value);
};

/**
 * Return whether an element is displayed.
 * @param {Element | null | undefined} element
 */
export const isShown = (element) => of(element)?.checkVisibility?.({ visibilityProperty: true }) !== false;

/** @type {boolean | undefined} */
let knowsPopovers;

/** Return whether the browser knows popovers. */
export const hasPopovers = () => (knowsPopovers ??= CSS.supports("selector(:popover-open)"));

/** Return the last open element that keeps visitors from reaching anything else. */
export const modal = () =>
  /** @type {HTMLElement | undefined} */ ([...page.querySelectorAll(MODAL)].filter(isShown).at(-1));

/**
 * Return an attribute of htmx that an element has itself, by either name: "hx-get" or "data-hx-get".
 * @param {Element} element
 * @param {string} name
 */
export const ownAttribute = (element, name) =>
  of(element).getAttribute(name) ?? of(element).getAttribute(`data-${name}`);

/**
 * Return an attribute as htmx 2 inherits it: that of the nearest element that has it; null for "unset".
 * @param {Element} element
 * @param {string} name
 */
export const attributeOf = (element, name) => {
  const holder = of(element).closest?.(`[${name}], [data-${name}]`);
  const text = holder ? ownAttribute(holder, name) : null;
  return text === "unset" ? null : text;
};

/**
 * Return whether a control is a checkbox of which a form would send nothing, because it is not checked.
 * @param {unknown} control
 * @returns {control is HTMLInputElement}
 */
export const isUnticked = (control) =>
  control instanceof HTMLInputElement &&
  control.type === "checkbox" &&
  control.name !== "" &&
  !control.checked &&
  !control.matches(":disabled");

/**
 * Return whether a URL is of this origin, as the browser reads it: <base> counts.
 * @param {string | null} url
 */
export const isOwn = (url) => {
  const here = `${location.origin}/`;
  // What is plain need not be parsed, which takes ten times as long.
  if ((/^\/\w/.test(url ?? "") ? page.baseURI : url)?.startsWith(here)) return true;
  try {
    const { origin, protocol } = new URL(/** @type {string} */ (url), page.baseURI);
    return origin === location.origin && protocol === location.protocol;
  } catch {
    return false; // no URL at all
  }
};

const SENDING = "action delete get patch post put".split(" ").flatMap((it) => [`hx-${it}`, `data-hx-${it}`]);

/**
 * Return whether a form sends nothing to another site: neither by itself, nor by one of its buttons, nor by htmx. Images that
 * submit it are not among its elements.
 * @param {HTMLFormElement} form
 */
export const staysHere = (form) => {
  const all = /** @type {HTMLButtonElement[]} */ ([...page.querySelectorAll("[formaction]")]);
  const buttons = all.filter((each) => each.form === form);
  const sent = SENDING.map((name) => of(form).getAttribute(name) ?? "");
  return [of(form).action, ...buttons.map(({ formAction }) => formAction), ...sent].every(isOwn);
};

/** Return whether requests of a method change nothing. @param {string} method */
export const isSafe = (method) => /^(GET|HEAD|OPTIONS|TRACE)$/i.test(method);

/**
 * Return the start tag of an element, for messages.
 * @param {unknown} element
 */
export const tagOf = (element) =>
  (element instanceof Element &&
    /** @type {Element} */ (of(element).cloneNode()).outerHTML.replace(/<\/[^<]*$/, "")) ||
  String(element);
