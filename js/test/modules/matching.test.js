/* Which element of a fresh block is which of the block on the page: by a name of its own, or by its row. */

import { expect } from "chai";
import { match } from "../../src/preserve/matching.js";

const parse = (html) => {
  const block = document.createElement("section");
  block.innerHTML = html;
  return block;
};

/* Return the elements with a title, each with the title of its twin, if there is one. */
const pairs = (former, fresh) => {
  const [block, now] = [former, fresh].map(parse);
  const all = [...block.querySelectorAll("[title]")];
  const read = (elements) => {
    const { twinOf } = match(block, now);
    return new Map(elements.map((it) => [it, it.title + (twinOf(it)?.title ?? "")]));
  };
  // In whatever order they are asked for.
  const [straight, reversed] = [read(all), read([...all].reverse())];
  expect(all.map((it) => reversed.get(it))).to.deep.equal([...straight.values()]);
  return [...straight.values()].join(" ");
};

/* A form with one field, as Django writes it without a prefix. */
const note = (title, { key = "", text = "", id = "" } = {}) =>
  `<form${id && ` id="${id}"`}><input type="hidden" name="csrfmiddlewaretoken" value="${text.length}${title}">` +
  (key && `<input type="hidden" name="item" value="${key}">`) +
  `<label for="id_note">${text}</label><input name="note" id="id_note" title="${title}"></form>`;

/* A form for each letter, with the key and the text that stand at its place. */
const notes = (titles, { keys = "", texts = "" } = {}) =>
  [...titles].map((title, at) => note(title, { key: keys[at]?.trim(), text: texts[at]?.trim() })).join("");

/* The same for each letter. */
const each = (html, titles) => [...titles].map((title) => html.replaceAll("@", title)).join("");

const inOrder = (values, html) => [...values].map((value, at) => html(value, at)).join("");

