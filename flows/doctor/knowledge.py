"""What Forthwith knows: the inventory, the law, the words."""

from datetime import date, timedelta

from flows.doctor.finding import Finding, error, ok, warning
from incidents.approval.sources.signing_file import shipped_rules
from incidents.approval.who_signs import missing_roles
from incidents.data_files import LAW
from incidents.duties.checks import check_catalogue
from incidents.duties.regime import Regime
from incidents.duties.sources.folder import read_law_files
from incidents.models.inventory import Organisation
from incidents.paper.fonts import HELP, fonts
from incidents.steps.import_inventory import check_inventory
from incidents.wiring import Workshop

STALE = timedelta(days=365)


def inventory(shop: Workshop) -> list[Finding]:
    """Return what the inventory lacks before it can carry a breach (S109)."""
    folder = shop.inventory  # raises with file, line and repair when it cannot be read
    counts = ", ".join(f"{number:,} {what}" for what, number in folder.counts.items())
    found = [ok(f"inventory {folder.path} can be read: {counts}")]
    found += [
        Finding(level=one.level, what=f"{one.where}: {one.what}", repair=one.repair)
        for one in check_inventory(folder, shop.clock.now())
    ]
    enrolled = {one.ssh_public_key for one in folder.inventory.organisation.approvers}
    needed = shop.settings.needed_approvals
    if needed > 2 and len(enrolled) < needed:  # noqa: PLR2004  # two are asked for by the inventory
        what = f"{needed} people must approve and {len(enrolled)} are enrolled"
        found.append(error(what, "enrol more, or lower FORTHWITH_NEEDED_APPROVALS"))
    return [*found, *_roles_nobody_has(folder.inventory.organisation)]


def _roles_nobody_has(organisation: Organisation) -> list[Finding]:
    """Return the roles that signing rules ask for and nobody is enrolled in."""
    enrolled = [one.role for one in organisation.approvers]
    found = []
    for rule in organisation.signing or shipped_rules():
        for role in missing_roles(rule.roles, enrolled):
            words = role.replace("|", " or ")
            what = f"nobody is enrolled as {words}, and the rule {rule.name!r} asks for one"
            found.append(error(what, "enrol somebody in organisation.yaml, approvers"))
    return found


def law(shop: Workshop) -> list[Finding]:
    """Return whether the law files pass all gates and were read lately enough."""
    wrong = check_catalogue(read_law_files(LAW))
    if wrong:
        return [error(f"{one.file}: {one.field}: {one.what}", one.repair) for one in wrong]
    catalogue, today = shop.catalogue, shop.clock.now().date()
    found = [ok(f"law {catalogue.version}: {len(catalogue.regimes)} laws pass all gates")]
    for regime in catalogue.regimes:
        oldest = min(_read_on(regime))
        if today - oldest > STALE:
            what = f"law {regime.id} was last read on {oldest}, more than 12 months ago"
            found.append(warning(what, "read its articles again and write down the day"))
    return found


def _read_on(regime: Regime) -> list[date]:
    citations = [regime.citation, *(duty.citation for duty in regime.duties)]
    return [date.fromisoformat(one.read_on) for one in citations]


def words(shop: Workshop) -> list[Finding]:
    """Return whether templates, catalogues and scales can be read."""
    loaded, scales = shop.words, shop.scales
    del scales
    found = [ok("words and severity scales can be read")]
    there = fonts(shop.settings.fonts)
    for locale, catalogue in sorted(loaded.catalogues.items()):
        texts = [said for said in catalogue.messages.values() if isinstance(said, str)]
        if there.missing(texts, locale):
            found.append(warning(f"letters in {locale} cannot be printed as PDF", HELP))
    return found
