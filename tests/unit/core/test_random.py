"""Named random streams."""

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.random import minute_key, root_key, stream_key, stream_keys


def draw(key: jax.Array) -> float:
    """One standard normal number of a key."""
    return float(jax.random.normal(key))


def test_a_stream_is_the_same_for_the_same_seed_subject_and_name() -> None:
    first, second = (stream_key(root_key(7), subject="anna", stream="sensor-noise") for _ in range(2))
    assert draw(first) == draw(second)


def test_streams_differ_by_seed_subject_and_name() -> None:
    keys = [
        stream_key(root_key(7), subject="anna", stream="sensor-noise"),
        stream_key(root_key(8), subject="anna", stream="sensor-noise"),
        stream_key(root_key(7), subject="ben", stream="sensor-noise"),
        stream_key(root_key(7), subject="anna", stream="meal-noise"),
    ]
    assert len({draw(key) for key in keys}) == 4


def test_subject_and_stream_do_not_change_places() -> None:
    one = stream_key(root_key(0), subject="a", stream="b")
    other = stream_key(root_key(0), subject="b", stream="a")
    assert draw(one) != draw(other)


def test_the_keys_of_several_subjects_are_those_of_each() -> None:
    together = stream_keys(7, ["anna", "ben"], stream="sensor")
    each = [stream_key(root_key(7), subject=name, stream="sensor") for name in ("anna", "ben")]
    assert np.array_equal(together, [jax.random.key_data(one) for one in each])


def test_a_minutes_draw_does_not_depend_on_which_minutes_are_asked_for_together() -> None:
    key = stream_key(root_key(1), subject="anna", stream="sensor-noise")
    alone = draw(minute_key(key, 28_500_000))
    minutes = jnp.arange(28_499_990, 28_500_010)
    together = jax.vmap(lambda minute: jax.random.normal(minute_key(key, minute)))(minutes)
    assert float(together[10]) == alone
    assert len(np.unique(np.asarray(together))) == 20
