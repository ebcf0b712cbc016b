"""``vendor_setup.py`` and connections that break."""

from __future__ import annotations

import shutil
import subprocess
import threading

import pytest

from tests.core import network as net
from tests.core import registry as reg
from tests.core.network_world import (
    NEEDED,
    digest_of,
    pin_again,
)

pytestmark = NEEDED

REGISTRY = ("--torch-backend", "registry")


@pytest.mark.parametrize("how", ["cut", "stalled", "another", "gone"])
def test_a_download_that_breaks_is_taken_up_again(network, how):
    reg.make_wheel(network.wheels, "numpy", "1.0", ballast=2_000_000)
    requires = ("cuda-toolkit>=13.1",)
    reg.make_wheel(network.wheels, "torch", "1.0", reg.MODULES["torch"], requires=requires)
    pin_again(network, "numpy")
    (network.folder / "other").mkdir()
    other = reg.make_wheel(network.folder / "other", "numpy", "1.0", "# no", ballast=2_000_000)
    over = threading.Event()
    fault, expected = {
        "cut": (net.cut(99), "broke off"),
        "stalled": (net.stall(over), "says nothing any more"),
        "another": (net.instead(other), "numpy==1.0"),
        "gone": (net.status(500), 'answers "500 Internal Server Error"'),
    }[how]
    digest = digest_of(network)
    shutil.rmtree(network.target / "cache")
    network.registry.faults["/numpy-"] = fault
    network.env["UV_HTTP_TIMEOUT"] = "2"
    sentence = network.fails("install", *REGISTRY, "--agreed", digest)
    over.set()
    assert sentence.startswith("The packages could not be got whole: ")
    assert expected in sentence
    assert sentence.endswith("The same again goes on from here.")
    assert "is not complete" in network.state()
    network.registry.faults.clear()
    del network.env["UV_HTTP_TIMEOUT"]
    network.run("install", "--yes")
    assert network.version_of("torch") == "1.0"


def test_a_connection_that_breaks_once_is_made_again(network):
    network.env["UV_HTTP_RETRIES"] = "3"
    network.run("plan", *REGISTRY)
    network.registry.faults["/numpy-"] = net.cut(1)
    shutil.rmtree(network.target / "cache")
    network.run("install", *REGISTRY, "--yes")
    assert network.version_of("torch") == "1.0"


@pytest.mark.parametrize("when", ["plan", "install"])
def test_a_parent_that_ends_does_not_wait_for_the_network(network, when):
    over = threading.Event()
    network.env["UV_HTTP_TIMEOUT"] = "60"
    part = "/simple/numpy" if when == "plan" else "/numpy-"
    if when == "install":
        reg.make_wheel(network.wheels, "numpy", "1.0", ballast=2_000_000)
        pin_again(network, "numpy")
    options = ["--with-parent", *REGISTRY]
    if when == "install":
        options += ["--agreed", digest_of(network)]
        shutil.rmtree(network.target / "cache")
    network.registry.faults[part] = net.stall(over)
    with subprocess.Popen(
        network.command(when, *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=network.env,
    ) as process:
        until = "Finding" if when == "plan" else "progress"
        assert any(until in line.decode() for line in process.stdout)
        process.stdin.close()
        assert process.wait(30) == 130
    over.set()


def test_progress_goes_on_and_never_back(network):
    reg.make_wheel(network.wheels, "numpy", "1.0", ballast=2_000_000)
    pin_again(network, "numpy")
    digest = digest_of(network)
    shutil.rmtree(network.target / "cache")
    network.registry.faults["/numpy-"] = net.slow(1_000_000)
    events = network.events("install", *REGISTRY, "--agreed", digest)
    assert events[-1]["event"] == "finished"
    steps = [event for event in events if event["event"] == "progress"]
    done = [step["done"] for step in steps]
    assert len({*done}) > 1
    assert done == sorted(done)
    assert done[-1] <= steps[-1]["total"]
    assert "Getting numpy" in {step["message"] for step in steps}
