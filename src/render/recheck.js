// The re-check: a publisher's file that is dropped on the page is read here, and every figure over it is computed again,
// exactly, from its recipe's tree and what is declared of the file. Nothing leaves the page.
(() => {
const data = document.getElementById("recheck-data");
if (!data) return;
const told = JSON.parse(data.textContent);

// ---- exact numbers: a fraction of integers in lowest terms

const gcd = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};
const ten = (power) => 10n ** BigInt(power);
const fraction = (n, d = 1n) => {
  if (d < 0n) [n, d] = [-n, -d];
  const g = gcd(n, d) || 1n;
  return { n: n / g, d: d / g };
};
const zero = fraction(0n);
const one = fraction(1n);
const plus = (a, b) => (a.d === b.d ? fraction(a.n + b.n, a.d) : fraction(a.n * b.d + b.n * a.d, a.d * b.d));
const minus = (a, b) => plus(a, { n: -b.n, d: b.d });
const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
const over = (a, b) => fraction(a.n * b.d, a.d * b.n);
const side = (x, y) => (x < y ? -1 : x > y ? 1 : 0);
const order = (a, b) => side(a.n * b.d, b.n * a.d);
const least = (all) => all.reduce((a, b) => (order(b, a) < 0 ? b : a));
const most = (all) => all.reduce((a, b) => (order(b, a) > 0 ? b : a));
const floor = ({ n, d }) => (n < 0n && n % d !== 0n ? n / d - 1n : n / d);

// digits of a number as they stand in a file: sign, digits, point, exponent
const number = (text) => {
  const parts = /^([-+−]?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text);
  if (!parts) return null;
  const [, sign, whole, after = "", exponent = "0"] = parts;
  const scale = after.length - Number(exponent);
  if (Math.abs(scale) > 400) return null;
  const digits = BigInt(whole + after) * (sign === "-" || sign === "−" ? -1n : 1n);
  return scale >= 0 ? { m: digits, s: scale } : { m: digits * ten(-scale), s: 0 };
};
const parsed = (text) => {
  const [n, d] = text.split("/");
  const [above, below] = [number(n), d === undefined ? { m: 1n, s: 0 } : number(d)];
  return above && below ? over(fraction(above.m, ten(above.s)), fraction(below.m, ten(below.s))) : null;
};
// a finite decimal, or a fraction
const written = ({ n, d }) => {
  let [scale, rest] = [0, d];
  for (const prime of [2n, 5n]) {
    let times = 0;
    while (rest % prime === 0n) [rest, times] = [rest / prime, times + 1];
    scale = Math.max(scale, times);
  }
  if (rest !== 1n) return `${n}/${d}`;
  const digits = String(n < 0n ? (-n * ten(scale)) / d : (n * ten(scale)) / d).padStart(scale + 1, "0");
  const point = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return n < 0n ? `-${point}` : point;
};
const rounded = (value, decimals) => {
  const scaled = times(value, fraction(ten(decimals)));
  const size = { n: scaled.n < 0n ? -scaled.n : scaled.n, d: scaled.d };
  let whole = size.n / size.d;
  const twice = (size.n % size.d) * 2n;
  const up = twice > size.d || (twice === size.d && (told.rounding === "half-up" || whole % 2n === 1n));
  if (up) whole += 1n;
  return whole;
};
const root = (n) => {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
};
// a root, to 34 digits where it is not rational
const squareRoot = (value) => {
  const [n, d] = [root(value.n), root(value.d)];
  if (n * n === value.n && d * d === value.d) return fraction(n, d);
  const length = (x) => String(x).length;
  let shift = 34 - Math.floor((length(value.n) - length(value.d)) / 2) - 1;
  for (;;) {
    const power = shift >= 0 ? fraction(ten(2 * shift)) : fraction(1n, ten(-2 * shift));
    const scaled = times(value, power);
    const low = root(scaled.n / scaled.d);
    if (length(low) !== 34) {
      shift += 34 - length(low);
      continue;
    }
    const half = fraction(2n * low + 1n, 2n);
    const whole = order(times(half, half), scaled) < 0 ? low + 1n : low;
    return shift >= 0 ? fraction(whole, ten(shift)) : fraction(whole * ten(-shift));
  }
};

// ---- what cannot be computed: nothing is there, or it is hidden

class Nothing extends Error {}
class Hidden extends Nothing {}

// ---- numbers over hidden cells: sums of them, quotients of those, or two ends

const bounds = []; // of each hidden cell: [low, high], or null
const known = (value) => ({ c: value, t: null });
const isKnown = (x) => x.c && !x.t && !x.below;
const terms = (x) => x.t || new Map();
const form = (c, t) => ({ c, t: t && [...t.values()].some((k) => k.n !== 0n) ? new Map([...t].filter(([, k]) => k.n !== 0n)) : null });
const ends = (x) => {
  if (x.low) return [x.low, x.high];
  const cells = [...new Set([...terms(x).keys(), ...(x.below ? terms(x.below).keys() : [])])];
  if (cells.some((cell) => !bounds[cell])) throw new Hidden("a cell is hidden, and nothing says what it can be");
  if (!x.below) {
    const side = (high) => [...terms(x)].reduce((sum, [cell, k]) => plus(sum, times(k, bounds[cell][(k.n > 0n) === high ? 1 : 0])), x.c);
    return [side(false), side(true)];
  }
  const [low, high] = ends(x.below);
  if (order(low, zero) <= 0 && order(high, zero) >= 0) throw new Hidden("a divisor can be 0");
  if (cells.length > 16) throw new Hidden("too many cells are hidden to find the ends in the page");
  const corners = [];
  for (let corner = 0; corner < 2 ** cells.length; corner += 1) {
    const at = (y) => [...terms(y)].reduce((sum, [cell, k]) => plus(sum, times(k, bounds[cell][(corner >> cells.indexOf(cell)) & 1])), y.c);
    corners.push(over(at(x), at(x.below)));
  }
  return [least(corners), most(corners)];
};
const between = (low, high) => (order(low, high) === 0 ? known(low) : { low, high });
const scaledBy = (x, k) => form(times(x.c, k), x.t && new Map([...x.t].map(([cell, own]) => [cell, times(own, k)])));
const affine = (x) => x.c && !x.below;
const add = (a, b) => {
  if (isKnown(a) && isKnown(b)) return known(plus(a.c, b.c));
  if (affine(a) && affine(b)) {
    const t = new Map(terms(a));
    for (const [cell, k] of terms(b)) t.set(cell, plus(t.get(cell) || zero, k));
    return form(plus(a.c, b.c), t);
  }
  const [[x, y], [u, v]] = [ends(a), ends(b)];
  return between(plus(x, u), plus(y, v));
};
const negated = (a) => multiply(a, known(fraction(-1n)));
const subtract = (a, b) => {
  // the difference of a quotient and what it hangs on is one quotient, too: a/b − c = (a − c·b)/b
  if (a.below && isKnown(b)) return { ...subtract({ c: a.c, t: a.t }, scaledBy(a.below, b.c)), below: a.below };
  if (b.below && isKnown(a)) return { ...subtract(scaledBy(b.below, a.c), { c: b.c, t: b.t }), below: b.below };
  return add(a, negated(b));
};
const multiply = (a, b) => {
  if (isKnown(a) && isKnown(b)) return known(times(a.c, b.c));
  for (const [x, y] of [[a, b], [b, a]]) {
    if (isKnown(x) && y.c) return y.below ? { ...scaledBy({ c: y.c, t: y.t }, x.c), below: y.below } : scaledBy(y, x.c);
  }
  const all = ends(a).flatMap((x) => ends(b).map((y) => times(x, y)));
  return between(least(all), most(all));
};
const divide = (a, b) => {
  if (isKnown(b)) {
    if (b.c.n === 0n) throw new Nothing("divides by 0");
    return multiply(a, known(over(one, b.c)));
  }
  if (affine(a) && affine(b)) return { c: a.c, t: a.t, below: b };
  const [low, high] = ends(b);
  if (order(low, zero) <= 0 && order(high, zero) >= 0) throw new Hidden("a divisor can be 0");
  const all = ends(a).flatMap((x) => [over(x, low), over(x, high)]);
  return between(least(all), most(all));
};
const absolute = (a) => {
  const [low, high] = ends(a);
  if (order(low, zero) >= 0) return a;
  if (order(high, zero) <= 0) return negated(a);
  return between(zero, most([{ n: -low.n, d: low.d }, high]));
};
const text = (value) => {
  if (typeof value === "string") return value;
  const [low, high] = ends(value);
  return order(low, high) === 0 ? written(low) : `${written(low)}..${written(high)}`;
};

// ---- dates and periods, as days since 1970

const DAY = 86400000;
const day = (year, month, date) => Math.round(Date.UTC(2000, month - 1, date) / DAY) + Math.round((Date.UTC(year, month - 1, date) - Date.UTC(2000, month - 1, date)) / DAY);
const date = (text) => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return null;
  const [year, month, d] = parts.slice(1).map(Number);
  const days = day(year, month, d);
  return iso(days) === text ? days : null;
};
const iso = (days) => new Date(days * DAY).toISOString().slice(0, 10);
const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const stretch = (text, first, last) => ({ text, first: day(...first), last: day(...last) - 1 });
const two = (n) => String(n).padStart(2, "0");
const month = (y, m) => stretch(`${y}-${two(m)}`, [+y, m, 1], [+y, m + 1, 1]);
const period = (text, reading) => {
  const plain = text.trim();
  if (/^\d{4}$/.test(plain)) return stretch(plain, [+plain, 1, 1], [+plain + 1, 1, 1]);
  const split = /^([^ \-/\u00a0]+)[ \-/\u00a0](.+)$/.exec(plain);
  if (!split) return null;
  let [a, b] = [split[1].trim(), split[2].trim()];
  if (!/^\d{4}$/.test(a)) [a, b] = [b, a];
  if (!/^\d{4}$/.test(a)) return null;
  const y = +a;
  const part = /^([HhQq])([1-4])$/.exec(b);
  if (part && /q/i.test(part[1])) return stretch(`${a} Q${part[2]}`, [y, part[2] * 3 - 2, 1], [y, part[2] * 3 + 1, 1]);
  if (part && part[2] <= 2) return stretch(`${a} H${part[2]}`, [y, part[2] * 6 - 5, 1], [y, part[2] * 6 + 1, 1]);
  const lower = b.toLowerCase();
  const named = MONTHS.findIndex((name) => name === lower || (lower.length === 3 && name.startsWith(lower)));
  if (named >= 0) return month(a, named + 1);
  if (!/^\d{2}$/.test(b) || a !== split[1].trim()) return null;
  const monthly = !plain.includes("/") && +b >= 1 && +b <= 12;
  const financial = +b === (y + 1) % 100;
  if (monthly && !(financial && reading === "year")) return month(a, +b);
  return financial ? stretch(`${a}/${b}`, [y, 4, 1], [y + 1, 4, 1]) : null;
};

