/* Blocks whose parameters come from the address of the page, and the server that answers their requests. */

import { block, PROOF } from "./blocks.js";
import { page, rest } from "./page.js";
import { json, serve } from "./server.js";

const OWN = location.search.slice(1); // of the test runner

/* The query of an address of the test's page. */
export const search = (query) => `?${[OWN, query].filter(Boolean).join("&")}`;
export const push = (query) => history.pushState(null, "", search(query));
export const replace = (query) => history.replaceState(null, "", location.pathname + search(query));

/* A block as the server writes it for these fields. */
export const list = (id, fields = {}, more = {}) => {
  const own = Object.entries(fields).filter(([name]) => name !== "mizan-hash");
  const pairs = own.map(([name, text]) => `&${name}=${encodeURIComponent(text)}`);
  return block(id, "tickets", JSON.stringify(fields), {
    "hx-get": `/api/mizan/partial/?block=${id}${pairs.join("")}`,
    "data-mizan-query": "page q:filter[q]",
    ...more,
  });
};

export const shown = (id) => JSON.parse(document.getElementById(id).textContent);

/* The blocks that a request asks for, each with its fields. */
const partsIn = ({ url }) =>
  url.search
    .slice(1)
    .split(/(?:^|&)(?=block=)/)
    .filter(Boolean)
    .map((part) => Object.fromEntries(new URLSearchParams(part)));

/* Answer the requests of blocks by what `htmlOf(id, fields)` returns: by the block for these fields where nothing is said.
   Return what was asked for, a list that grows: [[["list", {page: "2"}], ["badge", {page: "2"}]]]. */
export const answer = (htmlOf = (id, fields) => list(id, fields), others = () => ({ status: 404 })) => {
  const asked = [];
  serve(async (request) => {
    if (!request.path.startsWith("/api/mizan/partial")) return others(request);
    const parts = partsIn(request).map(({ block: id, ...fields }) => [id, fields]);
    asked.push(parts);
    const htmls = await Promise.all(parts.map((part) => htmlOf(...part)));
    if (!request.path.endsWith("partials/")) {
      return typeof htmls[0] === "number" ? { status: htmls[0] } : { body: htmls[0], headers: PROOF };
    }
    const blocks = htmls.map((html) => (typeof html === "number" ? { status: html } : { status: 200, html }));
    return json({ blocks }, { headers: PROOF });
  });
  return asked;
};

/* Show these blocks at an address. */
export const showAt = async (query, html) => {
  replace(query);
  await page(html);
  await rest();
};
