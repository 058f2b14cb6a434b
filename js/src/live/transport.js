/* mizan-live.js: one socket a page, by which it learns what others have changed. Needs mizan.js.

   Blocks of live contexts have data-mizan-version. As long as there are some, the server is told what they
   are bound to and which version they show, and tells which of it is stale: never what is new, which mizan.js
   fetches by the block's own request. What happened while there was no socket is told when there is one again.

   <html data-mizan-socket="open">   the server follows all that the page shows, but for blocks that are marked
                                     as failed; "closed": it does not; absent as long as nothing on the page
                                     needs it
   mizan:socket   on document when that changes; detail {state}

   mizan.socket is for other files that use the same socket, such as mizan-channels.js:
   opened()       connects where there is no socket; a promise that it is open
   ask(frame)     sends a frame when it is; a promise of what the server answers. Both fail with an Error that
                  has `code` and `fields`; "OFFLINE" is the code where there was no answer, "TOO_LARGE" where
                  the frame is more than the server takes
   use(part)      calls part.isNeeded() to tell whether the page needs the socket, part.open() each time it
                  has opened (a promise of being done), part.lose() each time that was in vain or it was lost,
                  part.look() when the page has changed meanwhile, and part.hear(frame) for each frame */
import { of, page } from "../dom.js";
import { address, settings } from "../settings.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const LIVE = "[data-mizan-version]";
  const SETTLING = 50; // milliseconds in which changes of the page are collected
  const WINDOW = 1000; // milliseconds in which the same key refreshes its blocks once
  const TOGETHER = 20; // milliseconds in which the keys of one change are told, one after the other
  const OWN = 2000; // milliseconds for which a change of one's own is waited for that was told before its answer
  const [FIRST_WAIT, LONGEST_WAIT] = [500, 30_000]; // milliseconds until it connects again
  const ANSWER = 10_000; // milliseconds that the server has to answer
  const PROBE = 5_000; // the same, where nobody knows whether the connection is still alive
  const RETURN = 3_000; // milliseconds in which a page that came back has to be followed again
  const [MOST_KEYS, MOST_TEXT] = [1000, 60_000]; // what the server takes in one frame, keys and characters
  const LOST = { NOT_FOUND: 404, VALIDATION_ERROR: 422 }; // what a site that has changed says of a key
  const MOST_BYTES = 65_536; // of a frame: a larger one would cost the socket
  // Closed for what this page does: it would do so again at once. 1008: too many frames; 1009: one too large. And
  // what stands for them where the server, such as daphne, sends none of the protocol's own.
  const REPROACHES = [1008, 1009, 4008, 4009];

  const root = page.documentElement;
  const url = address(settings.socket ?? "/ws/", "data-socket");
  url.protocol = url.protocol.replace("http", "ws");

  // ---- the socket

  /* parts      what uses the socket;
     socket     the one that is connecting or open;
     waiting    who waits for it to open: {resolve, reject};
     questions  what was asked by it and is not answered yet: id → {resolve, reject};
     again      the timer of the next attempt, after so many failures in a row;
     isAway     the page is in the back/forward cache, where an open socket could not be. */
  const parts = [];
  let socket = null;
  let waiting = [];
  const questions = new Map();
  let lastId = 0;
  let again = 0;
  let failures = 0;
  let isAway = false;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;
  const isNeeded = () => parts.some((part) => part.isNeeded());
  const problem = (code, text, fields = {}) => Object.assign(new Error(text), { code, fields });
  const offline = (text = "There is no connection to the server.") => problem("OFFLINE", text);

  /* Anywhere in a time that doubles: a server that comes back must not be run over. */
  const waitAfter = (count) => Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** count);

  const show = (state) => {
    if (root.dataset.mizanSocket === state) return;
    root.dataset.mizanSocket = state;
    page.dispatchEvent(new CustomEvent("mizan:socket", { bubbles: true, detail: { state } }));
  };

  const connect = () => {
    if (socket || isAway) return;
    clearTimeout(again);
    again = 0;
    show("closed");
    const own = new WebSocket(url);
    socket = own;
    own.addEventListener("open", () => own === socket && greet(own));
    own.addEventListener("message", ({ data }) => own === socket && hear(JSON.parse(data)));
    own.addEventListener("close", ({ code }) => lose(own, code));
    setTimeout(() => own.readyState === WebSocket.CONNECTING && lose(own), ANSWER);
  };

  const greet = async (own) => {
    const done = Promise.allSettled(parts.map((part) => part.open()));
    for (const { resolve } of waiting.splice(0)) resolve();
    const isFollowed = (await done).every(({ status }) => status === "fulfilled");
    if (own === socket && isFollowed) show("open");
  };

  /* Give a socket up, without waiting for its "close": on a dead connection that takes minutes. */
  const lose = (own, code) => {
    if (own !== socket || !own) return;
    socket = null;
    own.close();
    show("closed");
    for (const part of parts) part.lose();
    for (const { reject } of [...waiting.splice(0), ...questions.values()]) reject(offline());
    questions.clear();
    if (REPROACHES.includes(code)) failures = Math.max(failures, 6);
    if (!isAway && isNeeded()) again = setTimeout(connect, waitAfter(failures++));
  };

  const opened = () =>
    new Promise((resolve, reject) => {
      if (isOpen()) return resolve();
      if (isAway) return reject(offline());
      waiting.push({ resolve, reject });
      connect();
    });

  const ask = async (frame, patience = ANSWER) => {
    await opened();
    const id = String(++lastId);
    const text = JSON.stringify({ ...frame, id });
    if (new TextEncoder().encode(text).length > MOST_BYTES) {
      throw problem("TOO_LARGE", "The server does not take that much at once.");
    }
    return new Promise((resolve, reject) => {
      questions.set(id, { resolve, reject });
      setTimeout(() => questions.delete(id) && reject(offline("The server does not answer.")), patience);
      socket.send(text);
    });
  };

  const hear = (frame) => {
    const question = questions.get(frame.id);
    // That single keys are refused is not yet the answer to the frame that had them.
    if (question && !(frame.error && "contexts" in frame)) {
      questions.delete(frame.id);
      failures = 0;
      const { code, message, details } = frame.error?.code ? frame.error : { ...frame, message: frame.error };
      if (frame.error) question.reject(problem(code, message, details?.fields));
      else question.resolve(frame);
    }
    for (const part of parts) part.hear(frame);
  };

  /* Where nobody knows whether the connection has survived, ask: a sleeping computer notices nothing. */
  const wake = async () => {
    if (!isNeeded()) return;
    if (!isOpen()) return connect();
    const own = socket;
    await watch(PROBE).catch(({ code }) => code === "OFFLINE" && lose(own));
    // Without a wait: somebody has just come back.
    if (!socket) connect();
  };

  const use = (part) => {
    parts.push(part);
    if (isOpen()) part.open();
    else if (part.isNeeded()) connect();
  };

  // ---- live blocks

  /* watched   the keys that the server was last asked to watch, as a list;
     accepted  those that it took, ever;
     refused   key → the code with which it was refused, or "" where it was left out without a word;
     known     key → version that blocks of this key must have to be up to date, or to have been told otherwise;
     seen      block → its version when it was last looked at;
     retrying  the timer of the next attempt where the server could not tell who may watch what, after so many
               in a row. */
  let watched = "";
  const accepted = new Set();
  const refused = new Map();
  const known = new Map();
  const seen = new WeakMap();
  let retrying = 0;
  let faults = 0;

  const blocks = () => [...page.querySelectorAll(LIVE)];
  const split = (list) => list.split(/[ \t]*,[ \t]*/).filter(Boolean);
  const keysOf = (block) => split(of(block).dataset.mizan);
  const versionOf = (block) => of(block).dataset.mizanVersion;
  const listOf = (keys) => [...keys].sort().join(", ");

  /* Versions of two lives of the server's store can't be compared; then none is known, and all is stale. */
  const older = (one, other) => {
    const distance = mizan.later(one, other);
    return Number.isNaN(distance) ? "" : distance < 0 ? one : other;
  };

  /* What the page shows: key → the oldest version of it. */
  const shown = () => {
    const versions = new Map();
    let text = 0;
    for (const block of blocks()) {
      const version = versionOf(block);
      for (const key of keysOf(block)) {
        if (versions.has(key)) versions.set(key, older(version, versions.get(key)));
        else if (versions.size < MOST_KEYS && (text += 2 * key.length + 40) < MOST_TEXT) {
          versions.set(key, version);
        }
      }
    }
    return versions;
  };

  const learn = (key, version) => {
    if (!(mizan.later(known.get(key), version) >= 0)) known.set(key, version);
  };

  const watch = async (patience) => {
    const versions = shown();
    for (const block of blocks()) seen.set(block, versionOf(block));
    for (const map of [known, refused]) for (const key of map.keys()) if (!versions.has(key)) map.delete(key);
    for (const [key, version] of versions) learn(key, version);
    watched = listOf(versions.keys());
    const frame = { action: "watch", contexts: watched, versions: Object.fromEntries(versions) };
    const answer = ask(frame, patience);
    answer.catch(doubt);
    const { data } = await answer;
    const taken = split(data?.watching ?? "");
    for (const key of taken) accepted.add(key);
    takeBack(taken.filter((key) => refused.delete(key)));
    leaveOut([...versions.keys()].filter((key) => !taken.includes(key)));
    if (!retrying) faults = 0;
  };

  /* What was given up is asked for where it is followed again, such as after a release was taken back. */
  const takeBack = (keys) => {
    for (const block of blocks()) if (keysOf(block).some((key) => keys.includes(key))) mizan.retry(block);
  };

  /* Of what was left out without a word nobody tells anything: since the page was made, its context has ceased
     to be live, or another text stands for the same value. By its refresh the block says the like. If it does
     not, it can't be followed. */
  const leaveOut = (keys) => {
    const again = keys.filter((key) => refused.get(key) === "");
    const first = keys.filter((key) => !refused.has(key));
    for (const key of first) refused.set(key, "");
    if (first.length) mizan.invalidate(listOf(first), {}, { source: "socket" });
    giveUp(again, 404, "it is not live");
  };

  /* Nobody will tell that these are stale: what they show is taken for old from now on. */
  const giveUp = (keys, status, reason) => {
    const isLost = (key) => keys.includes(key);
    for (const block of blocks()) {
      const key = of(block).dataset.mizanError === undefined && keysOf(block).find(isLost);
      if (key) mizan.fail(block, status, `The server does not follow ${key}: ${reason}.`);
    }
  };

  /* The server's own trouble says nothing about what one may watch. It passes, and nobody would ask again. */
  const doubt = ({ code }) => {
    if (code === "INTERNAL_ERROR") retrying ||= setTimeout(watchAgain, waitAfter(faults++));
  };

  const watchAgain = () => {
    retrying = 0;
    if (isOpen()) watch().then(() => show("open"), () => {});
  };

  /* Whoever has brought it, a block may come into the page that is older than what the server has told of its
     key by then. Nobody will tell that again, unless asked. */
  const isBehind = (block) => {
    const version = versionOf(block);
    if (seen.get(block) === version) return false;
    seen.set(block, version);
    return keysOf(block).some((key) => mizan.later(version, known.get(key)) < 0);
  };

  /* A morph keeps the element. What a cache before the site answered may be as old as what was there. */
  page.addEventListener("mizan:refreshed", ({ target }) => {
    for (const block of [target, ...of(target).querySelectorAll(LIVE)]) seen.delete(block);
    settling ||= setTimeout(lookAround, SETTLING);
  });

  /* A block that has come since its key was refused may be followed by now: by another server, or anew. */
  const isInDoubt = (block) =>
    !seen.has(block) && keysOf(block).some((key) => refused.get(key) === "" || refused.get(key) in LOST);

  const look = () => {
    const doubtful = blocks().filter(isInDoubt);
    const behind = blocks().filter(isBehind);
    // Where the socket is lost meanwhile, the next one begins with this.
    if (doubtful.length || behind.length || listOf(shown().keys()) !== watched) watch().catch(() => {});
  };

  /* What was told and has to wait: for the end of its window, for its turn where many are told at once, or
     for the page to be shown. key → version, or null for a window in which nothing was told yet.
     `due` is what has waited enough: version → keys. They refresh together, so that a block inside of another
     one that is stale, too, comes with that and not by a request of its own.
     `changing` is what may change something and is under way: request → the timer that gives it up. What is
     told meanwhile is likely that change. Its answer says all that it made stale at once, and may bring it;
     `soon` and `late` are the timers of what is due, where there is none and where there is. */
  const pending = new Map();
  const held = new Set();
  const due = new Map();
  const changing = new Map();
  let soon = 0;
  let late = 0;

  const refreshSoon = (key, version, spread) => {
    const isFirst = !pending.has(key);
    const former = pending.get(key);
    pending.set(key, former && mizan.later(former, version) > 0 ? former : version);
    if (!isFirst) return;
    if (spread) setTimeout(refresh, Math.random() * spread, key);
    else refresh(key);
  };

  const refresh = (key) => {
    const version = pending.get(key);
    if (version === null) return void pending.delete(key);
    if (page.hidden) return void held.add(key);
    pending.set(key, null);
    setTimeout(refresh, WINDOW, key);
    due.set(version, [...(due.get(version) ?? []), key]);
    planDue();
  };

  const planDue = () => {
    if (!due.size) return;
    if (changing.size) late ||= setTimeout(refreshDue, OWN);
    else soon ||= setTimeout(refreshDue, TOGETHER);
  };

  const begin = (request, method) => {
    if (/^(GET|HEAD|OPTIONS|TRACE)$/i.test(method)) return;
    changing.set(request, setTimeout(end, ANSWER, request));
  };

  const end = (request) => {
    clearTimeout(changing.get(request));
    if (changing.delete(request)) planDue();
  };

  /* Not by mizan:request, after which htmx may still send nothing, and not by mizan:answer: on htmx 4 what came
     with an answer is taken only when that is swapped in, and would count as older than what is told before. */
  // htmx 2: its own events are lost on an element that has left the page
  page.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
    begin(xhr, requestConfig.verb);
    xhr.addEventListener("loadend", () => end(xhr));
  });

  // htmx 4
  const name4 = (name) => name.replaceAll(":", htmx.config.metaCharacter || ":");
  page.addEventListener(name4("htmx:before:request"), ({ detail: { ctx } }) => {
    begin(ctx, ctx.request.method);
  });
  page.addEventListener(name4("htmx:finally:request"), ({ detail: { ctx } }) => end(ctx));

  const refreshDue = () => {
    soon = clearTimeout(soon);
    late = clearTimeout(late);
    const changes = [...due];
    due.clear();
    for (const [version, keys] of changes) {
      // Of blocks that it does not follow, the server says nothing.
      const list = keys.includes("*") ? watched : keys.join(", ");
      if (list) mizan.invalidate(list, {}, { version, source: "socket" });
    }
  };

  const hearStale = ({ invalidate, versions = {}, spread = 0, error, code, contexts = "" }) => {
    for (const key of split(invalidate ?? "")) {
      for (const each of split(watched)) if (mizan.covers(key, each)) learn(each, versions[key]);
      refreshSoon(key, versions[key], spread);
    }
    if (error && contexts) doubt({ code });
    if (error) for (const key of split(contexts)) refused.set(key, code);
    if (error && code in LOST) giveUp(split(contexts), LOST[code], error);
    // Of what may not be watched any more, nothing may be seen either.
    const lost = error && code === "FORBIDDEN" ? split(contexts).filter((key) => accepted.delete(key)) : [];
    if (lost.length) mizan.invalidate(lost.join(", "), {}, { source: "socket" });
  };

  /* Take over from mizan.js, which would fetch everything anew: the server tells what has changed. */
  const comeBack = (event) => {
    if (!blocks().length) return;
    event.preventDefault();
    setTimeout(() => {
      const keys = listOf(shown().keys());
      if (keys && root.dataset.mizanSocket !== "open") mizan.invalidate(keys, {}, { source: "return" });
    }, RETURN);
  };

  // ---- the life of the page

  let settling = 0;

  const lookAround = () => {
    settling = 0;
    if (isOpen()) for (const part of parts) part.look();
    else if (!again && isNeeded()) connect();
  };

  new MutationObserver(() => (settling ||= setTimeout(lookAround, SETTLING))).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-mizan", "data-mizan-version", "data-mizan-channel", "data-mizan-params"],
  });

  page.addEventListener("mizan:return", comeBack);
  page.addEventListener("visibilitychange", () => {
    if (page.hidden) return;
    for (const key of held) held.delete(key) && refresh(key);
    wake();
  });
  /* An open socket is of the session that there was when it opened. */
  page.addEventListener("mizan:session", ({ detail: { state } }) => {
    if (state !== "returned" || !socket) return;
    lose(socket);
    connect();
  });
  addEventListener("online", wake);
  addEventListener("pagehide", () => {
    isAway = true;
    lose(socket);
  });
  addEventListener("pageshow", ({ persisted }) => {
    isAway = false;
    if (persisted) wake();
  });

  Object.assign(mizan, { socket: Object.freeze({ ask, opened, use }) });
  use({ isNeeded: () => blocks().length > 0, open: watch, lose() {}, look, hear: hearStale });
};
