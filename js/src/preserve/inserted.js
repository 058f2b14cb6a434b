/* mizan-inserted.js: what a person's own request has put into a block outlives the block's refreshes: a form in
   the place of a row, an error, more rows, a detail view. Needs mizan-keep.js and mizan-swaps.js.

   While it holds a field or the focus it stays as it is, and what is around it refreshes. Anything else is asked for
   again, by the same GET to the same place, when the block is fresh; until then it shows what it did. What can't be
   asked for again, because it answered a POST or because the server refuses it now, is what the fresh block has in
   its place. A form that was sent, was taken and made the block stale goes with that refresh.

   What loads by itself (load, revealed, intersect, every) is no person's request: mizan-swaps.js leaves it out. */
import { attributeOf, of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const { STYLE, instead } = mizan.keep;
  const BLOCK = "[data-mizan]";
  const LAZY = "[data-mizan-lazy]";
  const KEPT = "[data-mizan-keep], [hx-preserve]";
  const OURS = "form[data-mizan-form]"; // is answered by an empty one
  const PIECE = "mizan-inserted"; // the id of the copy of one
  const CALMLY = " swap:0s transition:false ignoreTitle:true";
  const NO_FIELD = /^(hidden|submit|button|reset|image)$/;
  const FIELD = "input, select, textarea, [contenteditable]:not([contenteditable=false])";

  const on = (names, listener, capture = true) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, capture);
  };
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const isIn = (nodes, node) => nodes.some((it) => of(it).contains(node));
  const isElement = (node) => node instanceof Element;
  const isText = (node) => node instanceof Text && node.data.trim() !== "";
  const isShown = (node) => isElement(node) || isText(node);
  const partsOf = (nodes) => (nodes.some(isElement) ? nodes.filter(isElement) : nodes.filter(isShown));

  /* An insertion is what one request has put into blocks: {request, pieces}; `above` is the one inside of which it
     is; `isSaved` its form was sent and taken; `isDue` it is to be asked for again; `isForced` also with the fields of
     a form inside of it, that was sent and taken.
     A piece is what it put into one place:
     nodes      its elements, in the order of the page, or its text where it has none;
     how        "inner": in the place of all that is in the target; "outer": in the place of the target itself;
                "first", "last": beside what is in it; "before", "after": beside the target;
     root       a copy of the block (of the piece, inside of another one) as it was before;
     mark       the target in that copy;
     isText     it is mere text, with an element before it by which it can be held;
     original   what the server has in that place */
  const insertions = new Set();

  const pieces = () => [...insertions].flatMap((each) => each.pieces);
  const nodesOf = ({ pieces }) => pieces.flatMap(({ nodes }) => nodes);

  const isThere = (node) => of(node).isConnected;
  const forgetGone = () => {
    for (const each of insertions) {
      each.pieces = each.pieces.filter(({ nodes }) => nodes.some(isThere));
      if (!each.pieces.length) insertions.delete(each);
    }
  };

  // ---- places

  const pathOf = (node, root) => {
    const path = [];
    for (let it = node; it !== root; it = of(it).parentNode) {
      path.unshift([...of(of(it).parentNode).childNodes].indexOf(it));
    }
    return path;
  };
  const follow = (root, path) => path.reduce((it, at) => of(it).childNodes[at], root);

  /* Copies that load nothing, and run nothing. */
  let made = null;
  const inert = () => (made ??= page.implementation.createHTMLDocument(""));
  const copyOf = (node) => inert().importNode(node, true);
  const copyAll = (nodes) => {
    const root = inert().createElement("div");
    root.id = PIECE;
    root.append(...nodes.map(copyOf));
    return root;
  };

  /* Copy what was there before: of the block, what the server has. */
  const rebuild = ({ parent, target, before }, nodes, asServed = (list) => list) => {
    let mark = null;
    const copy = (node) => {
      const it = inert().importNode(node, false);
      if (node === target) mark = it;
      const list = node === parent ? before : [...of(node).childNodes];
      if (list.length) of(it).append(...asServed(list).map(copy));
      return it;
    };
    return { copies: nodes.map(copy), mark };
  };

  const placeInBlock = (block, change) => {
    const served = (it) => {
      const piece = pieces().find(({ nodes }) => nodes.includes(it));
      return piece ? (piece.nodes.find(isThere) === it ? piece.original : []) : [it];
    };
    const { copies, mark } = rebuild(change, [block], (list) => list.flatMap(served));
    return { root: copies[0], mark };
  };

  const placeInPiece = ({ nodes }, change) => {
    const isInside = isIn(nodes, change.parent);
    const isHere = (it) => nodes.includes(it) || it === change.target;
    const { copies, mark } = rebuild(change, isInside ? nodes : change.before.filter(isHere));
    const root = inert().createElement("div");
    root.id = PIECE;
    root.append(...copies);
    return { root, mark: !isInside && change.target === change.parent ? root : mark };
  };

  /* Of mizan-keep.js. */
  let findTwin = () => null;
  let isEntered = () => false;

  const blockIn = (fresh, { id }) =>
    of(fresh).id === id ? fresh : of(fresh).querySelector(`[id="${CSS.escape(id)}"]`);

  /* By its id; by what it shows, where nothing else of the kind shows the same; or as fields are. */
  const twinIn = (fresh, { root, mark }) => {
    const at = blockIn(fresh, of(root));
    if (!at || mark === root) return at;
    const text = of(mark).textContent.trim();
    const alike = (from) =>
      [...of(from).querySelectorAll(of(mark).localName)].filter((it) => of(it).textContent.trim() === text);
    const found = alike(at);
    const isPlain = !of(mark).hasAttribute("id") && text !== "" && found.length === 1 && alike(root).length === 1;
    return isPlain ? found[0] : findTwin(mark, root, at);
  };

  // ---- what was put there

  const containerOf = ({ how, nodes }) => (how === "inner" ? of(nodes[0])?.parentNode : null);

  const add = (request, change, insertion) => {
    const { how, parent, target, before, isMain } = change;
    const nodes = partsOf(change.nodes);
    const removed = before.filter((it) => isShown(it) && !of(it).isConnected);
    const holder = pieces().find(
      (it) =>
        isIn(it.nodes, parent) ||
        containerOf(it) === parent ||
        it.nodes.includes(target) ||
        removed.some((each) => it.nodes.includes(each)),
    );
    const block = of(parent).closest(BLOCK);
    const isBlock = is(target, BLOCK) && nodes.some((it) => is(it, BLOCK) && of(it).id === of(target).id);
    if (!block || isBlock) return; // what brings a block is no insertion
    const isInstead =
      holder &&
      !isIn(holder.nodes, parent) &&
      removed.length > 0 &&
      removed.every((it) => !isElement(it) || holder.nodes.includes(it)) &&
      !holder.nodes.some((it) => of(it).isConnected);
    if (isInstead) {
      const { original } = holder;
      if (!isSame(nodes, original)) insertion.pieces.push({ ...holder, nodes, isMain });
      const former = insertionOf(holder);
      insertion.above ??= former?.above;
      // It comes anew, whoever saved it.
      insertion.isSaved = former?.isSaved && nodes.some((it) => is(it, OURS) || of(it).querySelector?.(OURS));
      holder.nodes = [];
    } else if (holder) {
      insertion.pieces.push({ isMain, how, nodes, ...placeInPiece(holder, change), original: removed });
      insertion.above ??= holder;
      widen(holder, parent, nodes);
    } else if (!isSame(nodes, removed)) {
      insertion.pieces.push({ isMain, how, nodes, ...placeInBlock(block, change), original: removed });
    }
  };

  /* What stands beside the elements of a piece is part of it. */
  const widen = (piece, parent, nodes) => {
    if (isIn(piece.nodes, parent)) return;
    const all = new Set([...piece.nodes.filter(isThere), ...nodes]);
    piece.nodes = [...of(parent).children].filter((it) => all.has(it));
  };

  const insertionOf = (piece) => [...insertions].find((each) => each.pieces.includes(piece));

  /* What the server's block has there already is no insertion. */
  const textOf = (nodes) => {
    const root = copyAll([...nodes]);
    for (const it of of(root).querySelectorAll("*")) {
      const { classList } = of(it);
      for (const name of [...classList]) if (name.startsWith("htmx-")) classList.remove(name);
      if (!classList.length) of(it).removeAttribute("class");
      for (const name of ["data-htmx-powered", "data-hx-revealed"]) of(it).removeAttribute(name);
      if (of(it).getAttribute("name") === "csrfmiddlewaretoken") of(it).removeAttribute("value");
    }
    return root.innerHTML.replace(/\s+/g, " ").replace(/> | </g, (text) => text.trim());
  };
  const isSame = (nodes, others) => textOf(nodes) === textOf(others.filter(isShown));

  on("mizan:swapped", ({ detail: { element, request, changes } }) => {
    const asking = asked.get(element); // if it was asked for again
    const insertion = asking?.each ?? { request, pieces: [] };
    for (const change of changes) {
      if (asking) change.nodes.forEach(dropAutofocus);
      if (asking && change.target === asking.place) renew(asking, change);
      else add(request, change, insertion);
    }
    if (insertion.pieces.length) insertions.add(insertion);
    forgetGone();
    for (const each of asking?.below.splice(0) ?? []) askInside(each, insertion);
  });

  const renew = ({ each, main, place }, { nodes, parent }) => {
    place.remove();
    main.nodes = partsOf(nodes);
    if (each.above) widen(each.above, parent, main.nodes);
    if (isSame(main.nodes, main.original)) main.nodes = [];
  };

  const dropAutofocus = (root) => {
    for (const it of of(root).querySelectorAll?.("[autofocus]") ?? []) of(it).removeAttribute("autofocus");
    of(root).removeAttribute?.("autofocus");
  };

  // ---- the refresh of a block

  const isField = (it) => is(it, FIELD) && !NO_FIELD.test(of(it).type);
  const fieldsIn = (nodes) =>
    nodes.filter(isElement).flatMap((it) => [it, ...of(it).querySelectorAll(FIELD)]).filter(isField);
  const holdsFocus = (each) => isIn(nodesOf(each), page.activeElement);
  const isTyped = (each) => fieldsIn(nodesOf(each)).some(isEntered);
  const isInUse = (each) =>
    each.isForced ? isTyped(each) : holdsFocus(each) || fieldsIn(nodesOf(each)).length > 0;

  on("mizan:keep", ({ target: block, detail }) => {
    const { fresh, source, keep } = detail;
    [findTwin, isEntered] = [detail.twin, detail.isEntered];
    if (asked.has(source)) return;
    forgetGone();
    const staying = [];
    for (const each of insertions) {
      const here = each.pieces.filter(({ nodes }) => of(block).contains(nodes[0]));
      if (each.above || !here.length || here.some((piece) => isHeld(piece, block, fresh))) continue;
      const nodes = nodesOf(each);
      const isFilled = isTyped(each);
      const isOver = source !== block || each.isSaved;
      const stays = isOver ? isFilled && !isIn(nodes, source) : isInUse(each) || each.request.isSafe;
      each.isDue = stays && (each.isForced ? !isFilled : !fieldsIn(nodes).length);
      if (!stays) forget(each);
      else staying.push(...here.map((piece) => ({ piece, isFilled, target: twinIn(fresh, piece) })));
    }
    // All of them are looked for before the first is there.
    const fits = staying.filter((each) => find(each, fresh));
    for (const { piece, at, how } of fits) put(piece, at, how, keep);
  });

  /* Inside of what stays anyway. */
  const isHeld = ({ nodes }, block, fresh) => {
    for (let up = of(nodes[0]).parentElement; up !== block; up = of(up).parentElement) {
      if (is(up, KEPT)) return true;
      const isLoaded = is(up, `${BLOCK}:not(${LAZY})`);
      if (isLoaded && is(of(fresh).querySelector(`[id="${CSS.escape(of(up).id)}"]`), LAZY)) return true;
    }
    return false;
  };

  const forget = (each) => {
    insertions.delete(each);
    for (const below of insertions) if (each.pieces.includes(below.above)) forget(below);
  };

  /* Tell whether there is a place for it. */
  const find = (each, fresh) => {
    const { piece, target, isFilled } = each;
    each.at = target ?? (isFilled && refuge(piece, fresh));
    each.how = target ? piece.how : "last";
    if (!target) return Boolean(each.at);
    const { how, nodes, root } = piece;
    piece.original = how === "inner" ? [...of(target).childNodes] : how === "outer" ? [target] : [];
    if (isSame(nodes, piece.original)) piece.nodes = [];
    const at = blockIn(fresh, of(root));
    piece.root = copyOf(at);
    piece.mark = follow(piece.root, pathOf(target, at));
    return true;
  };

  /* Let its elements stand in the fresh block where they would be, had it been put there now. */
  const put = (piece, target, how, keep) => {
    if (piece.nodes[0] instanceof Text) anchor(piece);
    const stubs = piece.nodes.map((it) => of(it).cloneNode());
    if (!stubs.length) return;
    insert(target, how, [...stubs, ...textAfter(piece).map((it) => it.cloneNode())]);
    piece.nodes.forEach((it, index) => keep(it, stubs[index]));
  };

  /* Mere text can't be held; an element before it can. */
  const anchor = (piece) => {
    const element = page.createElement("template");
    of(piece.nodes.find(isThere)).before(element);
    [piece.nodes, piece.isText] = [[element], true];
  };
  const textAfter = ({ nodes, isText }) => {
    const next = isText && nodes[0]?.nextSibling;
    return next instanceof Text ? [next] : [];
  };
  const removeNodes = (piece) => {
    for (const node of [...piece.nodes, ...textAfter(piece)]) of(node).remove();
  };

  const insert = (target, how, nodes) => {
    if (how === "inner") of(target).replaceChildren(...nodes);
    else if (how === "outer") of(target).replaceWith(...nodes);
    else if (how === "first") of(target).prepend(...nodes);
    else if (how === "last") of(target).append(...nodes);
    else if (how === "before") of(target).before(...nodes);
    else of(target).after(...nodes);
  };

  /* The place is gone. What was typed stays at the end of what was around it, or around that. */
  const refuge = ({ root, mark }, fresh) => {
    for (let up = of(mark).parentNode; up && up !== root; up = of(up).parentNode) {
      const twin = twinIn(fresh, { root, mark: up });
      if (of(twin)?.localName === of(up).localName) return twin;
    }
    return blockIn(fresh, of(root)) ?? fresh;
  };

  // ---- asking again

  on("mizan:refreshed", () => askAll(), false);
  on("focusout", () => setTimeout(askAll), false);

  const askAll = () => {
    forgetGone();
    for (const each of insertions) {
      if (!each.isDue || each.isAsked || isInUse(each)) continue;
      each.isDue = false;
      if (each.request.isSafe) ask(each);
      else giveBack(each);
    }
  };

  /* Let the fresh block have what it has. */
  const giveBack = (each) => {
    forget(each);
    each.pieces.forEach(restore);
  };
  const restore = (piece) => {
    const { how, nodes, original } = piece;
    const [first] = nodes.filter(isThere);
    if (!first) return;
    if (how === "inner") of(of(first).parentNode).replaceChildren(...original);
    else of(first).before(...original);
    removeNodes(piece);
    for (const node of original.filter(isElement)) htmx.process(node);
  };

  /* The element that asks → {each, main, target, place, below, isAnswered}. */
  const asked = new WeakMap();

  /* By an element of its own, to which the page hands nothing down, and after another one that is put before the
     place when the answer is there: of mere text in the place of an element, htmx 2 tells nothing. What comes again
     keeps what scripts and people have made of it. What came out of band comes so again. */
  const ask = async (each, target) => {
    const { url, headers, strip, select, selectOOB } = each.request;
    const main = target ? each.pieces[0] : each.pieces.find(({ isMain }) => isMain);
    const source = page.createElement("template");
    source.setAttribute("data-mizan-again", "");
    const place = page.createElement("template");
    const extensions = attributeOf(target ?? nodesOf(each).find(isThere), "hx-ext");
    if (extensions) source.setAttribute("hx-ext", extensions);
    page.documentElement.append(source, ...(main ? [] : [place]));
    const asking = { each, main, target, place, below: [], isAnswered: false };
    asked.set(source, asking);
    each.isAsked = true;
    const swap = (main ? STYLE : "none") + (strip ? " strip:true" : "") + CALMLY;
    try {
      await htmx.ajax("GET", url, { source, target: place, swap, select, selectOOB, headers });
    } catch {
      // htmx has told why.
    }
    source.remove();
    if (!main) place.remove();
    each.isAsked = false;
    if (!asking.isAnswered || of(place).isConnected) giveBack(each);
    askAll(); // the block may have been refreshed once more meanwhile
  };

  /* What was inside of what has come anew is asked for after it. */
  const askInside = ({ request, pieces: [piece] }, { pieces: [into] }) => {
    if (!piece || !into || !request.isSafe) return;
    const root = copyAll(into.nodes);
    const twin = piece.mark === piece.root ? root : findTwin(piece.mark, piece.root, root);
    if (!twin) return;
    const [at, ...path] = pathOf(twin, root);
    const target = twin === root ? of(into.nodes[0]).parentNode : follow(into.nodes[at], path);
    const original = piece.how === "outer" ? [target] : [];
    ask({ request, pieces: [{ ...piece, nodes: [], original }], above: into }, target);
  };

  /* Before anybody else looks at what the answer is for. */
  on("mizan:answer", (event) => {
    const { element, status } = event.detail;
    const asking = asked.get(element);
    if (!asking) return;
    const { each, main, target, place } = asking;
    asking.isAnswered = true;
    if (target) {
      insert(target, main.how, [place]);
      main.nodes = [place];
      instead(place, [], element);
    } else if (!insertions.has(each) || isInUse(each)) {
      each.isDue = true;
      return event.preventDefault();
    } else if (main) {
      asking.below = [...insertions].filter(({ above }) => each.pieces.includes(above));
      asking.below.forEach(forget);
      each.isForced = false;
      instead(place, makeRoom(main, place), element);
    }
    for (const piece of each.pieces) if (!piece.isMain) restore(piece);
    if (status < 200 || status > 299) event.preventDefault();
  });

  /* List the elements that are still there, behind the place. */
  const makeRoom = (piece, place) => {
    const there = piece.nodes.filter(isThere);
    of(there[0]).before(place);
    const stays = piece.isText ? [] : there;
    if (piece.how === "inner") {
      const others = [...of(place).parentNode.childNodes].filter((it) => it !== place && !stays.includes(it));
      for (const it of others) of(it).remove();
    } else if (piece.isText) removeNodes(piece);
    [piece.nodes, piece.isText] = [[place, ...stays], false];
    return stays;
  };

  // ---- a form that was saved

  let sender = null; // the insertion that has had an answer, until it has told what is stale

  const sendsFields = (element) =>
    is(element, "form") ||
    isField(element) ||
    /^(submit|image)$/.test(element.type) ||
    attributeOf(element, "hx-include");

  on("mizan:answer", (event) => {
    const { element, isSafe, status } = event.detail;
    sender = null;
    if (isSafe || event.defaultPrevented || status < 200 || status > 299 || !sendsFields(element)) return;
    forgetGone();
    const form = is(element, "form") ? element : element.form;
    const isFrom = (each) => [element, form].some((it) => it && isIn(nodesOf(each), it));
    sender = [...insertions].findLast(isFrom) ?? null; // what is inside came later
    queueMicrotask(() => (sender = null));
  }, false);

  const topOf = (each) => {
    const holder = insertionOf(each.above);
    return holder ? topOf(holder) : each;
  };

  on("mizan:invalidate", (event) => {
    const { header, blocks, source } = event.detail;
    const each = sender;
    sender = null;
    if (!each || event.defaultPrevented || !/^(response|cookie)$/.test(source)) return;
    const nodes = nodesOf(each);
    const isAround = (block) => isIn([block], nodes[0]);
    const around = [...page.querySelectorAll(BLOCK)].filter(isAround);
    if (!around.some((block) => mizan.covers(header, of(block).dataset.mizan))) return;
    if (each.above) {
      topOf(each).isForced = true;
      return forget(each);
    }
    each.isSaved = true;
    // By the socket, it may be fresh already.
    if (!blocks.some(isAround) && !isTyped(each)) giveBack(each);
  }, false);
};
