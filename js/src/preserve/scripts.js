/* mizan-content.js: what the answers bring into blocks besides HTML: scripts, and pieces of SVG and MathML. Needs
   mizan.js; mizan-keep.js needs it.

   The scripts of a block run when it is replaced: each once, in their order, with the new content in its place,
   whether they have changed or not. What a script is that a browser would not run (JSON, templates, import maps) is
   data. A block inside an <svg> or a <math> is parsed as what it stands in.

   A page whose scripts have a nonce lets a script of an answer run where the answer's own Content-Security-Policy
   has the nonce that the script has: then the server has written it, and it gets the page's.

   mizan.content, for mizan-keep.js:
   wrap(text, block)     puts an answer into what the block stands in, for the parser
   unwrap(fragment)      takes it out again
   mend(element)         makes what a morph has put into an <svg> as HTML what it is
   hold(fragment, {block, isRefresh, except})   keeps the scripts from running, and gives them; not those inside of
                         the elements `except`
   run(elements, held)   puts the scripts that hold() gave where they belong in what stands there now */
import { of, page } from "../dom.js";
import { nonce } from "../settings.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const BLOCK = "[data-mizan]";
  const SEAL = Math.random().toString(36).slice(2); // tells what is written here from what stands in an answer

  // ---- SVG and MathML

  const HTML = "http://www.w3.org/1999/xhtml";
  const WRAPPERS = { "http://www.w3.org/2000/svg": "svg", "http://www.w3.org/1998/Math/MathML": "math" };
  const WRAPPER = "data-mizan-wrapper";

  const wrapperOf = (block) =>
    block instanceof Element && of(block).matches(BLOCK) ? WRAPPERS[of(block).namespaceURI] : undefined;

  const wrap = (text, block) => {
    const name = typeof text === "string" && wrapperOf(block);
    return name ? `<${name} ${WRAPPER}="${SEAL}">${text}</${name}>` : text;
  };

  const unwrap = (fragment) => {
    const found = fragment?.querySelectorAll?.(`[${WRAPPER}="${SEAL}"]`) ?? [];
    for (const it of found) it.replaceWith(...it.childNodes);
  };

  // On htmx 2 it hangs on the way in which a block is replaced.
  if (!isHtmx2) {
    const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
    page.addEventListener(name4("htmx:after:request"), ({ detail: { ctx } }) => {
      ctx.text = wrap(ctx.text, ctx.target);
    });
  }

  /* In these, HTML may stand. */
  const TAKES_HTML = /^(foreignObject|desc|title|annotation-xml|m[inos]|mtext)$/;
  const spaceOf = (it) => {
    const { namespaceURI: around, localName } = of(of(it).parentElement);
    const name = of(it).localName;
    const root = Object.keys(WRAPPERS).find((each) => WRAPPERS[each] === name);
    if (root) return root;
    // htmx makes scripts so, and they run.
    return around in WRAPPERS && !TAKES_HTML.test(localName) && name !== "script" ? around : HTML;
  };

  /* htmx 4 morphs some elements into new ones, which it takes to be of HTML. */
  const mend = (element) => {
    if (isHtmx2) return;
    const inside = of(element).querySelectorAll(wrapperOf(element) ? "*" : ":is(svg, math), :is(svg, math) *");
    for (const it of inside) {
      const space = of(it).namespaceURI === HTML ? spaceOf(it) : HTML;
      if (space === HTML) continue;
      const name = CASED.find((each) => each.toLowerCase() === it.localName) ?? it.localName;
      const made = page.createElementNS(space, name);
      for (const { name, value } of it.attributes) made.setAttribute(name, value);
      made.append(...it.childNodes);
      it.replaceWith(made);
    }
  };
  const CASED = "clipPath foreignObject linearGradient radialGradient textPath".split(" ");

  // ---- scripts

  const JAVASCRIPT =
    /^(module|(application|text)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))$/i;
  const HELD = "data-mizan-script";

  const typeOf = (script) => {
    const language = script.getAttribute("language");
    return script.getAttribute("type") ?? (language ? `text/${language}` : "");
  };
  const isExecutable = (script) => typeOf(script) === "" || JAVASCRIPT.test(typeOf(script).trim());

  const ownNonce = nonce();

  /* block → the Content-Security-Policy with which its content came, or null. */
  const policies = new WeakMap();

  page.addEventListener("mizan:answer", ({ detail: { block, header } }) => {
    if (block) policies.set(block, header("Content-Security-Policy"));
  });

  /* What a policy, or each of several, says of scripts: lists of sources. */
  const sourcesIn = (policy) =>
    (policy ?? "")
      .split(",")
      .map((each) => {
        const directives = each.split(";").map((text) => text.trim().split(/\s+/));
        const find = (name) => directives.find(([first]) => first.toLowerCase() === name);
        return find("script-src-elem") ?? find("script-src") ?? find("default-src");
      })
      .filter(Boolean);

  const isVouchedFor = (script, sources) => {
    const own = script.getAttribute("nonce");
    return Boolean(own) && sources.length > 0 && sources.every((list) => list.includes(`'nonce-${own}'`));
  };

  /* Tell whether a script may run as far as this page knows; the browser has the last word. */
  const authorise = (script, policy) => {
    if (!ownNonce) return true; // the page has none to give
    const sources = sourcesIn(policy);
    const { inlineScriptNonce, extensions } = htmx.config;
    const isOfHtmx =
      (inlineScriptNonce && script.nonce === inlineScriptNonce) ||
      // That has looked at the answer's policy itself.
      (script.getAttribute("nonce") === ownNonce && /\bhx-csp\b/.test(extensions));
    if (isVouchedFor(script, sources)) script.nonce = ownNonce;
    else if (!isOfHtmx) {
      script.removeAttribute("nonce");
      // A script that another one puts into the page would be trusted as that one is.
      return !sources.some((list) => list.includes("'strict-dynamic'"));
    }
    return true;
  };

  /* One that the parser has made does not run. htmx 2 makes new ones of most, and htmx 4 of all. */
  const renew = (script) => {
    if (!isHtmx2 || /^(module|text\/javascript)?$/.test(script.type)) return script;
    const made = page.createElement("script");
    for (const { name, value } of script.attributes) made.setAttribute(name, value);
    made.textContent = script.textContent;
    return made;
  };

  const hold = (fragment, { block, isRefresh, except }) => {
    const held = new Map();
    for (const script of fragment.querySelectorAll("script")) {
      if (except.some((each) => of(each).contains(script))) continue;
      if (!isExecutable(script)) {
        if (isRefresh) authorise(script, policies.get(block)); // browsers ask for it in some of these, too
        continue;
      }
      const stand = script.cloneNode(true);
      stand.type = "text/plain";
      const key = `${SEAL}-${held.size}`;
      stand.setAttribute(HELD, key);
      script.replaceWith(stand);
      const fresh = renew(script);
      const isTrusted = !isRefresh || authorise(fresh, policies.get(block));
      const mayRun = isTrusted && htmx.config.allowScriptTags !== false;
      held.set(key, { fresh, mayRun });
    }
    return held;
  };

  const run = async (elements, held) => {
    if (!held.size) return;
    const stands = elements.flatMap((it) => [
      ...(of(it).matches(`[${HELD}]`) ? [it] : []),
      ...of(it).querySelectorAll(`[${HELD}]`),
    ]);
    for (const stand of stands) {
      const { fresh, mayRun } = held.get(stand.getAttribute(HELD)) ?? {};
      if (!fresh || !stand.isConnected) continue; // replaced meanwhile
      if (!mayRun) {
        stand.removeAttribute(HELD);
        continue;
      }
      if (!fresh.hasAttribute("async")) fresh.async = false;
      stand.replaceWith(fresh);
      if (waitsFor(fresh)) await ended(fresh);
    }
  };

  /* What follows a script from elsewhere may need it, as in a page. */
  const waitsFor = (script) =>
    script.hasAttribute("src") && !script.hasAttribute("async") && script.type !== "module" && !script.noModule;
  const ended = (script) =>
    new Promise((done) => {
      for (const name of ["load", "error"]) script.addEventListener(name, done);
    });

  Object.assign(mizan, { content: Object.freeze({ wrap, unwrap, mend, hold, run }) });
};
