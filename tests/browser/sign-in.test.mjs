// What pages do with a script: a passkey of Chromium's own making signs a break-glass administrator in, and a page warns before
// a session ends. The browser keeps the pages' own content policy here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { serve } from './service.mjs';

let lanyard;
let browser;
let page;
let keys;
let authenticator;
const said = [];
before(async () => {
  lanyard = await serve();
  browser = await open({ strict: true, script: true });
  page = await browser.context.newPage();
  page.on('console', (message) => { if (message.type() === 'error') said.push(message.text()); });
  keys = await browser.context.newCDPSession(page);
  await keys.send('WebAuthn.enable');
  authenticator = await plugIn();
});
after(async () => {
  await browser?.close();
  await lanyard?.stop();
});

/** A security key with a finger on it. */
async function plugIn(options = {}) {
  const { authenticatorId } = await keys.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true, ...options,
    },
  });
  return authenticatorId;
}

const invite = (name) => lanyard.cli('break-glass', 'invite', '--name', name);
const main = () => page.getByRole('main');
const passkey = () => page.getByRole('button', { name: 'Use your passkey' });

async function signOut() {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in**');
}

test('a break-glass administrator registers a passkey', async () => {
  await page.goto(await invite('Robin Hale'));
  await main().getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/passkeys');
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByLabel('What you call it').fill('Key in the safe');
  await page.getByRole('button', { name: 'Register the passkey' }).click();
  await page.getByText('The passkey is registered').waitFor();
  await page.getByRole('cell', { name: 'Key in the safe', exact: true }).waitFor();
  const { credentials } = await keys.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, 'localhost');

  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByLabel('What you call it').fill('The same again');
  await page.getByRole('button', { name: 'Register the passkey' }).click();
  await page.getByText('is registered already').waitFor();
  await page.goto(`${lanyard.address}/passkeys`);
  await signOut();
});

test('the passkey signs its owner in, each time anew', async () => {
  for (let time = 0; time < 2; time += 1) {
    await page.goto(`${lanyard.address}/devices`);
    await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
    await passkey().click();
    await page.waitForURL('**/devices');
    await page.getByText('Robin Hale, Administrator').waitFor();
    await signOut();
  }
  await page.goto(`${lanyard.address}/sign-in`);
});

test('a key that nobody registered, and one without a finger, sign nobody in', async () => {
  await keys.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false });
  await page.goto(`${lanyard.address}/sign-in/passkey`);
  assert.equal(await page.getByText('No passkey answered').isVisible(), false, 'not before it is so');
  await passkey().click();
  await page.getByText('No passkey answered').waitFor();
  await keys.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: true });

  const { credentials } = await keys.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
  await keys.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator });
  const other = await plugIn();
  await page.goto(`${lanyard.address}/sign-in/passkey`);
  await passkey().click();
  await page.getByText('No passkey answered').waitFor();

  // A copy of the registered key, from before its last uses: its counter is behind.
  const copy = { ...credentials[0], signCount: 0 };
  await keys.send('WebAuthn.addCredential', { authenticatorId: other, credential: copy });
  await passkey().click();
  await page.getByText('There may be a copy of this passkey').waitFor();
  await page.goto(`${lanyard.address}/devices`);
  assert.match(page.url(), /\/sign-in/);
  // And the key itself still does.
  await keys.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: other });
  authenticator = await plugIn();
  const grown = { ...credentials[0], signCount: credentials[0].signCount + 10 };
  await keys.send('WebAuthn.addCredential', { authenticatorId: authenticator, credential: grown });
  await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
  await passkey().click();
  await page.getByText('Robin Hale, Administrator').waitFor();
});

test('a page warns before the session ends, and goes on when asked', async () => {
  await page.clock.install();
  await page.goto(`${lanyard.address}/people/add`);
  await page.getByText('Send what you type by').waitFor();
  await page.getByLabel('Name, with rank').fill('PC Ames');
  const stay = page.getByRole('button', { name: 'Stay signed in' });
  await page.clock.fastForward('24:59');
  assert.equal(await stay.isVisible(), false, 'not too early');
  await page.clock.fastForward('00:02');
  await page.getByText('about to be signed out').waitFor();
  await stay.click();
  await stay.waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Name, with rank').inputValue(), 'PC Ames', 'nothing typed is lost');
  await page.clock.fastForward('24:00');
  assert.equal(await stay.isVisible(), false, 'it counts anew');
  await page.clock.fastForward('02:00');
  await stay.waitFor();

  // Signed out in another tab meanwhile: the page says what becomes of what is typed.
  await browser.context.clearCookies();
  await stay.click();
  await page.getByText('You are signed out, or the service does not answer').waitFor();
});

test('nothing was done that the content policy forbids', () => {
  const forbidden = said.filter((text) => /Content Security Policy|TrustedHTML|TrustedScript/.test(text));
  assert.deepEqual(forbidden, []);
});
