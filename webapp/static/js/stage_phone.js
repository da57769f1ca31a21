// The phone's frame on the stage: the shown handset, what arrives on it, and one click to fill in a code.
const PATIENCE_MILLISECONDS = 6000;
const handsetOf = (path) => decodeURIComponent(path.split("/")[0]);

export function phoneFrame(desk, site) {
  const frame = desk.querySelector("iframe[name=phone]");
  const box = desk.querySelector(".stage-offer");
  const words = box.querySelector("[data-offer-words]");
  const digits = box.querySelector("[data-offer-code]");
  const last = desk.querySelector(".stage-last");
  const { origin } = new URL(desk.dataset.phone);
  const changed = [];
  const taken = new Set();
  let here = { page: "", handset: "" };
  let code = null; // the newest that is not used yet
  let message = 0; // the message that brought it, none for an app's
  let isOfApp = false; // who shows it: an app's stays right while a message's is superseded
  let key = null; // to be added to the authenticator app once its page is shown
  let mail = null; // the newest mail with a link to approve
  let known = 0; // ids of messages up to here are old

  function tell() {
    for (const listener of changed) listener();
  }

  function show() {
    box.hidden = !code || !site.codeField();
    if (code) {
      words.textContent = words.dataset.code;
      digits.textContent = code;
    }
  }

  function arrived(said) {
    const link = said.links.find((each) => new URL(each).origin === location.origin && new URL(each).pathname.startsWith(desk.dataset.approval));
    if (link) mail = { id: said.id, link };
    const isStale = said.isOld && (said.id <= known || !site.codeField());
    known = Math.max(known, said.id);
    if (said.code && !isStale && !taken.has(said.code)) {
      code = said.code;
      isOfApp = said.channel === "app";
      message = isOfApp ? 0 : said.id;
    }
    desk.querySelector(".stage-dot").hidden = desk.dataset.shows === "phone";
    show();
    tell();
  }

  function hear(event) {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const { kind, ...said } = event.data ?? {};
    if (kind === "mocksms.here") {
      here = said;
      desk.dataset.phoneAnswers = "";
      desk.querySelector(".stage-silent").hidden = true;
      frame.contentWindow.postMessage({ kind: "mocksms.opens-links" }, origin);
      if (key && here.page === "handset.authenticator_add") {
        self.act("add-account", { name: "Mihon", secret: key });
        key = null;
      }
      tell();
    } else if (kind === "mocksms.arrived") arrived(said);
    else if (kind === "mocksms.code") {
      code = said.code;
      message = 0; // the phone knows of it
      self.take();
    } else if (kind === "mocksms.link") site.open(said.url);
  }

  const self = {
    get page() { return here.page; },
    get mail() { return mail; },
    get code() { return code; },
    onChange(listener) {
      changed.push(listener);
    },
    /** Shows a page of the phone: a path below its handsets. */
    goTo(path) {
      frame.contentWindow.location.replace(`${desk.dataset.phone}/handsets/${path}?${desk.dataset.phoneQuery}`);
      here = { page: "", handset: handsetOf(path) };
    },
    /** Shows another handset; stays where it is on the same one. */
    follow(path) {
      if (path && handsetOf(path) !== here.handset) self.goTo(path);
    },
    /** Asks the phone to show or press something, as docs/handset.md lists. */
    act(kind, said = {}) {
      frame.contentWindow.postMessage({ kind: `mocksms.${kind}`, ...said }, origin);
    },
    addToApp(secret) {
      key = secret;
      self.goTo(`${encodeURIComponent(here.handset)}/authenticator/add`);
    },
    /** Forgets a message's code: another one was asked for. */
    drop() {
      if (!isOfApp) code = null;
    },
    openMail() {
      if (mail) self.goTo(`${encodeURIComponent(here.handset)}/mail/${mail.id}`);
    },
    /** Goes back to the phone's home screen, once. */
    mailIsAnswered() {
      if (!mail || mail.isAnswered) return;
      mail.isAnswered = true;
      self.goTo(`${encodeURIComponent(here.handset)}/`);
    },
    /** Puts the newest code into the field of the page that is shown. */
    take() {
      const field = site.codeField();
      if (!code || !field) return;
      site.fill(field, code);
      field.focus();
      taken.add(code);
      code = null;
      if (message) self.act("code-taken", { id: message });
      show();
      desk.dispatchEvent(new CustomEvent("stage:take"));
      tell();
    },
    /** After each page of the site: what is offered depends on its fields. */
    offerAgain() {
      show();
      const button = self.lastStep();
      const offer = () => { last.hidden = !button || button.hidden; };
      offer();
      // It shows once its module listens.
      if (button?.hidden) new MutationObserver(offer).observe(button, { attributes: true });
    },
    /** The button of the hint on the site's page, if it has one. */
    lastStep() {
      return site.page()?.document.querySelector(".last-step button[data-module=last_step]") ?? null;
    },
    forget() {
      code = mail = null;
      taken.clear();
      show();
    },
    start() {
      window.addEventListener("message", hear);
      desk.querySelector("#stage-take").addEventListener("click", self.take);
      desk.querySelector("#stage-last").addEventListener("click", () => self.lastStep()?.click());
      // It may have loaded before this module listened: then it says again where it is.
      frame.contentWindow.postMessage({ kind: "mocksms.opens-links" }, "*");
      setTimeout(() => { desk.querySelector(".stage-silent").hidden = "phoneAnswers" in desk.dataset; }, PATIENCE_MILLISECONDS);
    },
  };
  return self;
}
