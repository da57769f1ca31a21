// One tap copies a code: every [data-copy] button, also those that arrive later.
import { announce } from "./announce.js";
import { say } from "./host.js";

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or no secure context: the old way works within a press.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

async function copy(button) {
  await write(button.dataset.copy);
  const label = button.querySelector("span");
  const before = label?.textContent;
  button.dataset.copied = "";
  if (label) label.textContent = document.body.dataset.wordCopied;
  announce(document.body.dataset.wordCopied);
  // A page that shows the phone in a frame (a demo's stage) may take the code over into its own field.
  say("code", { code: button.dataset.copy });
  setTimeout(() => {
    delete button.dataset.copied;
    if (label && label.textContent === document.body.dataset.wordCopied) label.textContent = before;
  }, 1600);
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    copy(button);
  });
}
