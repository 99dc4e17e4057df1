#!/usr/bin/env python3
"""Writes tests/conformance/*.txt: tables, recipes, and the values that Python's exact fractions give.

    python3 tests/independent/corpus.py

Nothing of tieout is used here. A value is canonical: a finite decimal in digits, any other as p/q.
"""
from fractions import Fraction as F
from pathlib import Path
from statistics import mean, median, pvariance, variance

HERE = Path(__file__).resolve().parent.parent / "conformance"


def text(value):
    if isinstance(value, str):
        return value
    value = F(value)
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(value * 10**places)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (digits if places == 0 else digits[:-places] + "." + digits[-places:])


def series(points):
    return "; ".join(f"{key}: {'-' if value is None else text(value)}" for key, value in points)


def write(name, comment, csv, columns, cases):
    lines = [csv.strip(), "---", columns.rstrip() or "#", "---", f"# {comment}"]
    for recipe, expected in cases:
        lines.append(f"{recipe} => {expected if isinstance(expected, str) else text(expected)}")
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")


def rows(csv):
    head, *body = [line.split(",") for line in csv.strip().splitlines()]
    return [dict(zip(head, line)) for line in body]


def num(cell):
    return F(cell) if cell else None


# ---- numbers, texts, missing cells
A = """
region,kind,cases,rate,open
North,labour,10,37.5,true
North,criminal,4,12.25,false
North,sexual,,50,true
South,labour,7,8.125,true
South,criminal,0,,false
South,sexual,3,100,
East,labour,25,0.5,true
East,criminal,-2,33.3,false
East,sexual,6,66.7,true
West,labour,1,,
West,criminal,,25,true
,labour,9,75,false
"""
A_COLUMNS = """
    columns:
      cases: { type: integer }
      rate: { type: decimal }
      open: { type: boolean }
"""
T = [{"region": r["region"], "kind": r["kind"], "cases": num(r["cases"]), "rate": num(r["rate"]),
      "open": {"true": True, "false": False, "": None}[r["open"]]} for r in rows(A)]
cases = [r["cases"] for r in T if r["cases"] is not None]
rates = [r["rate"] for r in T if r["rate"] is not None]


def pick(test, column="cases"):
    """Known values of a column in the rows for which a test is true; a test gets no missing cell."""
    return [r[column] for r in T if test(r) and r[column] is not None]


def known(*columns):
    return lambda r: all(r[c] not in (None, "") for c in columns)


def where(test, *columns):
    return lambda r: known(*columns)(r) and test(r)


north = where(lambda r: r["region"] == "North", "region")
labour = where(lambda r: r["kind"] == "labour", "kind")
big = where(lambda r: r["cases"] > 5, "cases")
is_open = where(lambda r: r["open"], "open")
n = len(T)
count = lambda test: sum(1 for r in T if test(r))

