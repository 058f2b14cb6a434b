/* mizan-twins.js: which element of a fresh block is the same as one of the block on the page. Needs mizan-state.js.

   An element that has an id, a data-key, a data-id or a data-pk that nothing else of the block has is the one that
   has it in the fresh block, and no other; a box is known by its name and value. All else is looked for within the
   nearest such element: by its kind, and where several are of one kind (a form without a prefix in each row has its
   ids and names in each), by the row: the one with the same key, or with the same text, or in the same place between
   those that are known. What scripts have set or put in does not count.

   mizan.twins(block, fresh)   {twinOf(element), isUnique(element), leaveOut(...elements)}. twinOf gives null for what
                               the fresh block does not have, and no element twice; isUnique tells whether a morph
                               can go by the id; what was left out, with all that is in it, is no twin of anything. */
import { of } from "../dom.js";
import { mizan } from "../internal.js";

export const start = () => {
  const { state } = mizan;

  const KEYS = ["id", "data-key", "data-id", "data-pk"];
  const KEYED = KEYS.map((name) => `[${name}]`).join();
  const BOXES = "[type=checkbox], [type=radio]";
  const HTMX = "hx-get hx-post hx-put hx-patch hx-delete hx-vals".split(" ");
  const ADDRESSES = ["href", "action", "formaction", ...HTMX, ...HTMX.map((name) => `data-${name}`)];
  const TELLING = ["input", "button", KEYED, ...ADDRESSES.map((name) => `[${name}]`)].join();

  const attribute = (element, name) => state.served(element, name) ?? "";
  const isBox = (element) => /^(checkbox|radio)$/.test(attribute(element, "type").toLowerCase());

  const put = (map, key, value) => {
    if (map.has(key)) map.get(key).push(value);
    else map.set(key, [value]);
  };

  /* A box is what is chosen by it: Django counts the ids of a list of choices, and a new one moves them on. */
  const choiceOf = (element) => {
    const isChoice = isBox(element) && attribute(element, "name");
    return isChoice ? `${of(element).type} ${attribute(element, "name")}=${of(element).value}` : "";
  };
  const idOf = (element) => `id=${attribute(element, "id")}`;

  /* An id stands for one element, whatever its tag is; a row and the button in it may have one data-id. */
  const namesOf = (element) => {
    const { localName } = of(element);
    const own = KEYS.slice(1).filter((name) => attribute(element, name));
    return [
      ...(attribute(element, "id") ? [idOf(element)] : []),
      ...own.map((name) => `${localName} ${name}=${attribute(element, name)}`),
    ];
  };

  const kindOf = (element) => {
    const { localName } = of(element);
    const own = ["id", "name", "type"].map((name) => attribute(element, name));
    const isOneOfMany = /^(option|button)$/.test(localName);
    return choiceOf(element) || JSON.stringify([localName, ...own, isOneOfMany && attribute(element, "value")]);
  };

  // ---- rows, each of which holds one or more of the elements that are of one kind

  /* Elements, in the order of the page, with those that stand inside of each. */
  const outermost = (elements) => {
    const inside = new Map();
    let top = null;
    for (const it of elements) {
      if (top && of(top).contains(it)) inside.get(top).push(it);
      else inside.set((top = it), []);
    }
    return inside;
  };

  /* What stands side by side in the nearest element around them all, with those that each holds. */
  const rowsOf = (elements) => {
    let around = of(elements[0]).parentElement; // of one element, it is the row itself
    while (!of(around).contains(elements.at(-1))) around = of(around).parentElement;
    const rows = new Map();
    for (const it of elements) {
      let row = it;
      while (of(row).parentElement !== around) row = of(row).parentElement;
      put(rows, row, it);
    }
    return rows;
  };

  /* The same elements in one row, which looks like those of the other side: there are several, and here is one. */
  const asOneRow = (rows, elements, home, [other]) => {
    const { localName } = of(other);
    let [row] = rows.keys();
    if (rows.size > 1 && of(row).localName === localName) return rows;
    for (let up = row; up && up !== home; up = of(up).parentElement) {
      row = up;
      if (of(up).localName === localName) return new Map([[row, elements]]);
    }
    return rows.size > 1 ? rows : new Map([[row, elements]]);
  };

  // ---- what a row says of which it is

  const WRITTEN = "!"; // begins the kinds of facts that are written to tell what a row is

  /* Kind of fact → value. The first link of a row is compared with the first of another. */
  const factsIn = (nodes) => {
    const facts = new Map();
    const counted = new Map();
    const add = (kind, value) => {
      counted.set(kind, (counted.get(kind) ?? 0) + 1);
      if (value) facts.set(`${kind} ${counted.get(kind)}`, value);
    };
    for (const it of nodes) {
      const { localName } = of(it);
      const [name, type, value] = ["name", "type", "value"].map((each) => attribute(it, each));
      for (const { name: each, value: text } of of(it).attributes) {
        if (ADDRESSES.includes(each)) add(`${localName} ${each}`, text);
        else if (each !== "id" && KEYS.includes(each)) add(`${WRITTEN} ${localName} ${each}`, text);
      }
      // Django's token is another one each time.
      if (type.toLowerCase() === "hidden" && !/^csrf/.test(name)) add(`${WRITTEN} ${name}`, value);
      else if (localName === "button" || isBox(it)) add(`${localName} ${name}`, value);
    }
    return facts;
  };

  const describe = (row, nodes) => {
    const elements = nodes.filter((it) => it instanceof Element);
    const inside = elements.flatMap((it) => [it, ...of(it).querySelectorAll(TELLING)]);
    const text = nodes.map((it) => of(it).textContent).join(" ").replace(/\s+/g, " ").trim();
    return { row, text, facts: factsIn(inside), looks: `${of(row).localName} ${attribute(row, "class")}` };
  };

  const saysNothing = ({ text, facts }) => !text && !facts.size;

  /* What stands between a row and the next one on that side, with the row. */
  const reach = (row, rows, next) => {
    const nodes = [row];
    for (let it = of(row)[next]; it && !rows.includes(it); it = of(it)[next]) nodes.push(it);
    return nodes;
  };

  /* In a list without rows the names of things stand before or after them. */
  const describeAll = (sides) => {
    const own = sides.map((rows) => rows.map((row) => describe(row, [row])));
    if (!own.flat().every(saysNothing)) return own;
    const [before, after] = ["previousSibling", "nextSibling"].map((next) =>
      sides.map((rows) => rows.map((row) => describe(row, reach(row, rows, next)))),
    );
    return before.some(([first]) => saysNothing(first)) ? after : before;
  };

  const inCommon = (values, others) => {
    const all = new Set(others);
    return values.filter((value) => value && all.has(value)).length;
  };

  /* A kind of fact tells the rows of a side apart where no two of them have the same. Of several, that one is their
     key by which most rows are found again. Where none is, rows are the same only if all that is written for it is. */
  const keysOf = (sides) => {
    const [former, fresh] = sides.map((rows) => {
      const values = new Map();
      for (const { facts } of rows) for (const [kind, value] of facts) put(values, kind, value);
      return values;
    });
    const valuesOf = (kind) => [former, fresh].map((values) => values.get(kind) ?? []);
    const isWritten = (kind) => kind.startsWith(WRITTEN);
    const isKey = (kind) => {
      const values = valuesOf(kind);
      const isTelling = isWritten(kind) || values.some(({ length }) => length > 1);
      return isTelling && values.every((each) => new Set(each).size === each.length);
    };
    const common = (kind) => inCommon(...valuesOf(kind));
    const kinds = [...new Set([...former.keys(), ...fresh.keys()])].filter(isKey);
    const found = kinds.map(common);
    const most = Math.max(...found);
    return most > 0 ? [kinds[found.indexOf(most)]] : kinds.filter(isWritten);
  };

  /* A heading that counts what stands below it is another one each time, but for a word. */
  const MOST_WORDS = 8;
  const wordOf = (at) => ({ text }) => text.split(" ", MOST_WORDS)[at];
  const tellingWord = (sides) => {
    const found = Array.from({ length: MOST_WORDS }, (_, at) => {
      const [known, now] = sides.map((rows) => rows.map(wordOf(at)));
      const isTelling = [known, now].every((words) => new Set(words).size === words.length);
      return isTelling ? inCommon(known, now) : 0;
    });
    const most = Math.max(...found);
    const fewest = Math.min(...sides.map(({ length }) => length));
    const isAgreed = most >= Math.min(2, fewest) && 2 * most >= fewest; // one number may be anything
    return isAgreed ? wordOf(found.indexOf(most)) : null;
  };

  // ---- twins

  const pairRows = (formerRows, freshRows) => {
    const [rows, others] = describeAll([formerRows, freshRows]);
    const keys = keysOf([rows, others]);
    const pairs = new Map();
    const taken = new Set();
    for (const it of [...rows, ...others]) {
      it.key = JSON.stringify(keys.map((kind) => it.facts.get(kind) ?? null));
      it.hasKey = keys.some((kind) => it.facts.has(kind));
    }
    const places = new Map(others.map(({ row }, at) => [row, at]));
    const pair = (it, other) => {
      pairs.set(it.row, other.row);
      taken.add(other);
    };
    /* Of several that have the same, the first goes with the first. */
    const pairBy = (read) => {
      const free = new Map();
      for (const it of others) if (!taken.has(it) && read(it)) put(free, `${it.key} ${read(it)}`, it);
      for (const it of rows) {
        const other = !pairs.has(it.row) && read(it) && free.get(`${it.key} ${read(it)}`)?.shift();
        if (other) pair(it, other);
      }
    };
    pairBy(({ hasKey }) => hasKey);
    pairBy(({ text }) => text);
    const word = tellingWord([rows, others]);
    if (word) pairBy(word);
    let place = 0;
    for (const it of rows) {
      const known = places.get(pairs.get(it.row));
      if (known === undefined) {
        const end = others.findIndex((other, at) => at >= place && taken.has(other));
        const fits = others.slice(place, end < 0 ? undefined : end).filter(({ key }) => key === it.key);
        const other = fits.find(({ looks }) => looks === it.looks) ?? fits[0];
        if (!other) continue;
        pair(it, other);
        place = places.get(other.row) + 1;
      } else place = known + 1;
    }
    // Where those around them have changed places, what says nothing goes by their order, if none has gone or come.
    const left = [rows.filter(({ row }) => !pairs.has(row)), others.filter((other) => !taken.has(other))];
    const [silent, free] = left.map((side) => {
      const found = new Map();
      for (const it of side) if (!it.text && !it.hasKey) put(found, it.looks, it);
      return found;
    });
    for (const [looks, same] of silent) {
      const all = free.get(looks) ?? [];
      if (all.length === same.length) same.forEach((it, at) => pair(it, all[at]));
    }
    return pairs;
  };

  const isSameList = (one, other) => one.length === other.length && one.every((it, at) => it === other[at]);

  /* Most rows hold elements of many kinds: `lists` has what is known of them, by the first row. */
  const pairRowsOnce = (lists, ...both) => {
    const [first] = both[0];
    const isDone = ({ sides }) => sides.every((each, side) => isSameList(each, both[side]));
    const done = lists.get(first)?.find(isDone);
    if (done) return done.pairs;
    const pairs = pairRows(...both);
    put(lists, first, { sides: both, pairs });
    return pairs;
  };

  /* Pair elements of one kind, from two homes that are twins. */
  const pairAll = (known, [former, fresh], homes) => {
    const inside = [former, fresh].map(outermost);
    const tops = inside.map((each) => [...each.keys()]);
    const lengths = tops.map(({ length }) => length);
    if (Math.min(...lengths) === 0) return;
    if (Math.max(...lengths) === 1) {
      const pair = tops.flat();
      known.found.set(...pair);
      pairAll(known, inside.map((each, side) => each.get(pair[side])), pair);
      return;
    }
    const rows = tops.map(rowsOf);
    const all = rows.map((each, side) => {
      const others = rows[1 - side];
      return others.size > 1 ? asOneRow(each, tops[side], homes[side], others.keys()) : each;
    });
    for (const pair of pairRowsOnce(known.lists, ...all.map((each) => [...each.keys()]))) {
      const held = pair.map((row, side) => all[side].get(row).flatMap((top) => [top, ...inside[side].get(top)]));
      pairAll(known, held, pair);
    }
  };

  const twins = (block, fresh) => {
    const names = [block, fresh].map((root) => {
      const found = new Map();
      for (const it of of(root).querySelectorAll(KEYED)) for (const name of namesOf(it)) put(found, name, it);
      for (const it of of(root).querySelectorAll(BOXES)) if (choiceOf(it)) put(found, choiceOf(it), it);
      return found;
    });
    const times = (name) => names.map((found) => found.get(name)?.length ?? 0);
    const isAtMostOnce = (name) => Math.max(...times(name)) < 2;
    const findName = (element) => {
      const choice = choiceOf(element);
      if (choice && isAtMostOnce(choice)) return choice;
      const own = namesOf(element).filter(isAtMostOnce);
      return own.find((name) => Math.min(...times(name)) === 1) ?? own[0];
    };
    const called = new Map(); // element → its name
    const nameOf = (element) => {
      if (!called.has(element)) called.set(element, findName(element));
      return called.get(element);
    };
    const homeOf = (element) => {
      let home = element;
      while (home !== block && home !== fresh && nameOf(home) === undefined) home = of(home).parentElement;
      return home;
    };

    const leftOut = new Set();
    const leaveOut = (...elements) => elements.forEach((it) => leftOut.add(it));
    const isLeftOut = (element) => {
      for (let up = leftOut.size && element; up; up = of(up).parentElement) if (leftOut.has(up)) return true;
      return false;
    };

    const found = new Map([[block, fresh]]);
    const lists = new Map();
    const asked = new Map(); // home → kinds of which the pairs are known
    const sorted = new Map(); // home → tag → kind → elements

    const alikeIn = (home, { localName }, kind) => {
      if (!sorted.has(home)) sorted.set(home, new Map());
      const byTag = sorted.get(home);
      if (!byTag.has(localName)) {
        const kinds = new Map();
        for (const it of of(home).querySelectorAll(CSS.escape(localName))) {
          if (homeOf(it) === home && !state.isInserted(it)) put(kinds, kindOf(it), it);
        }
        byTag.set(localName, kinds);
      }
      return (byTag.get(localName).get(kind) ?? []).filter((it) => !isLeftOut(it));
    };

    const pairKind = (element, home, freshHome) => {
      const kind = kindOf(element);
      if (!asked.has(home)) asked.set(home, new Set());
      if (asked.get(home).has(kind)) return;
      asked.get(home).add(kind);
      const homes = [home, freshHome];
      pairAll({ found, lists }, homes.map((each) => alikeIn(each, of(element), kind)), homes);
    };

    const twinOf = (element) => {
      if (found.has(element)) return found.get(element);
      const name = nameOf(element);
      if (name !== undefined) return names[1].get(name)?.[0] ?? null;
      const home = homeOf(element);
      const freshHome = twinOf(home);
      if (freshHome) pairKind(element, home, freshHome);
      return found.get(element) ?? null;
    };

    const isUnique = (element) => nameOf(element) === idOf(element);

    return { twinOf, isUnique, leaveOut };
  };

  Object.assign(mizan, { twins });
};
