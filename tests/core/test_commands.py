"""`style` and `shot`: what a person asks for on the command line becomes a job, or one sentence."""

from __future__ import annotations

import contextlib
import io
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import frames, invocation, job, request, sequence
from core.__main__ import main
from core.errors import InputError
from core.job import FrameRange
from tests.core.pictures import panned
from tests.core.runs import Ended, results_of_a_killed_run


class Said(Ended):
    """A command that is over, as a person or a program sees it."""

    def __init__(self, status: int, out: str, err: str) -> None:
        super().__init__(status, out if out.startswith("{") else "", err)
        self.out = out

    @property
    def sentence(self) -> str:
        """What was wrong, in one line."""
        assert self.status == 2
        assert self.out == ""
        (line,) = self.stderr.splitlines()
        return line.removeprefix("ecset: ")


class Caught(io.StringIO):
    """What goes to a stream."""


def called(*arguments: object) -> Said:
    """The command line in this process."""
    out, err = Caught(), Caught()
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {number: signal.getsignal(number) for number in numbers}
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([str(argument) for argument in arguments])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Said(status, out.getvalue(), err.getvalue())


def written(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


class Studio:
    """A folder with a style, a picture and a shot of four frames."""

    def __init__(self, shop) -> None:
        self.folder, self.style = shop.folder, shop.style
        self.picture = self.folder / "picture.png"
        plates = panned(4)
        frames.write(frames.Picture(plates[0]), self.picture, 8, "picture")
        self.plates = self.folder / "plates"
        for number, plate in enumerate(plates, start=8):
            frames.write(frames.Picture(plate), self.plate(number), 8, "plate")

    def plate(self, number: int) -> Path:
        return self.plates / f"frame_{number:04d}.png"

    @property
    def pattern(self) -> str:
        return str(self.plates / "frame_####.png")

    def paint(self, *options: object, content: Path | None = None, to: str = "out.png") -> Said:
        common = ("--style", self.style, "--device", "cpu", "--output", self.folder / to)
        return called("style", "--content", content or self.picture, *common, *options)

    def shoot(self, *options: object, named: tuple | None = None, to: str = "painted") -> Said:
        common = ("--style", self.style, "--device", "cpu", "--output", self.folder / to)
        return called("shot", *(named or (self.pattern,)), *common, *options)

    def start_to_shoot(self) -> subprocess.Popen[str]:
        """The same in a process of its own, which can be ended."""
        command = invocation.child("shot", self.pattern, "--style", str(self.style))
        return subprocess.Popen(
            [*command, "--device", "cpu", "--output", str(self.folder / "painted")],
            cwd=invocation.ROOM,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def refused(self, said: Said, before: dict[str, bytes]) -> str:
        """The sentence, when nothing has changed."""
        assert written(self.folder) == before
        return said.sentence


@pytest.fixture
def studio(shop) -> Studio:
    return Studio(shop)


class TestStyle:
    def test_paints_as_a_job_of_that_picture_does(self, studio, shop):
        said = studio.paint("--seed", 3)
        assert said.status == 0
        assert said.out.startswith(f"{studio.folder / 'out.png'}: 64×48, painted in ")
        folder = shop.job("job", panned(4)[:1], seed=3)
        assert called("run", folder, "--device", "cpu").status == 0
        painted, of_job = (
            frames.read(path).rgb
            for path in (studio.folder / "out.png", folder / "frames/ecset_0001.png")
        )
        assert np.array_equal(painted, of_job)

    def test_leaves_nothing_else(self, studio):
        before = set(written(studio.folder))
        studio.paint()
        assert set(written(studio.folder)) == before | {"out.png"}

    def test_into_a_new_folder(self, studio):
        assert studio.paint(to="new/folder/out.png").status == 0
        assert frames.read(studio.folder / "new/folder/out.png").size == (48, 64)

    def test_another_size_keeps_the_proportions(self, studio):
        studio.paint("--size", 96)
        assert frames.read(studio.folder / "out.png").size == (72, 96)

    def test_alpha_and_bits_are_kept(self, studio):
        alpha = np.zeros((48, 64), np.float32)
        alpha[:, :40] = 1
        content = studio.folder / "cut.exr"
        frames.write(frames.Picture(panned(1)[0], alpha), content, 16, "plate")
        assert studio.paint("--size", 48, content=content, to="out.exr").status == 0
        painted = frames.read(studio.folder / "out.exr")
        assert painted.size == (36, 48)
        assert painted.alpha is not None
        assert painted.alpha[:, :29].min() == 1
        assert painted.alpha[:, 31:].max() == 0
        assert studio.paint("--format", "PNG16", content=content, to="deep.png").status == 0
        assert Image.open(studio.folder / "deep.png").mode == "RGBA"

    def test_a_photo_is_turned_upright(self, studio):
        photo = studio.folder / "photo.jpg"
        exif = Image.Exif()
        exif[0x0112] = 6  # lies on its side
        Image.open(studio.picture).save(photo, exif=exif)
        studio.paint(content=photo)
        assert frames.read(studio.folder / "out.png").size == (64, 48)

    def test_strength_and_weights_count(self, studio):
        studio.paint("--strength", 0)
        none = frames.read(studio.folder / "out.png").rgb
        assert np.array_equal(none, frames.read(studio.picture).rgb)
        other = studio.folder / "other.png"
        frames.write(frames.Picture(panned(1)[0].transpose(1, 0, 2)), other, 8, "style")
        studio.paint("--style", f"{other}:0", to="zero.png")
        studio.paint("--style", f"{other}:9", to="nine.png")
        zero, nine = (frames.read(studio.folder / name).rgb for name in ("zero.png", "nine.png"))
        assert not np.array_equal(zero, nine)

    def test_events_for_programs(self, studio):
        said = studio.paint("--json")
        assert [event["event"] for event in said.events] == ["started", "frame", "finished"]
        assert said.events[1]["path"] == str(studio.folder / "out.png")
        again = studio.paint("--json")
        assert [event["event"] for event in again.events] == ["finished"]
        assert studio.paint("--json", "--seed", "x").error.startswith("--seed should be")

    def test_the_same_request_again_is_done_at_once(self, studio):
        studio.paint()
        before = written(studio.folder)
        said = studio.paint()
        assert said.status == 0
        assert said.out == f"{studio.folder / 'out.png'} is painted already.\n"
        assert written(studio.folder) == before

    def test_another_request_needs_a_word(self, studio):
        studio.paint()
        before = written(studio.folder)
        assert "add --replace" in studio.refused(studio.paint("--seed", 2), before)
        assert studio.paint("--seed", 2, "--replace").status == 0
        assert written(studio.folder)["out.png"] != before["out.png"]

    def test_a_persons_file_is_never_replaced(self, studio):
        Image.open(studio.picture).save(studio.folder / "out.png")
        before = written(studio.folder)
        assert "Ecset did not write it" in studio.refused(studio.paint("--replace"), before)

    def test_nor_is_the_picture_itself(self, studio):
        before = written(studio.folder)
        said = studio.paint("--replace", to="picture.png")
        assert "painted over itself" in studio.refused(said, before)

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--strength", 2), "--strength should be less than or equal to 1, not 2."),
            (("--seed", -1), "--seed should be greater than or equal to 0, not -1."),
            (("--detail", "much"), "--detail should be a valid number, not 'much'."),
            (("--set", "variety=9"), "--set variety should be less than or equal to 4, not 9."),
            (
                ("--set", "flp=true"),
                "--set flp is not a field of a job with the look 'patch'; flip may be meant.",
            ),
            (("--set", "variety"), "--set takes NAME=VALUE, such as variety=2, not 'variety'."),
            (
                ("--quality", "fine"),
                "--quality is not a field of a job with the look 'patch'.",
            ),
            (("--look", "oil"), "--look should be 'patch', 'neural' or 'identity', not 'oil'."),
            (("--size", 3), "--size must be from 32 to 16384 pixels, not 3."),
            (("--format", "EXR"), "With --format EXR the output must end in .exr."),
            (("--weights", "w"), "The look patch has no weights; leave out --weights."),
            (("--set", "coherence.weight=1"), "A single picture has no coherence to set."),
            (("--memory", 0), "The memory for painting a frame must be 1 MiB or more, not 0."),
        ],
    )
    def test_bad_values_in_the_words_of_a_job(self, studio, options, sentence):
        before = written(studio.folder)
        assert studio.refused(studio.paint(*options), before) == sentence

    def test_bad_files(self, studio):
        before = written(studio.folder)
        gone = studio.folder / "gone.png"
        text = studio.folder / "job.txt"
        for said, part in (
            (studio.paint(content=gone), f"The picture {gone} does not exist."),
            (studio.paint(content=gone.with_suffix(".jpg")), "gone.jpg does not exist."),
            (studio.paint(content=studio.plates), "is a folder"),
            (studio.paint("--style", gone), f"The style picture {gone} does not exist."),
            (studio.paint(to="out.jpg"), "must end in .png or .exr."),
            (studio.paint(to="plates"), "must end in .png or .exr."),
            (studio.paint(to="style.png/out.png"), "can't be written"),
        ):
            assert part in studio.refused(said, before)
        text.write_text("not a picture")
        before = written(studio.folder)
        assert "no picture that can be read" in studio.refused(studio.paint(content=text), before)

    def test_no_style(self, studio):
        said = called("style", "--content", studio.picture, "--output", studio.folder / "a.png")
        assert said.sentence == "There is no style to paint in: name a picture with --style."


