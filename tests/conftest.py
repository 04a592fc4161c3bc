"""What all tests share: a cache of their own, no network, reproducible property tests, strict array promotion."""

import gc
import os
import socket
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from made_up_store import MadeUpStore

TESTS = Path(__file__).parent
STRICT_LAYERS = {"core", "physiology", "simulate"}
"""Layers whose arrays never change type or rank silently; numpyro, blackjax and optax cannot run under this."""

MOST_MEMORY_MAPS = 30_000
"""Linux gives a process 65,530; every compiled program takes some, and XLA aborts when none is left."""

# Compiled programs outlive a run of the tests, but never mix with the user's own.
os.environ.setdefault("GLUCOTWIN_CACHE_DIR", str(TESTS.parent / ".pytest_cache" / "glucotwin"))

# A first call compiles, so the time of an example says nothing; on CI every run tries the same examples.
hypothesis.settings.register_profile("glucotwin", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("glucotwin")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs each test, with its fixtures, under its layer's promotion rules."""
    with _promotion_rules(item.path):
        return (yield)


def _promotion_rules(path: Path) -> AbstractContextManager[object]:
    rules = ExitStack()
    if not STRICT_LAYERS.isdisjoint(path.relative_to(TESTS).parts):
        import jax

        rules.enter_context(jax.numpy_dtype_promotion("strict"))
        rules.enter_context(jax.numpy_rank_promotion("raise"))
    return rules


@pytest.fixture(scope="session")
def store() -> "Generator[MadeUpStore]":
    """A running database server, one per process, for tests that ask for it."""
    from made_up_store import made_up_store

    with made_up_store() as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def few_programs() -> Generator[None]:
    """Forgets the compiled programs between files before there are more than a process can hold."""
    yield
    maps = Path("/proc/self/maps")
    if "jax" in sys.modules and maps.is_file() and maps.read_bytes().count(b"\n") > MOST_MEMORY_MAPS:
        sys.modules["jax"].clear_caches()
        gc.collect()


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Generator[None]:
    """Lets tests connect to this machine only."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: tuple[object, ...] | str | bytes) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if self.family in {socket.AF_INET, socket.AF_INET6} and host not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"A test wants to connect to {host}; tests run without a network.")
        connect(self, address)  # pyright: ignore[reportArgumentType]  # handed on as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield
