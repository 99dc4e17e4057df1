"""Validates crates at the level RECOMMENDED, offline. Usage: rocrate.py FOLDER_OF_THE_VALIDATOR CRATE…"""

import json
import pathlib
import subprocess
import sys
import tempfile

tools, crates = pathlib.Path(sys.argv[1]), sys.argv[2:]
failed = False
for crate in crates:
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [tools / "bin/rocrate-validator", "-y", "validate", "--offline", "--cache-path", tools / "cache"]
        subprocess.run(
            [*command, "-l", "recommended", "-f", "json", "-o", out.name, crate], capture_output=True, check=False
        )
        found = json.load(open(out.name))
    # without the profile it would pass for less
    if not found["passed"] or found["validation_settings"]["profile_identifier"] != "process-run-crate-0.5":
        failed = True
        for issue in found["issues"][:10]:
            print(f"{crate}: {issue['severity']}: {issue['message']}", file=sys.stderr)
sys.exit(failed)
