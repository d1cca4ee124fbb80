#!/usr/bin/env python3
"""A report is made of its study alone: twice the same bytes, its numbers those that SQL says, valid HTML, and honest about what is missing.

test_report.py CLIPSCOPE_CLI: exit status 0 passed, 1 failed, 77 skipped because the images or the desktop program are not there.
"""

import html.parser
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from test_replay_faults import SKIPPED, run

failures = 0


def check(name, good, *shown):
    global failures
    print(("pass  " if good else "FAIL  ") + name, *([] if good else shown))
    failures += not good


class Page(html.parser.HTMLParser):
    """The tables of a page by their id, as lists of rows of cells; headings, and what the page refers to."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.headings, self.references, self.items = {}, [], [], []
        self.rows, self.cell, self.heading, self.item = None, None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.references += [value for name, value in attributes if name in ("src", "href", "xlink:href") and not value.startswith("#")]
        if tag == "table":
            self.rows = self.tables.setdefault(named["id"], [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = ""
        elif tag == "br" and self.cell is not None:
            self.cell += "\n"
        elif tag == "h2":
            self.heading = ""
        elif tag == "li":
            self.item = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
        if self.heading is not None:
            self.heading += data
        if self.item is not None:
            self.item += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None
        elif tag == "h2":
            self.headings.append(self.heading)
            self.heading = None
        elif tag == "li":
            self.items.append(self.item)
            self.item = None


def percent(fraction):
    return f"{100 * fraction:.2f}"


def rounds_to(text, number):
    """Whether the text is the number rounded to so many digits, halves either way."""
    text = text.split("\n")[0]
    digits = len(text.partition(".")[2])
    return abs(float(text.replace(",", "")) - number) <= 0.5 * 10 ** -digits * (1 + 1e-6)


def columns_of(page, id, database, job):
    """Means or harms of a job: (layer, protection, place) and the cell, over all parts of the table."""
    for name in [id] + [f"{id}-{part}" for part in range(2, 9)]:
        rows = page.tables.get(name, [])
        for row in rows[1:]:
            for head, cell in zip(rows[0][1:], row[1:]):
                layer, _, protection = head.partition(", ")
                yield layer, protection or "none", float(row[0]), cell


def check_means(page, database, job):
    seen = 0
    for layer, protection, place, cell in columns_of(page, f"job-{job}-means", database, job):
        found = database.execute("SELECT mean FROM points WHERE job = ? AND layer = ? AND protection = ? AND rate = ?",
                                 (job, layer, protection, place)).fetchone()
        good = found is not None and rounds_to(cell.split("\n")[0], 100 * found[0])
        low, high = map(float, cell.split("\n")[1].split("…"))
        seen += 1
        if not good or not low <= 100 * found[0] + 0.01 or not 100 * found[0] - 0.01 <= high:
            check(f"mean of job {job}, {layer}, {protection} at {place}", False, cell, found)
    expected = database.execute("SELECT count(*) FROM points WHERE job = ?", (job,)).fetchone()[0]
    check(f"every mean of job {job}", seen == expected and seen > 0, seen, expected)


def check_harm(page, database, job):
    wrong = []
    for layer, protection, place, cell in columns_of(page, f"job-{job}-harm", database, job):
        sdc, due = database.execute("SELECT 100 * sdc_mean, 100 * due_mean FROM points WHERE job = ? AND layer = ? AND protection = ? AND rate = ?",
                                    (job, layer, protection, place)).fetchone()
        texts = cell.split(" / ")
        if not (rounds_to(texts[0], sdc) and rounds_to(texts[1], due)):
            wrong.append((layer, place, cell, sdc, due))
    check(f"silent and detectable errors of job {job}", not wrong, wrong)


def check_worst(page, database, job):
    wrong = []
    rows = page.tables[f"job-{job}-worst"][1:]
    for head, place, trial, faults, accuracy, lost, name in rows:
        layer, _, protection = head.partition(", ")
        least, clean = database.execute(
            "SELECT min(accuracy), clean_accuracy FROM trials JOIN curves USING (curve) WHERE trials.job = ? AND trials.layer = ? AND trials.protection = ?",
            (job, layer, protection or "none")).fetchone()
        own = database.execute(
            "SELECT accuracy, faults FROM trials WHERE job = ? AND layer = ? AND protection = ? AND rate = ? AND trial = ?",
            (job, layer, protection or "none", float(place), int(trial))).fetchone()
        good = own and own[0] == least and int(faults.replace(",", "")) == own[1] and rounds_to(accuracy, 100 * least) and \
            rounds_to(lost, 100 * (clean - least)) and name == f"{job}:{layer}:{place}:{trial}"
        if not good:
            wrong.append((head, place, trial, least, own))
    curves = database.execute("SELECT count(*) FROM curves WHERE job = ?", (job,)).fetchone()[0]
    check(f"worst cases of job {job}", not wrong and len(rows) == curves, wrong)


def check_injection(page, database, job):
    expected = [[layer, f"{asked:,}", f"{changed:,}"] for layer, asked, changed in database.execute(
        "SELECT layer, sum(asked), sum(changed) FROM audit WHERE job = ? GROUP BY layer", (job,))]
    check(f"injections of job {job}", sorted(page.tables[f"job-{job}-injection"][1:]) == sorted(expected) and expected, expected)


def check_setup(page, database):
    rows = page.tables["jobs"][1:]
    expected = database.execute("SELECT job, state, seed FROM jobs ORDER BY job").fetchall()
    check("every job is there", [(int(row[0]), row[2], int(row[8])) for row in rows] == expected, rows)
    hashes = {row[0] for row in database.execute("SELECT DISTINCT sha256 FROM source WHERE id IN (SELECT model FROM job UNION SELECT images FROM job)")}
    text = {cell for row in page.tables["sources"] for cell in row}
    check("models and images by their SHA-256", hashes <= text, hashes - text)


def check_thresholds(page, database, job):
    wrong = []
    rows = page.tables[f"job-{job}-thresholds"][1:]
    for site, act_max, threshold, before, after in database.execute(
            "SELECT site, act_max, threshold, auc_before, auc_after FROM thresholds WHERE job = ?", (job,)):
        row = next((row for row in rows if row[0] == site), None)
        if row is None or not (abs(float(row[2]) / act_max - 1) < 1e-4 and abs(float(row[3]) - threshold) <= 1e-4 * max(threshold, 1) and
                               rounds_to(row[4], before) and rounds_to(row[5], after)):
            wrong.append((site, row))
    check("thresholds", not wrong and rows, wrong)


def check_ranking(page, cli, study, folder, job):
    """The ranking's own numbers are tested elsewhere; here that the report has them."""
    run(cli, "rank", f"{study}:{job}", "--csv", folder / "rank.csv")
    lines = [line.split(",") for line in (folder / "rank.csv").read_text().splitlines()]
    columns = {name: place for place, name in enumerate(lines[0])}
    rows = page.tables[f"job-{job}-layers"][1:]
    check("ranking", [row[0] for row in rows] == [line[0] for line in lines[1:]] and
          all(rounds_to(row[2], float(line[columns["auc"]])) for row, line in zip(rows, lines[1:])), rows)
    first = next(line[0] for line in lines[1:] if line[0] != "network")
    check("the answer names the most sensitive layer", any(item.startswith(f"Most sensitive layer: {first},") for item in page.items[:5]), page.items[:5])


