"""Saving figures as pictures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Pixels of a picture to an inch.
DPI = 110
_METADATA = {"Software": "simcore"}


def save_png(figure: Figure, path: Path) -> None:
    """Draw a figure into a PNG file, or another picture that the name of the file asks for.

    The same figure gives the same file.

    Raises
    ------
    OSError, ValueError
        The file cannot be written, or its name is not that of a picture.
    """
    if path.suffix.lower() == ".png":
        path.write_bytes(as_png(figure))
    else:
        figure.savefig(path, dpi=DPI, metadata=_METADATA)


def as_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(DPI)
    drawn = io.BytesIO()
    # savefig would draw twice, once for the layout alone. To compress more takes longer and gains but a few per cent.
    FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
        drawn, metadata=_METADATA, pil_kwargs={"compress_level": 1}
    )
    return drawn.getvalue()


def as_small_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG file of few colours, which takes a third of the room; photographs would suffer."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    dots = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    drawn, picture = io.BytesIO(), Image.fromarray(dots).convert("RGB")
    picture.quantize(256, method=Image.Quantize.FASTOCTREE).save(drawn, "PNG", compress_level=6)
    return drawn.getvalue()
