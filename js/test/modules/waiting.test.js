/* Where htmx is not there yet the shim waits for it, and one message says what is missing. */

import { expect } from "chai";
import { htmxScript, open, tag } from "../helpers/site.js";

const BUNDLES = ["mizan.js", "mizan-forms.js", "mizan-live.js", "mizan-debug.js"];
const tags = (given = {}) =>
  BUNDLES.map((name) => tag(name, { "data-session": "anonymous", "data-socket": "/ws/", ...given })).join("");

/* Nobody waits for two seconds here. */
const HURRY = `<script>
  const { setTimeout: real } = window;
  window.setTimeout = (then, wait, ...given) => real(then, Math.min(wait ?? 0, 10), ...given);
</script>`;
const NEEDS = "mizan: the shim needs htmx 2 or htmx 4, and this page has ";

const openWaiting = (more = "", given = {}) =>
  open(HURRY + htmxScript("4.0.1", "bundled") + more + tags(given));
const pause = () => new Promise((resolve) => setTimeout(resolve, 60));

describe("the shim without htmx", () => {
  for (const version of ["2.0.11", "4.0.1", "4.0.1-htmax"]) {
    it(`takes the htmx ${version} that a bundle hands over, and each part starts once`, async () => {
      const site = await open(htmxScript(version, "bundled") + tags({ defer: false }));
      const { window } = site;
      const { mizan, bundled } = window;
      expect(() => mizan.invalidate("user")).to.throw("mizan.invalidate() can't be called yet: ");
      mizan.start(bundled);
      expect(mizan.htmx).to.equal(bundled);
      expect(window.htmx).to.equal(undefined);
      expect(mizan.session()).to.equal("anonymous"); // of the tag, which is not the running script's any more
      expect(mizan.call).to.be.a("function");
      mizan.start(bundled);
      expect(window.mizan).to.equal(mizan);
      expect(site.thrown.map(String)).to.deep.equal([]);
      expect(site.said("error")).to.deep.equal([]);
    });
  }

  for (const event of ["DOMContentLoaded", "load"]) {
    it(`finds the htmx that is in the window by ${event}`, async () => {
      const late = `<script>addEventListener("${event}", () => (window.htmx = bundled), true);</script>`;
      const site = await openWaiting(late);
      await pause();
      expect(site.window.mizan.htmx).to.equal(site.window.htmx);
      expect(() => site.window.mizan.invalidate("user")).not.to.throw();
      expect(site.said("error")).to.deep.equal([]);
    });
  }

  it("starts a part at once that comes after the start", async () => {
    const start = "<script>mizan.start(bundled);</script>";
    const site = await open(
      htmxScript("4.0.1", "bundled") +
        tag("mizan.js", { defer: false }) +
        start +
        tag("mizan-live.js", { "data-socket": "/ws/" }),
    );
    expect(site.thrown.map(String)).to.deep.equal([]);
    expect(() => site.window.mizan.send({})).not.to.throw();
  });

  it("says once that it needs htmx, and nothing else", async () => {
    const site = await openWaiting();
    await pause();
    expect(site.said("error")).to.deep.equal([
      `${NEEDS}none. Use {% mizan_scripts %}, load htmx before the shim, or hand it over: mizan.start(htmx).`,
    ]);
    expect(site.thrown).to.deep.equal([]);
  });

  for (const version of ["1.9.12", "0.8.0", "3.0.0", "5.0.0", "20.1.0"]) {
    it(`says at once that htmx ${version} is none that it needs, and nothing else`, async () => {
      const site = await openWaiting(htmxScript(version));
      await pause();
      expect(site.said("error")).to.have.length(1);
      expect(site.said("error")[0]).to.include(`${NEEDS}htmx ${version}. `);
      expect(site.thrown).to.deep.equal([]);
    });
  }

  it("takes the htmx of a bundle beside an older one", async () => {
    const site = await openWaiting(htmxScript("1.9.12"));
    site.window.mizan.start(site.window.bundled);
    expect(site.window.mizan.htmx.version).to.equal("4.0.1");
    expect(site.said("error")).to.have.length(1);
  });

  it("takes no element with the id htmx for it", async () => {
    const site = await openWaiting('<p id="htmx"></p>');
    await pause();
    expect(site.said("error").join()).to.match(/this page has none/);
  });

  it("says to each call that it waits", async () => {
    const { mizan } = (await openWaiting()).window;
    expect(mizan.isRefresh(new Event("htmx:beforeRequest"))).to.equal(false);
    const calls = Object.keys(mizan).filter((name) => typeof mizan[name] === "function");
    for (const name of calls.filter((each) => !/^(start|isRefresh)$/.test(each))) {
      expect(() => mizan[name](), name).to.throw(`mizan.${name}() can't be called yet: `);
    }
    for (const name of ["show", "clear"]) {
      expect(() => mizan.fields[name]()).to.throw(`mizan.fields.${name}() can't be called yet: `);
    }
  });
});

describe("mizan.start()", () => {
  const GIVEN = [
    ["undefined", "[object Undefined]"],
    ["null", "[object Null]"],
    ['"4.0.1"', "[object String]"],
    ['({ [Symbol.toStringTag]: "Module", default: bundled })', "[object Module]"],
    ['({ ...bundled, version: "1.9.12" })', "htmx 1.9.12"],
  ];
  for (const [given, name] of GIVEN) {
    it(`refuses ${name}`, async () => {
      const site = await openWaiting();
      expect(() => site.evaluate(`mizan.start(${given})`))
        .to.throw(
          `mizan.start() takes htmx 2 or htmx 4, not ${name}. Give it what \`import htmx from "htmx.org"\` gives.`,
        )
        .with.property("name", "TypeError");
    });
  }

  it("refuses a second htmx", async () => {
    const site = await openWaiting(htmxScript("2.0.11"));
    site.evaluate("mizan.start(htmx)");
    expect(() => site.evaluate("mizan.start(bundled)")).to.throw("works with another htmx 2.0.11 already");
  });
});

describe("a part that fails", () => {
  it("is reported, and the next ones start", async () => {
    const site = await openWaiting("", { "data-socket": "//evil.test/" });
    site.window.mizan.start(site.window.bundled);
    expect(site.thrown.map(({ message }) => message)).to.have.length(1);
    expect(site.thrown[0].message).to.match(/^mizan: data-socket is http:\/\/evil\.test\/\./);
    expect(site.window.mizan.session()).to.equal("anonymous");
  });

  it("is reported once, if htmx refuses the extension", async () => {
    const site = await openWaiting();
    site.evaluate("mizan.start({ ...bundled, registerExtension: () => false })");
    expect(site.thrown).to.have.length(1);
    expect(site.thrown[0].message).to.match(/was refused by htmx: add "mizan" to htmx\.config\.extensions/);

    const other = await openWaiting(
      "<script>htmx = { ...bundled, registerExtension: () => false };</script>",
    );
    expect(other.thrown.map(String)).to.deep.equal(site.thrown.map(String));
  });
});
