// The script: finds the next step by what the site shows, outlines what to press, and does it on request.
const PATIENCE_MILLISECONDS = 8000; // a code or an email comes in far less
const CLICKER = ["PageDown", "PageUp"]; // what a presenter's remote sends
const NEXT_KEYS = ["PageDown", "ArrowRight", " "];
const STOP_KEYS = ["PageUp", "ArrowLeft"];
const GOES_ON = ["approval.wait"]; // by itself, once the email is answered
const SETTLE_MILLISECONDS = 200; // for what a press changes without a new page
const ON_PHONE = ["code", "mail", "link", "call"];

export function guide(desk, site, phone) {
  const steps = [...desk.querySelectorAll("[data-step]")].map((element) => ({
    element,
    where: element.dataset.where,
    page: element.dataset.on,
    state: element.dataset.onState,
    press: element.dataset.press,
    unless: element.dataset.unless,
    why: element.dataset.why,
    isByHand: "byHand" in element.dataset,
    seconds: Number(element.dataset.seconds ?? 0),
    path: element.dataset.path,
    handset: element.dataset.handset,
    fill: Object.entries(JSON.parse(element.dataset.fill)),
  }));
  const words = desk.querySelector("[data-next]");
  const doIt = desk.querySelector("#stage-do");
  const play = desk.querySelector("#stage-play");
  const pace = desk.querySelector("#stage-pace");
  const stuck = desk.querySelector("[data-stuck]");
  const caption = desk.querySelector("[data-caption]");
  const done = new Set(); // the steps that were seen to lead on
  let at = 0;
  let timer = 0;
  let triedOn = null;
  let left = null; // the page from before a new start, which says nothing of it
  let tried = -1; // the step that was done last, until another one is next

  function find(page, selector) {
    const found = selector && page.document.querySelector(selector);
    return found && found.getClientRects().length ? found : null;
  }

  function fits(step, page) {
    if (page.name !== step.page || (step.state && page.state !== step.state)) return false;
    if (step.unless && page.document.querySelector(step.unless)) return false;
    const opened = phone.mail !== null && phone.page === "handset.mail_message";
    if (step.where === "mail" || step.where === "link") return !phone.mail?.isAnswered && opened === (step.where === "link");
    if (step.where === "tab") return page.tab > 0;
    if (step.where === "beside") return page.tab === 0;
    if (step.where === "code") return !site.codeField()?.value;
    if (step.where === "clock" && step.press) return find(page, step.press);
    if (step.where === "call" || step.where === "clock") return !phone.code && !site.codeField()?.value;
    if (step.where === "app") return find(page, step.press) && phone.page !== "handset.authenticator";
    return step.isByHand || Boolean(find(page, step.press));
  }

  // The nearest step that fits the page, from where we were; ahead rather than behind.
  function nearest(page) {
    const far = (number) => Math.abs(number - at) + (number < at ? 0.5 : 0);
    return steps.map((step, number) => number).filter((number) => fits(steps[number], page)).sort((a, b) => far(a) - far(b))[0];
  }

  function isReady(step, page) {
    if (step.where === "code") return Boolean(phone.code);
    if (step.where === "mail" || step.where === "link") return Boolean(phone.mail);
    if (step.isByHand) return Boolean(find(page, step.press));
    return step.where !== "end";
  }

  /** Whether a step of the phone waits for what is on its way. */
  function isWaiting(step) {
    return ON_PHONE.includes(step.where) && !isReady(step, null);
  }

  /** Fills in and presses what the step says. A code that has come belongs to an earlier step. */
  async function press(step, page) {
    if (ON_PHONE.includes(steps[at + 1]?.where)) phone.drop();
    for (const [selector, value] of step.fill) await site.fill(page.document.querySelector(selector), value);
    find(page, step.press)?.click();
    setTimeout(self.look, SETTLE_MILLISECONDS);
  }

  async function moveClock(step) {
    const body = JSON.stringify({ by: step.seconds });
    await fetch(desk.dataset.clock, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (step.press) site.go(site.path());
    desk.dispatchEvent(new CustomEvent("stage:clock"));
  }

  const acts = {
    code: () => phone.take(),
    call: () => phone.act("answer-call"),
    mail: () => phone.openMail(),
    link: () => phone.act("press-link", { url: phone.mail.link }),
    app: (step, page) => phone.addToApp(page.document.querySelector(step.press).dataset.plain),
    clock: moveClock,
    tab: () => {
      if (site.isBeside) phone.goTo(desk.dataset.first);
      site.back();
    },
    beside: (step) => {
      site.openBeside(step.path);
      phone.goTo(step.handset);
    },
    site: press,
  };

  const self = {
    /** Finds the current page, and shows the next step. */
    look() {
      const shown = site.page();
      const page = shown?.document === left ? null : shown;
      if (page?.name === "approval.decide" && page.state !== "pending") phone.mailIsAnswered();
      const found = page ? nearest(page) : undefined;
      if (found !== undefined && found !== at) {
        const between = steps.slice(at + 1, found); // the app's next code may have come by itself
        if (found > at && between.every(({ where }) => where === "clock")) done.add(at);
        for (const number of done) if (number >= found) done.delete(number); // they are to do again
        at = found;
        tried = -1;
        stuck.hidden = true;
      } else if (found !== undefined && tried === at && page.document !== triedOn && !isWaiting(steps[at])) self.fail();
      const step = steps[at];
      steps.forEach((each, number) => {
        each.element.dataset.is = number === at ? "next" : done.has(number) ? "done" : number < at ? "skipped" : "later";
        each.element.toggleAttribute("aria-current", number === at);
        if (number === at) each.element.setAttribute("aria-current", "step");
      });
      if (words.textContent !== step.element.textContent) {
        words.textContent = step.element.textContent;
        const list = desk.querySelector(".stage-steps");
        list.scrollTop = step.element.offsetTop - list.clientHeight / 2;
      }
      caption.textContent = step.why;
      if (step.where === "link" && found !== undefined && tried !== at) phone.act("show-link", { url: phone.mail.link });
      site.mark(found === undefined || !["site", "app"].includes(step.where) ? null : find(page, step.press));
      desk.dataset.nextWhere = step.where;
      doIt.disabled = found === undefined ? !page || GOES_ON.includes(page.name) : !isReady(step, page);
      if (found !== undefined && step.isByHand && doIt.disabled) setTimeout(self.look, SETTLE_MILLISECONDS);
      desk.toggleAttribute("data-finished", step.where === "end");
      play.disabled = step.where === "end";
      if (play.disabled) self.stop();
      self.goOn();
    },
    /** Does the next step. From another page, goes back to the script first. */
    do() {
      const page = site.page();
      const step = steps[at];
      if (!page) return;
      clearTimeout(timer);
      tried = at;
      triedOn = page.document;
      if (!fits(step, page)) {
        tried = -1;
        site.go(desk.dataset.start);
      } else {
        acts[step.where]?.(step, page);
        self.goOn(); // what was asked of the phone may lead nowhere
      }
    },
    /** While it plays: the next step after a while to read it. */
    goOn() {
      clearTimeout(timer);
      if (play.getAttribute("aria-pressed") !== "true") return;
      const waits = doIt.disabled || tried === at;
      if (waits && steps[at].isByHand) return; // for the browser's dialog, as long as it takes
      timer = setTimeout(waits ? self.fail : self.do, waits ? Number(desk.dataset.patience ?? PATIENCE_MILLISECONDS) : Number(pace.value));
    },
    /** Stops, and says what to do: the step did not lead on. */
    fail() {
      self.stop();
      stuck.hidden = false;
      tried = -1;
      desk.dispatchEvent(new CustomEvent("stage:stuck"));
    },
    /** The next step by a presenter's clicker, or by keys where they have no other use; the keys back stop it. */
    key(event) {
      const isUsed = event.view !== window || event.target.closest("input, select, textarea, summary, a, button");
      if (event.ctrlKey || event.metaKey || event.altKey || (isUsed && !CLICKER.includes(event.key))) return;
      if (STOP_KEYS.includes(event.key)) self.stop();
      else if (!NEXT_KEYS.includes(event.key)) return;
      else if (!doIt.disabled) self.do();
      event.preventDefault();
    },
    stop() {
      play.setAttribute("aria-pressed", "false");
      clearTimeout(timer);
    },
    restart() {
      at = 0;
      left = site.page()?.document;
      tried = -1;
      done.clear();
      stuck.hidden = true;
      self.stop();
      phone.forget();
    },
    start() {
      desk.querySelector(".stage-next").hidden = false;
      doIt.addEventListener("click", self.do);
      document.addEventListener("keydown", self.key);
      play.addEventListener("click", () => {
        stuck.hidden = true;
        tried = -1;
        play.setAttribute("aria-pressed", String(play.getAttribute("aria-pressed") !== "true"));
        self.goOn();
      });
    },
  };
  return self;
}
