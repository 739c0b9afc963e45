// Makes the pictures of README.md and docs/guides/ from a running demonstration: plays scenes, and writes docs/pictures/*.png and
// docs/overview.png. By hand, against a demonstration that was started afresh:
//
//   LANYARD_URL=http://127.0.0.1:8080 node pictures.mjs [SCENE...]     all scenes, or those of: overview, own, desk, night
//
// Pictures show the clock of the demonstration. Those of the scene `night` show a night if the program runs under faketime
// (https://github.com/wolfcw/libfaketime) with FAKETIME='@2026-12-01 03:06:00' and FAKETIME_DONT_FAKE_MONOTONIC=1. Those of `desk` show
// a tick that is set in the desk's hours alone: 10:06:00. pngquant, where it is installed, makes the files smaller; a file above the
// limit is an error.
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { open } from './browser.mjs';

const address = process.env.LANYARD_URL;
if (!address) throw new Error('LANYARD_URL is not set: give the address of a running demonstration');
const docs = resolve(import.meta.dirname, '../../docs');
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1100, height: 800 };
const MOST_BYTES = 120 * 1024;

const opened = [];

/** Opens a browser of its own, signed in as the persona with this name; as nobody without one. */
async function as(name, size = PHONE) {
  const browser = await open({ strict: true, script: true });
  opened.push(browser);
  const page = await browser.context.newPage();
  await page.setViewportSize(size);
  if (name) {
    await visit(page, '/sign-in');
    await press(page, `Sign in as ${name}`);
  }
  return page;
}

const visit = (page, path) => page.goto(new URL(path, address).href);
const link = (page, name) => page.getByRole('main').getByRole('link', { name }).first();

/** Presses a button that sends a form, and waits for the page that follows. */
async function press(page, name) {
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).first().click()]);
}

async function follow(page, name) {
  await Promise.all([page.waitForNavigation(), link(page, name).click()]);
}

/** Loads the page again until it has the text; fails after a minute and a half. */
async function until(page, text) {
  for (let tries = 0; tries < 45; tries += 1) {
    if ((await page.getByRole('main').innerText()).includes(text)) return;
    await page.waitForTimeout(2000);
    await page.reload();
  }
  throw new Error(`${page.url()} never said: ${text}`);
}

/** Writes a picture of what the window shows, with `from`, a selector, at its top. */
async function picture(page, file, from) {
  await page.evaluate((selector) => {
    document.activeElement?.blur();
    window.scrollTo(0, selector ? document.querySelector(selector).getBoundingClientRect().top + window.scrollY - 16 : 0);
  }, from);
  const path = join(docs, file);
  await page.screenshot({ path });
  try {
    await promisify(execFile)('pngquant', ['--force', '--skip-if-larger', '--strip', '--output', path, '64', path]);
  } catch (problem) {
    // 98 and 99: the smaller file would be no smaller, or no better.
    if (problem.code !== 'ENOENT' && problem.code !== 98 && problem.code !== 99) throw problem;
  }
  const { size } = await stat(path);
  console.log(`${file}: ${Math.ceil(size / 1024)} KB`);
  if (size > MOST_BYTES) throw new Error(`${file} has more than ${MOST_BYTES / 1024} KB: install pngquant, or show less`);
}

/** Returns the address in the newest call that the demonstration's page of texts shows. */
async function calledAt(page) {
  await visit(page, '/sign-in');
  await follow(page, /See the texts/);
  await page.getByText('Answer: reply').first().waitFor();
  return (await page.getByText(/Answer: reply/).first().innerText()).match(/open (\S+)/)[1];
}

/** Answers the question on the page, and goes on to the next one. */
async function answer(page, label, value) {
  await page.getByLabel(label).fill(value);
  await press(page, 'Continue');
}

async function choose(page, label) {
  await page.getByLabel(label, { exact: true }).check();
  await press(page, 'Continue');
}

/** Opens one of the folded parts of the page of a loss. */
const unfold = (page, name) => page.locator('summary').filter({ hasText: name }).click();

