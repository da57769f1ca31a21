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
  let message = Number(desk.dataset.message);
  let shown = null;

  // Who is signed in, what time it is, what goes wrong; and the phone follows the persona, or the newest message.
  async function look() {
    let state;
    try {
      const answer = await fetch(desk.dataset.state, { cache: "no-store" });
      if (!answer.ok) return;
      state = await answer.json();
    } catch {
      return; // The site is away for a moment; the next page asks again.
    }
    if (state.world !== desk.dataset.world) {
      location.replace(location.pathname); // another world was entered: its phone is another one
      return;
    }
    tick.set(state.now, state.zone, state.moved_by);
    document.querySelector("[data-shows-people]").textContent = state.who || "–";
    document.querySelector("[data-shows-faults]").textContent = state.going_wrong.length || "";
    document.querySelector("[data-wrong]").replaceChildren(...state.going_wrong.map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    }));
    if (state.message && state.message.id > message) {
      message = state.message.id;
      phone.follow(state.message.handset);
    } else if (state.handset && state.handset !== shown && shown !== null) {
      phone.follow(state.handset);
    }
    if (state.handset || shown === null) shown = state.handset;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sends]");
    if (!form) return;
    const next = form.elements.next;
    if (next) next.value = form.dataset.sends === "reset" ? "/" : site.path();
    site.show(0);
    form.closest("details")?.removeAttribute("open");
    if (form.dataset.sends === "people") {
      script.restart();
      phone.goTo(event.submitter.dataset.handset);
      shown = event.submitter.dataset.handset;
    } else if (form.dataset.sends === "reset") {
      script.restart();
      site.once(() => phone.goTo(desk.dataset.first));
    }
  });

  site.onPage(() => {
    phone.offerAgain();
    script.look();
    look();
  });
  phone.onChange(() => script.look());
  menus();
  view(desk, site);
  desk.dataset.live = "";
  script.start();
  site.start();
  phone.start();
}
