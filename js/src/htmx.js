/* Which htmx the shim works with: htmx 2 or htmx 4, known when the page starts. */

/** @type {Htmx} */
export let htmx;

/** Whether it is htmx 2 (and not htmx 4). */
export let isHtmx2 = false;

/** @param {Htmx} given */
export const adopt = (given) => {
  htmx = given;
  isHtmx2 = given.version.startsWith("2.");
};

/**
 * Return the name of an event, or of an attribute, of htmx 4 as this page spells it: a site may have set
 * htmx.config.metaCharacter.
 * @param {string} name
 */
export const spelt = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
