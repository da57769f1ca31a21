// Sends the chosen files with a progress bar. The form works without it. The server's answer is shown either way:
// a redirect is followed, a page with errors replaces this page.
export default function upload(form) {
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const chosen = form.querySelector("[data-chosen]");
  const none = form.querySelector("[data-none]");
  const progress = form.querySelector("[data-progress]");

  field.addEventListener("change", look);
  look(); // some may have been chosen before this module was there
  form.dataset.awake = ""; // also where this page has replaced another

  function look() {
    field.setCustomValidity(fault(field.files, form.dataset));
    field.reportValidity();
    chosen.replaceChildren(...Array.from(field.files, line));
    chosen.hidden = field.files.length === 0;
    none.hidden = field.files.length > 0;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled || !field.reportValidity()) return;
    const body = new FormData(form); // before the field is disabled: disabled fields are not sent
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) show(progress, Math.floor((step.loaded / step.total) * 100));
    });
    request.addEventListener("load", () => arrive(request) || fail());
    request.addEventListener("error", fail);
    rest(true);
    show(progress, 0);
    request.send(body);
  });

  function fail() {
    rest(false);
    field.setCustomValidity(form.dataset.failed);
    field.reportValidity();
    field.setCustomValidity("");
  }

  function rest(isSending) {
    button.disabled = isSending;
    field.disabled = isSending;
    progress.hidden = !isSending;
  }
}

function fault(files, told) {
  if (files.length > Number(told.mostFiles)) return told.tooMany;
  return Array.from(files).some((file) => file.size > Number(told.mostBytes)) ? told.tooLarge : "";
}

function line(file) {
  const item = document.createElement("li");
  item.textContent = `${file.name} (${sized(file.size)})`;
  return item;
}

// As the list of sent documents says it.
function sized(bytes) {
  const gap = document.documentElement.lang === "ja" ? "" : " ";
  return bytes < 1048576
    ? `${Math.max(1, Math.round(bytes / 1024))}${gap}KB`
    : `${(bytes / 1048576).toFixed(1).replace(".0", "")}${gap}MB`;
}

function show(progress, percent) {
  progress.querySelector("progress").value = percent;
  progress.querySelector("[data-percent]").textContent = `${percent}%`;
}

// Shows the server's answer. Returns false if it is no page of ours.
function arrive(request) {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = answer.querySelector("main");
  if (!main) return false;
  if (request.status === 200 && !answer.getElementById("auth-error-message-box")) {
    location.assign(request.responseURL);
    return true;
  }
  document.querySelector("main").replaceWith(document.adoptNode(main));
  const form = document.querySelector("form[data-module=upload]");
  if (form) upload(form);
  document.getElementById("auth-error-message-box")?.focus();
  return true;
}
