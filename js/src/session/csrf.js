/* The CSRF token goes out with each request that may change something, and to no other origin. */

import { cookie } from "../cookies.js";
import { isOwn } from "../dom.js";
import { on } from "../events.js";
import { address, settings } from "../settings.js";

/** The name of the field that has the token. */
export const TOKEN = "csrfmiddlewaretoken";

/** @type {string | undefined} */
let given; // in the tag of the script, where no cookie that scripts can read has it
/** @type {string | undefined} */
let fetched;

/**
 * @param {RequestDetail["body"]} body
 * @returns {body is FormData}
 */
const hasFields = (body) => Boolean(body?.getAll);

/**
 * Use another token from now on; without one, the next request that needs it fetches it.
 * @param {string} [token]
 */
export const renewToken = (token) => {
  given = undefined;
  fetched = token;
};

/** @type {URL | undefined} Where a token can be fetched. */
let tokens;

/* A page for everyone has no token in it, and one that was refused is worth nothing. Synchronous: the request that needs it
   is about to leave. */
const fetchToken = () => {
  if (!tokens) return undefined;
  const request = new XMLHttpRequest();
  try {
    request.open("GET", tokens, false);
    request.send();
    return JSON.parse(request.responseText).csrfToken;
  } catch {
    return undefined; // offline, or no JSON: then the request is refused, too
  }
};

const cookieToken = () => cookie(settings.csrfCookie ?? "csrftoken");

/**
 * Add the token to the headers of a request to this origin that may change something. Return it, or undefined if there is none.
 * @param {Record<string, string>} headers
 * @returns {string | undefined}
 */
export const addToken = (headers) => {
  const { csrfHeader = "X-CSRFToken" } = settings;
  const isToken = (/** @type {string} */ name) => name.toLowerCase() === csrfHeader.toLowerCase();
  const name = Object.keys(headers).find(isToken) ?? csrfHeader;
  const token = given ? (headers[name] ?? given) : (cookieToken() ?? (fetched ??= fetchToken()));
  if (token) headers[name] = token;
  return token;
};

/* A form that is included may have the token from a script. */
const withhold = (/** @type {RequestDetail["body"]} */ body) => {
  const own = [cookieToken(), given, fetched];
  if (hasFields(body) && body.getAll(TOKEN).some((it) => it && own.includes(String(it)))) body.delete(TOKEN);
};

export const start = () => {
  const { mount, csrfSession } = settings;
  const source = csrfSession ?? (mount && mount + "session/");
  tokens = source ? address(source, "data-csrf-session or data-mount") : undefined;
  given = settings.csrfToken;

  /* Set by script, since on htmx 4 an element's own hx-headers replaces an inherited one. Django prefers the token of a
     form, which may be older than a login in another tab. */
  on("mizan:request", (/** @type {CustomEvent<RequestDetail>} */ { detail }) => {
    const { isSafe, url, headers, body } = detail;
    if (!isOwn(url)) return withhold(body);
    if (isSafe) return;
    const token = addToken(headers);
    if (token && hasFields(body) && body.has(TOKEN)) body.set(TOKEN, token);
  });
};
