"""``vendor_setup.py`` and the network: PyTorch's own index, proxies, connections that break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core import network as net
from tests.core import registry as reg
from tests.core.test_environment import UV, World

pytestmark = [
    pytest.mark.skipif(UV is None, reason="ECSET_UV names no uv (`make test-core` does)"),
    pytest.mark.skipif(
        not net.have_openssl, reason="openssl, which makes certificates, is missing"
    ),
]

#: Of a registry that asks for it, or of a proxy.
USER = "ann:s3cr3t"

#: A version of PyTorch's build, and what only that asks for.
BUILDS = {
    "cpu": (),
    "cu126": ("cuda-toolkit==12.6", "nvidia-cudnn-cu12==9.20"),
    "cu130": ("cuda-toolkit==13.0",),
    "rocm7.2": ("triton-rocm==1.0",),
}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> net.Authority:
    return net.Authority(tmp_path_factory.mktemp("authority"))


class Network(World):
    """The registry is on loopback; PyTorch's index is behind a proxy, which leads to us."""

    def __init__(self, folder: Path, uv: str, authority: net.Authority) -> None:
        super().__init__(folder, uv)
        self._make_builds(folder / "pytorch")
        self.registry = reg.Registry(self.wheels)
        self.secure = reg.Registry(self.wheels, authority.context)
        self.pytorch = net.PyTorchIndex(folder / "pytorch", authority.context)
        ways = {f"{net.PYTORCH}:443": self.pytorch.port, f"{net.REGISTRY}:443": self.secure.port}
        self.proxy = net.Proxy({**ways, f"{net.REGISTRY}:80": self.registry.port})
        for key in [key for key in self.env if "CERT" in key or "CA_BUNDLE" in key]:
            del self.env[key]
        self.env |= {"PIP_CONFIG_FILE": os.devnull, "SSL_CERT_FILE": str(authority.certificate)}
        # patience is theirs, and tried by nobody here
        self.env |= {"UV_HTTP_RETRIES": "0", "PIP_RETRIES": "1"}
        self.env["HTTPS_PROXY"] = f"http://{self.proxy.address}"
        self.ask(self.registry.url)

    def _make_builds(self, folder: Path) -> None:
        torch, other = reg.MODULES["torch"], (*BUILDS["cu126"], *BUILDS["cu130"])
        for wanted in (*other, "cuda-toolkit==13.2"):
            reg.make_wheel(self.wheels, *wanted.split("=="))
        wanted = ("cuda-toolkit>=13.1",)
        reg.make_wheel(self.wheels, "torch", "1.0", torch, requires=wanted)
        self.pin()
        pinned = self.folder / "code/requirements/engine.txt"
        entries = pinned.read_text().split("\n")
        pairs = [*zip(entries[::2], entries[1::2], strict=False)]
        kept = [pair for pair in pairs if not pair[0].startswith("nvidia-cudnn-cu12")]
        pinned.write_text("\n".join("\n".join(pair) for pair in kept) + "\n")
        reg.make_wheel(self.wheels, "cuda-toolkit", "13.3")  # newer than what is pinned
        for build, requires in BUILDS.items():
            (folder / build).mkdir(parents=True)
            version = f"1.0+{build}"
            reg.make_wheel(folder / build, "torch", version, torch, requires=requires)
            reg.make_wheel(folder / build, "torchvision", version)
        reg.make_wheel(folder / "rocm7.2", "triton-rocm", "1.0")

    def ask(self, url: str) -> None:
        """Have that for the package registry."""
        self.env |= {"UV_DEFAULT_INDEX": url, "PIP_INDEX_URL": url}

    def close(self) -> None:
        for server in (self.registry, self.secure, self.pytorch, self.proxy):
            server.close()

    def have_uv(self) -> None:
        """Without pip, which takes seconds."""
        (self.target / "uv").mkdir(parents=True)
        shutil.copy2(self.uv, self.target / "uv/uv")

    def plan(self, *options: Any) -> tuple[list[str], dict[str, str]]:
        """What is said, and the name and version of each package in the lock file."""
        said = self.run("plan", *options).stdout.splitlines()
        lock = (self.target / "plan/pylock.ecset.toml").read_text()
        return said, {p["name"]: p["version"] for p in tomllib.loads(lock)["packages"]}

    def fails(self, *arguments: Any) -> str:
        """The one sentence of a failure; there is no password in anything that is said."""
        done = self.run(*arguments, status=1)
        assert "s3cr3t" not in done.stdout + done.stderr
        (line,) = done.stderr.splitlines()[-1:]
        return line.removeprefix("vendor_setup: ")


