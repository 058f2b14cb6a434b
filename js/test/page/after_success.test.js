/* What data-mizan-after says happens when a request has succeeded: its answer is in the page, and nothing failed. */

import { expect, find, heard, later, page, refusal, rest, serve, start, until } from "../helpers/index.js";

start({ csrfToken: "token" });

const SEND = 'hx-post="/send/" hx-swap="none"';
const CLOSES = 'data-mizan-after="close"';
const FORM = `<form ${SEND} ${CLOSES}><button id="save">Save</button></form>`;

const answer = () => serve(() => ({ status: 204 }));
const isOpen = () => find("#box").open === true || find("#box").matches(":popover-open");

describe("what is open around a request", () => {
  const PLACES = {
    "a dialog that is not modal": `<dialog open id="box">${FORM}</dialog>`,
    "a popover": `<div popover id="box">${FORM}</div>`,
    "a form with names that shadow what it has": `<form popover id="box" ${SEND} ${CLOSES}>
      <input name="hidePopover"><input name="isConnected"><button id="save">Save</button></form>`,
    "a details": `<details open id="box"><summary>S</summary>${FORM}</details>`,
    "a dialog that says it": `<dialog open id="box" ${CLOSES}>${FORM.replace(CLOSES, "")}</dialog>`,
    "a dialog around a button": `<dialog open id="box"><button id="save" ${SEND} ${CLOSES}>Save</button></dialog>`,
    "a dialog that is named": `<dialog open id="box"></dialog>${FORM.replace("close", "close:box")}`,
    "a dialog in which the answer deletes the form": `<dialog open id="box"><form hx-post="/send/"
      hx-target="this" hx-swap="delete" ${CLOSES}><button id="save">Save</button></form></dialog>`,
  };
  for (const [name, content] of Object.entries(PLACES)) {
    it(`closes when it has succeeded: ${name}`, async () => {
      await page(content);
      if (find("[popover]")) HTMLElement.prototype.showPopover.call(find("#box"));
      expect(isOpen()).to.equal(true);
      serve(() => "<p>Done.</p>");
      find("#save").click();
      await until(() => !isOpen());
    });
  }

  it("stays open when it has failed, or has no answer", async () => {
    await page(`<dialog open id="box">${FORM}</dialog>`);
    for (const given of [refusal(409), { status: 500 }, null]) {
      serve(() => given);
      const failed = heard("mizan:failed");
      find("#save").click();
      await failed;
      await rest();
      expect(isOpen()).to.equal(true);
    }
  });

  it("closes by Bootstrap, which knows the element, a form as well", async () => {
    await page(`<form class="modal show" id="box" ${SEND} ${CLOSES}><button id="save">Save</button></form>`);
    const hidden = [];
    const getInstance = (element) =>
      element === find("#box") ? { hide: () => hidden.push(element.id) } : null;
    window.bootstrap = { Modal: { getInstance } };
    answer();
    find("#save").click();
    await until(() => hidden.length);
    delete window.bootstrap;
    expect(hidden).to.deep.equal(["box"]);
  });

  it("stays open for a button that says otherwise", async () => {
    await page(
      `<dialog open id="box"><form ${SEND} ${CLOSES}><input name="a"><button id="save" data-mizan-after="reset">A</button></form></dialog>`,
    );
    find("[name=a]").value = "typed";
    answer();
    find("#save").click();
    await until(() => find("[name=a]").value === "");
    expect(isOpen()).to.equal(true);
  });
});

describe("a form that is to be reset", () => {
  const FIELDS = `<form ${SEND} data-mizan-after="reset"><input name="title"><input name="note" value="served">
    <select name="kind"><option>a<option selected>b</select><input type="checkbox" name="box">
    <button id="save">Save</button></form>`;
  const read = () => [
    ...["title", "note", "kind"].map((name) => find(`[name=${name}]`).value),
    find("[name=box]").checked,
  ];

  beforeEach(async () => {
    await page(FIELDS);
    find("[name=title]").value = "One";
    find("[name=note]").value = "Mine";
    find("[name=kind]").value = "a";
    find("[name=box]").checked = true;
  });

  it("has what the server sent when it has succeeded", async () => {
    answer();
    find("#save").click();
    await until(() => find("[name=title]").value === "");
    expect(read()).to.deep.equal(["", "served", "b", false]);
  });

  it("keeps what was entered after it was sent", async () => {
    const held = later();
    const requests = serve(() => held.promise);
    find("#save").click();
    await until(() => requests.length);
    find("[name=title]").value = "Two";
    held.give({ status: 204 });
    await until(() => find("[name=note]").value === "served");
    expect(read()).to.deep.equal(["Two", "served", "b", false]);
  });
});

it("an unknown word of data-mizan-after is reported in the console", async () => {
  await page(`<form ${SEND} data-mizan-after="shut"><button id="save">Save</button></form>`);
  answer();
  const { error } = console;
  const lines = [];
  console.error = (...given) => lines.push(given);
  try {
    find("#save").click();
    await until(() => lines.length);
  } finally {
    console.error = error;
  }
  expect(lines[0][0]).to.equal(
    'mizan: data-mizan-after knows "close", "close:an-id" and "reset", not "shut".',
  );
});
