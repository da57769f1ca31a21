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
  let shown = null;
  const button = document.getElementById(element.dataset.holds ?? "");
  let end = performance.now() + Number(element.dataset.seconds) * 1000;
  if (button) button.disabled = true;

  // The sentence for this number of seconds, which also grows when the clock is moved back.
  function say(left) {
    const { inMinutes, inSeconds, inOne } = sentence.dataset;
    const isLong = left >= SHOWN_IN_MINUTES;
    const text = isLong ? inMinutes : left === 1 ? inOne : inSeconds;
    if (text !== shown) {
      const [before, after] = text.split("{n}");
      sentence.replaceChildren(before, number, after);
      shown = text;
    }
    number.textContent = String(isLong ? Math.ceil(left / 60) : left);
  }

  function tick() {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (number) say(left);
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
