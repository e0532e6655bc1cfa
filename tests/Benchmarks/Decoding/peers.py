"""Decodes the files of a folder to [S, S, 3] as PIL and torchvision do, and prints images per CPU second as JSON.

One argument more: writes the exact means over areas of what PIL decodes at full size. (Its own BOX filter counts pixels at an edge whole or not at all.)
"""
import glob, io, json, sys, time, warnings
from PIL import Image

warnings.filterwarnings("ignore")
folder, pattern, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
paths = sorted(glob.glob(f"{folder}/{pattern}"))
contents = [open(path, "rb").read() for path in paths]


def square(image):
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return (left, top, left + side, top + side)


def pil(content):
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (size, size))
    image = image.convert("RGB")
    return image.resize((size, size), Image.BOX, box=square(image))


def weights(length, side):
    edges = (length - side) / 2 + np.arange(size + 1)[:, None] * (side / size)
    covered = np.clip(edges - np.arange(length), 0, 1)
    return (covered[:-1] - covered[1:]) * (size / side)


def reference(content):
    image = Image.open(io.BytesIO(content))
    if image.mode != "RGB":
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    side = min(image.size)
    means = np.einsum("yh,hwc,xw->yxc", weights(image.height, side), np.asarray(image, dtype=np.float64), weights(image.width, side), optimize=True)
    return np.round(means).astype(np.uint8).tobytes()


def rate(decode):
    decode(contents[0])
    begin = time.process_time()
    for content in contents:
        decode(content)
    return len(contents) / (time.process_time() - begin)


if len(sys.argv) > 4:
    import numpy as np

    with open(sys.argv[4], "wb") as made:
        made.writelines(map(reference, contents))
rates = {"PIL": rate(pil)}
try:
    import torch
    from torchvision.io import ImageReadMode, decode_image
    from torchvision.transforms import InterpolationMode, functional

    torch.set_num_threads(1)

    def torchvision(content):
        image = decode_image(torch.frombuffer(bytearray(content), dtype=torch.uint8), ImageReadMode.RGB)
        image = functional.center_crop(image, min(image.shape[1:]))
        return functional.resize(image, [size, size], InterpolationMode.BILINEAR, antialias=True)

    rates["torchvision"] = rate(torchvision)
except ImportError:
    pass
print(json.dumps(rates))
