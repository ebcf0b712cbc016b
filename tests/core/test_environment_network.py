"""``vendor_setup.py`` and the network: PyTorch's own index, what is refused, proxies."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core import network as net
from tests.core import registry as reg
from tests.core.network_world import (
    BUILDS,
    NEEDED,
    USER,
    Network,
    digest_of,
)

pytestmark = NEEDED

REGISTRY, CU130 = (("--torch-backend", build) for build in ("registry", "cu130"))


def registrys(network: Network, **changes: str) -> Callable[[], str]:
    network.env |= changes
    return lambda: network.fails("plan", *REGISTRY)


# PyTorch's own index


@pytest.mark.parametrize(
    ("card", "build", "title"),
    [
        ({}, "cpu", "for the processor"),
        ({"UV_CUDA_DRIVER_VERSION": "580.65"}, "cu130", "for CUDA 13.0"),
        ({"UV_CUDA_DRIVER_VERSION": "530.30"}, "cu126", "for CUDA 12.6"),
        ({"UV_AMD_GPU_ARCHITECTURE": "gfx1100"}, "rocm7.2", "for ROCm 7.2"),
    ],
)
def test_the_build_that_fits_the_card(network, card, build, title):
    network.env |= card
    if not card:
        network.env["PATH"] = "/usr/bin:/bin"
    said, packages = network.plan()
    assert said[1].startswith(f"PyTorch 1.0 {title} and ")
    assert packages["torch"] == packages["torchvision"] == f"1.0+{build}"
    for wanted in BUILDS[build]:
        name, version = wanted.split("==")
        assert packages[name] == version, "of this build, whatever is pinned for the registry's"
    assert "download.pytorch.org" in said[3]
    assert "size its index does not state" not in said[1]


def test_what_is_pinned_is_preferred_for_another_build(network):
    folder = network.pytorch.folder / "cu130"
    torch = reg.MODULES["torch"]
    reg.make_wheel(folder, "torch", "1.0+cu130", torch, requires=("cuda-toolkit>=13.1",))
    said, packages = network.plan(*CU130)
    assert packages["cuda-toolkit"] == "13.2", "13.3 is there, and 13.2 is known"
    assert "torch, torchvision by what download.pytorch.org states now, all others" in said[4]


def test_what_was_agreed_to_is_what_is_installed(network):
    said, packages = network.plan(*CU130)
    lock = tomllib.loads((network.target / "plan/pylock.ecset.toml").read_text())
    wheels = {p["name"]: p["wheels"][0] for p in lock["packages"]}
    theirs = network.pytorch.folder / "cu130/torch-1.0+cu130-py3-none-any.whl"
    assert wheels["torch"]["hashes"]["sha256"] == reg.sha256(theirs)
    # from here on that index has another file of that name
    other = reg.MODULES["torch"] + "# another"
    reg.make_wheel(theirs.parent, "torch", "1.0+cu130", other, requires=BUILDS["cu130"])
    digest = plan_digest(network, *CU130, changed=theirs)
    sentence = network.fails("install", *CU130, "--agreed", digest)
    assert "torch==1.0+cu130" in sentence
    assert "is not the file that was agreed to: its hash is another" in sentence
    network.run("install", *CU130, "--yes")
    assert network.version_of("torch") == "1.0+cu130"
    assert packages["torch"] == "1.0+cu130"
    assert said


def plan_digest(network: Network, *options: str, changed: Path) -> str:
    """Of a plan after which `changed` is not what it was."""
    digest = digest_of(network, *options)
    version = "1.0+cu130"
    text = reg.MODULES["torch"] + "# yet another"
    reg.make_wheel(changed.parent, "torch", version, text, requires=BUILDS["cu130"])
    return digest


def test_macs_and_registrys_builds_ask_nobody_else(network):
    said, packages = network.plan(*REGISTRY)
    assert packages["torch"] == "1.0"
    assert packages["cuda-toolkit"] == "13.2"
    assert said[4] == "Every file is checked by the hash that Ecset knows."
    assert not network.pytorch.asked
    assert not network.proxy.asked


@pytest.mark.parametrize("why", ["503", "no way", "lacks it", "no authority"])
def test_an_index_that_gives_nothing(network, why):
    """What fits this machine is then the registry's build, and why is said; a named one is not."""
    expected = {
        "503": 'download.pytorch.org answers "503 Service Unavailable".',
        "no way": f"the proxy {network.proxy.address} does not lead to download.pytorch.org: ask",
        "lacks it": "its index has no such build in the version that Ecset needs.",
        "no authority": "download.pytorch.org shows a certificate that is not trusted here: ",
    }[why]
    if why == "503":
        network.pytorch.faults["/torch"] = net.status(503)
    elif why == "no way":
        del network.proxy.ways[f"{net.PYTORCH}:443"]
    elif why == "lacks it":
        for build in BUILDS:
            for name in ("torch", "torchvision"):
                network.pytorch.folder.joinpath(
                    build, f"{name}-1.0+{build}-py3-none-any.whl"
                ).unlink()
                reg.make_wheel(network.pytorch.folder / build, name, f"0.9+{build}")
    else:
        del network.env["SSL_CERT_FILE"]
    said, packages = network.plan()
    assert packages["torch"] == "1.0"
    assert "This is the package registry's build of PyTorch" in said[5]
    assert expected in said[5]
    sentence = network.fails("plan", *CU130)
    assert sentence.startswith("There is no plan for the build cu130: ")
    assert expected in sentence
    assert not (network.target / "env1").exists()


def test_a_build_that_nobody_makes(network):
    sentence = network.fails("plan", "--torch-backend", "cu999")
    assert sentence.endswith("uv knows no build cu999 of PyTorch: name one that pytorch.org has.")