const CASES = {
  // Nothing tells the rows apart but their place.
  place: [notes("abc"), notes("xyz"), "ax by cz"],
  "place of more": [notes("ab"), notes("xyz"), "ax by"],
  "place of fewer": [notes("abc"), notes("xy"), "ax by c"],
  // Their hidden field does.
  key: [notes("abc", { keys: "123" }), notes("xyz", { keys: "312" }), "ay bz cx"],
  "key of a row that has gone": [notes("abc", { keys: "123" }), notes("xy", { keys: "13" }), "ax b cy"],
  "key of the last but one": [notes("ab", { keys: "12" }), notes("x", { keys: "2" }), "a bx"],
  "key of a new row": [notes("a", { keys: "2" }), notes("xy", { keys: "12" }), "ay"],
  "key of two new rows": [notes("a", { keys: "2" }), notes("xy", { keys: "34" }), "a"],
  "key of a row in place of another": [
    notes("abc", { keys: "123" }),
    notes("xyz", { keys: "143" }),
    "ax b cz",
  ],
  "key of another page": [notes("abc", { keys: "123" }), notes("xyz", { keys: "456" }), "a b c"],
  "key before text": [
    notes("ab", { keys: "12", texts: "pq" }),
    notes("xy", { keys: "21", texts: "pq" }),
    "ay bx",
  ],
  "a form to add one": [notes("ab", { keys: "1 " }), notes("x"), "a bx"],
  "a form to add one, below more": [notes("ab", { keys: "1 " }), notes("xyz", { keys: "12 " }), "ax bz"],
  "one form about something else": [notes("a", { keys: "1" }), notes("x", { keys: "2" }), "ax"], // or a version
  // Their text does.
  text: [notes("abc", { texts: "pqr" }), notes("xyz", { texts: "rpq" }), "ay bz cx"],
  "text of a row that has gone": [notes("abc", { texts: "pqr" }), notes("xy", { texts: "pr" }), "ax b cy"],
  "text of a queue": [notes("abc", { texts: "pqr" }), notes("xyz", { texts: "qrs" }), "a bx cy"],
  "text of a row that has changed": [
    notes("abc", { texts: "pqr" }),
    notes("xyz", { texts: "psr" }),
    "ax by cz",
  ],
  "text that is the same": [notes("abc", { texts: "ppp" }), notes("wxyz", { texts: "pppp" }), "aw bx cy"],
  "text of the only row": [notes("abc", { texts: "pqr" }), notes("x", { texts: "q" }), "a bx c"],
  "text of which a part has changed": [
    each("<p>@ of 3 <input name='n' title='@'></p>", "123"),
    each("<p>@ of 4 <input name='n' title='@'></p>", "0213"),
    "11 22 33",
  ],
  "text of the only row, of which a part has changed": [
    each("<p>@ of 3 <input name='n' title='@'></p>", "123"),
    each("<p>@ of 4 <input name='n' title='@'></p>", "2"),
    "1 22 3",
  ],
  "text that is a number": [
    "<p>Count 5 <input name='n' title='a'></p><p>Count 7 <input name='n' title='b'></p>",
    "<p>Count 6 <input name='n' title='x'></p><p>Count 8 <input name='n' title='y'></p>",
    "ax by",
  ],
  // An address does.
  address: [
    each('<li><a href="/@/"></a><input name="n" title="@"></li>', "123"),
    each('<li><a href="/@/"></a><input name="n" title="@"></li>', "032"),
    "1 22 33",
  ],
  "arguments of a call": [
    each(`<form hx-post='/call/' hx-vals='{"item":@}'><input name='n' title='@'></form>`, "12"),
    each(`<form hx-post='/call/' hx-vals='{"item":@}'><input name='n' title='@'></form>`, "21"),
    "11 22",
  ],
  "value of a button": [
    each('<p><input name="n" title="@"><button name="send" value="@">Send</button></p>', "123"),
    each('<p><input name="n" title="@"><button name="send" value="@">Send</button></p>', "31"),
    "11 2 33",
  ],
  "value of a box": [
    each('<tr-x><input type="checkbox" name="all" value="@"><input name="n" title="@"></tr-x>', "123"),
    each('<tr-x><input type="checkbox" name="all" value="@"><input name="n" title="@"></tr-x>', "231"),
    "11 22 33",
  ],
  // A version in the row is no key where there is a better one, however few stay.
  "version beside the key": [
    each(
      '<p><input type="hidden" name="v" value="@1"><input type="hidden" name="id" value="@">' +
        '<input name="n" title="@"></p>',
      "12",
    ),
    each(
      '<p><input type="hidden" name="v" value="@2"><input type="hidden" name="id" value="@">' +
        '<input name="n" title="@"></p>',
      "21",
    ),
    "11 22",
  ],
  // Containers.
  "data-key": [
    each('<li data-key="@"><input name="n" title="@"></li>', "123"),
    each('<li data-key="@"><p><input name="n" title="@"></p></li>', "324"),
    "1 22 33",
  ],
  "data-key of the only row": [
    '<li data-key="1"><input name="n" title="a"></li>',
    '<li data-key="2"><input name="n" title="x"></li>',
    "a",
  ],
  "data-id on the row and on its button": [
    each('<li data-id="@"><input name="n" title="@"><button data-id="@">Delete</button></li>', "123"),
    each('<li data-id="@"><input name="n" title="@"><button data-id="@">Delete</button></li>', "23"),
    "1 22 33",
  ],
  "data-key in each of two lists": [
    inOrder(
      "pq",
      (ul) => `<ul id="${ul}">${each(`<li data-key="@"><i title="${ul}@"></i></li>`, "12")}</ul>`,
    ),
    inOrder(
      "pq",
      (ul) => `<ul id="${ul}">${each(`<li data-key="@"><i title="${ul}@"></i></li>`, "21")}</ul>`,
    ),
    "p1p1 p2p2 q1q1 q2q2",
  ],
  "rows with an id of their own": [
    inOrder("123", (id) => note(id, { id: `r${id}` })),
    inOrder("031", (id) => note(id, { id: `r${id}` })),
    "11 2 33",
  ],
  "containers with one id": [
    each('<div id="row"><details id="more" title="@"><summary>@</summary></details></div>', "123"),
    each('<div id="row"><details id="more" title="@"><summary>@</summary></details></div>', "31"),
    "11 2 33",
  ],
  "an empty id": [
    each('<div id=""><b>@</b><input id="" name="n" title="@"></div>', "123"),
    each('<div id=""><b>@</b><input id="" name="n" title="@"></div>', "213"),
    "11 22 33",
  ],
  "an id that comes twice now": [note("a", { text: "p" }), notes("xy", { texts: "qp" }), "ay"],
  "an id that came twice": [notes("ab", { texts: "pq" }), note("x", { text: "q" }), "a bx"],
  "an id that has gone": ['<input id="a" title="a"><input title="b">', '<input title="x">', "a bx"],
  "an id that is new": ['<input title="b">', '<input id="a" title="x"><input title="y">', "by"],
  "an id on another element": ['<input id="a" title="a">', '<textarea id="a" title="x"></textarea>', "ax"],
  // Rows within rows.
  "rows in sections": [
    inOrder("ab", (it) => `<div><h2>${it}</h2>${notes(it + it.toUpperCase(), { keys: "12" })}</div>`),
    inOrder("xba", (it) => `<div><h2>${it}</h2>${notes(it.toUpperCase() + it, { keys: "21" })}</div>`),
    "aa AA bb BB",
  ],
  "one section becomes two": [
    `<div><h2>P</h2>${notes("ab", { keys: "12" })}</div>`,
    `<div><h2>O</h2>${notes("xy", { keys: "34" })}</div><div><h2>P</h2>${notes("vw", { keys: "12" })}</div>`,
    "av bw",
  ],
  "one of a kind inside another": [
    each('<ul title="@"><li><ul title="@@"><li>@</li></ul></li></ul>', "12"),
    each('<ul title="@"><li>+<ul title="@@"><li>@</li></ul></li></ul>', "12"),
    "11 1111 22 2222",
  ],
  // Lists without rows.
  "names before": [
    each("<label>@</label><input name='n' title='@'>", "123"),
    each("<label>@</label><input name='n' title='@'>", "023"),
    "10 22 33",
  ],
  "names after": [
    each("<input name='n' type='checkbox' title='@'> @ <br>", "123"),
    each("<input name='n' type='checkbox' title='@'> @ <br>", "23"),
    "1 22 33",
  ],
  "names after a form that its controls shadow": [
    each("<form title='@'><input name='nextSibling'><input name='previousSibling'></form> @ <br>", "123"),
    each("<form title='@'><input name='nextSibling'><input name='previousSibling'></form> @ <br>", "23"),
    "1 22 33",
  ],
  terms: [
    each("<dt>@</dt><dd><input name='n' title='@'></dd>", "123"),
    each("<dt>@</dt><dd><input name='n' title='@'></dd>", "13"),
    "11 2 33",
  ],
  "keys between": [
    each("<input type='hidden' name='item' value='@'><input name='n' title='@'>", "123"),
    each("<input type='hidden' name='item' value='@'><input name='n' title='@'>", "312"),
    "11 22 33",
  ],
  // Kinds.
  "another name": ['<input name="a" title="a">', '<input name="b" title="x">', "a"],
  "another type": ['<input type="text" name="a" title="a">', '<input type="date" name="a" title="x">', "a"],
  "radio buttons in each row": [
    each(
      "<form><b>@</b><input type='radio' name='w' value='p' title='@p'>" +
        "<input type='radio' name='w' value='q' title='@q'></form>",
      "12",
    ),
    each(
      "<form><b>@</b><input type='radio' name='w' value='q' title='@q'>" +
        "<input type='radio' name='w' value='p' title='@p'></form>",
      "21",
    ),
    "1p1p 1q1q 2p2p 2q2q",
  ],
  "choices of which one is new": [
    inOrder("abc", (v, at) => `<input type="radio" name="w" id="id_w_${at}" value="${v}" title="${v}">`),
    inOrder("zac", (v, at) => `<input type="radio" name="w" id="id_w_${at}" value="${v}" title="${v}">`),
    "aa b cc",
  ],
  "choices of which one is new, in each row": [
    inOrder("12", (row) => {
      const box = (v, at) =>
        `<input type="checkbox" name="w" id="id_w_${at}" value="${v}" title="${row}${v}">`;
      return `<p><b>${row}</b>${inOrder("ab", box)}</p>`;
    }),
    inOrder("21", (row) => {
      const box = (v, at) =>
        `<input type="checkbox" name="w" id="id_w_${at}" value="${v}" title="${row}${v}">`;
      return `<p><b>${row}</b>${inOrder("zab", box)}</p>`;
    }),
    "1a1a 1b1b 2a2a 2b2b",
  ],
  "boxes with an id of their own": [
    each('<input type="checkbox" name="done" id="d@" title="@">', "123"),
    each('<input type="checkbox" name="done" id="d@" title="@">', "034"),
    "1 2 33",
  ],
  looks: [
    '<div class="pane" title="a"></div>',
    '<div class="alert" title="x"></div><div class="pane" title="y"></div>',
    "ay",
  ],
  "around it": ["<p><input name='n' title='a'></p>", "<div><p><input name='n' title='x'></p></div>", "ax"],
};

describe("the twin of an element", () => {
  for (const [name, [former, fresh, found]] of Object.entries(CASES)) {
    it(`is known by ${name}`, () => {
      expect(pairs(former, fresh)).to.equal(found);
    });
  }

  it("is that of no other one", () => {
    const row = '<li><input name="n" title="@"><b>@</b></li>';
    const found = pairs(each(row, "abcdefgh"), each(row, "hgxayfbz")).split(" ");
    const twins = found.map((pair) => pair.slice(1)).filter(Boolean);
    expect(new Set(twins)).to.have.lengthOf(twins.length);
    expect(found[0]).to.equal("aa");
  });

  it("is none for what is left out, and for what is in it", () => {
    const [block, fresh] = [
      '<p><input name="a"></p><input name="b">',
      '<p><input name="a"></p><input name="b">',
    ].map(parse);
    const { leaveOut, twinOf } = match(block, fresh);
    leaveOut(block.querySelector("p"), fresh.querySelector("p"));
    expect(twinOf(block.querySelector("[name=b]"))).to.equal(fresh.querySelector("[name=b]"));
    expect(twinOf(block.querySelector("p"))).to.equal(null);
    expect(twinOf(block.querySelector("[name=a]"))).to.equal(null);
  });
});
