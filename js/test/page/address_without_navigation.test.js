/* A browser without the Navigation API: what htmx and visitors do to the address is followed, too. */

import { answer, list, push, replace, search, showAt, shown } from "../helpers/address.js";
import { expect, find, rest, start, until } from "../helpers/index.js";

/* As where there is none: an element of that name stands in its place. */
Object.defineProperty(window, "navigation", { configurable: true, value: document.createElement("img") });
start();

const LINK = '<a href="#" hx-get="/tickets/" hx-target="#out" hx-%-url="?">Next</a><div id="out"></div>';

afterEach(() => replace(""));

for (const way of ["push", "replace"]) {
  it(`follows what htmx has done: ${way}`, async () => {
    const link = LINK.replace("%", way).replace("?", search("page=2"));
    await showAt("", list("list") + list("badge") + link);
    const asked = answer(undefined, () => "<p>There</p>");
    find("a").click();
    await until(() => shown("list").page === "2" && shown("badge").page === "2");
    await rest();
    expect(asked).to.have.length(1);
  });
}

it("follows visitors between entries of a script, and the script at the next occasion", async () => {
  await showAt("page=1", list("list", { page: "1" }));
  history.replaceState({ own: true }, "");
  const asked = answer();
  push("page=2");
  find("#list").after("something else");
  await until(() => shown("list").page === "2");
  history.replaceState({ own: true }, "");
  history.back();
  await until(() => shown("list").page === "1");
  expect(asked.length).to.be.below(3);
});
