/* A form leaves out what is not checked: the shim names those boxes of what htmx sends, and no others. */

import { expect, find, page, serve, start, until } from "../helpers/index.js";

start({ csrfToken: "token" });

// A page may swap in what it wants; here nothing is.
const POST = 'hx-post="/boxes/" hx-swap="none"';
const INHERITED = 'hx-include="#elsewhere" hx-include:inherited="#elsewhere"';
const BOX = '<input type="checkbox" name=';
const ELSEWHERE = `<div id="elsewhere">${BOX}"far">${BOX}"on" checked></div>`;
const many = Array.from({ length: 43 }, (_, n) => `${BOX}"${"x".repeat(95)}${n + 100}">`).join("");

const CASES = {
  "a form": [`<form ${POST}>${BOX}"a">${BOX}"b" checked>`, "a"],
  "several of one name": [
    `<form ${POST}>${BOX}"a" value="1">${BOX}"a" value="2" checked>${BOX}"b" value="1">${BOX}"b" value="2">`,
    "b",
  ],
  "what is no box": [
    `<form ${POST}><input type="radio" name="r" value="1"><input type="text" name="t">` +
      `<select name="s"></select><input type="checkbox">${BOX}"">`,
    null,
  ],
  "a hidden field of the name": [`<form ${POST}><input type="hidden" name="a" value="0">${BOX}"a">`, null],
  "a name that is no word": [`<form ${POST}>${BOX}"ä, b&amp;c[]%">`, "ä, b&c[]%"],
  "disabled boxes": [
    `<form ${POST}>${BOX}"a" disabled><fieldset disabled>${BOX}"b"></fieldset><fieldset>${BOX}"c"></fieldset>`,
    "c",
  ],
  "boxes by their attribute form": [
    `<form id="f" ${POST}></form>${BOX}"a" form="f">${BOX}"b"><button form="f" id="go">go</button>`,
    "a",
  ],
  "a button inside of a form": [`<form>${BOX}"a"><button type="button" id="go" ${POST}>go`, "a"],
  "a button beside a form": [`<form>${BOX}"a"></form><button id="go" ${POST}>go`, null],
  "a button with hx-include": [`${ELSEWHERE}<button id="go" ${POST} hx-include="#elsewhere">go`, "far"],
  "hx-include of a form": [`<form id="f">${BOX}"a"></form><button id="go" ${POST} hx-include="#f">go`, "a"],
  "hx-include of a box": [
    `${BOX}"a" id="box">${BOX}"b"><button id="go" ${POST} hx-include="[name='a']">go`,
    "a",
  ],
  "hx-include from around": [
    `${ELSEWHERE}<div ${INHERITED}><button id="go" ${POST}>go</button></div>`,
    "far",
  ],
  "hx-include from around that is withheld": [
    `${ELSEWHERE}<div hx-include="#elsewhere" hx-disinherit="*"><button id="go" ${POST}>go</button></div>`,
    null,
  ],
  "hx-include by a word": [
    `<div class="it">${BOX}"a"><button id="go" ${POST} hx-include="closest .it">go`,
    "a",
  ],
  "hx-include of two": [
    `${ELSEWHERE}<div><button id="go" ${POST} hx-include="next .it, #elsewhere">go</button></div>` +
      `<p class="it">${BOX}"a"></p>`,
    "a,far",
  ],
  "a box by itself": [`${BOX}"a" id="go" checked ${POST} hx-trigger="change">`, "a"],
  "a form with files": [
    `<form ${POST} hx-encoding="multipart/form-data"><input type="file" name="f">${BOX}"a">`,
    "a",
  ],
  "hx-put": [`<form hx-put="/boxes/" hx-swap="none">${BOX}"a">`, "a"],
  "hx-delete": [`<form hx-delete="/boxes/" hx-swap="none">${BOX}"a">`, "a"],
  "hx-vals": [`<form ${POST} hx-vals='{"a": 1}'>${BOX}"a">${BOX}"b">`, "b"],
  "a button with an address of its own": [
    `<form action="/none/" method="post" hx-boost="true" hx-swap="none">${BOX}"a">` +
      '<button id="go" formaction="/boxes/">go',
    "a",
  ],
  "a button that sends by GET": [
    `<form action="/none/" method="post" hx-boost="true" hx-swap="none">${BOX}"a">` +
      '<button id="go" formaction="/boxes/" formmethod="get">go',
    null,
  ],
  "a form with a fieldset": [
    `<form ${POST}><fieldset><p>${BOX}"a">${BOX}"a" form="none"></p></fieldset>`,
    "a",
  ],
  "a box of another form": [
    `<form ${POST}>${BOX}"a"><input type="checkbox" name="b" form="other"></form><form id="other"></form>`,
    "a",
  ],
  "controls by the names of what is read": [
    `<form ${POST}>${BOX}"querySelectorAll">${BOX}"localName">`,
    "localName,querySelectorAll",
  ],
  "hx-get": [`<form hx-get="/boxes/" hx-swap="none">${BOX}"a">`, null],
  "hx-boost": [`<form action="/boxes/" method="post" hx-boost="true" hx-swap="none">${BOX}"a">`, "a"],
  "more than fits": [`<form ${POST}>${many}`, null],
};

describe("the boxes that are not checked are named:", () => {
  for (const [name, [content, expected]] of Object.entries(CASES)) {
    it(name, async () => {
      await page(content);
      const requests = serve(() => ({ status: 204 }));
      const button = find("#go");
      if (button) button.click();
      else HTMLFormElement.prototype.requestSubmit.call(find("form"));
      await until(() => requests.length);
      expect(requests[0].path).to.equal("/boxes/");
      const header = requests[0].headers.get("X-Mizan-Unticked");
      const names = header?.split(",").map(decodeURIComponent).sort().join(",") ?? null;
      expect(names).to.equal(expected);
    });
  }

  it("to no other site", async () => {
    const element = document.createElement("form");
    element.innerHTML = '<input name="parentElement"><input type="checkbox" name="a">';
    const isNamed = (url, isSafe) => {
      const detail = { element, method: "POST", isSafe, url, headers: {}, body: new FormData(element) };
      document.dispatchEvent(new CustomEvent("mizan:request", { detail }));
      return "X-Mizan-Unticked" in detail.headers;
    };
    expect(isNamed("https://elsewhere.example/", false)).to.equal(false);
    expect(isNamed("/here/", true)).to.equal(false);
    expect(isNamed("/here/", false)).to.equal(true);
  });
});
