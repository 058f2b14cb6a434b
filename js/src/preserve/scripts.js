/* The scripts of a block: they run when it is replaced, each once, in their order, with the new content in
   its place, whether they have changed or not. What a browser would not run (JSON, templates, import maps) is
   data.

   A page whose scripts have a nonce lets a script of an answer run where the answer's own
   Content-Security-Policy has the nonce that the script has: then the server has written it, and it gets the
   page's. */

import { isIn, within } from "../dom.js";
import { on } from "../events.js";
import { copyScript } from "../html.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { nonce } from "../settings.js";

const JAVASCRIPT =
  /^(module|(application|text)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))$/i;
const HELD = "data-mizan-script";
const SEAL = Math.random().toString(36).slice(2); // random, so that no answer can contain it

/**
 * @typedef {Map<string | null, { fresh: HTMLScriptElement, mayRun: boolean }>} Held - scripts by what stands
 *   in for them
 */

/**
 * @type {WeakMap<Element, string | null>} Block → the Content-Security-Policy with which its content came.
 */
const policies = new WeakMap();

/** @param {HTMLScriptElement} script */
const isExecutable = (script) => {
  const language = script.getAttribute("language");
  const type = script.getAttribute("type") ?? (language ? `text/${language}` : "");
  return type === "" || JAVASCRIPT.test(type.trim());
};

/* What a policy, or each of several, says of scripts: lists of sources. */
/** @param {string | null | undefined} policy */
const sourcesIn = (policy) =>
  (policy ?? "").split(",").flatMap((each) => {
    const directives = each.split(";").map((text) => text.trim().split(/\s+/));
    /** @param {string} name */
    const find = (name) => directives.find(([first]) => first.toLowerCase() === name);
    const found = find("script-src-elem") ?? find("script-src") ?? find("default-src");
    return found ? [found] : [];
  });

/* Return whether a script may run as far as this page knows; the browser has the last word. */
/** @param {HTMLScriptElement} script @param {Element} block */
const authorise = (script, block) => {
  if (!nonce()) return true; // the page has none to give
  const sources = sourcesIn(policies.get(block));
  const own = script.getAttribute("nonce");
  const { inlineScriptNonce, extensions } = htmx.config;
  const isOfHtmx =
    (inlineScriptNonce && script.nonce === inlineScriptNonce) ||
    // That has looked at the answer's policy itself.
    (own === nonce() && /\bhx-csp\b/.test(extensions ?? ""));
  if (own && sources.length && sources.every((list) => list.includes(`'nonce-${own}'`)))
    script.nonce = nonce();
  else if (!isOfHtmx) {
    script.removeAttribute("nonce");
    // A script that another one puts into the page would be trusted as that one is.
    return !sources.some((list) => list.includes("'strict-dynamic'"));
  }
  return true;
};

/* One that the parser has made does not run. htmx 2 makes new ones of most, and htmx 4 of all. */
/** @param {HTMLScriptElement} script */
const renew = (script) => {
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
export const holdScripts = (fragment, { block, isRefresh, except }) => {
  const held = new Map();
  for (const script of fragment.querySelectorAll("script")) {
    if (isIn(script, except)) continue;
    if (!isExecutable(script)) {
      if (isRefresh) authorise(script, block); // browsers ask for it in some of these, too
      continue;
    }
    const stand = /** @type {HTMLScriptElement} */ (script.cloneNode(true));
    stand.type = "text/plain";
    const key = `${SEAL}-${held.size}`;
    stand.setAttribute(HELD, key);
    script.replaceWith(stand);
    const fresh = renew(script);
    const isTrusted = !isRefresh || authorise(fresh, block);
    held.set(key, { fresh, mayRun: isTrusted && htmx.config.allowScriptTags !== false });
  }
  return held;
};

/* What follows a script from elsewhere may need it, as in a page. */
/** @param {HTMLScriptElement} script */
const isWaitedFor = (script) =>
  script.hasAttribute("src") && !script.hasAttribute("async") && script.type !== "module" && !script.noModule;
/** @param {HTMLScriptElement} script */
const ended = (script) =>
  new Promise((done) => {
    for (const name of ["load", "error"]) script.addEventListener(name, done);
  });

/**
 * Run the scripts that were held, where they belong in what stands there now.
 * @param {Element[]} elements
 * @param {Held} held
 */
export const runScripts = async (elements, held) => {
  if (!held.size) return;
  for (const stand of elements.flatMap((it) => within(it, `[${HELD}]`))) {
    const { fresh, mayRun } = held.get(stand.getAttribute(HELD)) ?? {};
    if (!fresh || !stand.isConnected) continue; // replaced meanwhile
    if (!mayRun) {
      stand.removeAttribute(HELD);
      continue;
    }
    if (!fresh.hasAttribute("async")) fresh.async = false;
    stand.replaceWith(fresh);
    if (isWaitedFor(fresh)) await ended(fresh);
  }
};

export const start = () => {
  on("mizan:answer", ({ detail: { block, header } }) => {
    if (block) policies.set(block, header("Content-Security-Policy"));
  });
};
