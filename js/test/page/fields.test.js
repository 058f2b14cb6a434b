/* What the server says of single fields stands at those, in Django's markup; the rest is handed back. */

import { expect, find, leave, page, rest, start, type, until } from "../helpers/index.js";

start();

const html = () => find("#here").innerHTML.replace(/\s+/g, " ").trim();
/* Nothing of it depends on htmx, which has no part in this. */
const put = async (content) => {
  await page('<section id="here"></section>');
  find("#here").innerHTML = content;
};
const show = (fields, selector = "#it") => window.mizan.fields.show(find(selector), fields);
const clear = () => window.mizan.fields.clear(find("#it"));
const lists = () => [...find("#here").querySelectorAll(".errorlist")].map((list) => list.textContent);

/* A list of messages as it stands in the page. */
const said = (id, name, ...texts) =>
  `<ul class="errorlist" id="${id}" data-mizan-said="${name}">${texts.map((text) => `<li>${text}</li>`).join("")}</ul>`;

/* The attributes of a field with messages. */
const wrong = (...ids) => `aria-invalid="true" aria-describedby="${ids.join(" ")}"`;

const SHADOWS = ["checkVisibility", "children", "closest", "contains", "getClientRects", "matches"]
  .map((name) => `<input name="${name}">`)
  .join("");

