"""Makes the pictures of unusual kinds that the browser tests open. Needs Pillow."""

import struct
import zlib
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent


def slope(width, height):
    """Red grows to the right, green downwards."""
    picture = Image.new("RGB", (width, height))
    picture.putdata([(x * 255 // width, y * 255 // height, 64) for y in range(height) for x in range(width)])
    return picture


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, depth, colour, data):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


slope(24, 16).save(HERE / "plain.png")
slope(1, 1).save(HERE / "one-pixel.png")
slope(24, 16).convert("CMYK").save(HERE / "cmyk.jpg")
exif = Image.Exif()
exif[0x0112] = 6
slope(24, 16).save(HERE / "on-its-side.jpg", exif=exif, quality=90)
frames = [slope(24, 16), slope(24, 16).rotate(180)]
frames[0].save(HERE / "animated.gif", save_all=True, append_images=frames[1:], duration=100)
see_through = slope(24, 16)
see_through.putalpha(Image.linear_gradient("L").resize((24, 16)))
see_through.save(HERE / "see-through.png")
lines = b"".join(b"\0" + b"".join(struct.pack(">HHH", x * 2700, y * 4000, 16448) for x in range(24)) for y in range(16))
(HERE / "sixteen-bit.png").write_bytes(png(24, 16, 16, 2, lines))
(HERE / "truncated.png").write_bytes((HERE / "plain.png").read_bytes()[:60])
# More than any browser decodes, in few bytes.
(HERE / "huge.png").write_bytes(png(60000, 60000, 1, 0, b"\0" * 1000))
# Decodes, but is too large to be made larger.
(HERE / "long.png").write_bytes(png(9000, 40, 1, 0, (b"\0" + b"\0" * 1125) * 40))
(HERE / "empty.png").write_bytes(b"")


def strokes(inked):
    """Grey, 28 pixels wide, white where something is drawn: as large as the digits that /detect knows."""
    picture = Image.new("L", (28, 28))
    picture.putdata([255 if inked(x - 13.5, y - 13.5) else 0 for y in range(28) for x in range(28)])
    return picture


strokes(lambda x, y: 5.5 < ((x * 1.35) ** 2 + y**2) ** 0.5 < 9.5 and not (x > 0 and abs(y) < 1)).save(HERE / "ring.png")
strokes(lambda x, y: min(abs(x - y), abs(x + y)) < 2 and abs(x) < 10).save(HERE / "cross.png")
