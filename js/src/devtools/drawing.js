/* The changes in the list of the overlay, as they look. */

import { make, parts, root } from "./elements.js";
import { openPage } from "./viewer.js";

const MANY = 12; // blocks that are listed for one reason

/** What became of a block; a function where that may still change in this task.
    @typedef {{ label: string, text: string | (() => string) }} Line */

/** A request of a change, which several blocks may have shared.
    @typedef {{ url: string, blocks: number, text?: string, together?: number, isOpen?: boolean }} SharedRequest */

/**
 * Something that has happened.
 * @typedef {object} Change
 * @property {string} title
 * @property {Date} at
 * @property {string} [header]
 * @property {string} [note]
 * @property {string} [source]
 * @property {string | null} [version]
 * @property {Event} [event] - the event that it is known by, which a listener may prevent later
 * @property {Map<string, Line>} states - what became of the covered blocks, by id
 * @property {Map<string, string[]>} missed - the blocks that it did not cover, by the reason
 * @property {SharedRequest[]} requests
 * @property {Line[]} [reasons] - why it was refused
 * @property {string | null} [page] - HTML of the server about its failure
 * @property {boolean} [isOpen] - whether the blocks that it did not cover are shown
 * @property {HTMLElement} [element]
 * @property {boolean} [isGone] - whether it is not listed any more
 */

/** @param {Line} line */
const item = ({ label, text }) => {
  const said = typeof text === "function" ? text() : text;
  const made = make("li", {}, make("code", {}, label), ` · ${said}`);
  if (/answered/.test(said)) made.className = "bad";
  return made;
};

/** @param {string[]} labels */
const some = (labels) => {
  const shown = labels.slice(0, MANY).map((label) => make("li", {}, make("code", {}, label)));
  if (labels.length > MANY) shown.push(make("li", {}, `and ${labels.length - MANY} more`));
  return make("ul", {}, ...shown);
};

/** @param {number} number */
const several = (number) => `${number} ${number === 1 ? "block" : "blocks"}`;

/** @param {Change} change */
const drawMissed = (change) => {
  const groups = [...change.missed];
  if (!groups.length) return [];
  const number = groups.reduce((sum, [, labels]) => sum + labels.length, 0);
  const details = make("details", {}, make("summary", {}, `${several(number)} not covered`));
  details.open = Boolean(change.isOpen);
  details.addEventListener("toggle", () => (change.isOpen = details.open));
  for (const [reason, labels] of groups) details.append(make("h4", {}, reason), some(labels));
  return [details];
};

/** @param {SharedRequest} request */
const drawRequest = ({ url, blocks, together = blocks, text = "under way" }) =>
  item({ label: `GET ${url}`, text: `${several(together)}, ${text}` });

/** @type {(title: string, items: HTMLElement[]) => HTMLElement[]} */
const section = (title, items) => (items.length ? [make("h4", {}, title), make("ul", {}, ...items)] : []);

/** @param {string} html */
const pageButton = (html) => {
  const made = make("button", { type: "button", class: "page" }, "Show the error page");
  made.addEventListener("click", () => openPage(html));
  return made;
};

/** @param {Change} change */
const partsOf = (change) => {
  const { title, at, header, note, event } = change;
  const states = [...change.states.values()].map(item);
  const prevented = event?.defaultPrevented && "Prevented by a listener: nothing was made stale.";
  return [
    make("h3", {}, make("span", {}, title), make("time", {}, at.toTimeString().slice(0, 8))),
    ...(header ? [make("code", {}, header)] : []),
    ...[note, prevented].filter((text) => typeof text === "string").map((text) => make("h4", {}, text)),
    ...section(`${several(states.length)} covered`, states),
    ...drawMissed(change),
    ...section("refused", (change.reasons ?? []).map(item)),
    ...(change.page ? [pageButton(change.page)] : []),
    ...section("requests", change.requests.map(drawRequest)),
  ];
};

/** @type {Set<Change>} */
const undrawn = new Set();

/**
 * Draw a change soon: later in the same task a listener may still prevent it, and more may follow.
 * @param {Change} change
 */
export const draw = (change) => {
  if (!undrawn.size) setTimeout(drawAll);
  undrawn.add(change);
};

const drawAll = () => {
  for (const change of undrawn) if (!change.isGone) drawOne(change);
  undrawn.clear();
};

/** @param {Change} change */
const drawOne = (change) => {
  const element = (change.element ??= make("li"));
  const hadFocus = element.contains(root.activeElement);
  element.replaceChildren(...partsOf(change));
  if (hadFocus) element.querySelector("summary")?.focus();
  if (!element.isConnected) parts.list.prepend(element);
};

/** Take a change off the list. @param {Change} change */
export const erase = (change) => {
  change.isGone = true;
  change.element?.remove();
};

/** Show how many changes there were. @param {number} count */
export const showCount = (count) => {
  const { button, nothing } = parts;
  nothing.hidden = count > 0;
  button.textContent = `mizan ${count}`;
  button.setAttribute("aria-label", `Why did this refresh? ${count} ${count === 1 ? "change" : "changes"}`);
};
