// Compute codes with WebCrypto (RFC 6238), so that the app works offline. Keys never leave the page.
import { now } from "./clock.js";
import { sayArrived } from "./host.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const ENDING_SECONDS = 5;

function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.toUpperCase().replace(/[^A-Z2-7]/g, "")) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return new Uint8Array(bytes);
}

async function codeOf(key, step, digits) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setUint32(0, Math.floor(step / 2 ** 32));
  counter.setUint32(4, step >>> 0);
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const at = mac.getUint8(mac.byteLength - 1) & 0x0f;
  return String((mac.getUint32(at) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

function spaced(code) {
  const half = Math.floor(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
}

class Entry {
  constructor(card) {
    this.card = card;
    this.digits = Number(card.dataset.digits);
    this.period = Number(card.dataset.period);
    this.step = null;
    const hash = HASHES[card.dataset.algorithm] ?? "SHA-1";
    this.key = crypto.subtle.importKey("raw", fromBase32(card.dataset.secret), { name: "HMAC", hash }, false, ["sign"]);
  }

  part(name) {
    return this.card.querySelector(`[data-otp-${name}]`);
  }

  async show() {
    const seconds = now() / 1000;
    const left = this.period - (seconds % this.period);
    this.part("seconds").textContent = String(Math.ceil(left));
    this.part("ring").setAttribute("stroke-dashoffset", (100 - (100 * left) / this.period).toFixed(2));
    this.card.classList.toggle("otp--ending", left <= ENDING_SECONDS);
    const step = Math.floor(seconds / this.period);
    if (step === this.step) return;
    this.step = step;
    const key = await this.key;
    const [code, next] = await Promise.all([codeOf(key, step, this.digits), codeOf(key, step + 1, this.digits)]);
    if (this.step !== step) return;
    this.part("code").textContent = spaced(code);
    this.part("code").dataset.step = String(step);
    this.part("next").textContent = spaced(next);
    this.part("copy").dataset.copy = code;
    const from = this.card.querySelector(".otp__account")?.textContent ?? "";
    sayArrived({ id: 0, channel: "app", code, from, to: document.querySelector("main").dataset.handset });
  }
}

export function start() {
  const cards = [...document.querySelectorAll("[data-otp]")];
  if (!cards.length) return;
  if (!window.crypto?.subtle) {
    // On plain http, except on this computer, browsers have no WebCrypto: the server computes.
    const ends = Math.min(...cards.map((card) => Number(card.dataset.period) * 1000 - (now() % (Number(card.dataset.period) * 1000))));
    setTimeout(() => location.reload(), ends + 50);
    return;
  }
  const entries = cards.map((card) => new Entry(card));
  const show = () => entries.forEach((entry) => entry.show());
  show();
  setInterval(show, 200);
}
