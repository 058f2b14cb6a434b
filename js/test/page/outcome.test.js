/* What became of a request is reported the same on htmx 2 and htmx 4, and no failure takes the place of a form. */

import {
  closeNotice,
  expect,
  find,
  hearAll,
  heard,
  json,
  later,
  page,
  putTemplate,
  refusal,
  rest,
  serve,
  start,
  told,
  until,
} from "../helpers/index.js";

putTemplate();
start({ csrfToken: "token" });
beforeEach(closeNotice);

const isHtmx2 = window.htmx.version.startsWith("2.");
const FORM =
  '<form id="form" hx-post="/answer/"><input name="text" value="typed"><button id="send">Send</button></form>';
const ELSEWHERE = '<p id="elsewhere"></p>';

/* Press a button; return the detail of the next event. */
const send = async (answer, button = "#send", event = "mizan:failed") => {
  serve(() => answer);
  const news = heard(event);
  find(button).click();
  return (await news).detail;
};
const html = (body, status, headers = {}) => ({ body, status, headers });

describe("a request that fails", () => {
  const CASES = [
    [refusal(403, { code: "FORBIDDEN", message: "Archived. Ä" }), "FORBIDDEN", "Archived. Ä", true, "no"],
    [refusal(404, { code: "NOT_FOUND" }), "NOT_FOUND", "Not there.", false, "no"],
    [refusal(409, { code: "CONFLICT", isCommitted: true }), "CONFLICT", "Changed.", false, "maybe"],
    [html("", 418), "", "Did not work.", false, "maybe"],
    [html("", 502), "", "Server error.", false, "maybe"],
  ];
  for (const [answer, code, message, isOwn, isCommitted] of CASES) {
    it(`with ${answer.status} ${code} is reported with its message`, async () => {
      await page(FORM);
      const detail = await send(answer);
      expect(detail).to.include({ status: answer.status, code, message, isOwn, isCommitted });
      expect(detail).to.include({ element: find("#form"), method: "POST", fields: null, isShown: false });
      expect(new URL(detail.url, document.baseURI).pathname).to.equal("/answer/");
      expect(find("#form [name=text]").value).to.equal("typed");
    });
  }

  it("has the status 0 if there is no answer", async () => {
    await page(FORM);
    const detail = await send(null);
    expect(detail).to.include({ status: 0, code: "", message: "No answer.", isCommitted: "maybe" });
  });

  it("has the fields of a submission that did not fit, though its call has worked", async () => {
    await page('<button id="send" hx-post="/call/" hx-swap="none">Send</button>');
    const errors = { name: ["Required."], rows: [{}, { amount: ["Too much."] }] };
    const { status, fields } = await send(json({ result: { success: false, errors } }));
    expect(status).to.equal(200);
    expect(fields).to.deep.equal({ name: ["Required."], "1-amount": ["Too much."] });
  });

  it("says in how many seconds the server can be asked again", async () => {
    await page(FORM);
    expect((await send(html("", 429, { "Retry-After": "30" }))).retryAfter).to.equal(30);
    const date = new Date(Date.now() + 3600_000).toUTCString();
    expect((await send(html("", 503, { "Retry-After": date }))).retryAfter).to.be.within(3590, 3600);
    expect((await send(html("", 503))).retryAfter).to.equal(null);
  });

  it("gives the focus back to what was disabled meanwhile", async () => {
    await page(FORM.replace("hx-post", `${isHtmx2 ? "hx-disabled-elt" : "hx-disable"}="#send" hx-post`));
    find("#send").focus();
    const answer = later();
    serve(() => answer.promise);
    const failed = heard("mizan:failed");
    find("#send").click();
    await until(() => find("#send").disabled);
    find("#send").blur(); // as browsers do when the page is drawn
    answer.give(refusal(403));
    await failed;
    await until(() => document.activeElement === find("#send"));
  });

  it("is not reported if it was given up for another one", async () => {
    await page('<button id="two" hx-post="/answer/" hx-sync="this:replace">Twice</button>');
    const events = hearAll("mizan:failed", "mizan:done");
    const answer = later();
    const requests = serve(() => answer.promise);
    find("#two").click();
    await until(() => requests.length === 1);
    find("#two").click();
    await until(() => requests.length === 2);
    answer.give("Answered.");
    await until(() => events.length);
    await rest();
    expect(events.map(({ type }) => type)).to.deep.equal(["mizan:done"]);
  });

  it("is not reported if nobody has asked for it", async () => {
    const events = hearAll("mizan:failed");
    const requests = serve(() => 404);
    await page('<div hx-get="/answer/" hx-trigger="load">Loading</div>');
    await until(() => requests.length);
    await rest();
    expect(events).to.deep.equal([]);
  });
});

