/* The response to a mutation brings the stale blocks along. */

import { block, expect, find, page, partsOf, rest, serveBlocks, start, until } from "../helpers/index.js";

start({ singleFlight: "" });

/* A response with blocks behind its own body. */
const bringing = (body, blocks) => {
  const text = JSON.stringify(blocks);
  return {
    body: body + text,
    headers: { "X-Mizan-Invalidate": "user", "X-Mizan-Brought": String(text.length) },
  };
};
const BUTTON = '<button hx-post="/rename/" hx-target="#out">Rename</button><p id="out"></p>';

describe("single flight", () => {
  it("names the blocks of the page, and takes them from the response", async () => {
    await page(block("me", "user", "old") + block("you", "user", "old") + BUTTON);
    let named;
    const requests = serveBlocks(
      (id) => block(id, "user", "fetched"),
      ({ headers }) => {
        named = headers.get("X-Mizan-Blocks");
        return bringing("Renamed", { me: block("me", "user", "brought") });
      },
    );
    await rest(); // a refresh that is planned already goes out while the response is read
    find("button").click();
    await until(() => find("#me").textContent === "brought" && find("#you").textContent === "fetched");
    expect(new URLSearchParams(named).getAll("block")).to.deep.equal(["me", "you"]);
    expect(partsOf(requests)).to.deep.equal([["you"]]);
    expect(find("#out").textContent).to.equal("Renamed");
  });
});
