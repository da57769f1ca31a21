"""Read a QR code from a picture."""

import io

MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


class Unreadable(ValueError):
    """Not a picture, or too large a one (`reason` is not_a_picture), or no QR code in it (no_qr)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decode_qr(picture: bytes) -> str:
    """Return the text of the first QR code in a PNG, JPEG, WebP, GIF or BMP. Raise :class:`Unreadable`."""
    import zxingcpp  # both are slow to load, and only needed for a picture
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unreadable("not_a_picture")
            flat = Image.new("RGB", image.size, "white")
            colours = image.convert("RGBA")
            flat.paste(colours, mask=colours.getchannel("A"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("not_a_picture") from None
    found = zxingcpp.read_barcode(
        flat.convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    )
    if found is None:
        raise Unreadable("no_qr")
    return str(found.text)
