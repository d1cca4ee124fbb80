"""What tests of studies need in Python: sqlite3 reads them, nothing of ClipScope's does."""
import sqlite3
import subprocess
import sys

# Times and machines may differ, and nothing else.
FREE_COLUMNS = {"created", "started", "ended", "seconds", "threads"}
TABLES = ["source", "job", "curve", "point", "trial", "tuning", "audit", "design", "sample", "listed_trial", "listed_outcome"]

# Of the bundled network; a second or two each.
SMALL_JOBS = {
    "sensitivity": "sensitivity --layers each,network --rates 1e-5:1e-3:4 --trials 11 --images 40",
    "auto": "sensitivity --layers CONV-1,network --rates auto --trials 7 --images 30",
    "precision": "sensitivity --layers each --rates 1e-4,1e-3 --trials 4 --precision 0.08 --images 40",
    "bits": "bits --layers each --trials 3 --images 30",
    "duel": "duel --protections none,clip,sec-ded-39-32 --rates 1e-4,1e-3 --trials 5 --images 30 --tuning-images 30",
    "sweep": "sweep --site ACT-2 --rates 1e-4,1e-3 --trials 4 --grid 0:1.5:9 --tuning-images 30",
}


def rows_of(path, table):
    with sqlite3.connect("file:" + path + "?mode=ro", uri=True) as study:
        cursor = study.execute("SELECT * FROM " + table)
        names = [column[0] for column in cursor.description]
        kept = [place for place, name in enumerate(names) if name not in FREE_COLUMNS]
        return [tuple(row[place] for place in kept) for row in cursor]


def difference(first, second):
    """None, or which table differs and how."""
    for table in TABLES:
        one, other = rows_of(first, table), rows_of(second, table)
        if one != other:
            only = [row for row in one if row not in set(other)][:3], [row for row in other if row not in set(one)][:3]
            return f"{table}: {len(one)} and {len(other)} rows, only in the first {only[0]}, only in the second {only[1]}"
    return None


def run(arguments, status=0):
    """Runs a program; ends the test where its exit status is another one."""
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(arguments)}: exit status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return done
