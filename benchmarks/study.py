"""The published figures that ours stand beside: seconds of the study of 2017 which this project
follows, on a GTX 1080 and its CPU."""

from __future__ import annotations

# Width and height; all other lists but one are in this order.
SIZES = ((320, 240), (640, 480), (720, 480), (800, 600), (1024, 768), (1280, 720), (1366, 768))
CARD = (23.1, 82.6, 93.5, 128.0, 203.9, 245.8, 279.9)
FLOW = (3.7, 71.7, 75.4, 186.4, 371.1, 467.0, 481.3)

# Published for four of the sizes. Which, is inferred: at these each pixel takes as long (11.2 to
# 11.4 ms), and at no other four.
CPU = (863.0, 3488.0, 5447.0, 8936.0)
CPU_SIZES = ((320, 240), (640, 480), (800, 600), (1024, 768))

# One minute of video.
MINUTE = 1440


def card(size: tuple[int, int]) -> float | None:
    """Seconds of a frame on the card; None for a size that was not published."""
    return dict(zip(SIZES, CARD, strict=True)).get(size)


def flow(size: tuple[int, int]) -> float | None:
    """Seconds of the flow of a frame; None for a size that was not published."""
    return dict(zip(SIZES, FLOW, strict=True)).get(size)
