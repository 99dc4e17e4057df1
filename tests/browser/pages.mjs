// The project's pages in Chromium, opened from disk as a reader opens them: accessible (axe: WCAG 2.2 AA and best
// practice, with nothing left undecided without an answer here), without a request, a console error or a sideways scroll,
// each claim and note with a target, by keyboard from the first stop to the last. TOOLS names the folder with
// node_modules; see scripts/test.
import { readdirSync } from 'fs';
import { resolve } from 'path';
import { axe, check, faults, finish, launch } from './browser.mjs';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What axe cannot decide, and why it is in order. Anything else undecided fails.
const answers = {
  'color-contrast': node => {
    const message = node.any[0]?.message ?? '';
    if (/^<text/.test(node.html)) return 'a drawing: the contrast of a theme is checked before anything is drawn (palette.rs)';
    if (/too short/.test(message)) return 'one sign, in the colours of the longer links and cells beside it';
    if (/partially/.test(message) && /^<t[dh]|^<caption|class="value"/.test(node.html)) return 'a cell beside the screen, in the colours of those on it';
    return '';
  },
  'label-content-name-mismatch': node => /doc-backlink/.test(node.html)
    ? 'the visible text is an arrow, which says nothing aloud' : '',
};
const modes = [
  ['light', 1280, {}], ['dark', 1280, { colorScheme: 'dark' }], ['forced colours', 1280, { forcedColors: 'active' }],
  ['light', 320, {}], ['dark', 390, { colorScheme: 'dark' }], ['light', 1600, {}], ['high contrast', 768, { contrast: 'more' }],
];
const browser = await launch();
const open = async (url, width, how, more = {}) => {
  const page = await (await browser.newContext({ viewport: { width, height: 900 }, ...how, ...more })).newPage();
  await page.goto(url);
  return page;
};

