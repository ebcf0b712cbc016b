"""Finding the nearest style patches: exactly among all of them, or better ones from a guess."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .patches import PatchTable, Place, Query

# Elements that one step of a search works on. On a CPU 4 MB of float32 stay in the cache, which
# made the search of whole tables four times faster than with 64 MB; a card wants more at once.
_CPU_CHUNK = 1_000_000
_CARD_CHUNK = 64_000_000

# Steps on the grid to the neighbours whose matches are tried, shifted back by the step.
_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1), (2, 2), (-2, -2), (2, -2), (-2, 2))


@dataclass(frozen=True)
class Field:
    """A nearest-neighbour field. rows: H×W int64 in the table; distances: H×W, squared."""

    rows: Tensor
    distances: Tensor


def distances(table: PatchTable, query: Query, rows: Tensor) -> Tensor:
    """Squared distances from each patch of a query to its row, H×W.

    The guide's part counts by the query's emphasis; the whole by the row's cost, and by how much
    farther the query's masks put its source.
    """
    flat, emphasis, rows_of = query.features.flatten(0, 1), query.emphasis.flatten(), rows.flatten()
    count = max(1, _chunk(flat.device) // flat.shape[1])
    parts = []
    for own, weight, those in zip(
        flat.split(count), emphasis.split(count), rows_of.split(count), strict=True
    ):
        squares = (own - table.features[those]).square_()
        light = squares[:, table.colours :].sum(1)
        parts.append(squares[:, : table.colours].sum(1) + weight * light)
    found = torch.cat(parts) * query.cost[rows_of]
    if query.farther is not None:
        source = table.source(rows_of)[:, None]
        found = found * query.farther.flatten(0, 1).gather(1, source)[:, 0]
    return found.view(rows.shape)


def search(table: PatchTable, query: Query, completeness: float) -> Field:
    """The nearest patch of every patch of a query, by looking at all that are allowed.

    Each distance is divided by (completeness + that row's smallest distance to any query), so that
    rows which would suit many do not take them all (Granot et al. 2022, "Drop the GAN", eq. 2).
    completeness: in mean nearest distances; small values spread the choice the most, and where a
    frame is flat, and all its queries want the same rows, over rows that hardly suit.
    """
    flat, emphasis = query.features.flatten(0, 1), query.emphasis.flatten()
    allowed, cost = query.allowed, query.cost
    style = table.features.to(flat.dtype)
    if allowed is not None:
        style, cost = style[allowed], cost[allowed]
    colour, light = style[:, : table.colours], style[:, table.colours :]
    own_colour, own_light = flat[:, : table.colours], flat[:, table.colours :]
    # |a − b|² with a weight on the guide's part, as one matrix product.
    one = torch.ones_like(emphasis)[:, None]
    left = torch.cat((-2 * own_colour, -2 * emphasis[:, None] * own_light, one), 1)
    left = torch.cat((left, emphasis[:, None]), 1)
    squares = colour.square().sum(1, keepdim=True), light.square().sum(1, keepdim=True)
    right = torch.cat((style, *squares), 1).T.contiguous()
    own = own_colour.square().sum(1) + emphasis * own_light.square().sum(1)
    farther = None if query.farther is None else query.farther.flatten(0, 1)
    every = torch.arange(table.rows, device=flat.device) if allowed is None else allowed
    source = table.source(every)

    count = max(1, _chunk(flat.device) // len(style))
    chunks = [slice(at, at + count) for at in range(0, len(flat), count)]

    def all_distances(part: slice) -> Tensor:
        found = torch.addmm(own[part, None], left[part], right).clamp_min_(0).mul_(cost)
        return found if farther is None else found.mul_(farther[part][:, source])

    nearest, typical = own.new_full((len(style),), torch.inf), []
    for part in chunks:
        found = all_distances(part)
        nearest = torch.minimum(nearest, found.amin(0))
        typical.append(found.amin(1))
    scale = torch.cat(typical).mean().clamp_min(1e-12)
    score = 1 / (completeness * scale + nearest)
    rows = torch.cat([all_distances(part).mul_(score).argmin(1) for part in chunks])
    rows = every[rows].view(query.features.shape[:2])
    return Field(rows, distances(table, query, rows))


def nearest_of_each(table: PatchTable, query: Query) -> Tensor:
    """By colours alone, the squared distance to the nearest patch of each source, H×W×sources."""
    flat = query.features.flatten(0, 1)[:, : table.colours]
    source = table.source(torch.arange(table.rows, device=flat.device))
    found = []
    for number in range(table.sources):
        style = table.features[source == number, : table.colours].to(flat.dtype)
        count = max(1, _chunk(flat.device) // len(style))
        found.append(
            torch.cat([torch.cdist(part, style).amin(1).square() for part in flat.split(count)])
        )
    return torch.stack(found, -1).view(*query.features.shape[:2], -1)


def refine(
    table: PatchTable,
    query: Query,
    rows: Tensor,
    reach: int,
    overuse: float,
    random: torch.Generator,
) -> Field:
    """Better matches than a first guess (Barnes et al. 2009): from the neighbours' matches,
    shifted, and from random places within ``reach`` pixels, halved until it is 1.

    overuse: what it costs to take a patch where the style is used as often as everywhere, in
    median distances; twice as much where it is used twice as often (the uniformity of Fišer et
    al. 2016, counted anew at each call). Deterministic for the state of ``random``.
    """
    best = distances(table, query, rows)
    price = None
    if overuse > 0:
        price = usage(table, rows) * (overuse * best.median())
        best = best + price[rows]

    def tried(candidates: Tensor) -> tuple[Tensor, Tensor]:
        found = distances(table, query, candidates)
        if price is not None:
            found = found + price[candidates]
        better = found < best
        return torch.where(better, candidates, rows), torch.where(better, found, best)

    for down, right in _STEPS:
        place = table.place(rows.roll((down, right), (0, 1)))
        y, x = place.y + down * table.step, place.x + right * table.step
        if reach:  # a pixel more or less, which a coarser level could not tell
            y, x = y + _drawn(y, 1, random), x + _drawn(x, 1, random)
        rows, best = tried(table.row(Place(place.material, y, x)))
    while reach > 1:
        place = table.place(rows)
        y, x = place.y + _drawn(place.y, reach, random), place.x + _drawn(place.x, reach, random)
        rows, best = tried(table.row(Place(place.material, y, x)))
        reach //= 2
    return Field(rows, distances(table, query, rows))


def usage(table: PatchTable, rows: Tensor) -> Tensor:
    """How often the surroundings of each row are used by a field, 1 being even use of all."""
    counts = torch.bincount(rows.flatten(), minlength=table.rows).to(torch.float32)
    half = table.side // 2
    blurred = [
        F.avg_pool2d(F.pad(grid, (half,) * 4), table.side, 1).flatten()
        for grid in table.per_material(counts)
    ]
    return torch.cat(blurred) * (table.rows / rows.numel())


def _chunk(device: torch.device) -> int:
    return _CPU_CHUNK if device.type == "cpu" else _CARD_CHUNK


def _drawn(like: Tensor, reach: int, random: torch.Generator) -> Tensor:
    # Drawn on the CPU: the same numbers on every device.
    return torch.randint(-reach, reach + 1, like.shape, generator=random).to(like.device)
