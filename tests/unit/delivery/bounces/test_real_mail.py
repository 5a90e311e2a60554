"""Real returned mail of many servers, where a folder of it is at hand.

The rules were written with these very files in view: this keeps what was reached from being lost,
and says little of mail that nobody has seen yet.
"""

import json
import os
from pathlib import Path

import pytest

from incidents.delivery.bounces import Kind, read_bounce

FOLDER = Path(os.environ.get("FORTHWITH_TEST_DATA", "")) / "bounces"
RECOGNISED, PERMANENCE, REASON = 0.99, 0.97, 0.85


@pytest.mark.skipif(
    not (os.environ.get("FORTHWITH_TEST_DATA") and (FOLDER / "expected.json").is_file()),
    reason="FORTHWITH_TEST_DATA names no folder with bounces/",
)
def test_real_mail_is_recognised_and_its_permanence_and_reason_are_right() -> None:
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    recognised = permanence = reason = 0
    for name, fates in expected.items():
        found = read_bounce((FOLDER / "messages" / name).read_bytes())
        recognised += found.kind != Kind.OTHER
        permanence += found.permanent == fates[0]["hard"]
        reason += found.reason == fates[0]["reason"]
    assert recognised >= RECOGNISED * len(expected)
    assert permanence >= PERMANENCE * len(expected)
    assert reason >= REASON * len(expected)