// ---- the file: strict CSV, and cells as the declaration says

const records = (content) => {
  const filled = (row) => row.some((own) => own.trim() !== "");
  // a CR is an end only with its LF, or in a file that has no LF
  const [stop, end] = content.includes("\n") ? ["\\n", "\\r?\\n"] : ["\\r", "\\r"];
  if (!content.includes('"')) return content.split(new RegExp(end)).map((line) => line.split(",")).filter(filled);
  const cell = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"(?!"))?([^,${stop}]*?)(,|${end}|$)`, "y");
  const rows = [];
  let row = [];
  while (cell.lastIndex < content.length || row.length > 0) {
    const [, quoted, rest, sign] = cell.exec(content);
    if (quoted === undefined && rest.startsWith('"')) throw new Nothing("a quotation in the file is never closed");
    row.push((quoted ?? "").replaceAll('""', '"') + rest);
    if (sign === ",") continue;
    if (filled(row)) rows.push(row);
    row = [];
  }
  return rows;
};
const trimmed = (cell) => cell.replace(/^[\s\u00a0]+|[\s\u00a0]+$/g, "");
const straight = (text) => (/[‘’]/.test(text) ? text.replace(/[‘’]/g, "'") : text);
const headed = (text) => trimmed(text).toLowerCase().replace(/\s+/g, " ");

const ungrouped = (cell, sign) => {
  const separates = { " ": "[ \\u00a0\\u202f]", "'": "['’]" }[sign] || (sign === "." ? "\\." : sign);
  const parts = new RegExp(`^([-+−]?)(\\d{1,3}(?:${separates}\\d{3})+)((?:[.%].*)?)$`).exec(cell);
  return parts ? parts[1] + parts[2].replace(new RegExp(separates, "g"), "") + parts[3] : cell;
};

// the cells of a column by its type; null where missing, a hidden one by its number
const column = (name, declared, cells) => {
  const signs = declared.signs || [];
  const whole = new Map(signs.filter(([, stands]) => stands !== "beside").map((sign) => [sign[0], sign]));
  const beside = signs.filter(([, stands]) => stands === "beside").map(([sign]) => sign);
  const replace = new Map(declared.replace || []);
  const numeric = declared.type === "number" || declared.type === "percent";
  const seen = new Map();
  const read = (raw, row) => {
    let cell = trimmed(raw);
    cell = replace.get(cell) ?? cell;
    if (cell === "") return null;
    const sign = whole.get(cell);
    if (sign) return sign[1] === "missing" ? null : { hidden: sign.length > 2 ? [parsed(sign[2]), parsed(sign[3])] : null };
    for (let mark; (mark = beside.find((own) => cell.endsWith(own) && trimmed(cell.slice(0, -own.length)) !== "")); ) cell = trimmed(cell.slice(0, -mark.length));
    if (declared.thousands) cell = ungrouped(cell, declared.thousands);
    const wrong = () => new Nothing(`row ${row + 1}, ${name}: “${raw}” is no ${declared.type}`);
    switch (declared.type) {
      case "text":
        return cell;
      case "period": {
        const found = period(cell, declared.reading);
        if (!found) throw wrong();
        return found;
      }
      case "date": {
        const found = date(cell);
        if (found === null) throw wrong();
        return BigInt(found);
      }
      case "boolean": {
        const found = { true: 1n, yes: 1n, false: 0n, no: 0n }[cell.toLowerCase()];
        if (found === undefined) throw wrong();
        return found;
      }
      default: {
        const found = number(declared.type === "percent" ? trimmed(cell.replace(/%$/, "")) : cell);
        if (!found) throw wrong();
        let scale = found.s + (declared.type === "percent" ? 2 : 0) - (declared.power || 0);
        if (scale < 0) [found.m, scale] = [found.m * ten(-scale), 0];
        return { m: found.m, s: scale };
      }
    }
  };
  const values = new Array(cells.length);
  let scale = 0;
  cells.forEach((raw, row) => {
    if (!seen.has(raw)) seen.set(raw, read(raw, row));
    const value = seen.get(raw);
    if (value && value.hidden !== undefined) {
      values[row] = { cell: bounds.push(value.hidden) - 1 };
    } else {
      values[row] = value;
      if (numeric && value) scale = Math.max(scale, value.s);
    }
  });
  if (numeric) {
    const same = new Map();
    values.forEach((value, row) => {
      if (!value || value.cell !== undefined) return;
      if (!same.has(value)) same.set(value, value.m * ten(scale - value.s));
      values[row] = same.get(value);
    });
  }
  return { type: numeric ? "number" : declared.type, scale, values, reading: declared.reading };
};

// a dataset's frame: columns by name, and how many rows
const frame = (name, rows) => {
  const declared = told.datasets[name];
  const head = (rows[0] || []).map(headed);
  const place = (column) => {
    const at = head.indexOf(headed(declared.headers[column] ?? column));
    if (at < 0) throw new Nothing(`the file has no column “${declared.headers[column] ?? column}”`);
    return at;
  };
  let body = rows.slice(1);
  const uneven = body.findIndex((row) => row.length !== rows[0].length);
  if (uneven >= 0) throw new Nothing(`row ${uneven + 2} of the file has ${body[uneven].length} cells, and its header ${rows[0].length}`);
  if (declared.ignore) {
    const cell = (row, tree) => straight(trimmed(row[place(tree[1])]));
    const literal = (tree) => straight(spelled(tree));
    const holds = (row, [operator, a, b]) => {
      switch (operator) {
        case "=": return cell(row, a) === literal(b);
        case "!=": return cell(row, a) !== literal(b);
        case "in": return b.some((own) => cell(row, a) === literal(own));
        case "is": return cell(row, a) === "";
        case "not": return !holds(row, a);
        case "and": return holds(row, a) && holds(row, b);
        case "or": return holds(row, a) || holds(row, b);
        case "starts with": return cell(row, a).startsWith(literal(b));
        case "ends with": return cell(row, a).endsWith(literal(b));
        case "contains": return cell(row, a).includes(literal(b));
        default: throw new Nothing(`a condition with “${operator}”`);
      }
    };
    body = body.filter((row) => !holds(row, declared.ignore));
  }
  const columns = {};
  for (const own of Object.keys(declared.columns)) {
    const at = place(own);
    columns[own] = column(own, declared.columns[own], body.map((row) => row[at]));
  }
  return { rows: body.length, columns };
};

// ---- rows: an expression is a type and a function of the row

// truths of three-valued logic: false, hidden, unknown, true; `and` is the least
const [FALSE, HIDES, UNKNOWN, TRUE] = [0, 1, 2, 3];
const truth = (is) => (is ? TRUE : FALSE);
const truthOf = (v, test) => (v === null ? UNKNOWN : isHidden(v) ? HIDES : truth(test(v)));
// a truth that hangs on hidden cells is hidden
const orHides = (make) => {
  try {
    return make();
  } catch (error) {
    if (error instanceof Hidden) return HIDES;
    throw error;
  }
};
const not = (t) => (t === TRUE ? FALSE : t === FALSE ? TRUE : t);
const holds = { "=": (o) => o === 0, "!=": (o) => o !== 0, "<": (o) => o < 0, "<=": (o) => o <= 0, ">": (o) => o > 0, ">=": (o) => o >= 0 };
const mirrored = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=" };
// whether a comparison with 0 holds for all, or none, between two ends
const always = (sign, low, high) => {
  const [a, b] = [order(low, zero), order(high, zero)];
  if ((a > 0 || b < 0) && sign === "=") return FALSE;
  if ((a > 0 || b < 0) && sign === "!=") return TRUE;
  if ((sign === "=" || sign === "!=") && order(low, high) !== 0) return HIDES;
  const [x, y] = [holds[sign](a), holds[sign](b)];
  return x === y ? truth(x) : HIDES;
};
const isHidden = (v) => v !== null && typeof v === "object" && (v.cell !== undefined || !!(v.t || v.below || v.low));
// a number of a row as a form
const asForm = (v, scale) => {
  if (typeof v === "bigint") return known(fraction(v, ten(scale)));
  return v.cell === undefined ? v : form(zero, new Map([[v.cell, one]]));
};

const compile = (tree, columns) => {
  const [operator, a, b, c] = tree;
  const inner = (own) => compile(own, columns);
  const condition = (own) => {
    const made = inner(own);
    if (made.type === "truth") return made.at;
    return (row) => truthOf(made.at(row), (v) => v !== 0n);
  };
  const logic = (at) => ({ type: "truth", at });
  switch (operator) {
    case "n": {
      const value = parsed(a);
      const digits = number(a);
      const scale = digits ? digits.s : 0;
      return { type: "number", scale, literal: tree, at: () => (digits ? digits.m : known(value)) };
    }
    case "t": return { type: "text", literal: tree, at: () => a };
    case "b": return logic(() => truth(a));
    case "c": {
      const own = columns[a];
      if (!own) throw new Nothing(`there is no column “${a}”`);
      return { ...own, at: (row) => own.values[row] };
    }
    case "neg": case "+": case "-": case "*": {
      const [x, y] = operator === "neg" ? [inner(["n", "0", "0"]), inner(a)] : [inner(a), inner(b)];
      const sign = operator === "neg" ? "-" : operator;
      const product = sign === "*";
      const scale = product ? x.scale + y.scale : Math.max(x.scale, y.scale);
      const [u, v] = product ? [1n, 1n] : [ten(scale - x.scale), ten(scale - y.scale)];
      const combine = { "+": add, "-": subtract, "*": multiply }[sign];
      return {
        type: "number", scale,
        at: (row) => {
          const [p, q] = [x.at(row), y.at(row)];
          if (p === null || q === null) return null;
          if (typeof p !== "bigint" || typeof q !== "bigint") return combine(asForm(p, x.scale), asForm(q, y.scale));
          return product ? p * q : sign === "+" ? p * u + q * v : p * u - q * v;
        },
      };
    }
    case "/": {
      const [x, y] = [inner(a), inner(b)];
      return { type: "quotient", parts: (row) => [x.at(row), y.at(row)], scales: [x.scale, y.scale] };
    }
    case "=": case "!=": case "<": case "<=": case ">": case ">=":
      return logic(comparison(operator, inner(a), inner(b)));
    case "in": {
      const any = b.map((own) => comparison("=", inner(a), inner(own)));
      return logic((row) => not(any.reduce((all, test) => Math.min(all, not(test(row))), TRUE)));
    }
    case "between": {
      const subject = inner(a);
      if (subject.type === "period") {
        const [low, high] = [b, c].map((own) => periodOf(own, subject));
        return logic((row) => truthOf(subject.at(row), (v) => v.first >= low.first && v.last <= high.last));
      }
      const [above, below] = [comparison(">=", subject, inner(b)), comparison("<=", subject, inner(c))];
      return logic((row) => Math.min(above(row), below(row)));
    }
    case "starts with": case "ends with": case "contains": {
      const subject = inner(a);
      const part = straight(b[1]);
      const test = { "starts with": "startsWith", "ends with": "endsWith", contains: "includes" }[operator];
      return logic((row) => truthOf(subject.at(row), (v) => straight(v)[test](part)));
    }
    case "is": {
      const subject = inner(a);
      const is = { known: (v) => v !== null && !isHidden(v), missing: (v) => v === null, suppressed: isHidden }[b];
      return logic((row) => truth(is(subject.at(row))));
    }
    case "not": { const own = condition(a); return logic((row) => not(own(row))); }
    case "and": { const [x, y] = [condition(a), condition(b)]; return logic((row) => { const t = x(row); return t && Math.min(t, y(row)); }); }
    case "or": { const [x, y] = [condition(a), condition(b)]; return logic((row) => not(Math.min(not(x(row)), not(y(row))))); }
    case "if": {
      const test = condition(a[0]);
      const [x, y] = [inner(a[1]), inner(a[2])];
      const scale = Math.max(x.scale || 0, y.scale || 0);
      const pick = (own, row) => {
        const v = own.at(row);
        return typeof v === "bigint" && own.type === "number" ? v * ten(scale - own.scale) : v;
      };
      return {
        ...(x.literal ? y : x), literal: undefined, scale,
        at: (row) => {
          const t = test(row);
          if (t === HIDES) throw new Hidden("a condition hangs on a hidden cell");
          return t === UNKNOWN ? null : pick(t === TRUE ? x : y, row);
        },
      };
    }
    case "abs": {
      const own = inner(a[0]);
      return {
        type: "number", scale: own.scale,
        at: (row) => {
          const v = own.at(row);
          if (isHidden(v)) throw new Hidden("the sign of a hidden cell");
          return typeof v !== "bigint" ? v && absolute(v) : v < 0n ? -v : v;
        },
      };
    }
    case "year": case "month": {
      const own = inner(a[0]);
      const [from, to] = operator === "year" ? [0, 4] : [5, 7];
      const of = (days) => BigInt(iso(Number(days)).slice(from, to));
      // of a period, where all of it lies in one
      const part = (v) => (v.text === undefined ? of(v) : of(v.first) === of(v.last) ? of(v.first) : null);
      return { type: "number", scale: 0, at: (row) => { const v = own.at(row); return v === null || isHidden(v) ? v : part(v); } };
    }
    case "within": {
      const own = inner(a[0]);
      const whole = a[1][0] !== "c" ? () => periodOf(a[1], own) : inner(a[1]).at;
      return logic((row) => {
        const [v, w] = [own.at(row), whole(row)];
        if (v === null || w === null) return UNKNOWN;
        const [first, last] = typeof v === "bigint" ? [Number(v), Number(v)] : [v.first, v.last];
        return truth(first >= w.first && last <= w.last);
      });
    }
    case "lower": {
      const own = inner(a[0]);
      return { type: "text", at: (row) => { const v = own.at(row); return typeof v === "string" ? v.toLowerCase() : v; } };
    }
    case "count_known": {
      const all = a.map(inner);
      return { type: "number", scale: 0, at: (row) => BigInt(all.filter((own) => { const v = own.at(row); return v !== null && !isHidden(v); }).length) };
    }
    default: throw new Nothing(`“${operator}” in a row`);
  }
};
// a literal as it is spelled
const spelled = (tree) => (tree[0] === "n" ? tree[2] : tree[1]);
const periodOf = (tree, subject) => {
  const found = period(spelled(tree), subject.reading);
  if (!found) throw new Nothing(`“${tree[1]}” is no period`);
  return found;
};

const comparison = (sign, x, y) => {
  if (x.literal && !y.literal) return comparison(mirrored[sign], y, x);
  if (!y.literal || x.type === "number" || !x.at) return compared(sign, x, y);
  // texts and periods repeat
  const [test, seen] = [compared(sign, { ...x, at: (v) => v }, y), new Map()];
  return (row) => {
    const v = x.at(row);
    if (!seen.has(v)) seen.set(v, test(v));
    return seen.get(v);
  };
};
const compared = (sign, x, y) => {
  if (x.type === "quotient" || y.type === "quotient") {
    const parts = (own) => own.parts || ((row) => [own.at(row), 1n]);
    const scales = (own) => own.scales || [own.scale, 0];
    const [p, q, ps, qs] = [parts(x), parts(y), scales(x), scales(y)];
    return (row) => {
      const all = [...p(row), ...q(row)];
      if (all.some((v) => v === null)) return UNKNOWN;
      const [a, b, c, d] = all.map((v, i) => asForm(v, [...ps, ...qs][i]));
      if ([b, d].some((by) => isKnown(by) && by.c.n === 0n)) return UNKNOWN;
      return orHides(() => always(sign, ...ends(subtract(divide(a, b), divide(c, d)))));
    };
  }
  const undecided = (u, v) => (u === null || v === null ? UNKNOWN : isHidden(u) || isHidden(v) ? HIDES : null);
  if (x.type === "truth" || x.type === "boolean") {
    const bit = (own) => (own.type === "truth" ? (row) => [0n, { cell: -1 }, null, 1n][own.at(row)] : own.at);
    const [p, q] = [bit(x), bit(y)];
    return (row) => { const [u, v] = [p(row), q(row)]; return undecided(u, v) ?? truth((u === v) === (sign === "=")); };
  }
  if (x.type === "period") {
    const wanted = y.literal ? periodOf(y.literal, x) : null;
    const other = wanted ? () => wanted : y.at;
    const sides = { "<": ["last", "first"], ">": ["first", "last"], "<=": ["last", "last"], ">=": ["first", "first"] }[sign];
    return (row) => {
      const [u, v] = [x.at(row), other(row)];
      const open = undecided(u, v);
      if (open !== null) return open;
      if (!sides) return truth((u.text === v.text) === (sign === "="));
      return truth(holds[sign](u[sides[0]] - v[sides[1]]));
    };
  }
  if (x.type === "text") {
    const wanted = y.literal ? straight(spelled(y.literal)) : null;
    return (row) => {
      const [u, v] = [x.at(row), wanted ?? y.at(row)];
      return undecided(u, v) ?? truth((straight(u) === straight(v)) === (sign === "="));
    };
  }
  if (x.type === "date") {
    const wanted = y.literal ? BigInt(date(spelled(y.literal))) : null;
    return (row) => {
      const [u, v] = [x.at(row), wanted ?? y.at(row)];
      return undecided(u, v) ?? truth(holds[sign](side(u, v)));
    };
  }
  const scale = Math.max(x.scale, y.scale);
  const [u, v] = [ten(scale - x.scale), ten(scale - y.scale)];
  const constant = y.literal ? y.at(0) : null;
  return (row) => {
    const [p, q] = [x.at(row), constant ?? y.at(row)];
    if (p === null || q === null) return UNKNOWN;
    if (typeof p === "bigint" && typeof q === "bigint") return truth(holds[sign](side(p * u, q * v)));
    return orHides(() => always(sign, ...ends(subtract(asForm(p, x.scale), asForm(q, y.scale)))));
  };
};

// ---- aggregates: rows to a value

const kept = (rows, test) => {
  let undecided = false;
  const found = rows.filter((row) => {
    const t = test(row);
    undecided ||= t === HIDES;
    return t === TRUE;
  });
  if (undecided) throw new Hidden("a condition hangs on a hidden cell");
  return found;
};
const test = (tree, columns) => {
  const made = compile(tree, columns);
  if (made.type === "truth") return made.at;
  return compile(["=", tree, ["b", true]], columns).at;
};
const sum = (made, rows) => {
  let whole = 0n;
  let used = 0;
  let rest = known(zero);
  for (const row of rows) {
    const v = made.at(row);
    if (v === null) continue;
    used += 1;
    if (typeof v === "bigint") whole += v;
    else rest = add(rest, asForm(v, made.scale));
  }
  return { used, total: add(known(fraction(whole, ten(made.scale))), rest) };
};
const lengthOf = (list) => fraction(BigInt(list.length));
const quantile = (sorted, p, type) => {
  const n = lengthOf(sorted);
  const at = (index) => sorted[Number(index < 1n ? 1n : index > n.n ? n.n : index) - 1];
  const np = times(n, p);
  const half = fraction(1n, 2n);
  if (type <= 3) {
    const h = type === 3 ? minus(np, half) : np;
    const j = floor(h);
    const exact = order(h, fraction(j)) === 0;
    if (type === 1) return at(exact ? j : j + 1n);
    if (type === 2) return exact ? times(plus(at(j), at(j + 1n)), half) : at(j + 1n);
    return at(exact && j % 2n === 0n ? j : j + 1n);
  }
  const m = [zero, half, p, minus(one, p), over(plus(p, one), fraction(3n)), plus(over(p, fraction(4n)), fraction(3n, 8n))][type - 4];
  const h = plus(np, m);
  const j = floor(h);
  const g = minus(h, fraction(j));
  return plus(times(minus(one, g), at(j)), times(g, at(j + 1n)));
};
const shown = (made, v) => {
  if (v === null) throw new Nothing("the cell is empty");
  if (made.type === "number") return asForm(v, made.scale);
  if (isHidden(v)) throw new Hidden("the cell is hidden");
  if (made.type === "period") return v.text;
  if (made.type === "date") return iso(Number(v));
  if (made.type === "boolean") return v === 1n ? "true" : "false";
  return v;
};
const AGGREGATES = new Set(["count", "distinct", "sum", "mean", "median", "min", "max", "quantile", "stdev", "variance", "stdev_p", "variance_p", "share"]);

const aggregate = ([name, list, filter], scope) => {
  const { columns, rows: all, empty } = scope;
  const [argument] = list;
  if (name === "share") {
    const own = compile(argument, columns);
    const isCondition = own.type === "truth" || own.type === "boolean";
    const condition = test(isCondition ? argument : filter, columns);
    const among = isCondition && filter ? kept(all, test(filter, columns)) : all;
    const part = kept(among, condition);
    const decided = among.filter((row) => condition(row) !== UNKNOWN);
    if (isCondition) {
      if (decided.length === 0) throw new Nothing("no row has a base");
      return known(over(lengthOf(part), lengthOf(decided)));
    }
    const whole = sum(own, decided);
    if (whole.used === 0) throw new Nothing("no row has a base");
    return divide(sum(own, part).total, whole.total);
  }
  const rows = filter ? kept(all, test(filter, columns)) : all;
  if (name === "count" && !argument) {
    if (rows.length === 0 && !empty) throw new Nothing("no row");
    return known(lengthOf(rows));
  }
  if (rows.length === 0 && !(empty && (name === "count" || name === "distinct"))) throw new Nothing("no row");
  const made = compile(argument, columns);
  const cells = rows.map((row) => made.at(row)).filter((v) => v !== null);
  if (name === "count") return known(lengthOf(cells.filter((v) => !isHidden(v))));
  if (name === "distinct") {
    if (cells.some(isHidden)) throw new Hidden("a hidden cell");
    return known(lengthOf([...new Set(cells.map((v) => (typeof v === "object" ? text(shown(made, v)) : v)))]));
  }
  if (name === "sum" || name === "mean") {
    const { used, total } = sum(made, rows);
    if (used === 0) throw new Nothing("no known value");
    return name === "sum" ? total : divide(total, known(fraction(BigInt(used))));
  }
  if (cells.length === 0) throw new Nothing("no known value");
  if (made.type === "date" || made.type === "period") {
    const low = name === "min";
    const first = (v) => (typeof v === "bigint" ? Number(v) : low ? v.first : v.last);
    return shown(made, cells.reduce((x, y) => ((low ? first(y) < first(x) : first(y) > first(x)) ? y : x)));
  }
  const forms = cells.map((v) => asForm(v, made.scale));
  const sorted = (side) => forms.map((own) => (isKnown(own) ? own.c : ends(own)[side])).sort(order);
  const both = (f) => {
    if (forms.every(isKnown)) return known(f(sorted(0)));
    return between(f(sorted(0)), f(sorted(1)));
  };
  switch (name) {
    case "min": return both((own) => own[0]);
    case "max": return both((own) => own[own.length - 1]);
    case "median": return both((own) => quantile(own, fraction(1n, 2n), 7));
    case "quantile": {
      const type = list[2] ? Number(list[2][1]) : 7;
      return both((own) => quantile(own, parsed(list[1][1]), type));
    }
    default: {
      if (!forms.every(isKnown)) throw new Hidden("a hidden cell");
      const n = lengthOf(forms);
      const total = forms.reduce((x, y) => plus(x, y.c), zero);
      const squares = forms.reduce((x, y) => plus(x, times(y.c, y.c)), zero);
      const by = name.endsWith("_p") ? n : minus(n, one);
      if (by.n === 0n) throw new Nothing("one value has no variance");
      const variance = over(minus(squares, over(times(total, total), n)), by);
      return known(name.startsWith("stdev") ? squareRoot(variance) : variance);
    }
  }
};

// a value of figures, or of rows
const value = (tree, scope) => {
  const [operator, a, b] = tree;
  const own = (inner) => value(inner, scope);
  if (AGGREGATES.has(operator) && scope.columns) return aggregate(tree, scope);
  switch (operator) {
    case "n": return known(parsed(a));
    case "t": return a;
    case "total": return value(a[0], { ...scope, rows: scope.all, empty: false });
    case "neg": return negated(own(a));
    case "+": return add(own(a), own(b));
    case "-": return subtract(own(a), own(b));
    case "*": return multiply(own(a), own(b));
    case "/": return divide(own(a), own(b));
    case "change": case "points": return subtract(own(b), own(a));
    case "ratio": return divide(own(b), own(a));
    case "percent_change": return subtract(divide(own(b), own(a)), known(one));
    case "abs": if (!scope.columns) return absolute(own(a[0]));
  }
  if (!scope.columns) {
    if (operator === "c") return scope.named(a);
    if (operator === "point") return points(a, b.map(slug).join("/"));
    throw new Nothing(`“${operator}” of figures`);
  }
  // a bare expression is that of the one row
  if (scope.rows.length !== 1) throw new Nothing(`${scope.rows.length} rows where one is asked for`);
  const made = compile(tree, scope.columns);
  return shown(made, made.at(scope.rows[0]));
};

// ---- figures and series, each computed once

const frames = new Map();
const computed = new Map();
const slug = (key) => {
  const negative = /^[-−]\d/.test(key);
  const plain = (negative ? key.slice(1) : key).toLowerCase().replace(/['’‘]/g, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return negative ? `-${plain}` : plain;
};
for (const own of Object.values(told.series)) {
  const value = (value, place) => value && { value, print: own.print[place] };
  own.points = own.points.map(([keys, values]) => ({ keys, slug: own.members ? keys[0] : keys.map(slug).join("/"), values: values.map(value) }));
}
const once = (id, make) => {
  if (!computed.has(id)) {
    computed.set(id, { error: new Nothing("it needs itself") });
    try {
      computed.set(id, { value: make() });
    } catch (error) {
      if (!(error instanceof Nothing)) throw error;
      computed.set(id, { error });
    }
  }
  const found = computed.get(id);
  if (found.error) throw found.error;
  return found.value;
};
const figure = (id) => once(id, () => {
  const own = told.figures[id];
  if (!own) throw new Nothing(`there is no figure “${id}”`);
  if (own.given) return parsed(own.value) ? known(parsed(own.value)) : own.value;
  if (!own.from) return value(own.value_of, { named: figure });
  const { columns, rows } = source(own);
  if (rows.length === 0 && !own.allow_empty) throw new Nothing("no row");
  return value(own.value_of, { columns, rows, all: rows, empty: own.allow_empty });
});
// the columns of a recipe's frame, and the rows that its conditions leave
const source = (own) => {
  const { columns, rows } = told.series[own.from] ? seriesFrame(own.from) : frames.get(own.from) || {};
  if (!columns) throw new Nothing(`the file of ${own.from} is not here`);
  const tests = own.where.map((tree) => test(tree, columns));
  const every = Array.from({ length: rows }, (_, row) => row);
  return { columns, rows: kept(every, (row) => tests.reduce((t, own) => t && Math.min(t, own(row)), TRUE)) };
};
const keyed = (made, row) => {
  const v = made.at(row);
  return v === null || isHidden(v) ? null : { v, text: text(shown(made, v)) };
};
const attempt = (make) => {
  try {
    const made = make();
    if (made.c) ends(made);
    return made;
  } catch (error) {
    if (error instanceof Hidden) return { hidden: true };
    if (error instanceof Nothing) return null;
    throw error;
  }
};
// the points of a series: keys as texts, their values or nothing
const series = (id) => once(`${id}/`, () => {
  const own = told.series[id];
  if (own.members) {
    return own.members.map((member) => ({ keys: [member], slug: member, sort: [member], values: [attempt(() => figure(member))] }));
  }
  if (own.aligned) {
    const named = (key) => (name) => (told.series[name] ? points(name, key) : figure(name));
    const wanted = own.points.map((point) => point.slug);
    return wanted.map((key, place) => ({
      keys: own.points[place].keys, slug: key, sort: own.points[place].keys,
      values: own.aligned.map((tree) => attempt(() => value(tree, { named: named(key) }))),
    }));
  }
  const { columns, rows } = source(own);
  const keys = own.by.map((tree) => compile(tree, columns));
  const groups = new Map();
  for (const row of rows) {
    const found = keys.map((made) => keyed(made, row));
    if (found.some((key) => key === null)) continue;
    const name = found.map((key) => key.text).join("\u0000");
    if (!groups.has(name)) groups.set(name, { keys: found.map((key) => key.text), sort: found.map((key) => key.v), rows: [] });
    groups.get(name).rows.push(row);
  }
  const all = [...groups.values()].sort((a, b) => byKeys(a.sort, b.sort));
  const kinds = keys.map(({ type, scale, reading }) => ({ type, scale, reading }));
  return all.map(({ keys, sort, rows: group }) => ({
    keys, sort, kinds, slug: keys.map(slug).join("/"),
    values: own.values.map((tree) => attempt(() => value(tree, { columns, rows: group, all: rows, empty: true }))),
  }));
});
const byKeys = (a, b) => {
  for (let place = 0; place < a.length; place += 1) {
    const [x, y] = [a[place], b[place]];
    const o = x.text !== undefined ? x.first - y.first || x.last - y.last : side(x, y);
    if (o !== 0) return o;
  }
  return 0;
};
const points = (id, wanted) => {
  const own = told.series[id];
  if (!own) throw new Nothing(`there is no series “${id}”`);
  for (const point of series(id)) {
    const rest = wanted === point.slug ? "" : wanted.startsWith(`${point.slug}/`) ? wanted.slice(point.slug.length + 1) : null;
    if (rest === null) continue;
    const place = rest === "" ? 0 : own.names.findIndex((name) => slug(name) === rest);
    const found = point.values[place];
    if (found && found.hidden) throw new Hidden("a hidden value");
    if (found === null || found === undefined) throw new Nothing("the point has no value");
    return found;
  }
  throw new Nothing("there is no such point");
};
// a series as a table: keys, values, and with one value its rank and place
const seriesFrame = (id) => once(`${id}//`, () => {
  const own = told.series[id];
  const all = series(id);
  const columns = {};
  own.keys.forEach((name, place) => {
    const kind = (all[0] && all[0].kinds && all[0].kinds[place]) || { type: "text" };
    columns[name] = { ...kind, values: all.map((point) => point.sort[place]) };
  });
  const cell = (v) => (v && v.hidden ? { cell: bounds.push(null) - 1 } : v);
  const plainly = (values) => ({ type: values.some((v) => typeof v === "string") ? "text" : "number", scale: 0, values: values.map(cell) });
  own.names.forEach((name, place) => (columns[name] = plainly(all.map((point) => point.values[place]))));
  if (own.names.length === 1) {
    const firsts = all.map((point, row) => ({ row, v: point.values[0] }));
    if (firsts.some(({ v }) => v && (v.hidden || (typeof v !== "string" && !isKnown(v))))) {
      columns.rank = columns.place = plainly(all.map(() => ({ hidden: true })));
    } else {
      const ranked = firsts.filter(({ v }) => v !== null && typeof v !== "string");
      const way = own.lowest_first ? 1 : -1;
      ranked.sort((a, b) => way * order(a.v.c, b.v.c) || byKeys(all[a.row].sort, all[b.row].sort));
      const [rank, place] = [new Array(all.length).fill(null), new Array(all.length).fill(null)];
      ranked.forEach(({ row, v }, at) => {
        place[row] = BigInt(at + 1);
        rank[row] = at > 0 && order(ranked[at - 1].v.c, v.c) === 0 ? rank[ranked[at - 1].row] : BigInt(at + 1);
      });
      columns.rank = { type: "number", scale: 0, values: rank };
      columns.place = { type: "number", scale: 0, values: place };
    }
  }
  return { columns, rows: all.length };
});