def check_valid(path):
    if not shutil.which("tidy"):
        print("skipped: tidy is not here, so nobody checked that the HTML is valid")
        return
    done = subprocess.run(["tidy", "-q", "-e", str(path)], capture_output=True, text=True)
    check("tidy finds nothing wrong", done.returncode == 0, done.stderr[:2000])


def check_repeats(page_text, cli, folder, study):
    """The commands of the report, run into a new study, give the same trials."""
    block = re.search(r"<pre>(.*?)</pre>", page_text, re.S).group(1)
    lines = [html.unescape(line) for line in block.strip().splitlines()]
    for line in lines:
        if line.startswith("sqlite3 ") and not shutil.which("sqlite3"):
            print("skipped: sqlite3 is not here, so Python reads the thresholds")
            job, file = re.search(r'id = (\d+)" > (.*)', line).groups()
            settings, = sqlite3.connect(study).execute("SELECT settings FROM job WHERE id = ?", (int(job),)).fetchone()
            (folder / file).write_text(json.loads(settings)["thresholds"])
            continue
        done = subprocess.run(["sh", "-c", line.replace("clipscope-cli", f'"{cli}"', 1)], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            check("a command of the report", False, line, done.stderr)
    query = "SELECT job, layer, protection, rate, trial, faults, correct FROM trials ORDER BY 1, 2, 3, 4, 5"
    one, other = (sqlite3.connect(path).execute(query).fetchall() for path in (study, folder / "repeated.clipscope"))
    check("the report's commands measure the same trials again", one == other and len(one) > 100, len(one), len(other))


def make_study(cli, study, folder):
    common = ("--model", "bundled:lenet5", "--images", 24, "--study", study, "--threads", 2)
    run(cli, "sensitivity", *common, "--rates", "1e-6,1e-5,1e-4", "--layers", "each,network", "--trials", 6)
    run(cli, "bits", *common, "--layers", "CONV-1,FC-1", "--trials", 2)
    run(cli, "harden", *common, "--tuning-images", 16, "--rates", "1e-4", "--trials", 2, "--n", 3, "--m", 1, "--thresholds-output", folder / "thresholds.json")
    run(cli, "compare", *common, "--thresholds", folder / "thresholds.json", "--tuning-images", 16, "--rates", "1e-5,1e-4", "--trials", 4)
    run(cli, "duel", *common, "--protections", "none,guard,sec-ded-39-32", "--layers", "CONV-1,FC-1,network", "--tuning-images", 16, "--rates", "1e-5,1e-4", "--trials", 4)
    run(cli, "profile", *common, "--tuning-images", 16)
    run(cli, "sweep", *common, "--site", "ACT-2", "--grid", "0:8:4", "--tuning-images", 16, "--rates", "1e-4", "--trials", 2)
    run(cli, "sensitivity", *common, "--faults", "1,4", "--layers", "network", "--trials", 3)
    run(cli, "faults", folder / "list.csv", "--make-list", 30, "--model", "bundled:lenet5")
    run(cli, "faults", folder / "list.csv", *common)


def check_pdf(path):
    data = path.read_bytes()
    check("PDF", data.startswith(b"%PDF-") and len(data) > 20000)
    if not shutil.which("pdftotext"):
        print("skipped: pdftotext is not here, so nobody read the PDF")
        return
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True).stdout
    check("the PDF has the sections as text", all(words in text for words in ("Question and answer", "How to repeat it", "Most sensitive layer")), text[:500])


