"""Who must sign, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from incidents.approval.rule import Decision, check_signature, may_release
from incidents.approval.ssh_signature import fingerprint, public_line, sign
from incidents.errors import ApprovalError
from incidents.models.approval import Signature, Statement
from incidents.models.inventory import Approver

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number, name in enumerate(("ana", "bo", "chen", "dee", "spare"), 1)
}
STATEMENT = Statement(
    case_ref="inc-2026-0001",
    set_key="individuals-eu-gdpr",
    version=2,
    counts={"people": 3},
    root="a" * 64,
    author="dee",
)


def enrolled(who: str, key: str = "") -> Approver:
    return Approver(id=who, role="privacy", ssh_public_key=public_line(KEYS[key or who]))


APPROVERS = [enrolled("ana"), enrolled("bo"), enrolled("chen")]


def signed(
    who: str, key: str = "", *, statement: Statement = STATEMENT, ago: timedelta = timedelta(0)
) -> Signature:
    private = KEYS[key or who]
    return Signature(
        approver=who,
        key_fingerprint=fingerprint(public_line(private)),
        signature=sign(private, statement.text().encode()),
        signed_at=NOW - ago,
    )


def decide(
    *signatures: Signature,
    approvers: "list[Approver]" = APPROVERS,
    statement: Statement = STATEMENT,
    needed: int = 2,
    author: str = "",
) -> Decision:
    return may_release(
        signatures,
        statement,
        approvers,
        now=NOW,
        valid_for=WEEK,
        needed=needed,
        author=author,
    )


def test_two_different_enrolled_people_release_a_set() -> None:
    decision = decide(signed("ana"), signed("bo"))
    assert decision == Decision(allowed=True, signed_by=["ana", "bo"], missing=0, refusals=[])


def test_one_person_is_not_enough() -> None:
    decision = decide(signed("ana"))
    assert (decision.allowed, decision.missing) == (False, 1)


def test_nobody_is_never_enough_whatever_is_asked_for() -> None:
    assert not decide(needed=0).allowed
    assert decide(needed=0).missing == 1
    assert not decide(needed=-1).allowed


def test_a_set_may_ask_for_three_or_for_one() -> None:
    assert not decide(signed("ana"), signed("bo"), needed=3).allowed
    assert decide(signed("ana"), signed("bo"), signed("chen"), needed=3).allowed
    assert decide(signed("ana"), needed=1).allowed


def test_one_signature_handed_in_twice_counts_once() -> None:
    decision = decide(signed("ana"), signed("ana"))
    assert (decision.allowed, decision.missing) == (False, 1)
    assert "counts once" in decision.refusals[0]


def test_two_keys_of_one_person_count_once() -> None:
    approvers = [enrolled("ana"), enrolled("ana", "spare"), enrolled("bo")]
    decision = decide(signed("ana"), signed("ana", "spare"), approvers=approvers)
    assert (decision.allowed, decision.missing) == (False, 1)
    assert decide(signed("ana", "spare"), signed("bo"), approvers=approvers).allowed


def test_two_ids_that_share_a_key_are_one_person() -> None:
    approvers = [enrolled("ana"), enrolled("anabel", "ana"), enrolled("bo")]
    decision = decide(signed("ana"), signed("anabel", "ana"), approvers=approvers)
    assert (decision.allowed, decision.missing) == (False, 1)


def test_two_ids_that_share_a_key_are_one_person_with_their_other_keys_too() -> None:
    approvers = [enrolled("ana"), enrolled("anabel", "ana"), enrolled("anabel", "spare")]
    decision = decide(signed("ana"), signed("anabel", "spare"), approvers=approvers)
    assert (decision.allowed, decision.missing) == (False, 1)


@pytest.mark.parametrize("author", ["bo", "BO", "  Bo ", "\uff22\uff4f"])
def test_the_author_may_not_approve_however_the_name_is_written(author: str) -> None:
    statement = STATEMENT.model_copy(update={"author": author})
    signatures = [signed(who, statement=statement) for who in ("ana", "bo")]
    decision = decide(*signatures, statement=statement)
    assert not decision.allowed
    assert decision.signed_by == ["ana"]
    assert "author" in decision.refusals[0]


def test_the_author_may_not_approve_under_another_id_with_a_key_of_theirs() -> None:
    approvers = [*APPROVERS, enrolled("dee"), enrolled("delia", "dee"), enrolled("delia", "spare")]
    for signature in (signed("delia", "dee"), signed("delia", "spare")):
        decision = decide(signed("ana"), signature, approvers=approvers)
        assert not decision.allowed
        assert "author" in decision.refusals[0]


def test_a_second_author_may_not_approve_either() -> None:
    assert not decide(signed("ana"), signed("bo"), author=" Ana ").allowed


def test_two_people_without_a_named_author_may_approve() -> None:
    statement = STATEMENT.model_copy(update={"author": ""})
    signatures = [signed(who, statement=statement) for who in ("ana", "bo")]
    assert decide(*signatures, statement=statement).allowed


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"version": 3},
        {"case_ref": "inc-2026-0002"},
        {"set_key": "individuals-uk-gdpr"},
        {"root": "b" * 64},
        {"counts": {"people": 4}},
        {"author": "chen"},
    ],
)
def test_a_signature_over_another_statement_counts_for_nothing(change: "dict[str, object]") -> None:
    other = STATEMENT.model_copy(update=change)
    decision = decide(signed("ana"), signed("bo", statement=other))
    assert not decision.allowed
    assert decision.refusals == ["bo: the signature does not fit the statement"]


def test_a_signature_handed_in_under_somebody_elses_name_counts_for_nothing() -> None:
    forged = signed("ana").model_copy(update={"approver": "bo"})
    decision = decide(signed("ana"), forged)
    assert not decision.allowed
    assert "another key" in decision.refusals[0]


def test_a_stranger_counts_for_nothing() -> None:
    decision = decide(signed("ana"), signed("eve", "spare"))
    assert not decision.allowed
    assert decision.refusals == ["eve: is no enrolled approver"]


def test_a_key_that_was_replaced_counts_no_more() -> None:
    approvers = [enrolled("ana"), enrolled("bo", "spare")]
    assert not decide(signed("ana"), signed("bo"), approvers=approvers).allowed


def test_a_recorded_key_that_is_not_the_one_that_signed_is_refused() -> None:
    odd = signed("bo").model_copy(update={"key_fingerprint": fingerprint(public_line(KEYS["ana"]))})
    assert not decide(signed("ana"), odd).allowed


def test_a_signature_expires() -> None:
    assert decide(signed("ana", ago=WEEK), signed("bo")).allowed
    late = decide(signed("ana", ago=WEEK + timedelta(microseconds=1)), signed("bo"))
    assert not late.allowed
    assert late.refusals == ["ana: the signature has expired"]


def test_a_signature_from_the_future_counts_for_nothing() -> None:
    assert decide(signed("ana", ago=timedelta(minutes=-5)), signed("bo")).allowed
    early = decide(signed("ana", ago=timedelta(minutes=-6)), signed("bo"))
    assert not early.allowed


def test_an_expired_signature_does_not_stand_in_the_way_of_the_same_persons_new_one() -> None:
    assert decide(signed("ana", ago=2 * WEEK), signed("ana"), signed("bo")).allowed


def test_an_unreadable_key_line_of_one_approver_stops_nobody_else() -> None:
    approvers = [*APPROVERS, Approver(id="dee", role="privacy", ssh_public_key="not a key")]
    assert decide(signed("ana"), signed("bo"), approvers=approvers).allowed


def test_people_whose_key_lines_are_unreadable_are_not_taken_for_one() -> None:
    broken = [Approver(id=who, role="x", ssh_public_key="not a key") for who in ("dee", "bo")]
    approvers = [enrolled("ana"), *broken, enrolled("bo")]
    assert decide(signed("ana"), signed("bo"), approvers=approvers).allowed


def test_a_new_signature_is_checked_before_its_key_is_known() -> None:
    fresh = signed("ana").model_copy(update={"key_fingerprint": ""})
    key = check_signature(fresh, STATEMENT, APPROVERS, now=NOW, valid_for=WEEK)
    assert key == fingerprint(public_line(KEYS["ana"]))


def test_a_person_with_two_keys_is_told_what_is_wrong_with_the_one_that_signed() -> None:
    approvers = [enrolled("ana"), enrolled("ana", "spare")]
    other = STATEMENT.model_copy(update={"version": 1})
    for key in ("ana", "spare"):
        wrong = signed("ana", key, statement=other)
        with pytest.raises(ApprovalError, match="does not fit the statement"):
            check_signature(wrong, STATEMENT, approvers, now=NOW, valid_for=WEEK)


@given(
    whose=st.lists(
        st.tuples(
            st.sampled_from(["ana", "bo", "chen", "dee", "eve"]), st.sampled_from(list(KEYS))
        ),
        max_size=5,
    ),
    enrolment=st.lists(
        st.tuples(st.sampled_from(["ana", "bo", "chen", "dee"]), st.sampled_from(list(KEYS))),
        max_size=5,
    ),
)
def test_no_set_is_released_without_two_names_and_two_keys_that_are_not_the_authors(
    whose: "list[tuple[str, str]]", enrolment: "list[tuple[str, str]]"
) -> None:
    approvers = [enrolled(who, key) for who, key in enrolment]
    decision = decide(*[signed(who, key) for who, key in whose], approvers=approvers)
    good = {pair for pair in whose if pair in enrolment and pair[0] != "dee"}
    names, keys = {who for who, _ in good}, {key for _, key in good}
    if decision.allowed:
        assert len(names) >= 2
        assert len(keys) >= 2
        assert set(decision.signed_by) <= names
    assert decision.missing == max(0, 2 - len(decision.signed_by))
    assert len(decision.signed_by) + len(decision.refusals) == len(whose)


def test_the_order_in_which_people_sign_does_not_matter() -> None:
    one, two = signed("ana", ago=timedelta(hours=1)), signed("bo")
    assert decide(one, two) == decide(two, one)
