/* A request that may change something names the checkboxes that are not checked, in X-Mizan-Unticked: a form sends nothing
   of those, and for the server they would be the same as boxes that are not there. */

import { isOwn, isUnticked } from "../dom.js";
import { on } from "../events.js";
import { controlsOf, isSent } from "./controls.js";

const HEADER = "X-Mizan-Unticked";
const LONGEST = 4096; // characters, as the server takes them

/** @param {RequestDetail} request */
const namesIn = ({ element, method, body }) => {
  const boxes = [...controlsOf(element, method)].filter(isUnticked);
  if (!boxes.length) return [];
  const names = new Set(boxes.map(({ name }) => name.toWellFormed?.() ?? name));
  return [...names].filter(isSent(element)).filter((name) => !body?.has?.(name));
};

export const start = () => {
  on("mizan:request", (/** @type {CustomEvent<RequestDetail>} */ { detail }) => {
    if (detail.isSafe || !isOwn(detail.url)) return;
    const text = namesIn(detail).map(encodeURIComponent).join(",");
    if (text.length > LONGEST) {
      console.error("mizan: a form has too many unticked boxes to name them", detail.element);
    } else if (text) detail.headers[HEADER] = text;
  });
};