write("aggregates", "aggregates over numbers with missing cells", A, A_COLUMNS, [
    ("count() from t", n),
    ("count(cases) from t", len(cases)),
    ("count(rate) from t", len(rates)),
    ("count(region) from t", 11),
    ("count(open) from t", 10),
    ("count(distinct region) from t", 4),
    ("count(distinct kind) from t", 3),
    ("count(distinct cases) from t", len(set(cases))),
    ("sum(cases) from t", sum(cases)),
    ("sum(rate) from t", sum(rates)),
    ("mean(cases) from t", mean(cases)),
    ("mean(rate) from t", mean(rates)),
    ("median(cases) from t", median(cases)),
    ("median(rate) from t", median(rates)),
    ("min(cases) from t", min(cases)),
    ("max(cases) from t", max(cases)),
    ("min(rate) from t", min(rates)),
    ("max(rate) from t", max(rates)),
    ("variance(cases) from t", variance(cases)),
    ("variance_p(cases) from t", pvariance(cases)),
    ("variance(rate) from t", variance(rates)),
    ("quantile(cases, 50%) from t", median(cases)),
    ("quantile(cases, 0%) from t", min(cases)),
    ("quantile(cases, 100%) from t", max(cases)),
    ("sum(cases where region = 'North') from t", sum(pick(north))),
    ("sum(cases) from t where region = 'North'", sum(pick(north))),
    ("sum(cases where kind = 'labour') from t where region = 'North'", 10),
    ("sum(cases) / sum(rate) from t", sum(cases) / sum(rates)),
    ("sum(cases) - sum(cases where kind = 'labour') from t", sum(cases) - sum(pick(labour))),
    ("sum(cases) * 2 + 1 from t", 2 * sum(cases) + 1),
    ("-sum(cases) from t", -sum(cases)),
    ("(sum(cases) + 1) * 3 from t", (sum(cases) + 1) * 3),
    ("sum(cases) / 7 from t", F(sum(cases), 7)),
    ("sum(cases + 1) from t", sum(c + 1 for c in cases)),
    ("sum(cases * 2 - 1) from t", sum(2 * c - 1 for c in cases)),
    ("sum(cases + rate) from t", sum(r["cases"] + r["rate"] for r in T if known("cases", "rate")(r))),
    ("sum(cases * rate) from t", sum(r["cases"] * r["rate"] for r in T if known("cases", "rate")(r))),
    ("sum(abs(cases)) from t", sum(abs(c) for c in cases)),
    ("sum(-cases) from t", -sum(cases)),
    ("sum(if(cases > 5, cases, 0)) from t", sum(c if c > 5 else 0 for c in cases)),
    ("sum(if(open, 1, 2)) from t", sum((1 if r["open"] else 2) for r in T if r["open"] is not None)),
    ("sum(count_known(cases, rate)) from t", sum((r["cases"] is not None) + (r["rate"] is not None) for r in T)),
    ("max(cases) - min(cases) from t", max(cases) - min(cases)),
    ("mean(cases where open) from t", mean(pick(is_open))),
    ("median(cases where open) from t", median(pick(is_open))),
])

