"""The built package, for the tests in this folder."""

from tests.packaged import built, installed

__all__ = ["built", "installed"]
