"""The built package, for the tests in this folder."""

from tests.packaged import built

__all__ = ["built"]
