// Does the last step of the hint: fills the fields, chooses the files and presses the button.
const SHOWN = "button[type=submit]";

function named(control, label) {
  const text = (control.textContent ?? "").replace(/\s+/g, " ").trim();
  return text === label && control.getClientRects().length > 0;
}

async function chosen(addresses) {
  const list = new DataTransfer();
  for (const address of addresses) {
    const answer = await fetch(address);
    list.items.add(new File([await answer.blob()], address.split("/").pop()));
  }
  return list.files;
}

export default function lastStep(button) {
  if (button.form) return; // the button has a form of values: nothing to fill in
  const told = button.closest("[data-last-press]").dataset;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const fields = Object.entries(JSON.parse(told.lastFields));
    const main = document.querySelector("main");
    const forms = [...main.querySelectorAll("form")].filter(
      (form) => fields.every(([name]) => form.elements[name]) && (!told.lastFiles || form.elements.documents),
    );
    const press = forms.flatMap((form) => [...form.querySelectorAll(SHOWN)])
      .find((control) => named(control, told.lastPress));
    if (!press) return;
    for (const [name, value] of fields) press.form.elements[name].value = value;
    if (told.lastFiles) press.form.elements.documents.files = await chosen(JSON.parse(told.lastFiles));
    press.click();
  });
}
