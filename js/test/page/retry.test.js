/* A refresh that failed is tried again: after a while, or at the next occasion. */

import {
  block,
  expect,
  find,
  hearAll,
  heard,
  hurry,
  page,
  partsOf,
  rest,
  serve,
  serveBlocks,
  setHidden,
  setOnline,
  start,
  until,
} from "../helpers/index.js";

hurry(20);
start();

const fresh = (id) => block(id, "user", "new");
const isFresh = () => find("#me").textContent === "new";

/* Let a refresh of the one block fail so. */
const failed = async (answer = { status: 500 }) => {
  await page(block("me", "user", "old"));
  serve(() => answer);
  window.mizan.invalidate("user");
  return heard("mizan:error");
};

afterEach(() => {
  setHidden(false);
  setOnline(true);
});

describe("a refresh that failed", () => {
  it("is sent again after half a second to a second, then after twice as long", async () => {
    await failed();
    const errors = hearAll("mizan:error");
    const began = performance.now();
    await until(() => errors.length === 1);
    const first = performance.now() - began;
    await until(() => errors.length === 2);
    const second = performance.now() - began - first;
    expect(first).to.be.within(20, 250);
    expect(second).to.be.above(40);
    expect(errors.every(({ detail }) => detail.again)).to.equal(true);
    serveBlocks(fresh);
    await until(isFresh, 5000);
    expect(find("#me").dataset.mizanError).to.equal(undefined);
  });

  it("waits as long as Retry-After says", async () => {
    const { detail } = await failed({ status: 503, headers: { "Retry-After": "6" } });
    expect(detail.wait).to.equal(6000);
    const requests = serveBlocks(fresh);
    await rest(120);
    expect(requests).to.deep.equal([]);
    await until(isFresh);
  });

  it("is sent again at once by mizan.retry()", async () => {
    await failed({ status: 503, headers: { "Retry-After": "1000" } });
    serveBlocks(fresh);
    window.mizan.retry();
    await until(isFresh);
  });

  it("is sent again at once at the next invalidation, whatever that names", async () => {
    await failed({ status: 503, headers: { "Retry-After": "1000" } });
    serveBlocks(fresh);
    window.mizan.invalidate("other");
    await until(isFresh);
  });

  it("is sent again when the page is shown, and not before", async () => {
    await failed();
    setHidden(true);
    const requests = serveBlocks(fresh);
    await rest(120);
    expect(requests).to.deep.equal([]);
    setHidden(false);
    await until(isFresh);
  });

  it("is sent again when the network is back, and not before", async () => {
    await failed(null);
    setOnline(false);
    const requests = serveBlocks(fresh);
    await rest(120);
    expect(requests).to.deep.equal([]);
    setOnline(true);
    await until(isFresh);
  });
});

describe("what is stale", () => {
  it("is not requested while the page is hidden", async () => {
    await page(block("me", "user", "old"));
    const requests = serveBlocks(fresh);
    setHidden(true);
    window.mizan.invalidate("user");
    await rest();
    expect(requests).to.deep.equal([]);
    setHidden(false);
    await until(isFresh);
  });

  it("is held back by preventDefault() of mizan:due until mizan.retry()", async () => {
    await page(block("me", "user", "old"));
    const requests = serveBlocks(fresh);
    document.addEventListener("mizan:due", (event) => event.preventDefault(), { once: true });
    window.mizan.invalidate("user");
    await rest();
    expect(requests).to.deep.equal([]);
    window.mizan.retry();
    await until(isFresh);
  });

  it("stays alone after preventDefault() of mizan:invalidate", async () => {
    await page(block("me", "user", "old"));
    const requests = serveBlocks(fresh);
    document.addEventListener("mizan:invalidate", (event) => event.preventDefault(), { once: true });
    window.mizan.invalidate("user");
    window.mizan.retry();
    await rest();
    expect(requests).to.deep.equal([]);
  });

  it("is fetched once more, if it became stale while it was fetched", async () => {
    await page(block("me", "user", "old"));
    const requests = serveBlocks(async (id) => {
      const content = requests.length === 1 ? "first" : "new";
      if (content === "first") window.mizan.invalidate("user");
      await rest();
      return block(id, "user", content);
    });
    window.mizan.invalidate("user");
    await until(isFresh);
    expect(partsOf(requests)).to.deep.equal([["me"], ["me"]]);
  });

  it("is not what has this version already, or a later one", async () => {
    await page(block("me", "user", "old", { "data-mizan-version": "5f0c29ab.17" }));
    const requests = serveBlocks(fresh);
    window.mizan.invalidate("user", {}, { version: "5f0c29ab.17" });
    await rest();
    expect(requests).to.deep.equal([]);
    window.mizan.invalidate("user", {}, { version: "5f0c29ab.18" });
    await until(isFresh);
  });
});

describe("mizan.fail()", () => {
  it("marks a block, which is requested at the next occasion and not by a timer", async () => {
    await page(block("me", "user", "old"));
    const requests = serveBlocks(fresh);
    const error = heard("mizan:error");
    window.mizan.fail(find("#me"), 404, "It is gone.");
    expect((await error).detail).to.include({ status: 404, wait: Infinity, again: false });
    expect(find("#me").dataset.mizanError).to.equal("404");
    await rest(120);
    expect(requests).to.deep.equal([]);
    window.mizan.retry();
    await until(isFresh);
  });
});
