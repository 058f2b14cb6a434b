/* The bundles start in the order in which a page has them, once, and say what they miss. */

import { expect } from "chai";
import { load } from "../helpers/server.js";
import { htmxScript, open, tag } from "../helpers/site.js";

const SECONDARY = ["mizan-forms.js", "mizan-live.js", "mizan-debug.js"];
const ALL = ["mizan.js", ...SECONDARY];

/* Count what listens to the document and to the window. */
const COUNT = `<script>
  let listeners = 0;
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (...given) {
    if (this === window || this === document || this === undefined) listeners += 1;
    return add.apply(this ?? window, given);
  };
</script>`;

describe("the bundles", () => {
  for (const version of ["2.0.10", "2.0.11", "4.0.0-beta6", "4.0.1"]) {
    for (const kind of ["", ".min"]) {
      it(`start on htmx ${version}, and a second time do nothing (${kind || "readable"})`, async () => {
        const files = ALL.map((name) => name.replace(".js", `${kind}.js`));
        const tags = files.map((name) => tag(name, { "data-socket": "/ws/", defer: false })).join("");
        const once = await open(htmxScript(version) + COUNT + tags);
        const listeners = once.evaluate("listeners");
        expect(listeners).to.be.above(100);
        const note = "<script>const first = window.mizan;</script>";
        const twice = await open(htmxScript(version) + COUNT + tags + note + tags);
        expect(twice.thrown.map(String)).to.deep.equal([]);
        expect(twice.evaluate("listeners")).to.equal(listeners);
        expect(twice.evaluate("mizan === first")).to.equal(true);
      });
    }
  }

  it("look at nothing and listen to nothing of the page until there is an htmx", async () => {
    const ASKED = `<script>
      const asked = [];
      for (const [owner, name] of [[CSS, "supports"], [Document.prototype, "querySelectorAll"], [window, "matchMedia"]]) {
        owner[name] = () => asked.push(name);
      }
      for (const name of ["MutationObserver", "IntersectionObserver", "BroadcastChannel", "WebSocket"]) {
        window[name] = class { constructor() { asked.push(name); } };
      }
    </script>`;
    const site = await open(COUNT + ASKED + ALL.map((name) => tag(name, { defer: false })).join(""));
    expect(site.thrown).to.deep.equal([]);
    expect(site.evaluate("asked")).to.deep.equal([]);
    expect(site.evaluate("listeners")).to.equal(2); // for DOMContentLoaded and load
  });

  for (const name of SECONDARY) {
    it(`${name} says that it needs mizan.js, for which it takes no element with that id`, async () => {
      const site = await open(`<p id="mizan"></p>` + htmxScript("4.0.1") + tag(name));
      expect(site.thrown.map(({ message }) => message)).to.deep.equal([
        `${name} needs mizan.js: load it before, or use {% mizan_scripts %}.`,
      ]);
    });
  }

  it("are not misled by an element with the id mizan", async () => {
    const site = await open(`<p id="mizan"></p>` + htmxScript("4.0.1") + tag("mizan.js"));
    expect(site.thrown).to.deep.equal([]);
    expect(site.window.mizan.invalidate).to.be.a("function");
  });
});

describe("window.mizan", () => {
  it("has what mizan.d.ts says, and can't be changed", async () => {
    const types = await load("/js/mizan.d.ts");
    const [, body] = types.match(/interface Api \{\n(.*?)\n {2}\}/s);
    const members = [...body.matchAll(/^ {4}(?:readonly )?(\w+)[(<:]/gm)].map(([, name]) => name);
    const site = await open(htmxScript("4.0.1") + tag("mizan.js"));
    const { mizan } = site.window;
    expect(site.evaluate("Object.isFrozen(mizan)")).to.equal(true);
    expect(Object.keys(mizan).sort()).to.deep.equal(members.sort());
  });

  for (const session of ["anonymous", "00112233aabbccdd", undefined]) {
    it(`says that the page is of the session ${session}`, async () => {
      const site = await open(htmxScript("4.0.1") + tag("mizan.js", { "data-session": session ?? false }));
      expect(site.window.mizan.session()).to.equal(session);
    });
  }
});

describe("what the server writes for the scripts", () => {
  const SETTINGS = [
    ["mizan.js", "data-mount"],
    ["mizan.js", "data-csrf-session"],
    ["mizan-live.js", "data-socket"],
  ];
  for (const [name, setting] of SETTINGS) {
    for (const address of ["https://evil.test/", "//evil.test/", "javascript:1", "http://localhost:1/"]) {
      it(`${name} refuses ${address} as ${setting}`, async () => {
        const tags = ["mizan.js", name === "mizan.js" ? "" : name].filter(Boolean);
        const site = await open(
          htmxScript("4.0.1") + tags.map((each) => tag(each, { [setting]: address })).join(""),
        );
        const found = site.thrown.filter(({ message }) => message.includes("must be of this origin"));
        expect(found).to.have.length.above(0);
        expect(found[0].name).to.equal("TypeError");
        expect(found[0].message).to.match(new RegExp(`must be of this origin, ${location.origin}\\.$`));
      });
    }
  }

  it("may give the socket its own scheme", async () => {
    const socket = `ws://${location.host}/ws/`;
    const site = await open(
      htmxScript("4.0.1") +
        ["mizan.js", "mizan-live.js"].map((each) => tag(each, { "data-socket": socket })).join(""),
    );
    expect(site.thrown.map(String)).to.deep.equal([]);
  });

  /* <img name="currentScript"> and the like. */
  it("is not read from markup that lies over the document", async () => {
    const names = [
      "currentScript",
      "cookie",
      "hidden",
      "baseURI",
      "querySelectorAll",
      "addEventListener",
      "dispatchEvent",
    ];
    const images = names.map(
      (name) => `<img name="${name}" data-mount="https://evil.test/" data-session="forged">`,
    );
    const site = await open(
      htmxScript("4.0.1") + images.join("") + tag("mizan.js", { "data-session": "anonymous" }),
    );
    expect(site.thrown.map(String)).to.deep.equal([]);
    expect(site.window.mizan.session()).to.equal("anonymous");
  });
});
