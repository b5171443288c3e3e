"""The ui app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Pages, components and words; it tells the kernel's sentences how a page says them."""

    name = "parkops.ui"
    label = "ui"

    def ready(self) -> None:
        """Let templates say a sentence of the rules in the reader's language."""
        from parkops.kernel import texts
        from parkops.ui.speech import on_page

        texts.written_by(on_page)
