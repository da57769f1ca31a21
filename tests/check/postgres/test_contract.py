"""The engines' whole contract on PostgreSQL. The tests are those of tests/store."""

from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.store.conftest import another, engine, store  # noqa: F401
from tests.store.test_engine_round_trips import *  # noqa: F403
from tests.store.test_engine_transactions import *  # noqa: F403
from tests.store.test_engine_worlds import *  # noqa: F403
