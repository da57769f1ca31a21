// Share one event stream between a browser's windows, because browsers open only six connections to a server.
// One window has the stream and forwards events; when it is closed, the next continues where it ended.
const KINDS = ["message", "status", "call"];

const queryOf = (url) => new URL(url, location.href).searchParams;

/** Open the stream at `url`; `tell(kind, data, id)` gets each event, `learn(stamp)` new conditions. */
function open(url, tell, learn, opened) {
  const stream = new EventSource(url);
  stream.addEventListener("conditions", (event) => learn(JSON.parse(event.data).stamp));
  for (const kind of KINDS) stream.addEventListener(kind, (event) => tell(kind, event.data, Number(event.lastEventId)));
  stream.addEventListener("open", opened);
  return stream;
}

/**
 * Call `onEvent(kind, data)` at each event of this world, `onBehind()` if some were missed before this window
 * listened or the conditions changed, and `onOpen()` once it listens. `url` names the page's last event (`since`) and
 * the stamp of its `conditions`.
 */
export function follow({ name, url, onEvent, onBehind, onOpen }) {
  if (!navigator.locks || !window.BroadcastChannel) {
    const stream = open(url, onEvent, onBehind, onOpen);
    window.addEventListener("pagehide", () => stream.close());
    return;
  }
  let last = Number(queryOf(url).get("since"));
  let conditions = queryOf(url).get("conditions");
  let holds = false;
  const channel = new BroadcastChannel(name);
  const heard = (kind, data, id) => {
    if (id <= last) return;
    last = id;
    onEvent(kind, data);
  };
  const learn = (stamp) => {
    if (stamp === conditions) return false;
    conditions = stamp;
    onBehind();
    return true;
  };
  const answer = () => channel.postMessage({ kind: "here", last, conditions });
  channel.addEventListener("message", ({ data: said }) => {
    if (said.kind === "who" && holds) answer();
    else if (said.kind === "here") {
      if (!learn(said.conditions) && said.last > last) onBehind();
      last = Math.max(last, said.last);
      onOpen();
    } else if (KINDS.includes(said.kind)) heard(said.kind, said.data, said.id);
  });
  navigator.locks.request(name, () => new Promise(() => {
    const address = new URL(url, location.href);
    address.searchParams.set("since", last);
    address.searchParams.set("conditions", conditions);
    open(address.href, (kind, data, id) => {
      heard(kind, data, id);
      channel.postMessage({ kind, data, id });
    }, (stamp) => {
      learn(stamp);
      answer();
    }, () => {
      holds = true;
      onOpen();
      answer();
    });
  }));
  channel.postMessage({ kind: "who" });
}
