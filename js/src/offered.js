/* What the other bundles add to the public object: mizan.call() and mizan.send(), which mizan-live.js has. */

/** @typedef {(...given: unknown[]) => unknown} Call */

/** @type {Map<string, Call>} */
const offered = new Map();

/**
 * Offer a function under its public name.
 * @param {string} name
 * @param {Call} call
 */
export const offer = (name, call) => offered.set(name, call);

/**
 * Return a function that calls what is offered under a name. It raises Error as long as nothing is.
 * @param {string} name
 * @returns {Call}
 */
export const offeredAs =
  (name) =>
  (...given) => {
    const call = offered.get(name);
    if (!call)
      throw new Error(`mizan.${name}() needs mizan-live.js, which pages load on sites with channels.`);
    return call(...given);
  };
