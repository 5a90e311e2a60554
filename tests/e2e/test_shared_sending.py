"""Two workers of Prefect share one sending on PostgreSQL; a third takes over when one dies."""

import signal
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psutil
from sqlalchemy import text

from tests.support.postgres import running_postgres
from tests.support.worker_site import Site, running_site, until

PEOPLE = 1500


def test_two_workers_share_a_sending_and_a_third_takes_over_from_a_dead_one(
    tmp_path: Path,
) -> None:
    with (
        running_postgres() as url,
        running_site(tmp_path, people=PEOPLE, workers=2, database_url=url, senders=2) as site,
    ):
        ref = site.report()
        site.run("handle-breach/by-ref", case=ref)
        until(lambda: site.view(ref).state == "drafted")
        with site.silent_relay():  # nobody ends before both have begun
            site.approve(ref)
            until(lambda: _seats(site, ref) == 2)
        until(lambda: site.mails() > 50)
        dead = site.workers[0]
        for one in [*psutil.Process(dead.pid).children(recursive=True), psutil.Process(dead.pid)]:
            one.send_signal(signal.SIGKILL)
        dead.wait()
        at_the_kill = site.mails()
        site.start_worker()
        until(lambda: all(one.state == "finished" for one in site.view(ref).sets), 240)
        view = site.view(ref)
        assert view.people_in["handed_over"] > at_the_kill
        assert sum(view.people_in.values()) == view.people_total
        copies = _copies(site)
        # Nobody is called told whom the relay never took, and each second copy was in doubt before.
        assert set(_doubts(site, ref, "state = 'handed_over'")) <= set(copies)
        doubts = _doubts(site, ref, "doubts > 0")
        assert [who for who, n in copies.items() if n > 1 + doubts.get(who, 0)] == []
        assert len(_tokens(site, ref)) > 1
        site.shop.database.engine.dispose()


def _seats(site: Site, ref: str) -> int:
    with site.shop.database.read() as work:
        return int(
            work.session.execute(
                text("SELECT COUNT(*) FROM sender WHERE case_ref = :r AND owner <> ''"), {"r": ref}
            ).scalar_one()
        )


def _copies(site: Site) -> Counter[str]:
    """Return Message-ID -> mails that the relay kept."""
    return Counter(
        str(message_from_bytes(path.read_bytes(), policy=default)["Message-ID"]).strip()
        for path in (site.home / "mailbox").glob("*.eml")
    )


def _doubts(site: Site, ref: str, where: str) -> dict[str, int]:
    """Return Message-ID -> times in doubt, of some rows of the ledger."""
    with site.shop.database.read() as work:
        rows = work.session.execute(
            text(
                "SELECT message_id, doubts FROM delivery WHERE case_ref = :r "
                f"AND channel = 'email' AND message_id <> '' AND {where}"
            ),
            {"r": ref},
        )
        return {str(name): int(number) for name, number in rows}


def _tokens(site: Site, ref: str) -> list[str]:
    with site.shop.database.read() as work:
        return [
            str(row[0])
            for row in work.session.execute(
                text("SELECT DISTINCT lease FROM delivery WHERE case_ref = :r AND lease > 0"),
                {"r": ref},
            )
        ]
