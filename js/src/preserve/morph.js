/* mizan-keep.js: what a person entered or opened stays when blocks are replaced. Needs mizan-state.js,
   mizan-twins.js and mizan-content.js.

   A refresh of a block, and any other outerHTML swap that brings the same block again, becomes a morph: on htmx 4 by
   htmx's own, on htmx 2 by Idiomorph where the page has loaded it. Without Idiomorph the new elements get what the
   old ones had, and a refresh waits for what can't be handed over.

   What somebody entered is not overwritten unless they sent it. Where the server's value has changed meanwhile, the
   field has it in data-mizan-changed. A block with an open dialog, from which something is being dragged, or in which
   a word is being composed, waits until that is over; without a morph also one for which an answer is under way that
   somebody has asked for.

   mizan:changed   on a field; detail {value}: what the server has now; bubbles
   mizan:keep      on a block that is about to be replaced; detail {fresh, source, keep}: keep(element) leaves an
                   element inside as it is, as data-mizan-keep does; bubbles. For the scripts that go with this
                   one: keep(element, place), in place of one of the fresh block, which has no twin of anything in
                   it; twin(element, root, fresh): what it is there; isEntered(field)
   mizan:late      on a block whose answer came when it could not be replaced; for mizan.js; bubbles

   mizan.keep.instead(place, former, source)   for mizan-inserted.js: what htmx swaps into `place` in the style
                   mizan.keep.STYLE stands after it in the place of the elements `former`, of which what comes again
                   stays as in a block
   mizan.keep.cameInstead(place)   for mizan-swaps.js: the nodes that came there, or null */
