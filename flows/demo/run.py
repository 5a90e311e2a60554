"""Runs one whole case on the invented shop, with everything it needs, on this machine only."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flows import files, tasks
from flows.demo import counsel
from flows.demo.scenes import Scenes
from flows.demo.shop import ZONE, build_shop, demo_report
from flows.embedded import (
    PrefectServer,
    child,
    clean_environment,
    client_environment,
    free_port,
    prefect_server,
)
from flows.filing_files import write_packages
from flows.reporting import publish_case
from flows.terminal.show import console, counted
from incidents.approval.ssh_signature import public_line
from incidents.clock import SystemClock
from incidents.delivery.channels.folder import read_outcomes
from incidents.intake.breach_report import parse_report
from incidents.models.scope import ScopeSummary
from incidents.settings import Settings, SmtpSettings
from incidents.steps.announce import SET_KEY, draft_public, propose_announcement
from incidents.steps.close_case import close_case
from incidents.steps.contain_account import confirm_measure
from incidents.steps.export_evidence import export_evidence, verify_audit
from incidents.steps.import_inventory import import_inventory
from incidents.steps.open_case import open_case
from incidents.steps.record_outcomes import record_outcomes
from incidents.steps.show_case import (
    case_assessment,
    case_finding,
    case_scope,
    listed_duties,
    show_case,
)
from incidents.wiring import Workshop, open_workshop

APPROVERS = ("privacy-officer", "general-counsel", "children-officer")
AUTHOR = "incident-analyst"


@dataclass(frozen=True)
class Stage:
    """Everything the demo runs on."""

    home: Path
    shop: Workshop
    keys: dict[str, Ed25519PrivateKey]
    prefect: PrefectServer


def run_demo(folder: Path, *, people: int, keep: bool) -> None:
    """Run the demo in a folder of its own below `folder`; everything it starts is stopped.

    Args:
        folder: Each run makes `run-<date>-<time>` in it.
        people: How many invented people the shop has.
        keep: Leave servers running until Ctrl-C, and the folder's `latest` pointing here.
    """
    began = time.monotonic()
    out = console()
    scenes = Scenes(out)
    home = _fresh_home(folder)
    out.print(f"[bold]Forthwith demo[/bold]: one breach at an invented shop. Files: {home}")
    out.print(
        "Everything runs on this machine; no mail leaves it. Nobody in it exists.", style="dim"
    )
    with _stage(home, people, scenes) as stage:
        ref = _play(stage, scenes)
        _summary(stage, scenes, ref, time.monotonic() - began)
        if keep:
            out.print(f"\n[bold]Prefect: {stage.prefect.ui_url}[/bold]  (Ctrl-C stops everything)")
            while True:
                time.sleep(3600)


def _fresh_home(folder: Path) -> Path:
    now = SystemClock().now()
    number = 0
    while True:
        home = folder.resolve() / f"run-{now:%Y%m%d-%H%M%S}{f'-{number}' if number else ''}"
        try:
            home.mkdir(parents=True)
        except FileExistsError:
            number += 1
            continue
        return home


@contextmanager
def _stage(home: Path, people: int, scenes: Scenes) -> Iterator[Stage]:
    """Start what the demo needs; all of it ends with the block, also when this process dies."""
    # Nobody's own settings may reach the demo: it must never find a real relay or Prefect.
    for name in [name for name in os.environ if name.startswith(("FORTHWITH_", "PREFECT_"))]:
        del os.environ[name]
    mail, web = free_port(), free_port()
    (home / "public").mkdir()
    with ExitStack() as stack:
        prefect = stack.enter_context(prefect_server(home / "prefect", wait=False))
        clean = clean_environment()
        for module, port, place in (
            ("flows.demo.mail_child", mail, home / "mailbox"),
            ("flows.demo.web_child", web, home / "public"),
        ):
            log = home / f"{module.rsplit('.', 1)[1]}.log"
            stack.enter_context(child([module, str(port), str(place)], log, clean))
        scenes.head(1, "Start: database, mail catcher, web server, Prefect")
        scenes.say(f"  database  sqlite:///{home / 'forthwith.db'}")
        scenes.say(f"  mail      127.0.0.1:{mail}, caught in {home / 'mailbox'}")
        scenes.say(f"  web       http://127.0.0.1:{web}")
        scenes.say(f"  Prefect   {prefect.ui_url}")
        settings = Settings(
            home=home,
            actor=AUTHOR,
            smtp=SmtpSettings(host="127.0.0.1", port=mail, security="none"),
            web_address=f"http://127.0.0.1:{web}",
        )
        os.environ.update(client_environment(prefect.api_url, home / "prefect"))
        tasks.use_settings(settings)
        keys = {name: Ed25519PrivateKey.generate() for name in APPROVERS}
        shop = open_workshop(settings)
        build_shop(
            home / "inventory",
            people=people,
            approver_keys=[public_line(key) for key in keys.values()],
            anchor=shop.clock.now().astimezone(ZONE).date(),
        )
        try:
            yield Stage(home, tasks.workshop(), keys, prefect)
        finally:
            tasks.use_settings(None)


def _play(stage: Stage, scenes: Scenes) -> str:
    shop = stage.shop
    scenes.head(2, "Load the shop's inventory")
    counts = import_inventory(shop.database, shop.ring, shop.inventory, actor=AUTHOR)
    inventory = shop.inventory.inventory
    scenes.say(f"  {inventory.organisation.legal_name}")
    scenes.say(
        f"  {len(inventory.stores)} stores, {counts['people']:,} people, "
        f"{counts['contacts']:,} addresses, {counts['links']:,} links"
    )
    scenes.head(3, "A breach report comes in")
    report = parse_report(demo_report(shop.clock.now()), where="demo report", now=shop.clock.now())
    ref = open_case(shop.database, report, actor=AUTHOR)
    scenes.say(f"  case {ref}: somebody copied {', '.join(c.store for c in report.claim.stores)}")
    _handle(stage, scenes, ref)
    _approve(stage, scenes, ref, 9, "Whoever must approves exactly this")
    _send(stage, scenes, ref)
    _announce(stage, scenes, ref)
    _close(stage, scenes, ref)
    return ref


def _handle(stage: Stage, scenes: Scenes, ref: str) -> None:
    shop = stage.shop
    # Importing Prefect's client takes seconds, too: it is done while its server starts.
    from flows.breach import handle_breach

    stage.prefect.wait()
    handle_breach(ref)
    found, scope = case_finding(shop.database, ref), case_scope(shop.database, ref)
    scenes.head(4, "Evidence that will vanish")
    scenes.hold_before_gone(found)
    scenes.head(5, "Whom and what it touches")
    scenes.contradictions(found)
    scenes.people(scope)
    scenes.head(6, "How bad, and why")
    scenes.risk(case_assessment(shop.database, ref))
    scenes.head(7, "Every duty")
    view = show_case(shop.database, ref)
    scenes.duties(view, listed_duties(shop.database, ref))
    scenes.head(8, "The drafts")
    drafts = stage.home / "out" / "drafts"
    files.write_drafts(shop, ref, drafts)
    scenes.drafts(view, tasks.last_drafted(), drafts)


def _approve(stage: Stage, scenes: Scenes, ref: str, number: int, title: str) -> None:
    from flows.approve import decide_notices

    scenes.head(number, title)
    view = show_case(stage.shop.database, ref)
    sets = [one.key for one in view.sets if one.state == "drafted"]
    for approver in APPROVERS:
        waiting = counsel.sets_that_need(stage.shop, ref, sets, approver)
        lines = counsel.signature_lines(stage.shop, ref, waiting, stage.keys[approver])
        if lines:
            decide_notices(ref, approver, lines)
            signed = counted(len(lines), "statement")
            scenes.say(f"  {approver} signed {signed} with their SSH key")
    for one in show_case(stage.shop.database, ref).sets:
        if one.key in sets:
            scenes.say(f"  {one.key} v{one.version}: {one.state} by {', '.join(one.signed_by)}")


def _send(stage: Stage, scenes: Scenes, ref: str) -> None:
    from flows.deliver import deliver_notices

    shop = stage.shop
    scenes.head(10, "Send")
    scope: ScopeSummary = case_scope(shop.database, ref)
    with scenes.sending(scope.by_reach.get("email", 0)) as show, tasks.showing_progress(show):
        deliver_notices(ref)
    scenes.standing(show_case(shop.database, ref))
    lists = files.write_lists(shop, ref, stage.home / "out", lambda line: scenes.say(f"  {line}"))
    for path in lists:
        scenes.say(f"  list: {path}")
    packages = write_packages(shop, ref, stage.home / "out" / "regulators")
    scenes.say(
        f"  packages for authorities: {len(packages)} files in {stage.home / 'out/regulators'}"
    )
    outcomes = counsel.work_the_lists(shop, ref, stage.home / "out" / "outcomes.csv")
    done = record_outcomes(shop.database, ref, read_outcomes(outcomes), actor="customer-desk")
    again = counsel.work_the_lists(shop, ref, stage.home / "out" / "outcomes-2.csv")
    done += record_outcomes(shop.database, ref, read_outcomes(again), actor="customer-desk")
    scenes.say(f"  the desk worked its lists: {done} outcomes came back")
    scenes.standing(show_case(shop.database, ref))


def _announce(stage: Stage, scenes: Scenes, ref: str) -> None:
    from flows.announce import announce

    shop = stage.shop
    scenes.head(11, "Those who cannot be reached: an announcement")
    scenes.proposal(propose_announcement(shop.database, ref))
    draft_public(shop.database, ref, shop.words, settings=shop.settings)
    _approve(stage, scenes, ref, 12, "The announcement is approved like a notice")
    announce(ref)
    scenes.say(f"  published and fetched back as sealed: {shop.web.address}/{ref}.html ({SET_KEY})")


def _close(stage: Stage, scenes: Scenes, ref: str) -> None:
    shop = stage.shop
    scenes.head(13, "Counsel answers, the case is closed")
    view = show_case(shop.database, ref)
    for words in view.containment:
        measure, _, person = words.partition(" ")
        confirm_measure(shop.database, ref, measure, person, actor="security-team")
    digest = hashlib.sha256(view.model_dump_json().encode()).hexdigest()
    counsel.answer_everything(shop, ref, view, digest)
    scenes.answers(show_case(shop.database, ref))
    close_case(shop.database, ref, actor="privacy-officer")
    publish_case(show_case(shop.database, ref))
    scenes.say(f"  {ref} is closed")
    scenes.head(14, "The audit chain")
    result = verify_audit(shop.database, shop.ring)
    scenes.say(f"  {result.links} links verified, {len(result.problems)} problems")
    for problem in result.problems:
        scenes.say(f"  PROBLEM {problem}")
    export_evidence(shop.database, ref, stage.home / "out" / "record", actor="privacy-officer")


def _summary(stage: Stage, scenes: Scenes, ref: str, seconds: float) -> None:
    view = show_case(stage.shop.database, ref)
    scenes.head(15, f"Done in {seconds:.0f} s")
    handed = view.people_in.get("handed_over", 0)
    by_hand = view.people_in.get("done_by_hand", 0)
    rest = view.people_total - handed - by_hand
    scenes.say(
        f"  {view.people_total:,} people: mail handed over for {handed:,}, "
        f"{by_hand:,} by letter, call or hand, {rest:,} by the announcement"
    )
    for what, path in (
        ("each mail as people get it (.eml .txt .html)", "mailbox"),
        ("letters, call list, hand list", "out"),
        ("the announcement", f"public/{ref}.html"),
        ("packages for authorities", "out/regulators"),
        ("the case record", "out/record/case-record.txt"),
    ):
        scenes.say(f"  {what:46} {stage.home / path}")
    scenes.say("`forthwith demo --keep` leaves Prefect's interface open on all of this.")
