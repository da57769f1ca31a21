// Notify a page that frames the phone (a demo's stage) of arrivals; it may open the phone's links itself.
// docs/handset.md, "Frames", lists the messages. Only sites that may frame the phone can listen.
import { markCopied } from "./read.js";

const main = document.querySelector("main");
const told = new Set();
const MARK = "3px solid #c73e3a";
const PRESS_MILLISECONDS = 700;
let host = null;
let wish = null; // what the host asked for and this page does not have yet

/** Return whether another page frames this one. */
export const isFramed = window.parent !== window;

/** Send a message to the surrounding page. */
export function say(kind, data = {}) {
  if (isFramed) window.parent.postMessage({ kind: `mocksms.${kind}`, ...data }, host ?? "*");
}

/** Report a message for this handset; `isOld` if it arrived before the page was loaded. */
export function sayArrived(message, isOld = false) {
  const { id, channel, code, from, to, links } = message;
  if (told.has(`${id} ${code}`) || !(code || links?.length)) return;
  told.add(`${id} ${code}`);
  say("arrived", { id, channel, code: code ?? "", from, to, links: links ?? [], isOld });
}

/** Report a call's code once it is spoken, everything else at once. */
export function sayEvent(type, message) {
  const isCall = message.channel === "call";
  if (message.direction !== "in" || (isCall ? message.status === "ringing" : type !== "message")) return;
  sayArrived(message);
}

// Report what is on the lock screen, newest first, or a call that was answered on the previous page: that page may
// have been left before it could report it.
function sayUnread() {
  const call = document.querySelector("[data-call][data-code]");
  if (call) sayArrived({ id: Number(call.dataset.call), channel: "call", code: call.dataset.code, from: "", to: main.dataset.handset }, true);
  const note = document.querySelector("#lock-notes .note");
  const code = note?.querySelector("[data-copy]")?.dataset.copy;
  if (code) sayArrived({ id: Number(note.dataset.key), channel: "", code, from: "", to: main.dataset.handset }, true);
}

// The host opens links once it has said so. A mail's frame runs only the small script that its policy names, which
// reports the pressed link, and first that it runs. The frame is a new one: another address for one that still loads
// may be lost.
function leaveLinks() {
  const mail = document.querySelector(".mail-frame");
  if (mail && !mail.sandbox.contains("allow-scripts")) {
    const fresh = mail.cloneNode();
    fresh.sandbox.add("allow-scripts");
    fresh.src = `${mail.getAttribute("src")}?presses=1`;
    mail.replaceWith(fresh);
  }
}

const ACTS = {
  "answer-call": () => press("[data-ringing] form[action$='/answer'] button"),
  "add-account": ({ name, secret }) => {
    const form = document.querySelector("form:has(input[name=way][value=key])");
    if (form) Object.assign(form.elements.name, { value: name });
    if (form) Object.assign(form.elements.secret, { value: secret });
    return form ? press("form:has(input[name=way][value=key]) button") : null;
  },
  "show-link": (said) => onLink(said, outline),
  "press-link": (said) => onLink(said, pressed),
};

function outline(element) {
  element.scrollIntoView({ block: "center" });
  element.style.outline = MARK;
  element.style.outlineOffset = "3px";
}

/** Presses something so that it is seen. */
function pressed(element) {
  outline(element);
  setTimeout(() => element.click(), PRESS_MILLISECONDS);
}

function press(selector) {
  const found = document.querySelector(selector);
  if (found) pressed(found);
  return found;
}

/** A link of a mail's text, or inside the mail's frame, whose script does the same. */
function onLink(said, act) {
  const mail = document.querySelector(".mail-frame");
  const link = [...document.querySelectorAll("a[target=_blank]")].find((each) => each.href === said.url);
  if (link) act(link);
  else if (mail && "leavesLinks" in mail.dataset) mail.contentWindow.postMessage({ kind: act === outline ? "show" : "press", url: said.url }, "*");
  else return null;
  return true;
}

/** Does what the surrounding page asks for, once this page has what it takes. */
function obey(said) {
  if (said.kind === "mocksms.code-taken") {
    markCopied(said.id);
    return;
  }
  wish?.disconnect();
  wish = null;
  const act = ACTS[said.kind.replace("mocksms.", "")];
  if (!act || act(said)) return;
  wish = new MutationObserver(() => {
    if (!act(said)) return;
    wish?.disconnect();
    wish = null;
  });
  wish.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-leaves-links"] });
}

function sayHere() {
  say("here", { page: main?.dataset.page ?? "", handset: main?.dataset.handset ?? "" });
  told.clear();
  sayUnread();
}

export function start() {
  if (!isFramed) return;
  window.addEventListener("message", (event) => {
    const mail = document.querySelector(".mail-frame");
    if (event.source === window.parent && event.data?.kind === "mocksms.opens-links") {
      if (!host) {
        host = event.origin;
        sayHere();
      }
      leaveLinks();
    } else if (host && event.source === window.parent && event.origin === host) {
      if (event.data?.kind?.startsWith("mocksms.")) obey(event.data);
    } else if (host && mail && event.source === mail.contentWindow) {
      if (event.data?.kind === "mail.ready") mail.dataset.leavesLinks = "";
      else if (event.data?.kind === "mail.link") say("link", { url: String(event.data.url) });
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[target=_blank]");
    if (!host || !link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    say("link", { url: link.href });
  });
  sayHere();
}
