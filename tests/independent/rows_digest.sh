#!/bin/sh
# Writes tests/reference/rows-digest.txt: rows digests by sort, uniq and sha256sum, of the table in tests/lineage.rs.
# Each row gives its cells in the columns that the recipe names, sorted by column, with tabs between them; equal lines
# are counted, and `COUNT<TAB>LINE` lines in the order of the lines are hashed.
set -eu
digest() { LC_ALL=C sort | uniq -c | sed 's/^ *\([0-9]*\) /\1\t/' | sha256sum | cut -d' ' -f1; }
cd "$(dirname "$0")/../reference"
{
  # columns k, n; all rows. 1 and 1.0 are the same number, written 1.
  printf '%s  count(where k is known and (n is known or n is missing)) from t\n' \
    "$(printf 'red\t1\nblue\t2\nred\t1\nred\t\nback\\\\slash\t3\n' | digest)"
  # columns k, n; the red ones
  printf '%s  sum(n) from t where k = '"'red'"'\n' "$(printf 'red\t1\nred\t1\nred\t\n' | digest)"
  # column l, of which one cell holds a tab, written \t, and one is missing
  printf '%s  count(l) from t\n' "$(printf 'x\na\\tb\nx\n\ny\n' | digest)"
} > rows-digest.txt
