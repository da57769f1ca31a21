"""A stranger's project, for the tests in this folder."""

from mocksms.testing import phone_server
from tests.package.stranger import project

__all__ = ["phone_server", "project"]
