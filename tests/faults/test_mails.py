"""Each mail that was taken fits its row of the ledger; and what does not is noticed."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.faults import mails as module
from tests.faults.limits import within
from tests.faults.mails import Matched, mails
from tests.support.mailserver import Received


def test_five_thousand_mails_fit_their_rows_and_a_wrong_one_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, kept = module._hold, list[Any]()

    def hold(found: Matched, one: Received, content: bytes, rows: Any, *more: Any) -> None:
        if len(kept) < 2:
            kept.append((one, content, dict(rows), more))
        really(found, one, content, rows, *more)

    monkeypatch.setattr(module, "_hold", hold)
    with within(300):
        found = mails(people=5000, folder=tmp_path)
    assert found.good, (found.mismatches, found.examples)
    (one, content, rows, more), (other, others, _, _) = kept
    wrong = {
        "another's content": (one, others, {"Message-ID", "name in the text", "recipient"}),
        "another's address": (one._replace(recipient=other.recipient), content, {"recipient"}),
        "another's row": (one._replace(sender=other.sender), content, {"Message-ID", "recipient"}),
        "nobody's path": (one._replace(sender="x@shop.example"), content, {"return path"}),
    }
    for what, (envelope, text, noticed) in wrong.items():
        seen = Matched(1, "sqlite", mismatches=Counter())
        really(seen, envelope, text, dict(rows), *more)
        assert noticed <= set(seen.mismatches), what
