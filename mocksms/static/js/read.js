// Mark as read what is open in a visible page: a conversation or a mail.
const words = document.body.dataset;
const main = document.querySelector("main");

/** Report what is open and unread; do nothing when all is read or the page is hidden. */
export async function markRead() {
  if (!main?.dataset.readUrl || document.visibilityState !== "visible") return;
  const thread = document.getElementById("thread");
  const mail = document.querySelector("[data-message][data-unread='1']");
  const calls = document.querySelector("[data-calls-unread]");
  const data = new URLSearchParams({ csrf_token: words.csrf });
  if (thread && Number(thread.dataset.unread)) {
    data.set("peer", thread.dataset.peer);
    data.set("channel", thread.dataset.channel);
    thread.dataset.unread = "0";
  } else if (mail) {
    data.set("message", mail.dataset.message);
    mail.dataset.unread = "0";
  } else if (calls && Number(calls.dataset.callsUnread)) {
    data.set("calls", "1");
    calls.dataset.callsUnread = "0";
  } else {
    return;
  }
  await send(data);
}

/** Mark a message as read whose code was copied elsewhere than in its conversation. */
export async function markCopied(id) {
  await send(new URLSearchParams({ csrf_token: words.csrf, message: id }));
}

async function send(data) {
  try {
    await fetch(main.dataset.readUrl, { method: "POST", body: data, headers: { "X-Requested-With": "handset" } });
  } catch {
    return;
  }
  const { refresh } = await import("./live.js");
  refresh();
}

export function start() {
  markRead();
  document.addEventListener("visibilitychange", markRead);
}
