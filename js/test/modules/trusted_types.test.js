/* Under a policy that requires Trusted Types, the shim makes HTML by its own policy; htmx needs one that the site makes. */

import { expect } from "chai";
import { block, PROOF } from "../helpers/blocks.js";
import { until } from "../helpers/page.js";
import { open, tag } from "../helpers/site.js";

/* Notes which script uses the site's policy, and what the browser has refused. */
const SITE = `<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types mizan default">
<script>
  const users = new Set();
  const note = (text) => {
    const [, path] = new Error().stack.split("\\n").map((line) => line.match(/\\/(built|htmx)\\//)).find(Boolean) ?? [];
    users.add(path);
    return text;
  };
  trustedTypes.createPolicy("default", { createHTML: note, createScript: note, createScriptURL: note });
  const refused = [];
  addEventListener("securitypolicyviolation", ({ sample, violatedDirective }) => refused.push(violatedDirective + sample));
</script>`;

const field = (error) =>
  `<div data-mizan-field="name">${error ? `<ul><li>${error}</li></ul>` : ""}<input name="name"></div>`;
const form = (error = "") =>
  '<form id="contact" method="post" action="/forms/contact/" data-mizan-form="contact" ' +
  `data-mizan-validate="/forms/contact/validate/">${field(error)}<button>Send</button></form>`;

const ANSWERS = {
  "/api/mizan/partial/": [block("me", "user", "new"), { headers: { "Content-Type": "text/html", ...PROOF } }],
  "/forms/contact/validate/": [form("Too short."), {}],
  "/rename/": ["<p>No</p>", { status: 409, headers: { "Content-Type": "text/html" } }],
};

const visit = async () => {
  const button = '<button id="rename" hx-post="/rename/" hx-swap="none">Rename</button>';
  const page = block("me", "user", "old") + button + form();
  const scripts = ["mizan.js", "mizan-forms.js", "mizan-live.js", "mizan-debug.js"]
    .map((name) => tag(name))
    .join("");
  const site = await open(`${SITE}<script src="/htmx/4.0.1.js" defer></script>${scripts}${page}`);
  site.document.cookie = "csrftoken=the-token; path=/";
  site.window.fetch = async (url) => {
    const [body, options] = ANSWERS[new URL(url, location.href).pathname] ?? ["", { status: 404 }];
    return new site.window.Response(body, options);
  };
  return site;
};

describe("a page that requires Trusted Types", () => {
  it("has its blocks refreshed, its forms checked and its failures reported, by the policy of the shim", async () => {
    const site = await visit();
    const { document, window } = site;
    window.mizan.invalidate("user");
    await until(() => document.getElementById("me").textContent === "new");
    document.querySelector("[name=name]").dispatchEvent(new window.Event("change", { bubbles: true }));
    await until(() => document.querySelector("#contact li")?.textContent === "Too short.");
    const failed = new Promise((resolve) => document.addEventListener("mizan:failed", resolve));
    document.getElementById("rename").click();
    await failed;
    expect(site.thrown.map(String)).to.deep.equal([]);
    expect(site.evaluate("refused")).to.deep.equal([]);
    const users = [...site.evaluate("users")].filter(Boolean); // the test itself evaluates
    expect(users).to.deep.equal(["htmx"]);
  });
});
