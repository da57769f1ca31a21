// Keeps a part of a page up to date while another window walks: when the stamp has changed, the page is loaded again
// and the part with this id is replaced. data-url: answers {"stamp": …}; data-stamp: the stamp of what is shown.
const EVERY_MILLISECONDS = 2000;

export default function refresh(part) {
  async function look() {
    try {
      if (!document.hidden) {
        const answer = await fetch(part.dataset.url, { cache: "no-store" });
        if (answer.ok && String((await answer.json()).stamp) !== part.dataset.stamp) await renew(part);
      }
    } catch {
      // The site may be away for a moment: look again.
    }
    setTimeout(look, EVERY_MILLISECONDS);
  }
  setTimeout(look, EVERY_MILLISECONDS);
}

async function renew(part) {
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!answer.ok || !fresh) return;
  const scrolled = [...part.querySelectorAll("[role=region]")].map((region) => region.scrollLeft);
  const focused = part.contains(document.activeElement) ? place(document.activeElement) : null;
  const open = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
  part.dataset.stamp = fresh.dataset.stamp;
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll("[role=region]").forEach((region, at) => { region.scrollLeft = scrolled[at] ?? 0; });
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) part.querySelector(focused)?.focus({ preventScroll: true });
}

// The focused element, as a selector that finds it in the new part.
function place(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const link = element.getAttribute("href") ?? element.form?.getAttribute("action");
  return element.form ? `form[action="${CSS.escape(link)}"] button` : `a[href="${CSS.escape(link ?? "")}"]`;
}
