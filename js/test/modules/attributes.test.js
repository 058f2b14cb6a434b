/* What the server has sent for attributes, beside what scripts have set. */

import { expect } from "chai";
import { adopt } from "../../src/htmx.js";
import * as attributes from "../../src/preserve/attributes.js";

const { LENT, catchUp, changesOf, forget, isChanged, isInserted, serve, served } = attributes;

adopt({ version: "4.0.1", config: {} });

/* What stands there before it starts is the server's. */
const root = document.createElement("main");
root.innerHTML =
  '<div class="a b" style="color: red" title="one"></div><input value="x"><input type="hidden" value="1">' +
  '<div id="block" data-mizan="user"></div>';
document.body.append(root);
attributes.start();

const [element, field, hidden, block] = root.children;
const state = (name) => [served(element, name), isChanged(element, name)];

describe("an attribute", () => {
  it("is the server's until a script sets it", () => {
    expect(state("title")).to.deep.equal(["one", false]);
    element.title = "two";
    element.lang = "en";
    catchUp();
    expect(state("title")).to.deep.equal(["one", true]);
    expect(state("lang")).to.deep.equal([null, true]);
    expect(changesOf(element)).to.deep.equal(["title", "lang"]);
  });

  it("is not changed when it is as it was", () => {
    element.title = "one";
    element.removeAttribute("lang");
    catchUp();
    expect(changesOf(element)).to.deep.equal([]);
  });

  it("is a list of names if it is a class, without those that htmx comes and goes with", () => {
    element.className = "b  a htmx-request mizan-stale";
    catchUp();
    expect(isChanged(element, "class")).to.equal(false);
    element.classList.add("open");
    catchUp();
    expect(state("class")).to.deep.equal(["a b", true]);
  });

  it("counts as sent by the server when that work sets it", () => {
    element.title = "three";
    expect(serve(() => element.setAttribute("title", "four") ?? "done")).to.equal("done");
    expect(state("title")).to.deep.equal(["four", false]);
    element.title = "five";
    catchUp();
    expect(state("title")).to.deep.equal(["four", true]);
    forget(element, "title");
    expect(state("title")).to.deep.equal(["five", false]);
  });

  it("is none that scripts have set, if it is of the shim, of htmx, or what is in a field", () => {
    block.id = "other";
    for (const name of ["data-mizan", "data-mizan-error", "hx-get", "data-hx-get", "aria-busy", "nonce"]) {
      element.setAttribute(name, "new");
    }
    field.setAttribute("value", "y");
    hidden.setAttribute("value", "2");
    catchUp();
    expect(changesOf(block)).to.deep.equal([]);
    expect(changesOf(element).filter((name) => !["class"].includes(name))).to.deep.equal([]);
    expect(changesOf(field)).to.deep.equal([]);
    expect(changesOf(hidden)).to.deep.equal(["value"]);
  });

  it("is none that scripts have set, if it was lent for a morph", () => {
    const row = document.createElement("form");
    root.append(row);
    catchUp();
    for (const name of ["id", "name"]) {
      row.setAttribute(name, `${LENT}1`);
      row.removeAttribute(name);
    }
    catchUp();
    expect(changesOf(row)).to.deep.equal([]);
    row.setAttribute("id", "of-a-script");
    catchUp();
    expect([served(row, "id"), isChanged(row, "id")]).to.deep.equal([null, true]);
  });
});

describe("an element", () => {
  it("is put in by the page, or by work of the server's", () => {
    const own = document.createElement("i");
    const sent = document.createElement("b");
    root.append(own);
    serve(() => root.append(sent));
    expect([own, sent, element].map(isInserted)).to.deep.equal([true, false, false]);
  });

  it("is the server's when a script moves it", () => {
    root.append(element);
    catchUp();
    expect(isInserted(element)).to.equal(false);
  });
});
