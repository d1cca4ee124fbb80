#!/usr/bin/env python3
"""Runs replay_faults.py on a small sensitivity job of clipscope-cli, and checks that it notices a result that is not true.

test_replay_faults.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

REPLAY = pathlib.Path(__file__).with_name("replay_faults.py")
SKIPPED = 77
PATTERNS = (
    ("burst", "--pattern", "burst-4", "--rates", "1e-5,1e-4,1e-3"),
    ("column", "--pattern", "column-16", "--kind", "stuck1", "--rates", "1e-5,1e-4"),
    ("word", "--pattern", "word", "--kind", "stuck0", "--exact", "--rates", "1e-4,1e-3"),
    ("count", "--faults", "1,2,8,64"),
    ("outputs", "--layers", "each-activation,CONV-2.out,FC-1.out,activations", "--rates", "1e-5,1e-4,1e-3"),
    ("outputs_and_weights", "--layers", "network+activations,CONV-1+ACT-1.out", "--rates", "1e-5,1e-4", "--exact"),
    ("outputs_stuck", "--layers", "activations,outputs", "--kind", "stuck1", "--bits", "exponent", "--rates", "1e-5,1e-4"),
    ("outputs_bursts", "--layers", "activations", "--pattern", "burst-4", "--rates", "1e-5,1e-4", "--exact"),
    ("outputs_float16", "--layers", "activations,CONV-1.out", "--format", "float16", "--rates", "1e-5,1e-4,1e-3"),
    ("outputs_bfloat16", "--layers", "activations", "--format", "bfloat16", "--kind", "stuck1", "--rates", "1e-5,1e-4", "--exact"),
    ("outputs_int8", "--layers", "activations,FC-1.out", "--format", "int8", "--rates", "1e-4,1e-3,1e-2"),
    ("outputs_counted", "--layers", "ACT-1.out,activations,FC-3.out", "--faults", "1,2,5"),
    ("bursts_counted", "--faults", "1,4", "--pattern", "burst-2", "--exact"),
)


def write_idx(folder, prefix, images):
    """Classes as bright bars in places of their own under a fixed noise."""
    pixels = bytearray(struct.pack(">4I", 0x803, images, 28, 28))
    labels = bytes(i % 10 for i in range(images))
    state = 1
    for label in labels:
        for y in range(28):
            for x in range(28):
                state = (state * 1103515245 + 12345) % 2**31
                bar = y // 5 == label if label < 5 else x // 5 == label - 5
                pixels.append(200 + (state >> 16) % 56 if bar else (state >> 16) % 90)
    (folder / f"{prefix}-images-idx3-ubyte").write_bytes(pixels)
    (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, images) + labels)


def run(*command, expect=0):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    print("$", *command, done.stdout, done.stderr, sep="\n")
    if done.returncode != expect:
        sys.exit(f"exit status {done.returncode} where {expect} was expected")


def main():
    cli = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("torch", "numpy")):
        print("python3-torch and python3-numpy are not here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_idx(folder, "train", 600)
        write_idx(folder, "t10k", 150)
        model, result, faults = folder / "model.pt", folder / "result.json", folder / "faults.csv"
        run(cli, "train", "--data", folder, "--normalize", "mnist", "--output", model, "--epochs", 6, "--batch", 20, "--lr", 0.02,
            "--no-mirror", "--shift", 0, "--validation-images", 100)
        run(cli, "sensitivity", "--model", model, "--data", folder, "--images", "first:120", "--layers", "each,network,CONV-1+FC-3",
            "--rates", "0,1e-6,1e-5,1e-4,1e-3", "--trials", 5, "--json", result, "--faults-out", faults)
        replay = [sys.executable, REPLAY, "--model", model, "--data", folder, "--images", "first:120", "--faults", faults, "--result"]
        run(*replay, result)

        # Bits that fail together, and so many in every trial.
        for name, *options in PATTERNS:
            files = ("--json", folder / f"{name}.json", "--faults-out", folder / f"{name}.csv")
            run(cli, "sensitivity", "--model", model, "--data", folder, "--images", "first:120", "--trials", 4,
                *(() if "--layers" in options else ("--layers", "network,CONV-1")), *options, *files)
            run(sys.executable, REPLAY, "--model", model, "--data", folder, "--images", "first:120", "--result", files[1], "--faults", files[3])

        # One count changed, and one fault left out: both must be noticed.
        changed = json.loads(result.read_text())
        changed["curves"][0]["points"][1]["outcomes"][0]["correct"] -= 17
        (folder / "changed.json").write_text(json.dumps(changed))
        run(*replay, folder / "changed.json", expect=1)
        faults.write_text("\n".join(faults.read_text().splitlines()[:-1]) + "\n")
        run(*replay, result, expect=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
