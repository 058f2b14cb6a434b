/* Says what became of something one did oneself: it was refused, or the server does not answer. A message stays until
   it is dismissed, or until something has worked again.

   Parts of the page that could not refresh are marked and tried again without this, and the end of a session has a
   notice of its own. */

const toasts = document.getElementById("toasts");

const OFFLINE = "The server can’t be reached. Nothing was changed; try again in a moment.";
const BY_STATUS = {
  403: "You may not do this.",
  404: "This is not there any more.",
  413: "This is too much to send at once.",
  500: "Something broke on the server. Nothing was changed.",
};

const say = (text) => {
  if ([...toasts.children].some((each) => each.dataset.text === text)) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.text = text;
  toast.appendChild(document.createElement("p")).textContent = text;
  const close = toast.appendChild(document.createElement("button"));
  close.type = "button";
  close.textContent = "Dismiss";
  close.addEventListener("click", () => toast.remove());
  toasts.append(toast);
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

// Blocks and forms tell by themselves.
const speaks = (element) => element?.matches?.("[data-mizan], [data-mizan-form]");

// What the end of a session refused is told by its notice. It comes before htmx speaks of an error.
let told = null;
document.addEventListener("mizan:session", ({ detail }) => {
  told = detail.element;
});

const refused = (element, status, text) => {
  const isTold = speaks(element) || element === told;
  told = null;
  if (!isTold) say((status < 500 && message(text, status)) || BY_STATUS[status] || BY_STATUS[500]);
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

// ---- what has worked again. Somebody else's change says nothing of one's own.

const worked = (method, ok) => {
  if (ok && !/^get$/i.test(method)) toasts.replaceChildren();
};

document.addEventListener("htmx:afterRequest", ({ detail }) => worked(detail.requestConfig.verb, detail.successful));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) =>
  worked(ctx.request.method, ctx.response.status < 400));
document.addEventListener("mizan:refreshed", () => toasts.querySelector(`[data-text="${OFFLINE}"]`)?.remove());
