/* The page of a test: the shim is started in it once, and each test fills it. */

import { add } from "../../src/start.js";
import { load } from "../../src/index.js";
import { isIdle } from "./server.js";

const { setTimeout: realTimeout, performance } = window;
const realNow = Date.now;

/* Let time pass that many times as fast, for the page; the tests' own waits stay what they are. */
export const hurry = (times) => {
  const began = realNow();
  Date.now = () => began + (realNow() - began) * times;
  window.setTimeout = (then, wait = 0, ...given) => realTimeout(then, wait / times, ...given);
};

/* Hide the page, as another tab in front of it does, or show it again. */
export const setHidden = (isHidden) => {
  Object.defineProperty(Document.prototype, "hidden", { configurable: true, get: () => isHidden });
  Object.defineProperty(Document.prototype, "visibilityState", {
    configurable: true,
    get: () => (isHidden ? "hidden" : "visible"),
  });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
};

/* Take the network away, or bring it back; the server has to answer null meanwhile. */
export const setOnline = (isOnline) => {
  Object.defineProperty(Navigator.prototype, "onLine", { configurable: true, get: () => isOnline });
  window.dispatchEvent(new Event(isOnline ? "online" : "offline"));
};

/* An earlier test file may have been in this tab. */
for (const cookie of document.cookie.split("; "))
  document.cookie = `${cookie.split("=")[0]}=; max-age=0; path=/`;
for (const storage of [localStorage, sessionStorage]) storage.clear();

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
  // A site has its token in a cookie or in the page; without either the first change would ask the server for one.
  if (settings.csrfToken) delete tag.dataset.csrfCookie;
  else document.cookie = "csrftoken=the-token";
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
    await new Promise((resolve) => realTimeout(resolve, 5));
  }
};

/* Wait for the next event of this name, and return it. */
export const heard = (name, target = document, milliseconds = 2000) =>
  new Promise((resolve, reject) => {
    const timer = realTimeout(() => reject(new Error(`${name} was not fired`)), milliseconds);
    const hear = (event) => {
      clearTimeout(timer);
      resolve(event);
    };
    target.addEventListener(name, hear, { once: true });
  });

/* Wait until everything that is under way by now has happened, and `milliseconds` more. */
export const rest = (milliseconds = 50) => new Promise((resolve) => realTimeout(resolve, milliseconds));

/* Return all events of these names that were heard since, a list that grows. */
export const hearAll = (...names) => {
  const events = [];
  for (const name of names) document.addEventListener(name, (event) => events.push(event));
  return events;
};

/* Type this into a field, as a visitor does. */
export const type = (field, text) => {
  field.focus();
  if (field.isContentEditable) {
    field.dispatchEvent(
      new InputEvent("beforeinput", { bubbles: true, data: text, inputType: "insertText" }),
    );
    field.textContent = text;
  } else {
    field.value = text;
  }
  field.dispatchEvent(new InputEvent("input", { bubbles: true, data: text, inputType: "insertText" }));
};

/* Leave a field that was changed. */
export const leave = (field) => {
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.blur();
};
