// Signing in through a sign-in provider that others wrote (oidc-provider, of npm), in a real browser, and out again at the
// provider. What Lanyard refuses is tried with a provider of the Rust tests' own, which signs wrong things on purpose.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { freePort, serve } from './service.mjs';

const library = await import('oidc-provider').catch(() => null);
const skip = library ? false : 'the package oidc-provider is not installed';

const SECRET = 'known to these tests alone';
const ACCOUNTS = {
  'ames-account': { preferred_username: 'ames@force.example', groups: ['Everybody', 'Lanyard desk'], force: 'norfolk', number: '1234' },
  stranger: { preferred_username: 'stranger@force.example', groups: ['Lanyard desk'] },
};

/** The provider, on a port of its own; `seen` notes what reached its endpoints. */
async function provider(port, clientAddress) {
  const there = new library.Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: 'lanyard',
      client_secret: SECRET,
      redirect_uris: [`${clientAddress}/sign-in/directory/return`],
      post_logout_redirect_uris: [`${clientAddress}/sign-in`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    findAccount: (_, id) => ACCOUNTS[id] && { accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups', 'force', 'number'] },
    // Into the ID token itself, as the directories of forces do.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ['a key for the cookies of a test'] },
  });
  const seen = [];
  const faults = [];
  for (const event of ['authorization.error', 'grant.error', 'end_session.error', 'server_error']) {
    there.on(event, (_, error) => faults.push(`${event}: ${error.message} ${error.error_detail ?? ''}`));
  }
  const answer = there.callback();
  const server = createServer((request, response) => {
    seen.push({ path: new URL(request.url, 'http://x').pathname, query: new URL(request.url, 'http://x').searchParams });
    answer(request, response);
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return { seen, faults, stop: () => new Promise((gone) => { server.closeAllConnections(); server.close(gone); }) };
}

let lanyard;
let directory;
let browser;
before(async () => {
  if (skip) return;
  const port = await freePort();
  const settings = `
[sign_in]
issuer = "http://127.0.0.1:${port}"
client_id = "lanyard"
client_secret_file = "sign-in-secret"
force_claim = "force"
number_claim = "number"

[group_roles]
"Lanyard desk" = "service-desk-analyst"
`;
  lanyard = await serve({
    settings,
    prepare: async (cli, folder) => {
      await writeFile(join(folder, 'sign-in-secret'), `${SECRET}\n`);
      await chmod(join(folder, 'sign-in-secret'), 0o600);
      await cli('person', 'add', '--force', 'norfolk', '--number', '1234', '--name', 'PC Ames');
    },
  });
  directory = await provider(port, lanyard.address);
  browser = await open({ strict: true });
});
after(async () => {
  await browser?.close();
  await directory?.stop();
  await lanyard?.stop();
});

const where = (page) => new URL(page.url());

/** From Lanyard's one button to where the provider sends the browser, as somebody of the directory. */
async function signIn(page, account) {
  await page.getByRole('button', { name: 'Sign in with your force account' }).click();
  await page.locator('input[name=login]').fill(account);
  await page.locator('input[name=password]').fill('the provider’s, and none of ours');
  await page.locator('button[type=submit]').click();
  // The provider asks whether it may tell Lanyard who they are.
  await page.locator('button[type=submit]').click();
}

test('somebody signs in through a provider of others’ making, and out of both', { skip }, async () => {
  const page = await browser.context.newPage();
  await page.goto(`${lanyard.address}/devices`);
  await signIn(page, 'ames-account');
  await page.waitForURL(`${lanyard.address}/**`);
  assert.deepEqual(directory.faults, []);
  assert.equal(where(page).pathname, '/devices', 'they are where they wanted to go');
  await page.getByText('PC Ames, Service desk analyst').waitFor();

  const paths = directory.seen.map(({ path }) => path);
  for (const path of ['/.well-known/openid-configuration', '/jwks', '/auth', '/token']) {
    assert.ok(paths.includes(path), `${path} was asked: ${paths}`);
  }
  const { query } = directory.seen.find(({ path }) => path === '/auth');
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.ok(query.get('nonce') && query.get('state') && query.get('code_challenge'));

  // Whoever knows the address that they came back with gets nothing by it.
  await page.goto(`${lanyard.address}/sessions`);
  await page.getByText('through the directory').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/session/end'));
  await page.locator('button[name=logout], button[type=submit]').first().click();
  await page.waitForURL(`${lanyard.address}/sign-in**`);
  assert.deepEqual(directory.faults, []);
  await page.goto(`${lanyard.address}/devices`);
  assert.equal(where(page).pathname, '/sign-in', 'Lanyard’s session is over');
  await page.getByRole('button', { name: 'Sign in with your force account' }).click();
  await page.locator('input[name=login]').waitFor({ timeout: 10_000 });
  await page.close();
});

test('somebody whom the register does not know gets no session', { skip }, async () => {
  const other = await open({ strict: true });
  try {
    const page = await other.context.newPage();
    await page.goto(`${lanyard.address}/sign-in`);
    await signIn(page, 'stranger');
    await page.getByText('Lanyard’s register does not').waitFor();
    await page.goto(`${lanyard.address}/devices`);
    assert.equal(where(page).pathname, '/sign-in');
  } finally {
    await other.close();
  }
});

test('an address that a browser came back with is of no use a second time', { skip }, async () => {
  const other = await open({ strict: true });
  try {
    const page = await other.context.newPage();
    let back;
    page.on('request', (request) => {
      if (request.url().includes('/sign-in/directory/return')) back = request.url();
    });
    await page.goto(`${lanyard.address}/sign-in`);
    await signIn(page, 'ames-account');
    await page.waitForURL((url) => url.pathname === '/');
    await page.goto(back);
    await page.getByText('finished already').waitFor();
  } finally {
    await other.close();
  }
});
