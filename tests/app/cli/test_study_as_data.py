#!/usr/bin/env python3
"""The lines of Python that guide and README have for reading a study with pandas do, and give what clipscope-cli exports.

test_study_as_data.py CLIPSCOPE_CLI GUIDE README: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import re
import sys
import tempfile

from test_replay_faults import SKIPPED, run


def main():
    cli, guide, readme = sys.argv[1], *(pathlib.Path(path).read_text() for path in sys.argv[2:4])
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists() or not importlib.util.find_spec("pandas"):
        print("dataset-fashion-mnist or python3-pandas is not installed")
        return SKIPPED
    import pandas

    imports, expression = re.search(r"In Python, `(import [^`]*)` and then `(pandas\.[^`]*)`", guide).groups()
    lines = re.search(r"```python\n(.*?)```", readme, re.S).group(1)
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        run(cli, "sensitivity", "--study", "work.clipscope", "--images", 40, "--layers", "CONV-1,network", "--rates", "1e-5,1e-4", "--trials", 3)
        run(cli, "export", "work.clipscope", "--csv", "tables")
        exported = pandas.read_csv("tables/points.csv", float_precision="round_trip")
        names = {}
        exec(imports, names)
        read = eval(expression, names)
        merged = read.merge(exported, left_on=["layer", "rate"], right_on=["layer", "rate_per_bit"])
        good = len(read) == len(exported) == len(merged) == 4 and (merged["mean"] - merged["accuracy_mean_fraction"]).abs().max() < 1e-12
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(lines, {})
        means = [float(line.split()[-1]) for line in printed.getvalue().splitlines()[1:]]
        good = good and len(means) == 4 and all(abs(a - b) < 1e-5 for a, b in zip(means, exported["accuracy_mean_fraction"]))
        print(lines, printed.getvalue())
        print(read, exported[["layer", "rate_per_bit", "accuracy_mean_fraction"]], sep="\n")
        os.chdir("/")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
