"""The built package, for the tests in this folder."""

from mocksms.testing import phone_server
from tests.package.stranger import project
from tests.packaged import built, installed

__all__ = ["built", "installed", "phone_server", "project"]
