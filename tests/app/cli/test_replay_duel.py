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