/* What a case begins with, what is shown, what is left, and what the page is then. */
const CASES = {
  "a field by its name, before it as Django has it": [
    '<form id="it"><label for="id_a">A</label><input name="a" id="id_a"></form>',
    { a: ["No.", "Never <b>."], __all__: ["Not today."], "": ["Nor tomorrow."] },
    ["Not today.", "Nor tomorrow."],
    `<form id="it"><label for="id_a">A</label>${said("id_a_error", "a", "No.", "Never &lt;b&gt;.")}` +
      `<input name="a" id="id_a" ${wrong("id_a_error")}></form>`,
  ],
  "a description that is there": [
    '<form id="it"><p id="help">Help</p><input name="a" id="a" aria-describedby="help"></form>',
    { a: ["No."] },
    [],
    `<form id="it"><p id="help">Help</p>${said("a_error", "a", "No.")}` +
      '<input name="a" id="a" aria-describedby="help a_error" aria-invalid="true"></form>',
  ],
  "what holds no list": [
    '<form id="it"><p><label>A <input name="a" id="a"></label></p></form>',
    { a: ["No."] },
    [],
    `<form id="it">${said("a_error", "a", "No.")}` +
      `<p><label>A <input name="a" id="a" ${wrong("a_error")}></label></p></form>`,
  ],
  "what came with the page, which is as old as the attempt before": [
    `<form id="it"><ul class="errorlist" id="a_error"><li>Old.</li></ul><input name="a" id="a" ${wrong("a_error")}></form>`,
    { a: ["No."] },
    [],
    `<form id="it">${said("a_error", "a", "No.")}<input name="a" id="a" ${wrong("a_error")}></form>`,
    '<form id="it"><input name="a" id="a"></form>',
  ],
  "an id that is taken": [
    '<p id="a_error">Else</p><form id="it"><input name="a" id="a"></form>',
    { a: ["No."] },
    [],
    `<p id="a_error">Else</p><form id="it">${said("a_error-1", "a", "No.")}` +
      `<input name="a" id="a" ${wrong("a_error-1")}></form>`,
  ],
  "a fieldset of radio buttons, once": [
    '<form id="it"><fieldset><legend>K</legend><div id="id_k">' +
      '<div><label><input type="radio" name="k" id="id_k_0" value="a"> A</label></div>' +
      '<div><label><input type="radio" name="k" id="id_k_1" value="b"> B</label></div></div></fieldset></form>',
    { k: ["Choose."] },
    [],
    '<form id="it"><fieldset aria-describedby="id_k_error"><legend>K</legend>' +
      said("id_k_error", "k", "Choose.") +
      '<div id="id_k"><div><label><input type="radio" name="k" id="id_k_0" value="a"' +
      ' aria-invalid="true"> A</label></div><div><label><input type="radio" name="k" id="id_k_1" value="b"' +
      ' aria-invalid="true"> B</label></div></div></fieldset></form>',
  ],
  "checkboxes of one name among other fields": [
    '<form id="it"><fieldset><input name="t"><div><input type="checkbox" name="c" id="c_0" value="1">' +
      '<input type="checkbox" name="c" id="c_1" value="2" checked=""></div></fieldset></form>',
    { "c.0": ["No."], "c.1": ["No."] },
    [],
    `<form id="it"><fieldset><input name="t">${said("c_error", "c.0", "No.")}` +
      `<div><input type="checkbox" name="c" id="c_0" value="1" ${wrong("c_error")}>` +
      `<input type="checkbox" name="c" id="c_1" value="2" checked="" ${wrong("c_error")}></div></fieldset></form>`,
  ],
  "what nobody sees, or is not there, by its label or name": [
    '<form id="it"><input type="hidden" name="h"><div hidden=""><label for="a">Amount:</label>' +
      '<input name="a" id="a"></div></form>',
    { h: ["No."], a: ["Nor this."], gone: ["Nor that."] },
    ["h: No.", "Amount: Nor this.", "gone: Nor that."],
    '<form id="it"><input type="hidden" name="h"><div hidden=""><label for="a">Amount:</label>' +
      '<input name="a" id="a"></div></form>',
  ],
  "a field in a closed details, which opens": [
    '<form id="it"><details><summary>More</summary><input name="a" id="a"></details></form>',
    { a: ["No."] },
    [],
    `<form id="it"><details open=""><summary>More</summary>${said("a_error", "a", "No.")}` +
      `<input name="a" id="a" ${wrong("a_error")}></details></form>`,
    '<form id="it"><details open=""><summary>More</summary><input name="a" id="a"></details></form>',
  ],
  "the form's own, and those of the attribute form": [
    '<form><input name="a"></form><form id="it"></form><input name="a" id="a" form="it">',
    { a: ["No."] },
    [],
    `<form><input name="a"></form><form id="it"></form>${said("a_error", "a", "No.")}` +
      `<input name="a" id="a" form="it" ${wrong("a_error")}>`,
  ],
  "a place of the site's": [
    '<form id="it"><input name="a" id="a"><div data-mizan-errors="a"></div></form>',
    { a: ["No."] },
    [],
    `<form id="it"><input name="a" id="a" ${wrong("a_error")}><div data-mizan-errors="a">` +
      `${said("a_error", "a", "No.")}</div></form>`,
  ],
  "names that shadow what a form has": [
    '<form id="it"><input name="elements" id="a"><input name="closest"><input name="contains">' +
      '<input name="id"><input name="querySelector"></form>',
    { elements: ["No."] },
    [],
    `<form id="it">${said("a_error", "elements", "No.")}<input name="elements" id="a" ${wrong("a_error")}>` +
      '<input name="closest"><input name="contains"><input name="id"><input name="querySelector"></form>',
  ],
  "the same where checkboxes of one name stand in the form itself": [
    `<form id="it"><input type="checkbox" name="a" id="a_0"><input type="checkbox" name="a">${SHADOWS}</form>`,
    { a: ["No."] },
    [],
    `<form id="it">${said("a_error", "a", "No.")}` +
      `<input type="checkbox" name="a" id="a_0" ${wrong("a_error")}>` +
      `<input type="checkbox" name="a" ${wrong("a_error")}>${SHADOWS}</form>`,
  ],
  "a control by itself": [
    '<input name="a" id="it">',
    { a: ["No."] },
    [],
    said("it_error", "a", "No.") + `<input name="a" id="it" ${wrong("it_error")}>`,
  ],
  "what a button includes": [
    '<table><tbody><tr><td><input name="a" id="a"></td>' +
      '<td><button id="it" hx-post="/x/" hx-include="closest tr">Go</button></td></tr>' +
      '<tr><td><input name="a"></td></tr></tbody></table>',
    { a: ["No."] },
    [],
    `<table><tbody><tr><td>${said("a_error", "a", "No.")}<input name="a" id="a" ${wrong("a_error")}></td>` +
      '<td><button id="it" hx-post="/x/" hx-include="closest tr">Go</button></td></tr>' +
      '<tr><td><input name="a"></td></tr></tbody></table>',
  ],
  "parts of a date in a cell of a table": [
    '<form id="it"><table><tbody><tr><td><input name="d_year" id="d_year"><input name="d_month">' +
      "</td></tr></tbody></table></form>",
    { d: ["No."] },
    [],
    `<form id="it"><table><tbody><tr><td>${said("d_year_error", "d", "No.")}` +
      `<input name="d_year" id="d_year" ${wrong("d_year_error")}>` +
      `<input name="d_month" ${wrong("d_year_error")}></td></tr></tbody></table></form>`,
  ],
  "a wrapper that says which field it is": [
    '<form id="it"><div data-mizan-field="when"><input name="when_0" id="w_0">' +
      '<input name="when_1" id="w_1"></div></form>',
    { when: ["No."] },
    [],
    `<form id="it"><div data-mizan-field="when">${said("w_error", "when", "No.")}` +
      `<input name="when_0" id="w_0" ${wrong("w_error")}>` +
      `<input name="when_1" id="w_1" ${wrong("w_error")}></div></form>`,
  ],
};

