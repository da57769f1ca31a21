// The site's tabs on the stage: the first one walks, the second opens what a mail links to, the third is another person's.
const CODE = "input[name=otpCode], input[autocomplete=one-time-code]";
const AWAKE_MILLISECONDS = 2000;
const MARK = "data-stage-next";

export function siteFrames(desk) {
  const frames = ["site", "site-mail", "site-desk"].map((name) => desk.querySelector(`iframe[name=${name}]`));
  const tabs = [...desk.querySelectorAll("[data-tab]")];
  const address = desk.querySelector("[data-address]");
  const styles = new URL("../css/stage_mark.css", import.meta.url).href;
  const listeners = [];
  let at = 0;
  let once = null;

  /** The document of a tab, or null while it is another site's. */
  function inside(tab = at) {
    try {
      return frames[tab].contentDocument;
    } catch {
      return null;
    }
  }

  function main(tab = at) {
    return inside(tab)?.querySelector("main[data-page]");
  }

  /** Waits until the page's modules run: before, a button may be pressed that waits for its time. */
  async function awake(tab) {
    const until = Date.now() + AWAKE_MILLISECONDS;
    while (inside(tab)?.querySelector("main [data-module]:not([data-awake])") && Date.now() < until) {
      await new Promise((resolve) => { setTimeout(resolve, 30); });
    }
  }

  async function arrive(tab) {
    await awake(tab);
    const document = inside(tab);
    if (document?.head && main(tab)) {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = styles;
      document.head.append(link);
      document.documentElement.toggleAttribute("data-stage-large", desk.dataset.large === "yes");
      document.addEventListener("keydown", (event) => desk.dispatchEvent(new CustomEvent("stage:key", { detail: event })));
    }
    if (tab !== at) tabs[tab].dataset.news = "";
    if (tab === 0 && once) {
      once();
      once = null;
    }
    tell();
  }

  function tell() {
    address.textContent = self.path(at);
    for (const listener of listeners) listener();
  }

  const self = {
    frames,
    /** Whether the tab of another person is shown. */
    get isBeside() { return at === 2; },
    /** The page that is shown: its endpoint, its state, its document; null before it has loaded. */
    page() {
      const found = main();
      return found ? { name: found.dataset.page, state: found.dataset.state, document: inside(), tab: at } : null;
    },
    /** The address of the first tab, or of another one, to come back to. */
    path(tab = 0) {
      const place = inside(tab)?.location;
      return place && place.protocol.startsWith("http") ? place.pathname + place.search : "/";
    },
    show(tab) {
      at = tab;
      frames.forEach((frame, number) => { frame.hidden = number !== tab; });
      tabs.forEach((button, number) => {
        button.setAttribute("aria-pressed", String(number === tab));
        if (number === tab) delete button.dataset.news;
      });
      tell();
    },
    /** Opens one of the site's addresses in the second tab, any other one in a new window. */
    open(url) {
      if (new URL(url).origin !== location.origin) {
        window.open(url, "_blank", "noopener");
        return;
      }
      tabs[1].hidden = false;
      frames[1].contentWindow.location.replace(url);
      self.show(1);
    },
    /** Opens a path in the tab of another person. */
    openBeside(path) {
      tabs[2].hidden = false;
      frames[2].contentWindow.location.replace(path);
      self.show(2);
    },
    /** Goes back to the first tab. After another person's it begins again: both share the browser's cookies. */
    back() {
      if (!self.isBeside) {
        self.show(0);
        return;
      }
      self.once(() => self.show(0));
      frames[0].contentWindow.location.replace(desk.dataset.start);
    },
    /** Closes the other tabs: what they showed is of another demo. */
    closeOthers() {
      self.show(0);
      for (const tab of [1, 2]) {
        tabs[tab].hidden = true;
        frames[tab].contentWindow.location.replace("about:blank");
      }
    },
    go(path) {
      self.show(0);
      frames[0].contentWindow.location.assign(path);
    },
    /** The field for a code on the page that is shown, or null. */
    codeField() {
      return [...(inside()?.querySelectorAll(CODE) ?? [])].find((field) => field.getClientRects().length > 0) ?? null;
    },
    /** Types a text, chooses (true), or chooses the file at an address. */
    async fill(field, value) {
      if (field.type === "file") {
        const content = await (await fetch(value)).blob();
        const chosen = new DataTransfer();
        chosen.items.add(new File([content], value.split("/").at(-1), { type: "image/png" }));
        field.files = chosen.files;
      } else if (typeof value === "boolean") field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    /** Outlines one thing on the page that is shown, and nothing else. */
    mark(element) {
      for (const tab of frames.keys()) for (const each of inside(tab)?.querySelectorAll(`[${MARK}]`) ?? []) if (each !== element) each.removeAttribute(MARK);
      if (!element || element.hasAttribute(MARK)) return;
      element.setAttribute(MARK, "");
      element.scrollIntoView({ block: "nearest" });
    },
    onPage(listener) {
      listeners.push(listener);
    },
    /** Calls `then` after the first tab's next page. */
    once(then) {
      once = then;
    },
    start() {
      desk.querySelector(".stage-chrome").hidden = false;
      tabs.forEach((button, number) => button.addEventListener("click", () => self.show(number)));
      frames.forEach((frame, number) => frame.addEventListener("load", () => arrive(number)));
      if (inside(0)?.readyState === "complete" && main(0)) arrive(0);
    },
  };
  return self;
}