// ---- what figures need, and whether they are as stated

// the datasets under a figure or series
const needs = (id, found = new Set(), seen = new Set()) => {
  if (seen.has(id)) return found;
  seen.add(id);
  const own = told.figures[id] || told.series[id];
  if (!own) return found;
  if (own.from) told.datasets[own.from] ? found.add(own.from) : needs(own.from, found, seen);
  (own.members || []).forEach((member) => needs(member, found, seen));
  if (!own.from) {
    const walk = (tree) => {
      if (!Array.isArray(tree)) return;
      if (tree[0] === "c" || tree[0] === "point") needs(tree[1], found, seen);
      else tree.forEach(walk);
    };
    (own.aligned || [own.value_of]).forEach(walk);
  }
  return found;
};
const digits = (text) => text.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
// what is computed beside what is stated and printed
const compare = (stated, printed, make) => {
  const found = {};
  try {
    const own = make();
    found.now = text(own);
    found.same = found.now === stated.value;
    if (stated.print && printed !== null && typeof own !== "string" && isKnown(own)) {
      const whole = String(rounded(times(own.c, parsed(stated.print[0])), stated.print[1]));
      const [, decimals, more = ""] = stated.print;
      // groups have three digits, decimals as many as are printed
      const tail = /[.,](\d{1,2})(?!\d)/.exec(printed);
      const apart = decimals > 2 || (tail ? tail[1].length : 0) === decimals;
      const minus = own.c.n < 0n && whole !== "0";
      found.printed = digits(printed) === whole + more && apart && /^\D*[-−]/.test(printed) === minus;
    } else found.printed = true;
  } catch (error) {
    if (!(error instanceof Nothing)) throw error;
    found.now = error.message;
    found.open = error instanceof Hidden;
    found.same = stated === null;
    found.printed = true;
  }
  return found;
};

