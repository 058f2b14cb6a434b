/* What a block shows of its refresh, what is announced, and when it loads by itself. */

import {
  block,
  expect,
  find,
  heard,
  hurry,
  later,
  page,
  partsOf,
  rest,
  serve,
  serveBlocks,
  setHidden,
  start,
  until,
} from "../helpers/index.js";

hurry(30);
start();

const region = () => document.getElementById("mizan-announcements")?.textContent ?? "";

describe("a block that is refreshed", () => {
  it("is busy while its request is under way, and stale after 200 ms", async () => {
    await page(block("me", "user", "old"));
    const answer = later();
    serveBlocks(() => answer.promise);
    window.mizan.invalidate("user");
    await heard("mizan:refreshing");
    expect(find("#me").getAttribute("aria-busy")).to.equal("true");
    await until(() => find("#me").classList.contains("mizan-stale"));
    answer.give(block("me", "user", "new"));
    await heard("mizan:refreshed");
    expect(find("#me").getAttribute("aria-busy")).to.equal(null);
    expect(find("#me").classList.contains("mizan-stale")).to.equal(false);
  });

  it("stays stale when it can't be refreshed, and is not busy any more", async () => {
    await page(block("me", "user", "old"));
    serve(() => ({ status: 500, headers: { "Retry-After": "1000" } }));
    window.mizan.invalidate("user");
    await heard("mizan:error");
    await until(() => find("#me").classList.contains("mizan-stale"));
    expect(find("#me").getAttribute("aria-busy")).to.equal(null);
  });
});

describe("an announcement", () => {
  it("is made when a refresh has changed a block, together with others, and is taken away again", async () => {
    const more = (text) => ({ "data-mizan-announce": text });
    await page(
      block("me", "user", "old", more("One is new")) + block("you", "user", "old", more("Another is new")),
    );
    serveBlocks((id) => block(id, "user", "new", more(id === "me" ? "One is new" : "Another is new")));
    window.mizan.invalidate("user");
    await until(() => region() === "One is new, Another is new");
    expect(document.getElementById("mizan-announcements").getAttribute("role")).to.equal("status");
    await until(() => region() === "");
  });

  it("is not made of what has not changed", async () => {
    await page(block("me", "user", "old", { "data-mizan-announce": "New" }));
    const fresh = block("me", "user", "old", { "data-mizan-announce": "New" });
    serveBlocks(() => fresh);
    window.mizan.invalidate("user");
    await heard("mizan:refreshed");
    await rest(220);
    expect(region()).to.equal("");
  });

  it("is made by scripts, at most once in five seconds", async () => {
    window.mizan.announce("3 new cards");
    await until(() => region() === "3 new cards");
    const began = performance.now();
    window.mizan.announce("4 new cards");
    window.mizan.announce("5 new cards");
    await until(() => region() === "4 new cards, 5 new cards");
    expect(performance.now() - began).to.be.above(130);
    await until(() => region() === "");
  });

  it("is not made while the page is hidden", async () => {
    setHidden(true);
    window.mizan.announce("Nobody hears this");
    await rest(250);
    setHidden(false);
    expect(region()).to.equal("");
  });
});

describe("a lazy block", () => {
  const lazy = (id, more = {}) => block(id, "user", "…", { "data-mizan-lazy": "", ...more });

  it("loads when it comes near the view", async () => {
    const requests = serveBlocks((id) => block(id, "user", "loaded"));
    await page(`<div style="height: 5000px"></div>${lazy("below")}`);
    await rest(150);
    expect(requests).to.deep.equal([]);
    find("#below").scrollIntoView();
    await until(() => find("#below").textContent === "loaded");
    window.scrollTo(0, 0);
  });

  it("shows nothing that could become stale, until it is loaded", async () => {
    const requests = serveBlocks((id) => block(id, "user", "loaded"));
    await page(`<div style="height: 5000px"></div>${lazy("below")}`);
    window.mizan.invalidate("user");
    await rest(150);
    expect(requests).to.deep.equal([]);
    window.mizan.refresh(find("#below"));
    await until(() => find("#below").textContent === "loaded");
    window.mizan.invalidate("user");
    await until(() => requests.length === 2);
  });

  it("is no stale block while it loads, and is not announced", async () => {
    const answer = later();
    serveBlocks(() => answer.promise);
    await page(lazy("me", { "data-mizan-announce": "New" }));
    await heard("mizan:refreshing");
    await rest(30);
    expect(find("#me").classList.contains("mizan-stale")).to.equal(false);
    answer.give(block("me", "user", "loaded", { "data-mizan-announce": "New" }));
    await heard("mizan:refreshed");
    await rest(220);
    expect(region()).to.equal("");
  });
});

describe("a polled block", () => {
  const polled = (content) => block("me", "user", content, { "data-mizan-poll": "2" });

  it("is requested again and again, but not while the page is hidden", async () => {
    let count = 0;
    const requests = serveBlocks(() => polled(`${(count += 1)}`));
    await page(polled("0"));
    const began = performance.now();
    await until(() => find("#me").textContent === "2");
    expect(performance.now() - began).to.be.above(100);
    setHidden(true);
    const { length } = requests;
    await rest(170);
    expect(requests).to.have.length(length);
    setHidden(false);
    await until(() => requests.length > length);
  });

  it("goes with others that are due soon", async () => {
    const requests = serveBlocks((id) => block(id, "user", "new", { "data-mizan-poll": "2" }));
    await page(polled("0") + block("you", "user", "0", { "data-mizan-poll": "2.1" }));
    await until(() => requests.length > 0);
    expect(partsOf(requests)[0]).to.deep.equal(["me", "you"]);
    await page("");
  });
});