describe("messages at fields", () => {
  for (const [name, [before, fields, left, after, former = before]] of Object.entries(CASES)) {
    it(`are shown at ${name}, and go again`, async () => {
      document.activeElement.blur();
      await put(before);
      expect(show(fields)).to.deep.equal(left);
      expect(html()).to.equal(after);
      expect(document.activeElement).to.equal(document.body);
      clear();
      expect(html()).to.equal(former);
    });
  }

  const NAMES = {
    "items.0.name": ["items.0.name", "items[0][name]", "items-0-name"],
    "address.street": ["address.street", "address[street]", "address-street", "address"],
    name: ["form-0-name", "name_0"],
    tags: ["tags[]"],
    "items.0": ["items"],
    when: ["when_year"],
  };
  for (const [key, names] of Object.entries(NAMES)) {
    for (const name of names) {
      it(`for ${key} are shown at ${name}`, async () => {
        await put(`<form id="it"><input name="${name}" id="a"></form>`);
        expect(show({ [key]: ["No."] })).to.deep.equal([]);
        expect(find("#a").getAttribute("aria-describedby")).to.equal("a_error");
      });
    }
  }

  it("are shown at the one of several fields of a list that is wrong", async () => {
    await put(
      `<form id="it"><input name="tags"><input name="tags" id="t1"><input name="tags" disabled></form>`,
    );
    expect(show({ "tags.1": ["No."] })).to.deep.equal([]);
    expect([...find("#it").querySelectorAll("[aria-invalid]")]).to.deep.equal([find("#t1")]);
  });

  it("are handed back where a bare name may mean each of several rows", async () => {
    await put(`<form id="it"><input name="form-0-name"><input name="form-1-name"></form>`);
    expect(show({ name: ["No."] })).to.deep.equal(["name: No."]);
  });

  it("take the place of those that were there", async () => {
    await put(`<form id="it"><input name="a" id="a" aria-invalid="false"><input name="b" id="b"></form>`);
    show({ a: ["One."], b: ["Two."] });
    expect(show({ a: ["Three."] })).to.deep.equal([]);
    expect(lists()).to.deep.equal(["Three."]);
    clear();
    expect(find("#a").getAttribute("aria-invalid")).to.equal("false");
    expect(find("#b").hasAttribute("aria-invalid")).to.equal(false);
  });
});

describe("a message at a field", () => {
  const FORM = `<form id="it"><input name="a" id="a" value="x"><input name="b" id="b">
    <button type="button">B</button><input type="radio" name="r" value="1" id="r1">
    <input type="radio" name="r" value="2" id="r2"><input type="reset" id="reset"></form>`;
  const pointer = (name) => find("button").dispatchEvent(new PointerEvent(name, { bubbles: true }));

  beforeEach(async () => {
    await put(FORM);
    show({ a: ["One."], b: ["Two."], r: ["Three."] });
  });

  it("stays while its field is corrected, and while it is as it was", async () => {
    type(find("#a"), "xy");
    await rest();
    expect(lists()).to.have.length(3);
    type(find("#a"), "x");
    leave(find("#a"));
    await rest();
    expect(lists()).to.have.length(3);
  });

  it("goes when its field has another value, but not while the pointer is down", async () => {
    type(find("#a"), "xy");
    pointer("pointerdown");
    leave(find("#a"));
    await rest();
    expect(lists()).to.have.length(3);
    pointer("pointerup");
    await until(() => lists().length === 2);
    expect(lists()).to.deep.equal(["Two.", "Three."]);
  });

  it("goes from all radio buttons of a group", async () => {
    find("#r2").click();
    await until(() => lists().length === 2);
    expect(lists()).to.deep.equal(["One.", "Two."]);
    expect(find("#r1").hasAttribute("aria-invalid")).to.equal(false);
  });

  it("goes when its form is reset", async () => {
    find("#reset").click();
    await until(() => !lists().length);
  });
});
