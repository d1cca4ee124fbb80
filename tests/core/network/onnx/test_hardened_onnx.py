#!/usr/bin/env python3
"""Public networks hardened as ONNX by clipscope-cli, run by a small evaluation of the graph that knows nothing of ClipScope (and by onnxruntime
where it is there): their logits must be those of the original graph with every activation clipped, or otherwise protected, here, and clipscope-cli
must count as many images right, with the normalisation that the file itself says.

test_hardened_onnx.py CLIPSCOPE_CLI SHARED: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import test_quantised_replay as replay
    import torch
except ImportError:
    sys.exit(77)

THRESHOLD = 4.0  # below what some activations put out
NORMALISED = ["--mean", ",".join(map(str, replay.MEAN)), "--std", ",".join(map(str, replay.STD))]
STEP = 0.2  # a logit of a quantised network may round to its next step, which is about this much


def run(*arguments, status=0):
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{arguments} ended with {done.returncode}: {done.stderr[:500]}")
    return done.stdout if status == 0 else done.stderr


def clipped(values):
    return torch.where((values >= 0) & (values <= THRESHOLD), values, torch.zeros(()))


def quantise_clipped(inputs, attributes):
    """A quantiser whose integers begin at 0 does a ReLU's work where none stands before it; clipped again, clipped values stay as they are."""
    x, scale, zero = inputs
    rectifies = zero.dim() == 0 and int(zero) == (0 if zero.dtype == torch.uint8 else -128)
    return replay.quantise([clipped(x) if rectifies else x, scale, zero], attributes)


def worst_of_nan(operation):
    """ONNX leaves open what Min and Max make of NaN: here it becomes a number that shows."""
    return lambda inputs, attributes: torch.nan_to_num(operation(*inputs), nan=1234.5)


IN_PROTECTIONS = {
    "LessOrEqual": lambda inputs, attributes: inputs[0] <= inputs[1],
    "GreaterOrEqual": lambda inputs, attributes: inputs[0] >= inputs[1],
    "Greater": lambda inputs, attributes: inputs[0] > inputs[1],
    "Where": lambda inputs, attributes: torch.where(*inputs),
    "IsNaN": lambda inputs, attributes: torch.isnan(inputs[0]),
    "Not": lambda inputs, attributes: ~inputs[0],
    "Abs": lambda inputs, attributes: inputs[0].abs(),
    "Mul": lambda inputs, attributes: inputs[0] * inputs[1],
    "Min": worst_of_nan(torch.minimum),
    "Max": worst_of_nan(torch.maximum),
}


def logits_of(path, images, **changes):
    usual = dict(replay.OPERATORS)
    replay.OPERATORS.update(IN_PROTECTIONS, **changes)
    try:
        with torch.no_grad():
            return replay.Graph(path).run(images)
    finally:
        replay.OPERATORS.clear()
        replay.OPERATORS.update(usual)


def onnxruntime_logits(path, images):
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images.numpy()})[0]


def check(cli, model, data, folder, tolerance):
    sites = json.loads(run(cli, "info", model, "--json", "-"))["sites"]
    thresholds, hardened = folder / "thresholds.json", folder / "hardened.onnx"
    thresholds.write_text(json.dumps({"version": 1, "sites": [{"site": site["name"], "threshold": THRESHOLD} for site in sites]}))
    run(cli, "harden", "--model", model, "--data", data, "--images", f"first:{replay.IMAGES}", "--tuning-images", 20, *NORMALISED, "--thresholds", thresholds,
        "--output", hardened, "--thresholds-output", folder / "thresholds.h")
    images, labels = replay.read_images(data)
    logits = logits_of(hardened, images)
    expected = logits_of(model, images, Relu=lambda inputs, attributes: clipped(inputs[0]), QuantizeLinear=quantise_clipped)
    plain = logits_of(model, images)
    difference, change = float(np.abs(logits - expected).max()), float(np.abs(plain - expected).max())
    result = json.loads(run(cli, "evaluate", "--model", hardened, "--data", data, "--images", f"first:{replay.IMAGES}", "--json", "-"))
    correct = int((logits.argmax(1) == labels).sum())
    print(f"{model.name}: {len(sites)} sites, logits up to {np.abs(logits).max():.2f} differ by at most {difference:.1e} (unclipped: {change:.1f}), "
          f"{correct} of {len(labels)} right, clipscope-cli {result['correct']}")
    failed = not difference <= tolerance or change < 1 or correct != result["correct"] or not np.array_equal(logits.argmax(1), expected.argmax(1))
    other = onnxruntime_logits(hardened, images)
    if other is not None:
        print(f"    onnxruntime differs by at most {np.abs(other - logits).max():.1e}")
        failed = failed or not np.abs(other - logits).max() <= max(tolerance, 1e-4)
    return failed


