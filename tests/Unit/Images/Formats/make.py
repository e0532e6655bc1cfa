"""Makes the files beside it: a picture of 16×16 pixels in each variant of each format, and in NAME.rgb what Pillow reads in it, over white, three bytes a pixel.

    python3 make.py

Written with Pillow 9.4. What Pillow cannot write is written here by its specification; what it cannot read rightly (16-bit colour it cuts to 8 bits, transparent 16-bit grey) is told
by the values that were written.
"""

import io
import random
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 16
HERE = Path(__file__).parent
RANDOM = random.Random(7)


def picture():
    """Red, green, blue, alpha: a gradient, a disc, some noise."""
    pixels = []
    for y in range(SIDE):
        for x in range(SIDE):
            inside = (x - 9) ** 2 + (y - 6) ** 2 < 20
            red, green, blue = (220, 40 + 3 * x, 30) if inside else (x * 16, y * 16, 255 - 8 * (x + y))
            alpha = 255 if y < 6 else 255 - 16 * x
            pixels.append((red, green, blue, alpha))
    return pixels


PIXELS = picture()
COLOUR = [p[:3] for p in PIXELS]
GREY = [(299 * r + 587 * g + 114 * b) // 1000 for r, g, b in COLOUR]


def image(mode, values):
    made = Image.new(mode, (SIDE, SIDE))
    made.putdata(values)
    return made


def seen(content):
    """What Pillow reads, over white."""
    found = Image.open(io.BytesIO(content))
    found.seek(0) if getattr(found, "is_animated", False) else None
    found = ImageOps.exif_transpose(found)
    if found.mode in ("CMYK", "YCbCr", "RGB", "L", "1") and "transparency" not in found.info:
        return list(found.convert("RGB").getdata())
    return over_white(list(found.convert("RGBA").getdata()))


def over_white(pixels):
    return [tuple((v * a + 255 * (255 - a) + 127) // 255 for v in (r, g, b)) for r, g, b, a in pixels]


def write(name, content, expected=None):
    (HERE / name).write_bytes(content)
    rgb = expected if expected is not None else seen(content)
    (HERE / f"{name}.rgb").write_bytes(bytes(v for pixel in rgb for v in pixel))


def saved(made, form, **options):
    buffer = io.BytesIO()
    made.save(buffer, form, **options)
    return buffer.getvalue()


# --- PNG, by its specification (ISO/IEC 15948) ---

def png(colour_type, depth, samples, channels, interlaced=False, before=(), after=()):
    """samples: of each pixel, channels values below 2**depth."""
    def rows(xs, ys):
        data = b""
        for y in ys:
            if not xs:
                return b""
            bits, row = "", b""
            for x in xs:
                for value in samples[y * SIDE + x]:
                    if depth == 16:
                        row += struct.pack(">H", value)
                    elif depth == 8:
                        row += bytes([value])
                    else:
                        bits += format(value, f"0{depth}b")
            if bits:
                bits += "0" * (-len(bits) % 8)
                row = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
            data += b"\0" + row
        return data

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    if interlaced:
        passes = [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)]
        data = b"".join(rows(range(x, SIDE, across), range(y, SIDE, down)) for x, across, y, down in passes)
    else:
        data = rows(range(SIDE), range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, depth, colour_type, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(data)), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks)


def grey_as(depth):
    return [((g * (2 ** depth - 1) + 127) // 255,) for g in GREY]


def shown(depth, samples):
    return [(round(s[0] * 255 / (2 ** depth - 1)),) * 3 for s in samples]


for depth in (1, 2, 4, 8):
    write(f"grey-{depth}.png", png(0, depth, grey_as(depth), 1))
    write(f"grey-{depth}-interlaced.png", png(0, depth, grey_as(depth), 1, interlaced=True))

sixteen = [(g * 257 - RANDOM.randrange(100) if g else 0,) for g in GREY]
write("grey-16.png", png(0, 16, sixteen, 1), shown(16, sixteen))
write("grey-16-interlaced.png", png(0, 16, sixteen, 1, interlaced=True), shown(16, sixteen))

for depth in (1, 2, 4, 8):
    palette = [(RANDOM.randrange(256), RANDOM.randrange(256), RANDOM.randrange(256)) for _ in range(2 ** depth)]
    samples = [((g * (2 ** depth - 1) + 127) // 255,) for g in GREY]
    before = [(b"PLTE", bytes(v for colour in palette for v in colour))]
    write(f"palette-{depth}.png", png(3, depth, samples, 1, before=before))
    alphas = bytes(RANDOM.randrange(256) for _ in range(2 ** depth - 1))
    write(f"palette-{depth}-transparent.png", png(3, depth, samples, 1, interlaced=depth == 4, before=before + [(b"tRNS", alphas)]))

write("colour-8.png", png(2, 8, COLOUR, 3))
write("colour-8-interlaced.png", png(2, 8, COLOUR, 3, interlaced=True))
write("colour-8-key.png", png(2, 8, COLOUR, 3, before=[(b"tRNS", struct.pack(">HHH", *COLOUR[35]))]))
deep = [tuple(v * 257 - (RANDOM.randrange(120) if v else 0) for v in p) for p in COLOUR]
write("colour-16.png", png(2, 16, deep, 3), [tuple(round(v / 257) for v in p) for p in deep])
write("colour-16-interlaced.png", png(2, 16, deep, 3, interlaced=True), [tuple(round(v / 257) for v in p) for p in deep])
write("alpha-8.png", png(6, 8, PIXELS, 4))
deep_alpha = [tuple(v * 257 for v in p) for p in PIXELS]
write("alpha-16.png", png(6, 16, deep_alpha, 4), over_white(PIXELS))
write("grey-alpha-8.png", png(4, 8, [(g, p[3]) for g, p in zip(GREY, PIXELS)], 2))
write("grey-alpha-16.png", png(4, 16, [(g * 257, p[3] * 257) for g, p in zip(GREY, PIXELS)], 2), over_white([(g, g, g, p[3]) for g, p in zip(GREY, PIXELS)]))
write("grey-8-key.png", png(0, 8, grey_as(8), 1, before=[(b"tRNS", struct.pack(">H", GREY[100]))]), over_white([(g, g, g, 0 if g == GREY[100] else 255) for g in GREY]))

# --- JPEG ---

write("colour.jpg", saved(image("RGB", COLOUR), "JPEG", quality=92, subsampling=0))
write("colour-420.jpg", saved(image("RGB", COLOUR), "JPEG", quality=92, subsampling=2))
write("colour-progressive.jpg", saved(image("RGB", COLOUR), "JPEG", quality=92, subsampling=0, progressive=True))
write("grey.jpg", saved(image("L", GREY), "JPEG", quality=92))
write("grey-progressive.jpg", saved(image("L", GREY), "JPEG", quality=92, progressive=True))
INKS = [(255 - r, 255 - g, 255 - b, 40 * ((i // SIDE) // 8)) for i, (r, g, b) in enumerate(COLOUR)]
write("cmyk.jpg", saved(image("CMYK", INKS), "JPEG", quality=92))
write("cmyk-progressive.jpg", saved(image("CMYK", INKS), "JPEG", quality=92, progressive=True))
# Of another size than all the others: to be decoded to a fraction of it.
(HERE / "large-progressive.jpg").write_bytes(saved(image("RGB", COLOUR).resize((160, 120), Image.BICUBIC), "JPEG", quality=80, progressive=True))

# --- GIF ---

few = image("RGB", COLOUR).quantize(60)
write("still.gif", saved(few, "GIF", interlace=0))
write("interlaced.gif", saved(few, "GIF", interlace=1))
write("transparent.gif", saved(few, "GIF", transparency=few.getdata()[40]))
other = image("RGB", list(reversed(COLOUR))).quantize(60)
write("moving.gif", saved(few, "GIF", save_all=True, append_images=[other], duration=100))

# --- WebP ---

write("lossy.webp", saved(image("RGB", COLOUR), "WEBP", quality=90))
write("lossless.webp", saved(image("RGB", COLOUR), "WEBP", lossless=True))
write("lossless-alpha.webp", saved(image("RGBA", PIXELS), "WEBP", lossless=True, exact=True))
write("lossy-alpha.webp", saved(image("RGBA", PIXELS), "WEBP", quality=95))
write("moving.webp", saved(image("RGB", COLOUR), "WEBP", lossless=True, save_all=True, append_images=[image("RGB", list(reversed(COLOUR)))], duration=100))

# --- BMP, by Microsoft's description of BITMAPINFOHEADER and its successors ---


def bmp(bits, packing, data, palette=(), masks=b"", height=SIDE, header=40):
    table = b"".join(bytes((b, g, r, 0)) for r, g, b in palette)
    offset = 14 + header + (len(masks) if header == 40 else 0) + len(table)
    info = struct.pack("<IiiHHIIiiII", header, SIDE, height, 1, bits, packing, len(data), 2835, 2835, len(palette), 0)
    info += masks + b"\0" * (header - 40 - len(masks)) if header > 40 else masks
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + table + data


def bottom_up(row):
    return b"".join(row(y) for y in reversed(range(SIDE)))


shades = [(v, v, v) for v in range(256)]
write("palette-8.bmp", bmp(8, 0, bottom_up(lambda y: bytes(GREY[y * SIDE:(y + 1) * SIDE])), shades))
sixteen_colours = [(RANDOM.randrange(256), RANDOM.randrange(256), RANDOM.randrange(256)) for _ in range(16)]
fours = [g // 16 for g in GREY]
write("palette-4.bmp", bmp(4, 0, bottom_up(lambda y: bytes(fours[y * SIDE + x] << 4 | fours[y * SIDE + x + 1] for x in range(0, SIDE, 2))), sixteen_colours))
write("palette-1.bmp", saved(image("1", [255 if g > 127 else 0 for g in GREY]), "BMP"))
write("colour-24.bmp", bmp(24, 0, bottom_up(lambda y: b"".join(bytes((b, g, r)) for r, g, b in COLOUR[y * SIDE:(y + 1) * SIDE]))))
write("colour-24-top-down.bmp", bmp(24, 0, b"".join(bytes((b, g, r)) for r, g, b in COLOUR), height=-SIDE))
write("colour-32.bmp", bmp(32, 0, bottom_up(lambda y: b"".join(bytes((b, g, r, 0)) for r, g, b in COLOUR[y * SIDE:(y + 1) * SIDE]))), COLOUR)
write("colour-16-555.bmp", bmp(16, 0, bottom_up(lambda y: b"".join(struct.pack("<H", r >> 3 << 10 | g >> 3 << 5 | b >> 3) for r, g, b in COLOUR[y * SIDE:(y + 1) * SIDE]))))
write("colour-16-565.bmp", bmp(16, 3, bottom_up(lambda y: b"".join(struct.pack("<H", r >> 3 << 11 | g >> 2 << 5 | b >> 3) for r, g, b in COLOUR[y * SIDE:(y + 1) * SIDE])), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))


def runs_8(y):
    """Encoded where a value repeats, else as they are."""
    row, out, x = [g // 32 * 32 for g in GREY[y * SIDE:(y + 1) * SIDE]], b"", 0
    while x < SIDE:
        length = 1
        while x + length < SIDE and row[x + length] == row[x]:
            length += 1
        out += bytes((length, row[x]))
        x += length
    return out + b"\0\0"


def absolute_8(y):
    return bytes((0, SIDE)) + bytes(GREY[y * SIDE:(y + 1) * SIDE]) + b"\0\0"


write("runs-8.bmp", bmp(8, 1, bottom_up(lambda y: runs_8(y) if y % 2 else absolute_8(y)) + b"\0\1", shades),
      [((v // 32 * 32 if (i // SIDE) % 2 else v),) * 3 for i, v in enumerate(GREY)])


def runs_4(y):
    return b"".join(bytes((2, fours[y * SIDE + x] << 4 | fours[y * SIDE + x + 1])) for x in range(0, SIDE, 2)) + b"\0\0"


write("runs-4.bmp", bmp(4, 2, bottom_up(runs_4) + b"\0\1", sixteen_colours), [sixteen_colours[v] for v in fours])

# --- Orientation, in a PNG's eXIf chunk (W3C PNG, third edition) and in WebP's EXIF chunk ---


def exif(value, order=">"):
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, value, 0, 0)


def turned(pixels, value):
    """What is seen of pixels, by the table that Pillow turns by."""
    way = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE, 6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90}[value]
    return list(image("RGB", pixels).transpose(way).getdata())


for value in range(1, 9):
    write(f"turned-{value}.png", png(2, 8, COLOUR, 3, before=[(b"eXIf", exif(value, "<>"[value % 2]))]))
    write(f"turned-{value}.webp", saved(image("RGB", COLOUR), "WEBP", lossless=True, exif=b"Exif\0\0" + exif(value)))
write("turned-6-behind.png", png(2, 8, COLOUR, 3, after=[(b"eXIf", exif(6))]))
write("turned-8-interlaced-behind.png", png(0, 4, grey_as(4), 1, interlaced=True, after=[(b"eXIf", exif(8))]))
write("turned-5-grey-16.png", png(0, 16, sixteen, 1, before=[(b"eXIf", exif(5))]), turned(shown(16, sixteen), 5))
write("turned-7-colour-16-interlaced.png", png(2, 16, deep, 3, interlaced=True, before=[(b"eXIf", exif(7))]), turned([tuple(round(v / 257) for v in p) for p in deep], 7))
write("turned-3-grey-alpha-8.png", png(4, 8, [(g, p[3]) for g, p in zip(GREY, PIXELS)], 2, before=[(b"eXIf", exif(3))]))
palette = [(RANDOM.randrange(256), RANDOM.randrange(256), RANDOM.randrange(256)) for _ in range(16)]
before = [(b"PLTE", bytes(v for colour in palette for v in colour)), (b"tRNS", bytes(range(0, 256, 17)))]
write("turned-6-palette-4-transparent.png", png(3, 4, grey_as(4), 1, before=before + [(b"eXIf", exif(6))]))
