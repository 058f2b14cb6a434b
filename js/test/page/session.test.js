/* The session of the page ends: no login page in a block, one notice, and what was refused can be sent again. */

import {
  block,
  expect,
  fieldsOf,
  find,
  hearAll,
  heard,
  hurry,
  json,
  page,
  rest,
  serve,
  setHidden,
  start,
  until,
} from "../helpers/index.js";

const ADA = "00112233aabbccdd";
const BOB = "ffeeddccbbaa9988";

hurry(20);
start({ session: ADA, csrfToken: "token", login: "/login/" });

const NOTICE = `<div class="mizan-session" role="status">
  <div data-mizan-when="ended"><p>Gone.</p><a href="/login/">Sign in</a>
    <button type="button" data-mizan-close>Close</button></div>
  <div data-mizan-when="other"><p>Other.</p><button type="button" data-mizan-reload>Reload</button></div>
  <div data-mizan-when="returned"><p>Back.</p>
    <button type="button" data-mizan-held data-mizan-resend>Send again</button></div>
  <div data-mizan-when="renewed"><p>Renewed.</p>
    <button type="button" data-mizan-held data-mizan-resend>Send again</button></div></div>`;

const LOGIN = { body: "<form>Password</form>", url: new URL("/login/?next=/", location.href) };
const WRITE = `<form id="write" hx-post="/write/" hx-target="#shown"><input name="text" value="typed">
  <button id="go" name="how" value="loud">Go</button></form><p id="shown"></p>`;
const LETTER = block("letter", "letter", "old");

/* A server on which somebody is signed in, or nobody: "anonymous". `refused` answers everybody else than Ada. */
const site = { who: ADA, refused: LOGIN, notice: NOTICE, requests: [] };

const serveSite = () => {
  site.requests = serve(({ path }) => {
    const headers = { "X-Mizan-Session": site.who };
    if (path === "/api/mizan/session/notice/") return site.notice;
    if (path === "/api/mizan/session/") return json({ csrfToken: `of ${site.who}` }, { headers });
    if (site.who !== ADA) return site.refused;
    return path.startsWith("/api/mizan/partial")
      ? { body: block("letter", "letter", "new"), headers: { ...headers, "X-Mizan-Refresh": "1" } }
      : { body: "Written.", headers };
  });
};
const posts = () => site.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
const asked = (path) => site.requests.filter((request) => request.path === path);

const notice = () => document.querySelector(".mizan-session");
const shown = () =>
  notice() &&
  [...notice().querySelectorAll("p, a, button")]
    .filter((each) => each.checkVisibility())
    .map((each) => each.textContent)
    .join(" ");
const press = (selector) =>
  [...notice().querySelectorAll(selector)].find((each) => each.checkVisibility()).click();
const comeBack = () => window.dispatchEvent(new Event("focus"));
const refuse = async () => {
  site.who = "anonymous";
  find("#go").click();
  await until(() => shown() === "Gone. Sign in Close");
};
const refuseRefresh = async () => {
  site.who = "anonymous";
  const error = heard("mizan:error");
  window.mizan.invalidate("letter");
  await error;
};

beforeEach(async () => {
  Object.assign(site, { who: ADA, refused: LOGIN, notice: NOTICE });
  serveSite();
  // What is answered shows that the session is not over.
  await page(LETTER);
  const refreshed = heard("mizan:refreshed");
  window.mizan.invalidate("letter");
  await refreshed;
  await page(WRITE + LETTER);
  serveSite();
});

afterEach(async () => {
  await page("");
  Object.assign(site, { who: ADA, notice: NOTICE });
  serveSite();
  comeBack();
  await until(() => {
    notice()?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    return !notice();
  });
});

