// Sounds are off until turned on in the settings; this browser remembers the choice.
const KEY = "tel_sound";
let context = null;

/** Return whether sounds are on in this browser. */
export function isWanted() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** Turn sounds on or off. */
export function setWanted(on) {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // No storage: keep the current choice.
  }
}

function tone(frequency, at, length, loudness = 0.12) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(loudness, context.currentTime + at);
  gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(context.currentTime + at);
  oscillator.stop(context.currentTime + at + length);
}

/** Play the two notes of an arrival. */
export function ping() {
  if (!isWanted()) return;
  context ??= new AudioContext();
  tone(880, 0, 0.25);
  tone(1318.5, 0.12, 0.4);
}

/** Play one ring of a call: two short trills, as in Japan. */
export function trill() {
  if (!isWanted()) return;
  context ??= new AudioContext();
  for (let at = 0; at < 0.9; at += 0.1) tone(at % 0.2 < 0.1 ? 1046 : 1318, at, 0.12, 0.1);
}

/** Play the tone of a key. */
export function key() {
  if (!isWanted()) return;
  context ??= new AudioContext();
  tone(697, 0, 0.12, 0.06);
  tone(1336, 0, 0.12, 0.06);
}

function showChoice() {
  for (const button of document.querySelectorAll("[data-sound]")) {
    button.setAttribute("aria-pressed", String((button.dataset.sound === "on") === isWanted()));
  }
}

export function start() {
  showChoice();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sound]");
    if (!button) return;
    setWanted(button.dataset.sound === "on");
    showChoice();
    ping();
  });
}
