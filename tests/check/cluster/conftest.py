"""Settings of this part of `make check`."""


def pytest_xdist_auto_num_workers() -> int:
    """Run in one process, with one server."""
    return 1
