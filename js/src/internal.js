/* What the parts use of one another until they import it by name. */

export const mizan = /** @type {any} */ ({});
