#!/usr/bin/env python3
"""A study read as data: what its SQL views say is what clipscope-cli writes as JSON, and what was removed is in none of them.

test_study_views.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because the images are not there.
"""

import csv
import json
import math
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile

SKIPPED = 77


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"clipscope-cli {arguments[0]} ended with {done.returncode}: {done.stderr}")


def rows(database, query, *values):
    database.row_factory = sqlite3.Row
    return [dict(row) for row in database.execute(query, values)]


def near(found, expected):
    return found is not None and expected is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)


class Checks:
    failures = 0

    def check(self, name, good, *shown):
        print(("pass  " if good else "FAIL  ") + name, *([] if good else shown))
        self.failures += not good


def check_curves(checks, database, result, job, rule):
    found = rows(database, "SELECT * FROM jobs WHERE job = ?", job)[0]
    checks.check("job", found["kind"] == "sensitivity" and found["images"] == 60 and found["seed"] == 1 and found["format"] == "float32"
                 and found["device"] == "CPU" and found["libtorch"] == result["computed_with"]["libtorch"] and found["nonfinite"] == rule
                 and found["chunk"] == result["computed_with"]["chunk"] and found["state"] == "done", found)
    for curve in result["curves"]:
        stored = rows(database, "SELECT * FROM curves WHERE job = ? AND layer = ?", job, curve["layer"])[0]
        right = curve["clean"]["correct_argmax" if rule == "argmax" else "correct"]
        checks.check(f"curve {curve['layer']}", stored["bits"] == curve["bits"] and near(stored["clean_accuracy"], right / 60), stored)
        for point in curve["points"]:
            trials = rows(database, "SELECT * FROM trials WHERE job = ? AND layer = ? AND rate = ? ORDER BY trial", job, curve["layer"], point["rate"])
            name = "correct_argmax" if rule == "argmax" else "correct"
            same = len(trials) == len(point["outcomes"]) and all(
                row["trial"] == outcome["trial"] and row["faults"] == outcome["faults"] and row["correct"] == outcome["correct"] and
                row["due"] == outcome["due"] and row["sdc"] == outcome["sdc"] and near(row["accuracy"], outcome[name] / 60)
                for row, outcome in zip(trials, point["outcomes"]))
            checks.check(f"trials of {curve['layer']} at {point['rate']}", same, trials[:2], point["outcomes"][:2])
            summary = rows(database, "SELECT * FROM points WHERE job = ? AND layer = ? AND rate = ?", job, curve["layer"], point["rate"])[0]
            accuracies = [outcome[name] / 60 for outcome in point["outcomes"]]
            checks.check(f"point of {curve['layer']} at {point['rate']}",
                         summary["trials"] == len(accuracies) and near(summary["mean"], point["mean"]) and near(summary["max"], max(accuracies))
                         and near(summary["variance"], statistics.variance(accuracies)) and near(summary["min"], min(accuracies)), summary, point)


def check_hardening(checks, database, result, job):
    thresholds = {row["site"]: row for row in rows(database, "SELECT * FROM thresholds WHERE job = ?", job)}
    for search in result["searches"]:
        hardened, found = search["hardened"], thresholds.get(search["site"], {})
        checks.check(f"threshold of {search['site']}", all(near(found.get(name), hardened[name]) for name in
                                                           ("act_max", "threshold", "auc_before", "auc_after")), found, hardened)
    for activations in result["activations"]:
        bins = [[row["low"], row["high"], row["count"]] for row in
                rows(database, "SELECT * FROM histograms WHERE job = ? AND site = ? AND scope IS ? ORDER BY low", job, activations["site"],
                     activations["scope"])]
        checks.check(f"histogram of {activations['site']}", bins == activations["histogram"]["bins"], bins[:2])


