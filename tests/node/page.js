/* Just enough of a page for the scripts to start in, without a browser. */

"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const FOLDER = join(__dirname, "../../static/mizan_htmx");

/* What it has stands in its prototype, as in browsers: an own property is what markup lays over it. */
const emptyDocument = (dataset) => {
  class Document extends EventTarget {
    get baseURI() {
      return "http://testserver/";
    }
    get currentScript() {
      return { dataset };
    }
    get documentElement() {
      return { getAttribute: () => null, setAttribute() {} };
    }
    get hidden() {
      return false;
    }
    get readyState() {
      return "loading"; // nothing of what waits for the page may start
    }
    querySelector() {
      return null;
    }
    querySelectorAll() {
      return [];
    }
  }
  Document.prototype.cookie = "";
  return new Document();
};

class Observer {
  observe() {}
  takeRecords() {
    return [];
  }
  disconnect() {}
}

class Channel extends EventTarget {
  postMessage() {}
  close() {}
}

/* As much of htmx as the scripts ask for when they start. */
const build = (version) => ({ version, config: {}, process() {}, defineExtension() {}, registerExtension() {} });

/* Make the window of a page on this version of htmx, or on none; `laid` is what its markup lays over the document,
   `named` the element that has the name of a global. It has run what comes before all other files. */
const open = ({ version = "4.0.1", dataset = {}, laid = {}, named, parts = {} } = {}) => {
  const window = Object.assign(new EventTarget(), {
    BroadcastChannel: Channel,
    CSS: { escape: String, supports: () => true },
    CustomEvent,
    HTMLFormElement: class extends EventTarget {},
    IntersectionObserver: Observer,
    MutationObserver: Observer,
    URL,
    URLSearchParams,
    WebSocket: class extends EventTarget {
      static OPEN = 1;
    },
    clearTimeout,
    console,
    document: emptyDocument(dataset),
    history: { state: null },
    htmx: version && build(version),
    localStorage: {},
    location: new URL("http://testserver/people/"),
    matchMedia: () => Object.assign(new EventTarget(), { matches: false }),
    navigator: { onLine: true },
    performance: { getEntriesByType: () => [], now: () => 0 },
    sessionStorage: {},
    setInterval() {},
    setTimeout,
  });
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
    window[name] = window[name].bind(window); // called without a window before them
  }
  for (const [name, value] of Object.entries(laid)) Object.defineProperty(window.document, name, { value });
  window.window = window;
  if (named) window[named] = { id: named };
  Object.assign(window, parts);
  vm.createContext(window);
  run(window, "mizan-start.js");
  return window;
};

/* Run scripts in a window, one after the other, as a page does. */
const run = (window, ...scripts) => {
  for (const name of scripts) {
    vm.runInContext(readFileSync(join(FOLDER, name), "utf-8"), window, { filename: name });
  }
};

const vectors = JSON.parse(readFileSync(join(__dirname, "../vectors/invalidation.json"), "utf-8"));

/* Objects made in the page's own realm are equal to none of ours. */
const plain = (value) => JSON.parse(JSON.stringify(value));

module.exports = { FOLDER, build, open, plain, run, vectors };
