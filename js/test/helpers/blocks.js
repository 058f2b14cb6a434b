/* Blocks as the server writes them, and what answers their requests. */

import { json, serve } from "./server.js";

export const PROOF = { "X-Mizan-Refresh": "1" };

/* The HTML of a block; `more` are attributes in addition to those that each block has. */
export const block = (id, keys, content, more = {}) => {
  const attributes = {
    id,
    "data-mizan": keys,
    "hx-get": `/api/mizan/partial/?block=${id}`,
    "hx-trigger": "mizan:refresh",
    "hx-target": "this",
    "hx-swap": "outerHTML",
    ...more,
  };
  const element = document.createElement("div");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.innerHTML = content;
  return element.outerHTML;
};

/* Answer requests of blocks, alone or in a batch, by what `htmlOf(id)` returns: HTML, a status, or a promise.
   Everything else is answered by `others(request)`. */
export const serveBlocks = (htmlOf, others = () => ({ status: 404 })) =>
  serve(async (request) => {
    const ids = request.query.getAll("block");
    if (request.path === "/api/mizan/partial/") {
      const html = await htmlOf(ids[0]);
      return typeof html === "number" ? { status: html } : { body: html, headers: PROOF };
    }
    if (request.path !== "/api/mizan/partials/") return others(request);
    const answers = await Promise.all(ids.map(htmlOf));
    const blocks = answers.map((html) =>
      typeof html === "number" ? { status: html } : { status: 200, html },
    );
    return json({ blocks }, { headers: PROOF });
  });

/* The blocks of each request of blocks: [["me"], ["me", "you"]]. */
export const partsOf = (requests) =>
  requests
    .filter(({ path }) => /^\/api\/mizan\/partials?\/$/.test(path))
    .map(({ query }) => query.getAll("block"));