// ---- the page: files, marks behind claims, what moved and by how much

const methods = new Map([...document.querySelectorAll(".method")].map((method) => [method.id.slice("fig-".length), method]));
const input = make("input", { type: "file", id: "recheck-file", multiple: true, accept: ".csv,.tsv,text/csv" });
const said = make("div", { id: "recheck-said", role: "status" });
const section = make(
  "section", { id: "recheck" },
  make("h3", { textContent: "Check the figures against the publisher’s files" }),
  make("p", { textContent: "Choose files, or drop them on this page. They are read here and go nowhere: their SHA-256 is compared, and every figure over them is computed again." }),
  make("p", {}, make("label", { htmlFor: input.id, textContent: "Publisher’s files (CSV) " }), input),
  said,
);
document.getElementById("data").append(section);

const files = new Map(); // what was dropped, by the dataset's file
const base = (path) => path.split("/").pop();
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const read = async (file) => {
  const bytes = await file.arrayBuffer();
  const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
  const all = Object.entries(told.datasets);
  const same = all.filter(([, own]) => own.sha256 === digest);
  const named = all.filter(([, own]) => base(own.file) === file.name);
  const meant = same.length > 0 ? same : named;
  const lines = [];
  if (meant.length === 0) {
    lines.push(`${file.name} is none of the files of this briefing: ${[...new Set(all.map(([, own]) => base(own.file)))].join(", ")}.`);
  }
  for (const [name, own] of meant) {
    frames.delete(name);
    const pinned = `${own.sha256 === digest ? "" : "not "}the file that was read for this briefing${own.sha256 === digest ? "" : `: its SHA-256 is ${digest}, and was ${own.sha256}`}`;
    if (own.unread) {
      lines.push(`${file.name} is ${pinned}. The page cannot read it, because ${own.unread}; tieout verify can.`);
      continue;
    }
    lines.push(`${file.name} is ${pinned}.`);
    try {
      const content = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      frames.set(name, frame(name, records(content)));
    } catch (error) {
      if (!(error instanceof Nothing || error instanceof TypeError)) throw error;
      lines.push(`It cannot be read as ${name}: ${error instanceof TypeError ? "it is not UTF-8" : error.message}.`);
    }
    files.set(name, file.name);
  }
  return lines;
};

