/* What visitors have entered, opened and chosen in a block stays when the block is refreshed, and what scripts set there. */

import {
  block,
  expect,
  find,
  heard,
  hearAll,
  leave,
  page,
  rest,
  serveBlocks,
  start,
  type,
  until,
} from "../helpers/index.js";

start();

/* Refresh the one block from this content to that; `meanwhile` is what happens on the page in between. */
const refresh = async (before, meanwhile, after = before, more = {}) => {
  await page(block("me", "user", before, more));
  await meanwhile?.();
  serveBlocks(() => block("me", "user", after, more));
  const done = heard("mizan:refreshed");
  window.mizan.invalidate("user");
  await done;
};

describe("what a visitor has entered", () => {
  const FIELDS = {
    "a text field": ['<input name="field" value="old">', "typed"],
    "a field without a value": ['<input name="field">', "typed"],
    "a text area": ['<textarea name="field">old</textarea>', "typed"],
    "a number": ['<input name="field" type="number" value="1">', "5"],
    "a date": ['<input name="field" type="date" value="2026-01-01">', "2026-02-03"],
  };
  for (const [name, [html, text]] of Object.entries(FIELDS)) {
    it(`stays in ${name}`, async () => {
      await refresh(
        `<p>old</p><form>${html}</form>`,
        () => type(find("[name=field]"), text),
        `<p>new</p><form>${html}</form>`,
      );
      expect(find("p").textContent).to.equal("new");
      expect(find("[name=field]").value).to.equal(text);
    });
  }

  it("stays in the element, with its focus and its selection", async () => {
    const html = '<p>old</p><input name="field" value="old">';
    await refresh(
      html,
      () => {
        type(find("input"), "typed text");
        find("input").setSelectionRange(2, 5, "backward");
      },
      html.replace("<p>old", "<p>new"),
    );
    const { selectionStart, selectionEnd } = find("input");
    expect(document.activeElement).to.equal(find("input"));
    expect([selectionStart, selectionEnd]).to.deep.equal([2, 5]);
    expect(find("p").textContent).to.equal("new");
  });

  it("keeps the focus on a link of the page that has another address by now", async () => {
    const links = (order, page) => `<a href="?sort=${order}">Title</a> <a href="?sort=year">Year</a>
      <a href="?page=${page}">Next</a><p>${order}</p><a href="?page=${page}">Next</a>`;
    await refresh(links("title", 2), () => find("a").focus(), links("-title", 3));
    expect(document.activeElement).to.equal(find("a"));
    await refresh(links("title", 2), () => find("a:last-child").focus(), links("-title", 3));
    expect(document.activeElement).to.equal(find("a:last-child"));
    await refresh(
      '<a href="/other/?a=1">Next</a>',
      () => find("a").focus(),
      '<p>new</p><a href="/other/?a=2">Next</a>',
    );
    expect(find("p").textContent).to.equal("new");
  });

  it("stays in editable text", async () => {
    const html = '<div contenteditable id="editor">old</div>';
    await refresh(html, () => type(find("#editor"), "typed"), html.replace("<div", "<p>new</p><div"));
    expect(find("#editor").textContent).to.equal("typed");
  });

  it("stays chosen: boxes, radio buttons and options", async () => {
    const html =
      '<input type="checkbox" name="box"><input type="radio" name="r" value="a" checked><input type="radio" name="r" value="b">' +
      "<select><option>1<option>2</select>";
    await refresh(
      html,
      () => {
        find("[name=box]").click();
        find("[value=b]").click();
        find("select").value = "2";
        find("select").dispatchEvent(new Event("change", { bubbles: true }));
      },
      `<p>new</p>${html}`,
    );
    expect(find("[name=box]").checked).to.equal(true);
    expect(find("[value=b]").checked).to.equal(true);
    expect(find("select").value).to.equal("2");
  });

  it("stays when the server has another value, and the page is told of that", async () => {
    const changed = hearAll("mizan:changed");
    await refresh(
      '<input name="field" value="old">',
      () => type(find("input"), "typed"),
      '<input name="field" value="other">',
    );
    expect(find("input").value).to.equal("typed");
    expect(changed.map(({ target, detail }) => [target, detail.value])).to.deep.equal([
      [find("input"), "other"],
    ]);
  });

  it("is what the server has, where nothing was entered", async () => {
    await refresh('<input name="field" value="old">', null, '<input name="field" value="new">');
    expect(find("input").value).to.equal("new");
  });

  it("stays in its row, if rows come before it", async () => {
    const row = (key) => `<li data-key="${key}"><input name="text" value=""></li>`;
    await refresh(
      `<ul>${row(1)}${row(2)}</ul>`,
      () => type(find("[data-key='2'] input"), "typed"),
      `<ul>${row(0)}${row(1)}${row(2)}</ul>`,
    );
    const values = [...find("ul").querySelectorAll("input")].map(({ value }) => value);
    expect(values).to.deep.equal(["", "", "typed"]);
  });

  it("goes with the element that the server does not have any more", async () => {
    const row = (key) => `<li data-key="${key}"><input name="text" value=""></li>`;
    await refresh(
      `<ul>${row(1)}${row(2)}</ul>`,
      () => type(find("[data-key='2'] input"), "typed"),
      `<ul>${row(1)}</ul>`,
    );
    expect([...find("ul").querySelectorAll("input")].map(({ value }) => value)).to.deep.equal([""]);
  });
});

