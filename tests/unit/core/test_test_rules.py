"""The rules that every test runs under (tests/conftest.py)."""

import socket

import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from glucotwin.core.progress import silent


def test_tests_cannot_reach_the_network() -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match="without a network"):
        client.connect(("192.0.2.1", 80))


def test_tests_may_talk_to_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_arrays_of_different_rank_are_not_stretched_silently() -> None:
    with pytest.raises(ValueError, match="rank_promotion"):
        jnp.add(jnp.ones((3, 2)), jnp.ones(2))


def test_arrays_of_different_type_are_not_converted_silently() -> None:
    with pytest.raises(ValueError, match="strict"):
        jnp.add(jnp.ones(2, dtype=jnp.float32), jnp.ones(2, dtype=jnp.int32))


def test_argument_of_the_wrong_type_is_caught_at_run_time() -> None:
    with pytest.raises(TypeCheckError, match="fraction"):
        silent("reading", "half")  # pyright: ignore[reportArgumentType]  # the mistake that is to be caught


def test_whole_number_may_stand_for_a_float() -> None:
    silent("reading", 1)


@given(st.floats(0, 1))
def test_property_tests_run_under_the_same_rules(number: float) -> None:
    with pytest.raises(ValueError, match="rank_promotion"):
        jnp.add(jnp.full((2, 1), number), jnp.ones(1))
