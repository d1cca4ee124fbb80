"""Slices of a job, each in a study of its own, in any order, give after merging exactly the study of one run: row by row, of every kind of
job. What is missing is named and runs afterwards; what does not belong together is refused."""
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile

from studies import SMALL_JOBS, difference, rows_of, run

CLI = sys.argv[1]
JOBS = SMALL_JOBS | {
    "harden": "harden --rates 1e-4,1e-3 --trials 4 --tuning-images 30",
}
SLICES = {"sensitivity": [2, 8], "harden": [2], "precision": [3], "auto": [2]}


def words(job):
    return [CLI] + job.split() + ["--threads", "1"]


def sliced(folder, name, job, count):
    parts = []
    for number in range(1, count + 1):
        parts.append(f"{folder}/{name}-{number}-of-{count}.clipscope")
        run(words(job) + ["--slice", f"{number}/{count}", "--study", parts[-1]])
    random.shuffle(parts)
    return parts


def check_equal(whole, merged, what):
    if text := difference(whole, merged):
        sys.exit(f"{what}: the merged study is another one than that of one run: {text}")


def check_kind(folder, name, job):
    whole = f"{folder}/{name}.clipscope"
    run(words(job) + ["--study", whole])
    for count in SLICES.get(name, [3]):
        parts = sliced(folder, name, job, count)
        merged = f"{folder}/{name}-merged-{count}.clipscope"
        text = run([CLI, "merge", *parts, "--output", merged]).stdout
        if "whole" not in text:
            sys.exit(f"{name}: {text}")
        check_equal(whole, merged, f"{name} in {count} slices")


def check_list(folder):
    faults = f"{folder}/faults.csv"
    run([CLI, "faults", faults, "--make-list", "60"])
    check_kind(folder, "faults", f"faults {faults} --images 30")


def check_missing(folder):
    """Of eight parts one is missing, one was not finished, and one is there twice."""
    job = JOBS["sensitivity"]
    parts = sliced(folder, "some", job, 8)
    by_name = sorted(parts)
    del by_name[2]
    shutil.copy(by_name[0], f"{folder}/again.clipscope")
    with sqlite3.connect(by_name[4]) as study:
        study.execute("DELETE FROM trial WHERE trial > 6")
        study.execute("""UPDATE job SET state = 'interrupted', resolved = json_remove(resolved, '$.slices')""")
    merged = f"{folder}/some-merged.clipscope"
    text = run([CLI, "merge", *by_name, f"{folder}/again.clipscope", "--output", merged]).stdout
    lost = len(rows_of(f"{folder}/sensitivity.clipscope", "trial")) - len(rows_of(merged, "trial"))
    if "3/8" not in text or "6/8" not in text or "1/8" in text or f"{lost} of" not in text or lost == 0:
        sys.exit(f"missing slices are not named: {text}")
    if rows_of(merged, "job")[0][5] != "stopped":
        sys.exit("a study with missing slices calls its job done")
    run(words(job) + ["--study", merged])
    whole = f"{folder}/sensitivity.clipscope"
    for table in ("curve", "point", "trial"):
        if rows_of(whole, table) != rows_of(merged, table):
            sys.exit(f"after what was missing had run, the table {table} differs from that of one run")


def check_refusals(folder):
    job = "sensitivity --layers network --rates 1e-4 --trials 4 --images 20"
    first, second = f"{folder}/first.clipscope", f"{folder}/second.clipscope"
    run(words(job) + ["--slice", "1/2", "--study", first])

    def refused(parts, *wanted):
        output = f"{folder}/refused.clipscope"
        said = run([CLI, "merge", *parts, "--output", output], status=1).stderr
        if said.count("\n") != 1 or not all(word in said for word in wanted) or any(name.startswith("refused") for name in os.listdir(folder)):
            sys.exit(f"refused with {said!r} instead of {wanted}, or something is left")

    def second_of(changed):
        if os.path.exists(second):
            os.remove(second)
        run(words(changed) + ["--slice", "2/2", "--study", second])

    for changed, word in ((job.replace("--trials 4", "--trials 5"), "trials"), (job.replace("1e-4", "1e-3"), "rates"),
                          (job + " --exact", "exact"), (job + " --model bundled:alexnet", "model"), (job + " --seed 5", "seed"),
                          (job.replace("--images 20", "--images 21"), "images"), (job + " --chunk 7", "chunk")):
        second_of(changed)
        refused([first, second], "do not belong together", word)
    second_of(job)
    shutil.copy(second, f"{folder}/changed.clipscope")
    with sqlite3.connect(f"{folder}/changed.clipscope") as study:
        study.execute("UPDATE trial SET correct = correct + 1 WHERE trial = (SELECT max(trial) FROM trial)")
    refused([first, f"{folder}/changed.clipscope"], "damaged", "changed.clipscope")
    with open(f"{folder}/no.clipscope", "w") as file:
        file.write("no study")
    refused([first, f"{folder}/no.clipscope"], "no.clipscope")
    refused([first, f"{folder}/none.clipscope"], "There is no study")
    for wrong in ("profile --study x.clipscope --slice 1/2", "harden --greedy --study x.clipscope --slice 1/2",
                  "sensitivity --slice 3/2 --study x.clipscope", "sensitivity --slice 1/2"):
        said = run([CLI] + wrong.split(), status=2).stderr
        if said.count("\n") != 1 or "slice" not in said:
            sys.exit(f"{wrong}: {said}")