describe("what a visitor has opened", () => {
  it("stays open", async () => {
    const html = "<details><summary>More</summary>old</details>";
    await refresh(html, () => (find("details").open = true), html.replace("old", "new"));
    expect(find("details").open).to.equal(true);
    expect(find("details").textContent).to.include("new");
  });

  it("stays closed", async () => {
    const html = "<details open><summary>More</summary>old</details>";
    await refresh(html, () => (find("details").open = false), html.replace("old", "new"));
    expect(find("details").open).to.equal(false);
  });

  it("is waited for, if it is a dialog", async () => {
    const html = '<dialog id="ask"><input name="field"></dialog>';
    await page(block("me", "user", html));
    find("dialog").showModal();
    const requests = serveBlocks(() => block("me", "user", `<p>new</p>${html}`));
    window.mizan.invalidate("user");
    await rest(100);
    expect(requests).to.deep.equal([]);
    expect(find("dialog").matches(":modal")).to.equal(true);
    find("dialog").close();
    await until(() => find("p"));
  });

  it("stays scrolled", async () => {
    const html =
      '<div id="list" style="height: 50px; overflow: auto"><div style="height: 500px">old</div></div>';
    await refresh(
      html,
      async () => {
        find("#list").scrollTop = 120;
      },
      html.replace("old", "new"),
    );
    expect(find("#list").scrollTop).to.equal(120);
  });
});

describe("what scripts set", () => {
  it("stays, if the server does not change it", async () => {
    const html = '<button class="a" aria-expanded="false">old</button>';
    await refresh(
      html,
      () => {
        find("button").classList.add("is-open");
        find("button").setAttribute("aria-expanded", "true");
        find("button").hidden = true;
      },
      html.replace("old", "new"),
    );
    expect(find("button").className).to.equal("a is-open");
    expect(find("button").getAttribute("aria-expanded")).to.equal("true");
    expect(find("button").hidden).to.equal(true);
    expect(find("button").textContent).to.equal("new");
  });

  it("is kept whole by mizan:keep", async () => {
    document.addEventListener("mizan:keep", ({ detail }) => detail.keep(find(".editor")), { once: true });
    let editor;
    await refresh(
      '<div class="editor" id="e">old</div>',
      () => {
        editor = find(".editor");
        editor.innerHTML = "<b>a script's</b>";
      },
      '<div class="editor" id="e">new</div>',
    );
    expect(find(".editor")).to.equal(editor);
    expect(editor.innerHTML).to.equal("<b>a script's</b>");
  });
});

