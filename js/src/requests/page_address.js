/* The address of the page, as htmx says it with its own requests: what request.path and request.GET are on the server while a
   block renders. It is the address at the time of sending. */

const HEADER = "HX-Current-URL";
const LONGEST = 4000; // characters, as the server takes them

/**
 * Say the address in the headers of a request: without a fragment, and not at all if it is too long.
 * @template {Record<string, string>} T
 * @param {T} headers
 */
export const sayAddress = (headers) => {
  const { origin, pathname, search } = location;
  const address = origin + pathname + search;
  const named = /** @type {Record<string, string>} */ (headers);
  if (address.length <= LONGEST) named[HEADER] = address;
  else delete named[HEADER];
  return headers;
};
