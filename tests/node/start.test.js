/* The scripts start in the order in which a page has them, once, and say what they miss. */

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { open, run } = require("./page.js");

const REST = [
  "mizan-together.js",
  "mizan-guard.js",
  "mizan-return.js",
  "mizan-keep.js",
  "mizan-blocks.js",
  "mizan-session.js",
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
    run(window, "mizan.js", ...REST);
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

test("without htmx the shim says how to get it", () => {
  assert.throws(() => run(open({ version: null }), "mizan.js"), /mizan\.js needs htmx: load htmx before it/);
});

for (const name of [...REST, "mizan-debug.js"]) {
  test(`without mizan.js, ${name} says that it needs it`, () => {
    assert.throws(() => run(open(), name), new RegExp(`${name} needs mizan\\.js`));
  });
}

test("what is no block can't be refreshed", () => {
  const window = open();
  run(window, "mizan.js");
  for (const value of [null, undefined, "#card", {}]) {
    assert.throws(() => window.mizan.refresh(value), { name: "TypeError", message: /is no block$/ });
  }
});
