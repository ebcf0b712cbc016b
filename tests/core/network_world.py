"""The setup of tests in a network of our own."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.core import network as net
from tests.core import registry as reg
from tests.core.test_environment import UV, World

#: For test modules that use what is below.
NEEDED = [
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


def pin_again(network: Network, name: str) -> None:
    """The wheel of that name is another one now, and the one that is wanted."""
    pinned = network.folder / "code/requirements/engine.txt"
    kept = [e for e in pinned.read_text().split("\n") if e]
    pairs = [pair for pair in zip(kept[::2], kept[1::2], strict=True) if name not in pair[0]]
    (wheel,) = reg.wheels_of(network.wheels, name)
    pinned.write_text("\n".join("\n".join(pair) for pair in pairs) + "\n" + reg.pin([wheel]))


def digest_of(network: Network, *options: str) -> str:
    """Of the plan that is made now."""
    events = network.events("plan", *(options or ("--torch-backend", "registry")))
    return next(event["digest"] for event in events if event["event"] == "plan")
