// Calls: ringing, buttons that stay on the page, words at the pace of speech.
import { now } from "./clock.js";
import { onPage, refresh } from "./live.js";
import { isWanted, key, setWanted, trill } from "./sound.js";
import { hush, prepare, silence, speak } from "./speech.js";

const RING_MS = 3000;
let playing = false;
let hasHungUp = false;
let skip = () => {};

function lines(place) {
  return [...place.querySelectorAll("li")];
}

async function play(place, aloud) {
  if (playing) return;
  playing = true;
  for (let line = lines(place).find((each) => each.hidden); line; line = lines(place).find((each) => each.hidden)) {
    line.hidden = false;
    line.classList.add("is-spoken");
    line.scrollIntoView({ block: "nearest" });
    const seconds = Number(line.dataset.seconds);
    if (!hasHungUp) {
      const skipped = new Promise((resolve) => { skip = resolve; });
      const isHeard = aloud || isWanted();
      if (isHeard) prepare(lines(place).find((each) => each.hidden));
      await Promise.race([skipped, isHeard ? speak(line, seconds) : silence(seconds)]);
    }
    line.classList.remove("is-spoken");
  }
  playing = false;
}

/** Hide the lines to come; those before `since` (Unix seconds) were already heard. */
function hold(place, since) {
  let heard = since ? now() / 1000 - since : 0;
  for (const line of lines(place)) {
    line.hidden = heard <= 0;
    heard -= Number(line.dataset.seconds);
  }
}

function transcript() {
  const place = document.getElementById("transcript");
  if (!place) return;
  if (place.dataset.paced === "1") {
    hold(place, Number(document.querySelector("[data-since]")?.dataset.since) + 1);
    play(place, false);
  }
  onPage((page) => {
    const fresh = page.getElementById("transcript");
    for (const line of fresh ? lines(fresh).slice(lines(place).length) : []) {
      line.hidden = true;
      place.append(document.adoptNode(line));
    }
    play(place, false);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-replay]") || playing) return;
    for (const line of lines(place)) line.hidden = true;
    hasHungUp = false;
    play(place, true);
  });
}

async function send(form, button) {
  const data = new FormData(form, button);
  if (form.matches("[data-keypad]")) key();
  await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { "X-Requested-With": "handset" } });
  if (form.action.endsWith("/hangup")) {
    hasHungUp = true;
    hush();
    skip();
  }
  const main = document.querySelector("main");
  const page = form.action.replace(/\/[a-z]+$/, "");
  if (form.action.endsWith("/answer") && main.dataset.page !== "handset.call") location.href = page;
  else refresh();
}

function buttons() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-call-form]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keypad]:not([data-call-form]) button")) key();
    const toggle = event.target.closest("[data-sound-toggle]");
    if (!toggle) return;
    setWanted(!isWanted());
    if (!isWanted()) hush();
    showToggle();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const pressed = document.querySelector(`[data-keypad] button[value="${CSS.escape(event.key)}"]`);
    if (/^[0-9*#]$/.test(event.key) && pressed) pressed.click();
  });
}

function showToggle() {
  for (const each of document.querySelectorAll("[data-sound-toggle]")) each.setAttribute("aria-pressed", String(isWanted()));
}

function tick() {
  for (const each of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(now() / 1000 - Number(each.dataset.since)));
    each.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

export function start() {
  buttons();
  transcript();
  showToggle();
  onPage(showToggle);
  onPage(tick);
  tick();
  setInterval(tick, 1000);
  setInterval(() => { if (document.querySelector("[data-ringing]")) trill(); }, RING_MS);
}
