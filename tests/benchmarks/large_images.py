#!/usr/bin/env python3
"""Peak memory and time of clipscope-cli on ImageNet's networks and sizes of pictures, as a table.

large_images.py build/release/bin/clipscope-cli --networks resnet50,vgg16 --pictures 100,300,1000 --memory 1G --threads 2

Makes class folders of JPEG pictures (shapes and noise, of several sizes around 500 by 375) and traces torchvision's networks with random weights
and ten outputs, once, into --folder; then runs every command with every network and number of pictures, each under /usr/bin/time. Commands are
those of --command, which may come several times, or else

    evaluate
    sensitivity --layers network,CONV-1,FC-1 --rates 1e-6 --trials 3
    harden --rates 1e-6 --trials 3 --tuning-images 20

with --model, --data, --images, --normalize, --resize, --crop, --threads and (not for evaluate) --memory added; {out} in a command is a file that may
be written, of another name for each run. With --limit SIZE the address space is bounded (ulimit -v), for what is said where memory is short.

Exit status: 0 all commands ended with 0 and below --most, if that is given; 1 not all; 77 something it needs is not there. Needs python3-torchvision,
python3-pil, python3-numpy and the package time.
"""

import argparse
import importlib.util
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CLASSES = 10
TUNING_PICTURES = 200
COMMANDS = ("evaluate", "sensitivity --layers network,CONV-1,FC-1 --rates 1e-6 --trials 3",
            "harden --rates 1e-6 --trials 3 --tuning-images 20 --output {out}.pt")


def make_picture(number):
    """Shapes on a background, noise over all: what a class looks like depends on its number, the rest on the picture's."""
    import numpy
    from PIL import Image, ImageDraw
    noise = numpy.random.default_rng(number)
    width, height = int(noise.integers(400, 560)), int(noise.integers(300, 420))
    picture = Image.new("RGB", (width, height), tuple(int(level) for level in noise.integers(0, 256, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(3 + number % CLASSES):
        (left, right), (top, bottom) = sorted(noise.integers(0, width, 2)), sorted(noise.integers(0, height, 2))
        shape = draw.ellipse if number % 2 else draw.rectangle
        shape((int(left), int(top), int(right), int(bottom)), fill=tuple(int(level) for level in noise.integers(0, 256, 3)))
    pixels = numpy.asarray(picture).astype(numpy.int16) + noise.integers(-16, 17, (height, width, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8))


def make_pictures(folder, count, first=0):
    """Those that are there already are kept."""
    for number in range(first, first + count):
        path = folder / f"class{number % CLASSES}" / f"{number:06}.jpg"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        make_picture(number).save(unfinished, "JPEG", quality=90)
        unfinished.rename(path)


def trace_network(name, path, side):
    """In a process of its own: what torch takes is no concern of what is measured."""
    program = ("import sys, torch, torchvision\n"
               "name, path, side, classes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])\n"
               "torch.manual_seed(1)\n"
               "network = getattr(torchvision.models, name)(weights=None, num_classes=classes).eval()\n"
               "with torch.no_grad():\n"
               "    torch.jit.trace(network, torch.rand(2, 3, side, side)).save(path)\n")
    unfinished = path.with_suffix(".part")
    subprocess.run([sys.executable, "-c", program, name, str(unfinished), str(side), str(CLASSES)], check=True)
    unfinished.rename(path)


def parse_size(text):
    units = {"K": 10, "M": 20, "G": 30}
    return int(float(text[:-1]) * 2 ** units[text[-1].upper()]) if text[-1].upper() in units else int(text)


def measure(command, limit):
    """Exit status, peak in bytes, seconds and what was said last."""
    with tempfile.NamedTemporaryFile("r") as times:
        bounded = ["sh", "-c", f"ulimit -v {limit // 1024} && exec \"$@\"", "sh"] if limit else []
        done = subprocess.run([*bounded, "/usr/bin/time", "--quiet", "-f", "%M %e", "-o", times.name, *command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        peak, seconds = times.read().split()[-2:]
    said = done.stderr.replace("\r", "\n").strip().splitlines()
    return done.returncode, int(peak) * 1024, float(seconds), said[-1] if said else ""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="clipscope-cli")
    parser.add_argument("--networks", default="resnet50,vgg16", help="of torchvision.models")
    parser.add_argument("--pictures", default="100,300,1000", help="how many to evaluate on")
    parser.add_argument("--command", action="append", help="of clipscope-cli, with its options")
    parser.add_argument("--side", type=int, default=224, help="pixels a side that networks see")
    parser.add_argument("--memory", default="1G")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--limit", type=parse_size, default=0, help="of the address space, as in 3G")
    parser.add_argument("--most", type=parse_size, default=0, help="peak memory that is right, as in 3G")
    parser.add_argument("--folder", type=pathlib.Path, help="where pictures and networks are made and kept (default: a temporary one)")
    return parser.parse_args()


def run(arguments, folder):
    counts = [int(count) for count in arguments.pictures.split(",")]
    make_pictures(folder / "pictures" / "test", max(counts))
    make_pictures(folder / "pictures" / "train", TUNING_PICTURES, first=1_000_000)
    print(f"{'network':<12} {'pictures':>8} {'peak':>10} {'time':>9}  command", flush=True)
    failures = 0
    for network in arguments.networks.split(","):
        model = folder / f"{network}-{arguments.side}.pt"
        if not model.exists():
            trace_network(network, model, arguments.side)
        for number, text in enumerate(arguments.command or COMMANDS):
            for count in counts:
                out = folder / f"out-{network}-{number}-{count}"
                words = shlex.split(text.replace("{out}", str(out)))
                command = [str(arguments.program), *words, "--model", str(model), "--data", str(folder / "pictures"), "--images", str(count),
                           "--normalize", "imagenet", "--resize", str(arguments.side * 8 // 7), "--crop", str(arguments.side),
                           "--threads", arguments.threads]
                if words[0] != "evaluate":
                    command += ["--memory", arguments.memory]
                status, peak, seconds, said = measure(command, arguments.limit)
                print(f"{network:<12} {count:>8} {peak / 2 ** 20:>6.0f} MiB {seconds:>7.1f} s  {text}", flush=True)
                is_right = status == 0 and (arguments.most == 0 or peak <= arguments.most)
                failures += not is_right
                if status != 0:
                    print(f"    exit status {status}: {said}", flush=True)
                elif not is_right:
                    print(f"    more than {arguments.most / 2 ** 20:.0f} MiB", flush=True)
    return 1 if failures else 0


def main():
    arguments = parse_arguments()
    missing = [module for module in ("PIL", "numpy", "torchvision") if not importlib.util.find_spec(module)]
    if missing or not shutil.which("/usr/bin/time"):
        print(f"not here: {', '.join(missing) or '/usr/bin/time'}")
        return SKIPPED
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        return run(arguments, arguments.folder)
    with tempfile.TemporaryDirectory() as name:
        return run(arguments, pathlib.Path(name))


if __name__ == "__main__":
    sys.exit(main())
