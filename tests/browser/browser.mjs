// The browser and the checks that every page must pass. Debian's chromium; nothing is downloaded.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', // the tests run as root in a container; they open only our own pages
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WCAG 2.2 AA and what axe counts as good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Starts a browser with a profile of its own. axe is put into a page as a script, which the pages' own policy forbids;
 * so the policy is set aside unless `strict` asks for the browser as people have it: without scripts, or with `script` too.
 */
export async function open({ strict = false, script = !strict } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'lanyard-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    bypassCSP: !strict,
    javaScriptEnabled: script,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Fails with every fault that axe finds on the page as it stands. */
export async function accessible(page, name) {
  const { violations, passes } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  assert.ok(passes.length > 0, `${name}: axe looked at nothing`);
  const faults = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.html}\n    ${node.failureSummary}`).join('\n')}`,
  );
  assert.deepEqual(faults, [], `${name} at ${page.viewportSize().width}px`);
}

/** Fails if the page must be scrolled sideways (WCAG 1.4.10); a table may, inside its own frame. */
export async function fitsItsWidth(page, name) {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= seen, `${name}: ${wide}px of page in a window of ${seen}px`);
}
