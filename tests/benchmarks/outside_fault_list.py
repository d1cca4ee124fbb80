#!/usr/bin/env python3
"""Holds what `clipscope-cli faults` finds against a list of faults whose effects others have published.

outside_fault_list.py LIST.csv RESULTS.csv

LIST.csv: Injection,Layer,TensorIndex,Bit,n_injections,masked,non_critical,critical (cad-polito-it/dnn-benchmarks), where `critical` images of
n_injections got another answer. RESULTS.csv: what ClipScope wrote for it, on other images. If both are samples of the same share of images,
the standardised differences have mean 0 and standard deviation 1.
"""

import csv
import math
import sys


def main():
    with open(sys.argv[1], newline="") as file:
        published = list(csv.DictReader(file))
    with open(sys.argv[2], newline="") as file:
        found = list(csv.DictReader(file))
    by_injection = {row["Injection"]: row for row in published}
    assert len(by_injection) == len(published), "injections of several faults"
    differences, never, outliers = [], [], []
    for row in found:
        other = by_injection[row["trial"]]
        images, ours = int(row["images"]), int(row["other_answer"])
        trials, theirs = int(other["n_injections"]), int(other["critical"])
        share = (ours + theirs) / (images + trials)
        if theirs == 0:
            never.append(ours / images)
        if not 0.001 < theirs / trials < 0.999:
            continue
        # Ours may be some of their images; the sampling error of a part of a whole is the whole's complement.
        error = math.sqrt(share * (1 - share) * (1 / images - 1 / trials))
        difference = (ours / images - theirs / trials) / error
        differences.append(difference)
        if abs(difference) > 4:
            outliers.append((difference, row, other))
    count = len(differences)
    mean = sum(differences) / count
    deviation = math.sqrt(sum((one - mean) ** 2 for one in differences) / (count - 1))
    print(f"{len(found)} of {len(published)} faults; {count} with a share of other answers from 0.001 to 0.999")
    print(f"standardised differences: mean {mean:+.3f}, standard deviation {deviation:.3f}")
    print(f"never critical in the list: {len(never)}; of these the largest share of other answers {max(never, default=0):.4f}, "
          f"more than 0.003 in {sum(one > 0.003 for one in never)}")
    print(f"beyond 4 standard deviations: {len(outliers)}")
    for difference, row, other in sorted(outliers, key=lambda one: -abs(one[0]))[:20]:
        print(f"  injection {row['trial']}: {other['Layer']} {other['TensorIndex']} bit {other['Bit']}: {row['before']} -> {row['after']}, "
              f"{other['critical']} of {other['n_injections']} there, {row['other_answer']} of {row['images']} here ({difference:+.1f})")


if __name__ == "__main__":
    main()
