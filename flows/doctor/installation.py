"""What lies on this machine: the home, the key file, the database."""

import stat
import tempfile
from pathlib import Path

from flows.doctor.finding import Finding, error, ok, warning
from incidents.errors import ForthwithError
from incidents.keys import KeyRing
from incidents.steps.check_installation import check_installation
from incidents.steps.enrol_approvers import waiting_changes
from incidents.store.engine import make_url_safe, newest_revision, open_engine, revision
from incidents.store.unit_of_work import Database
from incidents.wiring import Workshop

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def home(shop: Workshop) -> list[Finding]:
    """Return whether the home can be written, and by whom it can be read."""
    folder = shop.settings.home
    if not folder.exists():
        return [warning(f"home {folder} does not exist yet", "`forthwith init` begins one")]
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        repair = "give it to the account Forthwith runs as, or set FORTHWITH_HOME"
        return [error(f"home {folder} cannot be written: {problem.strerror}", repair)]
    if _open_to_others(folder):
        what = f"home {folder} can be entered by others on this machine; people's data lies in it"
        return [warning(what, f"chmod 700 {folder}")]
    return [ok(f"home {folder} can be written, by its owner alone")]


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)


def keys(shop: Workshop) -> list[Finding]:
    """Return whether the key file is there, whole, and its owner's alone."""
    path = shop.settings.keys
    if not path.exists():
        if is_new(shop):
            return [warning(f"no key file yet at {path}", "the first command that stores makes it")]
        what = f"the key file {path} is gone, but there is a database that needs it"
        return [error(what, "restore it from its backup before anything else is run")]
    ring = KeyRing.load(path)  # raises with the repair when others may read it or it is damaged
    mode = stat.S_IMODE(path.stat().st_mode)
    return [ok(f"key file {path} is whole, mode {mode:04o} ({ring.id}); keep a backup elsewhere")]


def is_new(shop: Workshop) -> bool:
    """Return whether nothing has been stored yet."""
    file = sqlite_file(shop)
    if file is not None:
        return not file.exists()
    try:
        return not revision(open_engine(shop.settings.database))
    except ForthwithError:
        return False


def sqlite_file(shop: Workshop) -> Path | None:
    """Return the database file, None where the database is a server."""
    prefix, url = "sqlite:///", shop.settings.database
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None


def database(shop: Workshop) -> list[Finding]:
    """Return whether the database answers, is current, and is the one that may send."""
    url = shop.settings.database
    shown, file = make_url_safe(url), sqlite_file(shop)
    if file is not None and not file.exists():
        if shop.witness.read() is not None:
            return [error(f"the database {file} is gone", "restore it from its backup")]
        return [warning(f"no database yet at {file}", "`forthwith inventory import` makes it")]
    engine = open_engine(url)
    try:
        now, newest = revision(engine), newest_revision()
        if now != newest:
            return [_outdated(shown, now, newest)]
        with engine.execution_options(write=True).begin():
            pass  # takes the write lock and gives it back
        # Links are not made here, so no key is needed.
        check_installation(Database(engine, shop.clock, lambda _: ""), shop.witness)
    except ForthwithError:
        raise
    except Exception as problem:  # noqa: BLE001  # the driver's own errors differ by database
        kind = type(problem).__name__
        return [error(f"{shown} cannot be used ({kind})", "restore it, or check who may write it")]
    finally:
        engine.dispose()
    found = [ok(f"{shown} answers, can be written, schema {now} is current")]
    if file is not None and _open_to_others(file) and _open_to_others(shop.settings.home):
        found.append(warning(f"{file} can be read by others", f"chmod 600 {file}"))
    return found


def approvers(shop: Workshop) -> list[Finding]:
    """Return changes of approvers in the file to which nobody agreed yet."""
    file = sqlite_file(shop)
    if file is not None and not file.exists():
        return []  # to look must not make it
    engine = open_engine(shop.settings.database)
    try:
        if revision(engine) != newest_revision():
            return []
        # Nothing is written, so no key is needed.
        waiting = waiting_changes(
            Database(engine, shop.clock, lambda _: ""), shop.inventory.inventory.organisation
        )
    finally:
        engine.dispose()
    return [
        error(f"approvers: nobody agreed yet to {one}", "`forthwith approvers change`")
        for one in waiting
    ]


def _outdated(shown: str, now: str, newest: str) -> Finding:
    if not now:
        return warning(f"{shown} is empty", "the next command that stores brings it up to date")
    return warning(
        f"{shown} has schema {now}, this software knows {newest}",
        "back it up; the next command brings an older one up to date, a newer one needs the "
        "software that wrote it",
    )
