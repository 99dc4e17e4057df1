// How soon a reader sees something: first contentful paint of the built pages in Chromium, and how large they are.
//
//     TOOLS=$HOME/.cache/tieout-browser node benches/paint.mjs [RUNS]
//
// Prints minimum, median and maximum of RUNS (10 unless given) cold loads of each page.
import { readdirSync, statSync } from 'fs';
import { resolve } from 'path';
import { launch } from '../tests/browser/browser.mjs';

const runs = +(process.argv[2] ?? 10);
const browser = await launch();
for (const report of readdirSync('output')) {
  const file = resolve('output', report, 'index.html');
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto('file://' + file);
    times.push(await page.evaluate(() => new Promise(tell => new PerformanceObserver(list => {
      const paint = list.getEntries().find(entry => entry.name === 'first-contentful-paint');
      if (paint) tell(paint.startTime);
    }).observe({ type: 'paint', buffered: true }))));
    await page.context().close();
  }
  times.sort((a, b) => a - b);
  const [least, middle, most] = [times[0], times[runs >> 1], times[runs - 1]].map(time => `${Math.round(time)} ms`);
  console.log(`${report}: ${Math.round(statSync(file).size / 1024)} kB; first paint ${least}, median ${middle}, at most ${most}`);
}
await browser.close();
