#!/usr/bin/env python3
"""Networks that `clipscope-cli bench --check` drew, repeated with plain PyTorch: replay_faults.py flips the same bits and runs whole passes.

test_replay_random_networks.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile

REPLAY = pathlib.Path(__file__).with_name("replay_faults.py")
SKIPPED = 77
NETWORKS = 16  # drawn; those of grey images are repeated


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        print("$", *command, done.stdout, done.stderr, sep="\n")
    return done.returncode == 0


def main():
    cli = sys.argv[1]
    if not all(importlib.util.find_spec(module) for module in ("torch", "numpy")):
        print("python3-torch and python3-numpy are not here")
        return SKIPPED
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if not run(cli, "bench", "--check", NETWORKS, "--seed", 1001, "--check-files", folder):
            failed.append("bench --check")
        grey = sorted(folder.glob("images-*"))
        for images in grey:
            model = folder / f"network-{images.name.removeprefix('images-')}.pt"
            result, faults = folder / "result.json", folder / "faults.csv"
            if not run(cli, "sensitivity", "--model", model, "--data", images, "--images", "all", "--layers", "each,network", "--rates",
                       "1e-4,1e-3,1e-2", "--trials", 3, "--json", result, "--faults-out", faults):
                failed.append(f"sensitivity of {model.name}")
            elif not run(sys.executable, REPLAY, "--model", model, "--data", images, "--images", "all", "--faults", faults, "--result",
                         result):
                failed.append(f"replay of {model.name}")
    print(f"{len(grey)} networks were repeated; failed: {', '.join(failed) or 'none'}")
    return 1 if failed or len(grey) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
