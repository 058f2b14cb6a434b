/* Blocks whose parameters come from the address of the page are refreshed when it has other ones. */

import { answer, list, push, replace, search, showAt, shown } from "../helpers/address.js";
import {
  block,
  expect,
  find,
  hearAll,
  later,
  page,
  PROOF,
  rest,
  serve,
  setHidden,
  start,
  until,
} from "../helpers/index.js";

start({ singleFlight: "" });

afterEach(() => replace(""));

describe("the address of the page", () => {
  it("refreshes the blocks that are bound to it by one request, once, and no others", async () => {
    await showAt("", list("list") + list("badge") + block("other", "tickets", "old"));
    const asked = answer();

    push("page=2&filter[q]=a+b%26%C3%A9(x)");
    await until(() => shown("list").page === "2" && shown("badge").page === "2");
    await rest();

    const fields = { page: "2", q: "a b&é(x)" };
    expect(asked).to.deep.equal([
      [
        ["list", fields],
        ["badge", fields],
      ],
    ]);
    expect(find("#other").textContent).to.equal("old");
  });

  it("asks for nothing where it has the same values", async () => {
    await showAt("page=2", list("list", { page: "2" }));
    const asked = answer();

    push("page=1&page=2&filter[q]=&other=3");
    await rest();
    location.hash = "#there";
    await rest();

    expect(asked).to.deep.equal([]);
  });

  it("asks with what it has when the page is loaded from a cache, for another address say", async () => {
    replace("page=3");
    const asked = answer();

    await page(list("list", { page: "2" }));
    await until(() => shown("list").page === "3");

    expect(asked).to.have.length(1);
  });

  it("is asked for once, though the answer says something else", async () => {
    await showAt("", list("list"));
    const asked = answer((id) => list(id, { page: "9" }));

    push("page=abc");
    await until(() => shown("list").page === "9");
    await rest();
    expect(asked).to.deep.equal([[["list", { page: "abc" }]]]);

    push("page=def");
    await until(() => asked.length === 2);
  });

  it("wins over an older one that is under way, whatever comes first", async () => {
    const swaps = window.htmx.version.startsWith("2.") ? ["outerHTML"] : ["outerHTML", "outerMorph"];
    for (const more of swaps.map((swap) => ({ "hx-swap": swap }))) {
      await showAt("", list("list", {}, more));
      const slow = later();
      const asked = answer((id, fields) =>
        fields.page === "2" ? slow.promise.then(() => list(id, fields, more)) : list(id, fields, more),
      );

      push("page=2");
      await until(() => asked.length === 1);
      push("page=3");
      await rest();
      slow.give();
      await until(() => shown("list").page === "3");
      await rest();

      expect(asked.map(([[, fields]]) => fields.page)).to.deep.equal(["2", "3"]);
    }
  });

  it("goes back to what is shown while another one is under way", async () => {
    await showAt("", list("list"));
    const slow = later();
    const asked = answer((id, fields) =>
      fields.page ? slow.promise.then(() => list(id, fields)) : list(id, fields),
    );

    push("page=2");
    await until(() => asked.length === 1);
    history.back();
    await rest();
    slow.give();
    await until(() => asked.length === 2);
    await until(() => !shown("list").page);
  });

  it("is what a retry asks for", async () => {
    await showAt("", list("list"));
    let isDown = true;
    const asked = answer((id, fields) => (isDown ? 503 : list(id, fields)));

    push("page=2");
    await until(() => find("#list").dataset.mizanError === "503");
    await rest();
    expect(asked).to.have.length(1);
    isDown = false;
    push("page=3");
    await until(() => shown("list").page === "3");
    expect(asked.map(([[, fields]]) => fields.page)).to.deep.equal(["2", "3"]);
  });

  it("asks again for what failed when it has that again", async () => {
    for (const status of [404, 503]) {
      await showAt("", list("list"));
      let isDown = true;
      const asked = answer((id, fields) => (isDown ? status : list(id, fields)));

      push("page=2");
      await until(() => find("#list").dataset.mizanError === String(status));
      push("");
      await rest();
      expect(asked).to.have.length(1);
      isDown = false;
      push("page=2");
      await until(() => shown("list").page === "2", 500);
    }
  });

  it("is what any refresh asks for, without a hash once it has changed", async () => {
    const hash = { "data-mizan-hash": "0123456789abcdef" };
    await showAt("page=2", list("list", { page: "2" }, hash) + list("badge", { page: "2" }, hash));
    const asked = answer((id, fields) => list(id, fields, hash));

    window.mizan.invalidate("tickets");
    await until(() => asked.length === 1);
    await rest();
    push("page=3");
    await until(() => shown("list").page === "3");

    const [before, after] = asked.map(([[, fields]]) => fields);
    expect(before).to.deep.equal({ page: "2", "mizan-hash": hash["data-mizan-hash"] });
    expect(after).to.deep.equal({ page: "3" });
  });

  it("goes into the URL as the server writes it, and leaves caches what they have", async () => {
    const url = "/api/mizan/partial/?block=x:y&a=1&z-z=2";
    const more = { "hx-get": url, "data-mizan-shared": "", "data-mizan-query": "page:p q b" };
    await showAt("", block("list", "tickets", "old", more));
    let asked;
    serve(({ url: { pathname, search: query } }) => {
      asked = pathname + query;
      return { body: block("list", "tickets", "new", more), headers: PROOF };
    });

    push("p=2&q=it's+*(é)");
    await until(() => find("#list").textContent === "new");

    expect(asked).to.equal("/api/mizan/partial/?block=x:y&a=1&page=2&q=it%27s%20%2A%28%C3%A9%29&z-z=2");
  });

  it("has no value that is too long", async () => {
    await showAt("", list("list") + list("badge"));
    const asked = answer();

    push(`page=2&filter[q]=${"é".repeat(500)}`);
    await until(() => shown("list").page === "2" && shown("badge").page === "2");

    expect(asked.flat().map(([, fields]) => fields)).to.deep.equal([{ page: "2" }, { page: "2" }]);
  });

  it("leaves a lazy block to be loaded, with what it has then", async () => {
    const away = '<div style="height: 5000px"></div>';
    await showAt("", away + list("list", {}, { "data-mizan-lazy": "" }));
    const asked = answer();

    push("page=2");
    await rest();
    expect(asked).to.deep.equal([]);
    find("#list").scrollIntoView();
    await until(() => find("#list").dataset.mizanLazy === undefined && shown("list").page === "2");
  });

  it("refreshes a block with all that is inside, once", async () => {
    const outer = (fields) => list("list", fields).replace("</div>", `${list("inner", fields)}</div>`);
    await showAt("", outer({}));
    const asked = answer((id, fields) => (id === "list" ? outer(fields) : list(id, fields)));

    push("page=2");
    await until(() => find("#inner").textContent.includes('"2"'));
    await rest();

    expect(asked.flat().map(([id]) => id)).to.deep.equal(["list"]);
  });

  it("is looked at again when a hidden page is shown", async () => {
    await showAt("", list("list"));
    const asked = answer();

    setHidden(true);
    push("page=2");
    await rest();
    expect(asked).to.deep.equal([]);
    setHidden(false);
    await until(() => shown("list").page === "2");
  });

  it("says that the block is busy, and tells of the refresh as of any other", async () => {
    await showAt("", list("list"));
    const slow = later();
    const events = hearAll("mizan:refreshing", "mizan:refreshed", "mizan:invalidate");
    answer((id, fields) => slow.promise.then(() => list(id, fields)));

    push("page=2");
    await until(() => find("#list").getAttribute("aria-busy") === "true");
    slow.give();
    await until(() => shown("list").page === "2");
    await rest();

    expect(events.map(({ type }) => type)).to.deep.equal(["mizan:refreshing", "mizan:refreshed"]);
  });
});