import { clearNow, isMixed, strip } from "../clobbering.js";
import { of, page } from "../dom.js";
import { htmx, isHtmx2 } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const { wrap, unwrap, mend, hold: holdScripts, run: runScripts } = mizan.content;
  const { state } = mizan;
  const BLOCK = "[data-mizan]";
  const LAZY = '[data-mizan-lazy], [hx-trigger^="load"]';
  const EDITABLE = "[contenteditable]:not([contenteditable=false])";
  const POPOVER = CSS.supports("selector(:popover-open)") ? ":popover-open" : "dialog[open]";
  const OPEN = `dialog[open], ${POPOVER}`;
  const KEPT = "[data-mizan-keep], [hx-preserve]";
  const BEHIND = `${BLOCK}, [data-mizan-again]`;
  const OUR_FORM = "form[data-mizan-form]"; // mizan-forms.js keeps those that are on their way
  const BY_ITSELF = /\b(load|revealed|intersect|every)\b/;
  const STYLE = "mizan";
  const BORROWED = state.LENT;
  const MARK = "data-mizan-changed";
  const LATER = "data-mizan-autofocus";
  const AUTOFOCUS = "[autofocus]:not(dialog *, [popover] *)"; // in those it says what opening focuses
  // What makes a control of a block, whose own element has from the server what mizan needs, and a class.
  const OWN = ["contenteditable", "popover", "name", "type", "multiple", "tabindex"];

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const fire = (target, name, detail) =>
    of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const isInside = (element, set) => {
    for (let up = set.size && element; up; up = of(up).parentElement) if (set.has(up)) return true;
    return false;
  };
  /* A block may be itself the control, or what can be opened. */
  const within = (root, selector) => [
    ...(is(root, selector) ? [root] : []),
    ...of(root).querySelectorAll(selector),
  ];

  // ---- fields: what a person can change

  const FIELD = `input, select, textarea, ${EDITABLE}`;
  const isField = (node) => is(node, FIELD) && !/^(hidden|submit|button|reset|image)$/.test(of(node).type);
  const fieldsIn = (root) => within(root, FIELD).filter(isField);
  const isCheckable = (node) => /^(checkbox|radio)$/.test(of(node).type);

  const isRadio = (field) => field.type === "radio" && field.name !== "";
  const groupOf = (field) => {
    if (!isRadio(field)) return [field];
    const { form, name } = field;
    const all = form ? of(form).elements : page.getElementsByName(name);
    return [...all].filter((it) => isRadio(it) && it.name === name && it.form === form);
  };

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

  /* An option that a script has put in, and its copies. */
  const added = new WeakSet();
  const isAdded = (option) => added.has(option) || state.isInserted(option);

  const servedOf = (select) => {
    const options = [...select.options].filter((it) => !isAdded(it));
    const isOff = (it) => it.disabled || is(it, "optgroup[disabled] *");
    const chosen = options.filter(({ defaultSelected }) => defaultSelected);
    if (select.multiple) return chosen.map(({ value }) => value).join("\n");
    const first = select.size > 1 ? undefined : options.find((it) => !isOff(it));
    return (chosen.at(-1) ?? first)?.value ?? "";
  };

  /* Tell what the server has for a field: what resetting a form would make of it. */
  const served = (field) => {
    if (is(field, EDITABLE)) return bases.get(field) ?? field.innerHTML;
    const { checked, defaultChecked, value, defaultValue } = field;
    if (isCheckable(field) ? checked === defaultChecked : value === defaultValue) return read(field);
    if (field.options) return servedOf(field);
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
    const form = is(source, "form") ? source : /^(submit|image)$/.test(source.type) && source.form;
    if (form) return [...of(form).elements, ...fieldsIn(form)].filter(isField);
    const includes = source.closest("[hx-include], [data-hx-include]");
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

  let isReadable = true; // by a morph, which reads forms by names that their controls may have
  const canMorph = () => isReadable && (!isHtmx2 || typeof window.Idiomorph?.morph === "function");
  const isPlaying = (node) => is(node, "audio, video") && !node.paused && !node.ended;

  /* Requests of htmx 2 that are a person's → who sent it, and where its answer goes. In new elements that one would
     find no place, and a button that is disabled meanwhile would stay so. */
  const asking = new Map();
  const awaits = (block) => [...asking.values()].flat().some((node) => of(block).contains(node));

  const isOccupied = (block) =>
    [composing, dragged].some((node) => of(node)?.isConnected && of(block).contains(node)) ||
    within(block, "dialog[open]").length > 0 ||
    state.isOccupied(block) ||
    (!canMorph() &&
      (awaits(block) || within(block, POPOVER).length > 0 || within(block, "audio, video").some(isPlaying)));

  const resume = () => {
    for (const block of [...waiting]) {
      if (of(block).isConnected && isOccupied(block)) continue;
      waiting.delete(block);
      mizan.retry(block);
    }
    if (!waiting.size) watcher.disconnect();
  };

  /* A dialog that a script removes, or takes the attribute of, tells nobody that it is closed. Others are hidden in
     many ways. */
  const OPENING = ["open", "aria-modal", "class", "style", "hidden"];
  const watcher = new MutationObserver(resume);

  on("mizan:due", (event) => {
    if (!isOccupied(event.target)) return;
    event.preventDefault();
    waiting.add(event.target);
    watcher.observe(document, { subtree: true, childList: true, attributeFilter: OPENING });
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
  on("hidden.bs.modal hidden.bs.offcanvas transitionend animationend", resume);

  // ---- a swap: look at what is there, let the block be replaced, put back what is missing

  /* What the swap under way leaves alone, the fields of which it leaves the value alone, and what has to be asked
     for anew when its request is over. */
  let held = new Set();
  let kept = new Set();
  let meeting = null;
  const unfinished = new Set();

  /* A swap knows the block, the fresh one, who has asked for it, and pairs: old element → its twin. */
  const look = (block, fresh, source) => {
    meeting = state.meet(block, fresh); // gives elements the ids by which the server knows them
    const twins = mizan.twins(block, fresh);
    const swap = { block, fresh, source, twins, pairs: new Map(), anew: [], opened: [], scrolled: [] };
    for (const each of within(fresh, BLOCK)) bare(each);
    takeAlong(swap);
    askAround(swap);
    const all = within(block, "*");
    keepChoices(swap);
    keepFields(swap);
    hold(swap, all);
    meeting.plan(held, (old, twin) => (twin ? swap.pairs.set(old, twin) : pair(swap, old)));
    for (const each of within(block, `details, ${OPEN}`)) keepOpen(swap, each);
    for (const each of all) keepScroll(swap, each);
    const { activeElement: host } = page;
    let it = host;
    while (of(it)?.shadowRoot?.activeElement) it = of(it).shadowRoot.activeElement;
    if (of(block).contains(host)) swap.focus = { host, it, twin: pair(swap, host), selection: selectionOf(it) };
    return swap;
  };

  /* As mizan.js does it with the blocks of a page, so that a morph finds the same attributes. */
  const bare = (block) => {
    if (!is(block, `[hx-swap]:not(${LAZY})`)) return;
    of(block).dataset.mizanSwap = of(block).getAttribute("hx-swap");
    for (const name of ["hx-target", "hx-swap"]) of(block).removeAttribute(name);
  };

    const takeAlong = ({ block, fresh }) => {
    const missing = OWN.filter((name) => of(block).hasAttribute(name) && !of(fresh).hasAttribute(name));
      for (const name of missing) of(fresh).setAttribute(name, of(block).getAttribute(name));
  };

  /* Ask the page what else shall stay: `asked` elements, of which the `guests` are none of the server's block. */
  const askAround = (swap) => {
    const { block, fresh, source, twins, pairs } = swap;
    [swap.asked, swap.guests] = [new Set(), new Set()];
    const keep = (element, place) => {
      swap.asked.add(element);
      if (!place) return;
      swap.guests.add(element);
      twins.leaveOut(element, place);
      pairs.set(element, place);
    };
    const twin = (element, root, other) => mizan.twins(root, other).twinOf(element);
    fire(block, "mizan:keep", { fresh, source, keep, twin, isEntered });
  };

  const pair = ({ twins, pairs }, old) => {
    if (!pairs.has(old)) pairs.set(old, twins.twinOf(old));
    return pairs.get(old);
  };

  /* What loads its own content when it comes into the page: as another element it does so again. */
  const loads = (it) => /\b(load|revealed|intersect)\b/.test(of(it).getAttribute("hx-trigger")) && !is(it, BLOCK);

  const hold = (swap, all) => {
    const { block, asked } = swap;
    const { activeElement: host } = page;
    held = new Set();
    for (const it of all) {
      const isInUse = loads(it) && [host, ...kept].some((each) => of(it).contains(each));
      if (loads(it) && !isInUse) swap.anew.push(it);
      const isMarked = it !== block && is(it, KEPT);
      const isLoaded = is(it, `${BLOCK}:not(${LAZY})`) && is(pair(swap, it), LAZY);
      const isTyped = isHalfTyped(it) || (is(it, EDITABLE) && differs(it));
      const isHost = of(it).shadowRoot && !canMorph();
      const stays = isInUse || isMarked || isLoaded || isTyped || isHost || isPlaying(it) || asked.has(it);
      if (!stays || isInside(it, held) || !standIn(swap, it, isMarked)) continue;
      held.add(it);
      if (isLoaded) unfinished.add(it);
      // What stays was not brought by this refresh, with all that is in it.
      for (const inner of of(it).querySelectorAll(`${BLOCK}:not(${LAZY})`)) unfinished.add(inner);
    }
  };

  /* Give the fresh block an element that a morph takes for this one. What a script has added and marked is nothing
     that the server knows. */
  const standIn = (swap, old, isAdded) => {
    const twin = pair(swap, old);
    const { parentElement: parent, localName } = of(old);
    const home = !twin && isAdded && pair(swap, parent);
    if (of(twin)?.localName === localName) return true;
    if (old === swap.block || (!twin && !home)) return false;
    const stub = of(old).cloneNode();
    if (twin) of(twin).replaceWith(stub);
    else of(home).insertBefore(stub, of(home).children[[...of(parent).children].indexOf(old)] ?? null);
    swap.pairs.set(old, stub);
    return true;
  };

  /* What somebody has chosen of what a script has put in: a tag of their own, a city of that country. */
  const takeOptions = (swap, select) => {
    const twin = pair(swap, select);
    for (const option of twin?.options ? [...select.selectedOptions].filter(isAdded) : []) {
      if ([...twin.options].some(({ value }) => value === option.value)) continue;
      const copy = option.cloneNode(true);
      copy.removeAttribute("selected");
      added.add(copy);
      twin.append(copy);
    }
  };

  const keepFields = (swap) => {
    const fields = fieldsIn(swap.block).filter(isEntered);
    for (const it of fields) if (it.options) takeOptions(swap, it);
    kept = new Set(fields);
    swap.entered = fields.map((it) => {
      const twin = pair(swap, it);
      if (!bases.has(it)) bases.set(it, served(it));
      const value = twin ? served(twin) : bases.get(it);
      return { it, twin, live: readAnew(swap, it), former: it.getAttribute(MARK), value, form: it.form };
    });
    for (const { it, twin } of swap.entered) if (twin) renewDefault(it, twin);
  };

  /* What is chosen, by the values that the options have in the fresh block. Only one that is known for certain may
     have another value now. */
  const readAnew = (swap, field) => {
    if (!field.options) return read(field);
    const isKnown = (it) => of(swap.block).contains(it) && (it === swap.block || swap.twins.isUnique(it));
    const chosen = [...field.selectedOptions].map((it) => (isKnown(it) && pair(swap, it)) || it);
    return chosen.map(({ value }) => value).join("\n");
  };

  /* Of a choice that is divided between blocks, what stands outside of this one: the other radio buttons of its
     groups, the select around it. */
  const keepChoices = (swap) => {
    const { block, fresh } = swap;
    const names = new Set([block, fresh].flatMap(fieldsIn).filter(isRadio).map(({ name }) => name));
    const same = [...names].flatMap((name) => [...page.getElementsByName(name)]).filter(isRadio);
    const select = of(block).closest("select");
    swap.outside = [...same, ...(select ? [select] : [])]
      .filter((it) => !of(block).contains(it))
      .map((it) => {
        const isKept = isEntered(it);
        if (isKept && !bases.has(it)) bases.set(it, served(it));
        const isTaken = !isKept && read(it) !== served(it);
        const [live, former] = [readAnew(swap, it), it.getAttribute(MARK)];
        return { it, isKept, isTaken, live, former, form: it.form };
      });
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
    if (of(it).localName === "dialog" && it.contains(swap.source)) {
      if (!twin?.open) it.close();
    } else if (twin) {
      const { open } = of(it);
      if (state.isChanged(it, "open")) toggled.add(it);
      if (open || toggled.has(it)) of(twin).open = open;
      const show = isModal ? "showModal" : is(it, POPOVER) && "showPopover";
      swap.opened.push({ it, twin, show, isOpen: of(twin).open });
    }
  };

  const keepScroll = (swap, it) => {
    const { scrollTop, scrollLeft } = of(it);
    if (scrollTop || scrollLeft) swap.scrolled.push({ it, twin: pair(swap, it), scrollTop, scrollLeft });
  };

  const SKIPPED = [htmx.config.morphSkip, htmx.config.morphSkipChildren].filter(Boolean).join();
  const mayMorph = (old, twin) => {
    meeting?.meets(old, twin);
    return !held.has(old);
  };
  const mayWrite = (name, old) => {
    if (!meeting) state.expect(old, name);
    else if (!meeting.mayWrite(name, old)) return false;
    return !kept.has(old) || name !== (isCheckable(old) ? "checked" : "value");
  };

  /* A refresh moves no focus. Where the block stands in a dialog, the attribute says what opening that focuses: in an
     open one it waits for the next time, and in another one nothing can be focused. */
  const holdFocus = (block, fresh) => {
    const dialog = of(of(block).parentElement)?.closest("dialog, [popover]");
    if (dialog && !is(dialog, OPEN)) return;
    for (const it of [block, fresh].flatMap((root) => within(root, AUTOFOCUS))) {
      of(it).removeAttribute("autofocus");
      if (dialog) of(it).setAttribute(LATER, "");
    }
  };

  on("close toggle", ({ target }) => {
    if (!is(target, "dialog, [popover]") || is(target, OPEN)) return;
    for (const it of within(target, `[${LATER}]`)) {
      of(it).removeAttribute(LATER);
      of(it).setAttribute("autofocus", "");
    }
  });

  /* Put a fragment in the place of a block, one of its elements being the same block; give what stands there now. */
  const replace = (block, fragment, source, fresh = topOf(fragment, block)) => {
    if (source === block) holdFocus(block, fresh);
    fragment.replaceChildren(...fragment.children);
    isReadable = !isMixed(fresh) && !(SKIPPED && is(block, SKIPPED));
    const swap = look(block, fresh, source);
    const except = [...held].map((it) => swap.pairs.get(it)).filter(Boolean);
    const scripts = holdScripts(fragment, { block, isRefresh: source === block, except });
    const isMorph = canMorph() && of(block).localName === of(fresh).localName;
    let now = [...fragment.children].map((it) => (it === fresh && (isMorph || held.has(block)) ? block : it));
    if (isMorph) morphNamed(swap, fragment);
    else {
      isMoving = true;
      const place = page.createComment("");
      of(block).before(place);
      for (const it of held) move(it, swap.pairs.get(it), it === block);
      meeting.carry(held);
      if (!held.has(block)) {
        now = [...fragment.children];
        if (!now.includes(block)) of(block).remove();
        place.replaceWith(...now);
      } else place.remove();
    }
    if (held.has(block)) renew(block, fresh);
    held = kept = new Set();
    const there = of(block).isConnected ? block : fresh;
    putBack(swap, there);
    isMoving = false;
    mend(there);
    meeting.settle();
    meeting = null;
    runScripts(now, scripts);
    isReadable = true;
    if (there !== block) strip(block);
    clearNow();
    if (source !== block) finish(there); // else when mizan.js knows that it is fresh
    return now;
  };

  /* Browsers tell of a field that is taken out of the page what they tell when somebody leaves it. */
  let isMoving = false;
  const OF_LEAVING = ["change", "blur", "focusout", "focus", "focusin"];
  const keepQuiet = (event) => isMoving && event.isTrusted && event.stopImmediatePropagation();
  for (const name of OF_LEAVING) addEventListener(name, keepQuiet, true);

  const move = (old, twin, isTarget) => {
    if (isTarget) stayAmong(old, twin);
    else of(twin).replaceWith(old);
    // Unlike a morph, this takes all of it along; what stands in the shadow is enough.
    if (!of(old).shadowRoot || is(old, KEPT)) return;
    for (const { name, value } of of(twin).attributes) {
      if (meeting.mayWrite(name, old)) old.setAttribute(name, value);
    }
    old.replaceChildren(...of(twin).childNodes);
  };

  /* A block that is left as it is stays where it is; what has come with the fresh one stands around it. */
  const stayAmong = (block, fresh) => {
    const all = [...of(fresh).parentNode.children];
    of(block).before(...all.slice(0, all.indexOf(fresh)));
    of(block).after(...all.slice(all.indexOf(fresh) + 1));
  };

  /* What a block says of itself it says anew, though all else in it is left as it is. */
  const renew = (block, fresh) => {
    for (const { name, value } of of(fresh).attributes) {
      if (/^(data-mizan|hx-)/.test(name)) of(block).setAttribute(name, value);
    }
  };

  const topOf = (fragment, block) => {
    const { id } = of(block);
    return [...fragment.children].find((it) => of(it).getAttribute("id") === id);
  };

  // ---- elements that come again, and are no block

  const former = new WeakMap(); // place → {elements, source, now}, where now is what has come instead of them

  const instead = (place, elements, source) => {
    former.set(place, { elements, source, now: [] });
  };
  const cameInstead = (place) => former.get(place)?.now ?? null;

  /* List fresh element → the former one that it is. What stands around them is not theirs, so they are looked for in
     a copy, in which nothing loads and no custom element starts. */
  const again = (elements, fragment) => {
    const inert = page.implementation.createHTMLDocument("");
    const [root, fresh] = [inert.createElement("div"), page.createElement("div")];
    root.append(...elements.map((it) => inert.importNode(it, true)));
    const nodes = [...fragment.childNodes];
    fresh.append(...nodes);
    const twins = mizan.twins(root, fresh);
    const isSame = (it, twin) =>
      twin && nodes.includes(twin) && of(twin).getAttribute("id") === of(it).getAttribute("id") && !loads(it);
    const pairs = [...root.children].map((it, at) => [twins.twinOf(it), elements[at]]);
    fragment.append(...nodes);
    return new Map(pairs.filter(([twin, it]) => isSame(it, twin)));
  };

  /* With all that it has, where browsers can do that. */
  const moveBefore = (element, next) => {
    const parent = of(of(element).parentNode);
    if (parent.moveBefore) parent.moveBefore(element, next);
    else parent.insertBefore(element, next);
  };

  const isBlank = (node) => node instanceof Text && !node.data.trim();

  const replaceAll = (place, fragment) => {
    const each = former.get(place);
    const same = again(each.elements, fragment);
    for (const it of each.elements) if (![...same.values()].includes(it)) of(it).remove();
    let last = place;
    const add = (...nodes) => {
      each.now.push(...nodes);
      last = nodes.at(-1);
    };
    for (const node of [...fragment.childNodes]) {
      const next = of(last).nextSibling;
      const old = same.get(node);
      if (isBlank(node) && isBlank(next)) last = next;
      else if (old) {
        if (next !== old) moveBefore(old, next);
        const part = page.createDocumentFragment();
        part.append(node);
        const there = replace(old, part, each.source, node);
        add(...(there.every((it) => of(it).isConnected) ? there : [of(last).nextSibling]));
      } else {
        of(last).after(node);
        add(node);
      }
    }
    return each.now;
  };

  const swapIn = (target, fragment) =>
    former.has(target) ? replaceAll(target, fragment) : replace(target, fragment, sources.get(target));

  /* A morph keeps elements that have the same id, and lets those that have another one go. So for its time each
     pair has an id that nothing else has. */
  const morphNamed = (swap, fragment) => {
    const { block, fresh, twins, pairs, anew, guests } = swap;
    const isUnclear = (it) => it !== block && (guests.has(it) || !twins.isUnique(it));
    const unclear = (root) => [...of(root).querySelectorAll("[id]")].filter(isUnclear);
    for (const it of unclear(block)) pair(swap, it);
    const ids = [...guests].map((it) => [it, of(it).getAttribute("id")]);
    const lent = new Map(); // borrowed id → the one that the server gives the element
    const borrowing = [];
    const lend = (...elements) => {
      borrowing.push(...elements);
      const id = `${BORROWED}${lent.size}`;
      lent.set(id, of(elements.at(-1)).getAttribute("id"));
      for (const it of elements) of(it).setAttribute("id", id);
    };
    const paired = new Set(pairs.values());
    const lone = unclear(fresh).filter((it) => !paired.has(it));
    const same = [...pairs].filter(([old]) => isUnclear(old)).map((each) => each.filter(Boolean));
    for (const each of same) lend(...each);
    for (const it of lone) lend(it);
    for (const it of anew) if (!isInside(it, held)) lend(it);
    for (const it of meeting.anew) for (const each of [it, ...of(it).querySelectorAll("[id]")]) lend(each);
    const restore = isHtmx2 ? () => {} : showIds(block, fragment);
    morph(block, fragment);
    restore();
    returnHeld(block);
    for (const it of [...borrowing, ...of(block).querySelectorAll(`[id^="${BORROWED}"]`)]) {
      const id = lent.get(of(it).getAttribute("id"));
      if (id === null) of(it).removeAttribute("id");
      else if (id !== undefined) of(it).setAttribute("id", id);
    }
    for (const [it, id] of ids) if (id !== null) of(it).setAttribute("id", id);
  };

  /* htmx 4 asks a form for its id, in the place of which it gets a control called "id", and then takes no form for
     another one. For a morph such controls have other names, no two the same, or radio buttons of different forms
     were one group. A form forgets a name once its control is in no form. */
  const showIds = (block, fragment) => {
    const CALLED = '[name="id"], [id="id"]';
    const isHere = ({ form }) => form instanceof HTMLFormElement && of(block).contains(form);
    const here = [...page.querySelectorAll(CALLED)].filter(isHere);
    const forms = here.map((it) => [it, it.getAttribute("form")]);
    const fresh = [...fragment.querySelectorAll("form")].flatMap((it) => [...of(it).querySelectorAll(CALLED)]);
    const all = [...here, ...fresh];
    for (const [at, it] of all.entries()) {
      if (it.getAttribute("name") === "id") it.setAttribute("name", `${BORROWED}name-${at}`);
      if (it.getAttribute("id") === "id") it.setAttribute("id", `${BORROWED}id`);
    }
    for (const it of here) it.setAttribute("form", "");
    return () => {
      for (const [it, form] of forms) {
        if (form === null) it.removeAttribute("form");
        else it.setAttribute("form", form);
      }
      const lent = ["name", "id"].map((name) => [name, `${BORROWED}${name}`]);
      const made = all.length ? of(block).querySelectorAll(lent.map(([name, text]) => `[${name}^="${text}"]`)) : [];
      for (const it of [...all, ...made]) {
        for (const [name, text] of lent) if (it.getAttribute(name)?.startsWith(text)) it.setAttribute(name, "id");
      }
    };
  };

  const byId = (root, id) => of(root).querySelector(`[id="${CSS.escape(id)}"]`);

  /* Where rows changed places, a morph may let go of one and make another one of what stood next to it. */
  const returnHeld = (block) => {
    for (const it of held) {
      if (of(it).isConnected) continue;
      byId(block, of(it).getAttribute("id"))?.replaceWith(it);
      htmx.process(it, true);
    }
  };

  const selectionOf = (field) => {
    const { selectionStart, selectionEnd, selectionDirection } = of(field);
    return [selectionStart, selectionEnd, selectionDirection];
  };
  const placeOf = ({ it, twin }) => [it, twin].find((each) => of(each)?.isConnected);

  const putBack = (swap, block) => {
    const { entered, outside, opened, scrolled, focus, guests } = swap;
    const fields = entered.map(putBackField);
    const chosen = new Set([...fields, ...outside.filter(({ isKept }) => isKept).map(({ it }) => it)]);
    for (const field of fieldsIn(block)) {
      if (fields.includes(field) || isInside(field, guests)) continue;
      // A radio button that was not there yet belongs to what somebody has chosen, too.
      if (isRadio(field) && groupOf(field).some((it) => chosen.has(it))) {
        entered.push({ it: field, value: served(field), former: null });
        fields.push(field);
        bases.set(field, "");
        write(field, "");
      } else {
        write(field, served(field));
        forget(field);
      }
    }
    for (const each of outside) putBackChoice(each, block);
    giveWay(swap, fields);
    entered.forEach(({ value, former }, at) => fields[at] && mark(fields[at], value, former));
    for (const { it, twin, show, isOpen } of opened) {
      const place = placeOf({ it, twin });
      if (!place) continue;
      if (toggled.has(it)) toggled.add(place);
      if (!show) of(place).open = isOpen;
      else if (place === twin) {
        of(place).removeAttribute("open");
        of(place)[show]();
      }
    }
    for (const { it, twin, ...places } of scrolled) Object.assign(of(placeOf({ it, twin })) ?? {}, places);
    if (focus) putBackFocus(focus);
  };

  const putBackChoice = ({ it, isKept, isTaken, live, former }, block) => {
    const isSelect = Boolean(it.options);
    const isSaid = isSelect
      ? within(block, "option").some(({ defaultSelected }) => defaultSelected)
      : groupOf(it).some((each) => each.defaultChecked && of(block).contains(each));
    const stays = isKept || (!isSaid && (isTaken || !isSelect));
    if (stays || isSelect) write(it, stays ? live : served(it));
    // What was chosen is not on offer any more.
    if (it.type === "select-one" && stays && read(it) !== live) write(it, served(it));
    // What was refused: the server has what it had.
    if (!isKept && !isSelect && !groupOf(it).some(({ checked }) => checked)) write(it, served(it));
    if (isKept && isSelect) mark(it, served(it), former);
    if (!isKept && differs(it)) accepted.set(it, read(it)); // nobody has chosen that
  };

  /* Where the radio button that was chosen is gone, what the server has chosen is. */
  const giveWay = ({ entered, outside }, fields) => {
    const all = [...entered.map((each, at) => ({ ...each, place: fields[at] })), ...outside];
    for (const { it, live, form, place } of all.slice(0, entered.length)) {
      if (place || !isRadio(it) || !live) continue;
      const rest = all.filter((each) => isRadio(each.it) && each.it.name === it.name && each.form === form);
      const left = rest.map((each) => ("place" in each ? each.place : each.it)).find(Boolean);
      for (const each of left ? groupOf(left) : []) write(each, served(each));
    }
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

  const putBackFocus = ({ host, it, twin, selection }) => {
    const field = placeOf({ it, twin });
    // htmx 2 would focus the first that has this id. That of a block is its own.
    if (!of(host).isConnected && !is(host, BLOCK)) of(host).removeAttribute("id");
    if (!field) return;
    const isMoved = field !== rootOf(field).activeElement;
    if (isMoved) of(field).focus({ preventScroll: true });
    const isUnsaid = unsaid.delete(it) || it === typing;
    if ((isMoved || field === twin) && isUnsaid) unsaid.add(field);
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
    fire(block, "mizan:late");
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
      for (const { fragment } of tasks) unwrap(fragment);
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
    htmx_before_morph_node: (old, { newNode }) => mayMorph(old, newNode),
    htmx_before_morph_attr: (old, { attrName }) => mayWrite(attrName, old),
    handle_swap: (style, target, fragment) => style === STYLE && swapIn(target, fragment),
  };

  const attributeOf = (element, name) =>
    of(element).getAttribute(name) ?? of(element).getAttribute(`data-${name}`) ?? "";
  const swapDelayOf = (element) => {
    const holder = of(element).closest("[hx-swap], [data-hx-swap]");
    const delay = holder && /\bswap:(\S+)/.exec(attributeOf(holder, "hx-swap"))?.[1];
    return delay ? htmx.parseInterval(delay) : htmx.config.defaultSwapDelay;
  };
  const arrive = (request) => {
    asking.delete(request);
    resume();
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
        unwrap(fragment);
        if (style !== STYLE) return false;
        settling.tasks.push(clearNow); // before those in which htmx binds what is new
        const isSame = former.has(target) || topOf(fragment, target);
        const now = isSame ? swapIn(target, fragment) : [...fragment.childNodes];
        if (!isSame) of(target).replaceWith(...now);
        // A place is taken away by who has put it there.
        settling.elts = [...settling.elts.filter((it) => it !== target || former.has(it)), ...now];
        return now;
      },
    });
    on("htmx:beforeSend", ({ detail: { xhr, elt, target, requestConfig } }) => {
      const kind = requestConfig.triggeringEvent?.type ?? attributeOf(elt, "hx-trigger");
      if (is(elt, `${BEHIND}, ${OUR_FORM}`) || BY_ITSELF.test(kind)) return;
      asking.set(xhr, [elt, target]);
      xhr.addEventListener("loadend", () => {
        const delay = swapDelayOf(elt);
        if (delay > 0) setTimeout(arrive, delay, xhr); // after htmx's own timer
        else arrive(xhr); // what became stale goes with the others
      });
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
      detail.serverResponse = wrap(serverResponse, target);
    });
  };

  Object.assign(mizan, { keep: Object.freeze({ STYLE, instead, cameInstead }) });

  if (isHtmx2) listen2();
  else if (htmx.registerExtension("mizan-keep", extension) === false) {
    throw new Error('mizan-keep.js was refused by htmx: add "mizan-keep" to htmx.config.extensions.');
  }
};