def known_slices(study):
    with sqlite3.connect(study) as opened:
        return set(json.loads(opened.execute("SELECT resolved FROM job").fetchone()[0]).get("slices", {}))


def check_ends(folder):
    """At no moment does a study with a slice call its job done: a trigger of the database writes down every state that is committed. A job
    that has grown has forgotten its slices, and one that ran out of time did not finish them."""
    job = "sensitivity --layers network --rates 1e-4 --trials 4 --images 20"
    study = f"{folder}/ends.clipscope"
    run(words(job) + ["--slice", "1/3", "--study", study])
    with sqlite3.connect(study) as opened:
        opened.execute("CREATE TABLE seen (state TEXT, resolved TEXT)")
        opened.execute("CREATE TRIGGER see AFTER UPDATE OF state ON job BEGIN INSERT INTO seen VALUES (NEW.state, NEW.resolved); END")
    run(words(job) + ["--slice", "2/3", "--study", study])
    with sqlite3.connect(study) as opened:
        seen = [(state, set(json.loads(resolved)["slices"])) for state, resolved in opened.execute("SELECT * FROM seen")]
    if seen != [("running", {"1/3"}), ("stopped", {"1/3", "2/3"})]:
        sys.exit(f"a job of slices went through {seen}")
    run(words(job.replace("--trials 4", "--trials 7")) + ["--slice", "2/3", "--study", study])
    if known_slices(study) != {"2/3"}:
        sys.exit(f"a job that has grown still has {known_slices(study)}")
    run(words(job.replace("--trials 4", "--trials 7")) + ["--study", study])
    if known_slices(study) or rows_of(study, "job")[0][5] != "done":
        sys.exit("a job that was run whole after its slices still has slices")
    late = f"{folder}/late.clipscope"
    hard = "sensitivity --layers network --rates 1e-4 --precision 0.0005 --images 200"
    run(words(hard) + ["--at-most", "1s", "--slice", "1/1", "--study", late])
    if known_slices(late) or rows_of(late, "job")[0][5] != "stopped":
        sys.exit("a slice that ran out of time counts as finished")


def check_knowledge(folder):
    """A part is compared with what any part before it knows; the self-check may differ; files left of another study are in the way."""
    job = "sweep --site ACT-2 --rates 1e-4,1e-3 --trials 4 --grid 0:1.5:4 --tuning-images 20"
    first, second, empty = (f"{folder}/{name}.clipscope" for name in ("knows", "differs", "empty"))
    run(words(job) + ["--slice", "1/2", "--study", first])
    run(words(job) + ["--slice", "2/2", "--study", second, "--self-check", "1"])
    merged = f"{folder}/knowledge.clipscope"
    run([CLI, "merge", first, second, "--output", merged])
    shutil.move(merged, f"{folder}/moved.clipscope")
    with open(merged + "-wal", "w") as file:
        file.write("of another study")
    said = run([CLI, "merge", first, second, "--output", merged], status=1).stderr
    if "-wal" not in said or os.path.exists(merged):
        sys.exit(f"a journal of another study is taken for the new one's: {said}")
    os.remove(merged + "-wal")
    shutil.copy(first, empty)
    with sqlite3.connect(empty) as study:
        study.execute("DELETE FROM tuning")
        study.execute("UPDATE job SET state = 'queued', campaign = '', versions = '', model = NULL, images = NULL, "
                      "tuning_images = NULL, resolved = '{}'")
    with sqlite3.connect(second) as study:
        study.execute("UPDATE job SET versions = 'ClipScope 0.0.9, LibTorch 1.0'")
    said = run([CLI, "merge", empty, first, second, "--output", merged], status=1).stderr
    if "other versions" not in said:
        sys.exit(f"a part that comes after an empty one is not compared: {said}")


CHECKS = {name: lambda folder, name=name: check_kind(folder, name, JOBS[name]) for name in JOBS}
CHECKS |= {"faults": check_list, "missing": check_missing, "refusals": check_refusals, "ends": check_ends, "knowledge": check_knowledge}


def check_many(folder):
    """CLIPSCOPE_SLICES=64"""
    count = int(os.environ.get("CLIPSCOPE_SLICES", "16"))
    job = "sensitivity --layers each,network --rates 1e-4,1e-3 --trials 13 --images 10"
    whole = f"{folder}/many.clipscope"
    run(words(job) + ["--study", whole])
    merged = f"{folder}/many-merged.clipscope"
    run([CLI, "merge", *sliced(folder, "many", job, count), "--output", merged])
    check_equal(whole, merged, f"{count} slices")


CHECKS["many"] = check_many

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for check in sys.argv[2:] or CHECKS:
            if check == "missing" and not os.path.exists(f"{temporary}/sensitivity.clipscope"):
                CHECKS["sensitivity"](temporary)
            CHECKS[check](temporary)
            print(check, "equals one run" if check in JOBS else "as it should be")
