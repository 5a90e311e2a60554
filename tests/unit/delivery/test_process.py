"""A dead sender is told from a silent one, and when it cannot be known it is taken for alive."""

import os
import subprocess
import sys

from incidents.delivery.sources.process import is_dead, this_process


def test_this_process_lives_and_has_another_name_each_time() -> None:
    assert not is_dead(this_process())
    assert this_process() != this_process()
    assert this_process().rsplit(":", 3)[1] == str(os.getpid())


def test_a_process_that_ended_is_dead_before_and_after_it_is_reaped() -> None:
    code = (
        "from incidents.delivery.sources.process import this_process;"
        "print(this_process(), flush=True); import time; time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        assert not is_dead(name)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(name)
    assert is_dead(name)


def test_a_number_that_was_given_to_another_process_is_no_sign_of_life() -> None:
    host, pid, started, rest = this_process().rsplit(":", 3)
    assert is_dead(f"{host}:{pid}:{int(started) - 1}:{rest}")


def test_what_cannot_be_known_counts_as_alive() -> None:
    _, pid, started, rest = this_process().rsplit(":", 3)
    assert not is_dead(f"elsewhere:{pid}:{started}:{rest}")
    assert not is_dead("somebody")
    assert not is_dead("")