for (const report of readdirSync('output')) {
  const url = 'file://' + resolve('output', report, 'index.html');
  for (const [mode, width, how] of modes) {
    const name = `${report}, ${mode}, ${width} px:`;
    // with the page's own policy: what it forbids must not be needed
    const plain = await (await browser.newContext({ viewport: { width, height: 900 }, ...how })).newPage();
    const requests = [], errors = [];
    plain.on('request', request => { if (!/^(file|data):/.test(request.url())) requests.push(request.url()); });
    plain.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
    await plain.goto(url);
    check(`${name} no request`, requests.length === 0, requests.join(' '));
    check(`${name} no console error`, errors.length === 0, errors.join(' '));
    const sideways = await plain.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(`${name} no sideways scroll`, sideways <= 0, `${sideways} px`);
    const styled = await plain.evaluate(() => getComputedStyle(document.querySelector('h1')).fontSize);
    check(`${name} its style applies`, parseFloat(styled) > 25, styled);
    const dangling = await plain.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1)).filter(id => !document.getElementById(id)));
    // what is laid out late clips the numbers of the notes, and moves what a link goes to
    const late = await plain.evaluate(() => [...document.querySelectorAll('main *')].filter(item => getComputedStyle(item).contentVisibility !== 'visible').length);
    check(`${name} nothing is laid out late`, late === 0, `${late} are`);
    await plain.locator('main sup a').first().click();
    const seen = () => { const { top } = document.querySelector(location.hash || 'html').getBoundingClientRect(); return location.hash !== '' && top > -1 && top < innerHeight; };
    const arrived = await plain.waitForFunction(seen, null, { timeout: 3000 }).then(() => true, () => false);
    check(`${name} a note's mark goes to its note`, arrived);
    check(`${name} every link has its target`, dangling.length === 0, dangling.join(' '));
    const found = await plain.evaluate(faults);
    check(`${name} no label of a chart is clipped or meets another`, found.length === 0, found.join('; '));
    await plain.context().close();
    const page = await open(url, width, how, { bypassCSP: true });
    await page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true; }));
    // axe decides nothing about what is scrolled out of sight, or not yet laid out
    await page.addStyleTag({ content: '.scroll { overflow: visible !important; max-height: none !important; } .method, #notes li { content-visibility: visible !important; }' });
    await page.evaluate(axe);
    const result = await page.evaluate(async tags => await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations', 'incomplete'] }), tags);
    check(`${name} axe finds no violation`, result.violations.length === 0, result.violations.map(v => `${v.id} ${v.nodes.length} ${v.nodes[0].target}`).join('; '));
    const open_ = result.incomplete.flatMap(rule => rule.nodes.filter(node => !answers[rule.id]?.(node)).map(node => `${rule.id} ${node.target}: ${node.any[0]?.message ?? ''}`));
    check(`${name} axe leaves nothing undecided`, open_.length === 0, `${open_.length}: ${open_.slice(0, 3).join('; ')}`);
    await page.context().close();
  }

  // 400% at 1280 px: so wide are the letters that 320 are left (WCAG 1.4.10)
  const zoomed = await open(url, 320, {}, { deviceScaleFactor: 4, viewport: { width: 320, height: 256 } });
  const beside = await zoomed.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(`${report}: at 400% nothing is beside the page`, beside <= 0, `${beside} px`);
  await zoomed.context().close();

  // by keyboard: every stop is seen, in the order of the page, and the last is reached
  const walk = await open(url, 1280, { reducedMotion: 'reduce' });
  await walk.keyboard.press('Tab');
  check(`${report}: the first stop skips to the text`, await walk.evaluate(() => document.activeElement.className === 'skip'));
  await walk.keyboard.press('Enter');
  check(`${report}: and goes there`, await walk.evaluate(() => location.hash === '#content'));
  await walk.goto(url);
  const summaries = await walk.locator('summary').count();
  for (let at = 0; at < summaries; at += 1) {
    await walk.locator('summary').nth(at).focus();
    await walk.keyboard.press('Enter');
  }
  check(`${report}: the data of every chart open by keyboard`, await walk.evaluate(() => [...document.querySelectorAll('details')].every(details => details.open)));
  await walk.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); getSelection().removeAllRanges(); });
  const all = await walk.evaluate(() => {
    const stops = [...document.querySelectorAll('a[href], summary, [tabindex="0"], input')].filter(stop => stop.getClientRects().length);
    stops.forEach((stop, at) => { stop.dataset.stop = at; });
    return stops.length;
  });
  await walk.locator('.skip').focus();
  let reached = 1, hidden = 0;
  for (; reached < all + 5; reached += 1) {
    await walk.keyboard.press('Tab');
    const stop = await walk.evaluate(at => {
      const active = document.activeElement, box = active.getBoundingClientRect(), style = getComputedStyle(active);
      return { at: active.dataset.stop, seen: box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
    });
    if (stop.at === undefined) break;
    if (+stop.at !== reached) { check(`${report}: stop ${reached} in order`, false, `reached ${stop.at}`); break; }
    if (!stop.seen) hidden += 1;
  }
  check(`${report}: all ${all} stops are reached by keyboard`, reached === all, `${reached}`);
  check(`${report}: every stop is seen with its outline`, hidden === 0, `${hidden} are not`);
  const claim = walk.locator('a.claim').first();
  await claim.focus();
  await walk.keyboard.press('Enter');
  check(`${report}: Enter on a claim opens its evidence`, await walk.locator('#evidence').isVisible());
  await walk.keyboard.press('Escape');
  const note = walk.locator('a[role=doc-noteref]').first();
  await note.focus();
  await walk.keyboard.press('Enter');
  await walk.locator(':target a[role=doc-backlink]').first().focus();
  await walk.keyboard.press('Enter');
  check(`${report}: a note leads back to its reference`, await walk.evaluate(() => document.querySelector(':target')?.id === 'ref-1-1'));
  // what can be taken away is there, whole
  const files = await walk.evaluate(() => [...document.querySelectorAll('a.download')].map(a => [a.download, atob(a.href.split(',')[1]).length]));
  const asked = await walk.evaluate(() => document.querySelectorAll('figure.chart').length * 2 + document.querySelectorAll('figure.table').length + 1);
  check(`${report}: the page holds its data`, files.length === asked && files.every(([name, size]) => /\.(csv|svg)$/.test(name) && size > 20), `${files.length}`);
  await walk.context().close();
}
await browser.close();
finish();