@pytest.fixture
def bare(tmp_path: Path, authority: net.Authority) -> Iterator[Network]:
    """There is no uv yet."""
    assert UV is not None
    network = Network(tmp_path, UV, authority)
    yield network
    network.close()


@pytest.fixture
def network(bare: Network) -> Network:
    bare.have_uv()
    return bare


def registrys(network: Network, **changes: str) -> Callable[[], str]:
    network.env |= changes
    return lambda: network.fails("plan", "--build", "registry")


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
    said, packages = network.plan("--build", "cu130")
    assert packages["cuda-toolkit"] == "13.2", "13.3 is there, and 13.2 is known"
    assert "torch, torchvision by what download.pytorch.org states now, all others" in said[4]


def test_what_was_agreed_to_is_what_is_installed(network):
    said, packages = network.plan("--build", "cu130")
    lock = tomllib.loads((network.target / "plan/pylock.ecset.toml").read_text())
    wheels = {p["name"]: p["wheels"][0] for p in lock["packages"]}
    theirs = network.pytorch.folder / "cu130/torch-1.0+cu130-py3-none-any.whl"
    assert wheels["torch"]["hashes"]["sha256"] == reg.sha256(theirs)
    # from here on that index has another file of that name
    other = reg.MODULES["torch"] + "# another"
    reg.make_wheel(theirs.parent, "torch", "1.0+cu130", other, requires=BUILDS["cu130"])
    digest = plan_digest(network, "--build", "cu130", changed=theirs)
    sentence = network.fails("install", "--build", "cu130", "--agreed", digest)
    assert "torch==1.0+cu130" in sentence
    assert "is not the file that was agreed to: its hash is another" in sentence
    network.run("install", "--build", "cu130", "--yes")
    assert network.version_of("torch") == "1.0+cu130"
    assert packages["torch"] == "1.0+cu130"
    assert said


