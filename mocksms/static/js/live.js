// Show arrivals without a reload: at each event of the stream, fetch the page's [data-live] parts again.
import { announce } from "./announce.js";
import { setClock } from "./clock.js";
import { sayEvent } from "./host.js";
import { markRead } from "./read.js";
import { ping, trill } from "./sound.js";
import { follow } from "./stream.js";

const RECHECK_MS = 15000;
const words = document.body.dataset;
const main = document.querySelector("main");
const pageListeners = [];
let running = false;
let again = false;

/** Call `listener(page)` with each fetched version of this page. */
export function onPage(listener) {
  pageListeners.push(listener);
}

function focusKey(region) {
  const active = document.activeElement;
  if (!active || !region.contains(active)) return null;
  for (const name of ["id", "href", "data-copy", "name"]) {
    const value = active.getAttribute(name);
    if (!value) continue;
    const choice = name === "name" && active.value ? `[value="${CSS.escape(active.value)}"]` : "";
    return `[${name}="${CSS.escape(value)}"]${active.matches("button") ? choice : ""}`;
  }
  return null;
}

// Keep open sections open. A message's section is found by its id, because the list may have moved.
function keepOpen(old, fresh) {
  const name = (each, at) => each.dataset.fold ?? at;
  const opened = new Set([...old.querySelectorAll("details")].flatMap((each, at) => (each.open ? [name(each, at)] : [])));
  for (const [at, each] of [...fresh.querySelectorAll("details")].entries()) if (opened.has(name(each, at))) each.open = true;
}

// What a part's page sent: without the marks of phrases.js.
const asSent = (part) => part.innerHTML.replaceAll(/<wbr>|<span data-phrases?="">|<\/span>/g, "");

function swap(old, fresh) {
  keepOpen(old, fresh);
  if (asSent(old) === asSent(fresh)) return;
  const known = new Set([...old.querySelectorAll("[data-key]")].map((each) => each.dataset.key));
  const key = focusKey(old);
  const scroller = old.closest("[data-stick-to-end]");
  const scrolled = old.scrollTop;
  const atEnd = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  for (const each of fresh.querySelectorAll("[data-key]")) if (!known.has(each.dataset.key)) each.classList.add("bubble--fresh");
  old.replaceWith(fresh);
  fresh.scrollTop = scrolled;
  if (key) (fresh.querySelector(key) ?? main)?.focus({ preventScroll: true }); // a copied code goes away
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

// The message that this page is about was deleted.
function leave() {
  const list = document.querySelector("[data-list]")?.dataset.list;
  if (list) location.replace(list);
}

/** Fetch this page again and replace its live parts. */
export async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    do {
      again = false;
      const sent = Date.now();
      const answer = await fetch(location.href, { cache: "no-store", headers: { "X-Requested-With": "handset" } });
      if (answer.status === 404) leave();
      if (!answer.ok) break;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      setClock(Number(page.body.dataset.now), (sent + Date.now()) / 2);
      for (const fresh of page.querySelectorAll("[data-live]")) {
        const old = document.getElementById(fresh.id);
        if (old) swap(old, document.adoptNode(fresh));
      }
      document.title = page.title;
      const fresh = page.querySelector("main")?.dataset ?? {};
      if (main) for (const name of ["state", "inCall"]) main.dataset[name] = fresh[name] ?? "";
      for (const listener of pageListeners) listener(page);
    } while (again);
  } catch {
    // The stream reconnects automatically; the next event fetches again.
  } finally {
    running = false;
  }
  markRead();
}

/** Return whether a message belongs to the handset on this page. */
export function isMine(message) {
  const to = message.direction === "out" ? message.from : message.to;
  if (!main?.dataset.handset) return false;
  if (to === main.dataset.handset) return true;
  if (message.channel !== "mail" || main.dataset.handset.includes("@") || !document.getElementById("banner-mail")) return false;
  const own = main.dataset.own ? main.dataset.own.split(" ") : [];
  return own.length ? own.includes(to) : !(main.dataset.claimed || "").split(" ").includes(to);
}

function onScreen(message) {
  const thread = document.getElementById("thread");
  return Boolean(thread && thread.dataset.peer === message.from && message.channel === "sms");
}

function banner(message, who) {
  const place = document.getElementById("banners");
  const model = document.getElementById(`banner-${message.channel}`);
  if (!place || !model || onScreen(message) || document.getElementById("lock-notes")) return;
  const card = model.content.firstElementChild.cloneNode(true);
  const open = card.querySelector("a");
  open.href = message.channel === "mail" ? open.dataset.base + message.id : open.dataset.base + encodeURIComponent(message.from);
  card.querySelector(".banner__who").textContent = who;
  card.querySelector(".banner__what").textContent = message.channel === "mail" ? message.subject : message.body;
  const copy = card.querySelector("[data-copy]");
  if (message.code) {
    copy.dataset.copy = message.code;
    copy.dataset.copyMessage = message.id;
    copy.querySelector("span").textContent = message.code;
    copy.setAttribute("aria-label", copy.getAttribute("aria-label").replace("000000", message.code));
  } else {
    copy.remove();
  }
  place.replaceChildren(card);
  setTimeout(() => card.remove(), 9000);
}

function arrived(type, data) {
  const event = JSON.parse(data);
  const message = event.message;
  if (isMine(message)) sayEvent(type, message);
  if (type === "message" && message.direction === "in" && isMine(message) && message.channel !== "call") {
    banner(message, event.who);
    ping();
    announce(`${event.who}: ${message.channel === "mail" ? message.subject : message.body}`);
  }
  if (type === "message" && message.channel === "call" && message.status === "ringing" && isMine(message)) {
    announce(`${document.body.dataset.wordRinging}: ${event.who}`);
    trill();
    if (["handset.lock", "handset.home"].includes(main.dataset.page)) {
      location.href = main.dataset.callBase + message.id;
      return;
    }
  }
  refresh();
}

export function start() {
  if (!words.events) return;
  follow({ name: `tel-events-${words.world}`, url: words.events, onEvent: arrived, onBehind: refresh, onOpen });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // What another window marks as read sends no event.
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, RECHECK_MS);
}

function onOpen() {
  document.documentElement.setAttribute("data-live-open", "");
}
