#!/usr/bin/env python3
"""Runs replay_duel.py on a small duel of clipscope-cli, and checks that it notices a result that is not true.

test_replay_duel.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

import test_replay_faults as small

REPLAY = pathlib.Path(__file__).with_name("replay_duel.py")
PROTECTIONS = ("none,clip,range,relu6,backflip,clip-channel,range-neuron,guard,range-check,parity,sec-ded-39-32,sec-ded-39-32-keep,"
               "sec-ded-72-64,tmr-30-31,guard+clip,sec-ded-72-64+backflip-channel")


def bounds_cut_nothing_that_they_saw(cli, folder):
    """On the tuning images themselves a protected network gives the very logits of the original, whatever the sign of its activations."""
    import replay_faults
    import torch

    torch.manual_seed(1)
    original = torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 3), torch.nn.GELU(), torch.nn.MaxPool2d(4), torch.nn.Conv2d(6, 6, 3), torch.nn.Tanh(), torch.nn.Flatten(),
        torch.nn.Linear(96, 12), torch.nn.SiLU(), torch.nn.Linear(12, 10)).eval()
    torch.jit.trace(original, torch.randn(2, 1, 28, 28)).save(str(folder / "signed.pt"))
    images, _ = replay_faults.read_images(folder, "train")
    inputs = replay_faults.prepare(images[:40], [0.1307], [0.3081], 0, 0)
    for protection in ("clip", "clip-channel", "clip-neuron", "range", "range-neuron", "backflip", "backflip-channel"):
        small.run(cli, "protect", "--model", folder / "signed.pt", "--data", folder, "--normalize", "mnist", "--images", "first:20",
                  "--tuning-split", "train", "--tuning-images", "first:40", "--protection", protection, "--output", folder / "bounded.pt")
        with torch.no_grad():
            if not torch.equal(torch.jit.load(str(folder / "bounded.pt"))(inputs), original(inputs)):
                sys.exit(f"{protection} changes images that its bounds come from")


def main():
    cli = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("torch", "numpy")):
        print("python3-torch and python3-numpy are not here")
        return small.SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small.write_idx(folder, "train", 600)
        small.write_idx(folder, "t10k", 150)
        model, result, faults = folder / "model.pt", folder / "result.json", folder / "faults.csv"
        small.run(cli, "train", "--data", folder, "--normalize", "mnist", "--output", model, "--epochs", 6, "--batch", 20, "--lr", 0.02,
                  "--no-mirror", "--shift", 0, "--validation-images", 100)
        for options in ((), ("--exact",)):
            small.run(cli, "duel", "--model", model, "--data", folder, "--images", "first:60", "--tuning-split", "train", "--tuning-images",
                      "first:80", "--protections", PROTECTIONS, "--layers", "network,FC-1", "--rates", "0,1e-5,1e-4,1e-3" if not options else "0,1e-4,1e-3,1e-2", "--trials",
                      2, "--json", result, "--faults-out", faults, "--chunk", 100, *options)
            replay = [sys.executable, REPLAY, "--network", "lenet5", "--model", model, "--data", folder, "--images", "first:60",
                      "--tuning-images", 80, "--faults", faults, "--result"]
            small.run(*replay, result)

        bounds_cut_nothing_that_they_saw(cli, folder)

        # One count changed, and a check bit left out: both must be noticed.
        changed = json.loads(result.read_text())
        changed["curves"][1]["points"][1]["outcomes"][0]["correct"] += 13
        (folder / "changed.json").write_text(json.dumps(changed))
        small.run(*replay, folder / "changed.json", "--trials", 1, expect=1)
        lines = faults.read_text().splitlines()
        lines.remove(next(line for line in lines if line.split(",")[2] == "0" and "#parity" in line))
        faults.write_text("\n".join(lines) + "\n")
        small.run(*replay, result, "--trials", 1, expect=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
