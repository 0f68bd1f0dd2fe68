"""Pictures of the report for narrow and wide screens, light and dark.

    make screenshots [PAGES=folder]

folder holds index.html and <model>/newest.html; without one, example pages are drawn. Pictures go beside this file.
"""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import open_browser
from example_pages import MODEL
from example_stories import main as write_example_pages
from headline import PAGE, PICTURE, headline
from PIL import Image

HERE = Path(__file__).parent
COLOURS = 48


def take(folder: Path) -> None:
    """The index, and the page of the example, or of the model that ran last."""
    pages = {"index": folder / "index.html", "run": _newest_page(folder)}
    with open_browser() as browser:
        for name, page in pages.items():
            for width in (390, 1440):
                for scheme in ("light", "dark"):
                    picture = HERE / f"{name}-{width}-{scheme}.png"
                    _save_small(browser.picture(page, width, scheme), picture)
                    print(f"{picture.name} of {page.name}")
    headline(Image.open(PAGE)).save(PICTURE, optimize=True)


def _newest_page(folder: Path) -> Path:
    example = folder / MODEL / "newest.html"
    return example if example.exists() else max(folder.glob("*/newest.html"), key=lambda page: page.stat().st_mtime)


def _save_small(png: bytes, file: Path) -> None:
    """Few colours are enough for flat areas and text, and make a quarter of the bytes."""
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as temporary:
            write_example_pages(Path(temporary))
            take(Path(temporary))
