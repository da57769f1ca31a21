// Passkeys: a form whose press asks the device. data-options: address of the options (POST, JSON); data-how: "create" or
// "get"; data-autofill: also let the browser offer passkeys in the page's "username webauthn" field. The device's answer
// goes into the field `credential` and the form is sent, so what follows is an ordinary page.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) read[list] = options[list].map((each) => ({ ...each, id: toBytes(each.id) }));
  }
  return read;
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

const RENEWED_EVERY = 9 * 60 * 1000; // milliseconds
let waiting = null; // the browser's offer in the field, aborted when the button is pressed

export default async function passkey(form) {
  if (!window.PublicKeyCredential) return;
  const button = form.querySelector("button");
  const told = form.querySelector("[data-told]");
  form.querySelector("[data-without]")?.remove();
  button.hidden = false;

  async function ask(mediation, signal) {
    const body = new URLSearchParams(new FormData(form));
    if (mediation) body.set("suggestion", "1");
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
    });
    if (!answer.ok || answer.redirected) throw new Error(`options: ${answer.status}`);
    const publicKey = readable(await answer.json());
    const request = { publicKey, signal };
    if (mediation) request.mediation = mediation;
    const credential = await navigator.credentials[form.dataset.how](request);
    form.elements.credential.value = written(credential);
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    waiting?.abort();
    button.disabled = true;
    told.textContent = "";
    try {
      await ask();
    } catch (problem) {
      told.textContent = problem.name === "InvalidStateError" ? form.dataset.known : form.dataset.cancelled;
      button.disabled = false;
    }
  });

  if ("autofill" in form.dataset && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    const offer = () => {
      if (button.disabled) return;
      waiting?.abort();
      waiting = new AbortController();
      ask("conditional", waiting.signal).catch(() => {});
    };
    offer();
    setInterval(offer, RENEWED_EVERY); // the challenge lives as long as a code
  }
}
