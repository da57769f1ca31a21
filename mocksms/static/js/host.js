// A page that shows the phone in a frame (a demo's stage) is told what arrives, and may open the phone's links itself.
// What is said is in docs/handset.md, "In a frame". Only those who may frame the phone at all can listen.
const main = document.querySelector("main");
const told = new Set();
let host = null;

/** Whether this page is shown in a frame of another page. */
export const isFramed = window.parent !== window;

/** Says something to the page around this one. */
export function say(kind, data = {}) {
  if (isFramed) window.parent.postMessage({ kind: `mocksms.${kind}`, ...data }, host ?? "*");
}

/** Says that a message for this handset has come; `isOld` when it was here before the page was. */
export function sayArrived(message, isOld = false) {
  const { id, channel, code, from, to, links } = message;
  if (told.has(`${id} ${code}`) || !(code || links?.length)) return;
  told.add(`${id} ${code}`);
  say("arrived", { id, channel, code: code ?? "", from, to, links: links ?? [], isOld });
}

/** Tells a call's code once it is spoken, everything else at once. */
export function sayEvent(type, message) {
  const isCall = message.channel === "call";
  if (message.direction !== "in" || (isCall ? message.status === "ringing" : type !== "message")) return;
  sayArrived(message);
}

// What waits on the lock screen, newest first; or what a call says that was answered on the page before: that page may
// have gone before it heard so.
function sayUnread() {
  const call = document.querySelector("[data-call][data-code]");
  if (call) sayArrived({ id: Number(call.dataset.call), channel: "call", code: call.dataset.code, from: "", to: main.dataset.handset }, true);
  const note = document.querySelector("#lock-notes .note");
  const code = note?.querySelector("[data-copy]")?.dataset.copy;
  if (code) sayArrived({ id: Number(note.dataset.key), channel: "", code, from: "", to: main.dataset.handset }, true);
}

// Links are left to the host once it has said that it opens them. A mail's frame runs nothing but the one small script
// that its policy names, which tells what was pressed.
function leaveLinks() {
  const mail = document.querySelector(".mail-frame");
  if (mail && !mail.sandbox.contains("allow-scripts")) {
    mail.sandbox.add("allow-scripts");
    mail.addEventListener("load", () => { mail.dataset.leavesLinks = ""; }, { once: true });
    mail.src = `${mail.getAttribute("src")}?presses=1`;
  }
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
    } else if (host && mail && event.source === mail.contentWindow && event.data?.kind === "mail.link") {
      say("link", { url: String(event.data.url) });
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
