/* mizan-together.js: blocks that are refreshed together share one request. Needs mizan.js.

   Each block makes its own request by its own hx-get, with htmx's events, indicators and swap. What is shared
   is the way to the server: those that leave in one task become GET partials/?block=…&user_id=5&block=…, and
   each is given its part of the answer. One that is alone, or that shared caches may answer, goes as htmx made
   it. */
import { of, page } from "../dom.js";
import { mount } from "../settings.js";
import { mizan } from "../internal.js";

export const start = () => {

  const PROOF = "X-Mizan-Refresh";
  const TOGETHER = "X-Mizan-Together"; // how many blocks the request brought; mizan.js reads it
  const [MOST_BLOCKS, LONGEST_URL] = [50, 3000]; // what the server takes; common ones refuse lines over 4,094
  const UNFIT = [400, 404, 405, 414, 431]; // it was refused as a whole: for its address or its length
  const LEAVES = "X-Mizan-Leaves"; // the answer sends the page away; mizan.js reads it
  const OF_HTMX = /^hx-/i;
  const AFTERWARDS = /^hx-trigger-after-/i;
  const BARE = [204, 205, 304]; // which have no body
  const PERSONAL = /^hx-(source|target|trigger|trigger-name)$/i; // htmx's headers that name the element

  const base = mount();

  /* What htmx has sent in this task: {block, request, query, headers, piece, policy, alone(), answer(…),
     fail(error), isGone}. */
  let waiting = [];

  page.addEventListener("mizan:refreshing", ({ target: block, detail }) => {
    const { request, headers, policy } = detail;
    const { mizanHash: hash, mizanVersion: version } = of(block).dataset;
    // Somebody has put something else into what the server called unchanged.
    const piece = detail.piece === null && !hash ? undefined : detail.piece;
    const url = new URL(detail.url, page.baseURI);
    const isShared = piece === undefined && of(block).matches("[data-mizan-shared]");
    const isOurs = url.origin === base.origin && url.pathname.startsWith(base.pathname + "partial/");
    if (isShared || !isOurs) return;
    // An unchanged block has the version of an older one, and would never be done.
    const query = url.search.slice(1) + (hash && version === undefined ? `&mizan-hash=${hash}` : "");
    const common = Object.entries(headers).filter(([name]) => !PERSONAL.test(name));
    const divert = request instanceof XMLHttpRequest ? divertXhr : divertFetch;
    divert(request, (ways) => board({ block, request, query, headers: common, piece, policy, ...ways }));
  });

  /* Take a request aboard that leaves now, if only all that leave in this task together. */
  const board = (ticket) => {
    if (!waiting.length) queueMicrotask(depart);
    waiting.push(ticket);
    return ticket;
  };

  const depart = () => {
    const tickets = waiting.filter(({ isGone }) => !isGone);
    waiting = [];
    const brought = tickets.filter(({ piece }) => piece !== undefined);
    for (const ticket of brought) bring(ticket, brought.length);
    for (const group of groupsOf(tickets.filter((ticket) => !brought.includes(ticket)))) {
      if (group.length > 1) send(group);
      else group[0].alone();
    }
  };

  /* Put together what goes in one request: as many as the server takes, with the same headers. */
  const groupsOf = (tickets) => {
    const groups = new Map();
    const full = [];
    for (const ticket of tickets) {
      const key = JSON.stringify(ticket.headers);
      const group = groups.get(key) ?? [];
      if (group.length === MOST_BLOCKS || pathOf([...group, ticket]).length > LONGEST_URL) {
        full.push(group.splice(0));
      }
      groups.set(key, [...group, ticket]);
    }
    return [...full, ...groups.values()].filter(({ length }) => length);
  };

  const pathOf = (tickets) => `${base.pathname}partials/?${tickets.map(({ query }) => query).join("&")}`;

  /* As a whole: the page may have another base. */
  const urlOf = (tickets) => base.origin + pathOf(tickets);

  const send = async (tickets) => {
    const controller = new AbortController();
    const left = () => tickets.filter(({ isGone }) => !isGone);
    const leaveBy = (reason) => {
      // The others have waited as long, for the same.
      if (reason === "timeout") for (const { request } of left()) mizan.answers?.hush(request);
      if (!left().length) controller.abort();
    };
    for (const ticket of tickets) ticket.leave = leaveBy;
    let unheard; // the headers of an answer that no block was given
    try {
      const options = { headers: Object.fromEntries(tickets[0].headers), signal: controller.signal };
      const response = await fetch(urlOf(tickets), options);
      const isProven = response.headers.has(PROOF);
      unheard = response.headers;
      if (!isProven && UNFIT.includes(response.status)) {
        mizan.answers?.trigger(unheard);
        for (const ticket of left()) ticket.alone();
        return;
      }
      const text = await response.text();
      const pieces = isProven && response.ok ? JSON.parse(text).blocks : null;
      unheard = null;
      if (pieces) giveEach(left(), (ticket) => pieces[tickets.indexOf(ticket)], response, tickets.length);
      else giveWhole(left(), { status: response.status, html: text }, response, tickets.length);
    } catch (error) {
      if (unheard) mizan.answers?.trigger(unheard);
      failAll(left(), error); // offline, or what came is no answer
    }
  };

  /* Who hears what is said once: a block that is still in the page, if there is one. */
  const firstOf = (tickets) => tickets.find(({ block }) => of(block).isConnected) ?? tickets[0];

  const giveEach = (tickets, pieceOf, response, together) => {
    const first = firstOf(tickets);
    const shown = firstOf(tickets.filter((ticket) => pieceOf(ticket).status === 200));
    const hears = (ticket) => (name) => ticket === (AFTERWARDS.test(name) ? shown : first);
    for (const ticket of tickets) {
      if (ticket.isGone) continue;
      give(ticket, pieceOf(ticket), headersFor(response, hears(ticket)), response.url, together);
    }
  };

  /* Of whom it is told that all have failed so: of one that had not failed so before. */
  const firstToFail = (tickets, status) => {
    const isNews = ({ block }) => of(block).dataset.mizanError !== String(status);
    const news = tickets.filter(isNews);
    return firstOf(news.length ? news : tickets);
  };

  /* What came is the same for all, and is told of one. */
  const giveWhole = (tickets, whole, response, together) => {
    const first = firstToFail(tickets, whole.status);
    const leaves = response.headers.has("HX-Redirect") || response.headers.get("HX-Refresh") === "true";
    for (const ticket of tickets) {
      if (ticket.isGone) continue;
      const isFirst = ticket === first;
      const headers = headersFor(response, () => isFirst);
      if (leaves) headers.set(LEAVES, "1");
      if (!isFirst) mizan.answers?.hush(ticket.request);
      give(ticket, whole, headers, response.url, together);
    }
  };

  const failAll = (tickets, error) => {
    const first = firstToFail(tickets, 0);
    for (const ticket of tickets) {
      if (ticket !== first) mizan.answers?.hush(ticket.request);
      if (!ticket.isGone) ticket.fail(error);
    }
  };

  const headersFor = ({ headers }, hears) =>
    new Headers([...headers].filter(([name]) => !OF_HTMX.test(name) || hears(name)));

  const give = (ticket, { status, html = "" }, headers, url, together) => {
    headers.set("Content-Type", "text/html; charset=utf-8");
    headers.set(TOGETHER, together);
    ticket.answer(status, html, headers, url);
  };

  const bring = (ticket, together) => {
    const { piece, policy } = ticket;
    const answer = piece === null ? { status: 304 } : { status: 200, html: piece };
    const headers = new Headers({ [PROOF]: "1" });
    if (policy) headers.set("Content-Security-Policy", policy);
    give(ticket, answer, headers, urlOf([ticket]), together);
  };

  // ---- htmx 4: a request has its own fetch()

  const divertFetch = (ctx, board) => {
    const { fetch } = ctx;
    ctx.fetch = (url, options) =>
      new Promise((resolve, fail) => {
        const ticket = board({
          fail,
          alone: () => resolve(fetch(url, options)),
          answer: (status, html, headers, answered) => {
            const response = new Response(BARE.includes(status) ? null : html, { status, headers });
            resolve(Object.defineProperty(response, "url", { value: answered }));
          },
        });
        options.signal?.addEventListener("abort", () => {
          leave(ticket, options.signal.reason);
          fail(options.signal.reason);
        });
      });
  };

  // ---- htmx 2: an XMLHttpRequest that is never sent is given own properties in place of those it inherits

  const divertXhr = (xhr, board) => {
    const show = (values) => {
      for (const [name, value] of Object.entries(values)) {
        Object.defineProperty(xhr, name, { configurable: true, value });
      }
    };
    const end = (event, values) => {
      show({ readyState: 4, ...values });
      for (const name of ["readystatechange", event, "loadend"]) xhr.dispatchEvent(new ProgressEvent(name));
    };
    let ticket;
    const stop = (event) => {
      leave(ticket, event);
      end(event, { status: 0 });
    };
    const send = (body) => {
      const timer = xhr.timeout && setTimeout(stop, xhr.timeout, "timeout");
      const done = (event, values) => {
        clearTimeout(timer);
        end(event, values);
      };
      show({ abort: () => stop("abort") });
      ticket = board({
        alone: () => {
          clearTimeout(timer);
          for (const name of ["send", "abort"]) delete xhr[name];
          xhr.send(body);
        },
        fail: () => done("error", { status: 0 }),
        answer: (status, html, headers, responseURL) => {
          const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
          done("load", {
            status,
            responseURL,
            response: html,
            responseText: html,
            getResponseHeader: (name) => headers.get(name),
            getAllResponseHeaders: () => lines.join(""),
          });
        },
      });
    };
    show({ send });
  };

  const leave = (ticket, reason) => {
    ticket.isGone = true;
    ticket.leave?.(reason);
  };
};
