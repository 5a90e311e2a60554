"""What all tests share: a skip is allowed on a bare machine and an error where CI installs all."""

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# How fast a busy machine runs an example says nothing about the code.
settings.register_profile("forthwith", deadline=None)
settings.load_profile("forthwith")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    data = "FORTHWITH_TEST_DATA" in str(report.longrepr)  # others' data, which need not be there
    if report.skipped and not data and os.environ.get("FORTHWITH_MAY_NOT_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped where nothing may be missing: {report.longrepr}"
    return report
