// What the browser tests share: Chromium, axe, and a count of what passed.
import { createRequire } from 'module';
import { readFileSync } from 'fs';

const require = createRequire(`${process.env.TOOLS}/`);
const { chromium } = require('playwright-core');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

let failed = 0, passed = 0;
export const check = (what, good, detail = '') => {
  if (good) passed += 1;
  else { failed += 1; console.log(`FAILED ${what} ${detail}`); }
};
export const finish = () => {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
};

// Of the drawings that are shown: labels that leave the sheet, meet each other, or lie on a mark whose colour they are
// not made for.
export const faults = () => [...document.querySelectorAll('figure.chart svg')].filter(svg => svg.getClientRects().length).flatMap(svg => {
  const frame = svg.viewBox.baseVal, found = [], name = svg.closest('figure').id + ' ' + svg.getAttribute('class');
  const boxes = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim()).map(text => ({ text, ...(({ x, y, width, height }) => ({ x, y: y + height * .12, width, height: height * .76 }))(text.getBBox()) }));
  const meet = (a, b, slack) => Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > slack && Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > slack;
  const marks = [...svg.querySelectorAll('rect[class^=fill-mark], circle')].map(mark => mark.getBBox());
  boxes.forEach((a, at) => {
    const words = a.text.textContent;
    if (a.x < -1 || a.y < -1 || a.x + a.width > frame.width + 1 || a.y + a.height > frame.height + 1) found.push(`${name}: "${words}" is clipped`);
    for (const b of boxes.slice(at + 1)) if (meet(a, b, 1)) found.push(`${name}: "${words}" meets "${b.text.textContent}"`);
    const free = svg.closest('figure').dataset.lines === undefined && !a.text.getAttribute('class').includes('fill-on');
    if (free && marks.some(mark => meet(a, { x: mark.x, y: mark.y, width: mark.width, height: mark.height }, 2))) found.push(`${name}: "${words}" lies on a mark`);
  });
  return found;
});
