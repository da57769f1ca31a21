// Polls for a decision, and goes on by itself when there is one.
// data-url: answers {"status": …}; data-every: milliseconds between two polls; data-submits: the id of the form
// that goes on once it was approved (going on changes something, so it is a POST); data-in-sight: asks only while the
// page is seen. What [data-alone] says takes the place of its text, which tells of the way without this script.
export default function poll(element) {
  const every = Number(element.dataset.every ?? 2000);
  for (const told of element.querySelectorAll("[data-alone]")) told.textContent = told.dataset.alone;

  let isLeaving = false; // loading again would cancel the form or the page that is on its way
  window.addEventListener("beforeunload", () => { isLeaving = true; });

  async function ask() {
    if (document.hidden && "inSight" in element.dataset) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(element.dataset.url, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      if (isLeaving) return;
      if (answer.status === 404 || answer.status === 410) {
        location.reload();
        return;
      }
      // The site may be busy for a moment too, and a problem document has a "status" of its own: ask again.
      const { status } = answer.ok ? await answer.json() : { status: "pending" };
      const form = document.getElementById(element.dataset.submits);
      if (status === "approved" && form) {
        form.requestSubmit();
        return;
      }
      if (status !== "pending") {
        location.reload();
        return;
      }
    } catch {
      // The network may be away for a moment: ask again.
    }
    setTimeout(ask, every);
  }
  setTimeout(ask, every);
}
