// Passkeys: asks the authenticator and posts what it answers. Buttons carry data-passkey (get or create) and data-options.
"use strict";
function show(form, wrong) {
  for (const place of form.querySelectorAll("[data-passkey-error]")) place.hidden = !wrong;
}
async function ask(button) {
  const kind = button.dataset.passkey, options = JSON.parse(button.dataset.options);
  const publicKey = kind === "create"
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const made = await navigator.credentials[kind]({publicKey});
  button.form.elements.passkey_json.value = JSON.stringify(made.toJSON());
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-passkey]");
  if (!button || button.form.elements.passkey_json.value) return;
  event.preventDefault();
  show(button.form, false);
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) { show(button.form, true); return; }
  try {
    await ask(button);
  } catch {
    show(button.form, true);
    return;
  }
  button.form.requestSubmit(button);
});
