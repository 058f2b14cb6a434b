/* mizan-faults.js: known faults of the htmx in use, for those who make a site. Comes with mizan-debug.js, under DEBUG.

   One warning in the console has what the build does wrong, as far as it matters to pages with the shim, and which
   build does not. Another one says that a page has loaded htmx twice. */
import { whenShown } from "../lifecycle.js";
import { htmx } from "../htmx.js";

export const start = () => {
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
        "What a request sends can't be read (Illegal invocation), so that the shim can't tell what was sent: a " +
        "comment box in a block keeps the comment that was taken.",
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
  const numbers = (version) => version.split("-")[0].split(".").map(Number);
  const isBefore = (one, other) => {
    const [mine, theirs] = [numbers(one), numbers(other)];
    const at = mine.findIndex((number, place) => number !== theirs[place]);
    return at >= 0 && mine[at] < theirs[at];
  };
  const isSameMajor = (one, other) => numbers(one)[0] === numbers(other)[0];

  const found = FAULTS.filter(
    ({ from, mended }) =>
      isSameMajor(htmx.version, mended) && !isBefore(htmx.version, from) && isBefore(htmx.version, mended),
  );
  if (found.length) {
    const lines = found.map(({ text, mended }) => `\n* ${text} Mended in ${mended}.`);
    const way = '\nA newer build is served by {% mizan_scripts htmx="path/in/static/htmx.min.js" %}.';
    console.warn(`mizan: known faults of htmx ${htmx.version}, which this page has:${lines.join("")}${way}`);
  }

  /* By a bundle and by a tag, say: both bind the page. */
  const compare = () => {
    const version = window.htmx?.version;
    if (typeof version !== "string" || window.htmx === htmx) return;
    console.warn(
      `mizan: this page has loaded htmx twice, ${htmx.version} and ${version}: each request is sent by both. ` +
        "Where a bundle has its own, {% mizan_scripts htmx=None %} leaves it alone.",
    );
  };
  whenShown(compare);
};
