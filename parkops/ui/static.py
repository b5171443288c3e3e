"""How static files are named when collected: by their content, so that browsers keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_ANY_JS, _IMPORT_PATTERNS = (
    CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed names, also within the imports of our own modules."""

    support_js_module_import_aggregation = True
    # Only our modules: third-party files may hold import lines in comments.
    _js_module_import_aggregation_patterns = ("js/*.js", _IMPORT_PATTERNS)
