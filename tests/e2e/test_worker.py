"""The flows of `prefect.yaml` do a whole case on a worker, and keep no person in Prefect."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Scheduled
from sqlalchemy import text

from incidents.errors import HeldError
from incidents.steps.hold_case import resume
from incidents.steps.send_set import release
from incidents.store import cases
from tests.support.browser import chromium
from tests.support.worker_site import Site, running_site, until


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def sent(site: Site) -> str:
    """A case taken by the worker from its report to the last mail."""
    ref = site.report()
    site.run("handle-breach/by-ref", case=ref)
    until(lambda: site.view(ref).state == "drafted")
    site.approve(ref)
    until(lambda: all(one.state == "finished" for one in site.view(ref).sets))
    return ref


def test_approval_alone_starts_the_sending_and_everybody_has_a_place(site: Site, sent: str) -> None:
    view = site.view(sent)
    assert view.people_in["handed_over"] == site.mails() > 0
    assert sum(view.people_in.values()) == view.people_total
    signed = {one.key: set(one.signed_by) for one in view.sets}
    assert all(signed.values())
    assert any("children-officer" in who for who in signed.values())
    assert all(
        {"general-counsel", "privacy-officer"} & who
        for key, who in signed.items()
        if key.startswith("authority")
    )


def test_one_page_for_the_case_stands_in_prefect(site: Site, sent: str) -> None:
    with temporary_settings({PREFECT_API_URL: site.server.api_url}), _client() as client:
        pages = [one for one in client.read_latest_artifacts() if one.key == f"case-{sent}"]
    assert len(pages) == 1
    assert f"# {sent}" in str(pages[0].data)
    assert "eu-gdpr/authority-initial/DE" in str(pages[0].data)


def test_the_sending_stood_there_too_and_ends_with_everybody(site: Site, sent: str) -> None:
    with temporary_settings({PREFECT_API_URL: site.server.api_url}), _client() as client:
        filter_ = ArtifactFilter(key=ArtifactFilterKey(any_=[f"sending-{sent}"]))
        pages = client.read_artifacts(artifact_filter=filter_, limit=200)
    people = [one.key for one in site.view(sent).sets if one.key.startswith("individuals")]
    # One page for each set, made once and changed: it ends with what the ledger says.
    assert len(pages) == len(people)
    assert all(one.flow_run_id and one.task_run_id for one in pages)
    text_ = "\n".join(str(one.data) for one in pages)
    assert all(key in text_ for key in people)
    handed = [int(one.replace(",", "")) for one in re.findall(r"handed over ([\d,]*\d)", text_)]
    assert sum(handed) == site.view(sent).people_in["handed_over"]


def test_no_person_and_no_story_is_kept_by_prefect(site: Site, sent: str) -> None:
    with site.shop.database.read() as work:
        names = work.session.execute(text("SELECT name FROM person WHERE name <> ''")).scalars()
        values = work.session.execute(text("SELECT value FROM contact")).scalars()
        canaries = {one for one in [*names, *values] if len(one) > 5}
    canaries |= {"odd exports", "login of a contractor"}
    assert len(canaries) > 200
    kept = site.prefect_bytes()
    assert sent.encode() in kept
    assert [one for one in canaries if one.encode() in kept] == []


def test_a_step_that_fails_tells_prefect_a_number_and_not_what_it_saw(site: Site) -> None:
    ref = site.report()
    with site.shop.database.write("tester") as work:
        body = work.session.execute(
            text("SELECT body FROM evidence WHERE case_ref = :r AND kind = 'report'"), {"r": ref}
        ).scalar_one()
        broken = body.replace('"accessed"', '"Canary Person Alpha"')
        work.session.execute(
            text("UPDATE evidence SET body = :b WHERE case_ref = :r AND kind = 'report'"),
            {"b": broken, "r": ref},
        )
    site.run("handle-breach/by-ref", case=ref)
    private = site.home / "private.log"
    until(lambda: private.exists() and "find-data" in private.read_text())
    until(lambda: b"StepFailed" in site.prefect_bytes())
    assert b"Canary Person Alpha" not in site.prefect_bytes()


def test_cancelling_a_send_in_prefect_holds_the_case_until_a_person_resumes(site: Site) -> None:
    ref = site.report()
    site.run("handle-breach/by-ref", case=ref)
    until(lambda: site.view(ref).state == "drafted")
    with (
        temporary_settings({PREFECT_API_URL: site.server.api_url}),
        _client() as client,
        site.silent_relay(),
    ):
        site.approve(ref)
        found: list[Any] = []

        def sending() -> bool:
            found[:] = [one for one in client.read_flow_runs() if one.name == f"deliver-{ref}"]
            return bool(found)

        until(sending)
        client.set_flow_run_state(found[0].id, Cancelling(), force=True)
        until(lambda: site.view(ref).held_at is not None)
    # The other approvers' signatures come in while it is held: they approve, and release nothing.
    until(lambda: all(one.state != "drafted" for one in site.view(ref).sets))
    some_set = next(one.key for one in site.view(ref).sets if one.state != "finished")
    with pytest.raises(HeldError):
        release(site.shop.database, ref, some_set, settings=site.shop.settings)
    resume(site.shop.database, ref, by="privacy-officer")
    site.run("deliver-notices/on-approval", case=ref)
    until(lambda: all(one.state == "finished" for one in site.view(ref).sets))
    view = site.view(ref)
    assert sum(view.people_in.values()) == view.people_total


def test_a_send_that_nobody_had_begun_is_cancelled_in_the_browser_and_resumed_for_good(
    site: Site, tmp_path: Path
) -> None:
    ref = site.report()
    site.run("handle-breach/by-ref", case=ref)
    until(lambda: site.view(ref).state == "drafted")
    with temporary_settings({PREFECT_API_URL: site.server.api_url}), _client() as client:
        run = _send_later(site, client, ref)
    with chromium(tmp_path / "browser") as page:
        page.open(f"{site.server.ui_url}/runs/flow-run/{run}")
        page.wait_for("!!document.querySelector('.p-icon-button-menu')")
        page.run("document.querySelector('.p-icon-button-menu').click()")
        page.click("Cancel", kind="button, a, li, .p-overflow-menu-item")
        page.click("Confirm", kind="button")
        until(lambda: site.view(ref).held_at is not None)
    cancelled_at = site.shop.clock.now()
    resume(site.shop.database, ref, by="privacy-officer")
    # Prefect may tell of the same cancellation once more, or late: the resume stands.
    again = {"case": ref, "run_id": str(run), "at": site.shop.clock.now().isoformat()}
    late = {"case": ref, "run_id": str(uuid4()), "at": cancelled_at.isoformat()}
    for one in (again, late):
        site.run("hold-on-cancel/on-cancel", **one)
    with temporary_settings({PREFECT_API_URL: site.server.api_url}), _client() as client:

        def all_ran() -> bool:
            runs = [one for one in client.read_flow_runs(limit=200) if one.name == f"hold-{ref}"]
            ended = [one for one in runs if one.state_name == "Completed"]
            return len(ended) == len(runs) >= 3

        until(all_ran)
    assert site.view(ref).held_at is None


def test_what_stopped_by_itself_goes_on_by_itself(site: Site) -> None:
    ref = site.report()
    site.run("handle-breach/by-ref", case=ref)
    until(lambda: site.view(ref).state == "drafted")
    with site.shop.database.write("tester") as work:  # no run may begin it
        cases.hold_case(work, ref, reason="test")
    site.approve(ref)
    until(lambda: all(one.state == "approved" for one in site.view(ref).sets))
    resume(site.shop.database, ref, by="privacy-officer")
    people = next(one.key for one in site.view(ref).sets if one.key.startswith("individuals"))
    release(site.shop.database, ref, people, settings=site.shop.settings)
    site.run("resume-sending/every-5-minutes")
    until(lambda: all(one.state == "finished" for one in site.view(ref).sets))


def test_the_form_of_prefect_holds_and_only_a_known_person_resumes(site: Site, sent: str) -> None:
    site.run("hold-case/form", case=sent, action="hold", person="privacy-officer")
    until(lambda: site.view(sent).held_at is not None)
    site.run("hold-case/form", case=sent, action="resume", person="somebody-else")
    site.run("hold-case/form", case=sent, action="resume", person="general-counsel")
    until(lambda: site.view(sent).held_at is None)
    with site.shop.database.read() as work:
        who = work.session.execute(
            text("SELECT actor FROM audit WHERE action = 'case.resumed' AND case_ref = :r"),
            {"r": sent},
        ).scalars()
        assert list(who) == ["general-counsel"]


def test_the_report_form_of_closed_fields_opens_a_case(site: Site) -> None:
    form = {
        "kinds": ["accessed"],
        "cause": "phishing",
        "stores": ["accounts"],
        "first_alert": site.shop.clock.now().isoformat(),
    }
    known = _cases(site)
    site.run("report-breach/form", form=form)
    until(lambda: len(_cases(site)) == len(known) + 1)


def _send_later(site: Site, client: SyncPrefectClient, ref: str) -> UUID:
    """Ask for a send in an hour: no worker begins it before somebody cancels it."""
    deployment = client.read_deployment_by_name("deliver-notices/on-approval")
    in_an_hour: Any = Scheduled(scheduled_time=site.shop.clock.now() + timedelta(hours=1))
    run = client.create_flow_run_from_deployment(
        deployment.id, parameters={"case": ref}, state=in_an_hour
    )
    return run.id


def _client() -> SyncPrefectClient:
    return get_client(sync_client=True)


def _cases(site: Site) -> list[str]:
    with site.shop.database.read() as work:
        return list(work.session.execute(text("SELECT ref FROM breach_case")).scalars())


def test_a_person_at_the_browser_sees_the_page_of_the_case(
    site: Site, sent: str, tmp_path: Path
) -> None:
    with temporary_settings({PREFECT_API_URL: site.server.api_url}), _client() as client:
        page_id = next(
            one.latest_id for one in client.read_latest_artifacts() if one.key == f"case-{sent}"
        )
    with chromium(tmp_path / "browser") as page:
        page.open(f"{site.server.ui_url}/artifacts/artifact/{page_id}")
        page.wait_for("document.body.innerText.includes('eu-gdpr/authority-initial/DE')")
        seen = page.text()
    assert "Law not known here, ask counsel" in seen
    assert "A relay taking a mail is not yet a person told." in seen
