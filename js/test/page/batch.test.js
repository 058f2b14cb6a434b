/* Blocks that become stale together share one request; each is answered, and fails, by itself. */

import {
  block,
  expect,
  find,
  hearAll,
  json,
  page,
  partsOf,
  PROOF,
  rest,
  serve,
  serveBlocks,
  start,
  until,
} from "../helpers/index.js";

start();

const names = (count) => Array.from({ length: count }, (_, index) => `b${index}`);
const fill = (ids, more) => page(ids.map((id) => block(id, "user", "old", more)).join(""));
const fresh = (id) => block(id, "user", `new ${id}`);
const isFresh = (id) => find(`#${id}`).textContent === `new ${id}`;

describe("a batch", () => {
  it("has at most 50 blocks", async () => {
    const ids = names(51);
    await fill(ids);
    const requests = serveBlocks(fresh);
    performance.now = () => 0; // a slow machine would send the first of them earlier
    window.mizan.invalidate("user");
    await rest();
    delete performance.now;
    await until(() => ids.every(isFresh));
    // The first one may leave before all blocks have been looked at.
    expect(partsOf(requests)).to.have.length(2);
    expect(partsOf(requests).flat()).to.deep.equal(ids);
    for (const parts of partsOf(requests)) expect(parts.length).to.be.below(51);
  });

  it("has at most 3,000 characters", async () => {
    const ids = names(20);
    await page(
      ids
        .map((id) =>
          block(id, "user", "old", { "hx-get": `/api/mizan/partial/?block=${id}&text=${"x".repeat(300)}` }),
        )
        .join(""),
    );
    const requests = serveBlocks(fresh);
    window.mizan.invalidate("user");
    await until(() => ids.every(isFresh));
    for (const { url } of requests) expect((url.pathname + url.search).length).to.be.below(3001);
    expect(partsOf(requests).flat()).to.deep.equal(ids);
    expect(requests).to.have.length(3);
  });

  it("leaves out a block whose hx-get is no URL, and fetches the others", async () => {
    await page(
      block("me", "user", "old") +
        block("bad", "user", "old", { "hx-get": "http://[" }) +
        block("you", "user", "old"),
    );
    const requests = serveBlocks(fresh);
    window.mizan.invalidate("user");
    await until(() => ["me", "you"].every(isFresh));
    expect(partsOf(requests)).to.deep.equal([["me", "you"]]);
    expect(find("#bad").dataset.mizanError).to.equal("0");
  });

  it("leaves out a block that shared caches may answer", async () => {
    await page(
      block("me", "user", "old") +
        block("you", "user", "old") +
        block("all", "user", "old", { "data-mizan-shared": "" }),
    );
    const requests = serveBlocks(fresh);
    window.mizan.invalidate("user");
    await until(() => ["me", "you", "all"].every(isFresh));
    expect(partsOf(requests)).to.have.deep.members([["me", "you"], ["all"]]);
  });

  it("leaves out a block whose request has other headers", async () => {
    await page(
      block("me", "user", "old") +
        block("you", "user", "old") +
        block("other", "user", "old", { "hx-headers": '{"X-Mine": "1"}' }),
    );
    const requests = serveBlocks(fresh);
    window.mizan.invalidate("user");
    await until(() => ["me", "you", "other"].every(isFresh));
    expect(partsOf(requests)).to.have.deep.members([["me", "you"], ["other"]]);
    expect(requests.find(({ query }) => query.get("block") === "other").headers.get("X-Mine")).to.equal("1");
  });

  it("fails for one block alone", async () => {
    await fill(["me", "you"]);
    serveBlocks((id) => (id === "me" ? 404 : fresh(id)));
    window.mizan.invalidate("user");
    await until(() => isFresh("you"));
    expect(find("#me").textContent).to.equal("old");
    expect(find("#me").dataset.mizanError).to.equal("404");
    expect(find("#you").dataset.mizanError).to.equal(undefined);
  });

  it("fails as a whole: each block has the status, htmx reports it once", async () => {
    await fill(["me", "you", "them"]);
    serve(() => ({ status: 500 }));
    const errors = hearAll("mizan:error");
    const reports = hearAll("htmx:responseError", "htmx:response:error");
    window.mizan.invalidate("user");
    await until(() => errors.length === 3);
    await rest();
    expect(errors.map(({ detail }) => detail.status)).to.deep.equal([500, 500, 500]);
    expect(reports).to.have.length(1);
  });

  for (const status of [400, 404, 414, 431]) {
    it(`that is refused as a whole with ${status} is sent again one by one`, async () => {
      await fill(["me", "you"]);
      const requests = serve(({ path, query }) =>
        path.endsWith("/partials/") ? { status } : { body: fresh(query.get("block")), headers: PROOF },
      );
      window.mizan.invalidate("user");
      await until(() => ["me", "you"].every(isFresh));
      expect(partsOf(requests)).to.deep.equal([["me", "you"], ["me"], ["you"]]);
    });
  }

  it("has unchanged blocks, which stay as they are", async () => {
    await page(
      block("me", "user", "<i>old</i>", { "data-mizan-hash": "0123456789abcdef" }) +
        block("you", "user", "old"),
    );
    const italic = find("#me i");
    const requests = serve(() =>
      json({ blocks: [{ status: 304 }, { status: 200, html: fresh("you") }] }, { headers: PROOF }),
    );
    const done = hearAll("mizan:refreshed");
    window.mizan.invalidate("user");
    await until(() => done.length === 2);
    expect(requests[0].query.get("mizan-hash")).to.equal("0123456789abcdef");
    expect(find("#me i")).to.equal(italic);
    expect(done.map(({ target, detail }) => [target.id, detail.changed, detail.together])).to.deep.equal([
      ["me", false, 2],
      ["you", true, 2],
    ]);
  });

  it("is an answer only with its proof", async () => {
    await fill(["me", "you"]);
    serve(() => "<h1>Please sign in</h1>");
    const errors = hearAll("mizan:error");
    window.mizan.invalidate("user");
    await until(() => errors.length === 2);
    expect(find("#me").textContent).to.equal("old");
  });
});

describe("blocks that become stale one inside the other", () => {
  it("are refreshed by the outer one's request", async () => {
    await page(block("outer", "user", block("inner", "user", "old")));
    const requests = serveBlocks(() => block("outer", "user", block("inner", "user", "new inner")));
    window.mizan.invalidate("user");
    await until(() => isFresh("inner"));
    await rest();
    expect(partsOf(requests)).to.deep.equal([["outer"]]);
  });
});
