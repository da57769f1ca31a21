"""The built package, for the tests in this folder."""

from tests.packaged import built, installed, unpacked

__all__ = ["built", "installed", "unpacked"]
