/* Blocks inside an <svg> or a <math>: their new content is parsed in the namespace of the element around them. */

import { BLOCK, is, of, page } from "../dom.js";
import { on } from "../events.js";
import { isHtmx2, spelt } from "../htmx.js";

const HTML = "http://www.w3.org/1999/xhtml";
/** @type {Record<string, string>} */
const ROOTS = { "http://www.w3.org/2000/svg": "svg", "http://www.w3.org/1998/Math/MathML": "math" };
const SEAL = Math.random().toString(36).slice(2); // random, so that no answer can contain it
const WRAPPER = `data-mizan-wrapper="${SEAL}"`;
const TAKES_HTML = /^(foreignObject|desc|title|annotation-xml|m[inos]|mtext)$/;
const CASED = "clipPath foreignObject linearGradient radialGradient textPath".split(" ");

/** @param {Element} block */
const rootFor = (block) => (is(block, BLOCK) ? ROOTS[of(block).namespaceURI ?? ""] : undefined);

/**
 * Put what came for a block into what the block stands in, for the parser.
 * @param {string} text
 * @param {Element} block
 */
export const wrap = (text, block) => {
  const name = typeof text === "string" && rootFor(block);
  return name ? `<${name} ${WRAPPER}>${text}</${name}>` : text;
};

/**
 * Take it out again.
 * @param {ParentNode | null | undefined} fragment
 */
export const unwrap = (fragment) => {
  for (const it of fragment?.querySelectorAll?.(`[${WRAPPER}]`) ?? []) it.replaceWith(...it.childNodes);
};

/** @param {Element} it */
const namespaceFor = (it) => {
  const { namespaceURI, localName } = of(/** @type {Element} */ (of(it).parentElement));
  const name = of(it).localName;
  const root = Object.keys(ROOTS).find((each) => ROOTS[each] === name);
  if (root) return root;
  // htmx makes scripts so, and they run.
  const isHtml = TAKES_HTML.test(localName) || name === "script";
  return namespaceURI && namespaceURI in ROOTS && !isHtml ? namespaceURI : HTML;
};

/**
 * Make what htmx 4 has put into an <svg> or a <math> as HTML what it is: that morphs some elements into new
 * ones.
 * @param {Element} element
 */
export const mend = (element) => {
  if (isHtmx2) return;
  const inside = of(element).querySelectorAll(rootFor(element) ? "*" : ":is(svg, math), :is(svg, math) *");
  for (const it of inside) {
    const namespace = of(it).namespaceURI === HTML ? namespaceFor(it) : HTML;
    if (namespace === HTML) continue;
    const name = CASED.find((each) => each.toLowerCase() === it.localName) ?? it.localName;
    const made = page.createElementNS(namespace, name);
    for (const { name, value } of it.attributes) made.setAttribute(name, value);
    made.append(...it.childNodes);
    it.replaceWith(made);
  }
};

export const start = () => {
  // On htmx 2 it hangs on the way in which a block is replaced: see extension.js.
  if (isHtmx2) return;
  on(spelt("htmx:after:request"), ({ detail: { ctx } }) => {
    ctx.text = wrap(ctx.text, ctx.target);
  });
};