const check = () => {
  computed.clear();
  const results = new Map();
  const ready = (id) => {
    const sets = [...needs(id)];
    return sets.length > 0 && sets.every((name) => files.has(name));
  };
  for (const [id, own] of Object.entries(told.figures)) {
    if (own.given || !ready(id)) continue;
    const printed = methods.get(id) && methods.get(id).querySelector(".shown");
    results.set(id, { stated: own.value, ...compare(own, printed ? printed.textContent : null, () => figure(id)) });
  }
  for (const [id, own] of Object.entries(told.series)) {
    if (!ready(id)) continue;
    const found = attempt(() => series(id)) || [];
    const named = (point) => point.keys.join("\u0000");
    const now = new Map(Array.isArray(found) ? found.map((point) => [named(point), point]) : []);
    const of = (slug, place) => `${id}/${slug}${own.names.length > 1 ? `/${own.names[place]}` : ""}`;
    for (const point of own.points) {
      const other = now.get(named(point));
      now.delete(named(point));
      point.values.forEach((stated, place) => {
        const name = of(point.slug, place);
        const row = document.getElementById(`fig-${name}`);
        const value = other ? other.values[place] : null;
        const missing = value === null || value.hidden === true;
        if (stated === null) {
          if (!missing) results.set(name, { stated: "nothing", now: text(value), same: false, printed: true });
          return;
        }
        const printed = row ? row.cells[1].textContent : null;
        results.set(name, { stated: stated.value, ...compare(stated, printed, () => {
          if (missing) throw value === null ? new Nothing(other ? "no known value" : "no such point") : new Hidden("a hidden cell");
          return value;
        }) });
      });
    }
    for (const [, point] of now) {
      point.values.forEach((value, place) => {
        if (value && !value.hidden) results.set(of(point.slug, place), { stated: "nothing", now: text(value), same: false, printed: true });
      });
    }
  }
  return results;
};

