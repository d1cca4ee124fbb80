"""mpirun -n 1, 2, 3 and 5 of clipscope-mpi give exactly the study of clipscope-cli, of every kind of job; killed at random moments, what
was committed is there and the next run ends equal. Arguments: clipscope-cli, clipscope-mpi, then the checks. CLIPSCOPE_KILLS=20 for more
kills than two. Exit status 77 says that there is no mpirun."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli"))
from studies import SMALL_JOBS, difference, rows_of, run  # noqa: E402

CLI, MPI = sys.argv[1], sys.argv[2]
if shutil.which("mpirun") is None or not os.path.exists(MPI):
    print("No mpirun (openmpi-bin), so nothing is checked.")
    sys.exit(77)

JOBS = SMALL_JOBS | {
    "harden": "harden --greedy --rates 1e-4,1e-3 --trials 4 --tuning-images 30",
    "harden-precision": "harden --rates 1e-4,1e-3 --precision 0.05 --tuning-images 30",
    "profile": "profile --tuning-images 30",
}


def mpirun(ranks, job, study):
    # Test machines are root's and small; messages of these processes stay on this machine.
    return ["mpirun", "--oversubscribe", "--allow-run-as-root", "--mca", "btl", "self,vader", "-n", str(ranks), MPI,
            *job.split(), "--threads", "1", "--study", study]


def check_kind(folder, name, ranks=(1, 2, 3, 5)):
    job = JOBS[name]
    whole = f"{folder}/{name}.clipscope"
    run([CLI, *job.split(), "--threads", "1", "--study", whole])
    for count in ranks:
        study = f"{folder}/{name}-{count}.clipscope"
        table = run(mpirun(count, job, study)).stdout
        if text := difference(whole, study):
            sys.exit(f"{name} on {count} ranks differs from one process: {text}")
        if not table.strip():
            sys.exit(f"{name} on {count} ranks prints no table")


def check_list(folder):
    faults = f"{folder}/faults.csv"
    run([CLI, "faults", faults, "--make-list", "60"])
    JOBS["faults"] = f"faults {faults} --images 30"
    check_kind(folder, "faults", (2, 3))


def children(process):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found]


def ranks_of(process):
    """By rank, as their environment says."""
    ranks = {}
    waiting = children(process)
    while waiting:
        pid = waiting.pop()
        waiting += children(pid)
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                for one in file.read().split(b"\0"):
                    if one.startswith(b"OMPI_COMM_WORLD_RANK="):
                        ranks[int(one.split(b"=")[1])] = pid
        except OSError:
            pass
    return ranks


def check_kills(folder):
    """Rank 2 of 3 is killed in mid-run."""
    job = "sensitivity --layers each,network --rates 1e-5:1e-3:4 --trials 200 --images 60"
    whole, study = f"{folder}/kills.clipscope", f"{folder}/killed.clipscope"
    run([CLI, *job.split(), "--threads", "1", "--study", whole])
    begun = time.monotonic()
    run(mpirun(3, job, f"{folder}/unkilled.clipscope"))
    duration = time.monotonic() - begun
    kills, most = 0, int(os.environ.get("CLIPSCOPE_KILLS", "2"))
    while kills < most:
        before = len(rows_of(study, "trial")) if os.path.exists(study) else 0
        running = subprocess.Popen(mpirun(3, job, study), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.2, 0.9) * duration)
        ranks = ranks_of(running.pid)
        if running.poll() is None and 2 in ranks:
            os.kill(ranks[2], signal.SIGKILL)
        status = running.wait(timeout=120)
        kills += status != 0
        rows = len(rows_of(study, "trial")) if os.path.exists(study) and os.path.getsize(study) > 0 else 0
        if rows < before:
            sys.exit(f"a kill lost trials: {before} before, {rows} after")
        print(f"kill {kills}: exit status {status}, {rows} of {len(rows_of(whole, 'trial'))} trials are there")
        if status == 0 or rows == len(rows_of(whole, "trial")):
            run(mpirun(3, job, study))
            compare_with_whole(whole, study)
            for rest in ("", "-wal", "-shm", "-lock"):
                if os.path.exists(study + rest):
                    os.remove(study + rest)
    run(mpirun(3, job, study))
    compare_with_whole(whole, study)


def compare_with_whole(whole, study):
    if text := difference(whole, study):
        sys.exit(f"after a kill the study differs from that of one run: {text}")


def check_refusals(folder):
    said = subprocess.run(mpirun(2, "info", "x")[:-2], capture_output=True, text=True)
    if said.returncode == 0:
        sys.exit("mpirun runs a command that keeps no study")
    said = subprocess.run(mpirun(2, "sensitivity --slice 1/2", f"{folder}/x.clipscope"), capture_output=True, text=True)
    if said.returncode != 2 or "leave it out under mpirun" not in said.stderr:
        sys.exit(f"a slice under mpirun: {said.returncode} {said.stderr}")


def check_files(folder):
    """Only the first process writes: what it writes is what one process writes, and stays."""
    job = "harden --rates 1e-4,1e-3 --trials 2 --tuning-images 20"
    files = ["--thresholds-output", f"{folder}/t.json", "--output", f"{folder}/h.pt", "--json", f"{folder}/r.json"]
    run([CLI, *job.split(), *files, "--threads", "1", "--study", f"{folder}/one.clipscope"])
    os.rename(f"{folder}/t.json", f"{folder}/alone.json")
    os.remove(f"{folder}/h.pt")
    run(mpirun(3, job + " " + " ".join(files), f"{folder}/three.clipscope"))
    with open(f"{folder}/t.json") as file, open(f"{folder}/alone.json") as alone:
        if file.read() != alone.read():
            sys.exit("the thresholds file of three processes is another one than that of one")
    run([CLI, "info", f"{folder}/h.pt"])
    said = subprocess.run(mpirun(2, f"harden --thresholds {folder}/t.json --output {folder}/again.pt", f"{folder}/x.clipscope"),
                          capture_output=True, text=True)
    if said.returncode != 2 or "leave mpirun out" not in said.stderr or os.path.exists(f"{folder}/again.pt"):
        sys.exit(f"thresholds from a file under mpirun: {said.returncode} {said.stderr}")


def check_signals(folder):
    """A signal to one that computes changes nothing; one to the first ends all, with what is there."""
    job = "sensitivity --layers each,network --rates 1e-5:1e-3:4 --trials 60 --images 40"
    whole, study = f"{folder}/signals.clipscope", f"{folder}/signalled.clipscope"
    run([CLI, *job.split(), "--threads", "1", "--study", whole])
    for rank, wanted in ((0, 130), (1, 0)):
        running = subprocess.Popen(mpirun(2, job, study), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and not (os.path.exists(study) and os.path.getsize(study) > 0 and is_at_work(study)):
            time.sleep(0.02)
        ranks = ranks_of(running.pid)
        if rank in ranks:
            os.kill(ranks[rank], signal.SIGTERM)
        status = running.wait(timeout=60)
        if status != wanted:
            sys.exit(f"after SIGTERM to rank {rank}: exit status {status}, not {wanted}")
    if text := difference(whole, study):
        sys.exit(f"after signals the study differs from that of one run: {text}")


def is_at_work(study):
    try:
        return rows_of(study, "job")[0][5] == "running"
    except (sqlite3.OperationalError, IndexError):
        return False


def check_differences(folder):
    """Ranks that were told different things do not work together."""
    command = mpirun(2, "sensitivity --layers network --rates 1e-4 --trials 4 --images 20", f"{folder}/d.clipscope")
    # Not two commands joined by a colon, on which the mpirun of Open MPI 5.0.7 crashes.
    program = next(i for i, word in enumerate(command) if word.endswith("clipscope-mpi"))
    seeded = ["sh", "-c", 'exec "$@" --seed $((OMPI_COMM_WORLD_RANK + 1))', "sh"]
    said = subprocess.run(command[:program] + seeded + command[program:], capture_output=True, text=True)
    if said.returncode == 0 or "something else than rank 0" not in said.stderr:
        sys.exit(f"ranks with other seeds: {said.returncode} {said.stderr}")


CHECKS = {name: lambda folder, name=name: check_kind(folder, name, (2, 3) if name not in ("sensitivity", "precision") else (1, 2, 3, 5))
          for name in list(JOBS)}
CHECKS |= {"faults": check_list, "kills": check_kills, "refusals": check_refusals, "files": check_files, "signals": check_signals,
           "differences": check_differences}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for check in sys.argv[3:] or CHECKS:
            CHECKS[check](temporary)
            print(check, "as one process")
