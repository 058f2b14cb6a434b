/* What is stale is refreshed: the plainest way, on each build of htmx. */

import { block, expect, find, heard, page, serve, serveBlocks, start, until } from "../helpers/index.js";

start();

describe("a block", () => {
  it("is fetched by its own hx-get when it has become stale", async () => {
    await page(block("me", "user;user_id=5", "Ada") + block("you", "user;user_id=6", "Bob"));
    const requests = serveBlocks((id) => block(id, "user;user_id=5", "Grace"));
    window.mizan.invalidate("user", { user_id: 5 });
    const { target } = await heard("mizan:refreshed");
    expect(target).to.equal(find("#me"));
    expect(find("#me").textContent).to.equal("Grace");
    expect(find("#you").textContent).to.equal("Bob");
    expect(requests.map(({ url }) => url.pathname + url.search)).to.deep.equal([
      "/api/mizan/partial/?block=me",
    ]);
  });

  it("shares one request with those that become stale with it", async () => {
    await page(block("me", "user;user_id=5", "Ada") + block("you", "user;user_id=6", "Bob"));
    const requests = serveBlocks((id) => block(id, `user;user_id=${id === "me" ? 5 : 6}`, `new ${id}`));
    window.mizan.invalidate("user");
    await until(() => find("#you").textContent === "new you");
    expect(find("#me").textContent).to.equal("new me");
    expect(requests.map(({ path, query }) => [path, query.getAll("block")])).to.deep.equal([
      ["/api/mizan/partials/", ["me", "you"]],
    ]);
  });

  it("keeps its content when it can't be refreshed", async () => {
    await page(block("me", "user", "Ada"));
    serveBlocks(() => 500);
    window.mizan.invalidate("user");
    const { detail } = await heard("mizan:error");
    expect(detail.status).to.equal(500);
    expect(find("#me").textContent).to.equal("Ada");
    expect(find("#me").dataset.mizanError).to.equal("500");
  });

  it("has the status 0 when there is no answer", async () => {
    await page(block("me", "user", "Ada"));
    serve(() => null);
    window.mizan.invalidate("user");
    const { detail } = await heard("mizan:error");
    expect(detail.status).to.equal(0);
  });
});
