/* mizan-forms.js: forms that the server renders and checks, while they are filled in and when they are sent.
   Needs mizan.js. Serves every form[data-mizan-form], whenever it comes into the page; without this file they
   are plain forms.

   A submission goes out through htmx. What a 2xx brings takes the form's place. After anything else the form
   stays: a 422 is merged into it, so that no control is ever replaced; what else goes wrong is told in
   [data-mizan-alert], by the template[data-mizan-notice] for its status ("0" for no answer at all, "CSRF", or
   "error" for all the others), and by that for "returned" when somebody has signed in again.

   While it is filled in, the form goes to the address in data-mizan-validate; what comes back has the errors
   of the fields that were left. [data-mizan-keep] marks what a script added and no merge may take away. */
import { clear, isRead, strip } from "../clobbering.js";
import { isOwn, of, page, staysHere } from "../dom.js";
import { settings } from "../settings.js";
import { htmx } from "../htmx.js";
import { mizan } from "../internal.js";

export const start = () => {
  const { csrfCookie } = settings;
  const FORM = "form[data-mizan-form]";
  const CONTROL = "input, select, textarea, button, output, [contenteditable]";
  const OWN = "[data-mizan-status], [data-mizan-alert], [data-mizan-keep], template, script";
  const TOKEN = "csrfmiddlewaretoken";
  const TYPING = 300; // milliseconds of silence after a key
  const LEAVING = 10_000; // milliseconds that a redirect may take before the form can be sent again

  const on = (names, listener, capture = true) => {
    for (const name of names.split(" ")) page.addEventListener(name, listener, capture);
  };
  const is = (node, selector) => node instanceof Element && of(node).matches(selector);
  const within = (root, selector) =>
    [root, ...of(root).querySelectorAll(selector)].filter((each) => is(each, selector));

  // ---- forms and their controls

  /* Not kept in attributes, since answers are merged into those:
     left       controls that were left, or that the server complained about: their errors may show;
     typed      controls with something new in them since they were rendered, and their forms;
     refused    forms that the server sent back;
     judged     file inputs that a 422 complained about: a check carries no files and can't tell anything new;
     served     the classes that an element has from the server, to tell them from those of scripts;
     submitters the button that each form was last sent by;
     unsigned   forms that say that nobody is signed in. */
  const left = new WeakSet();
  const typed = new WeakSet();
  const refused = new WeakSet();
  const judged = new WeakSet();
  const served = new WeakMap();
  const submitters = new WeakMap();
  const unsigned = new WeakSet();

  const formOf = (control) => (is(control.form, FORM) ? control.form : null);
  const NO_FIELD = /^(hidden|submit|button|reset|image|fieldset|output)$/;
  const isField = ({ name, type }) => name && !NO_FIELD.test(type);
  const fieldsOf = (form) => [...of(form).elements].filter(isField);
  const fieldName = (control) => control.closest("[data-mizan-field]")?.dataset.mizanField ?? control.name;
  const isInvalid = (control) => control.getAttribute("aria-invalid") === "true";
  const isBusy = (form) => of(form).getAttribute("aria-busy") === "true";
  const isChosen = (control) => control.files?.length > 0;
  const part = (form, name) => of(form).querySelector(`[data-mizan-${name}]`);
  /* Images that send a form are not among its elements, and a button outside of it only while it is in the page. */
  const SUBMITS = "button, input[type=submit], input[type=image]";
  const submitsOf = (form) => {
    const id = of(form).getAttribute("id");
    const beside = id ? page.querySelectorAll(`[form="${CSS.escape(id)}"]`) : [];
    const isOwn = ({ type, form: owner }) => /^(submit|image)$/.test(type) && (owner ?? form) === form;
    return [...of(form).querySelectorAll(SUBMITS), ...beside].filter(isOwn);
  };

  /* Without this file the browser's own checks are better than none. */
  const prepare = () => {
    for (const form of page.querySelectorAll(FORM)) of(form).noValidate = true;
  };

  const forgetTyping = (form) => {
    for (const element of [form, ...of(form).elements]) typed.delete(element);
  };

  /* Remember which control has the focus, and where the caret is; gives what brings both back. */
  const holdFocus = () => {
    const { activeElement: focused } = page;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = of(focused) ?? {};
    return () => {
      if (!of(focused)?.isConnected || focused === page.activeElement) return;
      of(focused).focus({ preventScroll: true });
      // Where it is null, the control knows no selection.
      if (Number.isInteger(selectionStart)) {
        focused.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
      }
      of(focused).scrollTop = scrollTop;
    };
  };

  // ---- merging a fresh rendering into a form

  const parse = (html) => {
    const template = page.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  const findForm = (html, form) => {
    const id = of(form).getAttribute("id");
    return [...parse(html).querySelectorAll(FORM)].find((each) => of(each).getAttribute("id") === id);
  };

  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const contentOf = (node) => [...of(node).childNodes].filter((each) => each instanceof Element || isText(each));

  const describe = ({ localName, name, type, value }) =>
    `${localName} ${name} ${/^(radio|checkbox|submit)$/.test(type) ? value : ""}`;

  /* Name a node so that it has the same name in another rendering: by its id, or by the control inside of it
     that comes first in the alphabet, because a formset's rows may stand in any order. */
  const keyOf = (node) => {
    if (!(node instanceof Element)) return "text";
    const [first = ""] = within(node, "[name]").map(describe).sort();
    return node.id ? `#${node.id}` : `${node.localName} ${first}`;
  };

  const copyAttributes = (old, fresh) => {
    for (const name of ["aria-invalid", "aria-describedby", "aria-errormessage"]) {
      const value = fresh.getAttribute(name);
      if (value === null) old.removeAttribute(name);
      else if (value !== old.getAttribute(name)) old.setAttribute(name, value);
    }
    for (const each of served.get(old) ?? []) if (!fresh.classList.contains(each)) old.classList.remove(each);
    if (fresh.classList.length) old.classList.add(...fresh.classList);
    served.set(old, [...fresh.classList]);
  };

  /* `merger` has the form, the fresh names, what was sent, and what to leave alone. */
  const merge = (old, fresh, merger) => {
    if (!(old instanceof Element)) {
      if (old.data !== fresh.data) old.data = fresh.data;
    } else if (is(old, OWN) || merger.isHeld(old)) {
      // Stays as it is.
    } else if (is(old, CONTROL) || old.localName.includes("-")) {
      copyAttributes(old, fresh);
      const isChanged = old.type === "hidden" && !merger.sent.getAll(old.name).includes(fresh.value);
      if (isChanged) old.value = fresh.value;
    } else if (within(old, `${CONTROL}, ${OWN}`).length || within(fresh, CONTROL).length) {
      copyAttributes(old, fresh);
      mergeContent(old, fresh, merger);
    } else if (!old.isEqualNode(fresh)) {
      old.replaceWith(fresh);
      return fresh;
    }
    return old;
  };

  const mergeContent = (old, fresh, merger) => {
    const rest = contentOf(old);
    const keys = rest.map(keyOf);
    let last = null;
    for (const node of contentOf(fresh)) {
      const at = keys.indexOf(keyOf(node));
      if (at >= 0) {
        keys.splice(at, 1);
        last = merge(rest.splice(at, 1)[0], node, merger);
      } else {
        const next = adopt(node, merger);
        if (last) last.after(next);
        else of(old).prepend(next);
        last = next;
      }
    }
    for (const node of rest) if (isObsolete(node, merger)) node.remove();
  };

  /* Put the form's own controls into a piece of the fresh rendering that has no counterpart in the form. */
  const adopt = (node, { form }) => {
    if (!(node instanceof Element)) return node;
    const known = new Map(fieldsOf(form).map((control) => [keyOf(control), control]));
    const swaps = within(node, "[name]").map((control) => [control, known.get(keyOf(control))]);
    for (const [control, own] of swaps) {
      if (own && control !== node) control.replaceWith(own);
      if (own) copyAttributes(own, control);
    }
    return swaps.find(([control, own]) => own && control === node)?.[1] ?? node;
  };

  /* A control without a name comes from a script; one that the server still knows must not get lost. */
  const isObsolete = (node, { names }) =>
    !(node instanceof Element) ||
    (!within(node, OWN).length && within(node, CONTROL).every(({ name }) => name && !names.has(name)));

  const mergeForm = (form, fresh, sent, isHeld = () => false) => {
    const names = new Set([...of(fresh).elements].map(({ name }) => name));
    const giveBack = holdFocus();
    mizan.state.serve(() => mergeContent(form, fresh, { form, names, sent, isHeld }));
    giveBack();
    for (const control of fieldsOf(form)) if (isInvalid(control)) left.add(control);
    const restore = clear();
    htmx.process(form);
    restore();
  };

  const showStatus = (form, fresh) => {
    const [old, next] = [form, fresh].map((each) => part(each, "status"));
    if (!old || !next || old.isEqualNode(next)) return;
    const isFocused = old.contains(page.activeElement);
    old.replaceChildren(...next.childNodes);
    if (isFocused) old.focus();
  };

  // ---- checking while the form is filled in

  const checks = new WeakMap();

  /* A field that moves under the pointer between press and release would make the click miss. */
  let released = Promise.resolve();
  let release = () => {};
  on("pointerdown", () => {
    released = new Promise((resolve) => {
      release = resolve;
    });
  });
  on("pointerup pointercancel", () => setTimeout(release));

  const checkSoon = (form, delay = 0) => {
    const { mizanValidate: url } = of(form).dataset;
    if (!url || !isOwn(url) || isBusy(form)) return;
    const check = checks.get(form) ?? {};
    checks.set(form, check);
    clearTimeout(check.timer);
    check.timer = setTimeout(() => runCheck(form, check), delay);
  };

  const runCheck = async (form, check) => {
    check.timer = null;
    if (check.request) check.again = true;
    if (check.request || !of(form).isConnected) return;
    check.request = new AbortController();
    check.again = false;
    try {
      await sendCheck(form, check);
    } catch {
      // Offline, or the server has a problem: whoever sends the form will learn of it.
    }
    check.request = null;
    if (check.again) checkSoon(form);
  };

  const sendCheck = async (form, check) => {
    const { signal } = check.request;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    for (const name of touchedNames(form)) body.append("mizan_touched", name);
    const request = { method: "POST", body, headers: { "HX-Request": "true" }, signal };
    const response = await fetch(of(form).dataset.mizanValidate, request);
    const fresh = response.ok && findForm(await response.text(), form);
    await released;
    const isLate = signal.aborted || check.again || check.timer || !of(form).isConnected;
    if (!fresh || isLate) return;
    mergeForm(form, fresh, body, (node) => {
      const inside = within(node, CONTROL).filter(isField);
      return inside.length > 0 && inside.every((control) => judged.has(control) && isChosen(control));
    });
    if (part(form, "summary")) showStatus(form, fresh);
  };

  /* A chosen file is not sent along, so nothing can be said of it, nor of the form as a whole. */
  const touchedNames = (form) => {
    const fields = fieldsOf(form);
    const names = new Set(fields.filter((control) => left.has(control) && !isChosen(control)).map(fieldName));
    const isWhole = refused.has(form) || fields.every((control) => names.has(fieldName(control)));
    if (isWhole && !fields.some(isChosen)) names.add("__all__");
    return names;
  };

  const dropCheck = (form) => {
    const check = checks.get(form);
    clearTimeout(check?.timer);
    check?.request?.abort();
    checks.delete(form);
  };

  /* A date of three parts is not left with its first. */
  const isPart = (form, control) =>
    fieldsOf(form).some((each) => each.name !== control.name && fieldName(each) === fieldName(control));

  on("input change", ({ target, type }) => {
    const form = formOf(target);
    if (!form || !isField(target)) return;
    typed.add(form).add(target);
    if (type === "change") {
      if (!isPart(form, target)) left.add(target);
      judged.delete(target);
    }
    if (left.has(target)) checkSoon(form, type === "input" ? TYPING : 0);
  });

  on("focusout", ({ target, relatedTarget }) => {
    const form = formOf(target);
    // The control that has the focus loses it when another window gets it, and has not been left.
    if (!form || !isField(target) || target === page.activeElement || left.has(target)) return;
    if (relatedTarget?.form === form && fieldName(relatedTarget) === fieldName(target)) return;
    left.add(target);
    checkSoon(form);
  });

  on("reset", ({ target }) => is(target, FORM) && (dropCheck(target), forgetTyping(target)));

  /* Rows came or went, so that an answer for the form as it was would hit the wrong ones. */
  on("mizan:rows", ({ target }) => {
    dropCheck(target);
    typed.add(target);
    checkSoon(target, TYPING);
  });

  /* Django looks at the posted token first, and the page may have been open for longer than the cookie. Where the
     form goes to another site, it has nothing to know. */
  on("formdata", ({ target, formData }) => {
    const token = csrfCookie && mizan.cookie(csrfCookie);
    if (token && is(target, FORM) && staysHere(target)) formData.set(TOKEN, token);
  });

  // ---- sending

  /* form → what is on its way: {sent, begun, focused} */
  const flights = new WeakMap();

  /* form → the buttons that wait with it: those outside of it are none of it once it has left the page. */
  const waiting = new WeakMap();

  const setBusy = (form, busy) => {
    const buttons = new Set([...(waiting.get(form) ?? []), ...submitsOf(form)]);
    waiting.set(form, busy ? buttons : []);
    for (const element of [form, ...buttons]) {
      if (busy) of(element).setAttribute("aria-busy", "true");
      else of(element).removeAttribute("aria-busy");
    }
    for (const button of buttons) {
      // A disabled button would drop the focus.
      if (busy) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
    const progress = part(form, "progress");
    if (progress) progress.hidden = !busy || !fieldsOf(form).some(isChosen);
    progress?.removeAttribute("value");
  };

  /* An image sends where it was pressed, which nobody can tell by now. */
  const valuesOf = (submitter) => {
    const { name, type, value } = submitter ?? {};
    if (type === "image") return Object.fromEntries(["x", "y"].map((it) => [name ? `${name}.${it}` : it, "0"]));
    return name ? { [name]: value } : {};
  };

  const send = async (form, submitter) => {
    if (isBusy(form)) return;
    dropCheck(form);
    submitters.set(form, submitter);
    const flight = { sent: new FormData(form) };
    flights.set(form, flight);
    setBusy(form, true);
    const values = valuesOf(submitter);
    const request = { source: form, target: form, swap: "outerHTML", values };
    const restore = clear();
    try {
      const answered = htmx.ajax("POST", of(form).getAttribute("action"), request);
      restore();
      await answered;
    } catch {
      restore();
      // htmx 2 rejects where no answer came, which is told by then.
    }
    if (!flight.begun) setBusy(form, false); // somebody was asked whether to send it, and has said no
  };

  on(
    "submit",
    (event) => {
      const { target: form, submitter } = event;
      if (!is(form, FORM) || event.defaultPrevented || submitter?.hasAttribute("formaction")) return;
      if (!isOwn(of(form).action)) return; // none of ours
      event.preventDefault();
      send(form, submitter);
    },
    false, // last, so that the page's own listeners may stop it
  );

  /* For htmx they were not in the form. */
  on("mizan:request", ({ detail: { element, isSafe, body } }) => {
    const sent = flights.get(element)?.sent;
    if (isSafe || !sent) return;
    for (const name of new Set(sent.keys())) {
      if (isRead(name) && !body.has(name)) for (const value of sent.getAll(name)) body.append(name, value);
    }
  });

  const begin = (form) => {
    const flight = flights.get(form);
    if (!flight) return;
    flight.begun = true;
    setBusy(form, true);
    part(form, "alert")?.replaceChildren();
    unsigned.delete(form);
  };

  const showProgress = (form) => (event) => {
    const progress = part(form, "progress");
    if (progress && event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
  };

  /* A middleware that sends visitors to sign in answers 200, too, but from another address. */
  const isAccepted = (form, { status, url }) => {
    const { href } = new URL(of(form).getAttribute("action"), page.baseURI);
    return status >= 200 && status < 300 && (!url || url.split("#")[0] === href.split("#")[0]);
  };

  /* Decide, before htmx swaps anything, whether it may. */
  const admit = (form, answer) => {
    const flight = flights.get(form);
    flight.place = [of(form).parentNode, of(form).previousSibling];
    flight.focused = of(form).contains(page.activeElement) || page.activeElement === page.body;
    return isAccepted(form, answer);
  };

  const end = (form, answer) => {
    const flight = flights.get(form);
    if (!flight?.begun) return;
    flights.delete(form);
    const { status, header, text } = answer;
    const isOver = isAccepted(form, answer);
    if (isOver && (header("HX-Redirect") !== null || header("HX-Refresh") === "true")) {
      setTimeout(() => setBusy(form, false), LEAVING);
      return;
    }
    setBusy(form, false);
    if (isOver) return succeed(form, flight);
    const fresh = status === 422 && findForm(text, form);
    if (fresh) refuse(form, fresh, flight);
    else if (status === 422) part(form, "alert")?.replaceChildren(parse(text)); // from the form's own hook
    else if (header("X-Mizan-Error") === "CSRF") complain(form, "CSRF");
    else complain(form, status < 400 && status ? 401 : status);
  };

  const succeed = (form, { place: [parent, previous] = [], focused }) => {
    forgetTyping(form);
    const { isConnected } = of(form);
    if (isConnected) checkSoon(form); // a 204, say, and what was wrong may still be shown
    if (isConnected || !focused || !parent) return;
    let node = previous ? of(previous).nextSibling : of(parent).firstChild;
    while (node && !(node instanceof Element)) node = node.nextSibling;
    if (!node) return;
    const status = of(part(node, "status") ?? node);
    if (!status.hasAttribute("tabindex")) status.tabIndex = -1;
    status.focus();
  };

  const refuse = (form, fresh, { sent, focused = true }) => {
    refused.add(form);
    for (const control of fieldsOf(form)) if (isChosen(control)) judged.add(control);
    showStatus(form, fresh);
    mergeForm(form, fresh, sent);
    if (!focused) return;
    const invalid = fieldsOf(form).filter(isInvalid);
    // A script may have hidden a control behind one of its own.
    const isTaken = [...invalid, part(form, "status")].some((each) => {
      each?.focus();
      return each === page.activeElement;
    });
    if (!isTaken) of(form).scrollIntoView();
  };

  const noticeOf = (form, name) => of(form).querySelector(`template[data-mizan-notice="${name}"]`);

  const complain = (form, reason) => {
    if (reason === 401) unsigned.add(form);
    const { content } = noticeOf(form, reason) ?? noticeOf(form, "error") ?? {};
    if (content) part(form, "alert")?.replaceChildren(content.cloneNode(true));
  };

  /* A form tells in its own words that the session has ended, and that somebody is signed in again. A new token is
     fetched by whoever listens besides. */
  on("mizan:session", (event) => {
    const { state, reason, element } = event.detail;
    const isTold = flights.has(element) && part(element, "alert");
    if (isTold && noticeOf(element, reason === "csrf" ? "CSRF" : 401)) event.preventDefault();
    if (state !== "returned") return;
    for (const form of page.querySelectorAll(FORM)) {
      if (!unsigned.delete(form) || !noticeOf(form, state)) continue;
      const isFocused = part(form, "alert").contains(page.activeElement);
      complain(form, state);
      if (isFocused) of(form).querySelector("[data-mizan-retry]")?.focus();
    }
  });

  on("click", (event) => {
    const retry = of(event.target).closest?.("[data-mizan-retry]");
    const link = of(event.target).closest?.('[data-mizan-status] a[href^="#"]');
    if (is(retry?.form, FORM)) {
      const { form } = retry;
      const submitter = submitters.get(form);
      (submitter ?? submitsOf(form)[0])?.focus(); // the button will be gone
      of(form).requestSubmit(submitter?.form === form ? submitter : undefined);
    }
    const control = link && page.getElementById(link.getAttribute("href").slice(1));
    if (!control) return;
    event.preventDefault();
    of(control).focus();
  });

  // ---- htmx 4: an element's context

  const ofContext = ({ response, text = "" } = {}) => ({
    status: response?.status ?? 0,
    url: response?.raw.url,
    header: (name) => response?.headers.get(name) ?? null,
    text,
  });

  /* fetch() tells nothing of an upload's progress. */
  const upload = (form) => (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest();
      xhr.open(method, url);
      for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
      xhr.upload.addEventListener("progress", showProgress(form));
      xhr.addEventListener("load", () => {
        const lines = xhr.getAllResponseHeaders().trim().split(/[\r\n]+/);
        const answer = { status: xhr.status, headers: lines.map((line) => line.split(/: ?(.*)/, 2)) };
        const response = new Response(/^(204|205|304)$/.test(xhr.status) ? null : xhr.response, answer);
        resolve(Object.defineProperty(response, "url", { value: xhr.responseURL }));
      });
      for (const name of ["error", "abort"]) xhr.addEventListener(name, () => reject(new TypeError(name)));
      signal.addEventListener("abort", () => xhr.abort());
      xhr.send(body);
    });

  const listen4 = () => {
    const senders = new WeakMap(); // context → its form: htmx 4.0.1 names the one that has come in its place
    const own = ({ detail: { ctx } }) => {
      const form = senders.get(ctx) ?? ctx?.sourceElement;
      if (!flights.has(form)) return null;
      senders.set(ctx, form);
      return form;
    };
    on("htmx:config:request", (event) => {
      const form = own(event);
      if (form && fieldsOf(form).some(isChosen)) event.detail.ctx.request.timeout = "0"; // uploads take long
    });
    on("htmx:before:request", (event) => {
      const form = own(event);
      if (!form) return;
      begin(form);
      if (fieldsOf(form).some(isChosen)) event.detail.ctx.fetch = upload(form);
    });
    on("htmx:before:swap", (event) => {
      const form = own(event);
      if (!form) return;
      const { ctx, tasks } = event.detail;
      if (!admit(form, ofContext(ctx))) event.preventDefault();
      else if (tasks.some(({ target, swapSpec }) => target === form && /^outer/.test(swapSpec.style))) strip(form);
    });
    on("htmx:finally:request", (event) => {
      const form = own(event);
      if (form) end(form, ofContext(event.detail.ctx));
    });
    // django-htmx, while DEBUG is on, would put a refusal in the place of the whole page.
    on("htmx:response:error", (event) => {
      if (own(event) && event.detail.ctx.response.status < 500) event.stopPropagation();
    });
  };

  // ---- htmx 2: an XMLHttpRequest

  const ofRequest = (xhr) => ({
    status: xhr.status,
    url: xhr.responseURL,
    header: (name) => xhr.getResponseHeader(name),
    text: xhr.responseText,
  });

  const listen2 = () => {
    on("htmx:beforeSend", ({ detail: { elt: form, xhr } }) => {
      if (!flights.has(form)) return;
      begin(form);
      xhr.upload.addEventListener("progress", showProgress(form));
      xhr.addEventListener("loadend", () => end(form, ofRequest(xhr))); // after htmx, which swaps in onload
    });
    on("htmx:beforeOnLoad", (event) => {
      const { elt, xhr } = event.detail;
      if (flights.has(elt) && xhr.status >= 400 && xhr.status < 500) event.stopPropagation(); // as above
    });
    on("htmx:beforeSwap", ({ detail }) => {
      const form = detail.requestConfig?.elt;
      if (!flights.has(form)) return;
      const isAdmitted = admit(form, ofRequest(detail.xhr));
      detail.shouldSwap &&= isAdmitted;
      if (detail.shouldSwap && detail.swapOverride?.startsWith("outer")) strip(form); // it is about to go
      detail.isError &&= detail.xhr.status >= 500;
      detail.selectOverride = "unset"; // one handed down by the page would pick nothing out of a form
      detail.swapOverride += " swap:0s transition:false"; // so that it has happened when onload is over
      // What htmx would fail at is bound as long as it is out of its way.
      const names = [...detail.serverResponse.matchAll(/ (?:name|id)="([^"]*)"/g)];
      if (names.some(([, name]) => isRead(name))) detail.swapOverride += " settle:0s";
    });
  };

  // ---- a block that is replaced around a form

  /* Half-filled forms and those on their way stay as they are, what a submission has left to read, and controls of
     a form around the block. What somebody sends from a form themselves is theirs to replace. */
  on("mizan:keep", ({ target: block, detail: { source, keep } }) => {
    const kept = of(block).querySelectorAll(`${FORM}, [data-mizan-done], [data-mizan-status], ${CONTROL}`);
    for (const each of kept) if (stays(each) && !of(each).contains(source)) keep(each);
  });

  const stays = (old) =>
    typed.has(old) ||
    is(old, "[data-mizan-done]") ||
    (is(old, FORM) && isBusy(old)) ||
    (is(old, "[data-mizan-status]") && old.textContent.trim());

  // ---- the life of the page

  const noteClasses = () => {
    for (const form of page.querySelectorAll(FORM)) {
      for (const element of of(form).querySelectorAll("[class]")) served.set(element, [...element.classList]);
    }
  };

  if (page.readyState === "loading") addEventListener("DOMContentLoaded", noteClasses, true);
  else noteClasses();
  if (htmx.version.startsWith("2.")) listen2();
  else listen4();
  prepare();
  new MutationObserver(prepare).observe(document, { childList: true, subtree: true });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) for (const form of page.querySelectorAll(FORM)) setBusy(form, false);
  });
};
