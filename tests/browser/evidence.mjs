// The evidence drawer, from index.html alone: by mouse and by keyboard from sentences to their rows and back, addresses of
// figures and points, rows by the page, accessible, and everything still reachable without scripts.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { execFileSync } from 'child_process';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { axe, check, finish, launch } from './browser.mjs';

const browser = await launch();
const alone = mkdtempSync(join(tmpdir(), 'page-'));
copyFileSync('output/nrm-2024/index.html', join(alone, 'index.html'));
const url = 'file://' + join(alone, 'index.html');
const open = async (address, width, how = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce', offline: true, ...how });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', error => page.faults.push(error.message));
  page.on('console', message => { if (message.type() === 'error') page.faults.push(message.text()); });
  page.on('request', request => { if (!/^(file|data):/.test(request.url())) page.faults.push(request.url()); });
  await page.goto(address);
  return page;
};
const drawer = page => page.locator('#evidence');
const csv = path => readFileSync(path, 'utf8').trim().split('\n').slice(1).map(line => line.split(','));

// the rows behind three sentences, as the bundle's evidence holds them
const sentences = [['dtn_2024', '5,598'], ['rg_negative_2022', '1,921'], ['children_2022', '7,004']];
for (const width of [1280, 390]) {
  for (const means of ['mouse', 'keyboard']) {
    const page = await open(url, width);
    for (const [id, shown] of sentences) {
      const name = `${width} px, ${means}, ${id}:`;
      const link = page.locator(`main a.claim[href="#fig-${id}"]`).first();
      if (means === 'mouse') await link.click();
      else { await link.focus(); await page.keyboard.press('Enter'); }
      check(`${name} the drawer opens`, await drawer(page).isVisible());
      check(`${name} the address is the figure's`, page.url().endsWith(`#fig-${id}`), page.url());
      check(`${name} the sentence is marked`, (await drawer(page).locator('blockquote mark').first().textContent()) === await link.textContent());
      check(`${name} the value stands there`, (await drawer(page).locator('.shown').first().textContent()) === shown);
      const rows = await drawer(page).locator('details.rows tbody tr').evaluateAll(all => all.map(row => [...row.cells].map(cell => cell.textContent)));
      const expected = csv(`output/nrm-2024/evidence/${id}.csv`).map(row => row.slice(1));
      check(`${name} its rows are those of the evidence`, JSON.stringify(rows) === JSON.stringify(expected), JSON.stringify(rows));
      const publisher = await drawer(page).locator('.source').first().textContent();
      check(`${name} its source is named`, /Home Office/.test(publisher), publisher);
      const seen = await link.evaluate(link => { const box = link.getBoundingClientRect(), top = document.elementFromPoint(box.left + 2, box.top + 2); return link.contains(top); });
      check(`${name} the words stay in view`, seen);
      if (means === 'mouse') await drawer(page).locator('.evidence-close').click();
      else {
        await page.keyboard.press('Tab');
        check(`${name} Close is the first stop`, await page.evaluate(() => document.activeElement.className === 'evidence-close'));
        await page.keyboard.press('Escape');
      }
      check(`${name} the drawer closes`, !(await drawer(page).isVisible()));
      check(`${name} the words have the focus again`, await link.evaluate(link => document.activeElement === link));
    }
    check(`${width} px, ${means}: no error and no request`, page.faults.length === 0, page.faults.join('; '));
    await page.context().close();
  }
}

// evidence moves the text aside or stands below it: nothing of the text is laid out anew, however long it is
for (const width of [1920, 1280, 1100, 820, 390]) {
  const page = await open(url, width);
  const sizes = () => page.locator('main > *').evaluateAll(all => all.map(part => `${part.offsetWidth}x${part.offsetHeight}`).join());
  const before = await sizes();
  const link = page.locator('main a.claim').first();
  await link.click();
  check(`${width} px: the text keeps its measure beside its evidence`, await sizes() === before);
  const [words, evidence] = [await link.boundingBox(), await drawer(page).boundingBox()];
  check(`${width} px: evidence does not cover the words`, words.x + words.width <= evidence.x || words.y + words.height <= evidence.y, JSON.stringify([words, evidence]));
  await page.context().close();
}

