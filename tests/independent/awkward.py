"""Rows and sums of awkward real files, read by pandas: `python awkward.py FOLDER > ../awkward/expected.csv`.

Needs pandas, openpyxl, odfpy and xlrd. Every table is taken by its place in the sheet; nothing here knows tieout.
"""

import csv
import sys
import warnings
from pathlib import Path

import pandas as pd

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["case", "column", "rows", "known", "sum"])


def sheet(name, sheet_name, engine):
    return pd.read_excel(folder / name, sheet_name=sheet_name, header=None, engine=engine, dtype=object)


def say(case, rows, **columns):
    for name, column in columns.items():
        known = pd.to_numeric(column.astype(str).str.replace(",", ""), errors="coerce").dropna()
        out.writerow([case, name, len(rows), len(known), f"{known.sum():.1f}"])


def block(data, first, last):
    return data.iloc[first - 1 : last]


data = block(sheet("civil-service-postcodes-2021.ods", "Staff_in_post", "odf"), 6, None)
say("civil-service", data, total=data[10], first=data[4])

data = block(sheet("example1.xls", "stones", "xlrd"), 4, None)
say("stones", data, year=data[0].ffill(), cost=data[4])

data = block(sheet("ott.xls", "Table 1", "xlrd"), 7, 66).dropna(how="all")
say("travel", data, visits=data[2], adjusted=data[4])

data = block(sheet("smungs_ozmarriage.xlsx", "Table 1", "openpyxl"), 8, 15)
say("marriage", data, yes=data[1], no=data[3], eligible=data[14])

data = block(sheet("smungs_us-crime-2.xlsx", "16tbl02", "openpyxl"), 6, 206)
data = data[data[1] != "Percent change"].dropna(how="all")
say("crime", data, year=data[1], population=data[2], violent=data[3])

data = block(sheet("smungs_vaccinations.xlsx", "SVV Coverage Trend Data", "openpyxl"), 4, 54)
say("vaccinations", data, mmr=data[1], pupils=data[4])

data = pd.read_csv(folder / "scotland_census2022_uv205_superweb2.csv", header=None, skiprows=12, names=range(15), dtype=object)
data = data[data[0].astype(str).str.match(r"S\d{8}$|Total$")]
say("scotland", data, people=data[1], none=data[12])

data = pd.read_csv(folder / "gptables_survey_data.csv", header=0, dtype=object)
data = data[data.iloc[:, 0] != "Dataset identifier code"]
say("labour", data, people=data.iloc[:, 1])

for case, name, level in [
    ("absence-no-data", "dfe_no_data_symbols.csv", "Regional"),
    ("absence-not-available", "dfe_notavailable_symbols.csv", "Regional"),
    ("absence-rounded-zero", "dfe_roundedzero_symbols.csv", "Regional"),
]:
    data = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
    data = data[data["geographic_level"] == level]
    say(case, data, enrolments=data["enrolments"], overall=data["sess_overall_percent"], persistent=data["enrolments_pa_10_exact_percent"])
