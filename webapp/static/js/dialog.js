// Opens a <dialog> of the page instead of following the link to the same question as a page.
// data-opens: the id of the dialog; inside it, elements with data-closes close it.
export default function dialog(link) {
  const box = document.getElementById(link.dataset.opens);
  if (!box?.showModal) return;

  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab gets the page
    event.preventDefault();
    box.showModal();
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target.closest("[data-closes]")) box.close();
  });
}
