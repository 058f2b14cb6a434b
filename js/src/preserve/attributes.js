/* mizan-state.js: what scripts have set stays when blocks are replaced. Needs mizan.js; mizan-keep.js asks it.

   An attribute that differs from what the server last sent was set by the page, and stays until the server sends
   another value for it: of class each name by itself, of style each property. What the server has sent is remembered
   here, beside the page. After a form was sent and taken, what scripts have set on it and on its controls counts as
   the server's, too.

   data-mizan-as-served   on an element: in it and on it attributes are as the server sends them

   What Alpine has in hand stays in its hand, as long as x-data is the same: its elements, what it made of a
   <template>, and the text it put in. A block in which something is open that calls itself modal waits.

   mizan.state, for the scripts that go with this one:
   serve(work)             what work() sets counts as sent by the server
   served(element, name)   what the server last sent for an attribute, or null
   isChanged(element, name)   tells whether the page has set it
   isInserted(element)     tells whether the page has put it in
   isOccupied(block)       tells whether something modal is open in it
   LENT                    begins the ids and names that elements have for the time of a morph, and no others
   expect(element, name)   a morph is about to write what the server has sent
   meet(block, fresh)      a swap that is about to happen; see there */
import { isShown, of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const BLOCK = "[data-mizan]";
  const AS_SERVED = "[data-mizan-as-served]";
  const FIELD = "input, select, textarea, button";
  const OURS = /^(data-mizan|data-htmx-|(data-)?hx-|(aria-busy|autofocus|nonce)$)/;
  const OUR_CLASSES = /^(htmx-|mizan-stale$)/;
  const FOLLOWS = /^csrfmiddlewaretoken$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/; // names of hidden fields
  const LENT = `mizan-keep-${Math.random().toString(36).slice(2)}-`;
  const UNKNOWN = Symbol("set before this script ran");

  const on = (names, listener) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, true);
  };
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const isInside = (element, set) => {
    for (let up = set.size && element; up; up = of(up).parentElement) if (set.has(up)) return true;
    return false;
  };
  const get = (element, name) => of(element).getAttribute(name);
  const isHidden = (element) => is(element, "input[type=hidden]");

  // ---- what the server has sent

  /* element → attribute → what the server last sent for it, where the page has set something since: null where it
     has sent none, UNKNOWN where that was before this script ran. */
  const changed = new WeakMap();

  /* Fields are mizan-keep.js's. */
  const isOthers = (element, name) => {
    if (OURS.test(name) || (name === "id" && is(element, BLOCK))) return true;
    if (name === "selected") return is(element, "option");
    if (!/^(value|checked)$/.test(name) || !is(element, "input")) return false;
    return isHidden(element) ? FOLLOWS.test(element.name) : !/^(submit|button|reset|image)$/.test(element.type);
  };

  const remember = (element, name, value) => {
    if (!changed.has(element)) changed.set(element, new Map());
    changed.get(element).set(name, value);
  };
  const forget = (element, name) => changed.get(element)?.delete(name);

  const served = (element, name) => {
    const was = changed.get(element)?.get(name);
    return was === undefined ? get(element, name) : was === UNKNOWN ? null : was;
  };

  const tokens = (text) => new Set((text ?? "").split(/\s+/).filter((it) => it && !OUR_CLASSES.test(it)));
  const isSameSet = (one, other) => one.size === other.size && [...one].every((it) => other.has(it));
  const isSame = (name, one, other) => {
    if (one === other) return true;
    if (name === "class") return isSameSet(tokens(one), tokens(other));
    return name === "style" && (one || "") === (other || "");
  };

  const isDifferent = (element, name) => {
    const was = changed.get(element)?.get(name);
    return was !== undefined && (was === UNKNOWN || !isSame(name, was, get(element, name)));
  };
  const differences = (element) =>
    [...(changed.get(element)?.keys() ?? [])].filter((name) => isDifferent(element, name));

  /* Elements that the page has put in, and nodes of the server's that it has taken from their place. */
  const inserted = new WeakSet();
  const moved = new WeakSet();

  /* What morphs of others are about to write: element → names. */
  const expected = new Map();

  const noteNodes = ({ addedNodes, removedNodes }) => {
    for (const node of removedNodes) if (!inserted.has(node)) moved.add(node);
    for (const node of addedNodes) if (node instanceof Element && !moved.has(node)) inserted.add(node);
  };

  const note = (records) => {
    for (const record of records) {
      const { target, type, attributeName: name, attributeNamespace, oldValue } = record;
      if (type === "childList") noteNodes(record);
      else if (expected.get(target)?.has(name)) forget(target, name);
      else if (attributeNamespace || oldValue?.startsWith(LENT)) continue;
      else if (!isOthers(target, name) && !changed.get(target)?.has(name)) {
        remember(target, name, oldValue);
      }
    }
    expected.clear();
  };

  const observer = new MutationObserver(note);
  const catchUp = () => note(observer.takeRecords());

  /* What has become of an attribute is what the server has sent. htmx comes and goes with classes of its own. */
  const accept = () => {
    const before = new Map();
    for (const { target, type, attributeName: name, oldValue } of observer.takeRecords()) {
      if (type === "childList") continue;
      if (!before.has(target)) before.set(target, new Map());
      if (!before.get(target).has(name)) before.get(target).set(name, oldValue);
    }
    for (const [target, values] of before) {
      for (const [name, value] of values) {
        if (!isSame(name, value, get(target, name))) forget(target, name);
      }
    }
  };

  const serve = (work) => {
    catchUp();
    try {
      return work();
    } finally {
      accept();
    }
  };

  const expect = (element, name) => {
    if (!expected.has(element)) expected.set(element, new Set());
    expected.get(element).add(name);
  };

  // ---- a swap of htmx's own: what it writes is the server's, and what the page does about it is not

  let isSettled = false;

  /* htmx 2 gives new elements the attributes of the old ones for 20 ms. htmx:load tells the page of them when they
     have their own. */
  const settle = ({ target }) => {
    if (isSettled || target === page.body) return;
    accept();
    isSettled = true;
    queueMicrotask(() => (isSettled = false));
  };

  if (htmx.version.startsWith("2.")) {
    on("htmx:beforeSwap", catchUp);
    on("htmx:afterSwap", accept);
    on("htmx:load htmx:afterSettle", settle);
  } else on("htmx:before:settle htmx:after:settle".replaceAll(":", htmx.config.metaCharacter || ":"), accept);

  // ---- what was sent and taken

  const sending = new Map(); // element that sends → hidden field → its value

  const sentFrom = (source) => {
    const form = is(source, "form") ? source : source.type === "submit" ? source.form : null;
    return form ? [form, ...of(form).elements, source] : [source];
  };

  on("mizan:request", ({ detail: { element, isSafe, body } }) => {
    if (isSafe) return;
    catchUp();
    const pairs = [...(body ?? [])].map(String);
    const isSent = ({ name, value }) => pairs.includes(String([name, value]));
    const parts = sentFrom(element);
    const hasMore = of(element).closest("[hx-include]");
    const hidden = [...page.querySelectorAll("input[type=hidden]")].filter(
      (it) => isSent(it) && (parts.includes(it) || (hasMore && !it.form)),
    );
    sending.set(element, new Map(hidden.map((it) => [it, it.value])));
  });

  // Not while it is captured: others refuse what a session's end has answered.
  page.addEventListener("mizan:answer", (event) => {
    const { element, isSafe, status } = event.detail;
    if (isSafe) return;
    const sent = sending.get(element) ?? new Map();
    sending.delete(element);
    if (event.defaultPrevented || status < 200 || status > 299) return;
    catchUp();
    for (const each of new Set([...sentFrom(element), ...sent.keys()])) {
      const isNewer = isHidden(each) && sent.get(each) !== each.value;
      for (const name of isNewer ? [] : differences(each)) if (!isBound(each, name)) forget(each, name);
    }
  });

  // ---- what is modal

  const opening = new Set(); // those of Bootstrap, until they call themselves modal

  on("show.bs.modal show.bs.offcanvas", (event) => {
    opening.add(event.target);
    queueMicrotask(() => event.defaultPrevented && opening.delete(event.target));
  });
  on("shown.bs.modal shown.bs.offcanvas hidden.bs.modal hidden.bs.offcanvas", ({ target }) =>
    opening.delete(target),
  );

  const isOccupied = (block) =>
    [block, ...of(block).querySelectorAll("[aria-modal=true]")].some(
      (it) => get(it, "aria-modal") === "true" && isShown(it),
    ) || [...opening].some((it) => of(block).contains(it));

  // ---- Alpine

  const BIND = /^(?:x-bind:|:)([^.]+)/;
  const isAlpines = (element) =>
    element._x_marker !== undefined || element._x_attributeCleanups !== undefined;

  /* Name the attributes that Alpine sets on an element. */
  const boundBy = (element) => {
    const { attributes } = of(element);
    const names = [...attributes].map(({ name }) => BIND.exec(name)?.[1]).filter((it) => it && it !== "key");
    const has = (name) => [...attributes].some((it) => it.name === name || it.name.startsWith(`${name}.`));
    if (has("x-show")) names.push("style");
    if (has("x-collapse")) names.push("style", "hidden");
    if (has("x-model") && isHidden(element)) names.push("value");
    return new Set(names);
  };
  const isBound = (element, name) => isAlpines(element) && boundBy(element).has(name);

  /* Alpine may have started before this script, and custom elements may be there. */
  const isCustom = (element) => of(element).localName.includes("-") && customElements.get(element.localName);
  for (const it of page.querySelectorAll(`:is(${BLOCK}, ${BLOCK} *)`)) {
    const names = isAlpines(it) ? [...boundBy(it), "x-cloak"] : isCustom(it) ? it.getAttributeNames() : [];
    for (const name of names) if (name !== "id" && !isOthers(it, name)) remember(it, name, UNKNOWN);
  }

  const bindingOf = (element, name) => get(element, `:${name}`) ?? get(element, `x-bind:${name}`) ?? "";

  const words = (value) => {
    if (typeof value === "function") return words(value());
    if (typeof value === "string") return value.split(/\s+/);
    return Array.isArray(value) ? value.flatMap(words) : Object.keys(value ?? {}).flatMap(words);
  };

  /* Tell of a name of a class, or a property of a style, whether Alpine has put it there. */
  const isPutBy = (element, name) => {
    const expression = bindingOf(element, name);
    let found = [];
    try {
      if (expression) found = words(window.Alpine?.evaluate(element, expression));
    } catch {
      // then what the expression says in words is what is known
    }
    const own = get(element, "x-collapse") === null ? ["display"] : ["display", "height", "overflow-x", "overflow-y"];
    return (it) => {
      const inScript = it.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
      const isNamed = [it, inScript].some((text) => expression.includes(text) || found.includes(text));
      return isNamed || (name === "style" && own.includes(it));
    };
  };

  /* What the server has sent before is taken to be what it sends now, where only Alpine can have changed it. Of what
     else a custom element has, it is what the server does not send that it has set itself. */
  const guess = (element, name, now) => {
    if (!isAlpines(element)) return now === null ? null : get(element, name);
    if (!/^(class|style)$/.test(name)) return now;
    const isTheirs = isPutBy(element, name);
    const live = get(element, name);
    if (name === "class") {
      const rest = [...tokens(live)].filter((it) => !isTheirs(it));
      return [...rest, ...[...tokens(now)].filter(isTheirs)].join(" ");
    }
    const [style, fresh] = [styleOf(live), styleOf(now)];
    for (const it of new Set([...style, ...fresh])) if (isTheirs(it)) copyProperty(style, fresh, it);
    return style.cssText;
  };

  /* List what stands in the place of a template: what Alpine made of it, and of the templates among that. */
  const clonesOf = (template) => {
    const own = [template._x_currentIfEl, ...(template._x_lookup?.values?.() ?? [])].filter(Boolean);
    return own.flatMap((it) => [it, ...(is(it, "template") ? clonesOf(it) : [])]);
  };
  const isMade = (template) => ["_x_currentIfEl", "_x_lookup", "_x_teleport"].some((name) => template[name]);

  const isSameTemplate = (old, twin) => {
    const names = [...twin.attributes].map(({ name }) => name);
    return old.innerHTML === twin.innerHTML && names.every((name) => served(old, name) === get(twin, name));
  };

  // ---- style, property by property: a policy may forbid the attribute, and never forbids these

  const styleOf = (text) => {
    const { style } = page.createElement("i");
    style.cssText = text ?? "";
    return style;
  };
  const valueOf = (style, name) => style.getPropertyValue(name) + style.getPropertyPriority(name);
  const copyProperty = (style, from, name) =>
    from.getPropertyValue(name)
      ? style.setProperty(name, from.getPropertyValue(name), from.getPropertyPriority(name))
      : style.removeProperty(name);

  /* What differs between two styles and is the same in a third, or in any. */
  const copyChanges = (style, { from, to, unless }) => {
    for (const name of new Set([...from, ...to])) {
      const isTaken = unless && valueOf(from, name) !== valueOf(unless, name);
      if (valueOf(from, name) !== valueOf(to, name) && !isTaken) copyProperty(style, to, name);
    }
  };

  // ---- a swap

  const merged = (name, { was, live, now }) => {
    if (isSame(name, was, now)) return live;
    if (name !== "class") return now;
    const [before, here, fresh] = [was, live, now].map(tokens);
    const added = [...here].filter((it) => !before.has(it));
    const left = [...fresh].filter((it) => here.has(it) || !before.has(it));
    return [...left, ...added].join(" ") || null;
  };

  const writeStyle = (place, { old, was, live, now }) => {
    if (isSame("style", was, now) && place === old) return;
    const [before, here, fresh] = [was, live, now].map(styleOf);
    const { style } = of(place);
    if (place === old) copyChanges(style, { from: before, to: fresh });
    else copyChanges(style, { from: before, to: here, unless: fresh });
    if (!style.length && !now) of(place).removeAttribute("style");
  };

  const write = (place, name, change) => {
    if (name === "style") return writeStyle(place, change);
    // A custom element may have changed it again, as an answer to what the server has changed.
    const live = place === change.old ? get(place, name) : change.live;
    let value = merged(name, { ...change, live });
    if (name === "class") {
      const rest = [...tokens(value)];
      const ours = (get(place, name) ?? "").split(/\s+/).filter((it) => OUR_CLASSES.test(it));
      value = [...rest, ...ours].join(" ") || null;
      if (value && isSameSet(new Set(value.split(" ")), new Set(get(place, name)?.split(/\s+/)))) return;
    }
    if (value === null) of(place).removeAttribute(name);
    else if (get(place, name) === value) return;
    else if (value === change.now && change.node) of(place).setAttributeNode(change.node.cloneNode());
    else of(place).setAttribute(name, value);
  };

  /* A block that is about to be replaced by its fresh content.

     plan(held, pair)         looks at all of it; pair(old) gives what an element is in the fresh content. Adds to
                              `held` what the swap has to leave alone
     anew                     what must become another element
     meets(old, twin)         a morph makes of one the other
     mayWrite(name, old)      tells whether it may write an attribute
     carry(held)              without a morph: brings the old elements into the fresh content
     settle()                 it has happened */
  const meet = (block, fresh) => {
    catchUp();
    const changes = new Map(); // element → attribute → {old, was, live, now, node}
    const twins = new Map(); // element that has to stay the same → its twin
    const shells = new Set(); // those that make their own content
    const anew = new Set();
    const met = new Map();
    const ids = new Map();

    /* An element is known by the id that the server has given it. */
    for (const it of of(block).querySelectorAll("[id]")) {
      if (!isDifferent(it, "id")) continue;
      ids.set(it, get(it, "id"));
      const id = served(it, "id");
      if (id === null) of(it).removeAttribute("id");
      else of(it).setAttribute("id", id);
    }

    const plan = (held, pair) => {
      for (const it of [block, ...of(block).querySelectorAll("*")]) {
        const isLeft = isInside(it, held) && !(held.has(it) && of(it).shadowRoot);
        if (isInside(it, anew)) continue;
        const isTop = it !== block && held.has(it) && !isInside(of(it).parentElement, held);
        if (isTop && differences(it).length) planBeside(it, pair(it), held, pair);
        if (isLeft) continue;
        if (inserted.has(it)) planWrapper(it, held, pair);
        else planOne(it, held, pair);
      }
    };

    const planOne = (it, held, pair) => {
      const isOpening = is(it, "details, dialog"); // is mizan-keep.js's
      const isKept = (name) => name !== "id" && !(isOpening && name === "open");
      const names = of(it).closest(AS_SERVED) ? [] : differences(it).filter(isKept);
      const isOfAlpine = isAlpines(it) && ["x-data", "x-text", "x-html"].some((name) => of(it).hasAttribute(name));
      const isOwnMaker = it !== block && isMaker(it);
      if (!names.length && !isOfAlpine && !isOwnMaker && !(is(it, "template") && isMade(it))) return;
      const twin = it === block ? fresh : pair(it);
      if (of(twin)?.localName !== of(it).localName) return;
      if (is(it, "template") && isMade(it)) return planTemplate(it, twin, held, pair);
      if (isOfAlpine && !planAlpine(it, twin)) return;
      if (isOwnMaker && !of(twin).textContent.trim() && !of(twin).children.length) {
        shells.add(it);
        held.add(it);
      }
      if (names.length && it !== block) planBeside(it, twin, held, pair);
      twins.set(it, twin);
      changes.set(it, new Map(names.map((name) => [name, changeOf(it, twin, name)])));
    };

    const changeOf = (old, twin, name) => {
      const now = get(twin, name);
      const known = changed.get(old).get(name);
      const was = known === UNKNOWN ? guess(old, name, now) : known;
      return { old, was, live: get(old, name), now, node: of(twin).getAttributeNode(name) };
    };

    /* Without a shadow, and where the server sends it empty, its content is its own. */
    const isMaker = (it) => isCustom(it) && !it.shadowRoot && it.hasChildNodes();

    const planAlpine = (it, twin) => {
      if (get(it, "x-data") !== get(twin, "x-data")) return anew.add(it) && false;
      for (const name of ["x-text", "x-html"]) {
        const isSameText = of(it).hasAttribute(name) && get(it, name) === get(twin, name);
        if (isSameText) of(twin).replaceChildren(...[...of(it).childNodes].map((node) => node.cloneNode(true)));
      }
      return true;
    };

    const planTemplate = (it, twin, held, pair) => {
      const clones = clonesOf(it).filter((each) => each.parentNode === it.parentNode);
      if (!isSameTemplate(it, twin)) return [it, ...clones].forEach((each) => anew.add(each));
      const stubs = clones.map((each) => of(each).cloneNode());
      twin.after(...stubs);
      held.add(it);
      clones.forEach((each, at) => hold(each, stubs[at], held, pair));
    };

    const hold = (it, stub, held, pair) => {
      pair(it, stub);
      held.add(it);
    };

    /* What a script has put beside an element that it has changed goes with it: the list of choices beside the
       select that it has hidden. */
    const planBeside = (it, twin, held, pair) => {
      for (const [next, place] of [["previousElementSibling", "before"], ["nextElementSibling", "after"]]) {
        let last = twin;
        const isWidget = (each) => inserted.has(each) && !held.has(each) && !each._x_dataStack;
        for (let each = of(it)[next]; each && isWidget(each) && !is(each, "script"); each = of(each)[next]) {
          const stub = of(each).cloneNode();
          of(last)[place](stub);
          last = stub;
          hold(each, stub, held, pair);
        }
      }
    };

    /* The same for what it has put around fields, and around nothing else of the server's. */
    const planWrapper = (it, held, pair) => {
      const wrapped = [...of(it).querySelectorAll("*")].filter((each) => moved.has(each));
      const isWidget = wrapped.some((each) => differences(each).length > 0);
      if (!isWidget || !wrapped.every((each) => is(each, FIELD))) return;
      const [twin, ...others] = wrapped.map((each) => pair(each));
      if (!twin) return;
      const stub = of(it).cloneNode();
      of(twin).replaceWith(stub);
      for (const each of others) of(each)?.remove();
      hold(it, stub, held, pair);
    };

    const meets = (old, twin) => met.set(old, twin);
    const mayWrite = (name, old) => !changes.get(old)?.has(name);

    // ---- without a morph

    /* Scripts hold on to what stands around an element as well. */
    const mayMove = (old, held) => !is(old, BLOCK) && !held.has(old);
    const addAncestors = (held) => {
      const used = new Set(twins.values());
      for (const [old, twin] of [...twins]) {
        let [up, other] = [of(old).parentElement, of(twin).parentElement];
        while (up && mayMove(up, held) && other && isAlike(up, other)) {
          if (twins.has(up) || used.has(other) || (up === block) !== (other === fresh)) break;
          twins.set(up, other);
          used.add(other);
          [up, other] = [of(up).parentElement, of(other).parentElement];
        }
      }
    };
    const isAlike = (old, twin) =>
      of(old).localName === of(twin).localName && get(old, "id") === get(twin, "id");

    const copyAttributes = (old, twin) => {
      for (const attribute of [...of(twin).attributes]) {
        const { name, value } = attribute;
        if (mayWrite(name, old) && get(old, name) !== value) of(old).setAttributeNode(attribute.cloneNode());
      }
      for (const { name } of [...of(old).attributes]) {
        if (mayWrite(name, old) && !of(twin).hasAttribute(name)) of(old).removeAttribute(name);
      }
      met.set(old, twin);
    };

    const carry = (held) => {
      addAncestors(held);
      const isBefore = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
      const same = [...twins.keys()].filter((it) => mayMove(it, held) && !isInside(it, held));
      same.sort((one, other) => (isBefore(one, other) ? 1 : -1)); // what stands inside first
      for (const old of same) {
        const twin = twins.get(old);
        of(twin).replaceWith(old);
        copyAttributes(old, twin);
        of(old).replaceChildren(...of(twin).childNodes);
      }
    };

    // ---- afterwards

    /* htmx 4 makes a third element of what it can't find, and makes of that what is fresh. */
    let made = null; // twin → the third
    const placeOf = (old) => {
      const twin = twins.get(old);
      const place = [old, twin].find((it) => of(it).isConnected);
      if (place) return place;
      made ??= new Map([...met].filter(([it]) => of(it).isConnected).map(([it, other]) => [other, it]));
      return made.get(twin);
    };

    const settleSwap = () => {
      for (const old of shells) if (of(old).isConnected) copyAttributes(old, twins.get(old));
      for (const [old, own] of changes) {
        const place = placeOf(old);
        if (!place) continue;
        for (const [name, change] of own) {
          write(place, name, change);
          if (isSame(name, get(place, name), change.now)) forget(place, name);
          else remember(place, name, change.now);
        }
      }
      for (const [it, id] of ids) if (of(it).isConnected) of(it).setAttribute("id", id);
      for (const record of observer.takeRecords()) noteAfter(record);
    };

    /* What a custom element does at once, when it is changed, is the page's. */
    const noteAfter = (record) => {
      const { target, type, attributeName: name } = record;
      if (type === "childList") return;
      if (changes.get(target)?.has(name) || ids.has(target) || isOthers(target, name)) return;
      const twin = met.get(target);
      if (!twin) return note([record]);
      if (isSame(name, get(target, name), get(twin, name))) forget(target, name);
      else remember(target, name, get(twin, name));
    };

    return { plan, anew, meets, mayWrite, carry, settle: settleSwap };
  };

  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeOldValue: true });

  Object.assign(mizan, {
    state: Object.freeze({
      serve,
      served,
      isChanged: isDifferent,
      isInserted: (element) => inserted.has(element),
      isOccupied,
      LENT,
      expect,
      meet,
    }),
  });
};
