/* The grammar of X-Mizan-Invalidate and of data-mizan, as docs/protocol.md has it: "user;user_id=5, cart". */

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const VALUE = /^(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*$/;
/** @param {string} text */
const trim = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");

/**
 * Return a percent-encoded text decoded, or null if that is no UTF-8.
 * @param {string} text
 */
export const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/**
 * @param {string} text
 * @returns {Entry | null}
 */
const parseEntry = (text) => {
  const [context = "", ...pairs] = text.split(";").map(trim);
  if (text !== "*" && !NAME.test(context)) return null;
  const params = Object.create(null); // __proto__ is a name like any other
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)];
    if (!NAME.test(name) || !VALUE.test(value) || name in params || decode(value) === null) return null;
    params[name] = decode(value);
  }
  return { context, params };
};

/**
 * Return the entries of a list. Entries that are malformed are left out.
 * @param {string | null | undefined} list
 * @returns {Entry[]}
 */
export const parse = (list) =>
  String(list ?? "")
    .split(",")
    .map(trim)
    .map(parseEntry)
    .filter((entry) => entry !== null);

/**
 * @param {Entry} stale
 * @param {Entry} shown
 */
const coversOne = (stale, shown) =>
  stale.context === "*" ||
  (stale.context === shown.context &&
    Object.entries(stale.params).every(([name, text]) => (shown.params[name] ?? text) === text));

/**
 * Return whether entries that became stale cover what a block shows.
 * @param {Entry[]} entries
 * @param {string | undefined} shown - the text of data-mizan
 */
export const covers = (entries, shown) =>
  parse(shown).some((bound) => entries.some((entry) => coversOne(entry, bound)));

/** @param {string} character */
const hex = (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase();
/** Return a text percent-encoded, as the server writes values. @param {string} text */
export const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, hex);

/**
 * Return the text of an entry, its parameters in alphabetical order.
 * @param {Entry} entry
 */
export const write = ({ context, params }) =>
  [
    context,
    ...Object.keys(params)
      .sort()
      .map((name) => `${name}=${encode(/** @type {string} */ (params[name]))}`),
  ].join(";");

/* The text that the server has for an equal value: numbers in plain notation, well-formed Unicode. */
/** @param {unknown} value */
const canonical = (value) => {
  if (typeof value === "number" && Number.isFinite(value)) {
    // Adding 0 makes 0 of -0.
    return (value + 0).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
  }
  if (typeof value === "string")
    return /** @type {{ toWellFormed?: () => string }} */ (value).toWellFormed?.() ?? value;
  if (/boolean|bigint/.test(typeof value)) return String(value);
  throw new TypeError(`mizan: a parameter must be a string, a finite number or a boolean, not ${value}`);
};

/**
 * Return the text of an entry: format("user", {user_id: 5}) is "user;user_id=5". Values that are null or undefined are left
 * out. Raise TypeError for a name or a value that the grammar does not have.
 * @param {string} context
 * @param {Record<string, unknown> | null} [values]
 */
export const format = (context, values) => {
  const given = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== undefined);
  const params = Object.fromEntries(given.map(([name, value]) => [name, canonical(value)]));
  const text = write({ context, params });
  if (!parse(text).length) throw new TypeError(`mizan: bad name in ${[context, ...Object.keys(params)]}`);
  return text;
};
