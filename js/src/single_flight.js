/* mizan-single-flight.js: a change and the blocks that it makes stale in one round trip, on sites with
   MIZAN_SINGLE_FLIGHT. Needs mizan.js.

   A request of htmx that may change something names the blocks of the page in X-Mizan-Blocks. Its answer may
   end with a JSON text, X-Mizan-Brought characters long: block id → its HTML, or null for what is unchanged. It
   is cut off before htmx sees it. Blocks that are stale and not in it are asked for as ever. */
import { isOwn, of, page } from "./dom.js";
import { mizan } from "./internal.js";

export const start = () => {

  const [NAMED, BROUGHT] = ["X-Mizan-Blocks", "X-Mizan-Brought"];
  const [MOST_BLOCKS, LONGEST] = [50, 4000]; // what the server reads of the header: blocks, characters
  const BOUND = "[data-mizan][hx-get]:not([data-mizan-lazy])";

  /* Say as much as a refresh would, and what the block shows. One of a live context has to get its new
     version with its HTML, unchanged or not. */
  const nameOf = (block) => {
    const { mizanHash: hash, mizanVersion: version } = of(block).dataset;
    const name = new URL(of(block).getAttribute("hx-get"), page.baseURI).search.slice(1);
    return hash && version === undefined ? `${name}&mizan-hash=${hash}` : name;
  };

  const namesOf = (blocks) => {
    const names = [];
    let length = 0;
    for (const name of blocks.map(nameOf)) {
      if (names.length === MOST_BLOCKS) break;
      if (length + name.length > LONGEST) continue; // a shorter one may fit
      names.push(name);
      length += name.length + 1;
    }
    return names.join("&");
  };

  /* What somebody else has put into a block, a form for its title say, the server does not know of, and would call
     the block unchanged. Where a new hash came along, that speaks of it. */
  const HASH = "data-mizan-hash";
  const forgetHashes = (records) => {
    const isHash = ({ type }) => type === "attributes";
    const fresh = new Set(records.filter(isHash).map(({ target }) => target));
    for (const { target } of records.filter((record) => !isHash(record))) {
      for (let up = target; up; up = of(up).parentElement) {
        if (!fresh.has(up)) of(up).removeAttribute?.(HASH);
      }
    }
  };

  new MutationObserver(forgetHashes).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: [HASH],
  });

  page.addEventListener("mizan:request", ({ detail: { isSafe, url, headers } }) => {
    if (isSafe || !isOwn(url)) return;
    const own = [...page.querySelectorAll(BOUND)].filter((block) => isOwn(of(block).getAttribute("hx-get")));
    const names = namesOf(own);
    if (names) headers[NAMED] = names;
  });

  page.addEventListener("mizan:answer", (event) => {
    const { request, isSafe, url, header } = event.detail;
    if (isSafe || event.defaultPrevented || !isOwn(url)) return;
    const length = Number(header(BROUGHT));
    if (!(length > 0)) return;
    const cut = (text) => {
      const pieces = Object.entries(JSON.parse(text.slice(-length)));
      const versions = pieces.map(([id, html]) => [id, /^<[^>]* data-mizan-version="([^"]*)/.exec(html)?.[1]]);
      mizan.deliver(request, new Map(pieces), new Map(versions), header("Content-Security-Policy"));
      return text.slice(0, -length);
    };
    if (request instanceof XMLHttpRequest) shortenXhr(request, cut);
    else shortenResponse(request.response.raw, cut);
  });

  /* htmx 2 reads both when it has all of the answer. */
  const shortenXhr = (xhr, cut) => {
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState < 4 || !xhr.status) return;
      const value = cut(xhr.responseText);
      for (const name of ["response", "responseText"]) Object.defineProperty(xhr, name, { value });
    });
  };

  const shortenResponse = (response, cut) => {
    const whole = response.text.bind(response);
    response.text = async () => cut(await whole());
  };
};
