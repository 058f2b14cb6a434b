/* Where a failure is told, and for how long: in the nearest slot that is nobody else's, or in one notice over the page. */

import {
  SLOT,
  closeNotice,
  expect,
  fieldsOf,
  find,
  hearAll,
  heard,
  hurry,
  notice,
  page,
  pressIn,
  putTemplate,
  refusal,
  rest,
  serve,
  start,
  told,
  type,
  until,
} from "../helpers/index.js";

hurry(20);
putTemplate();
start({ csrfToken: "token" });
beforeEach(closeNotice);

const button = (id, more = "") =>
  `<button id="${id}" hx-post="/${id}/" hx-swap="none" ${more}>${id}</button>`;
const refuse = (...given) => serve(() => refusal(...given));
const answer = () => serve(() => "Answered.");

/* Press a button whose request fails, and wait until all that follows from that is told. */
const press = async (selector) => {
  const failed = heard("mizan:failed");
  find(selector).click();
  await failed;
  await rest(25);
};
const close = () => pressIn("Close");

describe("the notice of the page", () => {
  it("tells what failed in the same way once, until each of them has succeeded", async () => {
    await page(button("one") + button("two"));
    refuse(409, { message: "Too late." });
    await press("#one");
    expect(told()).to.deep.equal(["Too late. [Send again] [Close]"]);
    await press("#one");
    expect(told()).to.deep.equal(["Too late. [Send again] [Close]"]);
    await press("#two");
    expect(told()).to.deep.equal(["Too late. ×2 [Send again] [Close]"]);
    refuse(403, { message: "Not you." });
    await press("#two");
    expect(told()).to.deep.equal(["Too late. [Send again] [Close]", "Not you. [Send again] [Close]"]);
    expect(document.querySelectorAll(".mizan-notice")).to.have.length(1);
    answer();
    find("#one").click();
    await until(() => told().length === 1);
    expect(told()).to.deep.equal(["Not you. [Send again] [Close]"]);
  });

  it("gives the focus back when it is closed, by Escape as well", async () => {
    await page(button("one"));
    refuse(409);
    for (const isByKey of [false, true]) {
      find("#one").focus();
      await press("#one");
      const closing = notice().querySelector("[data-mizan-close]");
      closing.focus();
      if (isByKey) closing.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      else closing.click();
      expect(notice()).to.equal(null);
      expect(document.activeElement).to.equal(find("#one"));
    }
  });

  it("is there, and empty, before it tells something, so that screen readers find it", async () => {
    await page(button("one"));
    refuse(409);
    find("#one").click();
    await until(notice);
    expect(notice().childElementCount).to.equal(0);
    await until(() => told().length);
  });

  it("is not shown if the site tells in its own way", async () => {
    await page(button("one"));
    const own = (event) => event.preventDefault();
    document.addEventListener("mizan:failed", own);
    refuse(403);
    await press("#one");
    document.removeEventListener("mizan:failed", own);
    expect(notice()).to.equal(null);
  });

  it("says when to come back", async () => {
    await page(button("one"));
    for (const [after, words] of [
      ["30", "in 30 seconds"],
      ["600", "in 10 minutes"],
      [new Date(Date.now() + 5 * 3600_000).toUTCString(), "in 5 hours"],
    ]) {
      serve(() => ({ status: 429, headers: { "Retry-After": after } }));
      await press("#one");
      expect(told()).to.deep.equal([`Did not work. Please try again ${words}. [Close]`]);
    }
  });

  it("is inside of an open modal dialog, and on the page when that is closed", async () => {
    await page(`${SLOT}${button("one")}<dialog id="dialog"><button id="in">In</button></dialog>`);
    refuse(409);
    find("#dialog").showModal();
    await press("#one");
    expect(told("#dialog .mizan-notice")).to.have.length(1);
    find("#dialog").close();
    await until(() => document.querySelector("body > .mizan-notice"));
    expect(told("body > .mizan-notice")).to.have.length(1);
  });

  it("leaves the dialog open that it is in when Escape is pressed in it", async () => {
    await page(`<dialog id="dialog">${button("one")}</dialog>`);
    refuse(409);
    find("#dialog").showModal();
    await press("#one");
    const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    const again = notice().querySelector("[data-mizan-close]");
    again.focus();
    again.dispatchEvent(event);
    expect(event.defaultPrevented).to.equal(true);
    expect(notice()).to.equal(null);
    expect(find("#dialog").open).to.equal(true);
  });

  it("lies over what lies over the page", async () => {
    await page(
      button("one") +
        '<div id="over" popover="manual" style="inset: 0; width: 100%; height: 100%">Over</div>',
    );
    refuse(409);
    find("#over").showPopover();
    await press("#one");
    const { left, top } = notice().querySelector("[data-mizan-close]").getBoundingClientRect();
    expect(notice().contains(document.elementFromPoint(left + 2, top + 2))).to.equal(true);
  });
});

