#!/usr/bin/env python3
"""Replays the faults that clipscope-cli listed, with nothing of ClipScope: a plain loop of full forward passes.

clipscope-cli sensitivity ... --images first:200 --json result.json --faults-out faults.csv
replay_faults.py --model net.pt --data cifar-10-batches-bin --mean 0.49,0.48,0.45 --std 0.25,0.24,0.26 \\
                 --images first:200 --result result.json --faults faults.csv

Every trial in the result is run again: its listed bits become faulty in the model's memory, all images go through torch's own forward(), and the
counts (correct, top-5, non-finite, changed) are compared with the result's. Rounding differs between libraries, so an image whose best two logits
nearly agree can fall the other way (for top-5 counts: the fifth and the sixth). Such near-ties are counted, and so are images with logits beyond
1e30, for which no bound on rounding exists.

Exit status: 0 all counts agree but for such images, 1 they do not, 2 wrong usage. Needs python3-torch and python3-numpy.
"""

import argparse
import collections
import csv
import gzip
import json
import pathlib
import sys

import numpy as np
import torch

NEAR_TIE = 1e-4  # gap between the best two logits, relative to the largest magnitude among them
UNBOUNDED = 1e30
COUNTS = ("correct", "correct_argmax", "top5", "top5_argmax", "due", "sdc")


