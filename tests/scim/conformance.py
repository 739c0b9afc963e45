"""Runs the third-party conformance tester against a served instance and says what it found, a line a finding.

Usage: conformance.py ADDRESS, with the token in $SCIM_TOKEN. Ends in "# pass N", "# fail N" and "# skipped N"; fails where
the tester found an error. What the tester leaves out because the service says that it does not offer it is skipped.
"""

import os
import sys
from collections import Counter
from datetime import datetime, timezone

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server, filling

example = filling.get_random_example_value


def example_or_time(path):
    """The tester fills every attribute that it does not know with random text, which its own models refuse as a time."""
    binding = path.resolve()
    if binding is not None and binding.target_type is datetime:
        return datetime(2030, 1, 31, tzinfo=timezone.utc)
    return example(path)


filling.get_random_example_value = example_or_time


def main() -> int:
    http = Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"})
    results = check_server(SyncSCIMClient(http))
    counts = Counter()
    for result in results:
        bad = result.status in (Status.ERROR, Status.CRITICAL)
        word = "fail" if bad else "skipped" if result.status == Status.SKIPPED else "pass"
        counts[word] += 1
        if bad or result.status not in (Status.SUCCESS, Status.COMPLIANT):
            print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}")
            if bad and os.environ.get("SCIM_VERBOSE"):
                print(f"    {result.data}")
    if not counts:
        print("the tester checked nothing")
        return 1
    for word in ("pass", "fail", "skipped"):
        print(f"# {word} {counts[word]}")
    return 1 if counts["fail"] else 0


if __name__ == "__main__":
    sys.exit(main())
