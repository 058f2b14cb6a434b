/* Known faults of a build of htmx are told under DEBUG, on the builds that have them and on no others. */

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { build, open, run } = require("./page.js");

/* Load a page on this build and give what it warns of. */
const warned = (version, parts = {}) => {
  const said = [];
  const window = open({ version, parts: { console: { warn: (text) => said.push(text) }, ...parts } });
  run(window, "mizan.js", "mizan-faults.js", "mizan-faults.js");
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  return said;
};

/* version → which build mends each of its faults. */
const MENDED = {
  "4.0.0-beta6": ["4.0.1"],
  "4.0.0": ["4.0.1"],
  "4.0.1": [],
  "4.0.1-htmax": [],
  "4.0.10": [],
  "4.1.0": [],
  "2.0.0": ["2.0.11", "2.0.4", "2.0.3"],
  "2.0.3": ["2.0.11", "2.0.11", "2.0.4"],
  "2.0.4": ["2.0.11", "2.0.11"],
  "2.0.10": ["2.0.11", "2.0.11"],
  "2.0.11": [],
  "2.1.0": [],
};

for (const [version, mended] of Object.entries(MENDED)) {
  test(`htmx ${version} has ${mended.length} known faults`, () => {
    const said = warned(version);
    const found = said.flatMap((text) => [...text.matchAll(/ Mended in ([\d.]+)\.\n/g)].map(([, each]) => each));
    assert.deepEqual(found, mended);
    assert.equal(said.length, mended.length ? 1 : 0);
    if (mended.length) assert.ok(said[0].startsWith(`mizan: known faults of htmx ${version}, which this page has:\n* `));
  });
}

test("a page that has loaded htmx twice is told so", () => {
  const said = [];
  const window = open({ version: "4.0.1", parts: { console: { warn: (text) => said.push(text) } } });
  run(window, "mizan.js", "mizan-faults.js");
  window.htmx = build("2.0.11");
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  assert.deepEqual(said, [
    "mizan: this page has loaded htmx twice, 4.0.1 and 2.0.11: each request is sent by both. Where a bundle has " +
      "its own, {% mizan_scripts htmx=None %} leaves it alone.",
  ]);
});
