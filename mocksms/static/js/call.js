// Calls: the ringing, the buttons without leaving the page, the words at the pace in which they are spoken.
import { now } from "./clock.js";
import { onPage, refresh } from "./live.js";
import { isWanted, key, setWanted, trill } from "./sound.js";

const RING_MS = 3000;
const SHORTEST_MS = 150;
let playing = false;
let hasHungUp = false;
let skip = () => {};

function wait(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** Speaks a line with the browser's voice; resolves at its end, or after its length when no voice speaks. */
function speak(line, seconds) {
  const length = Math.max(SHORTEST_MS, seconds * 1000);
  if (!window.speechSynthesis) return wait(length);
  return new Promise((resolve) => {
    const words = new SpeechSynthesisUtterance(line.textContent);
    const began = Date.now();
    const end = () => wait(Math.max(0, SHORTEST_MS - (Date.now() - began))).then(resolve);
    words.lang = line.dataset.language || line.lang;
    if (!speechSynthesis.getVoices().length) {
      // No voice is known (yet): it may still speak, but nothing would tell when it has ended.
      speechSynthesis.speak(words);
      wait(length).then(resolve);
      return;
    }
    words.onend = end;
    words.onerror = () => wait(length).then(resolve);
    speechSynthesis.speak(words);
    wait(length * 3 + 2000).then(resolve);
  });
}

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
      await Promise.race([skipped, aloud || isWanted() ? speak(line, seconds) : wait(Math.max(SHORTEST_MS, seconds * 1000))]);
    }
    line.classList.remove("is-spoken");
  }
  playing = false;
}

/** Hides the lines that are still to come, those before `since` (unix seconds) being heard already. */
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
    window.speechSynthesis?.cancel();
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
    if (!isWanted()) window.speechSynthesis?.cancel();
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
  tick();
  setInterval(tick, 1000);
  setInterval(() => { if (document.querySelector("[data-ringing]")) trill(); }, RING_MS);
}
