// Counts the seconds until something may be tried again, and holds its button until then.
// data-seconds: how long; data-holds: id of the button. The server keeps the time; this only shows it.
export default function countdown(element) {
  const number = element.querySelector("[data-number]");
  const button = document.getElementById(element.dataset.holds ?? "");
  const end = performance.now() + Number(element.dataset.seconds) * 1000;
  if (button) button.disabled = true;

  function tick() {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (number) number.textContent = String(left);
    if (left > 0) {
      setTimeout(tick, 250);
      return;
    }
    element.hidden = true;
    if (button) button.disabled = false;
  }
  tick();
}
