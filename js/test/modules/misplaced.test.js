/* Blocks that the HTML parser moves or leaves out, and ids that come twice, are reported under DEBUG. */

import { expect } from "chai";
import { htmxScript, open, tag } from "../helpers/site.js";

const TAGS = htmxScript("2.0.11") + tag("mizan.js") + tag("mizan-debug.js");

/* What {% mizan_context %} writes in a page that a browser loads. */
const block = (name, id, content = "x") =>
  `<!--mizan ${id} ${name}--><${name} id="${id}" data-mizan="a">${content}<!--/mizan ${id} ${name}--></${name}>`;

const commentsIn = ({ document }) => {
  const walker = document.createTreeWalker(document, 128);
  const found = [];
  while (walker.nextNode()) if (/mizan/.test(walker.currentNode.data)) found.push(walker.currentNode.data);
  return found;
};

const until = async (isTrue) => {
  for (let tries = 0; tries < 500 && !isTrue(); tries += 1) await new Promise((next) => setTimeout(next, 20));
  expect(isTrue()).to.equal(true);
};

const looked = () => new Promise((resolve) => setTimeout(resolve, 1200)); // twice at the ids

const FINE = {
  "in a division": `<div> ${block("div", "me")} </div>`,
  "rows in a table": `<table> ${block("tbody", "me", `<tr>${block("td", "you")}</tr>`)}</table>`,
  "rows in a table without tbody": `<table>${block("tr", "me", "<td>")}${block("tr", "you", "<td>")}</table>`,
  "cells in a table": `<table>${block("td", "me")}${block("td", "you")}</table>`,
  "a whole table without tbody": block("table", "me", "<tr><td>x</td></tr>"),
  "options in a select": `<select>${block("option", "me")}${block("optgroup", "you", "<option>x")}</select>`,
  "items in a list": `<ul>${block("li", "me")}${block("li", "you")}</ul>`,
  "blocks in blocks": block("div", "me", block("p", "you") + block("p", "they")),
  "content that is not closed": block("ul", "me", "<li>x<li>y"),
  "what a script has taken away": `<div>${block("div", "me")}</div><script>document.getElementById("me").remove()</script>`,
  "what a script has moved": `<div>${block("div", "me")}</div><script>document.body.append(document.getElementById("me"))</script>`,
  "in SVG": `<svg>${block("g", "me", "<circle/>")}</svg>`,
};

const WRONG = {
  "a division in a table": [
    `<table class="t">${block("div", "me")}</table>`,
    'The browser has moved <div id="me"> out of <table class="t">, where its template has it: a <div> may not stand there. ' +
      'Write tag="tbody", or put the block around the <table>.',
  ],
  "a division around rows": [
    `<table><tbody>${block("div", "me", "<tr><td>x</td></tr>")}</tbody></table>`,
    'The browser has moved <div id="me"> out of <tbody>, where its template has it: a <div> may not stand there. ' +
      'Write tag="tr", or put the block around the <table>.',
  ],
  "a division in a row": [
    `<table><tr>${block("div", "me")}</tr></table>`,
    'The browser has moved <div id="me"> out of <tr>, where its template has it: a <div> may not stand there. ' +
      'Write tag="td", or put the block around the <table>.',
  ],
  "a row in a row": [
    `<table><tr>${block("tr", "me", "<td>x")}</tr></table>`,
    'The browser has moved <tr id="me"> out of <tr>, where its template has it: a <tr> may not stand there. ' +
      'Write tag="td", or put the block around the <table>.',
  ],
  "a row outside of a table": [
    `<div>${block("tr", "me", "<td>x</td>")}</div>`,
    'The browser has left out <tr id="me"> in <div>, where its template has it: a <tr> may not stand there. ' +
      "A <tr> may stand in a few elements only: name another one with tag=.",
  ],
  "a row in a select": [
    `<select name="s">${block("tr", "me", "<option>x</option>")}</select>`,
    'The browser has left out <tr id="me"> in <select name="s">, where its template has it: a <tr> may not stand there. ' +
      'Write tag="optgroup", or put the block around the <select>.',
  ],
  "a form in a form": [
    `<form class="f">${block("form", "me")}</form>`,
    'The browser has left out <form id="me"> in <form class="f">, where its template has it: a <form> may not stand there. ' +
      "A <form> may stand in a few elements only: name another one with tag=.",
  ],
  "a division in a paragraph": [
    `<p>Hello ${block("div", "me")}</p>`,
    'The browser has moved <div id="me"> out of <p>, where its template has it: a <div> may not stand there. ' +
      'Write tag="span", or put the block around the <p>.',
  ],
  "a list in a paragraph that is a block": [
    block("p", "me", "a<ul><li>b</li></ul>c"),
    'The browser has ended <p id="me"> before the end of its content, which may not stand in a <p>. Name another element ' +
      "with tag=.",
  ],
};