class TestShot:
    def test_is_a_job_like_any_other(self, studio):
        said = studio.shoot()
        assert said.status == 0
        painted = studio.folder / "painted"
        assert said.out.startswith(f"{painted / 'frames'}: 4 frames painted in ")
        the_job = job.load(painted)
        assert the_job.frames == FrameRange(first=8, last=11)
        assert the_job.coherence.enabled
        assert the_job.coherence.method == "anchored"
        assert sorted(file.name for file in (painted / "frames").iterdir()) == [
            f"ecset_{number:04d}.png" for number in range(8, 12)
        ]
        assert called("measure", painted, "--device", "cpu").status == 0
        assert called("sheet", painted, "--output", studio.folder / "sheet.png").status == 0
        assert called("run", painted, "--device", "cpu").all("finished")

    def test_files_as_a_shell_lists_them_are_the_same(self, studio):
        studio.shoot("--prepare")
        studio.shoot("--prepare", named=tuple(studio.plates.iterdir()), to="listed")
        studio.shoot("--prepare", named=(studio.plates / "*.png",), to="unexpanded")
        one, two, three = (
            (studio.folder / name / "job.json").read_bytes()
            for name in ("painted", "listed", "unexpanded")
        )
        assert one == two == three
        assert not (studio.folder / "painted/frames").exists()

    def test_what_is_asked_for_stands_in_the_job(self, studio):
        studio.shoot(
            *("--prepare", "--frames", "9-10", "--format", "EXR", "--seed", 5, "--strength", 0.5),
            *("--coherence-method", "short", "--flow", "dis-fast", "--segment", 48),
            *("--overlap", 2, "--set", "coherence.weight=2"),
            *("--detail", 0.7, "--set", "rotate=true"),
        )
        the_job = job.load(studio.folder / "painted")
        assert str(the_job.frames) == "9-10"
        assert (the_job.output.format, the_job.output.depth) == ("EXR", 16)
        assert (the_job.seed, the_job.strength) == (5, 0.5)
        coherence = the_job.coherence
        assert (coherence.method, coherence.flow, coherence.segment) == ("short", "dis-fast", 48)
        assert (coherence.overlap, coherence.weight) == (2, 2)
        assert (the_job.look.settings.detail, the_job.look.settings.rotate) == (0.7, True)

    def test_each_frame_for_itself(self, studio):
        studio.shoot("--prepare", "--no-coherence")
        assert not job.load(studio.folder / "painted").coherence.enabled

    def test_killed_and_called_again(self, studio):
        whole = studio.folder / "whole"
        studio.shoot(to="whole")
        painted = studio.folder / "painted"
        process = studio.start_to_shoot()
        while not (painted / "frames").exists() or not results_of_a_killed_run(painted):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.communicate()
        before = len(results_of_a_killed_run(painted))
        said = studio.shoot()
        assert said.status == 0
        if before < 4:
            assert f", {before} were there." in said.out
        for number in range(8, 12):
            name = f"frames/ecset_{number:04d}.png"
            assert (painted / name).read_bytes() == (whole / name).read_bytes()

    def test_stopped_it_says_how_to_go_on(self, studio):
        process = studio.start_to_shoot()
        while not (studio.folder / "painted/job.json").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert err == "ecset: Stopped; the same command goes on with it.\n"

    def test_a_bar_on_a_terminal(self, studio, monkeypatch):
        monkeypatch.setattr(Caught, "isatty", lambda _: True)
        said = studio.shoot("--frames", "8-9")
        assert "100%" in said.stderr
        assert said.out.endswith(" s.\n")
        assert "100%" not in studio.shoot("--frames", "8-9", "--json").stderr

    def test_the_same_again(self, studio):
        studio.shoot()
        before = written(studio.folder)
        assert "all is painted already." in studio.shoot().out
        assert written(studio.folder) == before

    def test_another_job_in_that_folder_needs_a_word(self, studio):
        studio.shoot()
        before = written(studio.folder)
        sentence = studio.refused(studio.shoot("--seed", 2, "--frames", "8-9"), before)
        assert "holds another job: another frames and seed" in sentence
        assert "`python -m core run" in sentence
        assert studio.shoot("--seed", 2, "--replace").status == 0
        after = written(studio.folder)
        assert after["painted/frames/ecset_0008.png"] != before["painted/frames/ecset_0008.png"]

    def test_a_folder_of_somebody_else(self, studio):
        (studio.folder / "painted").mkdir()
        assert studio.shoot("--prepare").status == 0  # empty: anyone's
        (studio.folder / "painted/ecset.json").write_text("{}")
        before = written(studio.folder)
        assert "Blender made" in studio.refused(studio.shoot("--replace"), before)
        assert "is not empty" in studio.refused(studio.shoot("--replace", to="plates"), before)
        assert "is a file" in studio.refused(studio.shoot(to="style.png"), before)

    def test_gaps(self, studio):
        studio.plate(9).unlink()
        before = written(studio.folder)
        sentence = studio.refused(studio.shoot(), before)
        assert "are missing: 9; there are 8, 10-11." in sentence
        assert "are missing: 12-14;" in studio.refused(studio.shoot("--frames", "10-14"), before)
        assert studio.shoot("--frames", "10-11", "--prepare").status == 0

    def test_two_sizes(self, studio):
        frames.write(frames.Picture(panned(1, 40, 64)[0]), studio.plate(10), 8, "plate")
        before = written(studio.folder)
        assert "must have one size" in studio.refused(studio.shoot(), before)

    def test_a_damaged_frame(self, studio):
        studio.plate(10).write_bytes(studio.plate(10).read_bytes()[:100])
        before = written(studio.folder)
        assert "cut off or damaged" in studio.refused(studio.shoot(), before)

    def test_bad_values_in_the_words_of_a_job(self, studio, monkeypatch):
        for variable in ("ECSET_WEIGHTS", "TORCH_HOME"):
            monkeypatch.setenv(variable, str(studio.folder / "none"))
        before = written(studio.folder)
        for options, part in (
            (("--coherence-method", "best"), "--coherence-method should be 'anchored', "),
            (("--segment", 1), "--segment should be greater than or equal to 2, not 1."),
            (("--segment", 3), "--overlap (4) must be less than --segment (3)."),
            (("--set", "coherence.passes=1"), "--set coherence.passes should be greater than or"),
            (
                ("--set", "coherence.blent=1"),
                "--set coherence.blent is not a field of a job; blend",
            ),
            (("--flow", "raft-small"), "or name a file of them by --flow-weights FILE."),
            (("--flow", "raft-small", "--flow-weights", studio.style), "style.png"),
            (("--flow", "raft"), "--flow should be 'dis', "),
            (("--frames", "9-8"), "run backwards"),
            (("--frames", "all"), "must be given as A-B"),
            (("--look", "neural", "--weights", "gone"), "gone"),
        ):
            assert part in studio.refused(studio.shoot(*options), before)