describe("a request that is refused because nobody is signed in", () => {
  const ANSWERS = { "the login page": LOGIN, "a 401": { status: 401 } };
  for (const [name, refused] of Object.entries(ANSWERS)) {
    it(`leaves the page as it is, and can be sent again: ${name}`, async () => {
      site.refused = refused;
      const events = hearAll("mizan:session");
      await refuse();
      expect(find("#shown").textContent).to.equal("");
      expect(find("[name=text]").value).to.equal("typed");
      site.who = ADA;
      comeBack();
      await until(() => shown() === "Back. Send again");
      expect(posts()).to.deep.equal(["/write/"]);
      press("[data-mizan-resend]");
      await until(() => find("#shown").textContent === "Written.");
      expect(posts()).to.deep.equal(["/write/", "/write/"]);
      expect(fieldsOf(asked("/write/")[1])).to.deep.equal({ text: "typed", how: "loud" });
      expect(notice()).to.equal(null);
      const status = refused.status ?? 200;
      expect(events.map(({ detail: { element, ...others } }) => [others, element?.id])).to.deep.equal([
        [{ state: "ended", reason: "login", status }, "write"],
        [{ state: "returned", reason: "login", status: 200 }, undefined],
      ]);
    });
  }

  it("is a refresh: the block stays, nothing is to be sent again, and it is fresh afterwards", async () => {
    await refuseRefresh();
    await until(() => shown() === "Gone. Sign in Close");
    expect(find("#letter").textContent).to.equal("old");
    expect(find("#letter").dataset.mizanError).to.equal("200");
    site.who = ADA;
    comeBack();
    await until(() => find("#letter").textContent === "new");
    await until(() => shown() === "Back.");
  });

  it("fires mizan:session each time for what somebody did, and once for refreshes", async () => {
    const events = hearAll("mizan:session");
    await refuseRefresh();
    await refuseRefresh();
    expect(events).to.have.length(1);
    for (const count of [2, 3]) {
      find("#go").click();
      await until(() => events.length === count);
    }
  });

  it("is not offered when it has been sent in another way, or has left the page", async () => {
    await refuse();
    site.who = ADA;
    comeBack();
    await until(() => shown() === "Back. Send again");
    find("#go").click();
    await until(() => shown() === "Back.");
    await refuse();
    find("#write").remove();
    site.who = ADA;
    comeBack();
    await until(() => shown() === "Back.");
  });

  it("is not offered to somebody else", async () => {
    const events = hearAll("mizan:session");
    await refuse();
    site.who = BOB;
    comeBack();
    await until(() => shown() === "Other. Reload");
    expect(events.at(-1).detail).to.include({ state: "other", reason: "user" });
  });

  it("is told by the site itself if it prevents mizan:session", async () => {
    const own = (event) => event.preventDefault();
    document.addEventListener("mizan:session", own);
    site.who = "anonymous";
    const news = heard("mizan:session");
    find("#go").click();
    await news;
    await rest(100);
    expect(notice()).to.equal(null);
    site.who = ADA;
    const back = heard("mizan:session");
    comeBack();
    expect((await back).detail.state).to.equal("returned");
    await rest(100);
    document.removeEventListener("mizan:session", own);
    expect(notice()).to.equal(null);
  });
});

describe("the page asks who is signed in", () => {
  const SIGNS = {
    "it has the focus again": comeBack,
    "the network is back": () => window.dispatchEvent(new Event("online")),
    "it is shown again": () => {
      setHidden(true);
      setHidden(false);
    },
    "another tab says so": () => {
      const channel = new BroadcastChannel("mizan /api/mizan/");
      channel.postMessage({ session: ADA });
      channel.close();
    },
  };
  for (const [name, sign] of Object.entries(SIGNS)) {
    it(`when ${name}`, async () => {
      await refuse();
      site.who = ADA;
      sign();
      await until(() => shown() === "Back. Send again");
    });
  }

  it("and not while all is well", async () => {
    comeBack();
    await rest(100);
    expect(asked("/api/mizan/session/")).to.deep.equal([]);
  });

  it("and takes no other tab at its word", async () => {
    await refuse();
    const channel = new BroadcastChannel("mizan /api/mizan/");
    channel.postMessage({ session: ADA });
    channel.close();
    await until(() => asked("/api/mizan/session/").length);
    await rest(100);
    expect(shown()).to.equal("Gone. Sign in Close");
  });
});