const agrees = (own) => own.same && own.printed;
const mark = (good, words) => make("span", { className: good ? "tick" : "cross", role: "img", ariaLabel: words, title: words, textContent: good ? "✓" : "✗" });
const words = (own) => {
  if (agrees(own)) return `Computed again: ${own.now}, as stated.`;
  if (own.open) return `Not computed in the page: ${own.now}.`;
  if (own.same) return `Computed again: ${own.now}, which is not what is printed.`;
  return `Computed again: ${own.now}; stated is ${own.stated}.`;
};
const difference = (own) => {
  const [a, b] = [own.stated, own.now].map((value) => (/^-?[\d.]+(\/\d+)?$/.test(value) ? parsed(value) : null));
  if (!a || !b) return "";
  const by = written(minus(b, a));
  return by.startsWith("-") ? by : `+${by}`;
};

const show = (results) => {
  document.querySelectorAll(".tick, .cross, p.rechecked").forEach((old) => old.remove());
  document.querySelectorAll("[data-recomputed]").forEach((old) => old.removeAttribute("data-recomputed"));
  for (const [id, own] of results) {
    const method = methods.get(id);
    const point = document.getElementById(`fig-${id}`);
    if (method) {
      const line = make("p", { className: "rechecked", textContent: words(own) });
      line.dataset.recomputed = own.now;
      method.insertBefore(line, method.querySelector("details"));
    } else if (point && point.tagName === "TR") {
      point.dataset.recomputed = own.now;
      if (!own.open) point.cells[2].append(" ", mark(agrees(own), words(own)));
    }
  }
  let [good, bad] = [0, 0];
  for (const link of document.querySelectorAll("a.claim, a.value")) {
    if (link.closest("#evidence")) continue;
    const ids = (link.dataset.figures || decodeURIComponent(link.hash.slice("#fig-".length))).split(" ");
    const all = ids.map((id) => results.get(id)).filter(Boolean);
    const wrong = all.filter((own) => !agrees(own) && !own.open);
    if (all.length === 0 || (wrong.length === 0 && all.length < ids.filter((id) => !(told.figures[id] || {}).given).length) || all.some((own) => own.open && wrong.length === 0)) continue;
    const found = wrong.map((own) => `${own.now}, stated is ${own.stated}`).join("; ") || "agrees";
    link.after(mark(wrong.length === 0, `computed again from the publisher’s file: ${found}`));
    if (wrong.length === 0) good += 1;
    else bad += 1;
  }
  return [good, bad];
};

