// A walk through a running demonstration: sign in as somebody, look at every kind of page, sign out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, fitsItsWidth, open } from './browser.mjs';

const address = process.env.LANYARD_URL;
assert.ok(address, 'LANYARD_URL is not set: run run.sh, or give the address of a running demonstration');

let browser;
let page;
before(async () => {
  browser = await open();
  page = await browser.context.newPage();
});
after(() => browser.close());

/** What every page must be, whatever it shows. */
async function sound(name) {
  assert.equal(await page.locator('.lan-marking').count(), 2, `${name}: the marking is at both ends`);
  assert.match(await page.title(), / – Lanyard$/, name);
  for (const width of [360, 1200]) {
    await page.setViewportSize({ width, height: 900 });
    await fitsItsWidth(page, name);
    await accessible(page, name);
  }
}

async function follow(link, name) {
  const [response] = await Promise.all([page.waitForResponse((answer) => answer.request().isNavigationRequest()), link.click()]);
  assert.equal(response.status(), 200, `${name}: ${response.url()}`);
  await sound(name);
}

const persona = (on, role) => on.getByRole('listitem').filter({ hasText: role }).getByRole('button', { name: /^Sign in as/ });
const area = (name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
const firstRow = () => page.locator('main table tbody th a').first();

test('pages need nothing that their own policy forbids', async () => {
  const strict = await open({ strict: true });
  try {
    const bare = await strict.context.newPage();
    const said = [];
    bare.on('console', (message) => said.push(message.text()));
    bare.on('requestfailed', (request) => said.push(`not loaded: ${request.url()}`));
    await bare.goto(new URL('/sign-in', address).href);
    // The page that the sign-in leads to is loaded first: going on before that would end its request.
    await Promise.all([bare.waitForNavigation(), persona(bare, 'Administrator').click()]);
    for (const path of ['/', '/devices', '/documents', '/ledger', '/wall']) {
      await bare.goto(new URL(path, address).href);
    }
    assert.deepEqual(said, []);
  } finally {
    await strict.close();
  }
});

test('a person signs in and walks the pages', async (walk) => {
  await walk.test('nothing is shown to nobody', async () => {
    await page.goto(new URL('/devices', address).href);
    assert.match(page.url(), /\/sign-in/, 'a page without a session leads to the sign-in');
    await sound('sign-in');
  });

  await walk.test('sign-in', async () => {
    const [answer] = await Promise.all([
      page.waitForNavigation(),
      persona(page, 'Administrator').click(),
    ]);
    const headers = answer.headers();
    assert.match(headers['content-security-policy'], /^default-src 'none';/);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  await walk.test('overview', () => follow(area('Overview'), 'overview'));
  await walk.test('devices', () => follow(area('Devices'), 'devices'));
  await walk.test('devices, filtered', async () => {
    await page.getByLabel('Kind').selectOption({ label: 'iPhone' });
    await follow(page.getByRole('button', { name: 'Apply filters' }), 'devices, filtered');
    assert.match(page.url(), /kind=iphone/);
    const kinds = await page.locator('main table tbody td:nth-of-type(1)').allInnerTexts();
    assert.ok(kinds.length > 0 && kinds.every((kind) => kind.startsWith('iPhone')), `${kinds}`);
  });
  await walk.test('one device', () => follow(firstRow(), 'one device'));
  await walk.test('one device, unfolded', async () => {
    await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.removeAttribute('name'); part.open = true; }));
    await sound('one device, unfolded');
  });
  await walk.test('an order without a reason', async () => {
    await page.getByRole('button', { name: 'Ask for a fresh report' }).click();
    await page.getByText('There is a problem').waitFor();
    assert.match(await page.title(), /^Error: /);
    await sound('an order without a reason');
  });
  await walk.test('an order', async () => {
    await page.locator('#reason-refresh').fill('looking round');
    await page.getByRole('button', { name: 'Ask for a fresh report' }).click();
    await page.getByText('It is queued').waitFor();
    await sound('an order');
  });
  await walk.test('how it was judged', () => follow(page.getByRole('link', { name: /^How this was judged/ }).first(), 'how it was judged'));
  await walk.test('people', () => follow(area('People'), 'people'));
  await walk.test('one person', () => follow(firstRow(), 'one person'));
  await walk.test('somebody without current terms', async () => {
    await page.goto(new URL('/people?accepted=no', address).href);
    await follow(firstRow(), 'somebody without current terms');
    await follow(page.getByRole('link', { name: /^Enter an acceptance/ }).first(), 'terms');
  });
  await walk.test('a new person, with nothing filled in', async () => {
    await page.goto(new URL('/people/add', address).href);
    await page.getByRole('button', { name: 'Add the person' }).click();
    await page.getByText('There is a problem').waitFor();
    await sound('a new person, with nothing filled in');
  });
  await walk.test('documents', () => follow(area('Documents'), 'documents'));
  await walk.test('one document', () => follow(firstRow(), 'one document'));
  await walk.test('one clause', () => follow(firstRow(), 'one clause'));
  await walk.test('cases', () => follow(area('Cases'), 'cases'));
  await walk.test('ledger', () => follow(area('Ledger'), 'ledger'));
  await walk.test('ledger, the next page', () => follow(page.getByRole('link', { name: 'Next page' }), 'ledger, the next page'));
  for (const path of ['/devices/add', '/policy/changes', '/wall?refresh=off', '/accessibility']) {
    await walk.test(path, async () => {
      assert.equal((await page.goto(new URL(path, address).href)).status(), 200);
      await sound(path);
    });
  }

  await walk.test('a page that is not there', async () => {
    const answer = await page.goto(new URL('/no-such-page', address).href);
    assert.equal(answer.status(), 404);
    await sound('not found');
  });

  await walk.test('sign-out', async () => {
    await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Sign out' }).click()]);
    await page.goto(new URL('/devices', address).href);
    assert.match(page.url(), /\/sign-in/);
  });
});
