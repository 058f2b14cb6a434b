/* An invalidation that no script can read as a header, because a redirect or a plain form post carried it, comes in a cookie:
   notes, each with a number of its own and a list. */

import { cookies } from "../cookies.js";
import { blocks, of, page } from "../dom.js";
import { covers, decode, parse } from "../grammar.js";
import { whenParsed } from "../lifecycle.js";
import { retry } from "./refresh.js";
import { mark } from "./staleness.js";

const COOKIE = "mizan_invalidate";
const SECURE_COOKIE = `__Host-${COOKIE}`; // on https, where no other site can write it
const NOTE = /^([0-9a-f]{16}):([^|:]+)$/;
const READ = "mizan-read"; // in localStorage
const MOST_READ = 1000;
const LONGEST = 3900; // cookies end at 4,096 bytes
const SECONDS = 60;

/* Whether the page is on https, the server may see otherwise behind a proxy. So both are read. */
const readNotes = () =>
  [SECURE_COOKIE, COOKIE]
    .flatMap(cookies)
    .flatMap((value) => value.split("|"))
    .flatMap((text) => {
      const [, number = "", list = ""] = NOTE.exec(text) ?? [];
      return number ? [{ text, number, list: decode(list) }] : [];
    });

/* Some cookies stay: those for another path or a whole domain, which this page can't delete. So the numbers that were read are
   remembered, the last ones first, for all tabs where the browser lets us. */
/** @type {string[]} */
let known = [];

/** @returns {string[]} */
const readBefore = () => {
  try {
    const stored = JSON.parse(localStorage.getItem(READ) ?? "null");
    if (Array.isArray(stored)) return [...known, ...stored];
  } catch {
    // no storage, or another script's text in it
  }
  return known;
};

/** @param {string[]} numbers */
const rememberRead = (numbers) => {
  known = [...new Set(numbers)].slice(0, MOST_READ);
  try {
    localStorage.setItem(READ, JSON.stringify(known));
  } catch {
    // then only this page knows
  }
};

/**
 * @param {string} name
 * @param {string} text
 * @param {number} seconds
 */
const writeCookie = (name, text, seconds) => {
  const secure = name === SECURE_COOKIE ? "; Secure" : "";
  page.cookie = `${name}=${text}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
};

/**
 * Make stale what the notes name, except for blocks that were rendered after a change, or by the request that made it: they
 * name the number of its note.
 * @param {Flight | null} [carrier] - the request whose redirect has brought the cookie
 */
export const readCookie = (carrier) => {
  const found = readNotes();
  if (!found.length) return false;
  for (const name of [SECURE_COOKIE, COOKIE]) writeCookie(name, "", 0);
  const before = readBefore();
  const unread = new Map(found.map((note) => [note.number, parse(note.list)]));
  for (const number of before) unread.delete(number);
  rememberRead([...found.map(({ number }) => number), ...before]);
  /** @param {DOMStringMap} dataset */
  const isOlder = ({ mizan, mizanNotes = "" }) =>
    [...unread].some(
      ([number, entries]) => covers(entries, mizan) && !mizanNotes.split(" ").includes(number),
    );
  const among = blocks().filter((block) => isOlder(of(block).dataset));
  return mark({ entries: [...unread.values()].flat() }, { source: "cookie", carrier, among });
};

/**
 * Leave a note for the page that follows, which may come out of a cache.
 * @param {string | null} list
 */
export const leaveNote = (list) => {
  const bytes = [...crypto.getRandomValues(new Uint8Array(8))];
  const number = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const own = `${number}:${encodeURIComponent(String(list))}`;
  const before = readBefore();
  const unread = readNotes().filter((note) => !before.includes(note.number));
  const whole = [...unread.map(({ text }) => text), own].join("|");
  const fitting = [whole, own].find((text) => text.length < LONGEST) ?? `${number}:*`;
  writeCookie(location.protocol === "https:" ? SECURE_COOKIE : COOKIE, fitting, SECONDS);
};

const catchUp = () => {
  readCookie();
  retry();
};

export const start = () => {
  whenParsed(catchUp);
  addEventListener("pageshow", catchUp);
};
