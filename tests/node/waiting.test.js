/* Where htmx is not there yet the scripts wait for it, and one message says what is missing. */

"use strict";

const assert = require("node:assert/strict");
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");

const { FOLDER, build, open, run } = require("./page.js");

/* What a page loads, in its order; the overlay and the forms want more of a page than there is here. */
const PAGE = readFileSync(join(__dirname, "../../mizan_htmx/blocks/scripts.py"), "utf-8");
const LISTED = [...PAGE.matchAll(/"mizan_htmx\/(mizan[\w-]*\.js)"/g)].map(([, name]) => name);
const FILES = LISTED.filter((name) => !/debug|faults|forms/.test(name));
const DATASET = { mount: "/api/mizan/", session: "anonymous" };

/* A page in which time passes when a test says so, and what it writes to the console. */
const wait = (options) => {
  const timers = [];
  const said = [];
  const parts = {
    setTimeout: (then, wait = 0) => timers.push({ then, wait }),
    console: { error: (text) => said.push(text) },
    reportError: (error) => said.push(error),
  };
  const window = open({ version: null, dataset: DATASET, parts, ...options });
  const pass = (name) => {
    window.dispatchEvent(new Event(name));
    for (const { then } of timers.splice(0)) then();
  };
  return { window, said, pass };
};

for (const version of ["2.0.11", "4.0.1", "4.0.1-htmax"]) {
  test(`htmx ${version} of a bundle is handed over, and each script starts once, in order`, () => {
    const { window, said, pass } = wait();
    run(window, ...FILES);
    assert.deepEqual(Object.keys(window.mizan).includes("dom"), false);
    const htmx = build(version);
    window.mizan.start(htmx);
    const { mizan } = window;
    assert.equal(mizan.htmx, htmx);
    assert.equal(window.htmx, null);
    assert.equal(mizan.session(), "anonymous"); // of the tag, which is not the running script's any more
    assert.equal(typeof mizan.socket.ask, "function");
    assert.equal(typeof mizan.call, "function");
    mizan.start(htmx);
    pass("DOMContentLoaded");
    pass("load");
    run(window, ...FILES);
    assert.equal(window.mizan, mizan);
    assert.deepEqual(said, []);
  });
}

for (const event of ["DOMContentLoaded", "load"]) {
  test(`what has put htmx into the window by ${event} need not hand it over`, () => {
    const { window, said, pass } = wait();
    run(window, ...FILES);
    window.htmx = build("2.0.11");
    pass(event);
    assert.equal(typeof window.mizan.invalidate, "function");
    assert.equal(window.mizan.htmx, window.htmx);
    assert.deepEqual(said, []);
  });
}

test("a script that comes after the start, starts at once", () => {
  const { window } = wait();
  window.mizan.start(build("4.0.1"));
  run(window, ...FILES);
  assert.equal(typeof window.mizan.call, "function");
});

test("the page with no htmx says so once, and nothing else", () => {
  const { window, said, pass } = wait();
  run(window, ...FILES, ...FILES, "mizan-debug.js", "mizan-forms.js", "mizan-formsets.js");
  pass("DOMContentLoaded");
  assert.deepEqual(said, []);
  pass("load");
  pass("load");
  assert.deepEqual(said, [
    "mizan: the shim needs htmx 2 or htmx 4, and this page has none. Use {% mizan_scripts %}, load htmx before " +
      "the shim, or hand it over: mizan.start(htmx).",
  ]);
});

for (const version of ["1.9.12", "0.8.0", "3.0.0", "5.0.0", "20.1.0"]) {
  test(`the page with htmx ${version} says what it needs at once, and nothing else`, () => {
    const { window, said, pass } = wait({ version });
    run(window, ...FILES, "mizan-debug.js", "mizan-forms.js", "mizan-formsets.js");
    for (const event of ["DOMContentLoaded", "load"]) pass(event);
    assert.equal(said.length, 1);
    assert.match(said[0], new RegExp(`^mizan: the shim needs htmx 2 or htmx 4, and this page has htmx ${version}\\. `));
  });
}

