// The phone's clock: the browser's own, shifted to the server's phone time, which testers may move.
const words = document.body.dataset;
let offset = 0;

/** Set the clock to a phone time (Unix seconds) that was valid at `at` (milliseconds of this browser). */
export function setClock(phoneSeconds, at) {
  offset = phoneSeconds * 1000 - at;
}

/** Return the phone's time in milliseconds since 1970. */
export function now() {
  return Date.now() + offset;
}

const time = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: words.timeZone });
const date = new Intl.DateTimeFormat(document.documentElement.lang === "ja" ? "ja" : "en-GB", {
  month: "long", day: "numeric", weekday: "long", timeZone: words.timeZone,
});

function dateText(moment) {
  const part = Object.fromEntries(date.formatToParts(moment).map((each) => [each.type, each.value]));
  if (document.documentElement.lang !== "ja") return `${part.weekday}, ${part.day} ${part.month}`;
  return `${part.month.replace("月", "")}月${part.day.replace("日", "")}日 ${part.weekday}`;
}

function show() {
  const moment = new Date(now());
  const text = time.format(moment).replace(/^0(?=\d)/, "");
  for (const each of document.querySelectorAll("[data-clock]")) if (each.textContent !== text) each.textContent = text;
  for (const each of document.querySelectorAll("[data-date]")) {
    const day = dateText(moment);
    if (each.textContent !== day) each.textContent = day;
  }
}

async function follow() {
  if (document.visibilityState !== "visible" || !words.clockUrl) return;
  try {
    const sent = Date.now();
    const answer = await fetch(words.clockUrl, { cache: "no-store" });
    if (!answer.ok) return;
    const { now: phone } = await answer.json();
    setClock(Date.parse(phone) / 1000, (sent + Date.now()) / 2);
    show();
  } catch {
    // Offline: the clock keeps its offset.
  }
}

export function start() {
  const [page] = performance.getEntriesByType("navigation");
  setClock(Number(words.now), performance.timeOrigin + (page?.responseStart || performance.now()));
  show();
  setInterval(show, 1000);
  setInterval(follow, 5000);
  document.addEventListener("visibilitychange", follow);
}