describe("a request that failed", () => {
  it("is sent again as it was, and once", async () => {
    await page(`<form id="form" hx-post="/form/" hx-swap="none"><input name="text" value="typed">
      <button name="how" value="soft">Soft</button><button name="how" value="hard" id="hard">Hard</button></form>`);
    refuse(409);
    await press("#hard");
    const requests = answer();
    const again = notice().querySelector("[data-mizan-resend=change]");
    const done = heard("mizan:done");
    again.click();
    again.click();
    await done;
    await rest();
    expect(requests.map(({ path }) => path)).to.deep.equal(["/form/"]);
    expect(fieldsOf(requests[0])).to.deep.equal({ text: "typed", how: "hard" });
    expect(notice()).to.equal(null);
  });

  const CASES = {
    "nothing was committed": [refusal(409), "Changed. [Send again] [Close]"],
    "nobody knows whether it was committed": [refusal(409, { isCommitted: true }), "Changed. [Close]"],
    "the server broke": [{ status: 500 }, "Server error. It may have been done. [Close]"],
    "there was no answer": [null, "No answer. It may have been done. [Close]"],
    "it would be refused again": [refusal(422), "Invalid. [Close]"],
  };
  for (const [name, [given, text]] of Object.entries(CASES)) {
    it(`can be sent again only if that does no harm: ${name}`, async () => {
      await page(button("one"));
      serve(() => given);
      await press("#one");
      expect(told()).to.deep.equal([text]);
    });
  }

  it("is not offered any more when its element has sent another one", async () => {
    await page(button("one") + button("two"));
    refuse(409);
    await press("#one");
    await press("#two");
    let give;
    serve(() => new Promise((resolve) => (give = resolve)));
    find("#one").click();
    await until(() => give);
    expect(told()).to.deep.equal(["Changed. ×2 [Close]"]);
    give("Answered.");
    await until(() => told()[0] === "Changed. [Send again] [Close]");
  });

  it("is announced once while a search fails again as it is typed", async () => {
    await page('<input id="search" hx-post="/search/" hx-trigger="input" hx-swap="none">');
    serve(() => ({ status: 503 }));
    const events = hearAll("mizan:failed");
    type(find("#search"), "a");
    await until(() => told().length);
    const { firstElementChild: item } = notice();
    type(find("#search"), "ab");
    await until(() => events.length === 2);
    await rest();
    expect(notice().firstElementChild).to.equal(item);
    answer();
    type(find("#search"), "abc");
    await until(() => !notice());
  });

  it("leaves its messages at the fields while one of them looks something up", async () => {
    await page(`<form id="form" hx-post="/form/" hx-swap="none"><input name="text">
      <input name="town" id="town" hx-get="/look/" hx-trigger="input" hx-target="#found" hx-swap="innerHTML"><button id="go">Go</button>
      </form><p id="found"></p>`);
    refuse(422, { fields: { text: ["Too long."], town: ["No town."] } });
    const errors = () => [...find("#form").querySelectorAll(".errorlist")].map((list) => list.textContent);
    await press("#go");
    expect(errors()).to.deep.equal(["Too long.", "No town."]);
    expect(document.activeElement).to.equal(find("[name=text]"));
    expect(notice()).to.equal(null);
    answer();
    type(find("#town"), "a");
    await until(() => find("#found").textContent === "Answered.");
    expect(errors()).to.deep.equal(["Too long.", "No town."]);
  });
});

describe("a slot", () => {
  const row = (id, name) => `<li id="${id}"><p>${button(name)}</p><p>${SLOT}</p></li>`;
  const PAGE = `
    <div id="messages"><p>${SLOT}</p></div>
    <section id="column"><p>${SLOT}</p>${button("one")}</section>
    <ul>${row("first", "two")}${row("second", "three")}</ul>
    <form id="form" hx-post="/form/"><p>${SLOT}</p></form>
    <table><tr id="row"><td>${SLOT}${button("six")}<td>${button("seven")}</table>
    <dialog open id="dialog"><p>${SLOT}</p></dialog>
    <button id="four" form="form">Of the form</button>
    <section>${button("five")}</section>`;
  const PLACES = {
    one: "#column",
    two: "#first",
    three: "#second",
    four: "#form",
    five: "#messages",
    seven: "#row",
  };
  for (const [id, place] of Object.entries(PLACES)) {
    it(`${place} has what ${id} failed at, which belongs to nothing else`, async () => {
      await page(PAGE);
      refuse(409);
      await press(`#${id}`);
      expect(told()).to.have.length(1);
      expect(told(place)).to.have.length(1);
      expect(notice()).to.equal(null);
      close();
      expect(told()).to.have.length(0);
    });
  }

  it("is not taken if it has left the page, or stands beside an open modal dialog", async () => {
    await page(`<div id="messages">${SLOT}</div>${button("one")}`);
    find("#messages").remove();
    refuse(409);
    await press("#one");
    expect(told(".mizan-notice")).to.have.length(1);
  });
});