const brief = (words) => (/^[-+]?\d+\/\d+$/.test(words) ? `≈ ${words.split("/").reduce((a, b) => a / b).toPrecision(6)}` : words);
const table = (moved) => {
  const head = ["Figure", "Stated", "Computed again", "Difference"].map((words) => make("th", { scope: "col", textContent: words }));
  const rows = moved.map(([id, own]) => make("tr", {}, make("th", { scope: "row" }, make("a", { href: `#fig-${id}`, textContent: id })), ...[own.same ? "printed otherwise" : own.stated, own.now, difference(own)].map((words) => make("td", { className: "number", textContent: brief(words) }))));
  return make("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Figures that differ" }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
};

const take = async (list) => {
  const lines = [];
  for (const file of list) lines.push(...(await read(file)));
  const results = check();
  const [good, bad] = show(results);
  const moved = [...results].filter(([, own]) => !agrees(own) && !own.open);
  const open = [...results].filter(([, own]) => own.open);
  if (results.size > 0) {
    lines.push(`${results.size - moved.length - open.length} of ${results.size} figures over these files agree: ticks in the text ${good}, crosses ${bad}.`);
    if (open.length > 0) lines.push(`Not computed in the page: ${open.map(([id, own]) => `${id} (${own.now})`).join(", ")}.`);
  }
  said.replaceChildren(...lines.map((words) => make("p", { textContent: words })));
  if (moved.length > 0) said.append(table(moved));
  said.dataset.done = String(Number(said.dataset.done || 0) + 1);
};
input.addEventListener("change", () => {
  const chosen = [...input.files];
  // a changed file can be chosen again
  input.value = "";
  take(chosen);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length > 0) take([...event.dataTransfer.files]);
  section.scrollIntoView();
});
})();
