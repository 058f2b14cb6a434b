/* What visitors have entered stays when a block is replaced, and what they have chosen of radio buttons or options of which
   some are outside of it. */

import { isWithin, of, page, within } from "../dom.js";
import { fieldsIn, groupOf, isCheckable, isHalfTyped, isRadio, read, write } from "./controls.js";
import {
  addOption,
  baseOf,
  bases,
  differs,
  forgetEntry,
  isAdded,
  isEntered,
  mark,
  markOf,
  servedValue,
} from "./fields.js";
import { accept, sendInstead } from "./sent.js";
import { placeOf, twinOf } from "./swap.js";

/* What somebody has chosen of what a script has put in: a tag of their own, a city of that country. */
/** @param {Swap} swap @param {Field} select */
const takeOptions = (swap, select) => {
  const twin = twinOf(swap, select);
  if (!twin?.options || !select.options) return;
  for (const option of [...select.selectedOptions].filter(isAdded)) {
    if (![...twin.options].some(({ value }) => value === option.value)) addOption(twin, option);
  }
};

/* What is chosen, by the values that the options have in the fresh block. Only one that is known for certain
   may have another value now. */
/** @param {Swap} swap @param {Field} field */
const readAnew = (swap, field) => {
  if (!field.options) return read(field);
  const { block, match } = swap;
  const isKnown = (/** @type {Element} */ it) =>
    of(block).contains(it) && (it === block || match.isUnique(it));
  const chosen = [...field.selectedOptions].map((it) => (isKnown(it) && twinOf(swap, it)) || it);
  return chosen.map(({ value }) => value).join("\n");
};

/* What a form goes back to when it is reset. It would take away what is typed in part. */
/** @param {Field} field @param {Field} twin */
const renewDefault = (field, twin) => {
  if (isHalfTyped(field)) return;
  if (isCheckable(field)) {
    if (field.defaultChecked !== twin.defaultChecked) field.defaultChecked = twin.defaultChecked;
  } else if (field.defaultValue !== twin.defaultValue) field.defaultValue = twin.defaultValue;
};

/** Note what is entered in a block. @param {Swap} swap */
export const noteFields = (swap) => {
  const fields = fieldsIn(swap.block).filter(isEntered);
  for (const it of fields) takeOptions(swap, it);
  swap.fields = new Set(fields);
  swap.entered = fields.map((it) => {
    const twin = twinOf(swap, it);
    const base = baseOf(it);
    const value = twin ? servedValue(twin) : base;
    return { it, twin, live: readAnew(swap, it), former: markOf(it), value, form: it.form };
  });
  for (const { it, twin } of swap.entered) if (twin) renewDefault(it, twin);
};

/**
 * Note what stands outside of a block of choices that are divided: the other radio buttons of its groups, the
 * select around it.
 * @param {Swap} swap
 */
export const noteChoices = (swap) => {
  const { block, fresh } = swap;
  const names = new Set(
    [block, fresh]
      .flatMap(fieldsIn)
      .filter(isRadio)
      .map(({ name }) => name),
  );
  const same = [...names].flatMap((name) => /** @type {Field[]} */ ([...page.getElementsByName(name)]));
  const select = /** @type {Field | null} */ (/** @type {Element | null} */ (of(block).closest("select")));
  swap.outside = [...same.filter(isRadio), ...(select ? [select] : [])]
    .filter((it) => !of(block).contains(it))
    .map((it) => {
      const isChosen = isEntered(it);
      if (isChosen) baseOf(it);
      const isAccepted = !isChosen && read(it) !== servedValue(it);
      return {
        it,
        isEntered: isChosen,
        isAccepted,
        live: readAnew(swap, it),
        former: markOf(it),
        form: it.form,
      };
    });
};

/* Write what was chosen, or what the server has chosen where that is not on offer any more. */
/** @param {Field} field @param {string} live @param {string} value */
const choose = (field, live, value) => {
  write(field, live);
  if (field.type === "select-one" && read(field) !== live) write(field, value);
};

/** @param {Entered} entered */
const restoreField = ({ it, twin, live, value }) => {
  const field = placeOf({ it, twin });
  if (!field) return null;
  if (field === twin) {
    bases.set(field, baseOf(it));
    sendInstead(field, it);
    if (it.files?.length) field.files = it.files;
  }
  choose(field, live, value);
  return field;
};

/** @param {Outside} outside @param {Element} block */
const restoreChoice = ({ it, isEntered: isChosen, isAccepted, live, former }, block) => {
  const isSelect = Boolean(it.options);
  const isSaid = isSelect
    ? within(block, "option").some((each) => /** @type {HTMLOptionElement} */ (each).defaultSelected)
    : groupOf(it).some((each) => each.defaultChecked && of(block).contains(each));
  const stays = isChosen || (!isSaid && (isAccepted || !isSelect));
  if (stays) choose(it, live, servedValue(it));
  else if (isSelect) write(it, servedValue(it));
  // What was refused: the server has what it had.
  if (!isChosen && !isSelect && !groupOf(it).some(({ checked }) => checked)) write(it, servedValue(it));
  if (isChosen && isSelect) mark(it, servedValue(it), former);
  if (!isChosen && differs(it)) accept(it);
};

/* Where the radio button that was chosen is gone, what the server has chosen is. */
/** @param {Swap} swap @param {(Field | null)[]} fields */
const giveWay = ({ entered, outside }, fields) => {
  /** @type {{ it: Field, form?: HTMLFormElement | null, place: Field | null }[]} */
  const all = [
    ...entered.map(({ it, form }, at) => ({ it, form, place: fields[at] })),
    ...outside.map(({ it, form }) => ({ it, form, place: it })),
  ];
  for (const [at, { it, live }] of entered.entries()) {
    const { form, place } = all[at];
    if (place || !isRadio(it) || !live) continue;
    const rest = all.filter((each) => isRadio(each.it) && each.it.name === it.name && each.form === form);
    const left = rest.find((each) => each.place)?.place;
    for (const each of left ? groupOf(left) : []) write(each, servedValue(each));
  }
};

/**
 * Put back what was entered, and let the other fields of a block be as the server has sent them.
 * @param {Swap} swap
 * @param {Element} block - what stands there now
 */
export const restoreFields = (swap, block) => {
  const { entered, outside, guests } = swap;
  const fields = entered.map(restoreField);
  const chosen = new Set([...fields, ...outside.filter((each) => each.isEntered).map(({ it }) => it)]);
  for (const field of fieldsIn(block)) {
    if (fields.includes(field) || isWithin(field, guests)) continue;
    // A radio button that was not there yet belongs to what somebody has chosen, too.
    if (isRadio(field) && groupOf(field).some((it) => chosen.has(it))) {
      entered.push({ it: field, twin: null, live: "", former: null, value: servedValue(field) });
      fields.push(field);
      bases.set(field, "");
      write(field, "");
    } else {
      write(field, servedValue(field));
      forgetEntry(field);
    }
  }
  for (const each of outside) restoreChoice(each, block);
  giveWay(swap, fields);
  for (const [at, { value, former }] of entered.entries()) {
    const field = fields[at];
    if (field) mark(field, value, former);
  }
};
