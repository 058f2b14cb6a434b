/* Requests for blocks say the address of the page, as it is when they are sent. */

import { block, expect, find, hearAll, page, serve, serveBlocks, start, until } from "../helpers/index.js";

start({ singleFlight: "" });

const HERE = location.pathname + location.search;
const fresh = (id) => block(id, "user", `new ${id}`);
const isFresh = (id) => find(`#${id}`).textContent === `new ${id}`;
const saidBy = ({ headers }) => headers.get("HX-Current-URL");

/* Refresh two blocks of a page at an address; return what their requests say. */
const refresh = async (address, ids = ["me", "you"], more = {}) => {
  await page(ids.map((id) => block(id, "user", "old", more)).join(""));
  const requests = serveBlocks(fresh);
  history.replaceState(null, "", address);
  window.mizan.invalidate("user");
  await until(() => ids.every(isFresh));
  return requests.map(saidBy);
};

describe("the address of the page", () => {
  afterEach(() => history.replaceState(null, "", HERE));

  it("is said by a refresh and by a batch, without a fragment", async () => {
    const said = `${location.origin}/list/?page=2&q=%C3%BC`;
    expect(await refresh("/list/?page=2&q=ü#row-5", ["me"])).to.deep.equal([said]);
    expect(await refresh("/list/?page=2&q=ü#row-5")).to.deep.equal([said]);
  });

  it("is not said where it is too long", async () => {
    const fitting = `/list/?q=${"x".repeat(4000 - location.origin.length - "/list/?q=".length)}`;
    expect(await refresh(fitting)).to.deep.equal([location.origin + fitting]);
    expect(await refresh(`${fitting}x`)).to.deep.equal([null]);
    expect(await refresh(`${fitting}x`, ["me"])).to.deep.equal([null]);
  });

  it("is the one at the time of sending", async () => {
    await page(block("me", "user", "old") + block("you", "user", "old"));
    const requests = serveBlocks(fresh);
    const refreshing = hearAll("mizan:refreshing");
    addEventListener("mizan:refreshing", () => history.replaceState(null, "", "/later/"), { once: true });
    window.mizan.invalidate("user");
    await until(() => ["me", "you"].every(isFresh));
    expect(refreshing).to.have.length(2);
    expect(requests.map(saidBy)).to.deep.equal([`${location.origin}/later/`]);
  });

  it("is not what hx-headers says", async () => {
    const more = { "hx-headers": '{"HX-Current-URL": "https://other.example/"}' };
    expect(await refresh("/list/", ["me"], more)).to.deep.equal([`${location.origin}/list/`]);
  });

  it("is said with the blocks of a single flight, and as it is by other requests", async () => {
    const button = '<button hx-post="/rename/" hx-swap="none">Rename</button>';
    const ask = async (html) => {
      await page(html + button);
      history.replaceState(null, "", "/list/?page=2#row-5");
      const requests = serve(() => "");
      find("button").click();
      await until(() => requests.length === 1);
      return requests.map(saidBy);
    };
    expect(await ask(block("me", "user", "old"))).to.deep.equal([`${location.origin}/list/?page=2`]);
    expect(await ask("")).to.deep.equal([`${location.origin}/list/?page=2#row-5`]);
  });

  it("is said by a call of a script", async () => {
    await page("");
    history.replaceState(null, "", "/list/?page=2#row-5");
    const requests = serve(() => ({
      body: '{"result": 1}',
      headers: { "Content-Type": "application/json" },
    }));
    await window.mizan.call("count");
    expect(requests.map(saidBy)).to.deep.equal([`${location.origin}/list/?page=2`]);
  });
});
