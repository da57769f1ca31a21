// The stage: joins the site's frames, the phone's frame and the script. Parts: stage_site, stage_phone, stage_guide, stage_view.
import { guide } from "./stage_guide.js";
import { phoneFrame } from "./stage_phone.js";
import { siteFrames } from "./stage_site.js";
import { clock, menus, view } from "./stage_view.js";

export default function stage(desk) {
  const site = siteFrames(desk);
  const phone = phoneFrame(desk, site);
  const script = guide(desk, site, phone);
  const tick = clock(desk);
  const closeMenus = menus();
  let message = Number(desk.dataset.message);
  let shown = null;
  let asked = 0;
  let newest = 0;

  // A sign-in in the frame ends the token that the bar's forms were loaded with.
  function hold(token) {
    if (token) for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  }

  async function ask(how = "") {
    try {
      const answer = await fetch(desk.dataset.state + how, { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // The site is away for a moment; the next page asks again.
    }
  }

  /** What the stage says where a step did not lead on: a fault is the first suspect. */
  function blame(faults) {
    const words = desk.querySelector("[data-stuck-fault]");
    words.textContent = words.dataset.words.replace("{fault}", faults.join(", "));
    words.hidden = !faults.length;
    desk.querySelector("[data-stuck-any]").hidden = !words.hidden;
  }

  // Shows the persona, the time and the faults. The phone follows the persona, or the newest message.
  async function look() {
    const mine = ++asked;
    const state = await ask();
    if (!state || mine < newest) return; // an answer from before the newest one comes too late
    newest = mine;
    if (state.world !== desk.dataset.world) {
      location.replace(location.pathname); // another world has another phone
      return;
    }
    hold(state.csrf);
    tick.set(state.now, state.zone, state.moved_by);
    document.querySelector("[data-shows-people]").textContent = state.who || "–";
    document.querySelector("[data-shows-faults]").textContent = state.going_wrong.length || "";
    document.querySelector("[data-wrong]").replaceChildren(...state.going_wrong.map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    }));
    blame(state.at_fault);
    if (state.message && state.message.id > message) {
      message = state.message.id;
      if (!site.isBeside) phone.follow(state.message.handset);
    } else if (state.handset && state.handset !== shown && shown !== null) {
      phone.follow(state.handset);
    }
    if (state.handset || shown === null) shown = state.handset;
  }

  function leads(form, button) {
    const next = form.elements.next;
    if (form.dataset.sends === "script") return;
    if (next) next.value = form.dataset.sends === "reset" ? desk.dataset.start : site.path();
    if (["people", "reset"].includes(form.dataset.sends)) site.closeOthers();
    else site.show(0);
    closeMenus();
    if (form.dataset.sends === "people") {
      script.restart();
      phone.goTo(button.dataset.handset);
      shown = button.dataset.handset;
    } else if (form.dataset.sends === "reset") {
      script.restart();
      site.once(() => phone.goTo(desk.dataset.first));
    }
  }

  // A form of the bar waits until it has the current token. One is sent at a time.
  let sends = "";
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-sends]");
    if (!form) return;
    if (sends === "ready") {
      sends = "sent";
      leads(form, event.submitter);
      return;
    }
    event.preventDefault();
    if (sends) return;
    sends = "asks";
    const button = event.submitter;
    hold((await ask("?sends"))?.csrf);
    sends = "ready";
    form.requestSubmit(button);
  });
  site.frames[0].addEventListener("load", () => { if (sends === "sent") sends = ""; });

  site.onPage(() => {
    phone.offerAgain();
    script.look();
    look();
  });
  phone.onChange(() => script.look());
  for (const kind of ["stage:clock", "stage:stuck"]) desk.addEventListener(kind, look);
  desk.addEventListener("stage:key", (event) => script.key(event.detail));
  view(desk, site);
  desk.dataset.live = "";
  script.start();
  site.start();
  phone.start();
}