class TestSequence:
    """Which frames are meant by what was typed."""

    @pytest.fixture
    def touch(self, tmp_path):
        def touch(*names: str) -> list[str]:
            for name in names:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).touch()
            return [str(tmp_path / name) for name in names]

        return touch

    @pytest.mark.parametrize(
        ("names", "pattern", "frames"),
        [
            (["a_001.png", "a_002.png"], "a_###.png", "1-2"),
            (["a9.png", "a10.png", "a11.png"], "a#.png", "9-11"),
            (["s1_v2_0999.exr", "s1_v2_1000.exr"], "s1_v2_####.exr", "999-1000"),
            (["0007.v3.png", "0008.v3.png"], "####.v3.png", "7-8"),
            (["shot_12.png"], "shot_##.png", "12-12"),
            (["take#3/a_1.png", "take#3/a_2.png"], "take#3/a_#.png", "1-2"),
        ],
    )  # fmt: skip
    def test_a_list(self, touch, tmp_path, names, pattern, frames):
        found, which = sequence.find(touch(*names)[::-1], None)
        assert found == str(tmp_path / pattern)
        assert str(which) == frames

    def test_a_pattern_takes_its_own_and_negative_numbers(self, touch, tmp_path):
        touch("a_-001.png", "a_0000.png", "a_0001.png", "a_2.png", "a_0002.jpg", "b_0002.png")
        _, which = sequence.find([str(tmp_path / "a_####.png")], None)
        assert str(which) == "-1-1"

    @pytest.mark.parametrize(
        ("names", "part"),
        [
            (["a_1.png", "b_1.png"], "are no frames of one shot"),
            (["a_1.png", "x/a_2.png"], "are no frames of one shot"),
            (["a_1_1.png", "a_2_2.png"], "are no frames of one shot"),
            (["a_1.png", "a_02.png"], "numbers of different lengths"),
            (["a.png"], "has no number in its name"),
            (["a_1.mov"], "is a film"),
        ],
    )
    def test_what_is_no_shot(self, touch, names, part):
        with pytest.raises(InputError, match=part):
            sequence.find(touch(*names), None)

    def test_what_is_not_there(self, tmp_path):
        for named, part in (
            ("gone/a_####.png", "can't be read"),
            ("a_####.png", "There are no frames"),
            ("a_#_#.png", "one run of #"),
            ("*.png", "There are no frames"),
            ("a_0001.png", "does not exist"),
            (".", "is a folder"),
        ):
            with pytest.raises(InputError, match=part):
                sequence.find([str(tmp_path / named)], None)


