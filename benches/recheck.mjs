// How long the page takes to compute its figures again from a CSV of 100,000 rows: reading, hashing, 50 filtered sums, shares and
// counts, and three series. TOOLS names the folder with node_modules, TIEOUT the command:
//   TOOLS=~/.cache/tieout-browser TIEOUT=target/release/tieout node benches/recheck.mjs
import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { launch } from '../tests/browser/browser.mjs';

const RUNS = 5;
const folder = mkdtempSync(join(tmpdir(), 'recheck-'));
for (const part of ['data/made', 'reports']) mkdirSync(join(folder, part), { recursive: true });
const regions = ['North', 'South', 'East', 'West', 'Centre'];
let state = 1;
const below = n => (state = (state * 48271) % 2147483647) % n;
const rows = Array.from({ length: 100000 }, () => [regions[below(5)], `k${below(40)}`, 2010 + below(15), below(9973), `${below(1000)}.${below(100)}`]);
const csv = join(folder, 'data/made/t.csv');
writeFileSync(csv, 'region,kind,year,cases,amount\n' + rows.map(row => row.join(',') + '\n').join(''));
writeFileSync(join(folder, 'data/made/source.yaml'), 'title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n    columns:\n      cases: { type: integer }\n      amount: { type: decimal }\n      year: { type: period }\n');
const figure = at => {
  const where = `where kind = 'k${at % 40}' and region = '${regions[at % 5]}' and year >= ${2010 + (at % 10)}`;
  switch (at % 5) {
    case 0: return `share(cases > 5000) from t ${where}`;
    case 1: return `{ value: mean(amount) from t ${where}, as: decimal(2) }`;
    case 2: return `count(distinct cases) from t ${where}`;
    default: return `sum(cases) from t ${where}`;
  }
};
const figures = Array.from({ length: 50 }, (_, at) => `  f${at}: ${figure(at)}`);
writeFileSync(join(folder, 'reports/r.yaml'), ['title: Many rows', 'date: 2026-01-01', 'figures:', ...figures, 'series:', '  by_year: sum(cases) from t by year', '  by_kind: sum(amount) from t by kind', '  both: count() from t by region, year'].join('\n'));
writeFileSync(join(folder, 'reports/r.md'), figures.map((_, at) => `There are [=](fig:f${at}).\n\n`).join(''));
execFileSync(process.env.TIEOUT, ['-C', folder, 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });

const browser = await launch();
const times = [];
for (let run = 0; run < RUNS; run += 1) {
  const tab = await browser.newPage();
  await tab.goto(`file://${join(folder, 'output/r/index.html')}`);
  await tab.evaluate(() => {
    addEventListener('change', () => { window.started = performance.now(); }, true);
    new MutationObserver(() => { window.ended ??= performance.now(); }).observe(document.getElementById('recheck-said'), { childList: true });
  });
  await tab.setInputFiles('#recheck-file', csv);
  await tab.waitForFunction(() => window.ended, undefined, { timeout: 120000 });
  times.push(await tab.evaluate(() => window.ended - window.started));
  if (run === 0) console.log(await tab.locator('#recheck-said').textContent());
  await tab.close();
}
times.sort((a, b) => a - b);
console.log(`${statSync(csv).size} bytes, 100,000 rows, 50 figures, 3 series: ${times[RUNS >> 1].toFixed(0)} ms (${times.map(time => time.toFixed(0)).join(', ')})`);
await browser.close();
rmSync(folder, { recursive: true });
