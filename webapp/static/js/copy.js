// A button that copies a text and confirms it. data-copies: the id of what to copy.
export default function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  const words = button.querySelector("[data-words]");
  const said = words.textContent;
  if (!source || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.dataset.plain ?? source.textContent.replace(/\s/g, ""));
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = said; }, 2500);
  });
}
