/* What becomes of an attribute that scripts have set, when the server sends it again. */

import { expect } from "chai";
import { isSame, writeChange } from "../../src/preserve/values.js";

const withAttribute = (name, value) => {
  const element = document.createElement("div");
  if (value !== null) element.setAttribute(name, value);
  return element;
};

/* Write what becomes of an attribute: in the old element, where it was changed from `was` to `live`, and in a new
   one, which has what the server sends `now`. */
const written = (name, was, live, now) => {
  const old = withAttribute(name, live);
  const fresh = withAttribute(name, now);
  const change = { old, was, live, now, node: fresh.getAttributeNode(name) };
  return [old, fresh].map((place) => {
    writeChange(place, name, change);
    return place.getAttribute(name);
  });
};

const CASES = [
  // name, what the server had sent, what a script has made of it, what the server sends now, what it becomes
  ["title", "a", "b", "a", "b"],
  ["title", "a", "b", "c", "c"],
  ["title", "a", "b", null, null],
  ["title", null, "b", null, "b"],
  ["title", null, "b", "c", "c"],
  ["title", "a", null, "a", null],
  ["hidden", null, "", null, ""],
  ["class", "a", "a b", "a", "a b"],
  ["class", "a", "a b", "a c", "a c b"],
  ["class", "a", "a b", "c", "c b"],
  ["class", "a b", "a", "a b c", "a c"],
  ["class", null, "b", "c", "c b"],
  ["class", "a", "a b", null, "b"],
  ["class", "a", null, "a", null],
  ["class", "a", "b", null, "b"],
  ["style", "color: red", "color: red; width: 1px", "color: red", "color: red; width: 1px;"],
  ["style", "color: red", "color: blue", "color: red", "color: blue;"],
  ["style", "color: red", "color: blue", "color: green", "color: green;"],
  ["style", null, "width: 1px", "color: red", "color: red; width: 1px;"],
  ["style", "color: red", "color: red !important", "color: red", "color: red !important;"],
  ["style", "width: 1px", "", "width: 1px", ""],
  ["style", null, "width: 1px", null, "width: 1px;"],
];

/* The order of classes and of properties means nothing. */
const sorted = (name, value) => {
  if (value === null || !/^(class|style)$/.test(name)) return value;
  const separator = name === "class" ? /\s+/ : /;\s*/;
  return value.split(separator).filter(Boolean).sort();
};

describe("an attribute that scripts have set", () => {
  for (const [name, was, live, now, becomes] of CASES) {
    it(`${name} was ${was}, is ${live}, and is sent as ${now}: becomes ${becomes}`, () => {
      for (const found of written(name, was, live, now)) {
        expect(sorted(name, found)).to.deep.equal(sorted(name, becomes));
      }
    });
  }

  it("keeps the classes that htmx and the shim have put on the element", () => {
    const place = withAttribute("class", "a htmx-swapping mizan-stale");
    writeChange(place, "class", { old: document.body, was: "a", live: "a b", now: "a", node: null });
    expect(sorted("class", place.className)).to.deep.equal(["a", "b", "htmx-swapping", "mizan-stale"]);
  });

  it("is not written where it says the same", () => {
    const place = withAttribute("class", "b  a");
    writeChange(place, "class", { old: place, was: "a", live: "b  a", now: "a", node: null });
    expect(place.className).to.equal("b  a");
  });
});

describe("values of an attribute", () => {
  it("say the same", () => {
    expect(isSame("title", null, null)).to.equal(true);
    expect(isSame("title", null, "")).to.equal(false);
    expect(isSame("style", null, "")).to.equal(true);
    expect(isSame("class", "a b", " b a  htmx-request")).to.equal(true);
    expect(isSame("class", null, "mizan-stale")).to.equal(true);
    expect(isSame("class", "a", "a b")).to.equal(false);
  });
});