write("conditions", "three-valued logic: a row counts only if its condition is true", A, A_COLUMNS, [
    ("count(where region = 'North') from t", count(north)),
    ("count(where region != 'North') from t", count(where(lambda r: r["region"] != "North", "region"))),
    ("count(where region <> 'North') from t", count(where(lambda r: r["region"] != "North", "region"))),
    ("count(where not region = 'North') from t", count(where(lambda r: r["region"] != "North", "region"))),
    ("count(where cases > 5) from t", count(big)),
    ("count(where cases >= 6) from t", count(where(lambda r: r["cases"] >= 6, "cases"))),
    ("count(where cases < 5.5) from t", count(where(lambda r: r["cases"] < 5.5, "cases"))),
    ("count(where cases <= 0) from t", count(where(lambda r: r["cases"] <= 0, "cases"))),
    ("count(where cases = 7) from t", 1),
    ("count(where not cases = 7.5) from t", len(cases)),
    ("count(where cases != 7.5) from t", len(cases)),
    ("count(where 5 < cases) from t", count(big)),
    ("count(where -2 = cases) from t", 1),
    ("count(where cases > -2) from t", count(where(lambda r: r["cases"] > -2, "cases"))),
    ("count(where rate > 33.3) from t", count(where(lambda r: r["rate"] > F("33.3"), "rate"))),
    ("count(where rate = 8.125) from t", 1),
    ("count(where rate >= 33) from t", count(where(lambda r: r["rate"] >= 33, "rate"))),
    ("count(where open) from t", count(is_open)),
    ("count(where not open) from t", count(where(lambda r: not r["open"], "open"))),
    ("count(where open = true) from t", count(is_open)),
    ("count(where open or not open) from t", 10),
    ("count(where open and cases > 5) from t", count(lambda r: is_open(r) and big(r))),
    ("count(where open or cases > 5) from t", count(lambda r: is_open(r) or big(r))),
    ("count(where not (open and cases > 5)) from t",
     count(lambda r: (r["open"] is False) or (r["cases"] is not None and r["cases"] <= 5))),
    ("count(where not (open or cases > 5)) from t",
     count(lambda r: r["open"] is False and r["cases"] is not None and r["cases"] <= 5)),
    ("count(where region in ('North', 'South')) from t", 6),
    ("count(where region not in ('North', 'South')) from t", 5),
    ("count(where cases in (10, 7, 25)) from t", 3),
    ("count(where cases between 1 and 7) from t", count(where(lambda r: 1 <= r["cases"] <= 7, "cases"))),
    ("count(where cases not between 1 and 7) from t", count(where(lambda r: not 1 <= r["cases"] <= 7, "cases"))),
    ("count(where kind starts with 'lab') from t", count(labour)),
    ("count(where kind ends with 'al') from t", 7),
    ("count(where kind contains 'x') from t", 3),
    ("count(where not kind contains 'x') from t", 9),
    ("count(where region starts with 'N') from t", 3),
    ("count(where cases is known) from t", len(cases)),
    ("count(where cases is missing) from t", n - len(cases)),
    ("count(where cases is not known) from t", n - len(cases)),
    ("count(where region is missing) from t", 1),
    ("count(where cases is known and rate is missing) from t", 2),
    ("count(where cases < rate) from t", count(where(lambda r: r["cases"] < r["rate"], "cases", "rate"))),
    ("count(where cases + 5 > rate) from t", count(where(lambda r: r["cases"] + 5 > r["rate"], "cases", "rate"))),
    ("count(where rate / cases > 5) from t", count(where(lambda r: r["cases"] != 0 and r["rate"] / r["cases"] > 5, "cases", "rate"))),
    ("count(where cases / rate < 0.5) from t", count(where(lambda r: r["cases"] / r["rate"] < F(1, 2), "cases", "rate"))),
    ("count(where cases / -2 > 0) from t", count(where(lambda r: r["cases"] < 0, "cases"))),
    ("count(where abs(cases) = 2) from t", 1),
    ("count(where lower(region) = 'north') from t", 3),
    ("count(where count_known(cases, rate) = 2) from t", count(known("cases", "rate"))),
    ("count(where if(open, cases, rate) > 10) from t",
     count(lambda r: r["open"] is not None and (r["cases"] if r["open"] else r["rate"]) is not None
           and (r["cases"] if r["open"] else r["rate"]) > 10)),
    ("count(where true) from t", n),
    ("count(where cases > 5 or true) from t", n),
    ("count(where region = 'Nroth') from t", "error silent-literal"),
    ("count(where kind contains 'zzz') from t", "error silent-literal"),
    ("count(where cases = 'ten') from t", "error type-mismatch"),
    ("count(where region > 'A') from t", "error type-mismatch"),
    ("count(where regoin = 'North') from t", "error unknown-column"),
    ("count(where cases > 1000) from t", "error empty-selection"),
    ("sum(cases) from t where cases is missing", "error empty-selection"),
    ("sum(region) from t", "error type-mismatch"),
    ("mean(open) from t", "error type-mismatch"),
    ("sum(cases / rate) from t", "error type-mismatch"),
    ("cases > 5 from t", "error type-mismatch"),
    ("cases from t where region = 'West'", "error not-one-row"),
    ("cases from t where region = 'West' and kind = 'labour'", 1),
    ("cases from t where region = 'West' and kind = 'criminal'", "error empty-selection"),
    ("kind from t where cases = 7", "labour"),
    ("region from t where rate = 8.125", "South"),
    ("sum(cases) / count(where cases = 0 and region = 'South') / 0 from t", "error division-by-zero"),
    ("variance(cases) from t where cases = 25", "error empty-selection"),
    ("cases + sum(cases) from t where cases = 25", "error type-mismatch"),
    ("sum(cases * cases * cases) from t", sum(c**3 for c in cases)),
    ("sum(frob) from t", "error unknown-column"),
    ("frob(cases) from t", "error unknown-function"),
    ("sum(cases from t", "error recipe-syntax"),
    ("sum(cases) from nowhere", "error unknown-frame"),
    ("sum(cases) where region = 'North'", "error recipe-syntax"),
    ("sum(cases) from t where cases > 1,000", "error recipe-syntax"),
    ("sum(cases) from t where region = “North”", "error recipe-syntax"),
    ("quantile(cases, 50) from t", "error unknown-function"),
    ("quantile(cases, 50%, 10) from t", "error unknown-function"),
    ("count(distinct) from t", "error unknown-function"),
    ("change(cases) from t", "error unknown-function"),
    ("total(total(count())) from t by region", "error type-mismatch"),
    ("$year from t", "error unknown-parameter"),
])


def share(condition, decided):
    """Sum of cases where a condition is true over that where it is decided."""
    return F(sum(pick(lambda r: decided(r) and condition(r)))) / sum(pick(decided))


