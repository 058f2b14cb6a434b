/* Says what went wrong: a change that was refused, a server that does not answer, a part that could not refresh.
   A message stays until it is dismissed, or until something has worked again. */

const toasts = document.getElementById("toasts");

const OFFLINE = "The server can’t be reached. Nothing was changed; try again in a moment.";
const OUTDATED = "You signed in or out since this page was loaded. Reload it, and try again.";
const STALE = "A part of this page could not be refreshed, and shows what it had.";
const BY_STATUS = {
  403: "You may not do this.",
  404: "This is not there any more.",
  413: "This is too much to send at once.",
  500: "Something broke on the server. Nothing was changed.",
};

const say = (text, link) => {
  if ([...toasts.children].some((each) => each.dataset.text === text)) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.text = text;
  const line = toast.appendChild(document.createElement("p"));
  line.textContent = text;
  if (link) line.append(" ", link);
  const close = toast.appendChild(document.createElement("button"));
  close.type = "button";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => toast.remove());
  toasts.append(toast);
};

const signIn = () => {
  const link = document.createElement("a");
  link.href = `/sign-in/?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "Sign in";
  return link;
};

/* What the server itself says: JSON from the call endpoint, a fragment of HTML from a view. */
const message = (text, status) => {
  try {
    const { message, details } = JSON.parse(text);
    return Object.values(details?.fields ?? {}).flat().join(" ") || message;
  } catch {
    const page = new DOMParser().parseFromString(text, "text/html");
    const lines = [...page.querySelectorAll(".mizan-error li")].map((line) => line.textContent.trim());
    return lines.join(" ") || (status < 500 && page.querySelector(".mizan-error p")?.textContent) || "";
  }
};

// A refresh, of which mizan:error tells, or a form that tells by itself.
const speaks = (element) => element?.matches?.("[data-mizan], [data-mizan-form]");

const refused = (element, status, text) => {
  if (speaks(element)) return;
  if (status === 401) say("You are signed out.", signIn());
  else if (status === 403 && text.includes("CSRF")) say(OUTDATED);
  else say((status < 500 && message(text, status)) || BY_STATUS[status] || BY_STATUS[500]);
};

const unanswered = (element) => speaks(element) || say(OFFLINE);

// htmx 2
document.addEventListener("htmx:responseError", ({ detail }) =>
  refused(detail.elt, detail.xhr.status, detail.xhr.responseText));
document.addEventListener("htmx:sendError", ({ detail }) => unanswered(detail.elt));
document.addEventListener("htmx:timeout", ({ detail }) => unanswered(detail.elt));

// htmx 4
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) =>
  refused(ctx.sourceElement, ctx.response.status, ctx.text));
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) unanswered(ctx.sourceElement);
});

document.addEventListener("mizan:error", ({ target, detail }) => {
  if (!target.matches("[mizan-send]")) say(detail.status ? STALE : OFFLINE);
});

// ---- what has worked again. Somebody else's change says nothing of one's own.

const worked = (method, ok) => {
  if (ok && !/^get$/i.test(method)) toasts.replaceChildren();
};

document.addEventListener("htmx:afterRequest", ({ detail }) => worked(detail.requestConfig.verb, detail.successful));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) =>
  worked(ctx.request.method, ctx.response.status < 400));
document.addEventListener("mizan:refreshed", () => {
  for (const toast of [...toasts.children]) if ([STALE, OFFLINE].includes(toast.dataset.text)) toast.remove();
});
