/* mizan-channels.js: channels in a page. Needs mizan.js and mizan-live.js, whose socket it uses.

   <template data-mizan-channel="chat" data-mizan-params='{"room": "a"}' data-mizan-partial="…"
             data-mizan-target="#messages" data-mizan-place="beforeend">     {% mizan_channel %} writes it
   The page hears the channel as long as this is in it. With a partial the server sends HTML, which htmx puts at
   its place. One with an id that the page has already takes the place of the old one. After a reconnection the
   block around the target is refreshed, since messages may have been missed.

   <form mizan-send="chat" data-mizan-params='{"room": "a"}'>               {% mizan_send %} writes that
   Its fields are a message. When the server has taken it the form is reset, unless somebody typed on meanwhile;
   until then it is aria-busy, and is not sent twice.

   mizan.send("chat", {room: "a"}, {text: "Hi"})   the same from a script; a promise
   mizan.call("rename", {user_id: 5})              calls a function; a promise of its result

   mizan:message   on the template, or on document where there is none; bubbles; detail {channel, params, type,
                   data}; preventDefault() keeps its HTML out of the page
   mizan:sent      on the form; bubbles
   mizan:error     on the form, or on a template that was refused, at first or later; detail {code, error, fields};
                   bubbles */
import { isUnticked, of, page } from "../dom.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {

  const CHANNEL = "[data-mizan-channel]";
  const FORM = "form[mizan-send]";
  const BLOCK = "[data-mizan]";
  const TOKEN = "csrfmiddlewaretoken";
  const INSERTS = /^(before|after)/;
  const { ask, opened, use } = mizan.socket;

  const all = (selector) => [...page.querySelectorAll(selector)];
  const fire = (target, name, detail) =>
    of(target).dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  const explain = ({ code = "ERROR", message, fields = {} }) => ({ code, error: message, fields });

  // ---- subscriptions

  /* Equal ones have equal names, whatever the order of their parameters. */
  const sorted = (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value;
  const nameOf = ({ channel, params, partial = "" }) => JSON.stringify([channel, params, partial], sorted);
  const paramsOf = (element) => JSON.parse(of(element).dataset.mizanParams || "{}");
  const heardBy = (template) => ({
    channel: template.dataset.mizanChannel,
    params: paramsOf(template),
    partial: template.dataset.mizanPartial,
  });
  const sentBy = (form) => ({ channel: of(form).getAttribute("mizan-send"), params: paramsOf(form) });
  const topicOf = ({ channel, params }) => nameOf({ channel, params });

  /* scripts  what scripts have sent to: name → subscription, for the life of the page;
     joined   what this socket has subscribed to: name → {wanted, answer}. `answer` is a promise;
     isLate   there was no socket for a while. */
  const scripts = new Map();
  const joined = new Map();
  let isLate = false;

  /* Who only sends needs a subscription, too, but not a second one. */
  const subscriptions = () => {
    const found = new Map(all(CHANNEL).map(heardBy).map((each) => [nameOf(each), each]));
    const topics = new Set([...found.values()].map(topicOf));
    for (const each of [...all(FORM).map(sentBy), ...scripts.values()]) {
      if (!topics.has(topicOf(each))) found.set(nameOf(each), each);
    }
    return found;
  };

  const isNeeded = () => scripts.size > 0 || page.querySelector(`${CHANNEL}, ${FORM}`) !== null;

  const look = () => {
    const needed = subscriptions();
    for (const [name, { wanted }] of joined) {
      if (needed.has(name)) continue;
      joined.delete(name);
      ask({ action: "unsubscribe", ...wanted }).catch(() => {}); // a lost socket forgets it, too
    }
    for (const [name, wanted] of needed) {
      if (joined.has(name)) continue;
      const answer = ask({ action: "subscribe", ...wanted });
      joined.set(name, { wanted, answer });
      answer.catch((error) => refuse(name, error));
    }
  };

  /* Not tried again on this socket. */
  const refuse = (name, error) => {
    if (error.code === "OFFLINE") return;
    for (const template of all(CHANNEL)) {
      if (nameOf(heardBy(template)) === name) fire(template, "mizan:error", explain(error));
    }
  };

  const lose = () => {
    isLate = true;
  };

  const open = async () => {
    joined.clear();
    look();
    const mayMiss = isLate;
    isLate = false;
    await Promise.allSettled([...joined.values()].map(({ answer }) => answer));
    if (!mayMiss) return;
    const around = all(CHANNEL)
      .map((template) => blockOf(targetOf(template)))
      .map((block) => of(block)?.dataset.mizan);
    const lists = around.filter(Boolean);
    if (lists.length) mizan.invalidate(lists.join(", "), {}, { source: "socket" });
  };

  // ---- what comes

  const blockOf = (element) => of(element)?.closest(BLOCK);
  const targetOf = ({ dataset }) => dataset.mizanTarget && page.querySelector(dataset.mizanTarget);

  /* The server has ended a subscription. What comes into the page, or is sent, asks for it anew. */
  const drop = ({ code, error, ...subscription }) => {
    const name = nameOf(subscription);
    joined.delete(name);
    refuse(name, { code, message: error });
  };

  const hear = (frame) => {
    if (frame.error && frame.channel && frame.id === undefined) drop(frame);
    if (!frame.type) return;
    const { channel, params, type, data, html } = frame;
    const name = nameOf(frame);
    const templates = all(CHANNEL).filter((template) => nameOf(heardBy(template)) === name);
    for (const target of templates.length ? templates : [document]) {
      const isWelcome = fire(target, "mizan:message", { channel, params, type, data });
      if (isWelcome && html !== undefined && target !== document) place(target, html);
    }
  };

  /* Blocks that are being refreshed: id → {block, late}. What is fetched may be older than a message that comes
     meanwhile, which therefore waits until it is there. */
  const refreshing = new Map();

  const place = (template, html) => {
    const target = targetOf(template);
    if (!target) return void console.error("mizan: there is no", template.dataset.mizanTarget, template);
    for (let block = blockOf(target); block; block = blockOf(of(block).parentElement)) {
      const flight = refreshing.get(of(block).id);
      if (flight?.block === block) return void flight.late.push([template, html]);
    }
    const style = template.dataset.mizanPlace ?? "beforeend";
    const content = page.createElement("template");
    content.innerHTML = html;
    const { id } = of(content.content.firstElementChild) ?? {};
    const former = id && INSERTS.test(style) ? page.getElementById(id) : null;
    swap(template, former ?? target, html, former ? "outerHTML" : style);
  };

  const swap = (source, target, text, style) => {
    if (htmx.version.startsWith("2.")) htmx.swap(target, text, { swapStyle: style });
    else htmx.swap({ sourceElement: source, target, text, swap: style });
  };

  const release = ({ target: block }) => {
    const { late = [] } = refreshing.get(of(block).id) ?? {};
    refreshing.delete(of(block).id);
    for (const [template, html] of late) place(current(template), html);
  };

  /* The template may have come anew with the block. */
  const current = (template) =>
    template.isConnected
      ? template
      : all(CHANNEL).find((each) => nameOf(heardBy(each)) === nameOf(heardBy(template))) ?? template;

  page.addEventListener("mizan:refreshing", ({ target: block }) => {
    const { id } = of(block);
    refreshing.set(id, { block, late: refreshing.get(id)?.late ?? [] });
  });
  page.addEventListener("mizan:refreshed", release);
  page.addEventListener("mizan:error", release);

  // ---- what goes

  const send = async (channel, params, data, more = {}) => {
    const topic = topicOf({ channel, params });
    const find = () => [...joined.values()].find((each) => topicOf(each.wanted) === topic);
    if (!find() && !scripts.has(topic)) scripts.set(topic, { channel, params });
    await opened();
    look();
    await find().answer;
    return ask({ action: "message", channel, params, data, ...more });
  };

  const call = async (fn, args = {}) => {
    const { data, version } = await ask({ action: "rpc", fn, args });
    const list = (data.invalidate ?? []).map((each) =>
      typeof each === "string" ? each : mizan.format(each.context, each.params),
    );
    if (list.length) mizan.invalidate(list.join(", "), {}, { version });
    return data.result;
  };

  /* Files can't be sent; a repeated field is a list. */
  const valuesOf = (form, submitter) => {
    const values = {};
    const fields = new FormData(form, submitter);
    for (const name of new Set(fields.keys())) {
      const texts = fields.getAll(name).filter((value) => typeof value === "string");
      if (name !== TOKEN && texts.length) values[name] = texts.length > 1 ? texts : texts[0];
    }
    return values;
  };

  /* What is not ticked is not sent: the server is told of such boxes, to tell them from ones that are not there. */
  const untickedOf = (form, sent) => {
    const names = [...of(form).elements].filter(isUnticked).map(({ name }) => name);
    return [...new Set(names)].filter((name) => !Object.hasOwn(sent, name));
  };

  const busy = new WeakSet();

  const submit = async (form, submitter) => {
    const sent = valuesOf(form, submitter);
    const unticked = untickedOf(form, sent);
    const { channel, params } = sentBy(form);
    busy.add(form);
    of(form).setAttribute("aria-busy", "true");
    try {
      await send(channel, params, sent, unticked.length ? { unticked } : {});
    } catch (error) {
      fire(form, "mizan:error", explain(error));
      return;
    } finally {
      busy.delete(form);
      of(form).removeAttribute("aria-busy");
    }
    if (JSON.stringify(valuesOf(form, submitter)) === JSON.stringify(sent)) of(form).reset();
    fire(form, "mizan:sent", { channel, params });
  };

  page.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !of(form).matches?.(FORM)) return;
    event.preventDefault();
    if (!busy.has(form)) submit(form, submitter);
  });

  Object.assign(mizan, { send, call });
  use({ isNeeded, open, lose, look, hear });
};
