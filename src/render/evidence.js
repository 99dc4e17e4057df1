// The evidence drawer: what stands under Methods opens beside the text. Without this script every link leads there.
"use strict";
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
(() => {
const PAGE = 20;
const title = make("h2", { id: "evidence-title", tabIndex: -1 });
const content = make("div", { className: "evidence-content" });
const close = make("button", { type: "button", className: "evidence-close", textContent: "Close" });
const drawer = make("div", { id: "evidence", role: "dialog", hidden: true }, make("div", { className: "evidence-head" }, title, close), content);
drawer.setAttribute("aria-labelledby", title.id);
document.body.append(drawer);

// the link that opened the drawer, to which the keyboard returns
let opener = null;

const target = (hash) => {
  const element = hash.startsWith("#fig-") ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  return element && element.closest(".method") ? element : null;
};

const copy = (element) => {
  const clone = element.cloneNode(true);
  clone.removeAttribute("id");
  clone.querySelectorAll("[id]").forEach((inner) => inner.removeAttribute("id"));
  return clone;
};

const section = (words, ...children) => make("section", {}, make("h3", { textContent: words }), ...children);

// the sentence in which a claim stands, with the claim marked
const sentence = (link) => {
  const block = link.closest("p, li, td, th, caption, figcaption");
  if (!block) return null;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEndBefore(link);
  const after = document.createRange();
  after.setStartAfter(link);
  after.setEnd(block, block.childNodes.length);
  const text = (range) => {
    const part = range.cloneContents();
    part.querySelectorAll(".note-ref").forEach((mark) => mark.remove());
    return part.textContent.replace(/\s+/g, " ");
  };
  const start = text(before).split(/(?<=[.!?]) (?=[A-Z“"])/).pop();
  const end = text(after).split(/(?<=[.!?])(?= [A-Z“"]|$)/)[0];
  return make("blockquote", {}, start, make("mark", { textContent: link.textContent }), end);
};

// a table of which some rows are shown at a time
const paged = (table, keep) => {
  const rows = [...table.tBodies[0].rows];
  const kept = rows.filter(keep);
  rows.filter((row) => !kept.includes(row)).forEach((row) => row.remove());
  const where = make("span");
  const turn = (words, step) => make("button", { type: "button", textContent: words, onclick: () => show(at + step) });
  const back = turn("Earlier rows", -1);
  const on = turn("Later rows", 1);
  let at = 0;
  const show = (page) => {
    at = page;
    kept.forEach((row, index) => (row.hidden = Math.floor(index / PAGE) !== at));
    back.disabled = at === 0;
    on.disabled = (at + 1) * PAGE >= kept.length;
    where.textContent = ` ${at * PAGE + 1} to ${Math.min(kept.length, (at + 1) * PAGE)} of ${kept.length} `;
  };
  if (kept.length > 0) show(0);
  if (kept.length === 0) return make("p", { textContent: "The rows of this point are not among the first; the file has all." });
  const turner = make("p", { className: "pages" }, back, where, on);
  turner.hidden = kept.length <= PAGE;
  return turner;
};

const fill = (element, link) => {
  const method = element.closest(".method");
  const point = element === method ? null : element;
  title.textContent = method.querySelector("h3").textContent;
  content.replaceChildren();
  const said = link && link.matches(".claim") ? sentence(link) : null;
  if (said) {
    content.append(said);
    const { found, reviewed } = link.dataset;
    const line = (name, words) => content.append(make("p", { className: "found" }, make("strong", { textContent: name }), ` ${words}`));
    if (found) line("Checked:", found);
    if (reviewed) line("Reviewed:", reviewed);
  }
  if (point) {
    const [key, value, exact] = [...point.cells].map((cell) => cell.textContent);
    const shown = make("strong", { className: "shown", textContent: value });
    content.append(make("p", {}, shown, ` ${key}`), make("p", { textContent: `Exactly ${exact}` }));
  }
  const body = copy(method);
  body.querySelector("h3").remove();
  // what was said of these words above says it
  if (said && link.dataset.reviewed) body.querySelectorAll(".reviewer").forEach((all) => all.remove());
  if (point) body.querySelectorAll("details.points").forEach((points) => points.remove());
  const rows = body.querySelector("details.rows");
  if (rows) {
    rows.open = true;
    const table = rows.querySelector("table");
    const id = point && point.id.slice("fig-".length);
    const own = (row) => !id || !row.dataset.point || id === row.dataset.point || id.startsWith(`${row.dataset.point}/`);
    rows.append(paged(table, own));
  }
  content.append(body);
  const notes = [...new Set([...method.querySelectorAll(".note-ref a")].map((mark) => mark.hash))];
  const sources = notes.map((hash) => document.getElementById(hash.slice(1))).filter(Boolean).map((note) => {
    // not what the whole page takes from it, which can be long
    const parts = [...note.children].filter((part) => !part.matches(".supports, .back"));
    return make("div", { className: "source" }, ...parts.map(copy));
  });
  if (sources.length > 0) content.append(section(sources.length === 1 ? "Source" : "Sources", ...sources));
  const places = [...document.querySelectorAll("a.claim")].filter((claim) => claim.getAttribute("href") === `#${element.id}` && !drawer.contains(claim));
  const list = places.map((claim) => {
    const words = make("button", { type: "button", className: "place", onclick: () => leave(claim) });
    words.append(claim.textContent);
    const quoted = sentence(claim);
    return make("li", {}, words, " ", make("span", { textContent: quoted ? quoted.textContent : "" }));
  });
  if (list.length > 0) content.append(section("In the text", make("ul", {}, ...list)));
};

const open = (element, link) => {
  fill(element, link);
  drawer.hidden = false;
  document.body.classList.add("with-evidence");
  drawer.scrollTop = 0;
  // the words stay in view beside, or above, their evidence
  const beside = drawer.getBoundingClientRect();
  const height = beside.top > 0 ? beside.top : innerHeight;
  if (link) scrollBy({ top: link.getBoundingClientRect().top - height / 2, behavior: "instant" });
  title.focus({ preventScroll: true });
};

const shut = () => {
  drawer.hidden = true;
  document.body.classList.remove("with-evidence");
};

// closes the drawer and goes to a place of the text
const leave = (place) => {
  shut();
  if (location.hash.startsWith("#fig-")) history.pushState(null, "", location.pathname + location.search);
  if (place) {
    place.focus();
    place.scrollIntoView({ block: "center" });
  }
};

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#fig-"]');
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const element = target(link.hash);
  if (!element) return;
  event.preventDefault();
  if (!drawer.contains(link)) opener = link;
  if (location.hash !== link.hash) history.pushState(null, "", link.hash);
  open(element, drawer.contains(link) ? null : link);
});
// marks of a drawing, for the mouse: the keyboard has the same values under Data
document.addEventListener("click", (event) => {
  const mark = event.target.closest && event.target.closest("svg [data-fig]");
  const element = mark && target(`#fig-${mark.dataset.fig}`);
  if (!element) return;
  opener = mark.closest("figure").querySelector("summary");
  if (location.hash !== `#${element.id}`) history.pushState(null, "", `#${element.id}`);
  open(element, null);
});
close.addEventListener("click", () => leave(opener));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !drawer.hidden) leave(opener);
});
const follow = () => {
  const element = target(location.hash);
  if (element) open(element, null);
  else if (!drawer.hidden) shut();
};
addEventListener("popstate", follow);
addEventListener("hashchange", follow);
follow();
})();
