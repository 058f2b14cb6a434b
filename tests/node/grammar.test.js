/* The grammar of mizan.js says what the vectors say, which the Python tests read, too. */

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { open, plain, run, vectors } = require("./page.js");

const window = open();
run(window, "mizan.js");
const { mizan } = window;

const each = (section, check) => {
  vectors[section].forEach((vector, index) => {
    test(`${section} ${index}: ${vector.why ?? JSON.stringify(vector.value)}`, () => check(vector));
  });
};

const parsed = (list) => plain(mizan.parse(list)).map(({ context, params }) => [context, params]);

each("parse", ({ header, entries }) => assert.deepEqual(parsed(header), entries));

each("covers", ({ invalidation, block, covers }) => assert.equal(mizan.covers(invalidation, block), covers));

/* A page writes one entry at a time; it is the server that merges them and keeps to a limit. */
each("format", ({ entries, header, max_bytes: limit }) => {
  const written = entries.map(([context, params]) => mizan.format(context, params));
  assert.deepEqual(written.flatMap(parsed), entries);
  for (const entry of written) assert.ok(mizan.covers(header, entry));
  if (limit === undefined && parsed(header).length === entries.length) {
    assert.equal(written.join(", "), header);
  }
});

each("canonical", ({ value, text }) => {
  assert.deepEqual(parsed(mizan.format("user", { value })), [["user", { value: text }]]);
});

test("what is not given is left out", () => {
  assert.equal(mizan.format("user", { user_id: 5, tab: null, page: undefined }), "user;user_id=5");
  assert.equal(mizan.format("user"), "user");
});

test("how a value was given makes no difference", () => {
  assert.equal(mizan.format("user", { user_id: 5n }), mizan.format("user", { user_id: "5" }));
});

for (const value of [NaN, Infinity, {}, [], Symbol("a")]) {
  test(`${typeof value} ${String(value)} is no value of a parameter`, () => {
    assert.throws(() => mizan.format("user", { value }), { name: "TypeError" });
  });
}

for (const [context, params] of [["us er", {}], ["user", { "a b": 1 }], ["user", { 1: 5 }], ["", {}]]) {
  test(`${JSON.stringify([context, params])} has a bad name`, () => {
    const problem = { name: "TypeError", message: /^mizan: bad name in / };
    assert.throws(() => mizan.format(context, params), problem);
  });
}

test("what is no list has no entries", () => {
  for (const list of [undefined, null, 5, {}]) assert.deepEqual(parsed(list), []);
});

test("of two versions of one life the larger is later", () => {
  assert.equal(mizan.later("5f0c29ab.17", "5f0c29ab.15"), 2);
  assert.equal(mizan.later("5f0c29ab.9", "5f0c29ab.10"), -1);
  assert.equal(mizan.later("5f0c29ab.9", "5f0c29ab.9"), 0);
});

for (const [one, other] of [["a.1", "b.1"], ["a.1", undefined], [null, "a.1"], ["a", "a"], ["", ""]]) {
  test(`nobody knows which is later of ${one} and ${other}`, () => {
    assert.ok(Number.isNaN(mizan.later(one, other)));
  });
}
