/* The grammar of the scripts says what the vectors say, which the Python tests read, too. */

import { expect } from "chai";
import { covers as isCovered, format, parse } from "../../src/grammar.js";
import { later } from "../../src/versions.js";
import { load } from "../helpers/server.js";

const vectors = JSON.parse(await load("/tests/vectors/invalidation.json"));

const each = (section, check) => {
  vectors[section].forEach((vector, index) => {
    it(`${section} ${index}: ${vector.why ?? JSON.stringify(vector.value)}`, () => check(vector));
  });
};
const covers = (stale, shown) => isCovered(parse(stale), shown);
const parsed = (list) => parse(list).map(({ context, params }) => [context, { ...params }]);

describe("the grammar", () => {
  each("parse", ({ header, entries }) => expect(parsed(header)).to.deep.equal(entries));

  each("covers", ({ invalidation, block, covers: expected }) =>
    expect(covers(invalidation, block)).to.equal(expected),
  );

  /* A page writes one entry at a time; it is the server that merges them and keeps to a limit. */
  each("format", ({ entries, header, max_bytes: limit }) => {
    const written = entries.map(([context, params]) => format(context, params));
    expect(written.flatMap(parsed)).to.deep.equal(entries);
    for (const entry of written) expect(covers(header, entry)).to.equal(true);
    if (limit === undefined && parsed(header).length === entries.length) {
      expect(written.join(", ")).to.equal(header);
    }
  });

  each("canonical", ({ value, text }) => {
    expect(parsed(format("user", { value }))).to.deep.equal([["user", { value: text }]]);
  });

  it("leaves out what is not given", () => {
    expect(format("user", { user_id: 5, tab: null, page: undefined })).to.equal("user;user_id=5");
    expect(format("user")).to.equal("user");
  });

  it("writes a value in one way, however it was given", () => {
    expect(format("user", { user_id: 5n })).to.equal(format("user", { user_id: "5" }));
  });

  for (const value of [NaN, Infinity, {}, [], Symbol("a")]) {
    it(`refuses ${typeof value} ${String(value)} as the value of a parameter`, () => {
      expect(() => format("user", { value })).to.throw(TypeError);
    });
  }

  for (const [context, params] of [
    ["us er", {}],
    ["user", { "a b": 1 }],
    ["user", { 1: 5 }],
    ["", {}],
  ]) {
    it(`refuses the names of ${JSON.stringify([context, params])}`, () => {
      expect(() => format(context, params)).to.throw(TypeError, /^mizan: bad name in /);
    });
  }

  it("finds no entries in what is no list", () => {
    for (const list of [undefined, null, 5, {}]) expect(parsed(list)).to.deep.equal([]);
  });
});

describe("versions", () => {
  it("are compared by their numbers, if they are of one epoch", () => {
    expect(later("5f0c29ab.17", "5f0c29ab.15")).to.equal(2);
    expect(later("5f0c29ab.9", "5f0c29ab.10")).to.equal(-1);
    expect(later("5f0c29ab.9", "5f0c29ab.9")).to.equal(0);
  });

  for (const [one, other] of [
    ["a.1", "b.1"],
    ["a.1", undefined],
    [null, "a.1"],
    ["a", "a"],
    ["", ""],
  ]) {
    it(`can't be compared if they are ${one} and ${other}`, () => {
      expect(later(one, other)).to.be.NaN;
    });
  }
});
