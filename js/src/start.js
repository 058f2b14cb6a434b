/* When the parts of the shim start, and with which htmx.

   Where window.htmx is htmx 2 or htmx 4, a part starts as soon as it is added. Otherwise the parts wait until window.htmx
   is there, which is looked for when the page is parsed and when it is loaded, or until a bundle hands its own htmx over
   by mizan.start(htmx). They start in the order in which they were added, each once. One message in the console says that
   htmx is missing or too old. */

import { adopt, htmx } from "./htmx.js";
import { isLoaded } from "./lifecycle.js";

const PATIENCE = 2000; // milliseconds after the page has been loaded, for what it imports then
const WAYS = "Use {% mizan_scripts %}, load htmx before the shim, or hand it over: mizan.start(htmx).";

/** @typedef {{ name: string, start: () => void }} Part */

/** @type {Part[]} What waits for htmx. */
const waiting = [];
/** @type {Set<string>} */
const known = new Set();
let hasStarted = false;
let hasFailed = false; // the first part, without which no other one works

/** Return whether there is an htmx, and the shim has started with it. */
export const isStarted = () => hasStarted && !hasFailed;

/** @param {any} value */
const versionOf = (value) => (typeof value?.version === "string" ? value.version : "");
/** @param {unknown} value */
const isFit = (value) => /^[24]\./.test(versionOf(value));
/** @param {unknown} value */
const nameOf = (value) =>
  versionOf(value) ? `htmx ${versionOf(value)}` : Object.prototype.toString.call(value);

/**
 * Start a part as soon as there is an htmx. A part that was added before does nothing.
 * @param {string} name
 * @param {() => void} start
 */
export const add = (name, start) => {
  if (known.has(name)) return;
  known.add(name);
  if (hasStarted) run({ name, start });
  else waiting.push({ name, start });
};

/* As a browser reports the error of a script: the next one runs all the same. */
/** @param {Part} part */
const run = ({ name, start }) => {
  if (hasFailed) return;
  try {
    start();
  } catch (error) {
    hasFailed = name === FIRST;
    if (window.reportError) window.reportError(error);
    else console.error(error);
  }
};

/** The part without which no other one works. */
export const FIRST = "core";

/** @param {Htmx} given */
const begin = (given) => {
  adopt(given);
  hasStarted = true;
  for (const part of waiting.splice(0)) run(part);
};

/**
 * Start with the htmx of a bundle: mizan.start(htmx). Raise TypeError for anything else than htmx 2 or htmx 4, and
 * Error if the shim has started with another one.
 * @param {unknown} given
 */
export const startWith = (given) => {
  if (!isFit(given)) {
    const way = 'Give it what `import htmx from "htmx.org"` gives.';
    throw new TypeError(`mizan.start() takes htmx 2 or htmx 4, not ${nameOf(given)}. ${way}`);
  }
  if (!hasStarted) begin(/** @type {Htmx} */ (given));
  else if (htmx !== given) {
    throw new Error(
      `mizan.start(): the shim works with another ${nameOf(htmx)} already. Load htmx once: ` +
        "{% mizan_scripts htmx=None %} leaves it to the bundle.",
    );
  }
};

/**
 * Raise Error: what was called needs the shim, which has not started.
 * @param {string} name
 * @returns {never}
 */
export const refuse = (name) => {
  throw new Error(
    `mizan.${name}() can't be called yet: the shim has not started, and waits for htmx. ${WAYS}`,
  );
};

/* Of another version, or an element with the id "htmx", is none. */
const find = () => {
  if (!hasStarted && isFit(window.htmx)) begin(/** @type {Htmx} */ (window.htmx));
};

let hasComplained = false;

const complain = () => {
  if (hasStarted || hasComplained) return;
  hasComplained = true;
  const has = versionOf(window.htmx) ? `this page has ${nameOf(window.htmx)}` : "this page has none";
  console.error(`mizan: the shim needs htmx 2 or htmx 4, and ${has}. ${WAYS}`);
};

const lookLast = () => {
  find();
  setTimeout(complain, PATIENCE);
};

/** Look for window.htmx, now and, if it is not there yet, when the page is parsed and when it is loaded. */
export const look = () => {
  find();
  if (hasStarted) return;
  if (versionOf(window.htmx)) complain(); // it will not become another one by itself
  addEventListener("DOMContentLoaded", find, true); // while it is captured: before htmx binds the page
  if (isLoaded()) lookLast();
  else addEventListener("load", lookLast);
};
