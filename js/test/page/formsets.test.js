/* Rows that come and go in a formset, and their numbers. */

import { expect, find, hearAll, page, start, startAlso, until } from "../helpers/index.js";

start();
await startAlso("forms");

const row = (number, { pk = "", title = "", isOrdered = false } = {}) => `
  <fieldset data-mizan-row="cards-${number}" id="cards-${number}">
    <span data-mizan-row-number></span>
    <div data-mizan-row-body>
      <label for="id_cards-${number}-title">Title</label>
      <input name="cards-${number}-title" id="id_cards-${number}-title" value="${title}">
      <input type="hidden" name="cards-${number}-id" value="${pk}">
      <label data-mizan-plain><input type="checkbox" name="cards-${number}-DELETE"></label>
      ${isOrdered ? `<label data-mizan-plain><input type="number" name="cards-${number}-ORDER"></label>` : ""}
    </div>
    <p data-mizan-row-removed hidden><button type="button" data-mizan-undo>Undo</button></p>
    <div data-mizan-row-actions hidden>
      <button type="button" data-mizan-up>Up</button>
      <button type="button" data-mizan-down>Down</button>
      <button type="button" data-mizan-remove>Remove</button>
    </div>
  </fieldset>`;

const formset = ({ min = 0, max = 5, isOrdered = false } = {}) => `
  <form id="f" data-mizan-form="cards" data-mizan-formset="cards" data-mizan-min="${min}" data-mizan-max="${max}"
        action="/send/" method="post">
    <input type="hidden" name="cards-TOTAL_FORMS" value="2">
    <input type="hidden" name="cards-INITIAL_FORMS" value="2">
    <div data-mizan-rows>
      ${row(0, { pk: 1, title: "Plan", isOrdered })}${row(1, { pk: 2, title: "Build", isOrdered })}
    </div>
    <template data-mizan-empty-row>${row("__prefix__", { isOrdered })}</template>
    <button type="button" data-mizan-add>Add</button>
  </form>`;

const open = async (options) => {
  await page(formset(options));
  await until(() => find("[data-mizan-row-actions]:not([hidden])"));
};
const rows = () => [...find("#f").querySelectorAll("[data-mizan-row]")];
const names = () => rows().map(({ dataset }) => dataset.mizanRow);
const total = () => find("[name='cards-TOTAL_FORMS']").value;
const press = (name, at) => {
  const root = at === undefined ? find("#f") : rows()[at];
  root.querySelector(`[data-mizan-${name}]`).click();
};
const field = (at, name) => rows()[at].querySelector(`[name$="-${name}"]`);

describe("the rows of a formset", () => {
  it("have no boxes any more, but buttons", async () => {
    await open();
    expect(find("[data-mizan-plain]").hidden).to.equal(true);
    const numbers = rows().map((each) => each.querySelector("[data-mizan-row-number]").textContent);
    expect(numbers).to.deep.equal(["1", "2"]);
  });

  it("come with the next number everywhere in them, and have the focus", async () => {
    await open();
    const events = hearAll("mizan:rows");
    press("add");
    expect(names()).to.deep.equal(["cards-0", "cards-1", "cards-2"]);
    expect(total()).to.equal("3");
    const title = field(2, "title");
    expect([title.id, title.labels.length]).to.deep.equal(["id_cards-2-title", 1]);
    expect(document.activeElement).to.equal(title);
    expect(events.length).to.equal(1);
  });

  it("go without a gap, if they are new", async () => {
    await open();
    for (let count = 0; count < 3; count += 1) press("add");
    field(4, "title").value = "Last";
    press("remove", 3);
    expect(names()).to.deep.equal(["cards-0", "cards-1", "cards-2", "cards-3"]);
    expect([total(), field(3, "title").value]).to.deep.equal(["4", "Last"]);
  });

  it("are marked and can be had back, if the server has them", async () => {
    await open();
    press("remove", 0);
    expect([total(), field(0, "DELETE").checked]).to.deep.equal(["2", true]);
    expect(rows()[0].querySelector("[data-mizan-row-body]").hidden).to.equal(true);
    expect(document.activeElement).to.equal(rows()[0].querySelector("[data-mizan-undo]"));
    press("undo", 0);
    expect(field(0, "DELETE").checked).to.equal(false);
    expect(document.activeElement).to.equal(field(0, "title"));
  });

  it("are as few and as many as they may be", async () => {
    await open({ min: 1, max: 3 });
    press("add");
    expect(find("[data-mizan-add]").hidden).to.equal(true);
    press("remove", 2);
    press("remove", 1);
    expect(rows()[0].querySelector("[data-mizan-remove]").hidden).to.equal(true);
    expect(find("[data-mizan-add]").hidden).to.equal(false);
  });

  it("are sent in their order, but for new ones that nobody has filled in", async () => {
    await open({ isOrdered: true });
    press("down", 0);
    expect(rows().map((each) => field(rows().indexOf(each), "title").value)).to.deep.equal(["Build", "Plan"]);
    press("add");
    const sent = new FormData(find("#f"));
    const orders = [0, 1, 2].map((number) => sent.get(`cards-${number}-ORDER`));
    expect(orders).to.deep.equal(["2", "1", ""]);
  });

  it("stay as they are while the form is sent", async () => {
    await open();
    find("#f").setAttribute("aria-busy", "true");
    press("add");
    expect(names()).to.deep.equal(["cards-0", "cards-1"]);
  });
});
