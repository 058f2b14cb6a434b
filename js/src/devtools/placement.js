/* Where the list is, and whether it is open: both are the same on the next page. */

import { of, page } from "../dom.js";
import { host, parts, root } from "./elements.js";

// Not first where pages have their chats, and the session notice is.
const CORNERS = ["bottom left", "top left", "top right", "bottom right"];
const KEY = "mizan-debug";

const state = { corner: "", open: false };
/** @type {Element | null | undefined} What had the focus before the list was opened by a key. */
let former;

const restore = () => {
  try {
    Object.assign(state, JSON.parse(sessionStorage.getItem(KEY) ?? "{}"));
  } catch {
    // a sandbox without storage, or somebody else's text
  }
};

const remember = () => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // then it is where it was on the next page
  }
};

/* The corner it stands in; something else than one may have been remembered. */
const cornerNow = () => Math.max(0, CORNERS.indexOf(state.corner));
const nextCorner = () => CORNERS[(cornerNow() + 1) % CORNERS.length] ?? "";

const show = () => {
  const { button, corner, move, panel } = parts;
  corner.className = `corner ${CORNERS[cornerNow()]}`;
  panel.hidden = !state.open;
  button.setAttribute("aria-expanded", String(state.open));
  move.setAttribute("aria-label", `Move to the ${nextCorner()}`);
};

/** @param {Partial<typeof state>} news */
const change = (news) => {
  Object.assign(state, news);
  show();
  remember();
};

const close = () => {
  const next = /** @type {HTMLElement} */ (of(former)?.isConnected ? of(former) : parts.button);
  const hadFocus = page.activeElement === host;
  former = undefined;
  change({ open: false });
  if (hadFocus) next.focus();
};

/** @param {KeyboardEvent} event */
export const onShortcut = (event) => {
  if (!event.altKey || !event.shiftKey || event.code !== "KeyM") return;
  event.preventDefault();
  if (state.open) return close();
  former = page.activeElement === host ? parts.button : page.activeElement;
  change({ open: true });
  parts.heading.focus();
};

/** @param {KeyboardEvent} event */
const onKey = (event) => {
  if (event.key !== "Escape" || !state.open || parts.viewer.open) return;
  event.stopPropagation(); // it closes the list, and nothing of the page
  close();
};

export const start = () => {
  restore();
  show();
  parts.button.addEventListener("click", () => (state.open ? close() : change({ open: true })));
  parts.close.addEventListener("click", close);
  parts.move.addEventListener("click", () => change({ corner: nextCorner() }));
  root.addEventListener("keydown", (event) => onKey(/** @type {KeyboardEvent} */ (event)));
};
