"""The README's picture: the headline and the error chart of the example run's page, cut out of its picture."""

from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
PAGE = HERE / "run-1440-light.png"
PICTURE = HERE / "headline.png"

COLOURS = 64
MARGIN = 12
HEADLINE = 0
ERROR_CHART = 1
"""Places of the two cards among the page's cards, from the top."""

_LEFT, _RIGHT = 152, 1288
_INSIDE = 176
"""A column of pixels in the left padding of the cards: white inside a card, grey between two."""


def headline(page: Image.Image) -> Image.Image:
    """Both cards, one below the other."""
    page = page.convert("RGB")
    cards = _cards(page)
    parts = [_part(page, *cards[place]) for place in (HEADLINE, ERROR_CHART)]

    picture = Image.new("RGB", (_RIGHT - _LEFT, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        picture.paste(part, (0, top))
        top += part.height
    return picture.quantize(COLOURS, dither=Image.Dither.NONE)


def _cards(page: Image.Image) -> list[tuple[int, int]]:
    """(first, last) row of each card."""
    white = [page.getpixel((_INSIDE, y)) == (255, 255, 255) for y in range(page.height)]
    first = [y for y in range(1, page.height) if white[y] and not white[y - 1]]
    last = [y - 1 for y in range(1, page.height) if not white[y] and white[y - 1]]
    return list(zip(first, last, strict=True))


def _part(page: Image.Image, first: int, last: int) -> Image.Image:
    return page.crop((_LEFT, first - MARGIN // 2, _RIGHT, last + MARGIN // 2))


if __name__ == "__main__":
    headline(Image.open(PAGE)).save(PICTURE, optimize=True)
