"""Every edge beside a server that speaks its interface."""

from collections.abc import Iterator

import pytest

from tests.helpers.edge_pairs import KINDS, Pair
from tests.helpers.edges import serving


@pytest.fixture
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Start the server of a kind, and return it with its edge."""
    backend, server = KINDS[request.param]
    with serving(server()) as cdn:
        yield Pair(cdn, backend(**cdn.backend_options()))
