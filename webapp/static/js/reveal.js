// A button that shows a typed password and hides it again. data-shows: the field's id; data-hide: the word to hide it.
export default function reveal(button) {
  const field = document.getElementById(button.dataset.shows);
  const words = button.querySelector("[data-words]");
  const show = words.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    words.textContent = isShown ? show : button.dataset.hide;
    field.focus();
  });
  // Never sent or left as plain text: the browser would offer it in other forms.
  field.form?.addEventListener("submit", () => { field.type = "password"; });
}
