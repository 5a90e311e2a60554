"""Advice follows from what somebody can read, three actions at most."""

from hypothesis import given
from hypothesis import strategies as st

from incidents.data_files import TEMPLATES
from incidents.drafting.advice import advised
from incidents.drafting.sources.folder import read_words
from incidents.drafting.words import Words
from incidents.models.report import Protection
from incidents.models.scope import Form
from incidents.models.vocabulary import vocabulary

CLEAR = Protection(state="clear")
SAFE = Protection(state="encrypted", key="safe")
SHIPPED = read_words(TEMPLATES).advice


def test_a_password_leads_to_changing_it_first(words: Words) -> None:
    got = advised(words.advice, {"account.password": CLEAR}, places=["DE"], form=Form.ACCOUNT)
    assert got.groups == ["password"]
    assert got.actions == ["change_reused_password", "distrust_callers", "turn_on_second_step"]


def test_what_nobody_can_read_leads_to_no_harm(words: Words) -> None:
    got = advised(words.advice, {"account.password": SAFE}, places=["DE"], form=Form.ACCOUNT)
    assert (got.groups, got.actions) == ([], ["distrust_callers"])


def test_credit_freezes_are_advised_where_they_exist(words: Words) -> None:
    elements = {"identity.ssn": CLEAR}
    there = advised(words.advice, elements, places=["US-CA"], form=Form.ACCOUNT)
    here = advised(words.advice, elements, places=["DE"], form=Form.ACCOUNT)
    assert "freeze_credit" in there.actions
    assert "freeze_credit" not in [*here.actions, *here.more]


def test_nobody_without_an_account_is_sent_to_one(words: Words) -> None:
    elements = dict.fromkeys(["account.password", "account.session", "biometric.face"], CLEAR)
    got = advised(words.advice, elements, places=[], form=Form.NO_ACCOUNT)
    assert got.actions == ["distrust_callers"]


@given(
    st.sets(st.sampled_from(sorted(vocabulary().elements))),
    st.sampled_from([*Form, None]),
    st.sampled_from(["DE", "US-CA", "CN"]),
)
def test_there_are_one_to_three_actions_and_one_needs_no_device(
    elements: set[str], form: Form | None, place: str
) -> None:
    got = advised(SHIPPED, dict.fromkeys(elements, CLEAR), places=[place], form=form)
    assert 1 <= len(got.actions) <= 3
    assert "distrust_callers" in got.actions
    assert not set(got.actions) & set(got.more)
    ranks = [SHIPPED.actions[name].rank for name in got.actions[:-1]]
    assert ranks == sorted(ranks)
