/* Single flight: a change and the blocks that it makes stale in one round trip, on sites with MIZAN_SINGLE_FLIGHT.

   A request of htmx that may change something names the blocks of the page in X-Mizan-Blocks. Its response may end with a JSON
   text, X-Mizan-Brought characters long: block id → its HTML, or null for what is unchanged. It is cut off before htmx sees
   it. Blocks that are stale and not in it are requested as ever. */

import { NONE, append, queryOf } from "./blocks/queries.js";
import { deliver } from "./blocks/staleness.js";
import { BLOCK, isElement, isOwn, of, page } from "./dom.js";
import { on } from "./events.js";
import { isXhr } from "./requests/flights.js";
import { sayAddress } from "./requests/page_address.js";

const NAMED = "X-Mizan-Blocks";
const BROUGHT = "X-Mizan-Brought";
const [MOST_BLOCKS, LONGEST] = [100, 4000]; // what the server reads of the header: blocks, characters
const BOUND = /** @type {"div"} */ (`${BLOCK}[hx-get]:not([data-mizan-lazy])`);
const HASH = "data-mizan-hash";

/** @param {HTMLElement[]} blocks */
const namesOf = (blocks) => {
  let [count, names] = [0, NONE];
  for (const block of blocks) {
    if (count === MOST_BLOCKS) break;
    const longer = append(names, queryOf(block));
    if (longer.text.length > LONGEST) continue; // a shorter one may fit
    names = longer;
    count += 1;
  }
  return names.text;
};

/* The server does not know what a script has put into a block, a form for its title say, and would call the block unchanged.
   Where a new hash came along, that is about it. */
/** @param {MutationRecord[]} records */
const forgetHashes = (records) => {
  const isHash = (/** @type {MutationRecord} */ { type }) => type === "attributes";
  const fresh = new Set(records.filter(isHash).map(({ target }) => target));
  /** @type {Set<Node>} */
  const seen = new Set();
  for (const record of records) {
    if (isHash(record)) continue;
    for (
      let up = /** @type {Node | null} */ (record.target);
      up && !seen.has(up);
      up = of(up).parentElement
    ) {
      seen.add(up);
      if (isElement(up) && !fresh.has(up) && of(up).hasAttribute(HASH)) of(up).removeAttribute(HASH);
    }
  }
};

/** @param {CustomEvent<RequestDetail>} event */
const nameBlocks = ({ detail: { isSafe, url, headers } }) => {
  if (isSafe || !isOwn(url)) return;
  const own = [...page.querySelectorAll(BOUND)].filter((block) => isOwn(of(block).getAttribute("hx-get")));
  const names = namesOf(own);
  if (names) sayAddress(headers)[NAMED] = names;
};

/** @param {CustomEvent<AnswerDetail>} event */
const takeBlocks = ({ detail, defaultPrevented }) => {
  const { request, isSafe, url, header } = detail;
  if (isSafe || defaultPrevented || !isOwn(url)) return;
  const length = Number(header(BROUGHT));
  if (!(length > 0)) return;
  /** @param {string} text */
  const cut = (text) => {
    /** @type {[string, string | null][]} */
    const pieces = Object.entries(JSON.parse(text.slice(-length)));
    const versions = new Map(pieces.map(([id, html]) => [id, versionIn(html)]));
    deliver(request, new Map(pieces), versions, header("Content-Security-Policy"));
    return text.slice(0, -length);
  };
  if (isXhr(request)) shortenXhr(request, cut);
  else if (request.response) shortenResponse(request.response.raw, cut);
};

/* Of its own element: before it may be attributes of the author's, which may have a ">" in them. */
const VERSION = /^<(?:[^>"']|"[^"]*"|'[^']*')*? data-mizan-version="([^"]*)/;

/** @param {string | null} html */
const versionIn = (html) => VERSION.exec(html ?? "")?.[1];

/* htmx 2 reads both when it has all of the response. */
/** @param {XMLHttpRequest} xhr @param {(text: string) => string} cut */
const shortenXhr = (xhr, cut) => {
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState < 4 || !xhr.status) return;
    const value = cut(xhr.responseText);
    for (const name of ["response", "responseText"]) Object.defineProperty(xhr, name, { value });
  });
};

/** @param {Response} response @param {(text: string) => string} cut */
const shortenResponse = (response, cut) => {
  const whole = response.text.bind(response);
  response.text = async () => cut(await whole());
};

export const start = () => {
  new MutationObserver(forgetHashes).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: [HASH],
  });
  on("mizan:request", nameBlocks);
  on("mizan:answer", takeBlocks);
};
