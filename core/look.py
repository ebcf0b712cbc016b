"""What a job says of its look: with what a frame is painted, and how."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Tag, model_validator

from .part import EACH, ONE, ONE_OR_EACH, Part, PicturePath

Weight = Annotated[float, Field(ge=0.0, le=1000.0)]
Weights = Annotated[Annotated[Weight, Tag(ONE)] | Annotated[list[Weight], Tag(EACH)], ONE_OR_EACH]


class Style(Part):
    """A style picture and how much it counts beside the others.

    weight: relative to theirs, 0 to be left out; or a list of it for each frame; mask: where in the
    frame it is used, grey from 0 to 1: one picture, or one for each frame (#).
    """

    path: str = Field(min_length=1)
    weight: Weights = 1.0
    mask: PicturePath | None = None


class Keyframe(Part):
    """A frame of the shot that was painted by hand."""

    frame: int
    path: str = Field(min_length=1)


class Guide(Part):
    """One more thing that steers the choice of patches: depth, normals, who is who.

    path: what it is in the frame: one picture, or one for each frame (#). styles: for each style
    the picture that stands for it there, None where that is derived; empty if all are.
    """

    path: PicturePath
    weight: float = Field(default=1.0, gt=0.0, le=1000.0)
    styles: list[Annotated[str, Field(min_length=1)] | None] = []


class PatchSettings(Part):
    """Settings of the look ``patch`` (:mod:`core.looks.patch`).

    style_scale: size of the brushwork; 1 lays the style's long side over the plate's.
    guide_weight: how strongly the plate's light and dark steer the choice of patches.
    colour_weight: how strongly the plate's colours, brought into the style's palette, steer it,
        relative to light and dark; 0 leaves all colour to chance and the style.
    detail: 0 paints with broad strokes, 1 with the finest that the style has.
    palette: 1 takes the style's colours, 0 keeps the plate's; in between mixes the two.
    variety: how strongly it counts against a patch of the style that it is used a lot already;
        0 lets the same few stand everywhere.
    rotate: patches of the style may be turned by quarter turns.
    flip: patches of the style may be mirrored.
    """

    style_scale: float = Field(default=1.0, ge=0.2, le=4.0)
    guide_weight: float = Field(default=1.5, ge=0.0, le=20.0)
    colour_weight: float = Field(default=0.9, ge=0.0, le=20.0)
    detail: float = Field(default=0.5, ge=0.0, le=1.0)
    palette: float = Field(default=1.0, ge=0.0, le=1.0)
    variety: float = Field(default=1.0, ge=0.0, le=4.0)
    rotate: bool = False
    flip: bool = False


class PatchLook(Part):
    """Guided patch synthesis: paint without any pretrained weights.

    It learns from style pictures, or from frames of this shot that were painted by hand.
    """

    coherent: ClassVar[bool] = True
    keeps_flow: ClassVar[bool] = False

    name: Literal["patch"]
    styles: list[Style] = Field(default=[], max_length=16)
    keyframes: list[Keyframe] = Field(default=[], max_length=256)
    guides: list[Guide] = Field(default=[], max_length=8)
    settings: PatchSettings = PatchSettings()

    @model_validator(mode="after")
    def _consistent(self) -> PatchLook:
        if bool(self.styles) == bool(self.keyframes):
            raise ValueError(
                "look.styles and look.keyframes can't both be given; leave one of them empty"
                if self.styles
                else "look.styles must hold one picture at least, or look.keyframes one painting"
            )
        numbers = [keyframe.frame for keyframe in self.keyframes]
        for number in numbers:
            if numbers.count(number) > 1:
                raise ValueError(f"look.keyframes has frame {number} twice; leave one of them")
        for index, guide in enumerate(self.guides):
            if guide.styles and self.keyframes:
                raise ValueError(
                    f"look.guides.{index}.styles must be empty with keyframes: the guide at "
                    "their frames is what stands on their side"
                )
            if guide.styles and len(guide.styles) != len(self.styles):
                raise ValueError(
                    f"look.guides.{index}.styles must be empty or have one entry for each style: "
                    f"{len(self.styles)}, not {len(guide.styles)}"
                )
        return self


# The layers of VGG-19 that losses can look at, by the names of Simonyan & Zisserman 2015.
Layer = Literal[
    "conv1_1", "conv1_2",
    "conv2_1", "conv2_2",
    "conv3_1", "conv3_2", "conv3_3", "conv3_4",
    "conv4_1", "conv4_2", "conv4_3", "conv4_4",
    "conv5_1", "conv5_2", "conv5_3", "conv5_4",
]  # fmt: skip
LayerWeight = Annotated[float, Field(gt=0.0, le=1e6)]


class NeuralSettings(Part):
    """Settings of the look ``neural`` (:mod:`core.looks.neural`).

    style_scale: size of the brushwork; 1 lays the style's long side over the plate's.
    content_weight, style_weight: of the two terms.
    content_layers, style_layers: which layers they look at, and how much each counts.
    tv_weight, tv: of the total variation, and its form: of absolute or of squared differences.
    colours: ``style`` takes the style's; ``luminance`` keeps the plate's and takes only light and
        dark from the paint; ``histogram`` and ``linear`` give the style the plate's colours first,
        value by value or by mean and covariance.
    start: what a first frame begins from; later ones begin from earlier results.
    optimiser: ``lbfgs``, or ``adam``, which comes less far in as many iterations.
    quality: how many sizes and iterations, from ``draft`` over ``normal`` to ``fine``.
    iterations: instead, those for each size, coarse to fine, each twice as large as the one before;
        null for the quality's.
    later: the share of iterations that is left for a frame that begins from earlier results.
    settled: iterations end early when the loss falls by less than this share over ten of them;
        0 never ends early.
    pooling: the network's, ``max`` as it was trained or ``average``.
    """

    style_scale: float = Field(default=1.0, ge=0.2, le=4.0)
    content_weight: float = Field(default=1.0, ge=0.0, le=1e6)
    style_weight: float = Field(default=1.0, ge=0.0, le=1e6)
    content_layers: dict[Layer, LayerWeight] = {"conv4_2": 1.0}
    style_layers: dict[Layer, LayerWeight] = {
        "conv1_1": 1.0, "conv2_1": 1.0, "conv3_1": 1.0, "conv4_1": 1.0, "conv5_1": 1.0,
    }  # fmt: skip
    tv_weight: float = Field(default=1.0, ge=0.0, le=1e6)
    tv: Literal["squared", "absolute"] = "squared"
    colours: Literal["style", "luminance", "histogram", "linear"] = "style"
    start: Literal["plate", "noise"] = "plate"
    optimiser: Literal["lbfgs", "adam"] = "lbfgs"
    quality: Literal["draft", "normal", "fine"] = "normal"
    iterations: list[Annotated[int, Field(ge=0, le=10000)]] | None = Field(
        default=None, min_length=1, max_length=8
    )
    later: float = Field(default=0.5, gt=0.0, le=1.0)
    settled: float = Field(default=0.002, ge=0.0, lt=1.0)
    pooling: Literal["max", "average"] = "max"

    @model_validator(mode="after")
    def _something_to_do(self) -> NeuralSettings:
        if not (self.content_weight or self.style_weight):
            raise ValueError(
                "look.settings.content_weight and look.settings.style_weight are both 0; give one "
                "of them a weight"
            )
        for term, weight, layers in (
            ("content", self.content_weight, self.content_layers),
            ("style", self.style_weight, self.style_layers),
        ):
            if weight and not layers:
                raise ValueError(
                    f"look.settings.{term}_layers must name one layer at least, or "
                    f"look.settings.{term}_weight be 0"
                )
        if self.iterations is not None and not any(self.iterations):
            raise ValueError("look.settings.iterations must have one above 0")
        return self


class NeuralLook(Part):
    """Optimisation in the feature space of VGG-19 (Gatys et al. 2016).

    weights: a file of the network's weights; null takes those that were got
    (``python -m core weights get vgg19``). It is not part of what a frame is known by, its contents
    are.
    """

    coherent: ClassVar[bool] = True
    keeps_flow: ClassVar[bool] = True  # beside minutes for a frame, its motion is worth the disk
    keyframes: ClassVar[list[Keyframe]] = []
    guides: ClassVar[list[Guide]] = []

    name: Literal["neural"]
    styles: list[Style] = Field(min_length=1, max_length=16)
    weights: Annotated[str, Field(min_length=1)] | None = None
    settings: NeuralSettings = NeuralSettings()


class IdentitySettings(Part):
    """The look ``identity`` has nothing to set."""


class IdentityLook(Part):
    """Gives back the plate: for proofs of the round trip, and for trying a pipeline."""

    coherent: ClassVar[bool] = False  # there is nothing to hold
    keeps_flow: ClassVar[bool] = False
    keyframes: ClassVar[list[Keyframe]] = []
    guides: ClassVar[list[Guide]] = []

    name: Literal["identity"]
    styles: list[Style] = Field(default=[], max_length=0)
    settings: IdentitySettings = IdentitySettings()
