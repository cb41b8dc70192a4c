"""Golden values for src/features/filtered-resize.ts and image-fitting.ts, from Pillow.

Run: python3 test/golden/pillow_resize.py   (writes pillow_resize.json beside it)

`exact` are Pillow's values for float32 images, resized along rows, limited to 0..255, then along columns, as Pillow does
with bytes. `bytes` are those for images of bytes, which Pillow rounds after either pass. `fitted` is what transformers does with the photograph of 9x13: shorter side to 8, 6x6 from the middle, bicubic.
"""

import json
import pathlib

import numpy
import PIL
from PIL import Image

CASES = [
    (1, 1, 3, 2),
    (2, 3, 5, 7),
    (9, 13, 4, 5),
    (12, 8, 5, 8),
    (7, 7, 7, 7),
    (4, 6, 9, 3),
]
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def pixels(height, width):
    count = height * width
    return numpy.array([(97 * i * i + 31 * i) % 256 for i in range(count)], numpy.uint8).reshape(height, width)


def exactly(image, size, number):
    for width, height in ((size[0], image.shape[0]), size):
        resized = Image.fromarray(image.astype(numpy.float32)).resize((width, height), number)
        image = numpy.clip(numpy.asarray(resized), 0, 255)
    return image


cases = []
for height, width, out_height, out_width in CASES:
    image = pixels(height, width)
    for name, number in FILTERS.items():
        size = (out_width, out_height)
        exact = exactly(image, size, number)
        rounded = Image.fromarray(image).resize(size, number)
        cases.append(
            {
                "from": [height, width],
                "to": [out_height, out_width],
                "filter": name,
                "plane": image.flatten().tolist(),
                "exact": exact.flatten().astype(float).round(4).tolist(),
                "bytes": numpy.asarray(rounded).flatten().tolist(),
            }
        )

resized = exactly(pixels(9, 13), (int(13 * 8 / 9), 8), Image.BICUBIC)
top, left = (resized.shape[0] - 6) // 2, (resized.shape[1] - 6) // 2
cut = resized[top : top + 6, left : left + 6]

target = pathlib.Path(__file__).with_suffix(".json")
content = {"pillow": PIL.__version__, "cases": cases, "fitted": cut.flatten().astype(float).round(4).tolist()}
target.write_text(json.dumps(content) + "\n")
