/* What the server says to the scripts, in the attributes of the tag of mizan.js. */

/** @type {HTMLScriptElement | null} */
let tag = null;

/** @type {DOMStringMap} */
export let settings = {};

/**
 * Take the settings from the tag of the running script.
 * @param {HTMLScriptElement | null} script
 */
export const remember = (script) => {
  tag = script;
  settings = script?.dataset ?? {};
};

/** Return the nonce of the page's scripts, or "". */
export const nonce = () => tag?.nonce ?? "";

/**
 * Return a URL that the server wrote for the scripts. Raise TypeError if it is not of this origin, whatever <base> says.
 * @param {string} text
 * @param {string} name - the attribute that has it
 */
export const address = (text, name) => {
  const url = new URL(text, location.href);
  if (url.host === location.host && /^(http|ws)s?:$/.test(url.protocol)) return url;
  throw new TypeError(`mizan: ${name} is ${url.href}. It must be of this origin, ${location.origin}.`);
};

/** Return where the endpoints of mizan are. */
export const mount = () => address(settings.mount ?? "/api/mizan/", "data-mount");
