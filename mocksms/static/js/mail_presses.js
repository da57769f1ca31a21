addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !/^https?:/.test(link.href) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  parent.postMessage({ kind: "mail.link", url: link.href }, "*");
});
addEventListener("message", ({ source, data }) => {
  const link = source === parent && [...document.links].find((each) => each.href === data.url);
  if (!link) return;
  link.scrollIntoView({ block: "center" });
  link.style.outline = "4px solid #c73e3a";
  link.style.outlineOffset = "4px";
  if (data.kind === "press") setTimeout(() => link.click(), 700);
});
parent.postMessage({ kind: "mail.ready" }, "*");
