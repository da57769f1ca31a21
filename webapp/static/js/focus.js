// Moves the focus to the box that tells what went wrong, so that a screen reader reads it first.
export default function focus(box) {
  box.focus({ preventScroll: false });
}
