// How the stage is looked at: its clock, its menus, captions, large type, full screen, widths, and tabs on a phone.
const LARGE = "stage-large";
const CAPTIONS = "stage-captions";

/** The clock in the bar: ticks with the world's time. */
export function clock(desk) {
  const place = document.querySelector("[data-shows-clock]");
  let ahead = Number(desk.dataset.now) * 1000 - Date.now();
  let { zone } = desk.dataset;
  const show = () => {
    place.textContent = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })
      .format(Date.now() + ahead).slice(5);
  };
  show();
  setInterval(show, 500);
  return {
    set(now, newZone, moved) {
      ahead = now * 1000 - Date.now();
      zone = newZone;
      place.closest("summary").toggleAttribute("data-moved", Boolean(moved));
      show();
    },
  };
}

/** One menu is open at a time, until something else is pressed. Returns what closes it. */
export function menus() {
  const all = [...document.querySelectorAll(".stage-menu")];
  const phone = matchMedia("(max-width: 43.75rem)");
  const isMenu = (menu) => phone.matches || !menu.matches(".stage-more"); // on a desk that is a part of the bar
  const close = (but) => { for (const menu of all) if (menu !== but && isMenu(menu)) menu.open = false; };
  const fold = () => { document.querySelector(".stage-more").open = !phone.matches; };
  phone.addEventListener("change", fold);
  fold();
  document.addEventListener("click", (event) => close(event.target.closest(".stage-menu")));
  window.addEventListener("blur", () => close(null)); // the press went into a frame
  document.addEventListener("keydown", (event) => {
    const open = all.find((menu) => menu.open && isMenu(menu));
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  return () => close(null);
}

function press(button, isOn) {
  button.setAttribute("aria-pressed", String(isOn));
}

/** Large type, full screen, the site's width, and on a phone one of both. */
export function view(desk, site) {
  const large = document.getElementById("stage-large");
  const captions = document.getElementById("stage-captions");
  const full = document.getElementById("stage-full");
  const width = document.getElementById("stage-width");
  const halves = [...desk.querySelectorAll("[data-shows]")];

  function setLarge(isOn) {
    press(large, isOn);
    desk.dataset.large = isOn ? "yes" : "no";
    document.documentElement.toggleAttribute("data-stage-large", isOn);
    for (const frame of site.frames) frame.contentDocument?.documentElement?.toggleAttribute("data-stage-large", isOn);
    localStorage.setItem(LARGE, isOn ? "yes" : "no");
  }

  function show(half) {
    desk.dataset.shows = half;
    for (const button of halves) press(button, button.dataset.shows === half);
    if (half === "phone") desk.querySelector(".stage-dot").hidden = true;
  }

  large.hidden = false;
  large.addEventListener("click", () => setLarge(large.getAttribute("aria-pressed") !== "true"));
  setLarge(localStorage.getItem(LARGE) === "yes");

  function setCaptions(isOn) {
    press(captions, isOn);
    desk.querySelector("[data-caption]").hidden = !isOn;
    localStorage.setItem(CAPTIONS, isOn ? "yes" : "no");
  }

  captions.hidden = false;
  captions.addEventListener("click", () => setCaptions(captions.getAttribute("aria-pressed") !== "true"));
  setCaptions(localStorage.getItem(CAPTIONS) !== "no");

  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => press(full, Boolean(document.fullscreenElement)));

  width.addEventListener("click", () => {
    const isPhone = width.getAttribute("aria-pressed") !== "true";
    press(width, isPhone);
    desk.querySelector(".stage-site").dataset.width = isPhone ? "phone" : "wide";
  });

  desk.querySelector(".stage-tabs").hidden = false;
  for (const button of halves) button.addEventListener("click", () => show(button.dataset.shows));
  show("site");
  const narrow = matchMedia("(max-width: 69.99rem)");
  const fold = () => { desk.querySelector(".stage-script details").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
}
