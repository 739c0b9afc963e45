// What pages do with a script that they cannot do without one: ask a passkey. Everything else works with no script at all.
//
// A form with data-passkey holds the browser's options as JSON, and sends the answer in its field "answer". What the page
// says when it does not come about stands in it already, hidden; the script writes no words.
'use strict';

(() => {
  const bytes = (text) => {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
    return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  };
  const named = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  /** Asks the passkey for what the options say; what it answered, ready to be sent. */
  async function ask(kind, options) {
    const publicKey = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
    let made;
    if (kind === 'create') {
      publicKey.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
      publicKey.excludeCredentials = named(publicKey.excludeCredentials);
      made = await navigator.credentials.create({ publicKey });
    } else {
      publicKey.allowCredentials = named(publicKey.allowCredentials);
      made = await navigator.credentials.get({ publicKey });
    }
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    if (made.response.getTransports) response.transports = made.response.getTransports();
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() };
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const failed = form.querySelector('[data-failed]');
    let busy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      failed.hidden = true;
      try {
        const answer = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
        form.elements.namedItem('answer').value = JSON.stringify(answer);
        form.submit();
      } catch {
        // Called off, taken out, too late, or another key than was asked for: the page says so, and they may try again.
        failed.hidden = false;
        busy = false;
      }
    });
  }
})();
