/* The scripts start in the order in which a page has them, once, and say what they miss. */

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { build, open, run } = require("./page.js");

const REST = [
  "mizan-together.js",
  "mizan-answers.js",
  "mizan-guard.js",
  "mizan-return.js",
  "mizan-state.js",
  "mizan-twins.js",
  "mizan-content.js",
  "mizan-keep.js",
  "mizan-swaps.js",
  "mizan-inserted.js",
  "mizan-blocks.js",
  "mizan-session.js",
  "mizan-fields.js",
  "mizan-errors.js",
  "mizan-notice.js",
  "mizan-after.js",
  "mizan-single-flight.js",
];

/* Count what listens to the document and to the window from now on. */
const count = (window) => {
  const counted = { listeners: 0 };
  for (const target of [window, window.document]) {
    const add = target.addEventListener;
    target.addEventListener = (...listener) => {
      counted.listeners += 1;
      add.call(target, ...listener);
    };
  }
  return counted;
};

for (const version of ["2.0.10", "2.0.11", "4.0.0-beta6", "4.0.1"]) {
  test(`all scripts start on htmx ${version}, and a second time do nothing`, () => {
    const window = open({ version, dataset: { mount: "/api/mizan/", session: "anonymous" } });
    const counted = count(window);
    run(window, "mizan.js", ...REST);
    const { mizan } = window;
    const { listeners } = counted;
    assert.ok(listeners > 10);
    run(window, "mizan-start.js", "mizan.js", ...REST);
    assert.equal(window.mizan, mizan);
    assert.equal(counted.listeners, listeners);
  });
}

test("what pages can call is there, and can't be replaced", () => {
  const window = open();
  run(window, "mizan.js");
  assert.ok(Object.isFrozen(window.mizan));
  for (const name of ["covers", "deliver", "format", "invalidate", "later", "parse", "refresh", "retry"]) {
    assert.equal(typeof window.mizan[name], "function", name);
  }
});

test("a page is told whose it is", () => {
  for (const session of ["anonymous", "00112233aabbccdd", undefined]) {
    const window = open({ dataset: session ? { session } : {} });
    run(window, "mizan.js", "mizan-guard.js");
    assert.equal(window.mizan.session(), session);
  }
});

test("without mizan-start.js, mizan.js says that it needs it", () => {
  const window = open();
  window[Symbol.for("mizan-start")] = undefined;
  assert.throws(() => run(window, "mizan.js"), /mizan\.js needs mizan-start\.js/);
});

for (const name of [...REST, "mizan-debug.js"]) {
  test(`without mizan.js, ${name} says that it needs it`, () => {
    assert.throws(() => run(open(), name), new RegExp(`${name} needs mizan\\.js`));
  });
}

test("without mizan-twins.js, mizan-keep.js says that it needs it", () => {
  const window = open();
  run(window, "mizan.js");
  assert.throws(() => run(window, "mizan-keep.js"), /mizan-keep\.js needs mizan-twins\.js: load it before/);
});

/* What the server writes for a script to ask: none of it leads away. */
const ADDRESSES = [
  ["mizan-together.js", "mount"],
  ["mizan-session.js", "mount"],
  ["mizan-guard.js", "mount"],
  ["mizan-guard.js", "csrfSession"],
  ["mizan-live.js", "socket"],
];

for (const [name, setting] of ADDRESSES) {
  for (const address of ["https://evil.test/", "//evil.test/", "javascript:1", "http://testserver:81/"]) {
    test(`${name} refuses ${address} as its ${setting}`, () => {
      const window = open({ dataset: { mount: "/api/mizan/", [setting]: address } });
      run(window, "mizan.js");
      const problem = { name: "TypeError", message: /must be of this origin, http:\/\/testserver\.$/ };
      assert.throws(() => run(window, name), problem);
    });
  }
}

test("the socket may be written with its own scheme", () => {
  const window = open({ dataset: { mount: "/api/mizan/", socket: "ws://testserver/ws/" } });
  run(window, "mizan.js", "mizan-guard.js", "mizan-live.js");
  assert.equal(typeof window.mizan.socket.ask, "function");
});

/* <img name="cookie"> and the like. */
test("what markup lays over the document is not read", () => {
  const foreign = { dataset: { mount: "https://evil.test/", session: "forged" } };
  const laid = { currentScript: foreign, cookie: foreign, hidden: foreign, baseURI: "https://evil.test/" };
  Object.assign(laid, { querySelectorAll: foreign, addEventListener: foreign, dispatchEvent: foreign });
  const window = open({ dataset: { mount: "/api/mizan/", session: "anonymous" }, laid });
  run(window, "mizan.js", ...REST);
  assert.equal(window.mizan.session(), "anonymous");
  assert.equal(window.mizan.cookie("csrftoken"), undefined);
  assert.ok(window.mizan.dom.isOwn("people/"));
});

test("an element with the id mizan is not taken for the script", () => {
  const window = open({ named: "mizan" });
  const { htmx } = window;
  for (const script of [...REST, "mizan-debug.js", "mizan-live.js", "mizan-forms.js", "mizan-formsets.js"]) {
    assert.throws(() => run(window, script), /needs mizan\.js/);
  }
  run(window, "mizan.js");
  assert.equal(typeof window.mizan.invalidate, "function");
  assert.equal(window.htmx, htmx);
});

const OWN = ["/", "", "?a=1", "people/", "http://testserver/a", "//testserver/"];
const FOREIGN = ["//evil.test/", "https://testserver/", "javascript:1", "blob:http://testserver/1", "http://"];

test("an address is of this origin or not", () => {
  const window = open();
  run(window, "mizan.js");
  const { isOwn } = window.mizan.dom;
  for (const url of OWN) assert.ok(isOwn(url), url);
  for (const url of FOREIGN) assert.ok(!isOwn(url), url);
});

test("what is no block can't be refreshed", () => {
  const window = open();
  run(window, "mizan.js");
  for (const value of [null, undefined, "#card", {}]) {
    assert.throws(() => window.mizan.refresh(value), { name: "TypeError", message: /is no block$/ });
  }
});
