/* A board's own scripts: who is here, the columns that fold, and the chat. */

// ---- who is here: says every half minute that this page is still open

const sign = document.querySelector('template[data-mizan-channel="here"]');

const still = () =>
  window.mizan.send("here", JSON.parse(sign.dataset.mizanParams), {}).catch(() => {
    // Not connected. On the next connection the server notes it anew.
  });

if (sign) setInterval(still, 30_000);

// ---- columns that fold: what is set here is in no HTML of the server, and stays when the column is refreshed

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button.fold");
  if (!button) return;
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  document.getElementById(button.getAttribute("aria-controls")).hidden = isOpen;
});

/* ---- the chat: messages come and go by the tags in the template. Here they get the reader's own time and side, the list
   follows the newest unless its reader has scrolled up, and unread messages are counted. */

const byId = (id) => document.getElementById(id);
const chat = byId("chat");

const log = byId("chat-log");
const form = byId("chat-form");
const text = byId("chat-text");
const newest = byId("chat-newest");

const lines = () => [...log.querySelectorAll(".message")];
const isOpen = () => chat.matches(":popover-open");
const isOwn = (line) => line.dataset.author === chat.dataset.person;
const number = (line) => Number(line.dataset.id);
const last = () => Math.max(0, ...lines().map(number));

// ---- each message

const clock = (at) => {
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return at.toLocaleString([], { ...day, hour: "numeric", minute: "2-digit" });
};

const dress = (line) => {
  line.classList.toggle("message--own", isOwn(line)); // one that was pushed was rendered for everybody
  const time = line.querySelector("time");
  const shown = clock(new Date(time.dateTime));
  if (time.textContent !== shown) time.textContent = shown;
};

// ---- where the reader is

const SEEN = `chat-${chat?.dataset.board}-${chat?.dataset.person}`;
let follows = true; // the end of the list is in view

const scrollToEnd = () => {
  log.scrollTop = log.scrollHeight;
};

const count = () => {
  const isSeen = isOpen() && follows && !document.hidden;
  if (isSeen) localStorage.setItem(SEEN, last());
  const seen = Number(localStorage.getItem(SEEN));
  const unread = lines().filter((line) => number(line) > seen && !isOwn(line)).length;
  byId("chat-unread").hidden = unread === 0;
  byId("chat-unread").firstElementChild.textContent = unread;
  newest.hidden = follows || unread === 0;
};

const arrive = () => {
  lines().forEach(dress);
  if (follows) scrollToEnd();
  count();
};

const startChat = () => {
  lines().forEach(dress);
  count();
  new MutationObserver(arrive).observe(log, { childList: true, subtree: true });

  log.addEventListener("scroll", () => {
    if (!isOpen()) return;
    follows = log.scrollHeight - log.scrollTop - log.clientHeight < 32;
    count();
  });
  newest.addEventListener("click", () => {
    scrollToEnd();
    text.focus();
  });
  document.addEventListener("visibilitychange", count);

  // ---- open and closed

  const wide = matchMedia("(min-width: 64rem) and (pointer: fine)");
  let isAsked = false; // and not only open since the page was loaded
  chat.addEventListener("toggle", ({ newState }) => {
    follows = true;
    scrollToEnd();
    count();
    // Not on a phone, whose keyboard would take half of what is to be read.
    if (newState === "open" && isAsked && wide.matches) text.focus();
    localStorage.setItem("chat", newState);
  });
  byId("chat-button").addEventListener("click", () => {
    isAsked = true;
  });
  chat.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "closed" && chat.contains(document.activeElement)) byId("chat-button").focus();
  });
  chat.addEventListener("keydown", ({ key }) => key === "Escape" && chat.hidePopover());
  if (localStorage.getItem("chat") === "open" && wide.matches) chat.showPopover();

  // ---- saying something

  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("mizan:sent", () => {
    byId("chat-problem").textContent = "";
    follows = true;
    scrollToEnd();
  });
  form.addEventListener("mizan:error", ({ detail: { error, fields } }) => {
    const isOff = document.documentElement.dataset.mizanSocket !== "open"; // and the form says so already
    byId("chat-problem").textContent = isOff ? "" : Object.values(fields ?? {}).flat().join(" ") || error;
  });
};

if (chat) startChat();
