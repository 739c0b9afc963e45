"""Checks that a pack's OSCAL assessment results fit the published model, by compliance-trestle."""

import json
import sys
import zipfile

from trestle.oscal.assessment_results import Model

with zipfile.ZipFile(sys.argv[1]) as pack:
    results = pack.read("oscal-assessment-results.json")
    findings = json.loads(pack.read("findings.json"))["findings"]
model = Model.model_validate_json(results)
result = model.assessment_results.results[0]
seen = len(result.observations or [])
assert seen == len(findings), f"{seen} observations of {len(findings)} findings"
for finding in result.findings or []:
    word = finding.props[0].value
    state = finding.target.status.state
    state = getattr(state, "value", state)
    assert (word == "met") == (state == "satisfied"), f"{word} reads as {state}"
print(f"{seen} observations")