describe("a request that pushes an address", () => {
  const LINK = '<a href="#" hx-get="/tickets/" hx-target="#out" hx-push-url="%">Next</a><div id="out"></div>';

  it("brings what it brings, and the other blocks follow by one request", async () => {
    await showAt("", list("list") + list("badge") + list("pager") + LINK.replace("%", search("page=2")));
    const brought = list("list", { page: "2" }, { "hx-swap-oob": "true" });
    const asked = answer(undefined, () => `<p>There</p>${brought}`);

    find("a").click();
    await until(() => ["list", "badge", "pager"].every((id) => shown(id).page === "2"));
    await rest();

    expect(asked.map((parts) => parts.map(([id]) => id))).to.deep.equal([["badge", "pager"]]);
  });

  it("may do so by a header, and replace the address", async () => {
    for (const name of ["HX-Push-Url", "HX-Replace-Url"]) {
      await showAt("", list("list") + list("badge") + LINK.replace("%", "false"));
      const headers = { [name]: location.pathname + search("page=2") };
      const asked = answer(undefined, () => ({ body: "<p>There</p>", headers }));

      find("a").click();
      await until(() => shown("list").page === "2" && shown("badge").page === "2");
      await rest();

      expect(asked).to.have.length(1);
    }
  });

  it("is not needed for what a request brings that is of another address", async () => {
    const link = '<a href="#" hx-get="/tickets/" hx-target="#list" hx-swap="%">Next</a>';
    const swaps = window.htmx.version.startsWith("2.") ? ["outerHTML"] : ["outerHTML", "outerMorph"];
    for (const swap of swaps) {
      await showAt("", list("list") + link.replace("%", swap));
      const asked = answer(undefined, () => list("list", { page: "7" }));
      push("page=2");
      await until(() => shown("list").page === "2");
      await rest();

      find("a").click();
      await until(() => asked.length === 2);
      await until(() => shown("list").page === "2");
      await rest();

      expect(asked.map(([[, fields]]) => fields.page)).to.deep.equal(["2", "2"]);
    }
  });

  it("may be a change: single flight names the blocks with what the address has", async () => {
    const button = '<button hx-post="/close/" hx-target="#out">Close</button><p id="out"></p>';
    await showAt("page=2", list("list", { page: "2" }) + button);
    let named;
    const asked = answer(undefined, ({ headers }) => {
      named = headers.get("X-Mizan-Blocks");
      return { body: "Closed", headers: { "X-Mizan-Invalidate": "tickets" } };
    });

    find("button").click();
    await until(() => asked.length === 1);

    expect(named).to.equal("block=list&page=2");
    expect(asked).to.deep.equal([[["list", { page: "2" }]]]);
  });
});
