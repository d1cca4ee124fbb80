#!/usr/bin/env python3
"""Replays the faults of a duel with nothing of ClipScope: full forward passes, and protections written once more from their definitions.

clipscope-cli duel ... --images first:200 --tuning-split train --tuning-images first:100 --json duel.json --faults-out faults.csv
replay_duel.py --network alexnet --model net.pt --data cifar-10-batches-bin --mean ... --std ... --images first:200 \\
               --tuning-images 100 --result duel.json --faults faults.csv

Every trial of every contestant is run again: the listed bits of its words and of its check words become faulty, the words are read as its
memory protection reads them, all images go through the network, whose activations are protected at bounds of the tuning images (the first so
many of the training images). Counts are compared as replay_faults.py compares them. float32 and flips alone.

Exit status: 0 all counts agree but for near-ties, 1 they do not, 2 wrong usage. Needs python3-torch and python3-numpy.
"""

import collections
import json
import os
import pathlib
import sys

# As ClipScope's workers have it: with several threads OpenBLAS sums in another order, and huge numbers that cancel show it.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F

import replay_faults

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "core" / "protection"))
import golden_codes  # the codes' decoder, by columns and syndromes

# What the built-in networks compute: (operation, parameter path, ...).
NETWORKS = {
    "lenet5": [("conv", "conv1", 1, 0), ("site",), ("pool",), ("conv", "conv2", 1, 0), ("site",), ("pool",), ("flatten",),
               ("linear", "fc1"), ("site",), ("linear", "fc2"), ("site",), ("linear", "fc3")],
    "alexnet": [("conv", "features.0", 4, 5), ("site",), ("pool",), ("conv", "features.3", 1, 2), ("site",), ("pool",),
                ("conv", "features.6", 1, 1), ("site",), ("conv", "features.8", 1, 1), ("site",), ("conv", "features.10", 1, 1), ("site",),
                ("pool",), ("flatten",), ("linear", "classifier.1"), ("site",), ("linear", "classifier.4"), ("site",),
                ("linear", "classifier.6")],
}


def run(network, parameters, inputs, protect):
    """Logits; `protect` is told each site's number and what its ReLU puts out, and returns what goes on."""
    values, site = inputs, 0
    for operation, *rest in NETWORKS[network]:
        if operation == "conv":
            path, stride, padding = rest
            values = F.conv2d(values, parameters[path + ".weight"], parameters[path + ".bias"], stride, padding)
        elif operation == "linear":
            values = F.linear(values, parameters[rest[0] + ".weight"], parameters[rest[0] + ".bias"])
        elif operation == "pool":
            values = F.max_pool2d(values, 2)
        elif operation == "flatten":
            values = values.flatten(1)
        else:
            values = protect(site, F.relu(values))
            site += 1
    return values


def shared(values, granularity):
    """The dimensions that share a bound."""
    if granularity == "neuron":
        return (0,)
    return tuple(i for i in range(values.dim()) if granularity == "layer" or i != 1)


def measure_bounds(network, parameters, inputs, granularity):
    bounds = []
    run(network, parameters, inputs,
        lambda site, values: bounds.append((values.amin(shared(values, granularity), True), values.amax(shared(values, granularity), True)))
        or values)
    return bounds


def protect_activation(kind, values, low, high):
    zero = torch.zeros(())
    if kind == "clip":
        return torch.where((values >= 0) & (values <= high), values, zero)
    if kind == "range":
        return torch.where(values.isnan(), zero, torch.minimum(torch.maximum(values, low), high))
    if kind == "relu6":
        return torch.clamp(values, max=6)
    folded = torch.where(values >= 2 * high, torch.tensor(2.0), values)
    return torch.minimum(torch.where(values >= 2.0**64 * high, zero, folded), high)  # backflip


def as_float(word):
    return np.uint32(word).view(np.float32)


def read_guard(words, faulty, checks):
    every, some = np.bitwise_and.reduce(words), np.bitwise_or.reduce(words)
    return {element: (int(words[element]) ^ mask | int(every)) & int(some) for element, mask in faulty.items()}


def read_range_check(words, faulty, checks):
    largest = np.abs(words.view(np.float32)).max()
    read = {}
    for element, mask in faulty.items():
        value = as_float(int(words[element]) ^ mask)
        read[element] = 0 if np.isnan(value) or abs(value) > largest else int(words[element]) ^ mask
    return read


def read_parity(words, faulty, checks):
    read = {}
    for element in faulty.keys() | checks.keys():
        odd = bin(faulty.get(element, 0)).count("1") + checks.get(element, 0)
        read[element] = 0 if odd % 2 else int(words[element]) ^ faulty.get(element, 0)
    return read


def read_tmr(words, faulty, checks, chosen):
    count, read = len(words), {}
    for element in faulty.keys() | {word % count for word in checks}:
        wrong = faulty.get(element, 0)
        for place, bit in enumerate(chosen):
            copies = (wrong >> bit & 1) + (checks.get(element, 0) >> place & 1) + (checks.get(element + count, 0) >> place & 1)
            wrong = wrong & ~(1 << bit) | (copies >= 2) << bit
        read[element] = int(words[element]) ^ wrong
    return read


