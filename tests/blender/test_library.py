"""The style library, moving a style by its grip, and thumbnails where nobody sees any."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest

from tests.blender import recording


@pytest.fixture
def library(extension):
    from ecset.operators import library

    library.forget()
    yield library
    library.forget()


@pytest.fixture
def settings(timeline):
    timeline.save()
    return timeline.scene.ecset


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("b.JPG", "A.png", "c.webp", ".hidden.png", "notes.txt", "movie.mp4"):
        (folder / name).write_bytes(b"")
    (folder / "inside").mkdir()
    return folder


def names(settings) -> list[str]:
    return [bpy.path.basename(style.path) for style in settings.styles]


# The folder.


def test_pictures_by_the_alphabet(library, folder):
    assert library.pictures(str(folder)).names == ("A.png", "b.JPG", "c.webp")


def test_it_is_not_looked_at_every_time(library, folder, monkeypatch):
    before = library.pictures(str(folder))
    (folder / "d.png").write_bytes(b"")
    assert library.pictures(str(folder)) is before
    monkeypatch.setattr(library, "_SECONDS", 0.0)
    assert "d.png" in library.pictures(str(folder)).names


def test_a_folder_that_shows_nothing(library, tmp_path, folder):
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, sentence in (
        (empty, "There are no pictures in this folder: choose another, or fill it"),
        (tmp_path / "gone", "The folder is not there: choose another"),
        (folder / "notes.txt", "This is a file: choose a folder of pictures"),
    ):
        assert library.pictures(str(path)) == library.Listing((), sentence)


# Taking a picture.


def test_the_first_one(settings, folder, tmp_path):
    assert bpy.ops.ecset.use_picture(path=str(folder / "A.png")) == {"FINISHED"}
    assert [style.path for style in settings.styles] == ["//pictures/A.png"]


def test_it_takes_the_place_of_the_chosen_one(settings, folder):
    for name in ("x.png", "y.png"):
        settings.styles.add().path = f"//{name}"
    settings.active_style, settings.styles[0].weight = 0, 2.5
    settings.styles[0].mask = "//mask.png"
    bpy.ops.ecset.use_picture(path=str(folder / "A.png"))
    assert names(settings) == ["A.png", "y.png"]
    assert (settings.styles[0].weight, settings.styles[0].mask) == (2.5, "//mask.png")


def test_it_is_added(settings, folder):
    for name in ("A.png", "b.JPG"):
        bpy.ops.ecset.use_picture(path=str(folder / name), add=True)
    assert (names(settings), settings.active_style) == (["A.png", "b.JPG"], 1)


def test_no_more_than_the_engine_takes(settings, folder):
    for _ in range(16):
        settings.styles.add().path = "//a.png"
    with pytest.raises(RuntimeError, match="No more than 16 styles"):
        bpy.ops.ecset.use_picture(path=str(folder / "A.png"), add=True)
    assert len(settings.styles) == 16


# What is drawn of it.


@pytest.fixture
def draw(library, timeline, monkeypatch):
    """The panel with a folder as the library."""
    import ecset.panels.library as panel

    def drawn(folder: str, width: int = 250) -> recording.Layout:
        preferences = SimpleNamespace(
            library=folder, bl_rna=SimpleNamespace(properties={"library"})
        )
        monkeypatch.setattr(panel, "preferences", lambda: preferences)
        return recording.draw(panel.ECSET_PT_library, recording.context(timeline.scene, width))

    return drawn


def test_none_is_chosen(draw):
    assert "Choose a folder of pictures" in " ".join(draw("").texts)


def test_a_missing_folder_is_one_sentence(draw, tmp_path):
    layout = draw(str(tmp_path / "gone"))
    assert " ".join(layout.texts) == "The folder is not there: choose another"
    assert not layout.operators


def test_a_few_pictures(draw, folder, timeline):
    timeline.scene.ecset.styles.add().path = str(folder / "b.JPG")
    layout = draw(str(folder))
    buttons = [a for name, a in layout.seen if name == "operator"]
    assert [b["text"] for b in buttons] == ["A", "b", "c"]
    assert [b["depress"] for b in buttons] == [False, True, False]
    assert "search" not in layout.properties


@pytest.mark.parametrize("width", [250, 320, 600])
def test_thousands_of_pictures_are_a_page(width, draw, tmp_path):
    for number in range(2000):
        (tmp_path / f"p{number:04}.png").write_bytes(b"")
    manager = bpy.context.window_manager
    layout = draw(str(tmp_path), width)
    first = layout.operators.count("ecset.use_picture")
    assert 4 <= first <= 40
    assert "search" in layout.properties
    bpy.ops.ecset.turn_page(page=10_000)  # as when pictures went since
    assert 0 < draw(str(tmp_path), width).operators.count("ecset.use_picture") <= first
    manager.ecset_library.search = "P199"
    assert draw(str(tmp_path), width).operators.count("ecset.use_picture") == min(first, 10)
    manager.ecset_library.search = "nothing"
    assert "No picture has this in its name" in draw(str(tmp_path), width).texts
    manager.ecset_library.search, manager.ecset_library.page = "", 0


def test_thumbnails_in_the_background(extension, folder):
    from ecset.panels import thumbnails

    assert thumbnails.icon(str(folder / "A.png")) == 0
    assert thumbnails.is_there(str(folder / "A.png"))
    assert not thumbnails.is_there(str(folder / "gone.png"))


# The grip.


class Hand:
    """A mouse that drags: the operator without a window."""

    def __init__(self, settings, index: int) -> None:
        from ecset.operators.drag_style import ECSET_OT_drag_style as Operator

        self.window = SimpleNamespace(
            cursor_modal_set=lambda _: None, cursor_modal_restore=lambda: None
        )
        self.context = SimpleNamespace(
            scene=settings.id_data,
            sequencer_scene=settings.id_data,
            preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
            window=self.window,
            window_manager=SimpleNamespace(modal_handler_add=lambda _: None, windows=[]),
        )
        self.operator = SimpleNamespace(index=index)
        for name in ("_move", "_put_back", "_end"):
            bound = vars(Operator)[name].__get__(self.operator)
            setattr(self.operator, name, bound)
        self._modal = vars(Operator)["modal"]
        assert vars(Operator)["invoke"](self.operator, self.context, self.event(500)) == {
            "RUNNING_MODAL"
        }

    @staticmethod
    def event(y: int = 0, kind: str = "MOUSEMOVE", value: str = "NOTHING") -> SimpleNamespace:
        return SimpleNamespace(mouse_y=y, type=kind, value=value)

    def move(self, y: int) -> None:
        assert self._modal(self.operator, self.context, self.event(y)) == {"RUNNING_MODAL"}

    def press(self, kind: str) -> set[str]:
        return self._modal(self.operator, self.context, self.event(0, kind, "PRESS"))


@pytest.fixture
def abcd(settings):
    for name in "abcd":
        settings.styles.add().path = f"//{name}"
    return settings


def test_a_row_goes_where_the_mouse_goes(abcd):
    hand = Hand(abcd, 0)
    hand.move(495)  # not yet half a row
    assert names(abcd) == ["a", "b", "c", "d"]
    hand.move(458)
    assert names(abcd) == ["b", "c", "a", "d"]
    hand.move(100)  # far below the list
    assert names(abcd) == ["b", "c", "d", "a"]
    hand.move(478)
    assert hand.press("LEFTMOUSE") == {"FINISHED"}
    assert (names(abcd), abcd.active_style) == (["b", "a", "c", "d"], 1)


def test_keys_do_as_well(abcd):
    hand = Hand(abcd, 3)
    assert hand.press("UP_ARROW") == hand.press("UP_ARROW") == {"RUNNING_MODAL"}
    hand.press("DOWN_ARROW")
    assert hand.press("RET") == {"FINISHED"}
    assert names(abcd) == ["a", "b", "d", "c"]


@pytest.mark.parametrize("key", ["ESC", "RIGHTMOUSE"])
def test_it_is_put_back(abcd, key):
    abcd.active_style = 2
    hand = Hand(abcd, 0)
    hand.move(440)
    assert hand.press(key) == {"CANCELLED"}
    assert (names(abcd), abcd.active_style) == (["a", "b", "c", "d"], 2)


def test_nothing_moved_is_no_step_of_undo(abcd):
    hand = Hand(abcd, 1)
    assert hand.press("LEFTMOUSE") == {"CANCELLED"}


def test_the_list_is_emptied_meanwhile(abcd):
    hand = Hand(abcd, 3)
    abcd.styles.clear()
    assert hand._modal(hand.operator, hand.context, hand.event(400)) == {"CANCELLED"}
