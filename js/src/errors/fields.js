/* mizan-fields.js: what the server says of single fields stands at those fields, in Django's own markup. Needs
   mizan.js and mizan-guard.js.

   mizan.fields.show(element, {name: ["Too long."]})   says at the fields from which the element took what it sent
                                            what is wrong with each; gives, as a list of texts, what belongs to
                                            no field that a person sees. After a submit or a click the first
                                            field that is wrong has the focus
   mizan.fields.clear(element)              takes that away again

   A message stands before its field, where Django has it, or in the element with data-mizan-errors="name", if the
   form has one. It goes when the field gets another value, and stays while its block is refreshed. */
import { of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const SAID = "data-mizan-said"; // marks the lists of this file
  const WHOLE = /^(__all__)?$/;
  const CONTROL = "input, select, textarea";
  const NO_FIELD = /^(submit|button|reset|image)$/;
  const GROUP = "fieldset, [role=group], [role=radiogroup]";
  const FRAME = ":is(div, p, span, ul, ol):not([data-mizan-field])"; // which a list may stand before
  // What may hold no list.
  const PHRASE = "p, label, legend, span, a, abbr, b, code, em, i, small, strong, h1, h2, h3, h4, h5, h6";

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };
  const isForm = (node) => node instanceof HTMLFormElement;

  // ---- which field a name means

  const isControl = (node) =>
    node instanceof Element &&
    !isForm(node) &&
    Boolean(node.name) &&
    (node.matches(CONTROL) || node.localName.includes("-")) &&
    !NO_FIELD.test(node.type);

  const isCheckable = ({ type }) => /^(checkbox|radio)$/.test(type);

  /* Names are written in many ways: items.0.name, items[0][name], items-0-name. */
  const partsOf = (name) => name.split(/[.[\]-]+/).filter(Boolean);
  const isSame = (one, other) => String(partsOf(one)) === String(partsOf(other));

  const namesOf = (control) => [
    control.name,
    ...[control.closest("[data-mizan-field]")?.dataset.mizanField].filter(Boolean),
  ];

  const PIECE = /^_(\d+|year|month|day)$/; // of a widget of several

  /* Find the controls of a name: as it is; spelt in another way; as a widget of several; with the prefix of its form,
     where only one has it. */
  const named = (controls, name) => {
    const those = (matches) => controls.filter((control) => namesOf(control).some(matches));
    const steps = [
      (each) => each === name,
      (each) => isSame(each, name),
      (each) => each.startsWith(name) && PIECE.test(each.slice(name.length)),
    ];
    for (const step of steps) {
      const found = those(step);
      if (found.length) return found;
    }
    const prefixed = those((each) => each.endsWith(`-${name}`));
    return new Set(prefixed.map((each) => each.name)).size === 1 ? prefixed : [];
  };

  /* Of a list that several fields fill, the one at this place; what is ticked or chosen in a list is one field. */
  const nth = (found, place) => {
    const isList = /^\d+$/.test(place) && found.length > 1 && !found.some(isCheckable);
    const sent = found.filter((each) => !each.matches(":disabled"));
    return isList && sent[place] ? [sent[place]] : found;
  };

  /* What is wrong inside of a value is said at the field that holds it. */
  const find = (controls, name) => {
    const parts = name.split(".");
    for (let length = parts.length; length > 0; length -= 1) {
      const found = named(controls, parts.slice(0, length).join("."));
      if (found.length) return nth(found, parts[length]);
    }
    return [];
  };

  // ---- where its message stands

  const isInside = (root, node) => root !== node && of(root).contains(node);

  /* The outermost element around a control that is only its line, and no place for a list. */
  const lineOf = (control, root) => {
    let it = control;
    for (let up = it.parentElement; up && up !== root && !isForm(up) && up.matches(PHRASE); ) {
      it = up;
      up = it.parentElement;
    }
    return it;
  };

  const isWhole = (element, found) =>
    [...of(element).querySelectorAll("*")].filter(isControl).every((each) => found.includes(each));

  const aroundAll = (found, root) => {
    let it = found[0].parentElement;
    while (it && it !== root && !found.every((each) => of(it).contains(each))) it = of(it).parentElement;
    return it;
  };

  /* Say which elements a message describes, and what it stands before: several controls of one name are described once,
     by what is around them alone. */
  const placeOf = (found, root) => {
    const [first] = found;
    if (found.length === 1 && first.type !== "radio") return { described: found, next: lineOf(first, root) };
    const around = aroundAll(found, root);
    const group = of(around)?.closest(GROUP);
    if (group && isInside(root, group) && isWhole(group, found)) {
      const next = [...of(group).children].find((each) => each.contains(first));
      return { described: [group], next };
    }
    const isOwn = of(around)?.matches(FRAME) && isInside(root, around) && isWhole(around, found);
    return { described: found, next: lineOf(isOwn ? around : first, root) };
  };

  const slotOf = (root, name) => of(root).querySelector(`[data-mizan-errors="${CSS.escape(name)}"]`);

  const isShown = (element) => of(element).checkVisibility?.() ?? of(element).getClientRects().length > 0;

  const ancestorsOf = (element) => {
    const ancestors = [];
    for (let it = of(element).parentElement; it; it = of(it).parentElement) ancestors.push(it);
    return ancestors;
  };

  /* A field in a closed details is one that a person can be shown. */
  const reveal = (control) => {
    if (control.type === "hidden") return false;
    const { parentElement: place } = control;
    const isClosed = (each) => of(each).localName === "details" && !each.open;
    const closed = ancestorsOf(control).filter(isClosed);
    for (const each of closed) each.open = true;
    if (place && isShown(place)) return true;
    for (const each of closed) each.open = false;
    return false;
  };

  // ---- saying it

  /* list → {controls, described, root, name, read, formers}: what is in the page. `read` is what was in the fields,
     and `formers` what aria-invalid they had. */
  const records = new WeakMap();
  let count = 0;

  const valueOf = (control) => {
    if (isCheckable(control)) return control.checked;
    if (control.files) return [...control.files].map(({ name, size, lastModified }) => [name, size, lastModified]);
    return control.options ? [...control.selectedOptions].map(({ value }) => value) : control.value;
  };
  const read = (controls) => JSON.stringify(controls.map(valueOf));

  const tokensOf = (element) => (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);

  const describe = (element, tokens) => {
    if (tokens.length) element.setAttribute("aria-describedby", tokens.join(" "));
    else element.removeAttribute("aria-describedby");
  };

  /* As Django has it: id_name_error. A form may stand on a page more than once with the same ids. */
  const idFor = ([first, ...others], root) => {
    const own = first.id && (others.length || first.type === "radio" ? first.id.replace(/_\d+$/, "") : first.id);
    const id = own ? `${own}_error` : "mizan-error";
    // What the page came with, of an attempt before this one.
    of(root).querySelector(`.errorlist[id="${CSS.escape(id)}"]:not([${SAID}])`)?.remove();
    if (own && !page.getElementById(id)) return id;
    do count += 1;
    while (page.getElementById(`${id}-${count}`));
    return `${id}-${count}`;
  };

  const fill = (list, texts) => {
    const known = [...list.children].map(({ textContent }) => textContent);
    for (const text of texts.filter((each) => !known.includes(each))) {
      const item = page.createElement("li");
      item.textContent = text;
      list.append(item);
    }
  };

  const put = (list, { controls, described, next, root, name }) => {
    const slot = slotOf(root, name);
    if (slot) slot.replaceChildren(list);
    else next.before(list);
    const formers = new Map();
    for (const each of controls) {
      formers.set(each, each.getAttribute("aria-invalid"));
      each.setAttribute("aria-invalid", "true");
    }
    for (const each of described) {
      const tokens = tokensOf(each);
      if (!tokens.includes(list.id)) describe(each, [...tokens, list.id]);
    }
    records.set(list, { controls, described, root, name, formers, read: read(controls) });
  };

  const lists = () => [...page.querySelectorAll(`[${SAID}]`)];
  const listOf = (controls) =>
    lists().find((each) => records.get(each)?.controls.some((control) => controls.includes(control)));

  const say = (controls, root, name, texts) => {
    const known = listOf(controls);
    if (known) return fill(known, texts);
    const list = page.createElement("ul");
    list.className = "errorlist";
    list.id = idFor(controls, root);
    list.setAttribute(SAID, name);
    fill(list, texts);
    put(list, { controls, root, name, ...placeOf(controls, root) });
  };

  /* What is put there and taken away here is no state of the page's: a refresh carries it on below. */
  const { serve } = mizan.state;

  const takeAway = (list) => serve(() => removeList(list));
  const removeList = (list) => {
    const { controls, described, formers } = records.get(list) ?? orphaned(list);
    for (const each of described) describe(each, tokensOf(each).filter((token) => token !== list.id));
    for (const each of controls) {
      // "true" came with the page, and is as old as what was said.
      if (formers.get(each) === "false") each.setAttribute("aria-invalid", "false");
      else each.removeAttribute("aria-invalid");
    }
    list.remove();
  };

  /* A page out of htmx's history has lists that nobody remembers. */
  const orphaned = ({ id }) => {
    const described = [...page.querySelectorAll(`[aria-describedby~="${CSS.escape(id)}"]`)];
    const controls = described.flatMap((each) => (isControl(each) ? each : [...each.querySelectorAll(CONTROL)]));
    return { described, controls, formers: new Map() };
  };

  // ---- the page's calls

  /* element → {method, type}: of its last request, and of the event that sent it */
  const asked = new WeakMap();

  on("mizan:request", ({ detail: { element, method, event } }) => asked.set(element, { method, type: event?.type }));

  const formOf = (element) => (isForm(element) ? element : (element.form ?? of(element).closest?.("form")));

  /* Where slots and groups are looked for: the form or, without one, the page. */
  const rootFor = (element) => formOf(element) ?? page.documentElement;

  const controlsFor = (element) => {
    const { method = "POST" } = asked.get(element) ?? {};
    const form = formOf(element);
    const own = form ? [...of(form).elements] : [];
    return [...new Set([...own, ...mizan.controls(element, method)])].filter(isControl);
  };

  const labelOf = ([control], name) => {
    const text = control?.labels?.[0]?.textContent ?? control?.getAttribute("aria-label") ?? "";
    return text.trim().replace(/\s*:$/, "") || name;
  };

  const show = (element, fields) => {
    clear(element);
    const isThere = of(element)?.isConnected;
    const [root, controls] = isThere ? [rootFor(element), controlsFor(element)] : [page.documentElement, []];
    const wrong = [];
    const rest = [];
    for (const [name, given] of Object.entries(fields ?? {})) {
      const texts = [given].flat().map(String);
      if (!texts.length) continue;
      const found = WHOLE.test(name) ? [] : find(controls, name);
      const seen = found.filter(reveal);
      if (seen.length) {
        serve(() => say(seen, rootOf(seen, root), name, texts));
        wrong.push(...seen);
      } else rest.push(...texts.map((text) => (WHOLE.test(name) ? text : `${labelOf(found, name)}: ${text}`)));
    }
    if (wrong.length) lead(element, root, wrong);
    return rest;
  };

  /* What is included from elsewhere stands in a form of its own, or in none. */
  const rootOf = ([{ form }], root) => (isForm(root) && form === root ? root : (form ?? page.documentElement));

  /* Put the focus where somebody has to go on, if they have not gone elsewhere; those who stay where they are, such as
     at a field that sends itself, are told. */
  const lead = (element, root, wrong) => {
    const { activeElement: focused } = page;
    const { type } = asked.get(element) ?? {};
    const isNear = !focused || focused === page.body || of(element).contains(focused) || wrong.includes(focused);
    const isThere = isNear || (isForm(root) && (of(root).contains(focused) || focused.form === root));
    if (/^(submit|click)$/.test(type) && isThere) {
      const ordered = [...new Set(wrong)].sort((one, other) =>
        one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
      );
      // A script may have put something of its own before a control.
      for (const each of ordered) {
        each.focus();
        if (each === page.activeElement) return;
      }
    }
    const said = lists().filter((each) => records.get(each)?.controls.some((it) => wrong.includes(it)));
    for (const each of said) mizan.announce?.([...each.children].map((it) => it.textContent).join(" "));
  };

  /* A block that is refreshed sends nothing of what stands in it. */
  const isRefresh = (element) => of(element)?.matches?.("[data-mizan]") && /^get$/i.test(asked.get(element)?.method);

  const clear = (element) => {
    if (isRefresh(element)) return;
    const controls = of(element)?.isConnected ? controlsFor(element) : [];
    for (const list of lists()) {
      const record = records.get(list);
      if (!record || record.controls.some((each) => controls.includes(each) || !each.isConnected)) takeAway(list);
    }
  };

  // ---- what somebody corrects

  /* A field that moves under the pointer between press and release would make the click miss. */
  let isPressed = false;
  const settle = () => {
    for (const list of lists()) {
      const record = records.get(list);
      if (record && record.read !== read(record.controls)) takeAway(list);
    }
  };
  const settleLater = () => setTimeout(() => isPressed || settle());

  on("pointerdown", () => {
    isPressed = true;
  });
  on("pointerup pointercancel", () => {
    isPressed = false;
    settleLater();
  });
  on("change", settleLater);
  on("reset", ({ target }) => setTimeout(() => of(target).isConnected && clear(target)));

  // ---- a block that is refreshed around a field

  const HIDDEN = "input[type=hidden]:not([name=csrfmiddlewaretoken])";

  /* What tells a form from those beside it, which may have the same fields: the surest first. */
  const ATTRIBUTES = ["id", "action", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-vals", "name"];
  const attributesOf = (form) => JSON.stringify(ATTRIBUTES.map((name) => of(form).getAttribute(name)));
  const hiddenIn = (form) =>
    JSON.stringify([...of(form).querySelectorAll(HIDDEN)].map(({ name, value }) => [name, value]));
  const SIGNATURES = [(form) => attributesOf(form) + hiddenIn(form), attributesOf, () => ""];

  /* Where there are more or fewer that look the same, nobody knows which is which. */
  const twinOf = (form, block, fresh) => {
    const forms = (root) => [root, ...of(root).querySelectorAll("form")].filter(isForm);
    for (const sign of SIGNATURES) {
      const [old, next] = [block, fresh].map((root) => forms(root).filter((each) => sign(each) === sign(form)));
      if (old.length === next.length) return next[old.indexOf(form)];
    }
    return undefined;
  };

  /* By its id, or else by its place among those of its name, if there are as many as before. */
  const twinControl = (control, old, next) => {
    const [before, after] = [old, next].map((all) =>
      all.filter(({ name, type }) => name === control.name && type === control.type),
    );
    const byId = control.id && after.filter(({ id }) => id === control.id);
    if (byId.length === 1) return byId[0];
    return before.length === after.length ? after[before.indexOf(control)] : undefined;
  };

  const controlsIn = (root) =>
    (isForm(root) ? [...of(root).elements] : [...of(root).querySelectorAll("*")]).filter(isControl);

  /* The answer gets the messages of what it replaces, so that they stand in it however it is swapped in. */
  const carry = (list, block, fresh) => {
    const { controls, root, name } = records.get(list);
    const isWithin = isForm(root) && (root === block || of(block).contains(root));
    const twin = isWithin ? twinOf(root, block, fresh) : fresh;
    if (!twin) return;
    const [old, next] = [isWithin ? root : block, twin].map(controlsIn);
    const twins = controls.map((each) => twinControl(each, old, next));
    if (twins.includes(undefined)) return;
    const copy = list.cloneNode(true);
    const place = isWithin ? twin : fresh;
    put(copy, { controls: twins, root: place, name, ...placeOf(twins, place) });
    const record = records.get(copy);
    record.root = isWithin ? twin : root;
    record.read = records.get(list).read;
    for (const [at, each] of twins.entries()) record.formers.set(each, records.get(list).formers.get(controls[at]));
  };

  on("mizan:keep", ({ target: block, detail: { fresh } }) => {
    for (const list of lists()) {
      const record = records.get(list);
      if (record?.controls.every((each) => of(block).contains(each))) carry(list, block, fresh);
    }
  });
  on("mizan:refreshed", settle);

  const forget = () => {
    for (const list of lists()) if (!records.has(list)) takeAway(list);
  };
  const { config, version } = htmx;
  const restored = "htmx:history:cache:after:restore".replaceAll(":", config.metaCharacter || ":");
  on(version.startsWith("2.") ? "htmx:historyRestore" : restored, forget);

  Object.assign(mizan, { fields: Object.freeze({ show, clear }) });
};
