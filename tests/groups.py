"""Which tests share a worker: those that share what is expensive to make."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a folder or file, before xdist reads the groups.

    Each file of browser tests shares one browser. The meta-tests share the parsed sources. The tests of the package
    share one build.
    """
    for item in items:
        path = item.path.as_posix()
        if "/tests/browser/" in path:
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.name}"))
            item.add_marker(pytest.mark.browser)
        elif "/tests/meta/" in path:
            item.add_marker(pytest.mark.xdist_group("meta"))
        elif {"built", "unpacked"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("package"))
