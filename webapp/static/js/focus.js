// The box of errors of a form that was refused: moves the focus there, so that a screen reader reads it first. Makes the page's
// entry in the history one for GET: Back and Reload show the form without the old error, and the browser no longer asks
// whether to send it again. Browsers restore only what differs from the page's own values, so typed ones become no default.
const TYPED = "main :is(textarea, input:not([type=hidden], [type=password], [type=file], [type=checkbox], [type=radio]))";

export default function focus(box) {
  box.focus({ preventScroll: false });
  history.replaceState(history.state, "", location.href);
  for (const field of document.querySelectorAll(TYPED)) {
    const typed = field.value;
    field.defaultValue = "";
    field.value = typed;
  }
}
