#!/usr/bin/env python3
"""Rankings and differences of clipscope-cli are what a plain program computes from the exported trials.csv.

test_ranking.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because the images are not there.
"""

import collections
import csv
import json
import math
import pathlib
import shutil
import sqlite3
import statistics
import sys
import tempfile

from test_replay_faults import SKIPPED, run

RATES = "1e-6,1e-5,1e-4,1e-3"
failures = 0


def check(name, good, *shown):
    global failures
    print(("pass  " if good else "FAIL  ") + name, *([] if good else shown))
    failures += not good


def near(found, expected, tolerance=1e-9):
    if found in (None, "") or expected is None:
        return found in (None, "") and expected is None
    return math.isclose(float(found), expected, rel_tol=tolerance, abs_tol=1e-12)


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def accuracies(rows, place):
    """Layer, then place, then the trial's accuracy by its number."""
    found = collections.defaultdict(lambda: collections.defaultdict(dict))
    for row in rows:
        found[row["layer"]][float(row[place])][int(row["trial"])] = int(row["correct_images"]) / int(row["images"])
    return found


def area(clean, means):
    """Through (0, clean) and every mean, rates divided by the largest."""
    points = [(0.0, clean)] + [(rate / max(means), means[rate]) for rate in sorted(means)]
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(points, points[1:]))


def rate_of_loss(values, level):
    """Where a line over the logarithm of the rate falls to the level; nothing before the first or behind the last rate."""
    rates = sorted(values)
    for low, high in zip(rates, rates[1:]):
        if values[low] > level >= values[high]:
            share = (values[low] - level) / (values[low] - values[high])
            return 10 ** (math.log10(low) + share * (math.log10(high) - math.log10(low)))
        if values[low] <= level:
            return None
    return None


def check_ranking(folder):
    ranked = read(folder / "ranking.csv")
    trials = [row for row in read(folder / "tables" / "trials.csv") if row["job"] == "1"]
    points = [row for row in read(folder / "tables" / "points.csv") if row["job"] == "1"]
    by_layer = accuracies(trials, "rate_per_bit")
    ends = {name: collections.defaultdict(dict) for name in ("low", "high")}
    clean = {}
    for row in points:
        clean[row["layer"]] = float(row["clean_accuracy_fraction"])
        for name in ends:
            ends[name][row["layer"]][float(row["rate_per_bit"])] = float(row[f"accuracy_ci95_{name}_fraction"])
    positions = accuracies([row for row in read(folder / "tables" / "trials.csv") if row["job"] == "2"], "bit")
    areas = {}
    check("as many rows as curves", sorted(row["layer"] for row in ranked) == sorted(by_layer), ranked)
    for layer, rates in by_layer.items():
        areas[layer] = area(clean[layer], {rate: statistics.mean(of.values()) for rate, of in rates.items()})
    for row in ranked:
        layer = row["layer"]
        means = {rate: statistics.mean(of.values()) for rate, of in by_layer[layer].items()}
        check(f"AUC of {layer}", near(row["auc"], areas[layer]), row["auc"], areas[layer])
        check(f"interval of the AUC of {layer}", float(row["auc_ci95_low"]) <= areas[layer] <= float(row["auc_ci95_high"]))
        for points_lost, loss in (("1_point", 0.01), ("10_points", 0.1)):
            for end, values in (("", means), ("_low", ends["low"][layer]), ("_high", ends["high"][layer])):
                expected = rate_of_loss(values, clean[layer] - loss)
                found = row[f"rate_{points_lost}_lost{end}"]
                check(f"{points_lost} of {layer} lost{end}", near(found, expected, 1e-6), found, expected)
        worst = min((value, rate) for rate, of in by_layer[layer].items() for value in of.values())
        check(f"worst of {layer}", near(row["worst_fraction"], worst[0]) and near(row["worst_rate"], worst[1]), row, worst)
        share = (clean[layer] - areas[layer]) / (clean["network"] - areas["network"])
        check(f"share of {layer}", near(row["network_loss_share"], share), row["network_loss_share"], share)
        if layer == "network":
            continue
        fatal = min((statistics.mean(of.values()), -bit) for bit, of in positions[layer].items())
        check(f"most fatal bit of {layer}", int(row["fatal_bit"]) == -fatal[1] and near(row["fatal_bit_mean_fraction"], fatal[0]), row, fatal)
    order = [areas[row["layer"]] for row in ranked]
    check("the most sensitive comes first", order == sorted(order), order)
    bits = read(folder / "bits.csv")
    check("every layer's every bit", len(bits) == sum(len(of) for of in positions.values()) and all(
        near(row["mean_fraction"], statistics.mean(positions[row["layer"]][float(row["bit"])].values())) for row in bits))
    lost = [float(row["clean_fraction"]) - float(row["mean_fraction"]) for row in bits]
    check("the most fatal bit comes first", all(a >= b - 1e-12 for a, b in zip(lost, lost[1:])))


