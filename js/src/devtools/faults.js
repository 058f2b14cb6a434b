/* Known faults of the htmx in use, for those who make a site.

   One warning in the console has what the build does wrong, as far as it matters to pages with the shim, and which build does
   not. Another one says that a page has loaded htmx twice. */

import { htmx } from "../htmx.js";
import { whenShown } from "../lifecycle.js";

/* Each was seen in a browser, on the first build that has it and on the one that mended it. */
const FAULTS = [
  {
    from: "4.0.0",
    mended: "4.0.1",
    text:
      "A plain swap of radio buttons with ids leaves the group without a choice, where the answer has another " +
      "one than the page; a form then sends none.",
  },
  {
    from: "2.0.3",
    mended: "2.0.11",
    text:
      "What an answer has for hx-swap-oob is dropped, where the element that sent the request has left the page " +
      "meanwhile, with a block that was refreshed, say.",
  },
  {
    from: "2.0.0",
    mended: "2.0.11",
    text: "<hx-partial> is not known: what stands in it is swapped in with the rest of the answer.",
  },
  {
    from: "2.0.0",
    mended: "2.0.4",
    text:
      "What a request sends can't be read (Illegal invocation), so that the shim does not know what was sent: a " +
      "comment box in a block keeps the comment that was accepted.",
  },
  {
    from: "2.0.0",
    mended: "2.0.3",
    text:
      "A swap can't be chosen by detail.swapOverride, by which blocks are morphed: with Idiomorph, what somebody " +
      "types in a block is lost when it refreshes.",
  },
];

/* Of "4.0.0-beta6" what it is on the way to. */
/** @param {string} version */
const numbersOf = (version) => (version.split("-")[0] ?? "").split(".").map(Number);

/** @type {(one: string, other: string) => boolean} */
const isBefore = (one, other) => {
  const [mine, theirs] = [numbersOf(one), numbersOf(other)];
  const at = mine.findIndex((number, place) => number !== theirs[place]);
  return at >= 0 && Number(mine[at]) < Number(theirs[at]);
};

/** @type {(one: string, other: string) => boolean} */
const isSameMajor = (one, other) => numbersOf(one)[0] === numbersOf(other)[0];

const warnOfFaults = () => {
  const { version } = htmx;
  const found = FAULTS.filter(
    ({ from, mended }) =>
      isSameMajor(version, mended) && !isBefore(version, from) && isBefore(version, mended),
  );
  if (!found.length) return;
  const lines = found.map(({ text, mended }) => `\n* ${text} Mended in ${mended}.`);
  const way = '\nA newer build is served by {% mizan_scripts htmx="path/in/static/htmx.min.js" %}.';
  console.warn(`mizan: known faults of htmx ${version}, which this page has:${lines.join("")}${way}`);
};

/* By a bundle and by a tag, say: both bind the page. */
const warnOfSecond = () => {
  const { version } = /** @type {{ version?: unknown }} */ (window.htmx ?? {});
  if (typeof version !== "string" || window.htmx === htmx) return;
  console.warn(
    `mizan: this page has loaded htmx twice, ${htmx.version} and ${version}: each request is sent by both. ` +
      "Where a bundle has its own, {% mizan_scripts htmx=None %} leaves it alone.",
  );
};

export const start = () => {
  warnOfFaults();
  whenShown(warnOfSecond);
};
