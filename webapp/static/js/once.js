// A form that is sent once: a second press while the first is on its way would cost the visitor a code.
export default function once(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Coming back by the browser's history shows the page as it was left.
  window.addEventListener("pageshow", () => { sent = false; });
}