describe("a CSRF token that is refused", () => {
  it("is renewed, and the request can be sent again, though nobody has left", async () => {
    await page(
      WRITE.replace("<input", '<input type="hidden" name="csrfmiddlewaretoken" value="old"><input') +
        '<form action="https://evil.test/"><input type="hidden" name="csrfmiddlewaretoken" id="foreign"></form>',
    );
    const refused = { status: 403, headers: { "X-Mizan-Refused": "csrf" } };
    site.requests = serve(({ path, headers }) => {
      if (path === "/api/mizan/session/notice/") return NOTICE;
      const own = { headers: { "X-Mizan-Session": ADA } };
      if (path === "/api/mizan/session/") return json({ csrfToken: "new" }, own);
      return headers.get("X-CSRFToken") === "new" ? "Written." : refused;
    });
    find("#go").click();
    await until(() => shown() === "Renewed. Send again");
    expect(find("[name=csrfmiddlewaretoken]").value).to.equal("new");
    expect(find("#foreign").value).to.equal("");
    press("[data-mizan-resend]");
    await until(() => find("#shown").textContent === "Written.");
  });

  it("goes to no other origin, in no header and in no form", async () => {
    const send = (url, token) => {
      const element = document.createElement("form");
      element.innerHTML = `<input name="csrfmiddlewaretoken" value="${token}">`;
      const body = new FormData(element);
      const detail = { element, method: "POST", isSafe: false, url, headers: {}, body };
      document.dispatchEvent(new CustomEvent("mizan:request", { detail }));
      return [detail.headers["X-CSRFToken"], body.get("csrfmiddlewaretoken")];
    };
    const [own] = send("/own/", "old");
    expect(own).to.be.a("string");
    expect(send("/own/", "old")).to.deep.equal([own, own]);
    expect(send("https://elsewhere.example/", own)).to.deep.equal([undefined, null]);
    expect(send("https://elsewhere.example/", "theirs")).to.deep.equal([undefined, "theirs"]);
  });
});

describe("the notice", () => {
  it("leads back to this page, and is empty before it says something", async () => {
    site.who = "anonymous";
    find("#go").click();
    await until(notice);
    expect(shown()).to.equal("");
    const [{ query }] = asked("/api/mizan/session/notice/");
    expect(query.get("next")).to.equal(location.pathname + location.search);
    await until(() => shown() === "Gone. Sign in Close");
  });

  it("closes by Escape in it, which gives the focus back, and by no other", async () => {
    find("#go").focus();
    await refuse();
    const escape = () => new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    find("#go").dispatchEvent(escape());
    await rest();
    expect(shown()).to.equal("Gone. Sign in Close");
    const link = notice().querySelector("a");
    link.focus();
    link.dispatchEvent(escape());
    await until(() => !notice());
    expect(document.activeElement).to.equal(find("#go"));
  });

  it("comes back when somebody is refused again after it was closed, and not for a refresh", async () => {
    await refuse();
    press("[data-mizan-close]");
    await until(() => !notice());
    await refuseRefresh();
    await rest(100);
    expect(notice()).to.equal(null);
    await refuse();
  });

  it("keeps the focus when it says something else", async () => {
    await refuse();
    notice().querySelector("a").focus();
    site.who = BOB;
    comeBack();
    await until(() => shown() === "Other. Reload");
    expect(document.activeElement.textContent).to.equal("Reload");
  });

  it("goes by itself when it has good news, and there is nothing to do", async () => {
    await refuseRefresh();
    await until(() => shown() === "Gone. Sign in Close");
    await rest(700); // 14 s
    expect(shown()).to.equal("Gone. Sign in Close");
    site.who = ADA;
    comeBack();
    await until(() => shown() === "Back.");
    await rest(300); // 6 s
    expect(shown()).to.equal("Back.");
    await until(() => !notice());
  });

  it("is inside of an open modal dialog, and on the page when that is closed", async () => {
    await page(`<dialog id="dialog">${WRITE}</dialog>`);
    find("#dialog").showModal();
    await refuse();
    expect(find("#dialog").contains(notice())).to.equal(true);
    find("#dialog").close();
    await until(() => document.querySelector("body > .mizan-session"));
    expect(shown()).to.equal("Gone. Sign in Close");
  });

  it("can be missing: nothing breaks, and it is fetched the next time", async () => {
    site.notice = null;
    site.who = "anonymous";
    find("#go").click();
    await until(() => asked("/api/mizan/session/notice/").length);
    await rest(100);
    expect(notice()).to.equal(null);
    expect(find("[name=text]").value).to.equal("typed");
    site.notice = NOTICE;
    await refuse();
  });
});
