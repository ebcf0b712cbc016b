"""What a job names beside its plates, looked over: paintings, guides of styles, weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import fingerprint, inputs, job
from core.__main__ import main
from core.errors import InputError
from core.networks import own_file
from tests.core.pictures import textured
from tests.core.runs import ROOT
from tests.core.test_maps import RAMP, exr


class TestPaintings:
    def made(self, shop, folder: Path) -> job.Job:
        look = {"name": "patch", "keyframes": [{"frame": 2, "path": "key.png"}]}
        return job.parse(shop.data(look=look), folder)

    def test_size(self, shop, tmp_path):
        made = self.made(shop, tmp_path)
        (keyframe,) = made.look.keyframes
        rgb = (textured(48, 64) * 255).round().astype(np.uint8)
        Image.fromarray(rgb).save(tmp_path / "key.png")
        np.testing.assert_array_equal(
            inputs.painting(made, keyframe, (48, 64)), rgb / np.float32(255)
        )
        assert inputs.painting(made, keyframe, (24, 32)).shape == (24, 32, 3)
        said = r"The painting .*key.png is 64×48 and the plates are 64×36; it must have their prop"
        with pytest.raises(InputError, match=said):
            inputs.painting(made, keyframe, (36, 64))

    def test_it_is_not_made_smaller(self, shop, tmp_path):
        made = self.made(shop, tmp_path)
        Image.new("RGB", (5000, 40)).save(tmp_path / "key.png")
        found = inputs.painting(made, made.look.keyframes[0], (40, 5000))
        assert found.shape == (40, 5000, 3)

    def test_what_is_none(self, shop, tmp_path):
        made = self.made(shop, tmp_path)
        with pytest.raises(InputError, match=r"The painting .*key.png does not exist"):
            inputs.check(made)
        (tmp_path / "key.png").write_text("no picture")
        with pytest.raises(InputError, match=r"The painting .*key.png is no picture"):
            inputs.check(made)


def test_digests_are_of_contents(shop, tmp_path):
    """Where a mask lies is no matter; what is in it is."""
    exr(tmp_path / "m.exr", Y=RAMP)
    exr(tmp_path / "elsewhere/n.exr", Y=RAMP)
    exr(tmp_path / "other.exr", Y=RAMP * 0.99)

    def of(mask: str) -> list[str]:
        look = {"name": "patch", "styles": [{"path": str(shop.style), "mask": mask}]}
        return inputs.check(job.parse(shop.data(look=look), tmp_path)).digests

    assert of("m.exr") == of("elsewhere/n.exr") != of("other.exr")


def test_guide_of_a_style_has_its_proportions(shop, tmp_path):
    exr(tmp_path / "g.exr", V=RAMP)
    guide = {"path": "guides/g_##.exr", "styles": ["g.exr"]}
    look = {"name": "patch", "styles": [{"path": str(shop.style)}], "guides": [guide]}
    with pytest.raises(InputError) as caught:
        inputs.check(job.parse(shop.data(look=look), tmp_path))
    assert "g.exr is 32×24 and the style picture" in str(caught.value)
    assert "is 96×80; the guide must have its proportions." in str(caught.value)


class TestWeights:
    """What they are counts, found before there are plates; where they lie does not."""

    @pytest.fixture(autouse=True)
    def _nothing_in_store(self, tmp_path, monkeypatch):
        monkeypatch.setenv("ECSET_WEIGHTS", str(tmp_path / "store"))
        monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))

    @staticmethod
    def made(path: Path, name: str = "vgg19", value: float = 0.0) -> str:
        """A file that says that it holds a network's weights; nobody looks into it here."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return own_file.write(name, {"a": torch.tensor([value])}, "a test", path).digest

    @staticmethod
    def job(shop, folder: Path, weights: str | None = None, **more: object) -> job.Job:
        look = {"name": "neural", "styles": [{"path": str(shop.style)}], "weights": weights}
        return job.parse(shop.data(look=look, **more), folder)

    def test_of_the_look(self, shop, tmp_path):
        def of(weights: str | None) -> str:
            made = self.job(shop, tmp_path, weights)
            return fingerprint.of_settings(made, inputs.check(made).digests, [])

        first = self.made(tmp_path / "one.safetensors")
        self.made(tmp_path / "elsewhere/two.safetensors")
        self.made(tmp_path / "other.safetensors", value=1.0)
        self.made(tmp_path / "store/vgg19.safetensors")
        assert first in inputs.check(self.job(shop, tmp_path)).digests
        assert of(None) == of("one.safetensors") == of("elsewhere/two.safetensors")
        assert of(None) != of("other.safetensors")
        assert of(None) == of(str(tmp_path / "one.safetensors"))

    def test_of_the_flow(self, shop, tmp_path):
        self.made(tmp_path / "store/vgg19.safetensors")
        mine = self.made(tmp_path / "raft.safetensors", "raft-small", 2.0)
        raft = {"flow": "raft-small", "flow_weights": "raft.safetensors"}
        assert mine in inputs.check(self.job(shop, tmp_path, coherence=raft)).digests
        for flow in ("raft-small", "raft-large"):
            with pytest.raises(InputError, match=f"core weights get {flow}"):
                inputs.check(self.job(shop, tmp_path, coherence={"flow": flow}))
        with pytest.raises(InputError, match="holds the weights of raft-small, not of raft-large"):
            inputs.check(self.job(shop, tmp_path, coherence={**raft, "flow": "raft-large"}))

        def digests(look: dict[str, object], **coherence: object) -> int:
            data = shop.data(look=look, coherence={"flow": "raft-small", **coherence})
            return len(inputs.check(job.parse(data, tmp_path)).digests)

        patch = {"name": "patch", "styles": [{"path": str(shop.style)}]}
        assert digests(patch, flow_weights="raft.safetensors") == 2
        assert digests(patch, enabled=False) == 1, "nothing follows any motion"
        assert digests({"name": "identity"}) == 0
        painting = {"frame": 1, "path": str(shop.style)}
        keyed = {"name": "patch", "keyframes": [painting]}
        assert digests(keyed, flow_weights="raft.safetensors", enabled=False) == 2

    def test_missing_ones_are_told_before_there_are_plates(self, shop, tmp_path, capsys):
        job.save(self.job(shop, tmp_path), tmp_path)
        assert main(["check", str(tmp_path)]) == 2
        (line,) = capsys.readouterr().out.splitlines()
        assert "python -m core weights get vgg19" in json.loads(line)["message"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json", "style.png"]
        with pytest.raises(InputError, match=r"no file of weights at .*gone\.pth"):
            inputs.check(self.job(shop, tmp_path, "gone.pth"))

    def test_they_are_found_without_torch(self, shop, tmp_path):
        self.made(tmp_path / "store/vgg19.safetensors")
        job.save(self.job(shop, tmp_path), tmp_path)
        code = (
            "import sys; from core.__main__ import main; "
            f"sys.exit(main(['check', {str(tmp_path)!r}]) or 'torch' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
        assert done.returncode == 0
