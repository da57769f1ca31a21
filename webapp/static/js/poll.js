// Asks now and then whether a decision has come, and goes on by itself when it has.
// data-url: answers {"status": …, "next": address or null}; data-every: milliseconds between two questions.
export default function poll(element) {
  const every = Number(element.dataset.every ?? 2000);

  async function ask() {
    try {
      const answer = await fetch(element.dataset.url, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      if (answer.status === 404 || answer.status === 410) {
        location.reload();
        return;
      }
      const { status, next } = await answer.json();
      if (next) {
        location.assign(next);
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
