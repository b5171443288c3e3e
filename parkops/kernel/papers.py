"""What a file that somebody sends in is, whatever it is called."""

MOST_BYTES = 10 * 1024 * 1024
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def form_of(data: bytes) -> str:
    """Return "pdf" or "picture" by what the file holds; "" for others."""
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-2048:]:
        return "pdf"
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return "picture" if is_webp or data.startswith(_PICTURES) else ""
