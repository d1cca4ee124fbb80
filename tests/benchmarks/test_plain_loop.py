#!/usr/bin/env python3
"""Runs plain_loop.py on a small model and compares its counts, trial by trial, with those of clipscope-cli.

test_plain_loop.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "app" / "cli"))

from test_replay_faults import SKIPPED, run, write_idx  # noqa: E402

RATES = "1e-5,1e-4,1e-3"
TRIALS = 4
IMAGES = 120
NEAR_TIES = 1  # images a trial that may fall the other way: this LibTorch is not the program's


def main():
    cli = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("torch", "numpy")):
        print("python3-torch and python3-numpy are not here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_idx(folder, "train", 600)
        write_idx(folder, "t10k", 150)
        model, result, counts = folder / "model.pt", folder / "result.json", folder / "counts.json"
        run(cli, "train", "--data", folder, "--normalize", "mnist", "--output", model, "--epochs", 6, "--batch", 20, "--lr", 0.02,
            "--no-mirror", "--shift", 0, "--validation-images", 100)
        for layers in ("each", "network"):
            run(cli, "sensitivity", "--model", model, "--data", folder, "--images", f"first:{IMAGES}", "--layers", layers, "--rates", RATES,
                "--trials", TRIALS, "--json", result)
            run(sys.executable, HERE / "plain_loop.py", "--model", model, "--data", folder, "--images", f"first:{IMAGES}", "--layers", layers,
                "--rates", RATES, "--trials", TRIALS, "--json", counts)
            expected = {(curve["path"] or "network", point["rate"], outcome["trial"]): outcome["correct"]
                        for curve in json.loads(result.read_text())["curves"] for point in curve["points"] for outcome in point["outcomes"]}
            found = {(count["path"], count["rate"], count["trial"]): count["correct"] for count in json.loads(counts.read_text())}
            if found.keys() != expected.keys():
                sys.exit(f"{layers}: other trials ran: {found.keys() ^ expected.keys()}")
            apart = {key: (found[key], expected[key]) for key in found if abs(found[key] - expected[key]) > NEAR_TIES}
            if apart:
                sys.exit(f"{layers}: counts of right images (script, program) differ: {apart}")
            if len(set(found.values())) < 5:
                sys.exit(f"{layers}: the faults did next to nothing, so the comparison says nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
