"""Whom a breach touches is frozen by one statement, the same on every database."""

from collections.abc import Iterable

from incidents.models.inventory import Contact, Link, Person
from incidents.models.report import PeopleFilter, Window
from incidents.models.scope import ScopePart, ScopeQuery, ScopeSummary
from incidents.store import affected, cases, people
from incidents.store.unit_of_work import Database

BORN = {"14": "2012-03-02", "16": "2010-03-02", "18": "2008-03-02"}
SHOP = [
    Person(person_id="p1", name="Ada", birth_date="1990-01-01", country="DE", locale="de"),
    Person(person_id="p2", name="Bo", country="US", region="CA", locale="en-US"),
    Person(person_id="p3", name="Chi", birth_date="2015-05-05", country="CN", guardian_id="p1"),
    Person(person_id="p4", name="Dee", birth_date="2015-05-05", country="CN"),
    Person(person_id="p5", name="Eve", country="", status="deceased"),
    Person(person_id="p6", name="Fay", country="JP", flags=frozenset({"do_not_write"})),
    Person(person_id="p7", name="Gil", country="GB", status="consignee"),
    Person(person_id="p8", name="Hal", country="FR"),
    Person(person_id="p9", name="Ida", birth_date="2010-03-02", country="FR"),
]
CONTACTS = [
    Contact(person_id="p1", kind="email", value="ada@shop.example"),
    Contact(person_id="p2", kind="email", value="bo@shop.example", quality="compromised"),
    Contact(person_id="p2", kind="postal", value="1 Pine St"),
    Contact(person_id="p4", kind="email", value="dee@shop.example"),
    Contact(person_id="p6", kind="email", value="fay@shop.example"),
    Contact(person_id="p7", kind="phone", value="+44 20 7946 0000"),
    Contact(person_id="p9", kind="email", value="ida@shop.example"),
]
LINKS = [
    Link(person_id=f"p{n}", store_id="orders", first_on="2026-01-10", last_on="2026-01-20")
    for n in range(1, 10)
] + [Link(person_id="p1", store_id="accounts", first_on="2020-01-01", last_on="2026-02-01")]


def frozen(
    database: Database, parts: Iterable[ScopePart], *, version: int = 1
) -> tuple[ScopeSummary, dict[str, dict[str, object]]]:
    with database.write("tester") as work:
        if version == 1:
            people.replace_people(work, SHOP, CONTACTS, LINKS, lookup=lambda k, v: f"{k}{len(v)}")
            cases.open_case(work, author="tester")
        query = ScopeQuery(parts=list(parts), born_after=BORN)
        summary = affected.freeze(work, "inc-2026-0001", version, query)
        rows = {
            row.person_id: dict(row._mapping)
            for row in affected.affected_people(work, "inc-2026-0001", version)
        }
    return summary, rows


ORDERS = ScopePart(bit=0, store="orders", window=None, only=PeopleFilter())
ACCOUNTS = ScopePart(bit=1, store="accounts", window=None, only=PeopleFilter())


def test_everybody_linked_to_a_touched_store_is_on_the_list_once(database: Database) -> None:
    summary, rows = frozen(database, [ORDERS, ACCOUNTS])
    assert summary.total == len(rows) == 9
    assert rows["p1"]["exposure"] == 3
    assert rows["p8"]["exposure"] == 1
    assert summary.by_exposure == {1: 8, 3: 1}
    assert summary.stores == ["orders", "accounts"]


def test_people_count_where_they_live_and_nobody_without_a_country_is_lost(
    database: Database,
) -> None:
    summary, _ = frozen(database, [ORDERS])
    assert summary.by_place == {
        "CN": 2, "DE": 1, "FR": 2, "GB": 1, "JP": 1, "US-CA": 1, "unknown": 1,
    }  # fmt: skip
    assert summary.children_by_place == {"CN": 2}


def test_each_person_gets_the_first_way_that_can_be_trusted(database: Database) -> None:
    _, rows = frozen(database, [ORDERS])
    assert {key: row["reach"] for key, row in rows.items()} == {
        "p1": "email",
        "p2": "letter",  # the mailbox is compromised: never through it
        "p3": "email",  # to the guardian
        "p4": "hand",
        "p5": "hand",
        "p6": "hand",
        "p7": "call",
        "p8": "none",
        "p9": "email",
    }
    assert {key: row["reach_reason"] for key, row in rows.items() if row["reach"] == "hand"} == {
        "p4": "no-guardian",
        "p5": "deceased",
        "p6": "do-not-write",
    }


def test_a_child_is_written_to_through_the_guardian_in_the_guardians_language(
    database: Database,
) -> None:
    _, rows = frozen(database, [ORDERS])
    assert rows["p3"]["addressee_id"] == "p1"
    assert rows["p3"]["form"] == "guardian"
    assert rows["p3"]["locale"] == "de"


def test_somebody_who_turns_sixteen_today_is_no_child_any_more(database: Database) -> None:
    _, rows = frozen(database, [ORDERS])
    assert rows["p9"]["age_group"] == "16_17"
    assert rows["p9"]["form"] == "account"


def test_a_window_touches_only_links_that_overlap_it(database: Database) -> None:
    edge = Window(first_on="2026-01-20", last_on="2026-01-25")
    after = Window(first_on="2026-01-21", last_on="2026-01-25")
    summary, _ = frozen(database, [ORDERS.model_copy(update={"window": edge})])
    assert summary.total == 9
    summary, _ = frozen(database, [ORDERS.model_copy(update={"window": after})], version=2)
    assert summary.total == 0


def test_a_filter_narrows_and_a_list_of_ids_counts_whatever_the_links_say(
    database: Database,
) -> None:
    only = PeopleFilter(countries=["FR", "GB"])
    summary, _ = frozen(database, [ORDERS.model_copy(update={"only": only})])
    assert summary.by_place == {"FR": 2, "GB": 1}
    by_id = ScopePart(
        bit=0, store="nowhere", window=None, only=PeopleFilter(), person_ids=["p8", "p2"]
    )
    summary, rows = frozen(database, [by_id], version=2)
    assert sorted(rows) == ["p2", "p8"]


def test_versions_stand_beside_each_other_and_their_difference_is_counted(
    database: Database,
) -> None:
    frozen(database, [ORDERS])
    frozen(database, [ACCOUNTS], version=2)
    with database.read() as work:
        assert affected.affected_elsewhere(work, "inc-2026-0001", 2, 1) == (0, 8)


def test_the_digest_is_the_same_on_every_database(database: Database) -> None:
    summary, _ = frozen(database, [ORDERS, ACCOUNTS])
    assert summary.digest == "01d93968daef6fe64b20f6fff4887c140b07e57c85db98017cadf4d743ede11c"