by_region = sorted({r["region"] for r in T} - {""})
group = lambda region: [r for r in T if r["region"] == region]
sums = {g: (sum(r["cases"] for r in group(g) if r["cases"] is not None)) for g in by_region}
write("shares-and-series", "shares with their base, series by keys", A, A_COLUMNS, [
    ("share(kind = 'labour') from t", F(count(labour), n)),
    ("share(open) from t", F(count(is_open), 10)),
    ("share(cases > 5) from t", F(count(big), len(cases))),
    ("share(region = 'North') from t", F(3, 11)),
    ("share(cases > 1000) from t", 0),
    ("share(cases where kind = 'labour') from t", share(labour, known("kind"))),
    ("share(cases where region = 'North') from t", share(north, known("region"))),
    ("share(cases where open) from t", share(is_open, known("open"))),
    ("share(cases where open) from t where region = 'North'", F(10, 14)),
    ("count(where open) / count() from t", F(count(is_open), n)),
    ("sum(cases) from t by region", series((g, sums[g]) for g in by_region)),
    ("count() from t by region", series((g, len(group(g))) for g in by_region)),
    ("count(cases) from t by region", series((g, sum(r["cases"] is not None for r in group(g))) for g in by_region)),
    ("count() / total(count()) from t by region", series((g, F(len(group(g)), n)) for g in by_region)),
    ("sum(cases) / total(sum(cases)) from t by region", series((g, F(sums[g], sum(cases))) for g in by_region)),
    ("sum(cases) from t where region is known by region", series((g, sums[g]) for g in by_region)),
    ("share(cases where kind = 'labour') from t by region",
     series((g, F(sum(r["cases"] for r in group(g) if r["kind"] == "labour" and r["cases"] is not None), sums[g])) for g in by_region)),
    ("sum(cases) from t where kind = 'criminal' by region", series([("East", -2), ("North", 4), ("South", 0), ("West", None)])),
    ("max(cases) from t by kind", series((k, max(r["cases"] for r in T if r["kind"] == k and r["cases"] is not None)) for k in ["criminal", "labour", "sexual"])),
    ("median(cases) from t by kind", series((k, median([r["cases"] for r in T if r["kind"] == k and r["cases"] is not None])) for k in ["criminal", "labour", "sexual"])),
    ("variance(cases) from t where kind = 'labour' by open", series([("false", None), ("true", variance([F(10), F(7), F(25)]))])),
    ("count() from t by open", series([("false", 4), ("true", 6)])),
    ("count() from t by cases", series(sorted(((c, cases.count(c)) for c in set(cases)), key=lambda p: p[0]))),
    ("cases from t where region = 'North' by kind", series([("criminal", 4), ("labour", 10), ("sexual", None)])),
    ("sum(cases) from t by region, open",
     series([("East, false", -2), ("East, true", 31), ("North, false", 4), ("North, true", 10), ("South, false", 0), ("South, true", 7), ("West, true", None)])),
    ("sum(cases) from t by nothing", "error unknown-column"),
    ("cases from t by region", "error not-one-row"),
])

