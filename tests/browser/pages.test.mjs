// Every sample page, written out by `cargo run -p web --example gallery -- FOLDER`, on a phone and on a desk.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { accessible, fitsItsWidth, open } from './browser.mjs';

const folder = process.env.LANYARD_GALLERY;
assert.ok(folder, 'LANYARD_GALLERY names no folder: run run.sh, or write the gallery first');
const pages = (await readdir(folder)).filter((name) => name.endsWith('.html'));
assert.ok(pages.length > 20, `only ${pages.length} pages in ${folder}`);

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

for (const width of [320, 1200]) {
  for (const name of pages) {
    test(`${name} at ${width}px`, async () => {
      const page = await browser.context.newPage();
      await page.setViewportSize({ width, height: 900 });
      await page.goto(pathToFileURL(resolve(join(folder, name))).href);
      await fitsItsWidth(page, name);
      // Folded parts are checked unfolded, since that is how they are used.
      await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.removeAttribute('name'); part.open = true; }));
      await fitsItsWidth(page, `${name}, unfolded`);
      await accessible(page, name);
      await page.close();
    });
  }
}
