// Every kind of chart over hostile data, drawn by the built command: no label is clipped or meets another, at three
// widths. TOOLS names the folder with node_modules, TIEOUT the command; see scripts/test.
import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { check, faults, finish, launch } from './browser.mjs';

const range = n => [...Array(n).keys()];
const long = 'People who were referred by a local authority and whose decision is still awaited';
// names of keys, and values for up to four strands
const data = {
  plain: [range(10).map(i => 2014 + i), i => 100 * i + 37],
  long: [['a', 'b', 'c', 'd'].map(c => `${long} ${c}`), i => 10 * i + 3],
  words: [['Donaudampfschifffahrtsgesellschaftskapitän', 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch', 'x'], i => 5 + i],
  foreign: [['עברית וערבית', 'العربية الفصحى', '日本語のとても長いラベル', '👩‍👩‍👧‍👦 family 👍🏽', 'E\u0301cole d\u2019e\u0301te\u0301'], i => 7 * i + 1],
  sixty: [range(60).map(i => 1960 + i), i => 13 * (i + 1) % 71],
  sixty_names: [range(60).map(i => `Area ${i} of the country`), i => 13 * (i + 1) % 71],
  two: [[2023, 2024], i => i + 1],
  zero: [[2021, 2022, 2023], () => 0],
  negative: [[2020, 2021, 2022, 2023], i => [-50, 20, -3, 40][i % 4]],
  huge: [[2021, 2022, 2023], i => 10 ** 12 * (i + 1) - 1],
  close: [[2021, 2022, 2023], () => 1000],
  gaps: [[2020, 2021, 2022, 2023], i => (i % 3 === 1 ? '' : 30 + i)],
  hidden: [[2020, 2021, 2022, 2023], i => (i === 1 ? '[c]' : 30 + i)],
  whiskers: [[2020, 2021, 2022, 2023], i => (i % 2 ? '<50' : 30 + i)],
  one: [['Alone'], () => 5],
  blank: [['\u200b', 'b', 'c'], i => 5 + i],
  share: [[2020, 2021, 2022, 2023, 2024], i => 12.5 * i],
};
const ordered = ['plain', 'sixty', 'two', 'zero', 'negative', 'huge', 'close', 'gaps', 'hidden', 'whiskers', 'share'];
const kinds = {
  bar: 1, lollipop: 1, dot: 3, 'grouped-bar': 4, 'stacked-bar': 4, 'stacked-percent': 3, line: 4, area: 4, slope: 6, multiples: 5, histogram: 1,
};

const folder = mkdtempSync(join(tmpdir(), 'tieout-charts-'));
for (const part of ['data/hostile', 'reports']) mkdirSync(join(folder, part), { recursive: true });
const names = ['North', 'A rather long name of a strand', 'The same', 'x', 'Fifth', 'Sixth one'];
let source = 'title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n', series = '', charts = '', body = 'In all [=](fig:all).\n\n';
for (const [name, [keys, value]] of Object.entries(data)) {
  source += `  ${name}:\n    file: ${name}.csv\n    columns:\n      key: { type: ${ordered.includes(name) ? 'period' : 'text'} }\n      value: { type: ${name === 'share' ? 'decimal' : 'integer'}, suppressed: { '[c]': any, '<50': 0..49 } }\n`;
  const rows = names.flatMap((strand, s) => keys.map((key, i) => `"${key}","${strand}",${name === 'zero' ? 0 : typeof value(i) === 'string' ? value(i) : value(i) + (name === 'close' ? s : 3 * s)}`));
  writeFileSync(join(folder, `data/hostile/${name}.csv`), `key,strand,value\n${rows.join('\n')}\n`);
  for (const count of new Set(Object.values(kinds))) {
    const by = count === 1 ? 'key' : '[key, strand]';
    const where = `strand in (${names.slice(0, count).map(n => `'${n}'`).join(', ')})`;
    series += `  ${name}_${count}:\n    value: sum(value)\n    from: ${name}\n    where: ${where}\n    by: ${by}\n    label: Cases of a rather long name\n`;
  }
  for (const [kind, count] of Object.entries(kinds)) {
    const joins = ['line', 'area'].includes(kind);
    if (joins && !ordered.includes(name)) continue;
    if (kind === 'slope' && name !== 'two') continue;
    if (kind === 'histogram' && (data[name][0].length < 5 || name === 'gaps')) continue;
    if (['stacked-bar', 'stacked-percent', 'area'].includes(kind) && name === 'negative') continue;
    if (name === 'whiskers' && ['stacked-bar', 'stacked-percent', 'area', 'histogram'].includes(kind)) continue;
    if (kind === 'stacked-percent' && ['gaps', 'hidden', 'share'].includes(name)) continue;
    for (const horizontal of ['bar', 'grouped-bar', 'stacked-bar', 'stacked-percent'].includes(kind) ? [false, true] : [false]) {
      const id = `${name}_${kind.replace('-', '_')}${horizontal ? '_h' : ''}`;
      const notes = !horizontal && ordered.includes(name) && ['bar', 'grouped-bar', 'line'].includes(kind)
        ? `    annotations:\n      - at: ${data[name][0][0]}\n        words: "[Early on, then](fig:${name}_first)"\n      - at: ${data[name][0].at(-1)}\n        words: "[And the last of them, with many more words](fig:${name}_first)"\n` : '';
      const zero = ['line', 'dot', 'slope', 'multiples'].includes(kind) && name === 'close' ? '    zero: false\n' : '';
      const reference = ['bar', 'line', 'dot', 'lollipop'].includes(kind) ? `    reference:\n      figure: ${name}_first\n      label: What all were told to reach\n` : '';
      charts += `  ${id}:\n    kind: ${kind}\n    series: ${name}_${count}\n    title: ${id}\n    alt: Drawing of ${id}\n${horizontal ? '    horizontal: true\n' : ''}${zero}${notes}${reference}`;
      body += `[Chart](chart:${id})\n\n`;
    }
  }
}
const figures = Object.keys(data).map(name => `  ${name}_first: max(value) from ${name}${name === 'hidden' ? ' where key != 2021' : name === 'whiskers' ? ' where key = 2020' : ''}\n`).join('');
writeFileSync(join(folder, 'data/hostile/source.yaml'), source);
writeFileSync(join(folder, 'reports/hostile.yaml'), `title: Made\ndate: 2026-01-01\nseverity: { untied-number: off, unread-claim: off }\nfigures:\n  all: sum(value) from plain\n${figures}series:\n${series}charts:\n${charts}`);
writeFileSync(join(folder, 'reports/hostile.md'), body);
try {
  execFileSync(process.env.TIEOUT, ['-C', folder, 'build'], { stdio: ['ignore', 'ignore', 'pipe'] });
} catch (error) {
  console.log(String(error.stderr).slice(0, 4000));
  process.exit(1);
}
const browser = await launch();
for (const width of [320, 768, 1280]) {
  const page = await (await browser.newContext({ viewport: { width, height: 900 } })).newPage();
  await page.goto(`file://${folder}/output/hostile/index.html`);
  const drawn = await page.evaluate(() => document.querySelectorAll('figure.chart').length);
  check(`${width} px: all charts are there`, drawn > 80, `${drawn}`);
  const found = await page.evaluate(faults);
  check(`${width} px: ${drawn} charts without a clipped label or two that meet`, found.length === 0, `${found.length}\n  ${found.slice(0, 40).join('\n  ')}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(`${width} px: no sideways scroll`, sideways <= 0, `${sideways} px`);
  if (process.env.PICTURE) await page.screenshot({ path: `${process.env.PICTURE}-${width}.png`, fullPage: true });
}
await browser.close();
rmSync(folder, { recursive: true });
finish();
