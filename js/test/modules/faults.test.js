/* Known faults of a build of htmx are reported under DEBUG, on the builds that have them and on no others. */

import { expect } from "chai";
import { htmxScript, open, tag } from "../helpers/site.js";

const TAGS = tag("mizan.js") + tag("mizan-debug.js") + tag("mizan-debug.js");

/* version → the builds in which each of its faults is fixed. */
const FIXED = {
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

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("known faults", () => {
  for (const [version, fixed] of Object.entries(FIXED)) {
    it(`htmx ${version} has ${fixed.length}`, async () => {
      const site = await open(htmxScript(version) + TAGS);
      await pause();
      const said = site.said("warn");
      expect(said).to.have.length(fixed.length ? 1 : 0);
      const found = said.flatMap((text) =>
        [...text.matchAll(/ (?:Mended|Fixed) in ([\d.]+)\.\n/g)].map(([, each]) => each),
      );
      expect(found).to.deep.equal(fixed);
      if (fixed.length) {
        expect(said[0])
          .to.match(/^mizan: known faults of htmx /)
          .and.include(`${version}, which this page has:\n* `);
      }
    });
  }

  it("a page has, if it has loaded htmx twice", async () => {
    const twice = `<script>addEventListener("DOMContentLoaded", () => (window.htmx = { ...htmx, version: "2.0.11" }));</script>`;
    const site = await open(htmxScript("4.0.1") + TAGS + twice);
    await pause();
    expect(site.said("warn")).to.deep.equal([
      "mizan: this page has loaded htmx twice, 4.0.1 and 2.0.11: each request is sent by both. Where a bundle has " +
        "its own, {% mizan_scripts htmx=None %} leaves it alone.",
    ]);
  });
});