describe("an element of another script", () => {
  /* Elements of this name write down what they are told of their attribute "level". */
  const define = (name, hasShadow) => {
    class Gauge extends HTMLElement {
      static observedAttributes = ["level"];
      told = [];
      constructor() {
        super();
        if (hasShadow) this.attachShadow({ mode: "open" }).innerHTML = "<slot></slot>";
      }
      attributeChangedCallback(_, was, now) {
        this.told.push([was, now]);
      }
    }
    customElements.define(name, Gauge);
  };

  for (const [name, hasShadow] of Object.entries({ "x-plain": false, "x-shadow": true })) {
    it(`stays, and is told once what is new: <${name}>`, async () => {
      define(name, hasShadow);
      let was;
      const meanwhile = () => (was = find(name));
      await refresh(`<${name} level="1"></${name}>`, meanwhile, `<${name} level="1" title="new"></${name}>`);
      expect(find(name)).to.equal(was);
      expect(was.title).to.equal("new");
      expect(was.told).to.deep.equal([[null, "1"]]);
      await refresh(`<${name} level="1"></${name}>`, meanwhile, `<${name}></${name}>`);
      expect(find(name)).to.equal(was);
      expect(was.told).to.deep.equal([
        [null, "1"],
        ["1", null],
      ]);
    });
  }

  it("stays, if it has a controller of Stimulus", async () => {
    let was;
    const html = '<p data-controller="counter">old</p>';
    await refresh(html, () => (was = find("p")), html.replace("old", "new"));
    expect(find("p")).to.equal(was);
    expect(was.textContent).to.equal("new");
  });

  it("stays with its code of Hyperscript, and goes when the server has none for it", async () => {
    let was;
    const meanwhile = () => (was = find("button"));
    await refresh(
      '<button _="on click log 1">old</button>',
      meanwhile,
      '<button _="on click log 2">new</button>',
    );
    expect(find("button")).to.equal(was);
    await refresh('<button _="on click log 1">old</button>', meanwhile, "<button>new</button>");
    expect(find("button")).not.to.equal(was);
  });
});

describe("a form in a block", () => {
  const FORM =
    '<form hx-post="/say/" hx-swap="none"><textarea name="text"></textarea><button>Say</button></form>';

  it("is empty after it was accepted, when the block is refreshed", async () => {
    await page(block("me", "user", FORM));
    serveBlocks(
      () => block("me", "user", `<p>new</p>${FORM}`),
      () => ({ status: 204, headers: { "X-Mizan-Invalidate": "user" } }),
    );
    type(find("textarea"), "Hi");
    const done = heard("mizan:refreshed");
    find("form").requestSubmit();
    await done;
    await until(() => find("p"));
    expect(find("textarea").value).to.equal("");
  });

  it("keeps what was typed after the request was sent", async () => {
    await page(block("me", "user", FORM));
    serveBlocks(
      () => block("me", "user", `<p>new</p>${FORM}`),
      async () => {
        await rest(20);
        return { status: 204, headers: { "X-Mizan-Invalidate": "user" } };
      },
    );
    type(find("textarea"), "Hi");
    const done = heard("mizan:refreshed");
    find("form").requestSubmit();
    await heard("mizan:request");
    type(find("textarea"), "Hi again");
    await done;
    expect(find("textarea").value).to.equal("Hi again");
  });

  it("keeps what was typed when it was refused", async () => {
    await page(block("me", "user", FORM));
    serveBlocks(
      () => block("me", "user", `<p>new</p>${FORM}`),
      () => ({ status: 409, headers: { "X-Mizan-Invalidate": "user" } }),
    );
    type(find("textarea"), "Hi");
    leave(find("textarea"));
    const done = heard("mizan:refreshed");
    find("form").requestSubmit();
    await done;
    expect(find("textarea").value).to.equal("Hi");
  });
});

describe("a script in a block", () => {
  it("runs once when the block is replaced, and not again while it is the same", async () => {
    window.ran = [];
    const html = (text) => `<p>${text}</p><script>ran.push("${text}")</script>`;
    await refresh(html("old"), null, html("new"));
    await until(() => window.ran.includes("new"));
    expect(window.ran).to.deep.equal(["new"]);
  });
});
