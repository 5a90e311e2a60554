"""`forthwith send CASE --forecast`: what people read, what a script gets, how it ends."""

import json
from pathlib import Path

import pytest
import yaml

from flows.demo.shop import demo_report
from incidents.clock import SystemClock
from tests.cli.conftest import Command
from tests.steps.shop_case import CASE, House


@pytest.fixture
def case(forthwith: Command, shop: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case reported and drafted now, whose lists are to be worked within a day."""
    monkeypatch.setenv("FORTHWITH_LIST_HOURS", "24")
    monkeypatch.setenv("FORTHWITH_SMTP__HOST", "127.0.0.1")
    monkeypatch.setenv("FORTHWITH_SMTP__SECURITY", "none")
    file = tmp_path / "report.yaml"
    file.write_text(yaml.safe_dump(demo_report(SystemClock().now())), encoding="utf-8")
    ref = forthwith.at(shop)("report", file, "--no-flow").out.split()[1]
    for step in ("find-data", "size-scope", "weigh-risk", "list-duties", "draft-notices"):
        assert forthwith("step", step, ref).code == 0
    return ref


def test_the_code_says_whether_the_deadlines_can_be_met(forthwith: Command, case: str) -> None:
    unknown = forthwith("send", case, "--forecast")
    assert (unknown.code, unknown.err) == (4, "")
    assert "--rate N" in unknown.out
    assert "needs " in unknown.out
    enough = forthwith("send", case, "--forecast", "--rate", 20)
    assert (enough.code, enough.err) == (0, "")
    assert "every legal deadline can be met from now on" in enough.out
    assert "not approved" in enough.out
    slow = forthwith("send", case, "--forecast", "--rate", 0.00003)
    assert (slow.code, slow.err) == (3, "")
    for words in ("cannot be met", "LATE", "What would meet it", "a relay that takes"):
        assert words in slow.out
    # The law's own words stand where it names no number.
    assert "“without undue delay" in slow.out


def test_lists_that_lie_too_long_are_a_miss_with_what_to_do(
    forthwith: Command, drafted: House
) -> None:
    ended = forthwith.at(drafted)("send", CASE, "--forecast", "--rate", 20)
    assert ended.code == 3
    assert "PASSED" in ended.out


def test_json_is_one_value_with_the_code_and_no_person(
    forthwith: Command, case: str, shop: House
) -> None:
    ended = forthwith("send", case, "--forecast", "--rate", 20, "--json")
    assert (ended.code, ended.err) == (0, "")
    value = json.loads(ended.out)
    assert value["exit_code"] == 0
    assert value["limits"]["connections"] == 4
    assert sum(one["people"].get("email", 0) for one in value["sets"]) > 50
    names = [str(row[0]) for row in shop.sql("SELECT name FROM person WHERE name <> ''")]
    addresses = [str(row[0]) for row in shop.sql("SELECT value FROM contact")]
    assert [one for one in (*names, *addresses) if len(one) > 5 and one in ended.out] == []


def test_nothing_is_sent_and_a_rate_without_a_forecast_is_refused(
    forthwith: Command, case: str, shop: House
) -> None:
    forthwith("send", case, "--forecast")
    assert shop.sql("SELECT COUNT(*) FROM delivery WHERE attempts > 0") == [(0,)]
    for more in (("--rate", 20), ("--json",), ("--forecast", "--rate", 0)):
        ended = forthwith("send", case, *more)
        assert ended.code == 2
        assert ended.out == ""


def test_a_case_or_set_that_is_not_there_is_refused(forthwith: Command, case: str) -> None:
    for arguments in (("inc-2099-0001",), (case, "--first", "nowhere")):
        ended = forthwith("send", *arguments, "--forecast")
        assert (ended.code, ended.out) == (2, "")
        assert "to repair" in ended.err
