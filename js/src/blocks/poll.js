/* Blocks that poll.

   data-mizan-poll   seconds after which the block refreshes again, while the page is shown and online */

import { is, of, page, within } from "../dom.js";
import { on, onChange } from "../events.js";
import { whenParsed } from "../lifecycle.js";
import { isLazy } from "./lazy.js";
import { refresh } from "./refresh.js";

const POLL = "[data-mizan-poll]";
const SOON = 250; // milliseconds: what is due that soon goes along
const LONGEST = 2 ** 31 - 1; // milliseconds that a timer can wait
const jitter = 1 + Math.random() / 10; // one for the page: blocks that are due together stay together

/** Block → when it is due; Infinity while its refresh is under way or does not work. @type {Map<HTMLElement, number>} */
const due = new Map();
/** @type {number | undefined} */
let alarm;

/** @param {HTMLElement} block */
const schedule = (block) => {
  const seconds = Number(of(block).dataset.mizanPoll);
  if (seconds > 0) due.set(block, isLazy(block) ? Infinity : Date.now() + seconds * 1000 * jitter);
};

const setAlarm = () => {
  clearTimeout(alarm);
  for (const block of due.keys()) if (!of(block).isConnected || !is(block, POLL)) due.delete(block);
  const next = Math.min(...due.values());
  if (page.hidden || !navigator.onLine || next === Infinity) return;
  alarm = setTimeout(poll, Math.min(Math.max(next - Date.now(), 0), LONGEST));
};

const poll = () => {
  const now = Date.now() + SOON;
  for (const [block, when] of due) {
    if (when > now || !of(block).isConnected) continue;
    due.set(block, Infinity);
    refresh(block);
  }
  setAlarm();
};

const find = () => {
  const found = /** @type {HTMLElement[]} */ ([...page.querySelectorAll(POLL)]).filter(
    (each) => !due.has(each),
  );
  found.forEach(schedule);
  if (found.length) setAlarm();
};

export const start = () => {
  on("mizan:refreshing", ({ target }) => {
    if (!is(target, POLL)) return;
    due.set(target, Infinity); // until it is refreshed: one that fails is retried
    setAlarm();
  });
  on("mizan:refreshed", ({ target }) => {
    within(target, POLL).forEach(schedule);
    setAlarm();
  });
  on("visibilitychange", setAlarm);
  for (const name of ["online", "offline"]) addEventListener(name, setAlarm);
  whenParsed(() => {
    find();
    onChange(find, ["data-mizan-poll"]); // a morph keeps the element
  });
};
