// The project's pages in Chromium, opened from disk as a reader opens them: accessible (axe: WCAG 2.2 AA and best
// practice), without a request, a console error or a sideways scroll, each claim and note with a target, by keyboard too.
// TOOLS names the folder with node_modules; see scripts/test.
import { createRequire } from 'module';
import { readFileSync, readdirSync } from 'fs';
import { resolve } from 'path';

const require = createRequire(`${process.env.TOOLS}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
let failed = 0, passed = 0;
const check = (what, good, detail = '') => {
  if (good) passed += 1;
  else { failed += 1; console.log(`FAILED ${what} ${detail}`); }
};

for (const report of readdirSync('output')) {
  const url = 'file://' + resolve('output', report, 'index.html');
  for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 320]]) {
    const name = `${report}, ${scheme}, ${width} px:`;
    // with the page's own policy: what it forbids must not be needed
    const plain = await (await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } })).newPage();
    const requests = [], errors = [];
    plain.on('request', request => { if (!request.url().startsWith('file:')) requests.push(request.url()); });
    plain.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
    await plain.goto(url);
    check(`${name} no request`, requests.length === 0, requests.join(' '));
    check(`${name} no console error`, errors.length === 0, errors.join(' '));
    const sideways = await plain.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(`${name} no sideways scroll`, sideways <= 0, `${sideways} px`);
    const styled = await plain.evaluate(() => getComputedStyle(document.querySelector('h1')).fontSize);
    check(`${name} its style applies`, parseFloat(styled) > 25, styled);
    const dangling = await plain.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1)).filter(id => !document.getElementById(id)));
    check(`${name} every link has its target`, dangling.length === 0, dangling.join(' '));
    const clipped = await plain.evaluate(() => [...document.querySelectorAll('figure.chart svg')].flatMap(svg => {
      const frame = svg.viewBox.baseVal;
      return [...svg.querySelectorAll('text')].map(text => text.getBBox()).filter(box => box.x < -1 || box.y < -1 || box.x + box.width > frame.width + 1 || box.y + box.height > frame.height + 1);
    }).length);
    check(`${name} no label is clipped`, clipped === 0, `${clipped}`);
    if (width === 1280 && scheme === 'light') {
      await plain.keyboard.press('Tab');
      check(`${name} the first stop skips to the text`, await plain.evaluate(() => document.activeElement.className === 'skip'));
      const claim = plain.locator('a.claim').first();
      await claim.focus();
      await plain.keyboard.press('Enter');
      check(`${name} Enter on a claim goes to its method`, await plain.evaluate(() => document.querySelector(':target')?.className === 'method'));
      const note = plain.locator('a[role=doc-noteref]').first();
      await note.focus();
      await plain.keyboard.press('Enter');
      const back = plain.locator(':target a[role=doc-backlink]').first();
      await back.focus();
      await plain.keyboard.press('Enter');
      check(`${name} a note leads back to its reference`, await plain.evaluate(() => document.querySelector(':target')?.id === 'ref-1-1'));
    }
    await plain.context().close();
    const page = await (await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();
    await page.goto(url);
    await page.evaluate(axe);
    const result = await page.evaluate(async tags => await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }), tags);
    check(`${name} axe finds no violation`, result.violations.length === 0, result.violations.map(v => `${v.id} ${v.nodes.length} ${v.nodes[0].target}`).join('; '));
    await page.context().close();
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