def read_sec_ded(words, faulty, checks, data_bits, keeps):
    per_block, read = data_bits // 32, {}
    for block in {element // per_block for element in faulty} | checks.keys():
        elements = range(block * per_block, min((block + 1) * per_block, len(words)))
        data = sum(int(words[element]) << 32 * place for place, element in enumerate(elements))
        errors = sum(faulty.get(element, 0) << 32 * place for place, element in enumerate(elements))
        code_word = golden_codes.encode(data, data_bits) ^ errors ^ checks.get(block, 0) << data_bits
        decoded, found_two = golden_codes.decode(code_word, data_bits)
        for place, element in enumerate(elements):
            read[element] = 0 if found_two and not keeps else decoded >> 32 * place & 0xFFFFFFFF
    return read


def read_words(name, words, faulty, checks):
    """{element: word} of what is read otherwise or may be."""
    if name.startswith("sec-ded"):
        return read_sec_ded(words, faulty, checks, 32 if "39-32" in name else 64, name.endswith("-keep"))
    if name.startswith("tmr-"):
        return read_tmr(words, faulty, checks, sorted(int(bit) for bit in name.removeprefix("tmr-").split("-")))
    if name:
        return {"guard": read_guard, "range-check": read_range_check, "parity": read_parity}[name](words, faulty, checks)
    return {element: int(words[element]) ^ mask for element, mask in faulty.items()}


def masks(bits):
    by_word = collections.defaultdict(int)
    for word, bit in bits:
        by_word[word] |= 1 << bit
    return by_word


class Contestant:
    """One protection id, whole network: 'guard+clip-channel'."""

    def __init__(self, protection, bounds_of):
        self.memory, self.kind, self.bounds = "", None, None
        for part in protection.split("+"):
            name, granularity = part, "layer"
            for suffix in ("channel", "neuron"):
                if part.endswith("-" + suffix):
                    name, granularity = part.removesuffix("-" + suffix), suffix
            name = name.removesuffix("-actmax")
            if name in ("clip", "range", "relu6", "backflip"):
                self.kind, self.bounds = name, bounds_of(granularity)
            elif name != "none":
                self.memory = part

    def protect(self, site, values):
        return protect_activation(self.kind, values, *self.bounds[site]) if self.kind else values

    def inject(self, parameters, faults):
        """Makes the parameters what is read of them and returns what was there; the bits counted are the words' and its own check words'."""
        code = self.memory.removesuffix("-keep")
        before, count = [], 0
        for path, values in parameters.items():
            faulty, checks = faults.get(path, set()), faults.get(f"{path}#{code}", set()) if code else set()
            count += len(faulty) + len(checks)
            if not faulty and not checks:
                continue
            words = values.numpy().reshape(-1).view(np.uint32)
            clean = words.copy()
            before.append((words, clean))
            for element, word in read_words(self.memory, clean, masks(faulty), masks(checks)).items():
                words[element] = word
        return before, count


def main():
    arguments = replay_faults.parse_arguments(lambda parser: (
        parser.add_argument("--network", required=True, choices=sorted(NETWORKS)),
        parser.add_argument("--tuning-images", type=int, required=True, help="the first so many of the training images")))
    torch.set_num_threads(arguments.threads)
    result = json.loads(pathlib.Path(arguments.result).read_text())
    faults = replay_faults.read_faults(arguments.faults)
    model, parameters, inputs, labels = replay_faults.load(arguments)
    arguments.split, arguments.images = "train", f"first:{arguments.tuning_images}"
    tuning = replay_faults.load(arguments)[2]
    tensors = {path: torch.from_numpy(values) for path, values in parameters.items()}
    forward = lambda protect: lambda images: run(arguments.network, tensors, images, protect)
    known_bounds = {}

    def bounds_of(granularity):
        if granularity not in known_bounds:
            with torch.no_grad():
                known_bounds[granularity] = measure_bounds(arguments.network, tensors, tuning, granularity)
        return known_bounds[granularity]

    own = replay_faults.forward(forward(lambda site, values: values), inputs, arguments.chunk)
    if not np.array_equal(own, replay_faults.forward(model, inputs, arguments.chunk)):
        sys.exit("the network here is not the model's: its logits differ")
    totals, problems = collections.Counter(), []
    for curve in result["curves"]:
        contestant = Contestant(curve["protection"], bounds_of)
        network = forward(contestant.protect)
        clean = replay_faults.forward(network, inputs, arguments.chunk)
        for point in curve["points"]:
            for outcome in point["outcomes"][: arguments.trials or None]:
                listed = faults.get((curve["layer"], point["rate"], outcome["trial"]), {})
                before, count = contestant.inject(tensors, listed)
                if count != outcome["faults"]:
                    problems.append(f"{curve['protection']}, {point['rate']}, trial {outcome['trial']}: {count} bits listed, "
                                    f"{outcome['faults']} injected")
                logits = replay_faults.forward(network, inputs, arguments.chunk) if before else clean
                replay_faults.restore(before)
                replay_faults.compare(logits, clean, labels, outcome, f"{curve['layer']} {curve['protection']}, point {point['rate']}", totals)
        print(f"{curve['layer']} {curve['protection']}: replayed", flush=True)
    return replay_faults.report(totals, problems)


if __name__ == "__main__":
    sys.exit(main())