/** Reports a loss by the public questions, and returns its reference and word. */
async function reportByQuestions(colleague) {
  await visit(colleague, '/lost');
  await picture(colleague, 'pictures/report.png', 'h1');
  await answer(colleague, 'Whose device is it?', 'Megan Garrod, 1012');
  await colleague.getByLabel('Which device is it?').fill('NC-01212');
  await picture(colleague, 'pictures/report-now.png', 'h1');
  await press(colleague, 'Continue');
  await choose(colleague, 'Norfolk Constabulary');
  await choose(colleague, 'Lost');
  await colleague.getByLabel('At what time?').fill('02:30');
  await choose(colleague, 'Today');
  await answer(colleague, 'Where was that?', 'Prince of Wales Road, Norwich');
  await choose(colleague, 'On and locked');
  await press(colleague, 'I do not know');
  await answer(colleague, 'Who are you?', '1034');
  await colleague.getByLabel('On what number can we reach you?').fill('07700 900123');
  await press(colleague, 'Report it');
  await picture(colleague, 'pictures/reported.png', '.govuk-panel');
  return {
    reference: await colleague.locator('.govuk-panel strong').innerText(),
    word: await colleague.locator('strong.lan-ref').innerText(),
  };
}

/** A loss at night: reported by a colleague, answered by whoever is called, locked by the duty officer. */
async function night() {
  const colleague = await as();
  const { reference, word } = await reportByQuestions(colleague);
  const duty = await as('Xanthe Everitt');
  await visit(duty, '/losses');
  await picture(duty, 'pictures/losses.png', 'h1');
  await follow(duty, new RegExp(reference));
  await picture(duty, 'pictures/loss-not-locked.png', 'h1');
  const loss = duty.url();
  const called = await as();
  await called.waitForTimeout(5000);
  await called.goto(await calledAt(called));
  await picture(called, 'pictures/called.png', 'h1');
  await press(duty, 'Lock it now');
  await until(duty, 'the device acknowledged it');
  await picture(duty, 'pictures/loss-locked.png', 'h1');

  await visit(colleague, `/lost/${reference}`);
  await colleague.getByLabel(/The word/).fill(word);
  await press(colleague, 'See your report');
  await picture(colleague, 'pictures/report-again.png', 'h1');
  await whereItIs(duty, loss);
  await eraseByTwo(loss);
  await anotherWasMeant(duty);
}

/** Asks the lost device where it is, and reads what it answered. */
async function whereItIs(duty, loss) {
  await duty.goto(loss);
  await unfold(duty, 'Where it is');
  await duty.getByLabel('Why do you look for it?').fill('A patrol is near');
  await press(duty, 'Locate it');
  const reads = duty.getByLabel('Why do you need its last position?');
  for (let tries = 0; tries < 45 && (await reads.count()) === 0; tries += 1) {
    await duty.waitForTimeout(2000);
    await duty.goto(loss);
  }
  await unfold(duty, 'Where it is');
  await reads.fill('To tell the patrol');
  await press(duty, 'Show its last position');
  await picture(duty, 'pictures/loss-place.png', '#where');
}

/** Has the lost device erased: one person asks, and the page of the other is shown. */
async function eraseByTwo(loss) {
  const asks = await as('Yusuf Fisk');
  await asks.goto(loss);
  await unfold(asks, 'Erase it');
  await asks.getByLabel('No, or it is saved').check();
  await asks.getByLabel('Why must it be erased?').fill('Stolen while it was unlocked');
  await picture(asks, 'pictures/loss-erase.png', '#erase');
  await press(asks, 'Ask for approval to erase it');
  const second = await as('Callum Kemball');
  await second.goto(loss);
  await unfold(second, 'Where it is');
  await follow(second, /^Erase, by/);
  await picture(second, 'pictures/second-person.png', 'h1');
}

/** A second loss, whose report names a wrong device: the page on which that is put right. */
async function anotherWasMeant(duty) {
  const holder = await as('Aisha Abbott');
  await visit(holder, '/me/lost');
  await holder.getByLabel('iPhone SE, NC-01200').check();
  await picture(holder, 'pictures/own-report.png', 'h1');
  await press(holder, 'Report it now');
  const reference = await holder.locator('.govuk-panel strong').innerText();
  await visit(duty, '/losses');
  await follow(duty, new RegExp(reference));
  await follow(duty, /Put it right/);
  await duty.getByLabel(/Part of a name/).fill('NC-01230');
  await press(duty, 'Find');
  await follow(duty, /NC-01230/);
  await duty.getByLabel('Why is it this one?').fill('Rang the reporter: it is the phone of 1030');
  await picture(duty, 'pictures/put-right.png', 'h1');
}

