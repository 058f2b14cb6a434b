/* Blocks that are bound to the page's address, in the history: where htmx brings the page back, they come with it. */

import { answer, list, push, replace, search, showAt, shown } from "../helpers/address.js";
import { expect, find, later, page, rest, start, until } from "../helpers/index.js";

start();

const isHtmx2 = window.htmx.version.startsWith("2.");
const LINK = '<a href="#" hx-get="/tickets/" hx-target="#out" % >Next</a><div id="out"></div>';

/* A page of which htmx puts only this part into the history. */
const pageOf = (fields, link = "") =>
  `<div id="part" hx-history-elt>${list("list", fields)}${list("badge", fields)}${LINK.replace("%", link)}</div>`;

const goBack = async () => {
  history.back();
  await new Promise((done) => addEventListener("popstate", done, { once: true }));
};

const bothShow = (page) => ["list", "badge"].every((id) => shown(id).page === page);

beforeEach(() => {
  sessionStorage.clear();
  window.htmx.config.historyCacheSize = 0; // of htmx 2: each page is a miss
});

afterEach(() => replace(""));

/* Show a page, and another one that htmx has pushed; return what its blocks asked for since. */
const move = async (others) => {
  await showAt("", pageOf({}, `hx-push-url="${search("page=2")}"`));
  let isBack = false;
  const asked = answer(undefined, (request) => (isBack ? others(request) : "<p>There</p>"));
  find("a").click();
  await until(() => bothShow("2"));
  await rest();
  asked.length = 0;
  isBack = true;
  return asked;
};

describe("a page of the history", () => {
  it("brings the blocks of its address, and nothing else is asked for", async () => {
    const slow = later();
    const asked = await move(() => slow.promise.then(() => `<body>${pageOf({ q: "restored" })}</body>`));
    await goBack();
    await rest(100); // in which the page has not come
    expect(asked).to.deep.equal([]);
    replace("filter[q]=restored");
    slow.give();
    await until(() => shown("list").q === "restored");
    await rest();
    expect(asked).to.deep.equal([]);
  });

  it("that can't be had leaves it to the blocks", async () => {
    for (const response of [{ status: 500 }, null]) {
      const asked = await move(() => response);
      await goBack();
      await until(() => bothShow(undefined));
      await rest();
      expect(asked).to.have.length(1);
    }
  });

  it("that a site brings back itself leaves it to the blocks", async () => {
    const names = "htmx:historyCacheMiss htmx:before:history:restore".split(" ");
    const refuse = (event) => event.preventDefault();
    for (const name of names) document.addEventListener(name, refuse);
    const asked = await move(() => ({ status: 404 }));
    await goBack();
    await until(() => bothShow(undefined));
    expect(asked).to.have.length(1);
    for (const name of names) document.removeEventListener(name, refuse);
  });

  if (isHtmx2) {
    it("out of the cache of htmx 2 is refreshed once, with its address", async () => {
      window.htmx.config.historyCacheSize = 10;
      const asked = await move(() => ({ status: 404 }));
      await goBack();
      await until(() => asked.length && bothShow(undefined));
      await rest();
      expect(asked.map((parts) => parts.map(([id]) => id))).to.deep.equal([["list", "badge"]]);
    });
  }
});

describe("an address that is pushed", () => {
  it("is followed when the response is swapped in, however long that takes", async () => {
    const swaps = ["innerHTML swap:100ms", "innerHTML transition:true", "none", "outerHTML settle:100ms"];
    for (const swap of swaps) {
      await showAt("", pageOf({}, `hx-push-url="${search("page=2")}" hx-swap="${swap}"`));
      const brought = list("list", { page: "2" }, { "hx-swap-oob": "true" });
      const asked = answer(undefined, () => `<div id="out">There</div>${brought}`);
      find("a").click();
      await until(() => bothShow("2"), 5000);
      await rest();
      const others = asked.flat().map(([id]) => id);
      expect(others, swap).to.deep.equal(["badge"]);
    }
  });

  it("by a script while htmx waits for a response is followed at once", async () => {
    await showAt("", pageOf({}));
    const slow = later();
    answer(undefined, () => slow.promise.then(() => "<p>There</p>"));
    find("a").click();
    push("page=2");
    await until(() => bothShow("2"));
    slow.give();
    await until(() => find("#out").textContent === "There");
  });
});

it("keeps what is typed into a block that follows", async () => {
  const field = '<input name="note">';
  const withField = (id, fields) => list(id, fields).replace("{", `${field}{`);
  await showAt("", withField("list", {}));
  answer(withField);
  find("input").focus();
  find("input").value = "typed";
  find("input").dispatchEvent(new InputEvent("input", { bubbles: true, data: "typed" }));
  push("page=2");
  await until(() => shown("list").page === "2");
  expect(find("input").value).to.equal("typed");
  expect(document.activeElement).to.equal(find("input"));
  await page("");
});
