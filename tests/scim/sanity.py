"""Runs scim-sanity, a second conformance tester that others wrote, and counts what it found.

    SCIM_TOKEN=... python sanity.py URL
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

# It adds a member whose id belongs to nobody. Lanyard refuses that: a role must not wait for a person who may never come.
REFUSED_ON_PURPOSE = {"PATCH /Groups/{id} add member"}


def main() -> int:
    program = Path(sys.executable).with_name("scim-sanity")
    command = [program, "probe", sys.argv[1], "--token", os.environ["SCIM_TOKEN"], "--i-accept-side-effects", "--json-output"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        results = json.loads(said.stdout)["results"]
    except (json.JSONDecodeError, KeyError):
        print(f"scim-sanity gave no results: {said.stderr.strip()[:500]}")
        return 1
    counts = Counter()
    for result in results:
        word = result["status"] if result["status"] in ("pass", "skipped") else "fail"
        word = "skipped" if result["status"] == "skip" or result["name"] in REFUSED_ON_PURPOSE else word
        counts[word] += 1
        if word != "pass":
            print(f"{word} {result['name']}: {result.get('message') or result.get('detail') or ''}")
    for word in ("pass", "fail", "skipped"):
        print(f"# {word} {counts[word]}")
    return 1 if counts["fail"] or not counts["pass"] else 0


if __name__ == "__main__":
    sys.exit(main())