describe("misplaced blocks", () => {
  for (const [name, html] of Object.entries(FINE)) {
    it(`are not: ${name}`, async () => {
      const site = await open(TAGS + html);
      expect(site.said("error")).to.deep.equal([]);
      expect(commentsIn(site)).to.deep.equal([]);
    });
  }

  for (const [name, [html, text]] of Object.entries(WRONG)) {
    it(`are reported once: ${name}`, async () => {
      const site = await open(TAGS + html);
      expect(site.said("error")).to.deep.equal([`mizan: ${text}`]);
      expect(commentsIn(site)).to.deep.equal([]);
      await until(() =>
        site.document.querySelector("mizan-debug").shadowRoot.querySelector("ol").textContent.includes(text),
      );
    });
  }

  it("are reported where only this browser leaves one in its <select>", async () => {
    const site = await open(`${TAGS}<select name="s">${block("div", "me", "<option>x")}</select>`);
    const [said, ...more] = site.said("error");
    expect(more).to.deep.equal([]);
    expect(said).to.match(
      /^mizan: (The browser has left out|Other browsers leave out) <div id="me"> in <select name="s">, where its template has it/,
    );
    expect(commentsIn(site)).to.deep.equal([]);
  });

  it("are found where the scripts are not deferred, and leave other comments alone", async () => {
    const now = { defer: false };
    const tags = htmxScript("4.0.1") + tag("mizan.js", now) + tag("mizan-debug.js", now);
    const site = await open(`${tags}<table>${block("div", "me")}<!-- mizan --></table>`);
    expect(site.said("error")).to.have.length(1);
    expect(commentsIn(site)).to.deep.equal([" mizan "]);
  });

  it("are not looked for without the overlay's script", async () => {
    const site = await open(`${htmxScript("4.0.1")}${tag("mizan.js")}<table>${block("div", "me")}</table>`);
    expect(site.said("error")).to.deep.equal([]);
  });
});

describe("an id that comes twice", () => {
  const TWICE =
    'mizan: Two elements have the id "me": <div id="me" data-mizan="a"> and <p id="me">. A refresh would change the first of ' +
    "them only. Give each block an id of its own, or leave it out.";
  const me = '<div id="me" data-mizan="a"></div>';

  it("is reported once when the page is loaded", async () => {
    const site = await open(`${TAGS}${me}<p id="me"></p><i id="i"></i><b id="i"></b>`);
    await until(() => site.said("error").length > 0);
    site.evaluate('document.body.append("more", document.createElement("p"))');
    await looked();
    expect(site.said("error")).to.deep.equal([TWICE]);
  });

  it("is reported when a swap has brought the second", async () => {
    const site = await open(`${TAGS}${me}`);
    site.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=me></p>')");
    await until(() => site.said("error").length > 0);
    expect(site.said("error")).to.deep.equal([TWICE]);
  });

  it("is not while a swap replaces the first", async () => {
    const site = await open(`${TAGS}${me}`);
    site.evaluate(`
      document.body.insertAdjacentHTML('beforeend', '<p id=me></p>');
      setTimeout(() => document.getElementById("me").remove(), 300);
    `);
    await looked();
    expect(site.said("error")).to.deep.equal([]);
  });

  it("is not where only one of both is in the page, or neither is a block", async () => {
    const site = await open(`${TAGS}${me}<template><p id="me"></p></template><i id="i"></i><b id="i"></b>`);
    await looked();
    expect(site.said("error")).to.deep.equal([]);
  });
});
