/* A form that the server renders: checked while it is filled in, and merged with what it is answered. */

import {
  expect,
  find,
  hearAll,
  leave,
  page,
  rest,
  serve,
  start,
  startAlso,
  type,
  until,
} from "../helpers/index.js";

start();
await startAlso("forms");

const NOTICES = ["0", "401", "CSRF", "error"].map(
  (name) => `<template data-mizan-notice="${name}"><p>notice ${name}</p></template>`,
);

const field = (name, value, error) =>
  `<div data-mizan-field="${name}"><label for="id_${name}">${name}</label>` +
  (error ? `<ul class="errorlist" id="id_${name}_error"><li>${error}</li></ul>` : "") +
  `<input name="${name}" id="id_${name}" value="${value}"` +
  (error ? ` aria-invalid="true" aria-describedby="id_${name}_error">` : ">") +
  "</div>";

/* The form as the server renders it, with these errors by field. */
const form = (errors = {}, values = {}) =>
  '<form id="contact" method="post" action="/forms/contact/" data-mizan-form="contact" data-mizan-validate="/forms/contact/validate/">' +
  '<div role="status" tabindex="-1" data-mizan-status></div>' +
  ["name", "email"].map((name) => field(name, values[name] ?? "", errors[name])).join("") +
  `<button>Send</button><div role="alert" data-mizan-alert></div>${NOTICES.join("")}</form>`;

const input = (name) => find(`[name=${name}]`);
const errorsOf = (name) =>
  [...find("form").querySelectorAll(`[data-mizan-field=${name}] li`)].map(({ textContent }) => textContent);

describe("a form that is filled in", () => {
  it("is checked when a field was left, and says what is wrong with that one", async () => {
    await page(form());
    const requests = serve(() => form({ name: "Too short." }));
    type(input("name"), "A");
    expect(requests).to.deep.equal([]);
    leave(input("name"));
    await until(() => errorsOf("name").length);
    expect(errorsOf("name")).to.deep.equal(["Too short."]);
    expect(requests[0].path).to.equal("/forms/contact/validate/");
    expect(requests[0].body.getAll("mizan_touched")).to.deep.equal(["name"]);
    expect(requests[0].body.get("name")).to.equal("A");
    expect(input("name").getAttribute("aria-invalid")).to.equal("true");
  });

  it("is checked again while a field with an error is typed in, once it is quiet", async () => {
    await page(form());
    serve(() => form({ name: "Too short." }));
    type(input("name"), "A");
    leave(input("name"));
    await until(() => errorsOf("name").length);
    const requests = serve(() => form());
    for (const text of ["Ad", "Ada", "Ada L"]) type(input("name"), text);
    await until(() => !errorsOf("name").length);
    expect(requests.map(({ body }) => body.get("name"))).to.deep.equal(["Ada L"]);
    expect(input("name").getAttribute("aria-invalid")).to.equal(null);
  });

  it("keeps its controls, what is in them, and the focus", async () => {
    await page(form());
    serve(() => form({ name: "Too short." }, { email: "other@example.com" }));
    const [name, email] = [input("name"), input("email")];
    type(name, "A");
    leave(name);
    type(email, "a@b");
    await until(() => errorsOf("name").length);
    expect([input("name"), input("email")]).to.deep.equal([name, email]);
    expect(email.value).to.equal("a@b");
    expect(document.activeElement).to.equal(email);
  });

  it("is not checked at a URL of another site", async () => {
    await page(form().replace("/forms/contact/validate/", "https://evil.test/"));
    const requests = serve(() => form());
    type(input("name"), "A");
    leave(input("name"));
    await rest();
    expect(requests).to.deep.equal([]);
  });
});

describe("a form that is sent", () => {
  const send = async (answer) => {
    await page(`<div>${form()}</div>`);
    type(input("name"), "Ada");
    const requests = serve(answer);
    find("button").click();
    await until(() => requests.length);
    return requests;
  };

  it("is replaced by the response to a success", async () => {
    const [request] = await send(() => '<p tabindex="-1" data-mizan-status>Thank you</p>');
    await until(() => find("p"));
    expect(request.body.get("name")).to.equal("Ada");
    expect(find("form")).to.equal(null);
    expect(document.activeElement).to.equal(find("p"));
  });

  it("is busy and is not sent twice while it is under way", async () => {
    const requests = await send(async () => {
      await rest();
      return form();
    });
    expect(find("form").getAttribute("aria-busy")).to.equal("true");
    find("form").requestSubmit();
    await rest(20);
    expect(requests).to.have.length(1);
    await until(() => find("form")?.getAttribute("aria-busy") !== "true");
  });

  it("shows its errors and moves to the first one, when it was refused", async () => {
    await send(() => ({ status: 422, body: form({ email: "Missing." }) }));
    await until(() => errorsOf("email").length);
    expect(input("name").value).to.equal("Ada");
    expect(document.activeElement).to.equal(input("email"));
  });

  for (const [name, answer, notice] of [
    ["there was no response", null, "0"],
    ["the session has ended", { status: 401 }, "401"],
    [
      "its token is too old",
      { status: 403, headers: { "X-Mizan-Error": "CSRF", "X-Mizan-Refused": "csrf" } },
      "CSRF",
    ],
    ["the server has failed", { status: 500, body: "<h1>Error</h1>" }, "error"],
    ["a login page came", { body: "<h1>Sign in</h1>", url: new URL("/login/", location.origin) }, "401"],
  ]) {
    it(`keeps what was entered and says so, when ${name}`, async () => {
      await send(() => answer);
      await until(() => find("[data-mizan-alert]").textContent);
      expect(find("[data-mizan-alert]").textContent).to.equal(`notice ${notice}`);
      expect(input("name").value).to.equal("Ada");
      expect(find("h1")).to.equal(null);
    });
  }

  it("is checked no more", async () => {
    await page(form());
    type(input("name"), "A");
    leave(input("name"));
    const requests = serve(() => "<p>Thank you</p>");
    find("button").click();
    await until(() => find("p:not([data-mizan-alert] *, template *)"));
    await rest(50);
    expect(requests.filter(({ isAborted }) => !isAborted).map(({ path }) => path)).to.deep.equal([
      "/forms/contact/",
    ]);
  });
});

