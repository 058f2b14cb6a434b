/* What goes with requests of htmx, what their responses make stale, and what is said of their outcome. */

import {
  block,
  expect,
  find,
  hearAll,
  heard,
  json,
  page,
  partsOf,
  rest,
  serve,
  serveBlocks,
  start,
  until,
} from "../helpers/index.js";

start({ session: "00112233aabbccdd" });

const BUTTON = '<button hx-post="/rename/" hx-swap="none">Rename</button>';
const press = (selector = "button") => find(selector).click();

describe("a response", () => {
  for (const status of [200, 204, 404, 500]) {
    it(`with ${status} makes stale what its header names`, async () => {
      await page(block("me", "user;user_id=5", "old") + block("you", "user;user_id=6", "old") + BUTTON);
      const invalidated = heard("mizan:invalidate");
      const requests = serveBlocks(
        (id) => block(id, "user;user_id=5", "new"),
        () => ({ status, headers: { "X-Mizan-Invalidate": "user;user_id=5" } }),
      );
      press();
      await until(() => find("#me").textContent === "new");
      expect(partsOf(requests)).to.deep.equal([["me"]]);
      const { detail } = await invalidated;
      expect(detail.source).to.equal("response");
      expect(detail.entries).to.deep.equal([{ context: "user", params: { user_id: "5" } }]);
      expect(detail.cause.status).to.equal(status);
      expect(detail.cause.method.toUpperCase()).to.equal("POST");
    });
  }

  it("makes nothing stale that came with it", async () => {
    await page(
      `<div id="list">${block("me", "user", "old")}</div><button hx-post="/rename/" hx-target="#list">Rename</button>`,
    );
    const requests = serveBlocks(
      () => block("me", "user", "fetched"),
      () => ({ body: block("me", "user", "new"), headers: { "X-Mizan-Invalidate": "user" } }),
    );
    press();
    await until(() => find("#me").textContent === "new");
    await rest();
    expect(partsOf(requests)).to.deep.equal([]);
  });

  it("to a refresh makes nothing stale", async () => {
    await page(block("me", "user", "old") + block("you", "cart", "old"));
    const requests = serve(() => ({
      body: block("me", "user", "new"),
      headers: { "X-Mizan-Refresh": "1", "X-Mizan-Invalidate": "cart" },
    }));
    window.mizan.invalidate("user");
    await until(() => find("#me").textContent === "new");
    await rest();
    expect(requests).to.have.length(1);
  });
});

describe("a request that may change something", () => {
  it("has the CSRF token", async () => {
    await page(BUTTON);
    const requests = serve(() => ({ status: 204 }));
    press();
    await until(() => requests.length);
    expect(requests[0].headers.get("X-CSRFToken")).to.equal("the-token");
  });

  it("names the boxes that are not ticked", async () => {
    await page(
      '<form hx-post="/rename/" hx-swap="none"><input type="checkbox" name="a"><input type="checkbox" name="b" checked>' +
        '<input type="checkbox" name="c" disabled><button>Send</button></form>',
    );
    const requests = serve(() => ({ status: 204 }));
    press();
    await until(() => requests.length);
    expect(requests[0].headers.get("X-Mizan-Unticked")).to.equal("a");
  });
});

describe("a request that only reads", () => {
  it("has neither", async () => {
    await page(
      '<form hx-get="/find/" hx-swap="none"><input type="checkbox" name="a"><button>Find</button></form>',
    );
    const requests = serve(() => ({ status: 204 }));
    press();
    await until(() => requests.length);
    expect(requests[0].headers.get("X-CSRFToken")).to.equal(null);
    expect(requests[0].headers.get("X-Mizan-Unticked")).to.equal(null);
  });
});