def read_idx(path):
    """An IDX file of bytes, plain or gzip, as an array."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    sizes = np.frombuffer(raw, ">u4", raw[3], 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes)


def read_images(folder, split):
    """Images as N×C×H×W bytes and their labels, in file order."""
    folder = pathlib.Path(folder)
    batches = sorted(folder.glob("test_batch.bin" if split == "test" else "data_batch_*.bin"))
    if batches:
        records = np.concatenate([np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 3073) for path in batches])
        return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64)
    prefix = "t10k" if split == "test" else "train"
    images = read_idx(next(iter(sorted(folder.glob(f"{prefix}-images*")))))
    labels = read_idx(next(iter(sorted(folder.glob(f"{prefix}-labels*")))))
    return images[:, None], labels.astype(np.int64)


def prepare(images, mean, std, height, width):
    """Black padding around the centred image, then (pixel / 255 - mean) / std."""
    if height and width:
        top, left = (height - images.shape[2]) // 2, (width - images.shape[3]) // 2
        bottom, right = height - images.shape[2] - top, width - images.shape[3] - left
        images = np.pad(images, ((0, 0), (0, 0), (top, bottom), (left, right)))
    inputs = images.astype(np.float32) / np.float32(255)
    if len(mean):
        inputs = (inputs - np.float32(mean)[:, None, None]) / np.float32(std)[:, None, None]
    return torch.from_numpy(inputs)


def read_faults(path):
    """{(layer, rate, trial): {parameter: {(element, bit), ...}}}; a bit listed twice is an error."""
    faults = collections.defaultdict(lambda: collections.defaultdict(set))
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            bits = faults[row["layer"], float(row["rate"]), int(row["trial"])][row["parameter"]]
            bit = (int(row["element"]), int(row["bit"]))
            if bit in bits:
                sys.exit(f"listed twice: {row}")
            bits.add(bit)
    return faults


def place(point):
    """The fault rate, or the number of faults in every trial."""
    return point["rate"] if "rate" in point else point["faults"]


def runs(numbers):
    """The lengths of the longest stretches of consecutive numbers."""
    lengths, last = [], None
    for number in sorted(numbers):
        if last is not None and number == last + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
        last = number
    return lengths


def follows_pattern(bits, pattern):
    """Whether these (element, bit) pairs are made of whole patterns, which may overlap."""
    name, _, length = pattern.partition("-")
    across = collections.defaultdict(set)
    for element, bit in bits:
        line, position = (bit, element) if name == "column" else (element, bit)
        across[line].add(position)
    least = {"bit": 1, "word": 32}.get(name) or int(length)
    return all(run >= least for line in across.values() for run in runs(line))


def check_faults(curve, faults, pattern):
    """What must hold of a curve's list whatever the network does: it counts what was injected, comes in patterns, lies in scope, and is
    nested over the rates or numbers."""
    problems = []
    owners = set(curve["path"].split("+")) if curve["path"] else None
    smaller = {}
    for point in sorted(curve["points"], key=place):
        for outcome in point["outcomes"]:
            trial = outcome["trial"]
            listed = faults.get((curve["layer"], place(point), trial), {})
            where = f"{curve['layer']}, point {place(point)}, trial {trial}"
            if sum(map(len, listed.values())) != outcome["faults"]:
                problems.append(f"{where}: {sum(map(len, listed.values()))} bits listed, {outcome['faults']} injected")
            stored, outputs = split_outputs(listed)
            if "faults" in point and pattern == "bit":
                wrong = [sum(map(len, of_image.values())) for of_image in by_image(outputs).values()]
                wrong += [sum(map(len, stored.values()))] if stored or not outputs else []
                if any(number != point["faults"] for number in wrong):
                    problems.append(f"{where}: {wrong} faults")
            if not all(name.rpartition("@")[0].rpartition(".")[0] in outputs_in(curve) for name in outputs):
                problems.append(f"{where}: a fault in another output")
            if not all(follows_pattern(bits, pattern) for bits in listed.values()):
                problems.append(f"{where}: bits that belong to no {pattern}")
            if owners and not all(parameter.rpartition(".")[0] in owners for parameter in stored):
                problems.append(f"{where}: a fault outside the layer")
            for parameter, bits in smaller.get(trial, {}).items():
                if not bits <= listed.get(parameter, set()):
                    problems.append(f"{where}: a fault of a smaller rate is missing")
            smaller[trial] = listed
    return problems


def split_outputs(faults):
    """The faults in stored parameters, and those in outputs, "ACT-1.out@17" for the image 17."""
    return ({name: bits for name, bits in faults.items() if "@" not in name}, {name: bits for name, bits in faults.items() if "@" in name})


def by_image(outputs):
    """{image: {output's name: {(element, bit), ...}}}"""
    images = collections.defaultdict(dict)
    for name, bits in outputs.items():
        output, _, image = name.rpartition("@")
        images[int(image)][output] = bits
    return images


class AnyName:
    def __init__(self, kind):
        self.kind = kind

    def __contains__(self, name):
        return name.startswith("ACT-") == (self.kind == "activations")


def outputs_in(curve):
    """Whose outputs may be faulty in this curve."""
    parts = curve["layer"].split("+")
    for group in ("activations", "outputs"):
        if group in parts:
            return AnyName(group)
    return {part.removesuffix(".out") for part in parts if part.endswith(".out")}


def hit(memory, bits, kind):
    for element, bit in bits:
        mask = np.uint32(1 << bit)
        if kind == "flip":
            memory[element] ^= mask
        else:
            memory[element] = memory[element] | mask if kind == "stuck1" else memory[element] & ~mask


def round_parameters(model, number_format):
    """As the format stores them; biases of an int8 network stay as they are."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if number_format == "float16":
                parameter.copy_(parameter.half().float())
            elif number_format == "bfloat16":
                parameter.copy_(parameter.bfloat16().float())
            elif number_format == "int8" and name.endswith("weight"):
                scale = parameter.abs().max() / 127
                parameter.copy_((parameter / scale).round().clamp(-128, 127) * scale)


def hit_words(memory, bits, kind, number_format, scale):
    """Like hit() for values that are held in another format than float32: only those whose word changes are read anew."""
    masks = collections.defaultdict(int)
    for element, bit in bits:
        masks[element] |= 1 << bit
    for element, mask in masks.items():
        value = memory[element : element + 1]
        if number_format == "float16":
            word = value.astype(np.float16).view(np.uint16)
        elif number_format == "bfloat16":
            word = torch.from_numpy(value.copy()).bfloat16().view(torch.int16).numpy().view(np.uint16)
        else:
            word = np.clip(np.rint(value / np.float32(scale)), -128, 127).astype(np.int8).view(np.uint8)
        mask = word.dtype.type(mask)
        faulty = word ^ mask if kind == "flip" else word | mask if kind == "stuck1" else word & ~mask
        if faulty[0] == word[0]:
            continue
        if number_format == "float16":
            memory[element] = faulty.view(np.float16).astype(np.float32)[0]
        elif number_format == "bfloat16":
            memory[element] = (faulty.astype(np.uint32) << np.uint32(16)).view(np.float32)[0]
        else:
            memory[element] = np.float32(faulty.view(np.int8)[0]) * np.float32(scale)


def inject(parameters, faults, kind):
    """Makes the listed bits faulty in place and returns what was there, for restore()."""
    before = []
    for parameter, bits in faults.items():
        memory = parameters[parameter].reshape(-1).view(np.uint32)
        before.append((memory, memory.copy()))
        hit(memory, bits, kind)
    return before


def restore(before):
    for memory, clean in before:
        memory[:] = clean


def forward(model, inputs, chunk):
    with torch.no_grad():
        return np.concatenate([model(inputs[i : i + chunk]).numpy() for i in range(0, len(inputs), chunk)])


def forward_step_by_step(model, inputs, chunk, outputs, kind, number_format, scales):
    """Of a network that is a sequence of modules, with faults in what they put out for single images. `scales`: of an int8, by output, taken
    from the first run, which has no faults."""
    is_first = not scales
    names = {"Conv2d": "CONV", "Linear": "FC", "ReLU": "ACT"}
    images = by_image(outputs)
    logits = []
    with torch.no_grad():
        for first in range(0, len(inputs), chunk):
            values = inputs[first : first + chunk]
            numbers = collections.Counter()
            for _, module in model.named_modules():
                if any(True for _ in module.children()):
                    continue
                values = module(values.flatten(1) if module.original_name == "Linear" else values).clone(memory_format=torch.contiguous_format)
                if module.original_name not in names:
                    continue
                numbers[module.original_name] += 1
                output = f"{names[module.original_name]}-{numbers[module.original_name]}.out"
                if is_first:
                    scales[output] = max(scales.get(output, 0), float(values.abs().max() / 127))
                for row in range(len(values)):
                    if output not in images.get(first + row, {}):
                        continue
                    memory, bits = values[row].numpy().reshape(-1), images[first + row][output]
                    if number_format == "float32":
                        hit(memory.view(np.uint32), bits, kind)
                    else:
                        hit_words(memory, bits, kind, number_format, scales[output])
            logits.append(values.numpy())
    return np.concatenate(logits)


def is_in_top5(logits, labels):
    own = logits[np.arange(len(labels)), labels][:, None]
    # NaN compares false with everything, so it counts as the greatest logit by hand.
    greater = (logits > own) | (np.isnan(logits) & ~np.isnan(own))
    equal = (logits == own) | (np.isnan(logits) & np.isnan(own))
    earlier = np.arange(logits.shape[1])[None, :] < labels[:, None]
    return (greater | (equal & earlier)).sum(axis=1) < 5


def count(logits, labels, clean_prediction):
    finite = np.isfinite(logits).all(axis=1)
    prediction = logits.argmax(axis=1)  # the lowest index among equals; NaN wins
    right = prediction == labels
    top5 = is_in_top5(logits, labels) if logits.shape[1] >= 5 else np.zeros(len(labels), bool)
    return {
        "correct": int((right & finite).sum()),
        "correct_argmax": int(right.sum()),
        "top5": int((top5 & finite).sum()),
        "top5_argmax": int(top5.sum()),
        "due": int((~finite).sum()),
        "sdc": int((finite & (prediction != clean_prediction)).sum()),
    }


def doubtful_images(logits):
    """The images on which two correct programs may disagree: {"top1", "top5": near-ties; "unbounded"}."""
    with np.errstate(invalid="ignore", over="ignore"):
        largest = np.abs(logits).max(axis=1)
        unbounded = ~(largest < UNBOUNDED)
        ranked = -np.sort(-logits, axis=1)
        gap = lambda rank: ranked[:, rank - 1] - ranked[:, rank]
        near = lambda rank: int((~unbounded & (gap(rank) <= NEAR_TIE * np.maximum(largest, 1e-30))).sum())
        return {"top1": near(1), "top5": near(5) if logits.shape[1] > 5 else 0, "unbounded": int(unbounded.sum())}


def compare(logits, clean, labels, outcome, where, totals):
    """The replayed counts of one trial with the result's."""
    counts = count(logits, labels, clean.argmax(axis=1))
    doubtful = doubtful_images(logits)
    totals["trials"] += 1
    totals["images"] += len(labels)
    totals["faults"] += outcome["faults"]
    totals["near-ties"] += doubtful["top1"]
    totals["unbounded"] += doubtful["unbounded"]
    differences = {name: counts[name] - outcome[name] for name in COUNTS if counts[name] != outcome[name]}
    if not differences:
        return
    explained = all(abs(difference) <= doubtful["top5" if "top5" in name else "top1"] + doubtful["unbounded"]
                    for name, difference in differences.items())
    totals["trials that differ"] += 1
    totals["images that differ"] += max(map(abs, differences.values()))
    totals["trials that differ without a doubtful image"] += not explained
    print(f"{where}, trial {outcome['trial']}: replayed minus result {differences}; "
          f"doubtful images {doubtful}{'' if explained else ': NOT EXPLAINED'}", flush=True)


def report(totals, problems):
    """Prints what came of all trials; the exit status."""
    for name in ("trials", "images", "faults", "near-ties", "unbounded", "trials that differ", "images that differ",
                 "trials that differ without a doubtful image"):
        print(f"{name}: {totals[name]}")
    print("\n".join(problems))
    return 1 if problems or not totals["trials"] or totals["trials that differ without a doubtful image"] else 0


def replay_curve(curve, faults, model, parameters, inputs, labels, clean, arguments, totals):
    for point in curve["points"]:
        for outcome in point["outcomes"][: arguments.trials or None]:
            listed = faults.get((curve["layer"], place(point), outcome["trial"]), {})
            stored, outputs = split_outputs(listed)
            before = inject(parameters, stored, arguments.kind)
            if outputs:
                logits = forward_step_by_step(model, inputs, arguments.chunk, outputs, arguments.kind, arguments.format, arguments.scales)
            else:
                logits = forward(model, inputs, arguments.chunk) if listed else clean
            restore(before)
            compare(logits, clean, labels, outcome, f"{curve['layer']}, point {place(point)}", totals)
        print(f"{curve['layer']}, point {place(point)}: replayed", flush=True)


def parse_arguments(add_more=lambda parser: None):
    numbers = lambda text: [float(part) for part in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the TorchScript file")
    parser.add_argument("--data", required=True, help="folder with CIFAR-10 binary or IDX files")
    parser.add_argument("--split", choices=("test", "train"), default="test")
    parser.add_argument("--images", default="all", help="first:N or all, as the result was made (a seeded sample is ClipScope's own)")
    parser.add_argument("--result", required=True, help="the JSON file of clipscope-cli sensitivity")
    parser.add_argument("--faults", required=True, help="the file of its --faults-out")
    parser.add_argument("--mean", type=numbers, help="of each channel (default: what a file of ClipScope's own says)")
    parser.add_argument("--std", type=numbers)
    parser.add_argument("--chunk", type=int, default=100, help="images a forward pass; as the result's for the same rounding")
    parser.add_argument("--trials", type=int, default=0, help="only the first so many of every point; 0: all")
    parser.add_argument("--threads", type=int, default=1)
    add_more(parser)
    return parser.parse_args()


def load(arguments):
    """The model with its parameters as writable arrays, the inputs and the labels."""
    extra = {"clipscope.json": ""}
    model = torch.jit.load(arguments.model, map_location="cpu", _extra_files=extra).eval()
    about = json.loads(extra["clipscope.json"] or "{}")
    normalization = about.get("normalization") or {}
    mean = arguments.mean if arguments.mean is not None else normalization.get("mean")
    std = arguments.std if arguments.std is not None else normalization.get("std")
    if mean is None or std is None:
        sys.exit("--mean and --std are needed: the model's file says nothing of its normalisation")
    _, height, width = about.get("input_shape") or (0, 0, 0)
    images, labels = read_images(arguments.data, arguments.split)
    if arguments.images != "all":
        first = int(arguments.images.removeprefix("first:"))
        images, labels = images[:first], labels[:first]
    parameters = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    return model, parameters, prepare(images, mean, std, height, width), labels


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    result = json.loads(pathlib.Path(arguments.result).read_text())
    faults = read_faults(arguments.faults)
    model, parameters, inputs, labels = load(arguments)
    if len(labels) != result["images"]:
        sys.exit(f"the result is about {result['images']} images, --images gives {len(labels)}")
    arguments.format, arguments.scales = result["format"], {}
    round_parameters(model, arguments.format)
    before = {name: parameter.tobytes() for name, parameter in parameters.items()}
    clean = forward(model, inputs, arguments.chunk)
    clean_counts = count(clean, labels, clean.argmax(axis=1))
    arguments.kind = result["fault_kind"]
    if arguments.format != "float32":
        if any("@" not in name for listed in faults.values() for name in listed):
            sys.exit("stored words of other formats than float32 are not known here")
        forward_step_by_step(model, inputs, arguments.chunk, {}, arguments.kind, arguments.format, arguments.scales)
    pattern = result.get("fault_pattern", "bit")
    problems = [problem for curve in result["curves"] for problem in check_faults(curve, faults, pattern)]
    totals = collections.Counter()
    for curve in result["curves"]:
        if abs(clean_counts["correct"] - curve["clean"]["correct"]) > doubtful_images(clean)["top1"]:
            problems.append(f"{curve['layer']}: {curve['clean']['correct']} images right without faults, replayed {clean_counts['correct']}")
        replay_curve(curve, faults, model, parameters, inputs, labels, clean, arguments, totals)
    if any(parameter.tobytes() != before[name] for name, parameter in parameters.items()):
        problems.append("the replay did not restore the parameters")
    return report(totals, problems)


if __name__ == "__main__":
    sys.exit(main())
