async () => {
  // What a reader would see go wrong: sideways scrolling, text outside its box, a control under a bar, a phrase in two
  // lines, and, at 390 × 844, a page whose one action is below the fold.
  const WIDE = "pre, textarea, .map-scroll, .map-chips, .side-by-side__row"; // why: docs/look.md
  const LONG = ["/patterns"]; // why: docs/look.md
  const found = new Set();
  const root = document.documentElement;
  const named = (element) =>
    element.tagName.toLowerCase() +
    (element.id ? `#${element.id}` : "") +
    (typeof element.className === "string" && element.className ? `.${element.className.trim().split(/\s+/)[0]}` : "");
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const inner = (element) => element !== root && element !== document.body;
  const ancestors = (element) => {
    const all = [];
    for (let each = element; each; each = each.parentElement) all.push(each);
    return all;
  };

  const sideways = () => {
    if (root.scrollWidth > root.clientWidth) found.add(`sideways by ${root.scrollWidth - root.clientWidth} px`);
    for (const element of document.querySelectorAll("body *")) {
      if (element.matches(WIDE) || element.closest("svg") || !seen(element)) continue;
      if (scrolls(element) && element.scrollWidth > element.clientWidth + 1) found.add(`sideways ${named(element)}`);
    }
  };

  const text = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim()) continue;
      let box = node.parentElement;
      if (box.closest("svg, script, style, noscript, template, option, iframe") || !seen(box)) continue;
      while (getComputedStyle(box).display === "inline" && box.parentElement) box = box.parentElement;
      const edge = box.getBoundingClientRect();
      if (edge.width <= 1 || edge.height <= 1) continue;
      if (ancestors(box).some((each) => inner(each) && (scrolls(each) || getComputedStyle(each).textOverflow === "ellipsis"))) continue;
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width && (rect.right > edge.right + 1.5 || rect.left < edge.left - 1.5)) found.add(`text ${named(box)}: ${node.data.trim().slice(0, 20)}`);
      }
    }
  };

  const controls = () => {
    const places = [[scrollX, scrollY], ...[...document.querySelectorAll("body *")].map((each) => [each, each.scrollTop])];
    for (const control of document.querySelectorAll("a[href]:not(.skip, .skip-link), button, input, select, textarea, summary")) {
      if (control.closest("svg, [inert]") || !seen(control)) continue;
      control.scrollIntoView({ block: "center", behavior: "instant" });
      const box = control.getClientRects()[0];
      if (!box || box.width < 8 || box.height < 8 || getComputedStyle(control).pointerEvents === "none") continue;
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (!top) found.add(`outside ${named(control)}`);
      else if (!control.contains(top) && !top.contains(control) && top.closest("label")?.control !== control) {
        found.add(`under ${named(top)}: ${named(control)}`);
      }
    }
    for (const [each, at] of places.slice(1)) if (each.scrollTop !== at) each.scrollTop = at;
    scrollTo(...places[0]);
  };

  const lineWidth = (element) => {
    let box = element;
    while (getComputedStyle(box).display === "inline") box = box.parentElement;
    const { paddingLeft, paddingRight } = getComputedStyle(box);
    return box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };

  const phrases = async () => {
    if (root.lang !== "ja") return;
    const entry = document.querySelector("script[type=module][src]");
    if (!entry) return;
    const { breaks, runs } = await import(new URL("phrases.js", entry.src));
    const range = document.createRange();
    for (const nodes of runs(document.body)) {
      if (!seen(nodes[0].parentElement)) continue;
      const letters = nodes.flatMap((node) => [...node.data].map((letter, at) => {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return { letter, box: range.getClientRects()[0] };
      })).map((each, place) => ({ ...each, place }));
      const told = letters.map(({ letter }) => letter).join("");
      const ends = [0, ...breaks(told), letters.length];
      const room = lineWidth(nodes[0].parentElement);
      for (const [index, start] of ends.slice(0, -1).entries()) {
        const phrase = letters.slice(start, ends[index + 1]).filter(({ box }) => box?.width);
        const width = phrase.reduce((sum, { box }) => sum + box.width, 0);
        if (width > 0.8 * room) continue; // a phrase as wide as its line may break
        for (const [at, { letter, box, place }] of phrase.entries()) {
          const before = phrase[at - 1];
          const isTorn = before?.place === place - 1 && box.top > before.box.top + before.box.height / 2 && box.left < before.box.left;
          if (isTorn && /^[\p{L}\p{N}ー々][\p{L}\p{N}ー々,、。]$/u.test(before.letter + letter)) {
            found.add(`phrase in ${named(nodes[0].parentElement)}: ${phrase.map((each, place) => (place === at ? "/" : "") + each.letter).join("")}`);
          }
        }
      }
    }
  };

  const action = () => {
    if (LONG.includes(location.pathname) || innerWidth !== 390 || innerHeight !== 844 || getComputedStyle(root).fontSize !== "16px") return;
    const all = [...document.querySelectorAll("main .button.primary, main .button--primary")].filter(seen);
    if (all.length !== 1) return;
    const bars = [...document.querySelectorAll("body *")].filter((each) => ["sticky", "fixed"].includes(getComputedStyle(each).position) && seen(each));
    const floor = Math.min(innerHeight, ...bars.map((bar) => bar.getBoundingClientRect()).filter((box) => box.height && box.bottom >= innerHeight - 1).map((box) => box.top));
    const below = Math.round(all[0].getBoundingClientRect().bottom - floor);
    if (below > 0) found.add(`fold ${named(all[0])} ${below} px`);
  };

  // wait until sizes and phrases.js are done
  const isMarked = () => root.lang !== "ja" || root.dataset.phrases || !document.querySelector("script[type=module]");
  const size = () => `${innerWidth} ${root.scrollWidth} ${root.scrollHeight} ${document.querySelectorAll("[data-phrase], wbr").length}`;
  for (let frame = 0, still = 0, known = size(); (still < 5 || !isMarked()) && frame < 120; frame += 1, known = size()) {
    await new Promise(requestAnimationFrame);
    still = size() === known ? still + 1 : 0;
  }
  scrollTo(0, 0);
  sideways();
  text();
  action();
  await phrases();
  controls();
  return [...found].sort();
}
