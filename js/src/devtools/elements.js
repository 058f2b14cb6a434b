/* The element of the overlay. It lives in a shadow tree beside the body, where no CSS of the site reaches it and no swap takes
   it away. */

import { page } from "../dom.js";
import { STYLE } from "./style.js";

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
export const make = (tag, attributes = {}, ...children) => {
  const made = page.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** @type {HTMLElement} */
export let host;
/** @type {ShadowRoot} */
export let root;
/** @type {ReturnType<typeof build>} */
export let parts;

const build = () => {
  const heading = make("h2", { id: "heading", tabindex: "-1" }, "Why did this refresh?");
  const move = make("button", { type: "button" }, "Move");
  const close = make("button", { type: "button", "aria-label": "Close" }, "×");
  const nothing = make("p", {}, "Nothing has changed since this page was loaded.");
  const list = make("ol", { "aria-labelledby": "heading" });
  // Without the tabindex keys could not scroll it in every browser.
  const scroll = { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "heading" };
  const button = make("button", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": "panel",
    "aria-keyshortcuts": "Alt+Shift+M",
  });
  const panel = make(
    "section",
    { id: "panel", "aria-labelledby": "heading", hidden: "" },
    make("header", {}, heading, move, close),
    make("div", scroll, nothing, list),
  );
  const corner = make("div", {}, button, panel);
  const layer = make("div", { class: "layer", "aria-hidden": "true" });
  const viewer = make("dialog", { "aria-label": "Error page" });
  return { button, close, corner, heading, layer, list, move, nothing, panel, viewer };
};

export const start = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  host = page.createElement("mizan-debug");
  root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  parts = build();
  root.append(parts.layer, parts.corner, parts.viewer);
};
