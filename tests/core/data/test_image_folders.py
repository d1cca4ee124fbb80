#!/usr/bin/env python3
"""Folders of pictures: their pixels must be those that Pillow reads and torchvision's Resize and CenterCrop make, in torchvision's order; what
cannot be read is listed. With a folder of unpack-cifar10: class folders and binary files must hold the same pixels.

test_image_folders.py DATASET_REPORT [UNPACKED]: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import tempfile

SKIPPED = 77


def report(program, folder, split="test", resize=0, crop=0):
    """What the program says, with "images": label and pixels of each."""
    with tempfile.NamedTemporaryFile() as pixels:
        done = subprocess.run([program, folder, split, str(resize), str(crop), pixels.name], capture_output=True, text=True, check=False)
        result = json.loads(done.stdout)
        content = pathlib.Path(pixels.name).read_bytes()
    if "error" not in result:
        size = result["shape"][0] * result["shape"][1] * result["shape"][2]
        result["images"] = [(label, content[i * size:(i + 1) * size]) for i, label in enumerate(result.pop("labels"))]
    return result


def picture(mode, size, seed):
    from PIL import Image
    noise = random.Random(seed)
    small = Image.new(mode, (7, 5))
    bands = len(small.getbands())
    small.putdata([tuple(noise.randrange(256) for _ in range(bands)) if bands > 1 else noise.randrange(256) for _ in range(35)])
    return small.resize(size, Image.BICUBIC)


def expected(folder, mode, transform):
    import numpy
    from PIL import Image
    images = []
    for label, class_folder in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
        for path in sorted(class_folder.rglob("*")):
            if path.is_file() and "broken" not in path.name and path.suffix != ".txt":
                pixels = numpy.asarray(transform(Image.open(path).convert(mode)))
                images.append((label, (pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)).tobytes()))
    return images


class Checks:
    def __init__(self):
        self.failures = 0

    def check(self, what, condition, details=""):
        if isinstance(details, dict):
            details = {key: value for key, value in details.items() if key != "images"}
        print(f"{what}: {'as it must be' if condition else f'WRONG {details}'}", flush=True)
        self.failures += not condition


def check_formats(checks, program, folder):
    for label, name in enumerate(("cat", "dog")):
        (folder / "val" / name / "more").mkdir(parents=True)
        for number, ending in enumerate(("png", "bmp", "jpg", "JPEG", "webp")):
            target = folder / "val" / name / ("more" if number == 1 else "") / f"{number}.{ending}"
            options = {"lossless": True} if ending == "webp" else {"quality": 90} if number in (2, 3) else {}
            picture("RGB", (40, 30), 10 * label + number).save(target, **options)
        picture("L", (40, 30), label).save(folder / "val" / name / "grey.png")
        (folder / "val" / name / "notes.txt").write_text("no picture")
    images = expected(folder / "val", "RGB", lambda image: image)
    for place in (folder, folder / "val"):
        found = report(program, place)
        good = found.get("images") == images and found["shape"] == [3, 30, 40] and found["classes"] == ["cat", "dog"]
        checks.check(f"formats in {place.name}", good, found)
    checks.check("no training split", "no training images" in report(program, folder, "train").get("error", ""))
    (folder / "val" / "dog" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (folder / "val" / "dog" / "broken.jpg").write_bytes(b"")
    bomb = bytearray((folder / "val" / "cat" / "0.png").read_bytes())
    bomb[16:24] = b"\0\1\0\0\0\1\0\0"  # claims 65,536 pixels a side
    (folder / "val" / "cat" / "broken-large.png").write_bytes(bomb)
    found = report(program, folder)
    skipped = sorted(pathlib.Path(path).name for path in found.get("skipped", []))
    checks.check("unreadable files", found.get("images") == images and skipped == ["broken-large.png", "broken.jpg", "broken.png"], found)
    for number in range(20):
        (folder / "val" / "dog" / f"broken{number}.png").write_bytes(b"nothing")
    checks.check("too many of them", "cannot be read" in report(program, folder).get("error", ""))


def check_sizes(checks, program, folder):
    from torchvision import transforms
    sizes = ((300, 200), (200, 300), (61, 97), (256, 256), (257, 640), (224, 31))
    for number, size in enumerate(sizes):
        (folder / "a").mkdir(parents=True, exist_ok=True)
        picture("RGB", size, number).save(folder / "a" / f"{number}.png")
    for resize, crop in ((256, 224), (64, 64), (37, 20), (500, 333)):
        images = expected(folder, "RGB", transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop)]))
        found = report(program, folder, "test", resize, crop)
        checks.check(f"resize {resize}, crop {crop}", found.get("images") == images and found["shape"] == [3, crop, crop], found)
    images = expected(folder, "RGB", transforms.CenterCrop(150))
    checks.check("crop alone", report(program, folder, "test", 0, 150).get("images") == images)
    images = expected(folder, "RGB", transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)]))
    found = report(program, folder)
    checks.check("several sizes", found.get("images") == images and "resized to 256, cropped to 224" in found["name"], found)
    checks.check("resize alone", "--crop" in report(program, folder, "test", 64).get("error", ""))


def check_other_formats(checks, program, folder):
    for label, name in enumerate(("cat", "dog")):
        (folder / name).mkdir()
        for number, ending in enumerate(("ppm", "tif", "TIFF", "pnm")):
            picture("RGB", (40, 30), 10 * label + number).save(folder / name / f"{number}.{ending}")
        picture("L", (40, 30), label).save(folder / name / "grey.pgm")
    images = expected(folder, "RGB", lambda image: image)
    found = report(program, folder)
    checks.check("ppm, pgm, tiff", found.get("images") == images and len(images) == 10, found)
    (folder / "cat" / "large.ppm").write_bytes(b"P6 # a comment\n70000 70000 255\n" + bytes(100))
    (folder / "cat" / "large.pgm").write_bytes(b"P5 99999999999999999999 2 255\n" + bytes(100))
    (folder / "dog" / "loop.tif").write_bytes(b"II*\0\x04\0\0\0" + b"\xff" * 40)
    found = report(program, folder)
    skipped = sorted(pathlib.Path(path).name for path in found.get("skipped", []))
    checks.check("hostile ones", found.get("images") == images and skipped == ["large.pgm", "large.ppm", "loop.tif"], found)


def check_hidden(checks, program, folder):
    for name in ("cat", "dog"):
        (folder / name / ".ipynb_checkpoints").mkdir(parents=True)
        picture("RGB", (8, 6), 1).save(folder / name / "x.png")
        picture("RGB", (9, 9), 2).save(folder / name / ".ipynb_checkpoints" / "x-checkpoint.png")
        (folder / name / "._x.png").write_bytes(b"\0\5\x16\7" + bytes(100))
        (folder / "__MACOSX" / name).mkdir(parents=True)
        picture("RGB", (9, 9), 3).save(folder / "__MACOSX" / name / "x.png")
    found = report(program, folder)
    checks.check("hidden files", len(found.get("images", [])) == 2 and found["classes"] == ["cat", "dog"] and not found.get("skipped"), found)


def check_numbering(checks, program, folder):
    for split, names in (("train", "abcd"), ("val", "bd")):
        for name in names:
            (folder / split / name).mkdir(parents=True)
            picture("RGB", (8, 6), ord(name)).save(folder / split / name / "x.png")
    for place in (folder, folder / "val"):
        found = report(program, place)
        checks.check("classes counted by train", [label for label, _ in found.get("images", [])] == [1, 3] and found["classes"] == list("abcd"),
                     found)
    (folder / "val" / "e").mkdir()
    picture("RGB", (8, 6), 1).save(folder / "val" / "e" / "x.png")
    found = report(program, folder)
    checks.check("a class that train lacks", [label for label, _ in found.get("images", [])] == [0, 1, 2], found)


def check_annotations(checks, program, folder):
    for name in ("n1", "n2", "n3"):
        (folder / "train" / name / "images").mkdir(parents=True)
        picture("RGB", (8, 6), 1).save(folder / "train" / name / "images" / "0.JPEG")
    (folder / "val" / "images").mkdir(parents=True)
    for number in range(3):
        picture("RGB", (8, 6), number).save(folder / "val" / "images" / f"val_{number}.JPEG")
    (folder / "val" / "val_annotations.txt").write_text(
        "val_0.JPEG\tn3\t0\t0\t7\t5\nval_1.JPEG\tn1\t0\t0\t7\t5\nval_2.JPEG\tn3\t0\t0\t7\t5\n../../x.JPEG\tn1\t0\n")
    found = report(program, folder)
    checks.check("Tiny ImageNet", [label for label, _ in found.get("images", [])] == [2, 0, 2] and found["classes"] == ["n1", "n2", "n3"], found)


def check_grey(checks, program, folder):
    for name in ("0", "1"):
        (folder / "train" / name).mkdir(parents=True)
        picture("L", (28, 28), int(name)).save(folder / "train" / name / "x.png")
    images = expected(folder / "train", "L", lambda image: image)
    found = report(program, folder, "train")
    checks.check("grey", found.get("images") == images and found["shape"] == [1, 28, 28], found)


def check_unpacked(checks, program, folder):
    for split, count in (("test", 10000), ("train", 50000)):
        pictures, binary = report(program, folder, split), report(program, folder / "cifar-10-batches-bin", split)
        good = "images" in pictures and len(pictures["images"]) == count and pictures["classes"] == binary["classes"] and \
            sorted(pictures["images"]) == sorted(binary["images"])
        checks.check(f"unpacked {split} images", good, pictures.get("error") or binary.get("error"))


def main():
    program = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("PIL", "numpy", "torchvision")):
        print("python3-pil, python3-numpy and python3-torchvision are not here")
        return SKIPPED
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        for check in (check_formats, check_other_formats, check_hidden, check_numbering, check_annotations, check_sizes, check_grey):
            folder = pathlib.Path(name) / check.__name__
            folder.mkdir()
            check(checks, program, folder)
    if len(sys.argv) > 2:
        check_unpacked(checks, program, pathlib.Path(sys.argv[2]))
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
