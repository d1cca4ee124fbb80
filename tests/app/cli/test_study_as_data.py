#!/usr/bin/env python3
"""The guide's line of Python that reads a study with pandas does, and gives what clipscope-cli exports.

test_study_as_data.py CLIPSCOPE_CLI GUIDE: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import os
import pathlib
import re
import sys
import tempfile

from test_replay_faults import SKIPPED, run


def main():
    cli, guide = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists() or not importlib.util.find_spec("pandas"):
        print("dataset-fashion-mnist or python3-pandas is not installed")
        return SKIPPED
    import pandas

    imports, expression = re.search(r"In Python, `(import [^`]*)` and then `(pandas\.[^`]*)`", guide).groups()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        run(cli, "sensitivity", "--study", "work.clipscope", "--images", 40, "--layers", "CONV-1,network", "--rates", "1e-5,1e-4", "--trials", 3)
        run(cli, "export", "work.clipscope", "--csv", "tables")
        exported = pandas.read_csv("tables/points.csv")
        names = {}
        exec(imports, names)
        read = eval(expression, names)
        merged = read.merge(exported, left_on=["layer", "rate"], right_on=["layer", "rate_per_bit"])
        good = len(read) == len(exported) == len(merged) == 4 and (merged["mean"] - merged["accuracy_mean_fraction"]).abs().max() < 1e-12
        print(read, exported[["layer", "rate_per_bit", "accuracy_mean_fraction"]], sep="\n")
        os.chdir("/")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
