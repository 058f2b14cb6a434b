/* mizan.quiet() waits for what is stale or under way, and says what it was when that takes too long. */

import { block, expect, find, later, page, serve, serveBlocks, start } from "../helpers/index.js";

start();

const { quiet } = window.mizan;

describe("mizan.quiet()", () => {
  it("is fulfilled when the page is settled", async () => {
    await page(block("me", "user", "old"));
    serveBlocks(() => block("me", "user", "new"));
    window.mizan.invalidate("user");
    await quiet();
    expect(find("#me").textContent).to.equal("new");
  });

  it("waits for what a visitor has sent, and for what that makes stale", async () => {
    await page(block("me", "user", "old") + '<button hx-post="/rename/" hx-swap="none">Rename</button>');
    serveBlocks(
      () => block("me", "user", "new"),
      () => ({ status: 204, headers: { "X-Mizan-Invalidate": "user" } }),
    );
    find("button").click();
    await quiet();
    expect(find("#me").textContent).to.equal("new");
  });

  it("is rejected after a time-out, with the blocks and the reasons", async () => {
    await page(block("me", "user;user_id=5", "old"));
    const answer = later();
    serveBlocks(() => answer.promise);
    window.mizan.invalidate("user");
    const error = await quiet({ timeout: 100 }).catch((reason) => reason);
    expect(error.message).to.match(
      /^mizan\.quiet: not quiet after 100 ms: .*user;user_id=5: its refresh is under way/,
    );
    expect(error.blocks.map((each) => [each.block, each.context])).to.deep.equal([
      [find("#me"), "user;user_id=5"],
    ]);
    answer.give(block("me", "user;user_id=5", "new"));
    await quiet();
  });

  it("waits for a refresh that has failed, and not for a block that is given up", async () => {
    await page(block("me", "user", "old"));
    serve(() => ({ status: 500, headers: { "Retry-After": "1000" } }));
    window.mizan.invalidate("user");
    const error = await quiet({ timeout: 150 }).catch((reason) => reason);
    expect(error.blocks[0].reason).to.match(/has failed.*500/);
    await page(block("gone", "cart", "old"));
    window.mizan.fail(find("#gone"), 404, "It is gone.");
    await quiet();
  });
});
