/* mizan-start.js: which htmx the shim works with, and when its files start. Comes before all of them.

   Where window.htmx is htmx 2 or htmx 4, each file starts when it runs. Where it is not yet, the files wait: until
   window.htmx is there when the page has been parsed or loaded, or until a bundle hands its own over. They start
   in their order, each once, with what their tags say. One message tells what is missing, or is too old.

   mizan.start(htmx)   hands htmx over; again with the same one it does nothing
   mizan.htmx          the one that the shim works with

   For the scripts that go with this one, by the symbol "mizan-start":
   waits(script)        keeps a file's function until htmx is there, and tells whether it does
   tag()                the tag of the file that is starting; settings(): what it says
   whenParsed(then)     calls it when the page has been parsed and htmx has bound it, at once where that is past
   whenShown(listener)  is addEventListener("pageshow"); where the page is shown already, calls it for that, too */
(() => {
  "use strict";

  const SEAM = Symbol.for("mizan-start");
  if (window[SEAM]) return;

  const PATIENCE = 2000; // milliseconds after the page has been loaded, for what it imports then
  const CALLS = (
    "announce call controls cookie covers deliver fail format invalidate later parse refresh retry send session twins"
  ).split(" ");
  const WAYS = "Use {% mizan_scripts %}, load htmx before the shim, or hand it over: mizan.start(htmx).";

  /* Past <img name="currentScript">, which lies over the document's own. */
  const own = (name) => Reflect.get(Object.getPrototypeOf(document), name, document);

  const versionOf = (htmx) => (typeof htmx?.version === "string" ? htmx.version : "");
  const isFit = (htmx) => /^[24]\./.test(versionOf(htmx));
  const nameOf = (value) =>
    versionOf(value) ? `htmx ${value.version}` : Object.prototype.toString.call(value);

  const waiting = []; // {script, element} of each file that has run
  let chosen = null; // htmx
  let former = null; // the tag of the file that starts after it ran

  const tag = () => former ?? own("currentScript");
  const settings = () => tag()?.dataset ?? {};

  /* One of another version, and an element with the id "htmx", is none. */
  const find = () => {
    if (!chosen && isFit(window.htmx)) begin(window.htmx);
  };

  const begin = (htmx) => {
    chosen = htmx;
    window.mizan = Object.freeze({ start, htmx });
    for (const { script, element } of waiting.splice(0)) {
      former = element;
      try {
        script();
      } catch (error) {
        // As the browser tells that of a script: the next one runs all the same.
        if (window.reportError) window.reportError(error);
        else console.error(error);
      }
    }
    former = null;
  };

  const start = (htmx) => {
    if (!isFit(htmx)) {
      const way = 'Give it what `import htmx from "htmx.org"` gives.';
      throw new TypeError(`mizan.start() takes htmx 2 or htmx 4, not ${nameOf(htmx)}. ${way}`);
    }
    if (!chosen) begin(htmx);
    else if (chosen !== htmx) {
      throw new Error(
        `mizan.start(): the shim works with another ${nameOf(chosen)} already. Load htmx once: ` +
          "{% mizan_scripts htmx=None %} leaves it to the bundle.",
      );
    }
  };

  /* After mizan.js has failed, which has said why, the others would only say that they need it. */
  const isLost = () => window[Symbol.for("mizan")] && !window.mizan?.dom;

  const waits = (script) => {
    if (chosen) return isLost();
    waiting.push({ script, element: tag() });
    return true;
  };

  let hasComplained = false;

  const complain = () => {
    if (chosen || hasComplained) return;
    hasComplained = true;
    const has = versionOf(window.htmx) ? `this page has ${nameOf(window.htmx)}` : "this page has none";
    console.error(`mizan: the shim needs htmx 2 or htmx 4, and ${has}. ${WAYS}`);
  };

  // ---- the life of the page

  /* By readyState alone nobody can tell whether DOMContentLoaded is past, or has yet to come. */
  const timing = () => performance.getEntriesByType("navigation")[0] ?? {};
  const isLoaded = () => own("readyState") === "complete";

  const whenParsed = (then) => {
    const soon = () => setTimeout(then);
    if (isLoaded() || timing().domContentLoadedEventStart > 0) soon();
    else addEventListener("DOMContentLoaded", soon);
  };

  const whenShown = (listener) => {
    addEventListener("pageshow", listener);
    if (timing().loadEventEnd > 0) listener({ persisted: false });
  };

  const lookLast = () => {
    find();
    setTimeout(complain, PATIENCE);
  };

  const refuse = (name) => () => {
    throw new Error(`mizan.${name}() can't be called yet: the shim has not started, and waits for htmx. ${WAYS}`);
  };

  window[SEAM] = Object.freeze({ waits, tag, settings, whenParsed, whenShown });
  find();
  if (!chosen) {
    const refused = Object.fromEntries(CALLS.map((name) => [name, refuse(name)]));
    window.mizan = Object.freeze({ start, isRefresh: () => false, ...refused }); // there are none yet
    if (versionOf(window.htmx)) complain(); // is not going to be another one by itself
    addEventListener("DOMContentLoaded", find, true); // on the way down: before htmx binds the page
    if (isLoaded()) lookLast();
    else addEventListener("load", lookLast);
  }
})();
