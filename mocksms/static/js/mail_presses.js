addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !/^https?:/.test(link.href) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  parent.postMessage({ kind: "mail.link", url: link.href }, "*");
});