def check_damaged(cli, study, folder):
    damaged = folder / "damaged.clipscope"
    shutil.copy(study, damaged)
    database = sqlite3.connect(damaged)
    hurt = database.execute("UPDATE trial SET correct = correct - 1 WHERE trial = 2").rowcount  # as a flipped bit in the file would
    database.commit()
    database.close()
    run(cli, "report", damaged, "--output", folder / "damaged.html")
    text = (folder / "damaged.html").read_text()
    check("a damaged study's report says so", "file is damaged" in text and f"{hurt} rows hold something else" in text, hurt)
    check("what is whole is reported", "Most sensitive layer" in text)
    damaged.write_bytes(b"SQLite format 3\0" + bytes(5000))
    run(cli, "report", damaged, "--output", folder / "nothing.html", expect=1)


def leave_unfinished(study):
    """As jobs that were stopped leave it: curves are there before their first trial."""
    database = sqlite3.connect(study)
    database.execute("UPDATE job SET state = 'stopped' WHERE id IN (1, 4, 5)")
    of_job = "point IN (SELECT point.id FROM point JOIN curve ON curve.id = point.curve WHERE"
    database.execute(f"DELETE FROM trial WHERE trial >= 3 AND {of_job} job = 1)")
    database.execute(f"DELETE FROM trial WHERE {of_job} job = 4 OR job = 5 AND layer = 'FC-1')")  # a comparison, the second scope of a duel
    database.commit()
    database.close()


