"""Where static files of others come from, and how all are named when collected: by their content."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_ANY_JS, _IMPORT_PATTERNS = (
    CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed names, also within the imports of our own modules."""

    support_js_module_import_aggregation = True
    # A module's name follows from the names of those that it loads: as many rounds as they are deep.
    max_post_process_passes = 20

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Return the address of a file. A page names dozens, and none changes while we serve."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]

    # Only our modules: third-party files may hold import lines in comments.
    _js_module_import_aggregation_patterns = ("js/*.js", _IMPORT_PATTERNS)


class LeafletFinder(BaseFinder):
    """Leaflet's own files out of the package that carries them, and nothing else of it."""

    FILES = (
        "leaflet/leaflet.js",
        "leaflet/leaflet.js.map",
        "leaflet/leaflet.css",
        "leaflet/images/layers.png",
        "leaflet/images/layers-2x.png",
        "leaflet/images/marker-icon.png",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spec = find_spec("leaflet")
        folders = spec.submodule_search_locations if spec else None
        if not folders:
            raise LookupError("django-leaflet is not installed; it carries Leaflet's files")
        self.folder = Path(folders[0]) / "static"

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Return where the file is, or nothing; a list where all are asked for."""
        found = [str(self.folder / path)] if path in self.FILES else []
        if kwargs.get("find_all") or kwargs.get("all"):
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield all files, with the storage that reads them."""
        storage = FileSystemStorage(location=str(self.folder))
        for path in self.FILES:
            yield path, storage
