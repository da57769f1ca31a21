// Unlock by a swipe or a press, take dropped or pasted pictures, send by Enter, scroll to the newest message.
function unlocking() {
  const lock = document.querySelector("[data-lock]");
  if (!lock) return;
  let from = null;
  const open = () => { location.href = lock.dataset.lock; };
  lock.addEventListener("pointerdown", (event) => { from = event.clientY; });
  lock.addEventListener("pointerup", (event) => {
    if (from !== null && from - event.clientY > 60) open();
    from = null;
  });
}

function pictures() {
  const form = document.querySelector("[data-qr-form]");
  if (!form) return;
  const drop = form.querySelector("[data-drop]");
  const field = form.querySelector("input[type=file]");
  const send = (files) => {
    const picture = [...files].find((file) => file.type.startsWith("image/"));
    if (!picture) return false;
    const list = new DataTransfer();
    list.items.add(picture);
    field.files = list.files;
    form.requestSubmit();
    return true;
  };
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => { event.preventDefault(); drop.classList.add("drop--over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("drop--over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("drop--over");
    send(event.dataTransfer.files);
  });
  field.addEventListener("change", () => { if (field.files.length) form.requestSubmit(); });
  document.addEventListener("paste", (event) => {
    if (send(event.clipboardData.files)) event.preventDefault();
  });
}

function composing() {
  const form = document.querySelector("[data-composer]");
  form?.querySelector("textarea").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function start() {
  unlocking();
  pictures();
  composing();
  for (const each of document.querySelectorAll("[data-stick-to-end]")) each.scrollTop = each.scrollHeight;
  document.querySelector("[data-focus]")?.focus();
}
