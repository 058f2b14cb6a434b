/* Answers requests in the place of a server: those of fetch(), with which htmx 4 and the shim ask, and those of
   XMLHttpRequest, with which htmx 2 does.

     serve((request) => answer)   from now on; returns the requests that were made since, a list that grows

   A request is {method, url, path, query, headers, body, isAborted}; the body of a form is FormData or URLSearchParams. An
   answer is HTML, or {status, body, headers, url}; null stands for no answer at all, as when the network is down; a promise
   is waited for. What nothing serves is a 404. */

const realFetch = window.fetch;

/* What the page loads from the server of the tests. */
const OF_TESTS = /^\/(js|tests|htmx|built|site|__w)/;

let handler = async () => ({ status: 404 });
let requests = [];
let underWay = 0;

/* Return whether each request has its answer. */
export const isIdle = () => underWay === 0;

export const serve = (handle) => {
  handler = async (request) => handle(request);
  requests = [];
  return requests;
};

/* An answer that the test gives when it wants to: serve(() => answer.promise); answer.give("<p>…"). */
export const later = () => {
  const answer = {};
  answer.promise = new Promise((resolve) => {
    answer.give = resolve;
  });
  return answer;
};

export const json = (value, more = {}) => ({
  body: JSON.stringify(value),
  ...more,
  headers: { "Content-Type": "application/json", ...more.headers },
});

/* What a request sends in fields, by their names. */
export const fieldsOf = ({ body }) =>
  Object.fromEntries(body instanceof FormData ? body : new URLSearchParams(body));

const ask = async (request) => {
  requests.push(request);
  const isFields = /urlencoded/.test(request.headers.get("Content-Type"));
  if (typeof request.body === "string" && isFields) request.body = new URLSearchParams(request.body);
  underWay += 1;
  const answer = await handler(request).finally(() => {
    underWay -= 1;
  });
  if (answer === null) return null;
  const {
    status = 200,
    body = "",
    headers = {},
    url = request.url,
  } = typeof answer === "string" ? { body: answer } : answer;
  return {
    status,
    body: String(body),
    headers: new Headers({ "Content-Type": "text/html; charset=utf-8", ...headers }),
    url: String(url),
  };
};

const requestOf = (method, url, headers, body) => {
  const { pathname, searchParams } = url;
  return {
    method: method.toUpperCase(),
    url,
    path: pathname,
    query: searchParams,
    headers,
    body,
    isAborted: false,
  };
};

const BARE = [204, 205, 304]; // have no body

const fakeFetch = async (input, options = {}) => {
  const url = new URL(input.url ?? input, document.baseURI);
  if (url.origin === location.origin && OF_TESTS.test(url.pathname)) return realFetch(input, options);
  const { method = "GET", body = null, signal } = options;
  const request = requestOf(method, url, new Headers(options.headers), body);
  const aborted = new Promise((_, reject) => {
    const abort = () => {
      request.isAborted = true;
      reject(signal.reason);
    };
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
  });
  const answer = await Promise.race([ask(request), aborted]);
  if (answer === null) throw new TypeError("Failed to fetch");
  const { status, headers } = answer;
  const response = new Response(BARE.includes(status) ? null : answer.body, { status, headers });
  return Object.defineProperty(response, "url", { value: answer.url });
};

class FakeXMLHttpRequest extends EventTarget {
  static DONE = 4;
  upload = new EventTarget();
  readyState = 0;
  status = 0;
  statusText = "";
  response = "";
  responseText = "";
  responseURL = "";
  responseType = "";
  timeout = 0;
  withCredentials = false;
  #request = null;
  #answer = null;
  #isOver = false;

  open(method, url) {
    this.readyState = 1;
    this.#request = requestOf(method, new URL(url, document.baseURI), new Headers(), null);
  }

  setRequestHeader(name, value) {
    this.#request.headers.append(name, value);
  }

  overrideMimeType() {}

  getResponseHeader(name) {
    return this.#answer?.headers.get(name) ?? null;
  }

  getAllResponseHeaders() {
    return [...(this.#answer?.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  }

  async send(body = null) {
    this.#request.body = body;
    this.#tell("loadstart");
    const timer = this.timeout && setTimeout(() => this.#end("timeout"), this.timeout);
    const answer = await ask(this.#request);
    clearTimeout(timer);
    if (this.#isOver) return;
    this.#answer = answer;
    if (answer) {
      const { status, body: text, url } = answer;
      Object.assign(this, { status, responseURL: url, readyState: 2 });
      this.#tell("readystatechange"); // the headers are there before the body is
      await null;
      Object.assign(this, { response: text, responseText: text });
    }
    this.#end(answer ? "load" : "error");
  }

  abort() {
    if (this.readyState === 0 || this.#isOver) return;
    this.#request.isAborted = true;
    this.#end("abort");
  }

  #end(name) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.readyState = 4;
    for (const each of ["readystatechange", name, "loadend"]) this.#tell(each);
  }

  #tell(name) {
    this.dispatchEvent(new ProgressEvent(name));
  }
}

for (const name of [
  "abort",
  "error",
  "load",
  "loadend",
  "loadstart",
  "progress",
  "readystatechange",
  "timeout",
]) {
  const handlers = new WeakMap();
  Object.defineProperty(FakeXMLHttpRequest.prototype, `on${name}`, {
    get() {
      return handlers.get(this) ?? null;
    },
    set(handler) {
      this.removeEventListener(name, handlers.get(this));
      handlers.set(this, handler);
      this.addEventListener(name, handler);
    },
  });
}

window.fetch = fakeFetch;
window.XMLHttpRequest = FakeXMLHttpRequest;

/* Ask the server of the tests itself. */
export const load = async (path) => (await realFetch(path)).text();