def test_a_build_whose_version_does_not_say_so(network):
    """As PyTorch's index has some of torchvision's, and as no other place may."""
    folder = network.pytorch.folder / "cu130"
    (folder / "torchvision-1.0+cu130-py3-none-any.whl").unlink()
    reg.make_wheel(folder, "torchvision", "1.0", "# for a card")
    said, packages = network.plan(*CU130)
    assert packages["torchvision"] == "1.0"
    assert "torchvision by what 127.0.0.1:" in said[4]
    reg.make_wheel(network.wheels, "torchvision", "1.0", "# for a card")
    assert network.fails("plan", *REGISTRY).startswith("torchvision 1.0 from 127.0.0.1")


def test_another_build_out_of_a_folder_is_not_called_checked(network):
    for wheel in (network.pytorch.folder / "cu126").glob("*.whl"):
        shutil.copy2(wheel, network.wheels)
    for name in ("torch", "torchvision"):
        (network.wheels / f"{name}-1.0-py3-none-any.whl").unlink()
    said, packages = network.plan("--wheels", network.wheels)
    assert packages["torch"] == "1.0+cu126"
    assert said[4] == (
        "cuda-toolkit, nvidia-cudnn-cu12, torch, torchvision are of a build that Ecset knows no "
        "hash of: they are taken as they lie."
    )
    assert not network.proxy.asked


# what must be refused


def test_another_file_of_the_registry_is_refused(network):
    reg.make_wheel(network.wheels, "numpy", "1.0", "# another")
    for build in ("registry", "cpu"):
        sentence = network.fails("plan", "--torch-backend", build)
        assert sentence.startswith("numpy 1.0 from 127.0.0.1:")
        assert sentence.endswith("is not the file that Ecset knows: its hash is another.")


def test_a_build_from_elsewhere_is_refused(network):
    """A "+" in a version is no passport: the registry has none of PyTorch's builds."""
    reg.make_wheel(network.wheels, "torch", "1.0+cu130", reg.MODULES["torch"])
    sentence = network.fails("plan", *REGISTRY)
    assert sentence.startswith("torch 1.0+cu130 from 127.0.0.1:")
    (network.wheels / "torch-1.0+cu130-py3-none-any.whl").unlink()
    reg.make_wheel(network.wheels, "numpy", "1.0+cu130")
    assert network.fails("plan", *CU130).startswith("numpy 1.0+cu130 from 127.0.0.1:")


def test_the_same_version_of_a_companion_is_the_same_file(network):
    reg.make_wheel(network.wheels, "cuda-toolkit", "13.2", "# another")
    requires = ("cuda-toolkit==13.2",)
    torch = reg.MODULES["torch"]
    reg.make_wheel(network.pytorch.folder / "cu130", "torch", "1.0+cu130", torch, requires=requires)
    assert network.fails("plan", *CU130).startswith("cuda-toolkit 13.2 from 127.0.0.1:")


# proxies


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_all_goes_through_a_proxy_that_asks_for_a_password(bare, scheme):
    """pip, uv, and who asks for sizes; the names lead nowhere else.  It looks into TLS."""
    bare.proxy.user = USER
    proxy = f"http://{USER}@{bare.proxy.address}"
    bare.env |= {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "PIP_TRUSTED_HOST": net.REGISTRY}
    if scheme == "https":
        del bare.env["PIP_TRUSTED_HOST"]  # it trusts whom SSL_CERT_FILE names
    bare.ask(f"{scheme}://{net.REGISTRY}/simple")
    done = bare.run("install", "--torch-backend", "cpu", "--yes")
    assert "s3cr3t" not in done.stdout + done.stderr
    assert f"Comes from {net.PYTORCH}, {net.REGISTRY}." in done.stdout
    assert bare.version_of("torch") == "1.0+cpu"
    port = {"http": 80, "https": 443}[scheme]
    assert {f"{net.PYTORCH}:443", f"{net.REGISTRY}:{port}"} == {*bare.proxy.asked}


def test_what_a_proxy_refuses_is_told(network):
    network.ask(f"https://{net.REGISTRY}/simple")
    fails = registrys(network)
    address = network.proxy.address
    network.proxy.user = USER
    assert f"the proxy {address} asks for a name and a password: " in fails()
    network.env["HTTPS_PROXY"] = f"http://bob:s3cr3t@{address}"
    assert f"the proxy {address} asks for a name and a password: " in fails()
    network.proxy.user, network.proxy.refuses = "", 403
    assert f"the proxy {address} does not lead to {net.REGISTRY}: " in fails()
    network.env["HTTPS_PROXY"] = f"http://{USER}@127.0.0.1:9"
    assert "the proxy 127.0.0.1:9 cannot be reached: " in fails()
    del network.env["HTTPS_PROXY"]
    assert f"{net.REGISTRY} cannot be reached: look at the network." in fails()


def test_what_a_proxy_refuses_is_told_of_pip(bare):
    bare.ask(f"https://{net.REGISTRY}/simple")
    bare.proxy.user = USER
    sentence = registrys(bare, HTTPS_PROXY=f"http://bob:s3cr3t@{bare.proxy.address}")()
    assert sentence.startswith("uv, which installs the rest, could not be got: the proxy ")
    assert "asks for a name and a password" in sentence


def test_the_password_of_a_registry_is_told_to_nobody(network):
    network.ask(network.registry.url.replace("://", f"://{USER}@"))
    said = network.run("plan", *REGISTRY)
    assert "s3cr3t" not in said.stdout + said.stderr
    network.registry.faults["/simple/"] = net.status(503)
    assert 'answers "503 Service Unavailable"' in network.fails("plan", *REGISTRY)