def check_files(folder, cli, study):
    run(cli, "rank", study, "--latex", folder / "ranking.tex", "--json", folder / "ranking.json")
    text = (folder / "ranking.tex").read_text()
    check("LaTeX", text.count("\\toprule") == 2 and "FC-1 & " in text and "\\%" in text and " % " not in text.replace("% Needs", ""), text)
    rows = [line for line in text.splitlines() if line.strip().endswith("\\\\") and "&" in line]
    check("as many cells in each row of a table", len({line.count(" & ") for line in rows if line.startswith("    ")}) == 2, rows)
    ranking = json.loads((folder / "ranking.json").read_text())
    ranked = read(folder / "ranking.csv")
    check("JSON says what CSV says", [row["auc"] for row in ranking["layers"]] == [float(row["auc"]) for row in ranked])
    run(cli, "rank", folder / "result.json", "--csv", folder / "of_result.csv")
    same = [name for name in ranked[0] if not name.startswith("fatal")]
    check("a result's file gives the same", [[row[name] for name in same] for row in read(folder / "of_result.csv")] ==
          [[row[name] for name in same] for row in ranked])


def check_differences(folder, cli, study):
    run(cli, "differences", f"{study}:1", f"{study}:3", "--csv", folder / "differences.csv", "--json", folder / "differences.json")
    trials = read(folder / "tables" / "trials.csv")
    first = accuracies([row for row in trials if row["job"] == "1"], "rate_per_bit")
    second = accuracies([row for row in trials if row["job"] == "3"], "rate_per_bit")
    rows = read(folder / "differences.csv")
    check("every rate of every layer", len(rows) == sum(len(rates) for rates in first.values()))
    for row in rows:
        one, other = (run[row["layer"]][float(row["fault_rate"])] for run in (first, second))
        mean = statistics.mean(other[trial] - one[trial] for trial in one)
        name = f"difference in {row['layer']} at {row['fault_rate']}"
        check(name, near(row["difference_mean_fraction"], mean, 1e-7) and int(row["pairs"]) == len(one), row, mean)
        low, high = float(row["difference_ci95_low_fraction"]), float(row["difference_ci95_high_fraction"])
        check(name + ", interval", low - 1e-9 <= mean <= high + 1e-9, row)
    settings = {one["setting"]: (one["first"], one["second"]) for one in json.loads((folder / "differences.json").read_text())["settings"]}
    check("what differs in the settings", settings.get("format") == ("float32", "int8") and "seed" not in settings and "model" not in settings,
          settings)
    run(cli, "differences", f"{study}:1", f"{study}:4", "--csv", folder / "apart.csv")
    check("other seeds are apart", all(row["pairs"] == "0" for row in read(folder / "apart.csv")))
    run(cli, "differences", f"{study}:1", f"{study}:1", "--csv", folder / "same.csv")
    check("a run does not differ from itself", all(float(row["difference_mean_fraction"]) == 0 for row in read(folder / "same.csv")))
    run(cli, "differences", f"{study}:1", f"{study}:2", expect=2)
    run(cli, "differences", f"{study}:1", folder / "result.json", "--json", folder / "settings.json")
    settings = json.loads((folder / "settings.json").read_text())["settings"]
    check("a result's file differs in nothing from its job", settings == [], settings)


