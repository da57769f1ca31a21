// Counts the seconds until the next attempt, and disables its button until then.
// data-seconds: how long; data-holds: id of the button. The server keeps the time; this only shows it. In the sandbox its
// clock can be moved: data-clock of the body is where it is read.
const EVERY_MS = 1000;
const JITTER_MS = 1500;

// By how many milliseconds the site's clock is ahead of the browser's; null when it does not answer.
async function ahead(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? Date.parse((await answer.json()).now) - Date.now() : null;
  } catch {
    return null;
  }
}

const SHOWN_IN_MINUTES = 120;

export default function countdown(element) {
  const number = element.querySelector("[data-number]");
  const sentence = number?.parentElement;
  const button = document.getElementById(element.dataset.holds ?? "");
  let end = performance.now() + Number(element.dataset.seconds) * 1000;
  if (button) button.disabled = true;

  function say(key) {
    const [before, after] = sentence.dataset[key].split("{n}");
    delete sentence.dataset[key];
    sentence.replaceChildren(before, number, after);
  }

  function tick() {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (sentence?.dataset.inSeconds && left < SHOWN_IN_MINUTES) say("inSeconds");
    if (sentence?.dataset.inOne && left === 1) say("inOne");
    if (number) number.textContent = String(sentence.dataset.inSeconds ? Math.ceil(left / 60) : left);
    if (left > 0) {
      setTimeout(tick, 250);
      return;
    }
    element.hidden = true;
    if (button) button.disabled = false;
  }

  async function follow(address, before) {
    const now = await ahead(address);
    const moved = before === null || now === null ? 0 : now - before;
    const isMoved = Math.abs(moved) > JITTER_MS;
    if (isMoved) end -= moved;
    if (end > performance.now()) setTimeout(follow, EVERY_MS, address, isMoved ? now : (before ?? now));
  }

  tick();
  const { clock } = document.body.dataset;
  if (clock) follow(clock, null);
}
