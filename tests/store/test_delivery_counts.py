"""Counts of the ledger are the same on both databases, and hold nobody's name."""

from datetime import timedelta

from sqlalchemy import text

from incidents.clock import FixedClock
from incidents.models.states import DeliveryState as D
from incidents.models.states import SetState
from incidents.store import deliveries, delivery_counts, notices, senders
from incidents.store.deliveries import Outcome
from incidents.store.unit_of_work import Database
from tests.store.test_ledger import REF, SET, planned, sent


def test_places_channels_and_states_add_up_to_everybody(database: Database) -> None:
    by_channel = planned(database)
    with database.read() as work:
        found = delivery_counts.standings(work, REF)
        due = work.now + timedelta(days=3)
    summed: dict[str, int] = {}
    for one in found:
        assert (one.set_key, one.state, one.due_by) == (SET, "planned", due)
        summed[one.channel] = summed.get(one.channel, 0) + one.rows
    assert summed == by_channel
    assert {one.place for one in found} > {"CN", "DE"}


def test_the_widest_domain_is_told_by_number_alone(database: Database) -> None:
    planned(database)
    with database.write("tester") as work:
        work.session.execute(
            text("UPDATE delivery SET address = UPPER(address) WHERE person_id = 'p3'")
        )
    with database.read() as work:
        addresses = work.session.execute(
            text("SELECT address FROM delivery WHERE channel = 'email' AND state = 'planned'")
        ).scalars()
        domains = [str(one).rpartition("@")[2].lower() for one in addresses]
        widest = max(domains.count(one) for one in domains)
        assert delivery_counts.most_to_one_domain(work, REF, SET, 1) == widest > 1
        assert delivery_counts.most_to_one_domain(work, REF, SET, 2) == 0


def test_refusals_are_counted_by_reason_and_moments_by_number(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("tester") as work:
        token = senders.take(work, REF, "me").token
        claimed = deliveries.claim(work, REF, SET, 1, token=token, size=3)
        row = notices.set_row(work, REF, SET)
        row.state = SetState.RELEASED
        work.session.add(row)
    first, second, third = (one.id for one in claimed)
    refused = Outcome(third, D.REFUSED, "unknown-user", 550, None, "")
    moments = []
    for outcome in (sent(first), sent(second), refused):
        clock.advance(timedelta(seconds=2))
        moments.append(clock.now())
        with database.write("tester") as work:
            deliveries.record(work, REF, SET, [outcome], token=token)
    with database.read() as work:
        assert delivery_counts.reasons(work, REF, SET) == {("refused", "unknown-user"): 1}
        assert delivery_counts.sent_sets(work) == [(REF, SET, 1)]
        assert delivery_counts.recorded(work, REF, SET, 1) == [(moments[0], 1), (moments[1], 1)]
