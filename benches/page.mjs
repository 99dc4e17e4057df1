// How long a page with a thousand claims, each on a figure of its own, takes to open in Chromium, and a click to be answered;
// and what building and verifying its bundle take. TOOLS names the folder with node_modules, TIEOUT the command:
//   TOOLS=~/.cache/tieout-browser TIEOUT=target/release/tieout node benches/page.mjs
import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { launch } from '../tests/browser/browser.mjs';

const RUNS = 5;
const folder = mkdtempSync(join(tmpdir(), 'thousand-'));
for (const part of ['data/made', 'reports']) mkdirSync(join(folder, part), { recursive: true });
const rows = Array.from({ length: 1000 }, (_, at) => [`k${at % 100}`, 2010 + Math.floor(at / 100), 100 + (at * 7919) % 9900]);
writeFileSync(join(folder, 'data/made/t.csv'), 'kind,year,cases\n' + rows.map(row => row.join(',') + '\n').join(''));
writeFileSync(join(folder, 'data/made/source.yaml'), 'title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n    key: [kind, year]\n    columns:\n      cases: { type: integer }\n');
writeFileSync(join(folder, 'reports/r.yaml'), 'title: Many claims\ndate: 2026-01-01\nfigures:\n' + rows.map(([kind, year], at) => `  f${at}: sum(cases) from t where kind = '${kind}' and year = ${year}\n`).join(''));
writeFileSync(join(folder, 'reports/r.md'), rows.map(([kind, year], at) => `In ${year} kind ${kind} had [=](fig:f${at}) cases.${at % 10 === 9 ? '\n\n' : '\n'}`).join(''));
const median = times => [...times].sort((a, b) => a - b)[times.length >> 1];
const timed = (...parameters) => {
  const start = performance.now();
  execFileSync(process.env.TIEOUT, ['-C', folder, ...parameters], { stdio: ['ignore', 'ignore', 'inherit'] });
  return performance.now() - start;
};
const runs = of => median(Array.from({ length: RUNS }, of));
const build = runs(() => { rmSync(join(folder, 'output'), { recursive: true, force: true }); return timed('build'); });
const verify = runs(() => timed('verify', 'output/r'));
const page = join(folder, 'output/r/index.html');
console.log(`page: ${statSync(page).size} bytes; verify = ${(verify / build).toFixed(2)} of a build (${build.toFixed(0)} ms)`);

const browser = await launch();
for (const width of [1280, 1024, 390]) {
  const loads = [], firsts = [], clicks = [];
  for (let run = 0; run < RUNS; run += 1) {
    const tab = await browser.newPage({ viewport: { width, height: 900 } });
    await tab.goto(`file://${page}`);
    loads.push(await tab.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd));
    const times = await tab.evaluate(async () => {
      const times = [];
      const claims = [...document.querySelectorAll('main a.claim')];
      for (let at = 0; at < claims.length; at += 50) {
        const start = performance.now();
        claims[at].click();
        // until the next frame is drawn
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        times.push(performance.now() - start);
      }
      return times;
    });
    firsts.push(times[0]);
    clicks.push(...times.slice(1));
    await tab.close();
  }
  console.log(`${width} px: load ${median(loads).toFixed(0)} ms; first click ${median(firsts).toFixed(0)} ms; later clicks ${median(clicks).toFixed(0)} ms, at most ${Math.max(...clicks).toFixed(0)} ms`);
}
await browser.close();
rmSync(folder, { recursive: true });
