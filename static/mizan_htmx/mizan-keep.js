/* mizan-keep.js: what a person entered or opened stays when blocks are replaced. Needs mizan.js.

   A refresh of a block, and any other outerHTML swap that brings the same block again, becomes a morph: on htmx 4 by
   htmx's own, on htmx 2 by Idiomorph where the page has loaded it. Without Idiomorph the new elements get what the
   old ones had, and a refresh waits for what can't be handed over.

   What somebody entered is not overwritten unless they sent it. Where the server's value has changed meanwhile, the
   field has it in data-mizan-changed. A block with an open dialog, from which something is being dragged, or in which
   a word is being composed, waits until that is over.

   mizan:changed   on a field; detail {value}: what the server has now; bubbles
   mizan:keep      on a block that is about to be replaced; detail {fresh, source, keep}: keep(element) leaves an
                   element inside as it is, as data-mizan-keep does; bubbles */
(function script() {
  "use strict";

  const LOADED = Symbol.for("mizan-keep");
  if (window[LOADED] || window[Symbol.for("mizan-start")]?.waits(script)) return;
  window[LOADED] = true;

  const { mizan } = window;
  const { htmx } = mizan ?? {};
  if (!mizan?.dom) throw new Error("mizan-keep.js needs mizan.js: load it before, or use {% mizan_scripts %}.");
  const { of, page } = mizan.dom;
  const isHtmx2 = htmx.version.startsWith("2.");
  const BLOCK = "[data-mizan]";
  const LAZY = '[data-mizan-lazy], [hx-trigger^="load"]';
  const EDITABLE = "[contenteditable]:not([contenteditable=false])";
  const POPOVER = CSS.supports("selector(:popover-open)") ? ":popover-open" : "dialog[open]";
  const KEPT = "[data-mizan-keep], [hx-preserve]";
  const STYLE = "mizan";
  const BORROWED = `mizan-keep-${Math.random().toString(36).slice(2)}-`; // begins the ids for a morph, and no others
  const MARK = "data-mizan-changed";
  const AUTOFOCUS = "[autofocus]:not(dialog *, [popover] *)"; // in those it says what opening focuses

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const fire = (target, name, detail) =>
    of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const isInside = (element, set) => {
    for (let up = element; up; up = of(up).parentElement) if (set.has(up)) return true;
    return false;
  };

  // ---- fields: what a person can change

  const FIELD = `input, select, textarea, ${EDITABLE}`;
  const isField = (node) => is(node, FIELD) && !/^(hidden|submit|button|reset|image)$/.test(of(node).type);
  const fieldsIn = (root) => [...of(root).querySelectorAll(FIELD)].filter(isField);
  const isCheckable = (node) => /^(checkbox|radio)$/.test(of(node).type);

  const groupOf = (field) =>
    field.type === "radio"
      ? [...page.getElementsByName(field.name)].filter((it) => it.type === "radio" && it.form === field.form)
      : [field];

  const read = (field) => {
    if (is(field, EDITABLE)) return field.innerHTML;
    if (isCheckable(field)) return field.checked ? field.value || "on" : "";
    return field.options ? [...field.selectedOptions].map(({ value }) => value).join("\n") : field.value;
  };

  const write = (field, text) => {
    if (read(field) === text || is(field, EDITABLE)) return;
    if (isCheckable(field)) field.checked = text !== "";
    else if (field.options) for (const it of field.options) it.selected = text.split("\n").includes(it.value);
    else if (field.type !== "file" || !text) field.value = text;
  };

  /* Tell what the server has for a field: what resetting a form would make of it. */
  const served = (field) => {
    if (is(field, EDITABLE)) return bases.get(field) ?? field.innerHTML;
    const { checked, defaultChecked, value, defaultValue } = field;
    if (isCheckable(field) ? checked === defaultChecked : value === defaultValue) return read(field);
    const form = page.createElement("form");
    of(form).append(field.cloneNode(true));
    of(form).reset();
    return read(of(form).firstChild);
  };

  /* bases      what the server had when somebody began to enter something else
     accepted   what the server was sent and took
     pending    what is being sent: element that sends → field → what was in it
     toggled    details that somebody opened or closed
     typing     the field in which something was typed that no "change" has told yet
     unsaid     fields that owe the page a "change", since the element in which it was typed is gone */
  const bases = new WeakMap();
  const accepted = new WeakMap();
  const pending = new Map();
  const toggled = new WeakSet();
  const unsaid = new WeakSet();
  let typing = null;

  /* A number or a date of which a part is typed has no value that a script could read or write. */
  const isHalfTyped = ({ validity }) => validity?.badInput === true;
  const differs = (field) =>
    isHalfTyped(field) || ![served(field), accepted.get(field)].includes(read(field));
  const isEntered = (field) => groupOf(field).some(differs);

  const forget = (field) => {
    bases.delete(field);
    field.removeAttribute(MARK);
  };

  const mark = (field, value, former) => {
    const isSettled = is(field, EDITABLE) ? value === read(field) : !isEntered(field);
    if (isSettled) return forget(field);
    if (value === bases.get(field) || value === read(field)) return field.removeAttribute(MARK);
    field.setAttribute(MARK, value);
    if (value !== former) fire(field, "mizan:changed", { value });
  };

  on("beforeinput", ({ target }) => {
    if (is(target, EDITABLE) && !bases.has(target)) bases.set(target, target.innerHTML);
  });

  on("input", ({ target }) => {
    typing = target;
    for (const field of groupOf(target)) {
      accepted.delete(field);
      for (const fields of pending.values()) fields.delete(field);
    }
    if (target.getAttribute(MARK) === read(target)) forget(target);
  });

  on("reset", (event) => {
    const { elements } = of(event.target);
    setTimeout(() => event.defaultPrevented || [...elements].forEach(forget));
  });

  on("click", ({ target }) => {
    const summary = of(target).closest?.("summary");
    if (summary) toggled.add(summary.parentElement);
  });

  on("change", ({ target }) => {
    typing = null;
    unsaid.delete(target);
  });
  on("focusout", ({ target }) => {
    if (unsaid.delete(target)) target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // ---- what was sent: the answer to somebody's own submit does overwrite

  const sentBy = (source, sent) => {
    if (isField(source)) return groupOf(source);
    const form = is(source, "form") ? source : source.type === "submit" && source.form;
    if (form) return [...of(form).elements, ...fieldsIn(form)].filter(isField);
    const includes = source.closest("[hx-include]");
    return fieldsIn(source.closest(BLOCK) ?? document).filter(
      (field) =>
        (includes || !field.form) && sent.some(([name, value]) => name === field.name && value === read(field)),
    );
  };

  on("mizan:request", ({ detail: { element, isSafe, body } }) => {
    if (!isSafe) pending.set(element, new Map(sentBy(element, [...(body ?? [])]).map((it) => [it, read(it)])));
  });

  // Not while it is captured: others refuse what a session's end has answered.
  page.addEventListener("mizan:answer", (event) => {
    const { element, isSafe, status } = event.detail;
    if (isSafe) return;
    const fields = pending.get(element) ?? [];
    pending.delete(element);
    // A control that sends itself shows what the server says, even that it was refused.
    const isTaken = (status >= 200 && status < 300) || isField(element);
    if (!isTaken || event.defaultPrevented) return;
    for (const [field, text] of fields) if (read(field) === text) accepted.set(field, text);
  });

  // ---- what a refresh waits for

  let composing = null;
  let dragged = null;
  const waiting = new Set();

  const canMorph = () => !isHtmx2 || typeof window.Idiomorph?.morph === "function";
  const isPlaying = (node) => is(node, "audio, video") && !node.paused && !node.ended;

  const isOccupied = (block) =>
    [composing, dragged].some((node) => of(node)?.isConnected && of(block).contains(node)) ||
    of(block).querySelector("dialog[open]") !== null ||
    (!canMorph() &&
      (of(block).querySelector(POPOVER) !== null ||
        [...of(block).querySelectorAll("audio, video")].some(isPlaying)));

  const resume = () => {
    for (const block of waiting) {
      if (of(block).isConnected && isOccupied(block)) continue;
      waiting.delete(block);
      mizan.retry(block);
    }
    if (!waiting.size) watcher.disconnect();
  };

  /* A dialog that a script removes, or takes the attribute of, tells nobody that it is closed. */
  const watcher = new MutationObserver(resume);

  on("mizan:due", (event) => {
    if (!isOccupied(event.target)) return;
    event.preventDefault();
    waiting.add(event.target);
    watcher.observe(document, { subtree: true, childList: true, attributeFilter: ["open"] });
  });
  on("compositionstart", ({ target }) => {
    composing = target;
  });
  on("dragstart", ({ target }) => {
    dragged = target;
  });
  on("compositionend", () => {
    composing = null;
  });
  on("dragend drop", () => {
    dragged = null;
  });
  on("compositionend dragend drop close toggle pause ended", resume);

  // ---- twins: what an element is in the fresh content

  const byId = (root, id) => of(root).querySelector(`[id="${CSS.escape(id)}"]`);
  const isAlike = (one, other) =>
    of(one).localName === of(other).localName &&
    ["name", "type"].every((name) => of(one).getAttribute(name) === of(other).getAttribute(name)) &&
    (!isCheckable(one) || one.value === other.value);

  /* By its id, or else by kind and name, among those alike that stand under the same id: in a row that shows the same
     as the one around it, or else in the same place. */
  const twinOf = (old, block, fresh) => {
    if (old === block) return fresh;
    const { localName } = of(old);
    const id = of(old).getAttribute("id");
    if (id) return byId(fresh, id);
    const home = of(old).closest("[id]");
    const freshHome = home === block ? fresh : byId(fresh, of(home).getAttribute("id"));
    if (!freshHome) return null;
    const alike = (root) =>
      [...of(root).querySelectorAll(localName)].filter(
        (it) => isAlike(it, old) && of(it).closest("[id]") === root,
      );
    const [places, twins] = [alike(home), alike(freshHome)];
    let rows = twins;
    for (let up = of(old).parentElement; up !== home; up = of(up).parentElement) {
      const text = of(up).textContent.trim();
      rows = rows.map((it) => of(it)?.parentElement);
      const equal = twins.filter((_, at) => text && of(rows[at])?.textContent.trim() === text);
      if (equal.length === 1) return equal[0];
    }
    return twins[places.indexOf(old)] ?? null;
  };

  // ---- a swap: look at what is there, let the block be replaced, put back what is missing

  /* What the swap under way leaves alone, the fields of which it leaves the value alone, and what has to be asked
     for anew when its request is over. */
  let held = new Set();
  let kept = new Set();
  const unfinished = new Set();

  /* A swap knows the block, the fresh one, who has asked for it, and pairs: old element → its twin. */
  const look = (block, fresh, source) => {
    const swap = { block, fresh, source, pairs: new Map(), anew: [], entered: [], opened: [], scrolled: [] };
    const all = [block, ...of(block).querySelectorAll("*")];
    for (const each of [fresh, ...of(fresh).querySelectorAll(BLOCK)]) bare(each);
    keepFields(swap);
    hold(swap, all.slice(1));
    for (const each of of(block).querySelectorAll(`details, dialog[open], ${POPOVER}`)) keepOpen(swap, each);
    for (const each of all) keepScroll(swap, each);
    const { activeElement: host } = page;
    let it = host;
    while (of(it)?.shadowRoot?.activeElement) it = of(it).shadowRoot.activeElement;
    if (of(block).contains(host)) swap.focus = { it, twin: pair(swap, host), selection: selectionOf(it) };
    return swap;
  };

  /* As mizan.js does it with the blocks of a page, so that a morph finds the same attributes. */
  const bare = (block) => {
    if (!is(block, `[hx-swap]:not(${LAZY})`)) return;
    of(block).dataset.mizanSwap = of(block).getAttribute("hx-swap");
    for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
  };

  const pair = ({ block, fresh, pairs }, old) => {
    if (!pairs.has(old)) {
      const twin = twinOf(old, block, fresh);
      pairs.set(old, [...pairs.values()].includes(twin) ? null : twin);
    }
    return pairs.get(old);
  };

  /* What loads its own content when it comes into the page: as another element it does so again. */
  const loads = (it) => /\b(load|revealed|intersect)\b/.test(of(it).getAttribute("hx-trigger")) && !is(it, BLOCK);

  const hold = (swap, all) => {
    const { block, fresh, source } = swap;
    const { activeElement: host } = page;
    const asked = new Set();
    held = new Set();
    fire(block, "mizan:keep", { fresh, source, keep: (element) => asked.add(element) });
    for (const it of all) {
      const isInUse = loads(it) && [host, ...kept].some((each) => of(it).contains(each));
      if (loads(it) && !isInUse) swap.anew.push(it);
      const isMarked = is(it, KEPT);
      const isLoaded = is(it, `${BLOCK}:not(${LAZY})`) && is(byId(fresh, of(it).id), LAZY);
      const isTyped = isHalfTyped(it) || (is(it, EDITABLE) && differs(it));
      const isHost = of(it).shadowRoot && !canMorph();
      const stays = isInUse || isMarked || isLoaded || isTyped || isHost || isPlaying(it) || asked.has(it);
      if (!stays || isInside(it, held) || !standIn(swap, it, isMarked)) continue;
      held.add(it);
      if (isLoaded) unfinished.add(it);
    }
  };

  /* Give the fresh block an element that a morph takes for this one. What a script has added and marked is nothing
     that the server knows. */
  const standIn = (swap, old, isAdded) => {
    const twin = pair(swap, old);
    const { parentElement: parent, localName } = of(old);
    const home = !twin && isAdded && pair(swap, parent);
    if (of(twin)?.localName === localName) return true;
    if (!twin && !home) return false;
    const stub = of(old).cloneNode();
    if (twin) of(twin).replaceWith(stub);
    else of(home).insertBefore(stub, of(home).children[[...of(parent).children].indexOf(old)] ?? null);
    swap.pairs.set(old, stub);
    return true;
  };

  const keepFields = (swap) => {
    const fields = fieldsIn(swap.block).filter(isEntered);
    kept = new Set(fields);
    swap.entered = fields.map((it) => {
      const twin = pair(swap, it);
      if (!bases.has(it)) bases.set(it, served(it));
      const value = twin ? served(twin) : bases.get(it);
      return { it, twin, live: read(it), former: it.getAttribute(MARK), value };
    });
    for (const { it, twin } of swap.entered) if (twin) renewDefault(it, twin);
  };

  /* What a form goes back to when it is reset. It would take away what is typed in part. */
  const renewDefault = (field, twin) => {
    if (isHalfTyped(field)) return;
    const name = isCheckable(field) ? "defaultChecked" : "defaultValue";
    if (field[name] !== twin[name]) field[name] = twin[name];
  };

  const keepOpen = (swap, it) => {
    const twin = pair(swap, it);
    const isModal = is(it, "dialog:modal");
    // A dialog from which the request was sent is as the answer has it.
    if (it.localName === "dialog" && it.contains(swap.source)) {
      if (!twin?.open) it.close();
    } else if (twin) {
      if (it.open || toggled.has(it)) twin.open = it.open;
      const show = isModal ? "showModal" : is(it, POPOVER) && "showPopover";
      swap.opened.push({ it, twin, show, isOpen: twin.open });
    }
  };

  const keepScroll = (swap, it) => {
    const { scrollTop, scrollLeft } = of(it);
    if (scrollTop || scrollLeft) swap.scrolled.push({ it, twin: pair(swap, it), scrollTop, scrollLeft });
  };

  const mayMorph = (old) => !held.has(old);
  const mayWrite = (name, old) => !kept.has(old) || name !== (isCheckable(old) ? "checked" : "value");

  /* Put a fragment in the place of a block, one of its elements being the same block; give what stands there now. */
  const replace = (block, fragment, source) => {
    const fresh = topOf(fragment, block);
    if (source === block) {
      const all = [block, fresh].flatMap((root) => [...of(root).querySelectorAll(AUTOFOCUS)]);
      for (const it of all) of(it).removeAttribute("autofocus");
    }
    fragment.replaceChildren(...fragment.children);
    const swap = look(block, fresh, source);
    const now = [...fragment.children].map((it) => (it === fresh && canMorph() ? block : it));
    if (canMorph()) morphNamed(swap, fragment);
    else {
      for (const it of held) move(it, swap.pairs.get(it));
      of(block).replaceWith(...fragment.children);
    }
    held = kept = new Set();
    const there = of(block).isConnected ? block : fresh;
    putBack(swap, there);
    if (source !== block) finish(there); // else when mizan.js knows that it is fresh
    return now;
  };

  const move = (old, twin) => {
    of(twin).replaceWith(old);
    // Unlike a morph, this takes all of it along; what stands in the shadow is enough.
    if (!of(old).shadowRoot || is(old, KEPT)) return;
    for (const { name, value } of of(twin).attributes) old.setAttribute(name, value);
    old.replaceChildren(...of(twin).childNodes);
  };

  const topOf = (fragment, block) => {
    const { id } = of(block);
    return [...fragment.children].find((it) => of(it).getAttribute("id") === id);
  };

  /* A morph keeps elements that have the same id, and lets those that have another one go. */
  const morphNamed = ({ block, pairs, anew }, fragment) => {
    const nameless = [...pairs].filter(([old]) => !of(old).hasAttribute("id"));
    nameless.forEach((pair, at) => pair.forEach((it) => of(it)?.setAttribute("id", `${BORROWED}${at}`)));
    for (const it of anew) if (!isInside(it, held)) of(it).setAttribute("id", `${BORROWED}not`);
    morph(block, fragment);
    for (const it of [...nameless.flat(), ...of(block).querySelectorAll(`[id^="${BORROWED}"]`)]) {
      of(it)?.removeAttribute("id");
    }
  };

  const selectionOf = (field) => {
    const { selectionStart, selectionEnd, selectionDirection } = of(field);
    return [selectionStart, selectionEnd, selectionDirection];
  };
  const placeOf = ({ it, twin }) => [it, twin].find((each) => of(each)?.isConnected);

  const putBack = ({ entered, opened, scrolled, focus }, block) => {
    const fields = entered.map(putBackField);
    for (const field of fieldsIn(block).filter((each) => !fields.includes(each))) {
      write(field, served(field));
      forget(field);
    }
    entered.forEach(({ value, former }, at) => fields[at] && mark(fields[at], value, former));
    for (const { it, twin, show, isOpen } of opened) {
      const place = placeOf({ it, twin });
      if (!place) continue;
      if (toggled.has(it)) toggled.add(place);
      if (!show) place.open = isOpen;
      else if (place === twin) {
        place.removeAttribute("open");
        place[show]();
      }
    }
    for (const { it, twin, ...places } of scrolled) Object.assign(of(placeOf({ it, twin })) ?? {}, places);
    if (focus) putBackFocus(focus);
  };

  const putBackField = ({ it, twin, live, value }) => {
    const field = placeOf({ it, twin });
    if (!field) return field;
    if (field === twin) {
      bases.set(field, bases.get(it));
      for (const fields of pending.values()) if (fields.has(it)) fields.set(field, fields.get(it));
      if (it.files?.length) field.files = it.files;
    }
    write(field, live);
    // What was chosen is not on offer any more.
    if (field.type === "select-one" && read(field) !== live) write(field, value);
    return field;
  };

  const rootOf = (node) => of(of(node).getRootNode());

  const putBackFocus = ({ it, twin, selection }) => {
    const field = placeOf({ it, twin });
    if (!field) return;
    if (field !== rootOf(field).activeElement) of(field).focus({ preventScroll: true });
    if (field === twin && it === typing) unsaid.add(field);
    // Where the first is null, the control knows no selection.
    if (Number.isInteger(selection[0]) && String(selectionOf(field)) !== String(selection)) {
      field.setSelectionRange(...selection);
    }
  };

  // ---- the life of a request, which is an XMLHttpRequest of htmx 2 or a context of htmx 4

  const sources = new WeakMap();

  /* Tell whether a block can't be replaced now, and has to be asked for again. */
  const isLate = (block, source) => {
    sources.set(block, source);
    if (source !== block || !isOccupied(block)) return false;
    unfinished.add(block);
    return true;
  };

  const finish = (around) => {
    for (const block of unfinished) {
      const { isConnected } = of(block);
      if (isConnected && !of(around).contains(block)) continue;
      unfinished.delete(block);
      if (isConnected) mizan.refresh(block);
    }
  };

  on("mizan:refreshed", ({ target }) => finish(target));

  let morph;

  const extension = {
    init: (api) => {
      morph = (block, fragment) => api.morph(block, fragment, false);
    },
    htmx_before_swap: (_, { ctx, tasks }) => {
      const isOurs = ({ target, fragment, swapSpec }) =>
        is(target, BLOCK) && /^outer(HTML|Morph)$/.test(swapSpec.style) && topOf(fragment, target);
      for (const { target, swapSpec } of tasks.filter(isOurs)) {
        if (isLate(target, ctx.sourceElement)) return false;
        if (target === ctx.sourceElement) {
          const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
          swapSpec.transition = swapSpec.transition === true && !isStill;
        }
        swapSpec.style = STYLE;
      }
    },
    htmx_before_morph_node: mayMorph,
    htmx_before_morph_attr: (old, { attrName }) => mayWrite(attrName, old),
    handle_swap: (style, target, fragment) =>
      style === STYLE && replace(target, fragment, sources.get(target)),
  };

  const listen2 = () => {
    const root = page.documentElement;
    root.setAttribute("hx-ext", [root.getAttribute("hx-ext"), STYLE].filter(Boolean).join());
    morph = (block, fragment) =>
      window.Idiomorph.morph(block, fragment, {
        morphStyle: "outerHTML",
        restoreFocus: false,
        callbacks: { beforeNodeMorphed: mayMorph, beforeAttributeUpdated: mayWrite },
      });
    htmx.defineExtension(STYLE, {
      isInlineSwap: (style) => style === STYLE,
      handleSwap: (style, target, fragment, settling) => {
        if (style !== STYLE) return false;
        const isSame = topOf(fragment, target);
        const now = isSame ? replace(target, fragment, sources.get(target)) : [...fragment.childNodes];
        if (!isSame) of(target).replaceWith(...now);
        settling.elts = [...settling.elts.filter((it) => it !== target), ...now];
        return now;
      },
    });
    on("htmx:beforeSwap", ({ detail }) => {
      const { target, shouldSwap, serverResponse, requestConfig } = detail;
      const { elt } = requestConfig;
      const own = of(of(elt).closest("[hx-swap]"))?.getAttribute("hx-swap") ?? htmx.config.defaultSwapStyle;
      const style = detail.swapOverride ?? own;
      if (!shouldSwap || !is(target, BLOCK) || !of(elt).isConnected || !/^outerHTML\b/.test(style)) return;
      if (!serverResponse.includes(`id="${of(target).id}"`)) return;
      if (isLate(target, elt)) detail.shouldSwap = false;
      detail.swapOverride = style.replace("outerHTML", STYLE);
    });
  };

  if (isHtmx2) listen2();
  else if (htmx.registerExtension("mizan-keep", extension) === false) {
    throw new Error('mizan-keep.js was refused by htmx: add "mizan-keep" to htmx.config.extensions.');
  }
})();
