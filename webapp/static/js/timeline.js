// Follows the recording while another window walks: polls for newer steps, and reloads the page when there are some.
// data-url: the steps after the last one shown, as JSON; data-follows: "yes" on the page that ends with the newest.
const EVERY_MILLISECONDS = 2000;

export default function timeline(element) {
  if (element.dataset.follows !== "yes") return;

  async function look() {
    try {
      if (!document.hidden) {
        const answer = await fetch(element.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
        if (answer.ok && (await answer.json()).steps.length > 0) await renew(element);
      }
    } catch {
      // The site may be away for a moment: look again.
    }
    setTimeout(look, EVERY_MILLISECONDS);
  }
  setTimeout(look, EVERY_MILLISECONDS);
}

async function renew(element) {
  const known = new Set([...element.querySelectorAll(".beat")].map((beat) => beat.id));
  const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 120;
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  if (!fresh) return;
  element.dataset.url = fresh.dataset.url;
  element.replaceChildren(...fresh.childNodes);
  for (const beat of element.querySelectorAll(".beat")) {
    beat.classList.toggle("fresh", !known.has(beat.id));
  }
  if (atEnd) window.scrollTo({ top: document.documentElement.scrollHeight });
}