test("a bundle may hand htmx over beside an older one", () => {
  const { window, said } = wait({ version: "1.9.12" });
  run(window, ...FILES);
  window.mizan.start(build("4.0.1"));
  assert.equal(window.mizan.htmx.version, "4.0.1");
  assert.equal(said.length, 1);
});

test("an element with the id htmx is none", () => {
  const { window, said, pass } = wait({ named: "htmx" });
  run(window, ...FILES);
  pass("load");
  assert.match(said.join(), /this page has none/);
});

test("what is called before the start says that the shim waits", () => {
  const { window } = wait();
  run(window, ...FILES);
  const waiting = window.mizan;
  assert.ok(Object.isFrozen(waiting));
  assert.equal(waiting.isRefresh(new Event("htmx:beforeRequest")), false);
  for (const name of Object.keys(waiting).filter((each) => !/^(start|isRefresh)$/.test(each))) {
    assert.throws(() => waiting[name](), new RegExp(`^Error: mizan\\.${name}\\(\\) can't be called yet: `));
  }
  waiting.start(build("4.0.1"));
  const calls = Object.keys(window.mizan).filter((name) => typeof window.mizan[name] === "function");
  assert.deepEqual(Object.keys(waiting).sort(), calls.sort());
});

const GIVEN = [
  [undefined, "[object Undefined]"],
  [null, "[object Null]"],
  ["4.0.1", "[object String]"],
  [{ [Symbol.toStringTag]: "Module", default: build("4.0.1") }, "[object Module]"],
  [build("1.9.12"), "htmx 1.9.12"],
];

for (const [given, name] of GIVEN) {
  test(`mizan.start() refuses ${name}`, () => {
    const { window } = wait();
    assert.throws(() => window.mizan.start(given), {
      name: "TypeError",
      message:
        `mizan.start() takes htmx 2 or htmx 4, not ${name}. ` +
        'Give it what `import htmx from "htmx.org"` gives.',
    });
  });
}

test("a page has one htmx", () => {
  const window = open({ version: "2.0.11", dataset: DATASET });
  run(window, "mizan.js");
  const { mizan } = window;
  mizan.start(window.htmx);
  assert.throws(() => mizan.start(build("4.0.1")), /works with another htmx 2\.0\.11 already/);
  assert.equal(window.mizan, mizan);
});

test("of a script that fails its error is told, and the next ones start", () => {
  const { window, said } = wait({ dataset: { ...DATASET, socket: "//evil.test/" } });
  run(window, "mizan.js", "mizan-live.js", "mizan-blocks.js", "mizan-guard.js");
  window.mizan.start(build("4.0.1"));
  assert.equal(said.length, 1);
  assert.match(said[0].message, /^mizan: data-socket is http:\/\/evil\.test\/\./);
  assert.equal(window.mizan.session(), "anonymous");
});

test("htmx that refuses the extension is told of once", () => {
  const refusing = { ...build("4.0.1"), registerExtension: () => false };
  const { window, said } = wait();
  run(window, ...FILES);
  window.mizan.start(refusing);
  assert.equal(said.length, 1);
  assert.match(said[0].message, /was refused by htmx: add "mizan" to htmx\.config\.extensions/);

  const other = open({ dataset: DATASET, parts: { htmx: refusing } });
  assert.throws(() => run(other, "mizan.js"), /was refused by htmx/);
  run(other, ...FILES, "mizan-debug.js");
});

test("the files are those of the page", () => {
  const names = readdirSync(FOLDER).filter((each) => /^mizan.*\.js$/.test(each));
  assert.deepEqual([...LISTED].sort(), names.sort());
  assert.equal(LISTED[0], "mizan-start.js");
});

test("each script waits", () => {
  for (const name of readdirSync(FOLDER).filter((each) => /^mizan.*\.js$/.test(each))) {
    const { window, said, pass } = wait();
    const before = window.mizan;
    run(window, name);
    pass("DOMContentLoaded");
    assert.equal(window.mizan, before, name);
    assert.deepEqual(said, [], name);
  }
});