# ---- dates, percentages, scales
B = """
day,month_of,share,amount,name
2023-12-31,2023 Q4,50%,1.5,O’Brien
2024-01-01,2024 Q1,12.5,1e3,O'Brien
2024-02-29,2024 Q1,0,-0.25,Smith
2024-06-30,2024 Q2,100%,2.50,Smith
2025-03-01,2025,33.3,0.001,Jones
2025-03-02,March 2025,7,10,Jones
"""
B_COLUMNS = """
    columns:
      day: { type: date }
      month_of: { type: period }
      share: { type: percent }
      amount: { type: decimal }
      name: { type: text }
"""
amounts = [F("1.5"), F(1000), F("-0.25"), F("2.5"), F("0.001"), F(10)]
shares = [F(s) / 100 for s in ("50", "12.5", "0", "100", "33.3", "7")]
write("types", "dates, periods, percentages, scientific notation", B, B_COLUMNS, [
    ("sum(amount) from t", sum(amounts)),
    ("max(amount) from t", 1000),
    ("min(amount) from t", "-0.25"),
    ("median(amount) from t", 2),
    ("variance(amount) from t", variance(amounts)),
    ("sum(share) from t", sum(shares)),
    ("mean(share) from t", mean(shares)),
    ("count(where share > 12.5%) from t", 3),
    ("count(where share >= 12.5%) from t", 4),
    ("count(where share > 10) from t", "error type-mismatch"),
    ("count(where amount > 10%) from t", "error type-mismatch"),
    ("count(where share > 0) from t", 5),
    ("min(day) from t", "2023-12-31"),
    ("max(day) from t", "2025-03-02"),
    ("day from t where amount = 10", "2025-03-02"),
    ("count(where day >= '2024-01-01') from t", 5),
    ("count(where day between '2024-01-01' and '2024-12-31') from t", 3),
    ("count(where within(day, 2024)) from t", 3),
    ("count(where within(day, '2024 H1')) from t", 3),
    ("count(where within(day, '2024-02')) from t", 1),
    ("count(where within(day, '2023/24')) from t", 3),
    ("count(where year(day) = 2024) from t", 3),
    ("count(where month(day) = 3) from t", 2),
    ("sum(year(day)) from t", 2023 + 3 * 2024 + 2 * 2025),
    ("count() from t by day", series((d, 1) for d in ["2023-12-31", "2024-01-01", "2024-02-29", "2024-06-30", "2025-03-01", "2025-03-02"])),
    ("count(where month_of = '2024 Q1') from t", 2),
    ("count(where month_of = 'Q1 2024') from t", 2),
    ("count(where month_of = 2025) from t", 1),
    ("count(where within(month_of, 2024)) from t", 3),
    ("count(where within(month_of, 2025)) from t", 2),
    ("count(where month_of between '2024 Q1' and '2024 Q2') from t", 3),
    ("count(where month_of > '2024 Q1') from t", 3),
    ("count(where month_of < 2024) from t", 1),
    ("count(where month_of = '2019 Q1') from t", "error silent-literal"),
    ("count(where month_of = 'soon') from t", "error type-mismatch"),
    ("count(where year(month_of) = 2024) from t", 3),
    ("count() from t by month_of", series([("2023 Q4", 1), ("2024 Q1", 2), ("2024 Q2", 1), ("2025", 1), ("2025-03", 1)])),
    ("count(where day = '2024-02-30') from t", "error type-mismatch"),
    ("count(where day = 2024) from t", "error type-mismatch"),
    ("count(where name = \"O'Brien\") from t", 2),
    ("count(where name = \"O’Brien\") from t", "error recipe-syntax") if False else ("count(where name contains \"O'B\") from t", 2),
    ("points(share to share) from t where amount = 10", 0),
    ("change(amount to share) from t where amount = 10", "error type-mismatch"),
    ("points(amount to amount) from t where amount = 10", "error type-mismatch"),
    ("percent_change(sum(amount where year(day) = 2024) to sum(amount where year(day) = 2025)) from t",
     (F("10.001") - F("1002.25")) / F("1002.25")),
    ("ratio(count(where year(day) = 2024) to count(where year(day) = 2025)) from t", F(2, 3)),
    ("change(count(where year(day) = 2024) to count(where year(day) = 2025)) from t", -1),
    ("sum(amount) from t where name = 'Smith'", F("2.25")),
    ("sum(amount * amount) from t", sum(a * a for a in amounts)),
])

# ---- markers
C = """
key,value
a,5
b,-
c,[c]
d,7
e,n/a
"""
C_COLUMNS = """
    missing: ["-"]
    columns:
      value: { type: integer, missing: [n/a], suppressed: ["[c]"] }
"""
write("markers", "missing markers count as missing, hidden cells stop a figure that needs them", C, C_COLUMNS, [
    ("count() from t", 5),
    ("count(value) from t", 2),
    ("sum(value where value is not suppressed) from t", 12),
    ("sum(value) from t where value is known", 12),
    ("sum(value) from t", "error suppressed-cells"),
    ("mean(value) from t", "error suppressed-cells"),
    ("count(where value is suppressed) from t", 1),
    ("count(where value is missing) from t", 2),
    ("count(where value > 5) from t", 1),
    ("share(value > 5) from t", F(1, 2)),
    ("sum(value) from t where key in ('a', 'd')", 12),
    ("value from t where key = 'd'", 7),
    ("value from t where key = 'c'", "error suppressed-cells"),
    ("value from t where key = 'b'", "error empty-selection"),
    ("value from t by key", series([("a", 5), ("b", None), ("c", None), ("d", 7), ("e", None)])),
])
