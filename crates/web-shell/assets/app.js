// What pages do with a script that they cannot do without one: ask a passkey, and warn before a session ends. Everything else
// works with no script at all, and each page says in words when its session ends.
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

(() => {
  const warning = document.querySelector('.lan-ending');
  if (!warning) return;
  const EARLY = 5 * 60 * 1000; // long enough to read, think and answer (WCAG 2.2.1 asks for 20 seconds)
  let timers = [];

  /** Shows one of the warnings, or none. */
  function show(which) {
    for (const part of warning.children) part.hidden = part.dataset.soon !== which;
  }

  /** Warns before the session ends, which is after so many milliseconds. */
  function watch(idle, end) {
    timers.forEach(clearTimeout);
    show(null);
    const soon = end <= idle ? 'end' : 'idle';
    const last = Math.min(idle, end);
    timers = [setTimeout(show, Math.max(last - EARLY, 0), soon), setTimeout(show, last, 'over')];
  }

  warning.querySelector('button').addEventListener('click', async () => {
    try {
      const answer = await fetch('/sessions/stay', { method: 'POST', redirect: 'error' });
      if (!answer.ok) throw new Error(answer.statusText);
      const { idle, end } = await answer.json();
      watch(idle, end);
    } catch {
      show('over');
    }
  });
  watch(Number(warning.dataset.idle), Number(warning.dataset.end));
})();
