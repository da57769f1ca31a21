// Speak calls: with the phone's own audio if it has a voice for the language, else with the browser's.
const SHORTEST_MS = 150;
const PATIENCE_MS = 10000;
const audios = new WeakMap();
let heard = null;
let spoken = 0; // a line that was hushed while its audio was awaited is not begun by the other voice

function wait(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

/** Resolve after the estimated length of a silent line. */
export function silence(seconds) {
  return wait(Math.max(SHORTEST_MS, seconds * 1000));
}

/** Fetch the audio of the next line, so that there is no gap before it. */
export function prepare(line) {
  if (!line?.dataset.speech || audios.has(line)) return;
  const audio = new Audio(line.dataset.speech);
  audio.preload = "auto";
  audios.set(line, audio);
}

/** Play a line's audio; resolve at its end to whether it was audible. */
async function listen(line) {
  prepare(line);
  const audio = audios.get(line);
  heard = audio;
  const ended = new Promise((resolve) => {
    audio.onended = () => resolve(true);
    audio.onpause = () => resolve(true);
    audio.onerror = () => resolve(false);
  });
  try {
    await Promise.race([audio.play(), wait(PATIENCE_MS).then(() => { throw new Error("no audio came"); })]);
  } catch {
    audio.onpause = null;
    audio.pause();
    return false;
  }
  return ended;
}

/** Speak a line with the browser's voice; resolve at its end, or after its length without a voice. */
function synthesize(line, seconds) {
  const length = Math.max(SHORTEST_MS, seconds * 1000);
  if (!window.speechSynthesis) return wait(length);
  return new Promise((resolve) => {
    const words = new SpeechSynthesisUtterance(line.textContent);
    const began = Date.now();
    const end = () => wait(Math.max(0, SHORTEST_MS - (Date.now() - began))).then(resolve);
    words.lang = line.dataset.language || line.lang;
    if (!speechSynthesis.getVoices().length) {
      // No voice is listed (yet): it may still speak, but without an event at its end.
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

/** Speak a line; resolve at its end. */
export async function speak(line, seconds) {
  const turn = (spoken += 1);
  if (line.dataset.speech && (await listen(line))) return;
  if (turn === spoken) await synthesize(line, seconds);
}

/** Stop speaking. */
export function hush() {
  spoken += 1;
  heard?.pause();
  window.speechSynthesis?.cancel();
}
