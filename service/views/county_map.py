"""The county as a drawing: towns at their coordinates, lines between neighbours, names where they cover nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.vocabulary import Term

WIDTH, HEIGHT, EDGE = 560, 400, 56
RADIUS = 19
LETTER, LINE = 8.4, 19
"""Room of a letter and of a line at 15 px, in units of the drawing; a little more than most fonts need."""
SHRINK = 0.62
"""A degree of longitude in degrees of latitude at 51.6° north."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a town and its name stand. `anchor` is SVG's text-anchor."""

    slug: str
    x: int
    y: int
    label_x: int
    label_y: int
    anchor: str


def draw(towns: Sequence[Term]) -> tuple[list[Spot], list[tuple[int, int, int, int]]]:
    """The spots of the towns in their order, and the lines between neighbours."""
    points = _points(towns)
    taken = [_around(x, y) for x, y in points.values()]
    names = {term.slug: term.label() for term in towns}
    spots: dict[str, Spot] = {}
    # Towns with close neighbours choose first: they have the fewest free sides.
    for slug in sorted(points, key=lambda slug: _nearest(slug, points)):
        spot, box = _placed(slug, points[slug], len(names[slug]) * LETTER, taken)
        spots[slug] = spot
        taken.append(box)
    pairs = {tuple(sorted((term.slug, near))) for term in towns for near in term.many("neighbours") if near in points}
    return [spots[term.slug] for term in towns], [(*points[a], *points[b]) for a, b in sorted(pairs)]


def _points(towns: Iterable[Term]) -> dict[str, tuple[int, int]]:
    """Longitude shrunk, north up, as large as the drawing allows."""
    where = {term.slug: (float(term.extra["lon"]) * SHRINK, float(term.extra["lat"])) for term in towns}
    if not where:
        return {}
    lons, lats = [lon for lon, _ in where.values()], [lat for _, lat in where.values()]
    width, height = max(lons) - min(lons) or 1, max(lats) - min(lats) or 1
    scale = min((WIDTH - 2 * EDGE) / width, (HEIGHT - 2 * EDGE) / height)
    left, top = (WIDTH - width * scale) / 2, (HEIGHT - height * scale) / 2
    return {
        slug: (round(left + (lon - min(lons)) * scale), round(top + (max(lats) - lat) * scale))
        for slug, (lon, lat) in where.items()
    }


def _nearest(slug: str, points: dict[str, tuple[int, int]]) -> float:
    x, y = points[slug]
    return min(((x - a) ** 2 + (y - b) ** 2 for other, (a, b) in points.items() if other != slug), default=0)


def _placed(slug: str, point: tuple[int, int], width: float, taken: Sequence[Box]) -> tuple[Spot, Box]:
    """The name below, above, right or left: where it covers least of what stands there already."""
    x, y = point
    side, half = RADIUS + 5, width / 2
    choices = [
        (Spot(slug, x, y, x, y + RADIUS + 17, "middle"), (x - half, y + RADIUS + 2, x + half, y + RADIUS + 2 + LINE)),
        (Spot(slug, x, y, x, y - RADIUS - 7, "middle"), (x - half, y - RADIUS - 3 - LINE, x + half, y - RADIUS - 3)),
        (Spot(slug, x, y, x + side, y + 5, "start"), (x + side, y - LINE / 2, x + side + width, y + LINE / 2)),
        (Spot(slug, x, y, x - side, y + 5, "end"), (x - side - width, y - LINE / 2, x - side, y + LINE / 2)),
    ]
    return min(choices, key=lambda choice: sum(_common(choice[1], box) for box in taken) + _outside(choice[1]))


def _around(x: int, y: int) -> Box:
    return (x - RADIUS - 1, y - RADIUS - 1, x + RADIUS + 1, y + RADIUS + 1)


def _common(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _outside(box: Box) -> float:
    """What of a name would be cut off, weighed heavily."""
    return 100 * (max(0.0, -box[0]) + max(0.0, box[2] - WIDTH) + max(0.0, -box[1]) + max(0.0, box[3] - HEIGHT))