class TestHowItIsCalled:
    @pytest.mark.parametrize(
        ("program", "name"),
        [
            ("/usr/bin/ecset", "ecset"),
            ("ecset.exe", "ecset"),
            ("/there/core/__main__.py", "python -m core"),
            ("/bin/pytest", "python -m core"),
        ],
    )
    def test_help_and_sentences_name_that(self, monkeypatch, capsys, program, name):
        monkeypatch.setattr(sys, "argv", [program])
        assert invocation.command() == name
        with pytest.raises(SystemExit):
            main(["--help"])
        assert capsys.readouterr().out.startswith(f"usage: {name} ")

    def test_children_know(self, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["ecset"])
        monkeypatch.setattr("os.environ", invocation.environment())
        monkeypatch.setattr(sys, "argv", ["__main__.py"])
        assert invocation.command() == "ecset"


def test_the_page_names_options_that_there_are(capsys):
    page = (invocation.ROOM / "docs/command-line.md").read_text(encoding="utf-8")
    known = {"--require-hashes", "--no-deps", "--torch-backend", "--no-index", "--find-links"}
    for command in ("style", "shot", "run", "measure", "sheet", "doctor"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        known |= set(re.findall(r"--[a-z][a-z0-9-]+", capsys.readouterr().out))
    assert set(re.findall(r"--[a-z][a-z0-9-]+", page)) <= known


def test_every_setting_with_an_option_is_one_of_a_look():
    from core.look import NeuralSettings, PatchSettings

    known = {*PatchSettings.model_fields, *NeuralSettings.model_fields}
    assert set(request._SETTINGS) <= known
