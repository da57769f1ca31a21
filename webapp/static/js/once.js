// Sends a form once: a second press while the first is under way would cost the visitor a code.
export default function once(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // The browser's history shows the page as the visitor left it.
  window.addEventListener("pageshow", () => { sent = false; });
}
