/* A form that is validated while it is filled in, and merged with what the server says of it. */

import {
  expect,
  find,
  hurry,
  leave,
  page,
  rest,
  serve,
  start,
  startAlso,
  type,
  until,
} from "../helpers/index.js";

hurry(5);
start();
await startAlso("forms");

const URL = "/validate/";
const fields = (more = {}) => {
  const names = ["name", "city"];
  return names.map((name) => {
    const text = more[name];
    const wrong = text ? ` aria-invalid="true" aria-describedby="${name}_error"` : "";
    const list = text ? `<ul class="errorlist" id="${name}_error"><li>${text}</li></ul>` : "";
    return `<p data-mizan-field="${name}">${list}<input name="${name}" id="id_${name}"${wrong}></p>`;
  });
};
const form = (more) =>
  `<form id="f" data-mizan-form="contact" data-mizan-validate="${URL}" action="/send/" method="post">
    <div data-mizan-status tabindex="-1"></div>${fields(more).join("")}<button>Send</button></form>`;

const errors = () => [...find("#f").querySelectorAll(".errorlist")].map(({ textContent }) => textContent);

describe("a form that is filled in", () => {
  it("is not checked by the browser", async () => {
    await page(form());
    await until(() => find("#f").noValidate);
  });

  it("is validated when a field is left, and keeps its controls and what is typed", async () => {
    await page(form());
    const requests = serve(() => form({ name: "Too short." }));
    const name = find("#id_name");
    type(name, "A");
    await rest();
    expect(requests).to.deep.equal([]);
    leave(name);
    await until(() => errors().length);
    expect(errors()).to.deep.equal(["Too short."]);
    expect(find("#id_name")).to.equal(name);
    expect([name.value, name.getAttribute("aria-invalid")]).to.deep.equal(["A", "true"]);
    const [{ method, path, headers, body }] = requests;
    expect([method, path, headers.get("HX-Request")]).to.deep.equal(["POST", URL, "true"]);
    expect(body.getAll("mizan_touched")).to.deep.equal(["name"]);
  });

  it("loses an error as soon as that is corrected", async () => {
    await page(form());
    let wrong = { name: "Too short." };
    serve(() => form(wrong));
    type(find("#id_name"), "A");
    leave(find("#id_name"));
    await until(() => errors().length);
    wrong = {};
    type(find("#id_name"), "Ada");
    await until(() => !errors().length);
    expect(find("#id_name").hasAttribute("aria-invalid")).to.equal(false);
  });

  it("names all of it when every field was left", async () => {
    await page(form());
    const requests = serve(() => form());
    for (const name of ["name", "city"]) {
      type(find(`#id_${name}`), "A");
      leave(find(`#id_${name}`));
    }
    await until(() => requests.at(-1)?.body.getAll("mizan_touched").includes("__all__"));
  });

  it("keeps what a script has added, and its classes", async () => {
    await page(form());
    serve(() => form({ name: "Too short." }));
    find("#f").insertAdjacentHTML("beforeend", '<p data-mizan-keep id="kept">Mine</p>');
    find("#id_name").classList.add("picked");
    type(find("#id_name"), "A");
    leave(find("#id_name"));
    await until(() => errors().length);
    expect(find("#kept").textContent).to.equal("Mine");
    expect(find("#id_name").className).to.equal("picked");
  });

  it("ignores what fails, and what another site would say", async () => {
    await page(form());
    serve(() => ({ status: 500, body: form({ name: "Too short." }) }));
    type(find("#id_name"), "A");
    leave(find("#id_name"));
    await rest(100);
    expect(errors()).to.deep.equal([]);
    find("#f").dataset.mizanValidate = "https://evil.test/";
    const requests = serve(() => form({ name: "Too short." }));
    leave(find("#id_name"));
    await rest(100);
    expect(requests).to.deep.equal([]);
  });

  it("waits for the pointer, so that nothing moves under it", async () => {
    await page(form());
    const requests = serve(() => form({ name: "Too short." }));
    type(find("#id_name"), "A");
    document.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    leave(find("#id_name"));
    await until(() => requests.length);
    await rest(100);
    expect(errors()).to.deep.equal([]);
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    await until(() => errors().length);
  });
});
