// The script: finds the next step by what the site shows, outlines what to press, and does it on request.
const PACE_MILLISECONDS = 1500;
const GOES_ON = ["approval.wait"]; // by itself, once the email is answered

export function guide(desk, site, phone) {
  const steps = [...desk.querySelectorAll("[data-step]")].map((element) => ({
    element,
    where: element.dataset.where,
    page: element.dataset.on,
    state: element.dataset.onState,
    press: element.dataset.press,
    fill: Object.entries(JSON.parse(element.dataset.fill)),
  }));
  const words = desk.querySelector("[data-next]");
  const doIt = desk.querySelector("#stage-do");
  const play = desk.querySelector("#stage-play");
  let at = 0;
  let timer = 0;

  function find(page, selector) {
    const found = selector && page.document.querySelector(selector);
    return found && found.getClientRects().length ? found : null;
  }

  function fits(step, page) {
    if (page.name !== step.page || (step.state && page.state !== step.state)) return false;
    const opened = phone.page === "handset.mail_message";
    if (step.where === "mail" || step.where === "link") return !phone.mail?.isAnswered && opened === (step.where === "link");
    if (step.where === "tab") return page.tab === 1;
    if (step.where === "code") return !site.codeField()?.value;
    return Boolean(find(page, step.press));
  }

  // The nearest step that fits the page, from where we were; ahead rather than behind.
  function nearest(page) {
    const far = (number) => Math.abs(number - at) + (number < at ? 0.5 : 0);
    return steps.map((step, number) => number).filter((number) => fits(steps[number], page)).sort((a, b) => far(a) - far(b))[0];
  }

  function isReady(step) {
    if (step.where === "code") return Boolean(phone.code);
    if (step.where === "mail" || step.where === "link") return Boolean(phone.mail);
    return step.where !== "end";
  }

  const self = {
    /** Finds the current page, and shows the next step. */
    look() {
      const page = site.page();
      if (page?.name === "approval.decide" && page.state !== "pending") phone.mailIsAnswered();
      const found = page ? nearest(page) : undefined;
      if (found !== undefined) at = found;
      const step = steps[at];
      steps.forEach((each, number) => {
        each.element.dataset.is = number < at ? "done" : number === at ? "next" : "later";
        each.element.toggleAttribute("aria-current", number === at);
        if (number === at) each.element.setAttribute("aria-current", "step");
      });
      if (words.textContent !== step.element.textContent) {
        words.textContent = step.element.textContent;
        const list = desk.querySelector(".stage-steps");
        list.scrollTop = step.element.offsetTop - list.clientHeight / 2;
      }
      site.mark(found === undefined || step.where !== "site" ? null : find(page, step.press));
      desk.dataset.nextWhere = step.where;
      doIt.disabled = found === undefined ? !page || GOES_ON.includes(page.name) : !isReady(step);
      desk.toggleAttribute("data-finished", step.where === "end");
      if (step.where === "end") self.stop();
      self.goOn();
    },
    /** Does the next step. From another page, goes back to the script first. */
    do() {
      const page = site.page();
      const step = steps[at];
      if (!page) return;
      if (!fits(step, page)) site.go("/");
      else if (step.where === "code") phone.take();
      else if (step.where === "mail") phone.openMail();
      else if (step.where === "link") site.open(phone.mail.link);
      else if (step.where === "tab") site.show(0);
      else if (step.where === "site") {
        for (const [selector, value] of step.fill) site.fill(page.document.querySelector(selector), value);
        find(page, step.press)?.click();
      }
    },
    /** While it plays: the next step after a while to read it. */
    goOn() {
      clearTimeout(timer);
      if (play.getAttribute("aria-pressed") === "true" && !doIt.disabled) timer = setTimeout(self.do, PACE_MILLISECONDS);
    },
    stop() {
      play.setAttribute("aria-pressed", "false");
      clearTimeout(timer);
    },
    restart() {
      at = 0;
      self.stop();
      phone.forget();
    },
    start() {
      desk.querySelector(".stage-next").hidden = false;
      doIt.addEventListener("click", self.do);
      play.addEventListener("click", () => {
        play.setAttribute("aria-pressed", String(play.getAttribute("aria-pressed") !== "true"));
        self.goOn();
      });
    },
  };
  return self;
}
