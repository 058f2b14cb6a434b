/* mizan.call() over HTTP: what it sends, what it returns, how it fails, and what it makes stale. */

import {
  block,
  expect,
  find,
  hearAll,
  heard,
  json,
  later,
  page,
  serve,
  serveBlocks,
  start,
} from "../helpers/index.js";

start({ locale: "de:signed" });

const { mizan } = window;
const CALL = "/api/mizan/call/";

/* Call a function that fails with this answer, and return what it was rejected with. */
const refusal = async (answer) => {
  serve(() => answer);
  return mizan.call("rename").then(
    () => expect.fail("It was not refused."),
    (error) => error,
  );
};

const partsOf = ({ status, code, fields, message }) => ({ status, code, fields, message });

describe("a call over HTTP", () => {
  it("sends JSON, with the token of the page and its language, and returns the result", async () => {
    const requests = serve(() => json({ result: { name: "Ada" } }));
    expect(await mizan.call("rename", { user_id: 5, name: "Ada" })).to.deep.equal({ name: "Ada" });
    const [{ method, path, query, headers, body }] = requests;
    expect([method, path, query.get("mizan-locale")]).to.deep.equal(["POST", CALL, "de:signed"]);
    expect(headers.get("X-CSRFToken")).to.equal("the-token");
    expect(headers.get("Content-Type")).to.equal("application/json");
    expect(JSON.parse(body)).to.deep.equal({ fn: "rename", args: { user_id: 5, name: "Ada" } });
  });

  it("needs no arguments", async () => {
    const requests = serve(() => json({ result: null }));
    expect(await mizan.call("tick")).to.equal(null);
    expect(JSON.parse(requests[0].body)).to.deep.equal({ fn: "tick", args: {} });
  });

  it("refreshes what it has made stale", async () => {
    const headers = { "X-Mizan-Invalidate": "user;user_id=5", "X-Mizan-Version": "0badcafe.7" };
    await page(block("me", "user;user_id=5", "old"));
    serveBlocks(
      () => block("me", "user;user_id=5", "new"),
      () => json({ result: 1 }, { headers }),
    );
    const events = hearAll("mizan:invalidate");
    await mizan.call("rename");
    await heard("mizan:refreshed");
    expect(find("#me").textContent).to.equal("new");
    const { source, version, cause } = events[0].detail;
    expect({ source, version }).to.deep.equal({ source: "response", version: "0badcafe.7" });
    const element = document.documentElement;
    expect(cause).to.deep.equal({ method: "POST", url: CALL, status: 200, element });
  });

  it("refreshes what it has made stale before it failed", async () => {
    const events = hearAll("mizan:invalidate");
    await refusal({ status: 500, headers: { "X-Mizan-Invalidate": "user" } });
    expect(events.map(({ detail }) => detail.header)).to.deep.equal(["user"]);
  });

  it("is waited for where a page has to be quiet", async () => {
    const answer = later();
    await page("<p>Nothing</p>");
    serve(() => answer.promise);
    const call = mizan.call("rename");
    const unrest = await mizan.quiet({ timeout: 100 }).catch((error) => error);
    expect(unrest.message).to.include('mizan.call("rename")');
    answer.give(json({ result: 1 }));
    await call;
    await mizan.quiet();
  });

  it("has no result where a view has answered", async () => {
    serve(() => "<p>Renamed</p>");
    expect(await mizan.call("rename")).to.equal(undefined);
    serve(() => ({ status: 204 }));
    expect(await mizan.call("rename")).to.equal(undefined);
  });
});

describe("a call that fails", () => {
  it("is rejected with an Error that says what the server says", async () => {
    const details = { fields: { name: ["Taken."] } };
    const body = { error: true, code: "VALIDATION_ERROR", message: "Some values are invalid.", details };
    const error = await refusal(json(body, { status: 422 }));
    expect(error).to.be.an("error");
    expect(partsOf(error)).to.deep.equal({
      status: 422,
      code: "VALIDATION_ERROR",
      fields: { name: ["Taken."] },
      message: "Some values are invalid.",
    });
  });

  it("has no fields where the server names none", async () => {
    const error = await refusal(json({ code: "CONFLICT", message: "Somebody was faster." }, { status: 409 }));
    expect(partsOf(error)).to.deep.equal({
      status: 409,
      code: "CONFLICT",
      fields: {},
      message: "Somebody was faster.",
    });
  });

  it("has the code of the headers where a page has answered, or ERROR", async () => {
    const headers = { "X-Mizan-Error": "CONFLICT" };
    const page = await refusal({ status: 409, body: "<h1>Conflict</h1>", headers });
    expect([page.status, page.code]).to.deep.equal([409, "CONFLICT"]);
    const proxy = await refusal({ status: 502, body: "<h1>Bad gateway</h1>" });
    const message = "The server has answered 502.";
    expect(partsOf(proxy)).to.deep.equal({ status: 502, code: "ERROR", fields: {}, message });
  });

  it("is OFFLINE where there is no answer", async () => {
    const error = await refusal(null);
    expect([error.status, error.code, error.fields]).to.deep.equal([0, "OFFLINE", {}]);
  });

  it("announces the end of the session, and fetches another token for the next call", async () => {
    const events = hearAll("mizan:session");
    await refusal(json({ code: "FORBIDDEN" }, { status: 403, headers: { "X-Mizan-Refused": "csrf" } }));
    expect([events[0].detail.state, events[0].detail.reason]).to.deep.equal(["ended", "csrf"]);
    await refusal(json({ code: "UNAUTHORIZED" }, { status: 401 }));
    expect(events.at(-1).detail.reason).to.equal("login");
  });

  it("is no matter of the session where somebody may not do it", async () => {
    const events = hearAll("mizan:session");
    await refusal(json({ code: "FORBIDDEN" }, { status: 403 }));
    expect(events).to.deep.equal([]);
  });
});

describe("a message to a channel", () => {
  it("needs the script for channels", () => {
    expect(() => mizan.send("chat", {}, {})).to.throw("mizan-live.js");
  });
});
