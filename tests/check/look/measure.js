() => {
  // What is wider than it may be: the page than the window, and text than the box it is in.
  const named = (element) =>
    element.tagName.toLowerCase() +
    (element.id ? `#${element.id}` : "") +
    (typeof element.className === "string" && element.className ? `.${element.className.trim().split(/\s+/)[0]}` : "");
  const found = new Set();
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.add("sideways");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!text.data.trim()) continue;
    let box = text.parentElement;
    if (box.closest("svg, script, style, noscript, template, option, iframe")) continue;
    if (!box.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    let style = getComputedStyle(box);
    while (style.display.startsWith("inline") && style.display === "inline" && box.parentElement) {
      box = box.parentElement;
      style = getComputedStyle(box);
    }
    const edge = box.getBoundingClientRect();
    const isHidden = edge.width <= 1 || edge.height <= 1;
    let scrolls = false;
    for (let each = box; each; each = each.parentElement) {
      const { overflowX, textOverflow } = getComputedStyle(each);
      if (each !== root && each !== document.body && (["auto", "scroll"].includes(overflowX) || textOverflow === "ellipsis")) scrolls = true;
    }
    if (isHidden || scrolls) continue;
    range.selectNodeContents(text);
    for (const rect of range.getClientRects()) {
      if (rect.width && (rect.right > edge.right + 1.5 || rect.left < edge.left - 1.5)) found.add(`text ${named(box)}`);
    }
  }
  return [...found].sort();
}