def plan_digest(network: Network, *options: str, changed: Path) -> str:
    """Of a plan after which `changed` is not what it was."""
    with subprocess.Popen(
        network.command("plan", "--with-parent", *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=network.env,
    ) as process:
        events = [json.loads(line) for line in process.stdout]
    version = "1.0+cu130"
    text = reg.MODULES["torch"] + "# yet another"
    reg.make_wheel(changed.parent, "torch", version, text, requires=BUILDS["cu130"])
    return next(event["digest"] for event in events if event["event"] == "plan")


def test_macs_and_registrys_builds_ask_nobody_else(network):
    said, packages = network.plan("--build", "registry")
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
    sentence = network.fails("plan", "--build", "cu130")
    assert sentence.startswith("There is no plan for the build cu130: ")
    assert expected in sentence
    assert not (network.target / "env1").exists()


def test_a_build_that_nobody_makes(network):
    sentence = network.fails("plan", "--build", "cu999")
    assert sentence.endswith("uv knows no build cu999 of PyTorch: name one that pytorch.org has.")


def test_a_build_whose_version_does_not_say_so(network):
    """As PyTorch's index has some of torchvision's, and as no other place may."""
    folder = network.pytorch.folder / "cu130"
    (folder / "torchvision-1.0+cu130-py3-none-any.whl").unlink()
    reg.make_wheel(folder, "torchvision", "1.0", "# for a card")
    said, packages = network.plan("--build", "cu130")
    assert packages["torchvision"] == "1.0"
    assert "torchvision by what 127.0.0.1:" in said[4]
    reg.make_wheel(network.wheels, "torchvision", "1.0", "# for a card")
    assert network.fails("plan", "--build", "registry").startswith("torchvision 1.0 from 127.0.0.1")


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
        sentence = network.fails("plan", "--build", build)
        assert sentence.startswith("numpy 1.0 from 127.0.0.1:")
        assert sentence.endswith("is not the file that Ecset knows: its hash is another.")


def test_a_build_from_elsewhere_is_refused(network):
    """A "+" in a version is no passport: the registry has none of PyTorch's builds."""
    reg.make_wheel(network.wheels, "torch", "1.0+cu130", reg.MODULES["torch"])
    sentence = network.fails("plan", "--build", "registry")
    assert sentence.startswith("torch 1.0+cu130 from 127.0.0.1:")
    (network.wheels / "torch-1.0+cu130-py3-none-any.whl").unlink()
    reg.make_wheel(network.wheels, "numpy", "1.0+cu130")
    assert network.fails("plan", "--build", "cu130").startswith("numpy 1.0+cu130 from 127.0.0.1:")


def test_the_same_version_of_a_companion_is_the_same_file(network):
    reg.make_wheel(network.wheels, "cuda-toolkit", "13.2", "# another")
    requires = ("cuda-toolkit==13.2",)
    torch = reg.MODULES["torch"]
    reg.make_wheel(network.pytorch.folder / "cu130", "torch", "1.0+cu130", torch, requires=requires)
    assert network.fails("plan", "--build", "cu130").startswith("cuda-toolkit 13.2 from 127.0.0.1:")


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
    done = bare.run("install", "--build", "cpu", "--yes")
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
    said = network.run("plan", "--build", "registry")
    assert "s3cr3t" not in said.stdout + said.stderr
    network.registry.faults["/simple/"] = net.status(503)
    assert 'answers "503 Service Unavailable"' in network.fails("plan", "--build", "registry")


# connections that break


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
    sentence = network.fails("install", "--build", "registry", "--agreed", digest)
    over.set()
    assert sentence.startswith("The packages could not be got whole: ")
    assert expected in sentence
    assert sentence.endswith("The same again goes on from here.")
    assert "is not complete" in network.state()
    network.registry.faults.clear()
    del network.env["UV_HTTP_TIMEOUT"]
    network.run("install", "--yes")
    assert network.version_of("torch") == "1.0"


def pin_again(network: Network, name: str) -> None:
    """The wheel of that name is another one now, and the one that is wanted."""
    pinned = network.folder / "code/requirements/engine.txt"
    kept = [e for e in pinned.read_text().split("\n") if e]
    pairs = [pair for pair in zip(kept[::2], kept[1::2], strict=True) if name not in pair[0]]
    (wheel,) = reg.wheels_of(network.wheels, name)
    pinned.write_text("\n".join("\n".join(pair) for pair in pairs) + "\n" + reg.pin([wheel]))


def test_a_connection_that_breaks_once_is_made_again(network):
    network.env["UV_HTTP_RETRIES"] = "3"
    network.run("plan", "--build", "registry")
    network.registry.faults["/numpy-"] = net.cut(1)
    shutil.rmtree(network.target / "cache")
    network.run("install", "--build", "registry", "--yes")
    assert network.version_of("torch") == "1.0"


@pytest.mark.parametrize("when", ["plan", "install"])
def test_a_parent_that_ends_does_not_wait_for_the_network(network, when):
    over = threading.Event()
    network.env["UV_HTTP_TIMEOUT"] = "60"
    part = "/simple/numpy" if when == "plan" else "/numpy-"
    if when == "install":
        reg.make_wheel(network.wheels, "numpy", "1.0", ballast=2_000_000)
        pin_again(network, "numpy")
    options = ["--with-parent", "--build", "registry"]
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
    with subprocess.Popen(
        network.command("install", "--with-parent", "--build", "registry", "--agreed", digest),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=network.env,
    ) as process:
        events = [json.loads(line) for line in process.stdout]
    assert events[-1]["event"] == "finished"
    steps = [event for event in events if event["event"] == "progress"]
    done = [step["done"] for step in steps]
    assert len({*done}) > 1
    assert done == sorted(done)
    assert done[-1] <= steps[-1]["total"]
    assert "Getting numpy" in {step["message"] for step in steps}


def digest_of(network: Network) -> str:
    with subprocess.Popen(
        network.command("plan", "--with-parent", "--build", "registry"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=network.env,
    ) as process:
        events = [json.loads(line) for line in process.stdout]
    return next(event["digest"] for event in events if event["event"] == "plan")
