// Share one event stream between a browser's windows, because browsers open only six connections to a server.
// One window has the stream and forwards events; when it is closed, the next continues where it ended.
const KINDS = ["message", "status", "call"];

function since(url) {
  return Number(new URL(url, location.href).searchParams.get("since"));
}

/** Open the stream at `url`; `tell(kind, data, id)` gets each event, `opened()` is called once it is open. */
function open(url, tell, opened) {
  const stream = new EventSource(url);
  for (const kind of KINDS) stream.addEventListener(kind, (event) => tell(kind, event.data, Number(event.lastEventId)));
  stream.addEventListener("open", opened);
  return stream;
}

/**
 * Call `onEvent(kind, data)` at each event of this world, `onBehind()` if some were missed before this window
 * listened, and `onOpen()` once it listens. `url` names the page's last event (`since`).
 */
export function follow({ name, url, onEvent, onBehind, onOpen }) {
  if (!navigator.locks || !window.BroadcastChannel) {
    const stream = open(url, onEvent, onOpen);
    window.addEventListener("pagehide", () => stream.close());
    return;
  }
  let last = since(url);
  let holds = false;
  const channel = new BroadcastChannel(name);
  const heard = (kind, data, id) => {
    if (id <= last) return;
    last = id;
    onEvent(kind, data);
  };
  channel.addEventListener("message", ({ data: said }) => {
    if (said.kind === "who" && holds) channel.postMessage({ kind: "here", last });
    else if (said.kind === "here") {
      if (said.last > last) onBehind();
      last = Math.max(last, said.last);
      onOpen();
    } else if (KINDS.includes(said.kind)) heard(said.kind, said.data, said.id);
  });
  navigator.locks.request(name, () => new Promise(() => {
    const address = new URL(url, location.href);
    address.searchParams.set("since", last);
    open(address.href, (kind, data, id) => {
      heard(kind, data, id);
      channel.postMessage({ kind, data, id });
    }, () => {
      holds = true;
      onOpen();
      channel.postMessage({ kind: "here", last });
    });
  }));
  channel.postMessage({ kind: "who" });
}
