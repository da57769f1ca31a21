// Moves the focus to the box of errors, so that a screen reader reads it first.
export default function focus(box) {
  box.focus({ preventScroll: false });
}
