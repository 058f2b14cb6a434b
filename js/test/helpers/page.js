/* The page of a test: the shim is started in it once, and each test fills it. */

import { add } from "../../src/start.js";
import { load } from "../../src/index.js";
import { isIdle } from "./server.js";

const SETTLING = 30; // milliseconds that htmx takes after it has swapped an answer in

const SETTINGS = {
  mount: "/api/mizan/",
  csrfCookie: "csrftoken",
  csrfHeader: "X-CSRFToken",
  session: "anonymous",
};

/* Start the shim with these settings, as the script tag of a page does. */
export const start = (settings = {}) => {
  const tag = document.createElement("script");
  Object.assign(tag.dataset, SETTINGS, settings);
  const own = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript");
  Object.defineProperty(Document.prototype, "currentScript", { ...own, get: () => tag });
  try {
    load({});
  } finally {
    Object.defineProperty(Document.prototype, "currentScript", own);
  }
};

/* Start forms, live contexts or the devtools as well. */
export const startAlso = async (folder) => add(folder, (await import(`../../src/${folder}/index.js`)).start);

const root = document.createElement("main");

/* Show this HTML as the content of the page, when what an earlier one began is over; return its first element. */
export const page = async (html) => {
  if (root.isConnected) {
    root.replaceChildren();
    await until(isIdle);
    await rest(SETTLING);
  } else {
    document.body.append(root);
  }
  root.innerHTML = html;
  window.htmx.process(root);
  return root.firstElementChild;
};

export const find = (selector) => root.querySelector(selector);

/* Wait until this is true, and return what it is. */
export const until = async (condition, milliseconds = 2000) => {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`This has not become true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/* Wait for the next event of this name, and return it. */
export const heard = (name, target = document, milliseconds = 2000) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} was not fired`)), milliseconds);
    const hear = (event) => {
      clearTimeout(timer);
      resolve(event);
    };
    target.addEventListener(name, hear, { once: true });
  });

/* Wait until everything that is under way by now has happened, and `milliseconds` more. */
export const rest = (milliseconds = 50) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/* Return all events of this name that were heard since, a list that grows. */
export const hearAll = (name) => {
  const events = [];
  document.addEventListener(name, (event) => events.push(event));
  return events;
};
