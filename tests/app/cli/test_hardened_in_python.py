#!/usr/bin/env python3
"""Hardens LeNet-5 with clipscope-cli and runs the file in Python's PyTorch, without ClipScope: its logits must be those of a network
clipped by hand here, its predictions those that clipscope-cli counts, its parameters those of the model it was made from.

test_hardened_in_python.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

from test_replay_faults import SKIPPED, run, write_idx

IMAGES = 150


def read_images(folder):
    import numpy
    import torch
    pixels = numpy.fromfile(folder / "t10k-images-idx3-ubyte", numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    labels = numpy.fromfile(folder / "t10k-labels-idx1-ubyte", numpy.uint8, offset=8)
    scaled = torch.nn.functional.pad(torch.from_numpy(pixels.astype(numpy.float32)) / 255, (2, 2, 2, 2))
    return (scaled - 0.1307) / 0.3081, torch.from_numpy(labels.astype(numpy.int64))


def clipped_by_hand(state, thresholds, x):
    import torch
    from torch.nn import functional

    def clipped(values, site):
        inside = (values >= 0) & (values <= thresholds[site])
        return torch.where(inside, values, torch.zeros(()))

    x = functional.max_pool2d(clipped(functional.conv2d(x, state["conv1.weight"], state["conv1.bias"]), "ACT-1"), 2)
    x = functional.max_pool2d(clipped(functional.conv2d(x, state["conv2.weight"], state["conv2.bias"]), "ACT-2"), 2)
    x = clipped(functional.linear(x.flatten(1), state["fc1.weight"], state["fc1.bias"]), "ACT-3")
    x = clipped(functional.linear(x, state["fc2.weight"], state["fc2.bias"]), "ACT-4")
    return functional.linear(x, state["fc3.weight"], state["fc3.bias"])


def check(condition, message):
    if not condition:
        sys.exit(message)


def check_hardened(path, model, thresholds, images, labels, cli, folder):
    import torch
    with torch.no_grad():
        original, hardened = torch.jit.load(str(model)), torch.jit.load(str(path))
        check(list(original.state_dict()) == list(hardened.state_dict()), "parameters have other names")
        for name, value in original.state_dict().items():
            check(torch.equal(value, hardened.state_dict()[name]), f"{name} has other values")
        logits, expected = hardened(images), clipped_by_hand(original.state_dict(), thresholds, images)
        check(torch.allclose(logits, expected, rtol=1e-5, atol=1e-5), "logits are not those of the network clipped by hand")
        predictions = logits.argmax(1)
        check(torch.equal(predictions, expected.argmax(1)), "predictions differ")
        huge = torch.full((1, 1, 32, 32), 1e30)
        check(bool(torch.isfinite(hardened(huge)).all()), "values beyond every threshold pass")
        result = folder / "evaluate.json"
        run(cli, "evaluate", "--model", path, "--data", folder, "--images", "all", "--json", result)
        check(json.loads(result.read_text())["correct"] == int((predictions == labels).sum()), "clipscope-cli counts otherwise")


def main():
    cli = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("torch", "numpy")):
        print("python3-torch and python3-numpy are not here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_idx(folder, "train", 600)
        write_idx(folder, "t10k", IMAGES)
        model, hardened, thresholds = folder / "model.pt", folder / "hardened.pt", folder / "thresholds.json"
        run(cli, "train", "--data", folder, "--normalize", "mnist", "--output", model, "--epochs", 4, "--batch", 20, "--lr", 0.02,
            "--no-mirror", "--shift", 0, "--validation-images", 100)
        run(cli, "harden", "--model", model, "--data", folder, "--tuning-images", 60, "--rates", "1e-5,1e-4,1e-3", "--trials", 4, "--n", 3,
            "--m", 1, "--output", hardened, "--thresholds-output", thresholds)
        images, labels = read_images(folder)
        found = {site["site"]: site["threshold"] for site in json.loads(thresholds.read_text())["sites"]}
        check(list(found) == ["ACT-1", "ACT-2", "ACT-3", "ACT-4"], "a site is missing")
        check_hardened(hardened, model, found, images, labels, cli, folder)

        # Thresholds that a person made up.
        by_hand = {"ACT-1": 0.75, "ACT-2": 1.5, "ACT-3": 1.25, "ACT-4": 2}
        thresholds.write_text(json.dumps({"version": 1, "sites": [{"site": site, "threshold": t} for site, t in by_hand.items()]}))
        run(cli, "harden", "--model", model, "--data", folder, "--thresholds", thresholds, "--output", hardened)
        check_hardened(hardened, model, by_hand, images, labels, cli, folder)
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