def check_counts(checks, database, job):
    found = rows(database, "SELECT * FROM jobs WHERE job = ?", job)[0]
    checks.check("numbers of faults", found["fault_counts"] == "1,4" and found["fault_pattern"] == "burst-2" and found["points_over"] == "fault_count", found)
    for view in ("points", "trials"):
        counts = rows(database, f"SELECT DISTINCT fault_count FROM {view} WHERE job = ? ORDER BY 1", job)
        checks.check(f"numbers of faults of {view}", [row["fault_count"] for row in counts] == [1, 4], counts)
    others = rows(database, "SELECT fault_counts, fault_pattern FROM jobs WHERE job = 1")[0]
    checks.check("rates have none", others == {"fault_counts": None, "fault_pattern": "bit"}, others)
    checks.check("points over rates have none", not rows(database, "SELECT 1 FROM points WHERE job = 1 AND fault_count IS NOT NULL"))


def check_list(checks, database, results, job):
    found = rows(database, "SELECT * FROM jobs WHERE job = ?", job)[0]
    checks.check("a list's job", found["kind"] == "faults" and found["trials_asked"] == 40 and found["fault_list"].endswith("list.csv")
                 and found["images"] == 60 and found["points_over"] is None and found["chunk"] is not None, found)
    trials = rows(database, "SELECT * FROM listed_trials WHERE job = ? ORDER BY trial", job)
    with open(results, newline="") as file:
        lines = list(csv.DictReader(file))
    same = len(trials) == len(lines) == 40 and all(
        row["name"] == line["trial"] and row["due"] == int(line["nonfinite"]) and near(row["accuracy"], int(line["correct"]) / 60)
        and all(str(row[name]) == line[name] for name in ("line", "layer", "parameter", "element", "bit", "faults", "unchanged", "same_answer",
                                                          "other_answer", "images", "correct", "correct_argmax"))
        and all(row[name] == float(line[name]) or (row[name] is None and math.isnan(float(line[name]))) for name in ("before", "after"))
        for row, line in zip(trials, lines))
    checks.check("trials of a list", same, trials[:2], lines[:2])
    bits = rows(database, "SELECT * FROM listed_bits WHERE job = ? ORDER BY trial", job)
    checks.check("bits of a list", [(row["parameter"], row["element"], row["bit"]) for row in bits] ==
                 [(row["parameter"], row["element"], row["bit"]) for row in trials], bits[:2])


def main():
    program = sys.argv[1]
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists():
        print("dataset-fashion-mnist is not installed")
        return SKIPPED
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        study = folder / "kept.clipscope"
        common = ("--model", "bundled:lenet5", "--images", 60, "--study", study)
        measured = ("--rates", "1e-5,1e-3", "--layers", "CONV-1,network")
        run(program, "sensitivity", *common, *measured, "--trials", 4, "--json", folder / "wrong.json")
        run(program, "sensitivity", *common, *measured, "--trials", 3, "--nonfinite", "argmax", "--json", folder / "argmax.json")
        run(program, "harden", *common, "--tuning-images", 20, "--rates", "1e-4", "--trials", 2, "--n", 3, "--m", 1, "--json", folder / "harden.json")
        results = {kind: json.loads((folder / f"{kind}.json").read_text()) for kind in ("wrong", "argmax", "harden")}
        run(program, "sensitivity", *common, "--faults", "1,4", "--layers", "network", "--trials", 3, "--pattern", "burst-2")
        run(program, "faults", folder / "list.csv", "--make-list", 40, "--model", "bundled:lenet5")
        run(program, "faults", folder / "list.csv", *common, "--output", folder / "listed.csv")
        database = sqlite3.connect(study)
        check_curves(checks, database, results["wrong"], 1, "wrong")
        check_curves(checks, database, results["argmax"], 2, "argmax")
        check_hardening(checks, database, results["harden"], 3)
        hardening = rows(database, "SELECT * FROM jobs WHERE job = 3")[0]
        checks.check("a hardening's job", hardening["images"] == 20 and hardening["device"] == "CPU" and hardening["points_over"] == "fault_rate",
                     hardening)
        check_counts(checks, database, 4)
        check_list(checks, database, folder / "listed.csv", 5)
        database.execute("UPDATE job SET removed = 'now' WHERE id IN (1, 5)")
        left = [rows(database, f"SELECT count(*) AS n FROM {view} WHERE job IN (1, 5)")[0]["n"] for view in
                ("jobs", "curves", "points", "trials", "thresholds", "histograms", "listed_trials", "listed_bits")]
        checks.check("a removed job is in no view", left == [0] * 8, left)
        database.close()
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