describe("the outcome of a request", () => {
  it("is mizan:done, when it has succeeded and has settled", async () => {
    await page(BUTTON);
    serve(() => ({ status: 204 }));
    press();
    const { target, detail } = await heard("mizan:done");
    expect(target).to.equal(find("button"));
    expect(detail).to.include({ status: 204, method: "POST", element: find("button") });
  });

  it("is mizan:failed, with what the server says", async () => {
    await page(BUTTON);
    serve(() =>
      json(
        { error: true, code: "CONFLICT", message: "This board is archived." },
        {
          status: 409,
          headers: {
            "X-Mizan-Error": "CONFLICT",
            "X-Mizan-Message": "This%20board%20is%20archived.",
            "X-Mizan-Committed": "no",
          },
        },
      ),
    );
    press();
    const { target, detail } = await heard("mizan:failed");
    expect(target).to.equal(find("button"));
    expect(detail).to.include({
      status: 409,
      code: "CONFLICT",
      message: "This board is archived.",
      isOwn: true,
      isCommitted: "no",
    });
  });

  it("is mizan:failed without a response, and nobody knows what was committed", async () => {
    await page(BUTTON);
    serve(() => null);
    press();
    const { detail } = await heard("mizan:failed");
    expect(detail).to.include({ status: 0, isCommitted: "maybe", isOwn: false });
  });

  it("is not reported of refreshes", async () => {
    const events = hearAll("mizan:done", "mizan:failed", "mizan:read");
    await page(block("me", "user", "old"));
    serveBlocks(() => block("me", "user", "new"));
    window.mizan.invalidate("user");
    await until(() => find("#me").textContent === "new");
    await rest();
    expect(events).to.deep.equal([]);
  });

  it("shows the messages of fields at their fields", async () => {
    await page('<form hx-post="/rename/" hx-swap="none"><input name="name"><button>Rename</button></form>');
    const details = { fields: { name: ["Too long."] } };
    serve(() =>
      json(
        { error: true, code: "VALIDATION_ERROR", message: "", details },
        { status: 422, headers: { "X-Mizan-Error": "VALIDATION_ERROR" } },
      ),
    );
    press();
    await until(() => find("[aria-invalid=true]"));
    expect(find("form").textContent).to.include("Too long.");
    window.mizan.fields.clear(find("form"));
    expect(find("form").textContent).not.to.include("Too long.");
  });
});

describe("mizan.isRefresh()", () => {
  it("tells refreshes from requests of visitors", async () => {
    await page(block("me", "user", BUTTON));
    serveBlocks(
      () => block("me", "user", BUTTON),
      () => ({ status: 204 }),
    );
    const found = [];
    const hear = (event) => found.push(window.mizan.isRefresh(event));
    for (const name of ["htmx:beforeRequest", "htmx:before:request"]) document.addEventListener(name, hear);
    press();
    await heard("mizan:done");
    window.mizan.invalidate("user");
    await heard("mizan:refreshed");
    expect(found).to.deep.equal([false, true]);
  });
});

describe("the end of the session", () => {
  it("is fired once for refreshes, which keep their content", async () => {
    const ended = hearAll("mizan:session");
    await page(block("me", "user", "old") + block("you", "cart", "old"));
    serve(() => ({ status: 401 }));
    window.mizan.invalidate("user");
    await heard("mizan:error");
    window.mizan.invalidate("cart");
    await heard("mizan:error");
    expect(ended.map(({ detail }) => [detail.state, detail.reason])).to.deep.equal([["ended", "login"]]);
    expect(find("#me").textContent).to.equal("old");
  });
});

describe("mizan.invalidate()", () => {
  it("takes any list of the elements that it can concern", async () => {
    await page(block("me", "user", "old", { class: "mine" }) + block("you", "user", "old"));
    const requests = serveBlocks((id) => block(id, "user", "new"));
    window.mizan.invalidate("user", {}, { among: document.querySelectorAll(".mine") });
    await until(() => find("#me").textContent === "new");
    await rest();
    expect(partsOf(requests)).to.deep.equal([["me"]]);
  });
});
