#!/usr/bin/env python3
"""tieout beside DuckDB and polars, on one table: 50 filtered sums with three conditions each, and 3 series.

    pip install duckdb polars
    cargo build --release
    python3 benches/peers.py [--rows 10000000] [--runs 3] [--dir FOLDER] [--tieout PATH]

Makes the table (about 320 MB at 10 million rows) once, asks every engine the same questions on two threads, cold (a
process of its own each time, from the CSV file on), compares all results digit by digit, and prints wall time and peak
memory with the ratios. The medians of one call of this script may be compared with each other, and with nothing else.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time

YEARS = list(range(2014, 2026))
NAMES = ["Albanian", "British", "Chadian", "Danish", "Eritrean", "French", "Ghanaian", "Haitian", "Iranian", "Iraqi"]
NATIONALITIES = NAMES + [f"Land {n}" for n in range(10, 200)]
KINDS = ["labour", "criminal", "sexual", "domestic", "organ", "unknown"]
AGES = ["adult", "child", "unknown"]


def make_table(path, rows):
    if os.path.exists(path):
        return
    draw = random.Random(7).random
    with open(path + ".part", "w", newline="") as file:
        file.write("year,quarter,nationality,kind,age,count\n")
        for start in range(0, rows, 100_000):
            file.write("".join(
                f"{YEARS[int(draw() * 12)]},Q{int(draw() * 4) + 1},{NATIONALITIES[int(draw() * draw() * 200)]},"
                f"{KINDS[int(draw() * 6)]},{AGES[int(draw() * 3)]},{int(draw() * 1000)}\n"
                for _ in range(min(100_000, rows - start))))
    os.rename(path + ".part", path)


def questions():
    """For each sum three conditions, `column: value`, on three of the five columns."""
    draw = random.Random(11)
    values = {"year": YEARS, "quarter": ["Q1", "Q2", "Q3", "Q4"], "nationality": NATIONALITIES[:60], "kind": KINDS, "age": AGES}
    return [{column: draw.choice(values[column]) for column in sorted(draw.sample(sorted(values), 3))} for _ in range(50)]


SERIES = {"by_year": ["year"], "by_nationality": ["nationality"], "by_kind_and_age": ["kind", "age"]}


def conditions(question):
    return " and ".join(f"{column} = {value!r}" for column, value in question.items())


def make_project(folder, asked):
    os.makedirs(f"{folder}/reports", exist_ok=True)
    with open(f"{folder}/data/big/source.yaml", "w") as file:
        file.write("title: A made table\npublisher: benches/peers.py\nlicence: CC0-1.0\ndatasets:\n  big:\n    file: big.csv\n"
                   "    columns:\n      year: { type: integer }\n      quarter: { type: text }\n      nationality: { type: text }\n"
                   "      kind: { type: text }\n      age: { type: text }\n      count: { type: integer }\n")
    figures = "".join(f"  f{i}: sum(count) from big where {conditions(question)}\n" for i, question in enumerate(asked))
    series = "".join(f"  {name}: sum(count) from big by {', '.join(keys)}\n" for name, keys in SERIES.items())
    with open(f"{folder}/reports/big.yaml", "w") as file:
        file.write(f"title: Made\ndate: 2026-01-01\nfigures:\n{figures}series:\n{series}")
    with open(f"{folder}/reports/big.md", "w") as file:
        file.write("The first sum is [=](fig:f0).\n")
    # the same columns loaded, and next to nothing asked: what is left of `big` is its scans
    columns = " and ".join(f"{column} is known" for column in ["year", "quarter", "nationality", "kind", "age", "count"])
    with open(f"{folder}/reports/load.yaml", "w") as file:
        file.write(f"title: Made\ndate: 2026-01-01\nfigures:\n  rows: count(where {columns}) from big\n")
    with open(f"{folder}/reports/load.md", "w") as file:
        file.write("[=](fig:rows)\n")


def ask_duckdb(path, asked, cube):
    import duckdb
    db = duckdb.connect()
    db.execute("set threads = 2")
    began = time.perf_counter()
    if cube:
        # one scan of the file: the cube of all keys that are asked for
        db.execute(f"create table t as select year, quarter, nationality, kind, age, sum(count) as count from read_csv('{path}') group by all")
    else:
        db.execute(f"create table t as select * from read_csv('{path}')")
    loaded = time.perf_counter()
    results = {f"f{i}": int(db.execute(
        f"select sum(count) from t where {conditions(question)}").fetchone()[0]) for i, question in enumerate(asked)}
    for name, keys in SERIES.items():
        columns = ", ".join(keys)
        for *key, value in db.execute(f"select {columns}, sum(count) from t group by {columns}").fetchall():
            results[f"{name}/{'/'.join(map(str, key))}"] = int(value)
    return results, loaded - began, time.perf_counter() - loaded


def ask_polars(path, asked):
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl
    began = time.perf_counter()
    table = pl.read_csv(path)
    loaded = time.perf_counter()
    col = pl.col
    sums = table.lazy().select([
        col("count").filter(pl.all_horizontal([col(c) == v for c, v in question.items()])).sum().alias(f"f{i}")
        for i, question in enumerate(asked)]).collect()
    results = {name: int(sums[name][0]) for name in sums.columns}
    for name, keys in SERIES.items():
        for *key, value in table.group_by(keys).agg(col("count").sum()).rows():
            results[f"{name}/{'/'.join(map(str, key))}"] = int(value)
    return results, loaded - began, time.perf_counter() - loaded


def run(command):
    """Wall seconds, peak memory in MiB and standard output of a process of its own."""
    before = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - before, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, out


def slug(key):
    return "-".join("".join(c if c.isalnum() else " " for c in key.lower()).split())


def tieout_results(folder):
    with open(f"{folder}/output/big/figures.json") as file:
        report = json.load(file)
    results = {figure["id"]: int(figure["value"]) for figure in report["figures"]}
    for series in report["series"]:
        for point in series["points"]:
            results[f"{series['id']}/{'/'.join(point['keys'])}"] = int(point["values"][0]["value"])
    return results


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    target = os.environ.get("CARGO_TARGET_DIR", f"{here}/target")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dir", default="/tmp/tieout-bench")
    parser.add_argument("--tieout", default=f"{target}/release/tieout")
    parser.add_argument("--peer", choices=["duckdb", "cube", "polars"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = f"{options.dir}/{options.rows}"
    path, asked = f"{folder}/data/big/big.csv", questions()
    if options.peer:
        ask = {"duckdb": lambda: ask_duckdb(path, asked, False), "cube": lambda: ask_duckdb(path, asked, True),
               "polars": lambda: ask_polars(path, asked)}[options.peer]
        results, load, queries = ask()
        print(json.dumps({"results": results, "load": load, "queries": queries}))
        return
    os.makedirs(f"{folder}/data/big", exist_ok=True)
    make_table(path, options.rows)
    make_project(folder, asked)
    print(f"{options.rows} rows, {os.path.getsize(path) / 1e6:.0f} MB, {options.runs} runs each, interleaved")
    tieout = [options.tieout, "-C", folder, "--threads", "2"]
    peer = [sys.executable, os.path.abspath(__file__), "--rows", str(options.rows), "--dir", options.dir, "--peer"]
    commands = {"tieout check": tieout + ["check", "big"], "tieout check, loading only": tieout + ["check", "load"],
                "tieout build": tieout + ["build", "big"], "polars": peer + ["polars"],
                "duckdb, one-scan cube": peer + ["cube"], "duckdb, table + queries": peer + ["duckdb"]}
    measured = {name: [] for name in commands}
    inner = {}
    for _ in range(options.runs):
        for name, command in commands.items():
            wall, memory, cpu, out = run(command)
            measured[name].append((wall, memory, cpu))
            if command[0] == sys.executable:
                answer = json.loads(out)
                inner.setdefault(name, []).append((answer["load"], answer["queries"]))
                expected = {key if key.startswith("f") else "/".join(key.split("/")): value for key, value in answer["results"].items()}
                ours = tieout_results(folder)
                if ours != expected:
                    sys.exit(f"{name} and tieout disagree: {[(k, ours.get(k), v) for k, v in expected.items() if ours.get(k) != v][:5]}")
    base = statistics.median(wall for wall, *_ in measured["tieout check"])
    print(f"{'':28}{'wall s':>9}{'cpu s':>9}{'MiB':>8}{'wall / tieout check':>22}")
    for name, runs in measured.items():
        wall, memory, cpu = (statistics.median(column) for column in zip(*runs))
        print(f"{name:28}{wall:9.2f}{cpu:9.2f}{memory:8.0f}{wall / base:22.2f}")
    loading = statistics.median(wall for wall, *_ in measured["tieout check, loading only"])
    print(f"tieout: load {loading:.2f} s, queries once loaded {base - loading:.2f} s")
    for name, runs in inner.items():
        load, queries = (statistics.median(column) for column in zip(*runs))
        print(f"{name}: load {load:.2f} s, queries once loaded {queries:.2f} s")
    print(f"all {len(ours)} results of all engines are equal, digit by digit")


if __name__ == "__main__":
    main()