// addresses: of a figure, of a point, of what a derived figure is made from; the browser's own way back
const page = await open(`${url}#fig-declined_share`, 1280);
check('an address opens its figure', (await drawer(page).locator('#evidence-title').textContent()) === 'Duty to Notify reports as a share of both, 2024');
check('a fraction is shown before rounding', (await drawer(page).textContent()).includes('Before rounding: 622/2747'));
await drawer(page).locator('a[href="#fig-dtn_2024"]').first().click();
check('an input of a derived figure opens', (await drawer(page).locator('.shown').first().textContent()) === '5,598');
const listed = drawer(page).locator('button.place');
check('the places in the text are listed', await listed.count() === await page.locator('main a.claim[href="#fig-dtn_2024"], header a.claim[href="#fig-dtn_2024"]').count(), `${await listed.count()}`);
await page.goBack();
check('back leads to the derived figure', (await drawer(page).locator('#evidence-title').textContent()).includes('as a share of both'));
await page.goto(`${url}#fig-outcomes/2023/negative`);
await page.reload();
const point = await drawer(page).locator('details.rows tbody tr').evaluateAll(all => all.map(row => row.cells[2].textContent));
check('a point shows the rows of its key', point.length === 2 && point.every(year => year === '2023'), point.join());
await page.locator('#table-outcomes a.value').first().click();
check('a cell of a table opens its point', (await drawer(page).textContent()).includes('10,278'));
await page.locator('figure.chart summary').first().click();
await page.locator('figure.chart details a.value').first().click();
check('a value of a chart opens its point', page.url().includes('#fig-') && await drawer(page).isVisible());
await page.keyboard.press('Escape');
await page.locator('#chart-dtn_by_year svg:visible [data-fig="dtn_by_year/2019"]').click();
check('a bar of a chart opens its point', (await drawer(page).locator('.shown').first().textContent()) === '2,272');
await page.keyboard.press('Escape');
await page.locator('#chart-identified svg:visible circle[data-fig="identified/2016/referrals"]').click();
check('a mark of a line opens its point', (await drawer(page).locator('.shown').first().textContent()) === '3,805');
check('no error and no request', page.faults.length === 0, page.faults.join('; '));

// accessible while it is open
for (const [mode, width, how] of [['light', 1280, {}], ['dark', 1280, { colorScheme: 'dark' }], ['light', 390, {}], ['light', 320, {}]]) {
  const shown = await open(`${url}#fig-refused_2022`, width, { bypassCSP: true, ...how });
  await shown.evaluate(axe);
  const result = await shown.evaluate(async () => await axe.run('#evidence', { resultTypes: ['violations'] }));
  check(`${mode}, ${width} px: axe finds no violation in the drawer`, result.violations.length === 0, result.violations.map(v => `${v.id} ${v.nodes[0].html.slice(0, 90)}`).join('; '));
  const wide = await shown.evaluate(() => [document.documentElement.scrollWidth - document.documentElement.clientWidth, document.querySelector('#evidence').scrollWidth - document.querySelector('#evidence').clientWidth]);
  check(`${mode}, ${width} px: nothing scrolls sideways`, wide.every(by => by <= 0), wide.join());
  await shown.context().close();
}
await page.context().close();

// many rows are turned page by page
const mauna = await open('file://' + resolve('output/mauna-loa/index.html'), 1280);
const long = await mauna.evaluate(() => [...document.querySelectorAll('.method')].find(method => method.querySelectorAll('details.rows tbody tr').length > 40).id);
await mauna.evaluate(id => { location.hash = id; }, long);
await drawer(mauna).locator('.pages').waitFor();
const visible = () => drawer(mauna).locator('details.rows tbody tr:visible').count();
check('twenty rows are shown at a time', await visible() === 20, `${await visible()}`);
const first = await drawer(mauna).locator('details.rows tbody tr:visible').first().textContent();
await drawer(mauna).locator('.pages button').last().click();
check('the next rows follow', await visible() === 20 && first !== await drawer(mauna).locator('details.rows tbody tr:visible').first().textContent());
check('mauna-loa: no error and no request', mauna.faults.length === 0, mauna.faults.join('; '));
await mauna.context().close();

// without scripts a claim leads to its method, and the rows are there
const plain = await open(url, 1280, { javaScriptEnabled: false });
await plain.locator('main a.claim[href="#fig-rg_negative_2022"]').first().click();
check('without scripts a claim leads to its method', plain.url().endsWith('#fig-rg_negative_2022') && !(await plain.locator('#evidence').count()));
await plain.locator('#fig-rg_negative_2022 summary').click();
check('and its rows open there', (await plain.locator('#fig-rg_negative_2022 details.rows').textContent()).includes('1921'));
await plain.context().close();

// on paper the rows are an appendix, and the drawer is not there
const paper = await open(`${url}#fig-rg_negative_2022`, 1280);
const pdf = join(alone, 'page.pdf');
await paper.pdf({ path: pdf });
const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
check('paper has the rows', /reasonable\s+2022\s+negative\s+1921/.test(text));
check('paper has no drawer', !text.includes('Reviewer: none yet'));
await paper.context().close();

await browser.close();
rmSync(alone, { recursive: true });
finish();
