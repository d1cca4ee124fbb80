#!/usr/bin/env python3
"""Accuracy under bit flips as a script without ClipScope measures it: flip, run everything, flip back. Prints the time a trial takes.

plain_loop.py --model net.pt --data cifar-10-batches-bin --mean 0.4914,0.4822,0.4465 --std 0.2470,0.2435,0.2616 \\
              --images first:1000 --layers each --rates 1e-8,5e-8,1e-7,5e-7,1e-6,5e-6,1e-5 --trials 20 --threads 2

Compare with `clipscope-cli bench` or `clipscope-cli sensitivity` on the same model, images, rates, trials, seed and threads. The faults are the same:
they are drawn beforehand, outside the timing, by the definition in tests/core/faults/golden_marks.py. A trial's time does not depend on
the layer, the rate or the trial, so a few trials tell enough: --every 17 runs every 17th.

Needs python3-torch and python3-numpy.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
import torch

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(TESTS / "app" / "cli"), str(TESTS / "core" / "faults")]

from golden_marks import marks  # noqa: E402
from replay_faults import load  # noqa: E402


def find_layers(model):
    """{path: names of its parameters} of every convolution and linear layer."""
    kinds = ("Conv1d", "Conv2d", "Conv3d", "Linear")
    return {path: [f"{path}.{name}" for name, _ in module.named_parameters(recurse=False)]
            for path, module in model.named_modules() if getattr(module, "original_name", "") in kinds}


def draw(seed, trial, names, parameters, rates):
    """[{parameter: (elements, masks)}], one for each rate: indices into the flat parameter and what to XOR them with."""
    drawn = {name: marks(seed, trial, name, parameters[name].numel() * 32, rates[-1]) for name in names}
    faults = [{} for _ in rates]
    for of_rate, rate in zip(faults, rates):
        for name, bits in drawn.items():
            positions = np.array([position for position, mark in bits if mark < rate], np.int64)
            if not len(positions):
                continue
            elements, owner = np.unique(positions // 32, return_inverse=True)
            masks = np.zeros(len(elements), np.uint32)
            np.bitwise_xor.at(masks, owner, np.uint32(1) << (positions % 32).astype(np.uint32))
            of_rate[name] = torch.from_numpy(elements), torch.from_numpy(masks.view(np.int32))
    return faults


def flip(parameters, faults):
    """Flips the bits in place; a second call takes them back."""
    for name, (elements, masks) in faults.items():
        parameters[name].view(-1).view(torch.int32)[elements] ^= masks


def count_correct(model, inputs, labels, chunk):
    correct = 0
    for first in range(0, len(inputs), chunk):
        logits = model(inputs[first : first + chunk])
        right = (logits.argmax(1) == labels[first : first + chunk]) & logits.isfinite().all(1)
        correct += int(right.sum())
    return correct


def parse_arguments():
    numbers = lambda text: [float(part) for part in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the TorchScript file")
    parser.add_argument("--data", required=True, help="folder with CIFAR-10 binary or IDX files")
    parser.add_argument("--split", choices=("test", "train"), default="test")
    parser.add_argument("--images", default="first:1000", help="first:N or all")
    parser.add_argument("--mean", type=numbers, help="of each channel (default: what a file of ClipScope's own says)")
    parser.add_argument("--std", type=numbers)
    parser.add_argument("--layers", choices=("each", "network"), default="each")
    parser.add_argument("--rates", type=numbers, default=[1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5], help="ascending")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--every", type=int, default=1, help="run only one in so many trials")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=100, help="images a forward pass")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", help="write the counts of every trial to this file")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    model, _, inputs, labels = load(arguments)
    labels = torch.from_numpy(labels)
    parameters = {name: parameter.data for name, parameter in model.named_parameters()}
    layers = find_layers(model)
    if not layers:
        sys.exit("the model has no convolution or linear layer")
    scopes = layers if arguments.layers == "each" else {"network": sum(layers.values(), [])}
    with torch.no_grad():
        for _ in range(3):  # TorchScript compiles while it watches the first passes
            count_correct(model, inputs[: arguments.chunk], labels[: arguments.chunk], arguments.chunk)
        counts, seconds, number = [], [], 0
        for scope, names in scopes.items():
            for trial in range(arguments.trials):
                faults = draw(arguments.seed, trial, names, parameters, arguments.rates)
                for rate, of_rate in zip(arguments.rates, faults):
                    number += 1
                    if number % arguments.every:
                        continue
                    start = time.perf_counter()
                    flip(parameters, of_rate)
                    correct = count_correct(model, inputs, labels, arguments.chunk)
                    flip(parameters, of_rate)
                    seconds.append(time.perf_counter() - start)
                    counts.append({"path": scope, "rate": rate, "trial": trial, "correct": correct})
    if not seconds:
        sys.exit("no trial was run: choose a smaller --every")
    for scope in scopes:
        for rate in arguments.rates:
            correct = [count["correct"] for count in counts if (count["path"], count["rate"]) == (scope, rate)]
            if correct:
                print(f"{scope}, rate {rate:g}: {100 * np.mean(correct) / len(labels):.2f} % right in {len(correct)} trials")
    print(f"{len(seconds)} trials of {len(labels)} images, {arguments.threads} threads: {1e3 * np.median(seconds):.2f} ms a trial (median), "
          f"{1e3 * np.mean(seconds):.2f} ms (mean)")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(counts))


if __name__ == "__main__":
    main()
