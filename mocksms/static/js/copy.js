// Copy a code by one tap: every [data-copy] button, also those that arrive later. [data-copies] names the element whose
// text is copied.
import { announce } from "./announce.js";
import { say } from "./host.js";
import { markCopied } from "./read.js";

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or no secure context: the old API works inside a click.
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
  const code = button.dataset.copy;
  await write(code ?? document.getElementById(button.dataset.copies).textContent);
  const label = button.querySelector("span");
  const before = label?.textContent;
  button.dataset.copied = "";
  if (label) label.textContent = document.body.dataset.wordCopied;
  announce(document.body.dataset.wordCopied);
  // A page that frames the phone (a demo's stage) may copy the code into its own field.
  if (code) say("code", { code });
  setTimeout(() => {
    delete button.dataset.copied;
    if (label && label.textContent === document.body.dataset.wordCopied) label.textContent = before;
    if (button.dataset.copyMessage) markCopied(button.dataset.copyMessage);
  }, 1600);
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copies]");
    if (!button) return;
    event.preventDefault();
    copy(button);
  });
}
