// Polls a call's state and reloads the page once the call has failed, so that the page can say why.
// data-url: answers {"status": "under_way" | "over" | "failed"}; data-every: milliseconds between two polls.
export default function call(element) {
  const every = Number(element.dataset.every ?? 1500);

  async function ask() {
    let status = "under_way";
    try {
      const answer = await fetch(element.dataset.url, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        redirect: "manual", // to sign-in: stop polling
      });
      status = answer.ok ? (await answer.json()).status : "over";
    } catch {
      // The network may be away for a moment: ask again.
    }
    if (status === "failed") {
      location.replace(location.href);
    } else if (status === "under_way") {
      setTimeout(ask, every);
    }
  }
  setTimeout(ask, every);
}