def protected(kind, y, low, high):
    """The definitions of method.md."""
    if kind == "range":
        return torch.where(torch.isnan(y), torch.zeros(()), torch.minimum(torch.maximum(y, low), high))
    if kind == "relu6":
        return torch.where(y > 6, torch.full((), 6.0), y)
    if kind == "backflip":
        y = torch.where(y >= 2.0 ** 64 * high, torch.zeros(()), torch.where(y >= 2 * high, torch.full((), 2.0), y))
        return torch.where(y > high, high.expand_as(y), y)
    return torch.where((y >= 0) & (y <= high), y, torch.zeros(()))


def check_protected(cli, model, data, folder, protection):
    plan, written, result = folder / "plan.json", folder / "protected.onnx", folder / "result.json"
    run(cli, "protect", "--model", model, "--data", data, "--images", f"first:{replay.IMAGES}", "--tuning-images", 20, *NORMALISED, "--protection",
        protection, "--output", written, "--plan", plan, "--json", result)
    sites = {site["site"]: site for site in json.loads(plan.read_text())["activations"]}

    def bound(site, role):
        if role not in site:
            return None
        return torch.tensor(site[role], dtype=torch.float32).reshape([1] + site["shape"] if site["shape"] else [])

    images, labels = replay.read_images(data)
    difficult = images * 4  # beyond the bounds
    difficult[0, 0, 16, 16], difficult[1, 1, 5, 5], difficult[2, 2, 9, 9], difficult[3] = float("nan"), float("inf"), float("-inf"), 1e30
    order = itertools.count(1)

    def relu(inputs, attributes):
        site = sites.get(f"ACT-{next(order)}")
        return torch.relu(inputs[0]) if site is None else protected(site["kind"], torch.relu(inputs[0]), bound(site, "low"), bound(site, "high"))

    logits, expected = logits_of(written, difficult), logits_of(model, difficult, Relu=relu)
    same = np.array_equal(np.isnan(logits), np.isnan(expected))
    difference = float(np.nanmax(np.abs(logits - expected)))
    plain = logits_of(model, difficult)
    change = float(np.nanmax(np.abs(plain[4:] - expected[4:])))
    correct = int((logits_of(written, images).argmax(1) == labels).sum())
    counted = json.loads(run(cli, "evaluate", "--model", written, "--data", data, "--images", f"first:{replay.IMAGES}", "--json", "-"))["correct"]
    time = json.loads(result.read_text())["measured_time"]
    print(f"{model.name}, {protection}: {len(sites)} sites, logits differ by at most {difference:.1e} (unprotected: {change:.1f}), {correct} of {len(labels)} "
          f"right, clipscope-cli {counted}; {time['ratio']:.2f} times as long")
    failed = not same or difference != 0 or change < 0.1 or correct != counted or not time["ratio"] > 0
    other = onnxruntime_logits(written, images)
    if other is not None:
        failed = failed or not np.abs(other - logits_of(written, images)).max() <= 1e-4
    return failed


def main():
    cli, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    models, data = shared / "models/modern", shared / "data/cifar-10-batches-bin"
    if not models.exists() or not data.exists():
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        failed = [check(cli, models / model, data, folder, tolerance)
                  for model, tolerance in (("resnet20_opset17.onnx", 1e-4), ("resnet20_qdq_int8.onnx", 1e-4), ("resnet20_static_qdq.onnx", STEP))]
        failed += [check_protected(cli, models / "resnet20_opset17.onnx", data, folder, protection)
                   for protection in ("clip", "clip-neuron", "range@ACT-2/ACT-5", "range-channel", "relu6", "backflip-channel", "fitact")]
        # Refused before anything is searched.
        told = run(cli, "harden", "--model", models / "resnet20_traced.pt", "--data", data, *NORMALISED, "--output", folder / "none.onnx", status=2)
        failed.append(".pt" not in told or (folder / "none.onnx").exists())
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
