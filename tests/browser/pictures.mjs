// Pictures of the project's pages, to be looked at: node pictures.mjs FOLDER, or, with a second folder of printed pages,
// one picture of them side by side.
import { readFileSync, readdirSync } from 'fs';
import { join, resolve } from 'path';
import { launch } from './browser.mjs';

const [, , folder, printed] = process.argv;
const browser = await launch();
const quality = { type: 'jpeg', quality: 60 };
if (printed) {
  const pages = readdirSync(printed).filter(name => name.endsWith('.jpg')).sort();
  const images = pages.map(name => `<img src="data:image/jpeg;base64,${readFileSync(join(printed, name)).toString('base64')}">`);
  const page = await (await browser.newContext({ viewport: { width: 1560, height: 600 } })).newPage();
  await page.setContent(`<body style="margin:8px;background:#888;display:grid;grid-template-columns:repeat(4,1fr);gap:8px">${images.join('')}<style>img{width:100%}</style>`);
  await page.screenshot({ path: join(folder, 'nrm-2024-print.jpg'), fullPage: true, ...quality });
} else {
  for (const report of ['nrm-2024', 'mauna-loa']) {
    for (const [width, colorScheme] of [[320, 'light'], [768, 'light'], [1280, 'light'], [768, 'dark']]) {
      const page = await (await browser.newContext({ viewport: { width, height: 900 }, colorScheme })).newPage();
      await page.goto('file://' + resolve('output', report, 'index.html'));
      // down to the methods, which are long and all alike
      const height = await page.evaluate(() => Math.ceil(document.getElementById('methods').getBoundingClientRect().top + scrollY));
      const name = `${report}-${width}${colorScheme === 'dark' ? '-dark' : ''}.jpg`;
      await page.screenshot({ path: join(folder, name), fullPage: true, clip: { x: 0, y: 0, width, height }, ...quality });
      await page.context().close();
    }
  }
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
  await page.goto('file://' + resolve('output', 'nrm-2024', 'index.html'));
  await page.screenshot({ path: join(folder, 'top.jpg'), type: 'jpeg', quality: 75 });
}
await browser.close();