describe("a formset", () => {
  const row = (number, more = "") =>
    `<fieldset data-mizan-row="card-${number}"><legend>Card <span data-mizan-row-number></span></legend>` +
    `<div data-mizan-row-body><input name="card-${number}-title" id="id_card-${number}-title">` +
    `<input type="number" name="card-${number}-ORDER" hidden>${more}` +
    '<div data-mizan-row-actions hidden><button type="button" data-mizan-up>Up</button>' +
    '<button type="button" data-mizan-down>Down</button><button type="button" data-mizan-remove>Remove</button></div></div>' +
    '<p data-mizan-row-removed hidden><button type="button" data-mizan-undo>Undo</button></p></fieldset>';
  const DELETE = '<span data-mizan-plain><input type="checkbox" name="card-0-DELETE"></span>';
  const formset = (max = 3) =>
    `<form id="cards" method="post" action="/forms/cards/" data-mizan-form="cards" data-mizan-formset="card" data-mizan-min="0" data-mizan-max="${max}">` +
    '<div data-mizan-status></div><input type="hidden" name="card-TOTAL_FORMS" value="1">' +
    '<input type="hidden" name="card-INITIAL_FORMS" value="1">' +
    `<div data-mizan-rows>${row(0, DELETE)}</div><template data-mizan-empty-row>${row("__prefix__")}</template>` +
    '<button type="button" data-mizan-add hidden>Add</button><button>Save</button></form>';
  const rows = () => [...find("form").querySelectorAll("[data-mizan-row]")];
  const press = (name, at) =>
    (at === undefined ? find("form") : rows()[at]).querySelector(`[data-mizan-${name}]`).click();
  const total = () => find("[name=card-TOTAL_FORMS]").value;

  it("gets a row, with its number and the focus, until there are enough", async () => {
    await page(formset());
    expect(find("[data-mizan-add]").hidden).to.equal(false);
    const changes = hearAll("mizan:rows");
    press("add");
    expect(rows().map(({ dataset }) => dataset.mizanRow)).to.deep.equal(["card-0", "card-1"]);
    expect(document.activeElement.name).to.equal("card-1-title");
    expect(total()).to.equal("2");
    press("add");
    expect(find("[data-mizan-add]").hidden).to.equal(true);
    expect(changes).to.have.length(2);
  });

  it("has its new rows numbered without gaps", async () => {
    await page(formset(9));
    for (let count = 0; count < 3; count += 1) press("add");
    type(find("[name=card-3-title]"), "third");
    press("remove", 1);
    expect(rows().map(({ dataset }) => dataset.mizanRow)).to.deep.equal(["card-0", "card-1", "card-2"]);
    expect(find("[name=card-2-title]").value).to.equal("third");
    expect(total()).to.equal("3");
  });

  it("marks a row that the server has, which can be taken back", async () => {
    await page(formset());
    press("remove", 0);
    expect(find("[name=card-0-DELETE]").checked).to.equal(true);
    expect(find("[data-mizan-row-body]").hidden).to.equal(true);
    expect(find("[data-mizan-row-removed]").hidden).to.equal(false);
    press("undo", 0);
    expect(find("[name=card-0-DELETE]").checked).to.equal(false);
    expect(find("[data-mizan-row-body]").hidden).to.equal(false);
    expect(total()).to.equal("1");
  });

  it("sends its rows in their order on the page, and none for an empty one", async () => {
    await page(formset(9));
    press("add");
    type(find("[name=card-1-title]"), "new");
    press("add");
    press("up", 1);
    const requests = serve(() => ({ status: 204 }));
    find("form").requestSubmit();
    await until(() => requests.length);
    const { body } = requests[0];
    expect(["card-0-ORDER", "card-1-ORDER", "card-2-ORDER"].map((name) => body.get(name))).to.deep.equal([
      "2",
      "1",
      "",
    ]);
  });
});
