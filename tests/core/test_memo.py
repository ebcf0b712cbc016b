"""What threads share: made once, bounded, and no error lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.memo import Memo


def test_it_is_made_once_whoever_asks():
    made, together = [], threading.Barrier(4)

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    memo = Memo(make, 2)

    def ask(_):
        together.wait()
        return memo("a")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == ["A"] * 4
    assert made == ["a"]


def test_what_was_not_asked_for_the_longest_goes():
    made = []
    memo = Memo(lambda key: made.append(key) or key, 2)
    for key in (1, 2, 1, 3, 1, 2):
        assert memo(key) == key
    assert made == [1, 2, 3, 2]
    assert len(memo) == 2
    assert 2 in memo
    assert 3 not in memo


def test_an_error_is_raised_for_all():
    def make(key: int) -> int:
        raise ValueError(f"no {key}")

    memo = Memo(make, 2)
    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(memo, 5) for _ in range(2)]:
            with pytest.raises(ValueError, match="no 5"):
                asked.result()
    with pytest.raises(ValueError, match="no 5"):
        memo(5)