describe("the answer to a request that failed", () => {
  const WITHHELD = [
    ["a piece of HTML", html("<p>No.</p>", 403)],
    ["a page", html("<!doctype html><title>Conflict</title><p>No.", 409)],
    ["a page of a proxy", html(" <!-- by a proxy --> <HTML><body>Bad gateway</body></HTML>", 502)],
    ["a form that an error of the server has", html("<input name=text>", 500)],
    ["an empty 422", html("", 422)],
    ["a 422 in plain text", html("<p>No.</p>", 422, { "Content-Type": "text/plain" })],
    ["JSON", json({ no: true }, { status: 400 })],
  ];
  for (const [name, answer] of WITHHELD) {
    it(`is told instead of swapped in, if it is ${name}`, async () => {
      await page(FORM);
      expect((await send(answer)).isShown).to.equal(false);
      await until(() => told().length === 1);
      expect(find("#form [name=text]").value).to.equal("typed");
    });
  }

  it("is swapped in where a header says", async () => {
    await page(FORM + ELSEWHERE);
    expect((await send(html("<p>Late.</p>", 409, { "HX-Retarget": "#elsewhere" }))).isShown).to.equal(true);
    expect(find("#elsewhere").textContent).to.equal("Late.");
    expect(told()).to.deep.equal([]);
  });

  it("is swapped in if it is a 422 in HTML", async () => {
    await page(FORM);
    expect((await send(html("<p>Look again.</p>", 422))).isShown).to.equal(true);
    expect(find("#form").textContent).to.equal("Look again.");
  });

  it("is told if a header says that it is swapped in nowhere", async () => {
    await page(FORM);
    expect((await send(html("<p>Nothing.</p>", 422, { "HX-Reswap": "none" }))).isShown).to.equal(false);
    expect(find("#send")).not.to.equal(null);
  });

  it("is swapped in elsewhere on htmx 4, and told on htmx 2, which swaps none in by itself", async () => {
    await page(FORM.replace("hx-post", 'hx-target="#elsewhere" hx-post') + ELSEWHERE);
    expect((await send(html("<p>Late.</p>", 409))).isShown).to.equal(!isHtmx2);
    expect(find("#elsewhere").textContent).to.equal(isHtmx2 ? "" : "Late.");
  });
});

describe("a site that has its own way for errors", () => {
  const BUTTON = '<button id="send" hx-post="/answer/">Send</button>';
  const WAYS = isHtmx2
    ? {
        "an extension": [`<div hx-ext="targets">${BUTTON}</div>`],
        "a listener": [`<div id="listener">${BUTTON}</div>`],
        "a rule": [BUTTON, { code: "409", swap: true, target: "#elsewhere" }],
      }
    : {
        "a status": [BUTTON.replace("hx-post", 'hx-status:409="target:#elsewhere" hx-post')],
        "a status that is handed down": [`<div hx-status:4xx:inherited="target:#elsewhere">${BUTTON}</div>`],
      };

  const aim = (detail) => {
    detail.shouldSwap = true;
    detail.target = find("#elsewhere");
  };
  const listen = ({ detail }) => find("#listener") && aim(detail);
  before(() => {
    if (!isHtmx2) return;
    window.htmx.defineExtension("targets", {
      onEvent: (name, { detail }) => {
        if (name === "htmx:beforeSwap") aim(detail);
        return true;
      },
    });
    document.body.addEventListener("htmx:beforeSwap", listen);
  });
  after(() => document.body.removeEventListener("htmx:beforeSwap", listen));

  for (const [name, [content, rule]] of Object.entries(WAYS)) {
    it(`keeps it: ${name}`, async () => {
      const rules = window.htmx.config.responseHandling;
      if (rule) rules.unshift(rule);
      await page(content + ELSEWHERE);
      const { isShown } = await send(refusal(409, { message: "Too late." }));
      if (rule) rules.shift();
      expect(isShown).to.equal(true);
      expect(find("#elsewhere").textContent).to.equal("Too late.");
    });
  }
});

describe("a request that has succeeded", () => {
  const CASES = {
    delete: [
      '<div id="gone"><button id="send" hx-post="/a/" hx-target="#gone" hx-swap="delete">1</button></div>',
      "",
    ],
    delayed: [
      '<p id="slow"></p><button id="send" hx-post="/a/" hx-target="#slow" hx-swap="innerHTML swap:99ms settle:99ms">2</button>',
      "Answered.2",
    ],
    none: ['<button id="send" hx-post="/a/" hx-swap="none">3</button>', "3"],
    "of itself": ['<button id="send" hx-post="/a/" hx-swap="outerHTML">4</button>', "Answered."],
  };
  for (const [name, [content, after]] of Object.entries(CASES)) {
    it(`is reported once when its answer has settled (swap ${name})`, async () => {
      await page(content);
      const events = hearAll("mizan:done");
      let seen;
      document.addEventListener(
        "mizan:done",
        () => {
          const main = document.querySelector("main");
          const busy = document.querySelectorAll(".htmx-swapping, .htmx-settling, .htmx-request");
          seen = [main.textContent, busy.length];
        },
        { once: true },
      );
      const detail = await send("Answered.", "#send", "mizan:done");
      expect(detail).to.include({ status: 200, method: "POST" });
      expect(seen).to.deep.equal([after, 0]);
      await rest();
      expect(events).to.have.length(1);
    });
  }

  it("is no swap of the page's own", async () => {
    await page('<p id="place">old</p>');
    const events = hearAll("mizan:done", "mizan:read", "mizan:failed");
    const { htmx } = window;
    if (isHtmx2) htmx.swap("#place", "<b>new</b>", { swapStyle: "innerHTML" });
    else htmx.swap({ sourceElement: document.body, target: "#place", text: "<b>new</b>" });
    await until(() => find("#place b"));
    await rest();
    expect(events).to.deep.equal([]);
  });
});
