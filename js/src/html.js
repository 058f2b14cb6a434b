/* HTML that the server has sent, as nodes, and scripts of it that are to run.

   Under a Content-Security-Policy with require-trusted-types-for a browser takes both only from a policy. This one is
   called "mizan", and passes on what it is given: the server has written it. */

import { page } from "./dom.js";

/** @typedef {{ createHTML(text: string): string, createScript(text: string): string, createScriptURL(text: string): string }} Policy */

const PASS = /** @type {Policy} */ (
  Object.fromEntries(
    ["createHTML", "createScript", "createScriptURL"].map((name) => [
      name,
      (/** @type {string} */ text) => text,
    ]),
  )
);

/** @type {Policy | undefined} */
let policy;

/* A policy of this name can be made once. */
const trusted = () => {
  const { trustedTypes } =
    /** @type {{ trustedTypes?: { createPolicy?(name: string, rules: Policy): Policy } }} */ (
      /** @type {unknown} */ (window)
    );
  policy ??= trustedTypes?.createPolicy?.("mizan", PASS) ?? PASS;
  return policy;
};

/**
 * Return the nodes of this HTML. They are in no document: nothing in them loads or runs.
 * @param {string} html
 */
export const parseHtml = (html) => {
  const template = page.createElement("template");
  template.innerHTML = trusted().createHTML(html);
  return template.content;
};

/**
 * Return what a browser takes as HTML: for DOMParser, or `srcdoc`.
 * @param {string} html
 */
export const trustedHtml = (html) => trusted().createHTML(html);

/**
 * Return a script like this one, which runs when it comes into the page.
 * @param {HTMLScriptElement} script
 */
export const copyScript = (script) => {
  const copy = page.createElement("script");
  for (const { name, value } of script.attributes) {
    copy.setAttribute(name, name === "src" ? trusted().createScriptURL(value) : value);
  }
  copy.textContent = trusted().createScript(script.textContent ?? "");
  return copy;
};
