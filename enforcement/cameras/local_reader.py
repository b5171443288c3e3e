"""A plate reader on the server itself, for officers' pictures: optional, with model files of one's own.

The package is `fast-alpr` (`pip install "parkops[plates]"`), its models are files in the folder that
PARKOPS_PLATE_MODELS names. Nothing is downloaded: a file that is missing is named.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol

from django.conf import settings
from PIL import Image

from enforcement.cameras.reads import Candidate, has_plate

DETECTOR, READER, ALPHABET = "detector.onnx", "reader.onnx", "reader.yaml"
"""What finds plates on a picture, what reads them, and what letters it knows."""


class NoReader(Exception):
    """The server cannot read plates; `str(error)` says what is missing."""


class Reader(Protocol):
    """Reads the plates on a picture."""

    def read(self, image: Image.Image) -> list[Candidate]:
        """Return the plates, the surest first."""
        ...


def is_wanted() -> bool:
    """Return whether this server is meant to read plates."""
    return bool(settings.PLATE_MODELS)


def reader() -> Reader:
    """Return the server's reader, which is loaded once.

    :raises NoReader: if there is none, the package is not installed, or a file of it is missing.
    """
    if not is_wanted():
        raise NoReader("This server has no plate reader.")
    return _loaded(Path(settings.PLATE_MODELS))


@cache
def _loaded(folder: Path) -> Reader:
    return FastAlpr(folder)


class FastAlpr:
    """The reader of fast-alpr, on the processor, with the models of a folder."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in (DETECTOR, READER, ALPHABET) if not (folder / name).is_file()]
        if missing:
            raise NoReader(f"The plate reader has no {' and no '.join(missing)} in {folder}.")
        try:
            from fast_alpr import ALPR
            from fast_alpr.default_ocr import DefaultOCR
            from open_image_models import create_detector
        except ImportError as error:
            raise NoReader('The plate reader needs pip install "parkops[plates]".') from error
        try:
            self._alpr: Any = ALPR(
                detector=create_detector(
                    folder / DETECTOR,
                    backend="yolo_v9",
                    class_labels=["License Plate"],
                    conf_thresh=0.4,
                    providers=["CPUExecutionProvider"],
                ),
                ocr=DefaultOCR(
                    hub_ocr_model=None,
                    device="cpu",
                    model_path=folder / READER,
                    config_path=folder / ALPHABET,
                ),
            )
        except Exception as error:  # whatever the package makes of files that are no models
            raise NoReader(f"The plate reader cannot use its files in {folder}.") from error

    def read(self, image: Image.Image) -> list[Candidate]:
        """Return the plates on a picture, the surest first."""
        found = [_candidate(one.ocr) for one in self._alpr.predict(_pixels(image)) if one.ocr]
        plates = [one for one in found if has_plate(one.plate)]
        return sorted(plates, key=lambda one: one.share or 0, reverse=True)


def _candidate(ocr: Any) -> Candidate:
    sure = ocr.confidence
    share = (fmean(sure) if sure else 0.0) if isinstance(sure, Sequence) else float(sure)
    return Candidate(ocr.text.strip("_ "), min(max(share, 0.0), 1.0))


def _pixels(image: Image.Image) -> Any:
    """Return the pixels as the package takes them: blue, green, red."""
    import numpy

    return numpy.ascontiguousarray(numpy.asarray(image.convert("RGB"))[:, :, ::-1])
