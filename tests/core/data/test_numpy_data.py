#!/usr/bin/env python3
"""Images as Python keeps them: CIFAR's pickles in every protocol, NumPy archives as of MedMNIST and Keras. Each must open with the pixels, labels and
classes that Python wrote; damaged ones and those of other contents are refused in one sentence, and nothing in a pickle is run.

test_numpy_data.py DATASET_REPORT: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import io
import json
import os
import pathlib
import pickle
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile

SKIPPED = 77
MOST_MEMORY = 500 * 2**20
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Checks:
    def __init__(self, program, folder):
        self.program, self.root, self.failures, self.number = pathlib.Path(program).resolve(), pathlib.Path(folder), 0, 0

    def new_folder(self, name="data"):
        self.number += 1
        folder = self.root / str(self.number) / name
        folder.mkdir(parents=True)
        return folder

    def check(self, what, condition, details=""):
        print(f"{what}: {'as it must be' if condition else f'WRONG {details}'}", flush=True)
        self.failures += not condition

    def report(self, place, split="test"):
        output = self.root / "pixels"
        done = subprocess.run([self.program, place, split, "0", "0", output], capture_output=True, text=True, cwd=self.root,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * MOST_MEMORY, 2 * MOST_MEMORY)))
        report = json.loads(done.stdout) if done.stdout else {"error": f"status {done.returncode} {done.stderr}"}
        report["pixels"] = output.read_bytes() if done.returncode == 0 else b""
        return report

    def opens(self, what, place, pixels, labels, split="test", **expected):
        """`pixels`: N x C x H x W."""
        found = self.report(place, split)
        good = found["pixels"] == pixels.tobytes() and found.get("labels") == list(map(int, labels)) and \
            found.get("shape") == list(pixels.shape[1:]) and all(found[key] == value for key, value in expected.items())
        self.check(what, good, {key: value for key, value in found.items() if key not in ("pixels", "labels")})

    def refuses(self, what, place, *words, split="test"):
        error = self.report(place, split).get("error", "it opened")
        good = all(word in error for word in words) and error.endswith(".") and "\n" not in error and len(error) < 600
        self.check("refused: " + what, good and not (self.root / "executed").exists(), error)


def pictures(count, *shape):
    import numpy
    return numpy.random.default_rng(count).integers(0, 256, (count, *shape), dtype=numpy.uint8)


def put(path, content, protocol=2):
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, protocol))


def python2_batch(pixels, labels):
    """Instruction by instruction as Python 2 wrote the files of the CIFAR page: texts and bytes are its short and long strings."""
    def text(word):
        return b"U" + bytes([len(word)]) + word.encode()
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    rows, width = struct.pack("<H", len(pixels)), struct.pack("<H", 3072)
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x06cnumpy\nndarray\nq\x07K\x00\x85U\x01b\x87Rq\x08(K\x01M" + rows + b"M" + width + \
        b"\x86cnumpy\ndtype\nq\x09U\x02u1K\x00K\x01\x87Rq\x0a(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + \
        struct.pack("<I", 3072 * len(pixels)) + pixels.tobytes() + b"tb"
    return b"\x80\x02}q\x01(" + text("batch_label") + b"q\x02" + text("testing batch 1 of 1") + b"q\x03" + text("labels") + b"q\x04]q\x05(" + numbers + \
        b"e" + text("data") + array + text("filenames") + b"](" + text("a.png") + b"eu."


def check_cifar(checks):
    import numpy
    pixels, labels = pictures(7, 3072), [3, 9, 0, 1, 2, 5, 9]
    planes = pixels.reshape(-1, 3, 32, 32)
    folder = checks.new_folder("cifar-10-batches-py")
    put(folder / "test_batch", python2_batch(pixels, labels))
    checks.opens("CIFAR-10 of Python 2", folder, planes, labels, classes=CLASSES, name="CIFAR-10 test")
    checks.opens("from a folder above", folder.parent, planes, labels)
    checks.opens("by a file in it", folder / "test_batch", planes, labels)
    checks.refuses("a split that is not there", folder, "no training images", "test split", split="train")
    put(folder / "batches.meta", {"label_names": [f"k{i}" for i in range(10)], "num_vis": 3072})
    for protocol in range(2, 6):
        for form, content in (("", {"data": pixels, "labels": labels}), (" by columns", {"data": numpy.asfortranarray(pixels), "labels": numpy.array(labels)}),
                              (" of numbers of NumPy's", {"data": pixels, "labels": list(numpy.array(labels))}),
                              (" with names of bytes", {b"data": pixels, b"labels": labels})):
            if protocol == 2 and "bytes" in form:
                continue  # which protocol 2 has none of
            put(folder / "test_batch", content, protocol)
            checks.opens(f"CIFAR-10 in protocol {protocol}{form}", folder, planes, labels, classes=[f"k{i}" for i in range(10)])
    for number, part in ((10, slice(4, 7)), (2, slice(1, 4)), (1, slice(0, 1))):
        put(folder / f"data_batch_{number}", {"data": pixels[part], "labels": labels[part]})
    put(folder / "data_batch_3.txt", b"nothing")
    checks.opens("CIFAR-10, training files in order", folder, planes, labels, "train", name="CIFAR-10 train")
    folder = checks.new_folder("cifar-100-python")
    put(folder / "test", {"data": pixels, "fine_labels": [99, *labels[1:]], "coarse_labels": [1] * 7, "filenames": ["a"] * 7})
    checks.opens("CIFAR-100", folder, planes, [99, *labels[1:]], classes=[str(i) for i in range(100)], name="CIFAR-100 test")
    put(folder / "meta", {"fine_label_names": [f"k{i}" for i in range(100)], "coarse_label_names": ["c"]})
    put(folder / "train", {"data": pixels, "fine_labels": labels}, 4)
    checks.opens("CIFAR-100, training", folder, planes, labels, "train", classes=[f"k{i}" for i in range(100)])


class Runs:
    def __reduce__(self):
        return os.system, ("touch executed",)


def check_damaged_cifar(checks):
    import numpy
    pixels, labels = pictures(3, 3072), [1, 2, 3]
    whole = python2_batch(pixels, labels)
    folder = checks.new_folder("cifar-10-batches-py")
    refused = [
        ("a program", {"data": Runs(), "labels": labels}, ("system", "could run code")), ("another class", {"data": pathlib.PurePosixPath("a")}, ("pathlib",)),
        ("cut", whole[:-100], ("damaged",)), ("grown", whole + b"x", ("damaged",)), ("no dictionary", [1, 2], ("'data'",)), ("no pixels", {"labels": labels}, ("'data'",)),
        ("no labels", {"data": pixels}, ("'labels'",)), ("pixels of another kind", {"data": pixels.astype(numpy.float32), "labels": labels}, ("no 8-bit pixels",)),
        ("another shape", {"data": pixels[:, :100], "labels": labels}, ("3×100", "N×3072")), ("a list of pixels", {"data": [[1, 2]], "labels": labels}, ("no array",)),
        ("texts", {"data": numpy.array(["a", "b"]), "labels": labels}, ("U1", "plain numbers")), ("objects", {"data": numpy.array([None, 1]), "labels": labels}, ("data",)),
        ("fewer labels", {"data": pixels, "labels": labels[:2]}, ("3 images", "2 labels")), ("a label too high", {"data": pixels, "labels": [0, 1, 10]}, ("image 2", "label 10", "0 to 9")),
        ("a label below 0", {"data": pixels, "labels": [0, -1, 1]}, ("label 1",)), ("labels that are texts", {"data": pixels, "labels": list("abc")}, ("label 0",)),
        ("a size of 2^32", whole.replace(b"T\x00\x24\x00\x00", b"T\xff\xff\xff\xff"), ("damaged",)), ("another size", whole.replace(b"M\x03\x00M\x00\x0c", b"M\xff\xffM\x00\x0c"), ("65535×3072", "9216")),
        ("nested", b"\x80\x02" + b"]" * 1000 + b"a" * 999 + b".", ("nested",)), ("within itself", b"\x80\x02]q\x01h\x01a.", ("within itself",))]
    for what, content, words in refused:
        put(folder / "test_batch", content)
        checks.refuses(what, folder, "test_batch", *words)
    put(folder / "test_batch", whole)
    for what, content, words in (("a program for names", {"label_names": Runs()}, ("could run code",)), ("no names", {}, ("label_names",)), ("empty names", {"label_names": ["a", ""]}, ("name of a class",)),
                                 ("too few names", {"label_names": ["a"]}, ("label 1", "0 to 0"))):
        put(folder / "batches.meta", content)
        checks.refuses(what, folder, *words)


def check_archives(checks):
    import numpy
    grey, colour, labels = pictures(6, 5, 4), pictures(6, 5, 4, 3), numpy.array([0, 2, 1, 0, 3, 1])
    planes = numpy.ascontiguousarray(colour.transpose(0, 3, 1, 2))
    folder = checks.new_folder()
    for save in (numpy.savez, numpy.savez_compressed):
        path, what = folder / "pathmnist.npz", save.__name__
        save(path, train_images=colour, train_labels=numpy.full((6, 1), 8, numpy.uint8), val_images=colour[:1], val_labels=[[0]], test_images=colour,
             test_labels=labels[:, None].astype(numpy.uint8))
        checks.opens(f"{what}, as MedMNIST", path, planes, labels, classes=[str(i) for i in range(9)], name="pathmnist test")
        checks.opens(f"{what}, training", path, planes, [8] * 6, "train", name="pathmnist train")
        checks.opens(f"{what}, by its folder", folder, planes, labels)
        save(path, x_train=grey, y_train=labels, x_test=grey[:2], y_test=labels[:2])
        checks.opens(f"{what}, as Keras", path, grey[:2, None], labels[:2], classes=["0", "1", "2", "3"])
        save(path, val_images=grey, val_labels=labels.astype(">i2"))
        checks.opens(f"{what}, validation images", path, grey[:, None], labels)
        save(path, test_images=numpy.asfortranarray(grey), test_labels=numpy.asfortranarray(labels[:, None].astype(numpy.uint64)))
        checks.opens(f"{what}, by columns", path, grey[:, None], labels)
        save(path, test_images=numpy.asfortranarray(colour), test_labels=labels)
        checks.opens(f"{what}, colours by columns", path, planes, labels)
        save(path, test_images=grey[..., None], test_labels=labels)
        checks.opens(f"{what}, one channel", path, grey[:, None], labels)
    path.rename(folder / "anything")
    checks.opens("by its content", folder / "anything", grey[:, None], labels)
    first = checks.new_folder(".medmnist")
    numpy.savez(first / "a.npz", test_images=grey, test_labels=labels)
    checks.opens("from the folder above", first.parent, grey[:, None], labels)
    numpy.savez(first / "b.npz", test_images=grey, test_labels=labels)
    checks.refuses("two archives in a folder", first, "several data sets", "a.npz", "b.npz")
    checks.opens("one of two archives", first / "b.npz", grey[:, None], labels)


def npy(header, data=b"", version=b"\x01\x00"):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H" if version == b"\x01\x00" else "<I", len(text)) + text + data


def check_damaged_archives(checks):
    import numpy
    grey, labels = pictures(3, 2, 2), numpy.array([0, 1, 2], numpy.uint8)
    folder = checks.new_folder()
    path = folder / "bad.npz"

    def write(images, classes=labels, kind=zipfile.ZIP_STORED):
        with zipfile.ZipFile(path, "w", kind) as archive:
            for name, content in (("test_images.npy", images), ("test_labels.npy", classes)):
                if content is not None:
                    buffer = io.BytesIO()
                    if not isinstance(content, bytes):
                        numpy.save(buffer, content)
                    archive.writestr(name, content if isinstance(content, bytes) else buffer.getvalue())

    good = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }"
    write(npy(good, grey.tobytes()))
    checks.opens("a header of our own", path, grey[:, None], labels)
    write(npy("{'shape':(3L,2L,2L),'fortran_order':False,\"descr\":'u1'}", grey.tobytes(), b"\x03\x00"))
    checks.opens("a header in another order", path, grey[:, None], labels)
    headers = [good[:-1], good + "}", good.replace("'shape'", "'descr'"), good.replace("False", "None"), good.replace("(3, 2, 2)", "(3, -2, 2)"), good.replace("(3", "(9" * 40),
               good.replace("3", "9" * 19), good.replace("'descr': '|u1', ", ""), "", "{}", good.replace("2)", "2"), good.replace("False", "__import__('os')"), good + " # more"]
    for header in headers:
        write(npy(header, grey.tobytes()))
        checks.refuses(f"the header {header[:70]!r}", path, "bad.npz", "test_images", "damaged")
    for what, images, words in (
            ("no array", b"test", ("test_images", "no array")), ("a version of the future", npy(good, grey.tobytes(), b"\x09\x00")[:8] + b"\0" * 30, ("version",)),
            ("a header beyond the end", b"\x93NUMPY\x01\x00\xff\xff{", ("damaged",)), ("too few bytes", npy(good, b"123"), ("3×2×2 elements", "3 bytes")),
            ("too many bytes", npy(good, grey.tobytes() + b"1"), ("13 bytes",)), ("more than all files", npy(good.replace("(3, 2, 2)", "(999999999999999999, 999999999999999999, 9)")), ("damaged",)),
            ("objects", npy(good.replace("|u1", "|O"), pickle.dumps([Runs()])), ("'|O'", "plain numbers")), ("parts", npy(good.replace("'|u1'", "[('a', '|u1')]"), grey.tobytes()), ("several parts",)),
            ("reals", grey.astype(numpy.float32), ("f4", "uint8")), ("volumes", pictures(3, 2, 2, 2), ("3×2×2×2",)), ("no images", pictures(3, 2, 2)[:0], ("0×2×2",)),
            ("rows", pictures(3, 4), ("3×4",)), ("two images", grey[:2], ("2 images", "test_labels 3 labels"))):
        write(images)
        checks.refuses(what, path, "bad.npz", *words)
    for what, classes, words in (("no labels", None, ("lacks", "test_labels")), ("several labels an image", numpy.zeros((3, 14), numpy.uint8), ("test_labels", "3×14", "one class")),
                                 ("real labels", labels.astype(float), ("test_labels", "f8")), ("labels below 0", numpy.array([0, 1, -1]), ("image 2", "label -1")),
                                 ("labels beyond all classes", numpy.array([0, 1, 2**63], numpy.uint64), ("image 2", "99999"))):
        write(grey, classes)
        checks.refuses(what, path, "bad.npz", *words)
    write(grey)
    whole = path.read_bytes()
    for what, content in (("cut", whole[:-30]), ("grown", whole + b"x"), ("empty", b""), ("text", b"images")):
        path.write_bytes(content)
        checks.refuses("an archive, " + what, path, "bad.npz", "damaged")
        checks.refuses("a folder of such, " + what, folder, "bad.npz", "damaged")
    numpy.savez(path, a=grey)
    checks.refuses("other arrays", folder, "bad.npz", "test_images")
    write(npy(good.replace("3", "3000000000"), b"\0" * 1000), kind=zipfile.ZIP_DEFLATED)
    checks.refuses("12 GB claimed", path, "3000000000×2×2")
    position = (lied := bytearray(path.read_bytes())).index(b"PK\x01\x02")
    struct.pack_into("<I", lied, position + 24, min(2**32 - 2, 1032 * struct.unpack_from("<I", lied, position + 20)[0]))
    path.write_bytes(bytes(lied))
    checks.refuses("a size that deflate could reach", path, "test_images", "damaged")


def main():
    if not importlib.util.find_spec("numpy"):
        print("python3-numpy is not here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(sys.argv[1], folder)
        for part in (check_cifar, check_damaged_cifar, check_archives, check_damaged_archives):
            part(checks)
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