/** The officer's own pages: what they can press, the form after a breach, and how they are reached. */
async function own() {
  const officer = await as('Aisha Abbott');
  await visit(officer, '/me');
  await picture(officer, 'pictures/own-page.png', 'h1');
  await follow(officer, /Security incident form/);
  await picture(officer, 'pictures/incident-form.png', 'h1');
  await visit(officer, '/me/contacts');
  await picture(officer, 'pictures/reached.png', 'h1');
  await onCall();
}

/** Returns the day so many days after the one on which the page was made, by the clock of the demonstration. */
async function inDays(page, days) {
  const [, made] = (await page.locator('body').innerText()).match(/Page made (\d+ \w+ \d+)/);
  return new Date(Date.parse(`${made} UTC`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Puts somebody who can sign in on a rota, and shows their turns. */
async function onCall() {
  const keeps = await as('Callum Kemball');
  await visit(keeps, '/duty/rotas');
  await follow(keeps, /^Duty officer/);
  await follow(keeps, /^Add, take out or replace/);
  await keeps.getByLabel('Add a person').check();
  await keeps.locator('#person').fill('1053');
  await keeps.locator('#start').fill(`${await inDays(keeps, 2)} 18:00`);
  await keeps.locator('#end').fill(`${await inDays(keeps, 3)} 08:00`);
  await keeps.locator('#reason').fill('A football match: two are needed');
  await press(keeps, 'Override the rota');
  const taken = await as('Xanthe Everitt');
  await visit(taken, '/me/on-call');
  await picture(taken, 'pictures/on-call.png', 'h1');
}

/** A day at the desk: a loss by telephone, the queue, a forgotten password, the end of the shift. */
async function desk() {
  const desk = await as('Violet Catchpole', DESK);
  await visit(desk, '/losses/new?q=1020');
  await follow(desk, /NC-01220/);
  await desk.getByLabel('Lost', { exact: true }).check();
  await desk.getByLabel('Where was that?').fill('On the bus from Ipswich Road');
  await picture(desk, 'pictures/desk-telephone.png', 'h1');
  await picture(desk, 'pictures/desk-telephone-end.png', '[for=reporter]');
  await press(desk, 'Report it');

  await visit(desk, '/help/passwords/new?q=1000');
  await follow(desk, /NC-01200/);
  await desk.getByLabel('They ring').check();
  await press(desk, 'Open the request');
  await press(desk, 'Make a number to read out');
  const officer = await as('Aisha Abbott');
  await visit(officer, '/me/password');
  await picture(officer, 'pictures/password-number.png', 'h1');
  await officer.getByLabel(/number of two digits/).fill(await desk.locator('.lan-big').innerText());
  await press(officer, 'It is me on the telephone');
  await desk.reload();
  await picture(desk, 'pictures/desk-password.png', 'h1');

  await visit(desk, '/cases');
  await picture(desk, 'pictures/desk-queue.png', 'h1');
  await follow(desk, /^C-/);
  await press(desk, 'Take this case');
  await visit(desk, '/cases/hand-over');
  await picture(desk, 'pictures/desk-hand-over.png', 'h1');
  await visit(desk, '/incidents');
  await picture(desk, 'pictures/desk-incidents.png', 'h1');
}

/** The first page, for README.md. */
async function overview() {
  const owner = await as('Adam Hurrell', { width: 1200, height: 900 });
  await visit(owner, '/');
  await picture(owner, 'overview.png');
}

// The scenes leave devices reported lost: `desk` takes a request about a password of a device that `night` reports.
const SCENES = { overview, own, desk, night };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in SCENES));
if (unknown) throw new Error(`there is no scene ${unknown}: choose from ${Object.keys(SCENES).join(', ')}`);
await mkdir(join(docs, 'pictures'), { recursive: true });
try {
  for (const [name, play] of Object.entries(SCENES)) {
    if (asked.length === 0 || asked.includes(name)) await play();
  }
} finally {
  await Promise.all(opened.map((browser) => browser.close()));
}
