"""What the preferences let a person choose of the engine."""

from typing import Any

from bpy.props import EnumProperty, StringProperty

from ..environment.folder import AUTO, REGISTRY

#: The two kinds of engines.
OWN, ANOTHER = "own", "another"

_BUILDS = (
    (
        AUTO,
        "Automatic",
        "What fits the graphics card and its driver: for nearly everybody",
    ),
    (
        REGISTRY,
        "Package Registry's",
        "For NVIDIA cards on Linux, Apple's on macOS, the processor on Windows",
    ),
    (
        "cpu",
        "CPU",
        "For machines without a graphics card: the smallest download, and slow to paint",
    ),
    (
        "cu132",
        "CUDA 13.2",
        "For NVIDIA cards from the GTX 16 and RTX 20 on, with the newest driver",
    ),
    ("cu130", "CUDA 13.0", "For NVIDIA cards from the GTX 16 and RTX 20 on, with driver 580 on"),
    ("cu128", "CUDA 12.8", "For NVIDIA cards with driver 570 on, the RTX 50 too"),
    ("cu126", "CUDA 12.6", "For older NVIDIA cards (GTX 900, GTX 10) and drivers"),
    ("rocm7.2", "ROCm 7.2", "For AMD cards that ROCm knows, on Linux, with the newest driver"),
    ("rocm7.1", "ROCm 7.1", "For AMD cards that ROCm knows, on Linux"),
    ("rocm6.4", "ROCm 6.4", "For AMD cards that ROCm knows, on Linux, with an older driver"),
    ("xpu", "XPU", "For Intel Arc and newer Intel graphics, on Linux and Windows"),
)


def renew(preferences: Any, context: Any) -> None:
    """Another engine may have other weights, and other faults."""
    # which themselves look for the engine here
    from ..operators import interpreters, weights

    interpreters.renew()
    weights.renew()


class EngineChoices:
    """Of the preferences' properties those that are of the engine."""

    engine: EnumProperty(
        name="Engine",
        description="The Python that strips are painted in, beside Blender's own",
        items=(
            (
                OWN,
                "Own Environment",
                "One that Ecset installs PyTorch into, in a folder of its own",
            ),
            (ANOTHER, "Another Python", "One that has PyTorch already, such as a studio's"),
        ),
        update=renew,
    )
    engine_folder: StringProperty(
        name="Folder",
        description=(
            "Where the engine is installed: a new or empty folder, which several Blender versions "
            "may share; empty for a folder of Ecset's own, which goes when Ecset is uninstalled"
        ),
        subtype="DIR_PATH",
        update=renew,
    )
    torch_build: EnumProperty(
        name="PyTorch",
        description="Which build of PyTorch is installed",
        items=_BUILDS,
    )
    wheels: StringProperty(
        name="Wheels",
        description=(
            "A folder of wheels to install from, for machines without network; empty to download. "
            "The page on installing says how to fill one"
        ),
        subtype="DIR_PATH",
    )
    engine_python: StringProperty(
        name="Python",
        description="The interpreter of a Python 3.11 or newer that has PyTorch and the rest",
        subtype="FILE_PATH",
        update=renew,
    )


def build_title(build: str) -> str:
    """How a person calls a build of PyTorch."""
    return {identifier: title for identifier, title, _ in _BUILDS}.get(build, build)