def check_unfinished(text):
    check("a study in progress is reported as such", re.search(r"Not all is done: Job 1 \(sensitivity\), .* was stopped; Job 4 ", text))
    captions = list(dict.fromkeys(re.findall(r"cost in (\w+), faults in ([\w-]+), Job 5", text)))  # in the figure, and below it
    check("prices of what has run", captions == [(cost, layer) for layer in ("CONV-1", "network") for cost in ("storage", "operations")], captions)
    check("no figure of an unfinished study is missing", "<!--figure" not in text)


def check_words_and_unfinished(cli, study, folder):
    """What people typed is text, never markup; jobs that were stopped are named."""
    nasty = "<script>alert(1)</script> & \"<!--figure 0-->\""
    (folder / "words.txt").write_text("First part " + nasty + "\n\nSecond part")
    named = folder / "named.clipscope"
    shutil.copy(study, named)
    leave_unfinished(named)
    database = sqlite3.connect(named)
    database.execute("UPDATE job SET name = ?, notes = ? WHERE id = 1", (nasty, nasty))
    database.commit()
    database.close()
    run(cli, "report", named, "--output", folder / "words.html", "--title", "-" + nasty, "--text", folder / "words.txt", "--without", "limits,repeat")
    text = (folder / "words.html").read_text()
    check("no markup of others", "<script" not in text and text.count("&lt;script&gt;") >= 4)
    page = Page(text)
    check("sections can be left out", "Set-up" in page.headings and "Limits of the method" not in page.headings and "How to repeat it" not in page.headings,
          page.headings)
    check_valid(folder / "words.html")
    check_unfinished(text)
    run(cli, "report", study, "--output", folder / "words.html", "--without", "nothing", expect=2)
    run(cli, "report", study, "--output", folder / "words.docx", expect=2)


def main():
    cli = pathlib.Path(sys.argv[1])
    if not pathlib.Path("/usr/share/datasets/fashion-mnist").exists() or not cli.with_name("clipscope").exists():
        print("dataset-fashion-mnist or the desktop program is not here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        study = folder / "kept.clipscope"
        make_study(cli, study, folder)
        begun = time.monotonic()
        run(cli, "report", study, "--output", folder / "one.html")
        print(f"{time.monotonic() - begun:.1f} s for the page")
        run(cli, "report", study, "--output", folder / "two.html")
        run(cli, "report", study, "--output", folder / "one.pdf")
        run(cli, "report", study, "--output", folder / "two.pdf")
        check("the same page twice", (folder / "one.html").read_bytes() == (folder / "two.html").read_bytes())
        check("the same PDF twice", (folder / "one.pdf").read_bytes() == (folder / "two.pdf").read_bytes())
        text = (folder / "one.html").read_text()
        page = Page(text)
        database = sqlite3.connect(study)
        check("nothing from elsewhere is asked for", not page.references and "@import" not in text and "url(http" not in text, page.references)
        ids = re.findall(r'\bid="([^"]*)"', text)
        check("no name is given twice", len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1][:5])
        check("figures are vectors", text.count("<svg") >= 8 and "<image" not in text, text.count("<svg"))
        check("no figure is missing", "<!--figure" not in text)
        check_setup(page, database)
        for job in (1, 2, 4, 5, 8):
            check_means(page, database, job)
            check_worst(page, database, job)
        for job in (1, 4, 5, 8):
            check_harm(page, database, job)
        for job in (1, 4, 5):
            check_injection(page, database, job)
        check_thresholds(page, database, 3)
        check_ranking(page, cli, study, folder, 1)
        check_valid(folder / "one.html")
        check_pdf(folder / "one.pdf")
        check_words_and_unfinished(cli, study, folder)
        check_damaged(cli, study, folder)
        check_repeats(text, cli, folder, study)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