def check_formats(folder, cli):
    """Two formats side by side in one file: each layer against the network in its own."""
    run(cli, "sensitivity", "--model", "bundled:lenet5", "--images", 20, "--threads", 2, "--rates", "1e-5,1e-4", "--layers", "FC-1,network",
        "--trials", 3, "--format", "float32,bfloat16", "--json", folder / "both.json")
    run(cli, "rank", folder / "both.json", "--csv", folder / "both.csv", "--json", folder / "both_ranked.json")
    result = json.loads((folder / "both.json").read_text())
    lost = {}
    for curve in result["curves"]:
        clean = curve["clean_accuracy"] if "clean_accuracy" in curve else result["clean_accuracy"]
        lost[curve["layer"], curve["format"]] = clean - area(clean, {point["rate"]: point["mean"] for point in curve["points"]})
    rows = read(folder / "both.csv")
    check("every layer in each format", sorted((row["layer"], row["format"]) for row in rows) == sorted(lost) and len(rows) == 4, rows)
    check("both formats lose, and not alike", len({lost["network", name] for name in ("float32", "bfloat16")} - {0}) == 2, lost)
    for row in rows:
        whole = lost["network", row["format"]]
        share = lost[row["layer"], row["format"]] / whole
        check(f"share of {row['layer']} in {row['format']}", near(row["network_loss_share"], share, 1e-6), row["network_loss_share"], share)
    run(cli, "differences", folder / "both.json", folder / "both.json", "--csv", folder / "both_differences.csv")
    check("formats are compared with their own", all(float(row["difference_mean_fraction"]) == 0 and row["first_format"] == row["second_format"]
                                                     for row in read(folder / "both_differences.csv")))


def check_unmeasured(folder, cli, study):
    """A job stopped in its first round has its curves and not one trial; nothing is said of rates that nobody measured."""
    stopped = folder / "stopped.clipscope"
    shutil.copy(study, stopped)
    database = sqlite3.connect(stopped)
    points = "SELECT point.id FROM point JOIN curve ON curve.id = point.curve WHERE curve.job = 1"
    database.execute(f"DELETE FROM trial WHERE point IN ({points} AND (point.rate > 1e-5 OR curve.layer = 'network'))")
    database.commit()
    database.close()
    run(cli, "rank", f"{stopped}:1", "--csv", folder / "stopped.csv", "--latex", folder / "stopped.tex")
    for row in read(folder / "stopped.csv"):
        rates = [row["lowest_rate"], row["highest_rate"]]
        expected = ["", ""] if row["layer"] == "network" else [1e-6, 1e-5]
        check(f"rates measured in {row['layer']}", all(near(one, other or None) for one, other in zip(rates, expected)), rates)
        flags = [row[name] for name in row if name.endswith("_is_below")]
        check(f"what is below in {row['layer']}", len(flags) == 6 and all((flag == "") == (row["layer"] == "network") for flag in flags), flags)
    text = (folder / "stopped.tex").read_text()
    check("nothing is claimed beyond the measured rates", "beyond 1e-05" in text and "beyond 0.001" not in text, text)


def main():
    cli = sys.argv[1]
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists():
        print("dataset-fashion-mnist is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        study = folder / "kept.clipscope"
        common = ("--model", "bundled:lenet5", "--images", 60, "--study", study, "--threads", 2)
        run(cli, "sensitivity", *common, "--rates", RATES, "--layers", "each,network", "--trials", 8, "--json", folder / "result.json")
        run(cli, "bits", *common, "--layers", "each", "--trials", 3)
        run(cli, "sensitivity", *common, "--rates", RATES, "--layers", "each,network", "--trials", 8, "--format", "int8")
        run(cli, "sensitivity", *common, "--rates", RATES, "--layers", "network", "--trials", 8, "--seed", 2)
        run(cli, "export", study, "--csv", folder / "tables")
        run(cli, "rank", f"{study}:1", "--csv", folder / "ranking.csv", "--bits-csv", folder / "bits.csv")
        check_ranking(folder)
        check_files(folder, cli, f"{study}:1")
        check_differences(folder, cli, study)
        check_formats(folder, cli)
        check_unmeasured(folder, cli, study)
        counts = folder / "counts.clipscope"
        run(cli, "sensitivity", "--model", "bundled:lenet5", "--images", 20, "--study", counts, "--faults", "1,2", "--layers", "network", "--trials", 2)
        run(cli, "rank", counts, expect=2)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
