/* Shows a page that the server has sent about a failure. */

import { make, parts } from "./elements.js";
import { trustedHtml } from "../html.js";

const PLAIN = ".pastebin, #pastebinTraceback, .commands a { display: none }"; // what needs its scripts

/**
 * Show a page. The server made it of what anybody may have sent: the sandbox lets nothing of it run. What a policy of the page
 * would only complain of is left out, and the styles are set by script.
 * @param {string} html
 */
export const openPage = (html) => {
  const { viewer } = parts;
  /** @type {string[]} */
  const styles = [];
  const shown = html
    .replace(/<style\b[^>]*>(.*?)<\/style>/gis, (_, text) => {
      styles.push(text);
      return "";
    })
    .replace(/<script\b.*?<\/script>|<base\b[^>]*>|<meta\b[^>]*http-equiv[^>]*>/gis, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(on\w+|style)\s*=\s*("[^"]*"|'[^']*')/gi, ""));
  const frame = make("iframe", { sandbox: "allow-same-origin", title: "Error page" });
  frame.addEventListener("load", () => {
    const { contentDocument: inner, contentWindow: view } = frame;
    if (!inner || !view) return;
    inner.adoptedStyleSheets = [...styles, PLAIN].map((text) => {
      // Sheets of another document can't be adopted.
      const { CSSStyleSheet: Sheet } = /** @type {typeof globalThis} */ (/** @type {unknown} */ (view));
      const made = new Sheet();
      made.replaceSync(text);
      return made;
    });
  });
  frame.srcdoc = trustedHtml(shown);
  const leaving = make("button", { type: "button" }, "Close");
  leaving.addEventListener("click", () => viewer.close());
  viewer.replaceChildren(make("header", {}, make("h2", {}, "Error page"), leaving), frame);
  if (!viewer.open) viewer.showModal();
};

export const start = () => {
  const { viewer } = parts;
  viewer.addEventListener("close", () => viewer.replaceChildren());
};
