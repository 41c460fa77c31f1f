"""The digest of a policy is what recorded verdicts are compared by: the same meaning keeps the same digest."""

from __future__ import annotations

from pathlib import Path

import interlock

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  alarm.on:  {type: bool, max_age: 1h, doc: whether an alarm is on}
  fill.rate: {type: ratio, range: [0, 1], max_age: 1h, doc: share of orders filled}
  pnl.day:   {type: money, currency: USD, every: 1d, began: 2026-03-01, doc: of one day}
""",
    "child.yaml": """\
policy: child
version: 1.0.0
title: Is it calm?
owner: risk
# best to worst
verdicts: [CALM, LOUD]
params:
  floor: {value: 40%, range: [0%, 100%]}
rules:
  - id: quiet
    require: not alarm.on and fill.rate >= floor
    labels: {team: risk}
""",
    "gate.yaml": """\
policy: gate
version: 1.2.0
title: May it trade?
owner: risk
# best to worst
verdicts: [GO, WAIT, NO_GO]
let:
  bad: streak(pnl.day < -5USD)
rules:
  - id: bad-days
    title: two bad days
    covers: [R1]
    when: bad >= 2
    then: WAIT
    reason: "{{ bad }} bad days"
    action: look at the days
  - id: calm
    policy: child
    at_worst: CALM
    with: {floor: 50%}
""",
}
SNAPSHOT = (
    b'{"interlock": 1, "as_of": "2026-03-04T06:00:00Z", "metrics": {"alarm.on": false, "fill.rate": 0.6}}'
)
DIGESTS = {
    "child": "sha256:b59fd5d77c01cae62f76969d034dc4b611cf3ff64f320d0df1a61bde438c8097",
    "gate": "sha256:8b6f59effc8f97ac3fe461ea5ebdb5993980224bdfd002ee8b34aebea5f53fd3",
}
"""As the first ledgers hold them: another digest would call every recorded verdict another policy's."""


def digests(folder: Path, files: dict[str, str]) -> dict[str, str]:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    snapshot = interlock.Snapshot.parse(SNAPSHOT, "s.json")
    return {each.policy: each.inputs.policy for each in interlock.load(folder).evaluate(snapshot)}


def test_the_digest_of_a_policy_is_the_one_that_old_ledgers_hold(tmp_path: Path) -> None:
    assert digests(tmp_path / "policies", FILES) == DIGESTS


def test_labels_and_texts_are_part_of_the_digest(tmp_path: Path) -> None:
    for number, (old, new) in enumerate([("team: risk", "team: desk"), ("Is it calm?", "Is it quiet?")]):
        changed = {**FILES, "child.yaml": FILES["child.yaml"].replace(old, new)}
        assert digests(tmp_path / str(number), changed)["child"] != DIGESTS["child"]


def test_what_an_override_may_replace_is_part_of_the_digest(tmp_path: Path) -> None:
    found = []
    for number, more in enumerate(("", ", members: false", ", members: true")):
        text = FILES["child.yaml"].replace("range:", f"override: {{env: FLOOR{more}}}, range:")
        found.append(digests(tmp_path / str(number), {**FILES, "child.yaml": text})["child"])
    assert found[0] == found[1] != found[2]
