"""What will go away is an error in all tests; see pyproject.toml's filterwarnings."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

KINDS = [DeprecationWarning, PendingDeprecationWarning, FutureWarning]


@pytest.mark.parametrize("kind", KINDS)
def test_here(kind):
    with pytest.raises(kind):
        warnings.warn("soon gone", kind, stacklevel=1)


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_child(kind):
    code = f"import warnings; warnings.warn('soon gone', {kind.__name__})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{kind.__name__}: soon gone" in done.stderr
