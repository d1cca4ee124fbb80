"""Saves a PyTorch network as a file that ClipScope opens, with what ClipScope has to know about its images inside.

Needs nothing but PyTorch, 1.8 or later. Put this file beside your own and call

    from clipscope_export import export
    export(model, example, "net.pt", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), classes=["cat", "dog"])

model    the network, a torch.nn.Module with its trained parameters; it is left as it was
example  images as the network gets them, a tensor of N x C x H x W or of C x H x W, normalised
mean     what was subtracted from each channel of the images, after they were scaled to 0 ... 1; leave it out where nothing was
std      what each channel was then divided by
classes  names of the classes, in the order of the network's outputs

The network is put into evaluation mode and traced; where a trace does other than the network, it is scripted. The file is opened again, and
its outputs are compared with the network's on other images and on other numbers of images. Nothing is written where they differ.
"""

import copy
import json
import math
import os

import torch


class ExportError(Exception):
    """Why no file was written, and what to do."""


def export(model, example, path, mean=None, std=None, classes=None):
    example = _checked_example(example)
    metadata = _metadata(example, mean, std, classes)
    network, restore = _evaluation_copy(model)
    try:
        with torch.no_grad():
            batches = _other_batches(network, example)
            expected = [_tensors(network(batch)) for batch in batches]
            _check_outputs(expected[0], batches[0], classes)
            _save(network, example, batches, expected, os.fspath(path), metadata)
    finally:
        restore()
    return path


def _checked_example(example):
    if not isinstance(example, torch.Tensor) or example.dim() not in (3, 4) or not example.is_floating_point():
        raise ExportError("The example must be a tensor of images, N x C x H x W, of floating-point numbers.")
    example = example.detach().to("cpu", torch.float32)
    return example.unsqueeze(0) if example.dim() == 3 else example


def _metadata(example, mean, std, classes):
    metadata = {"architecture": "", "input_shape": list(example.shape[1:]), "class_names": [str(name) for name in classes or []], "training": ""}
    if mean is None and std is None:
        return metadata
    channels = example.shape[1]
    values = {"mean": mean if mean is not None else [0.0] * channels, "std": std if std is not None else [1.0] * channels}
    for name, numbers in values.items():
        numbers = [float(number) for number in (numbers if hasattr(numbers, "__len__") else [numbers])]
        numbers = numbers * channels if len(numbers) == 1 else numbers
        if len(numbers) != channels or not all(math.isfinite(number) for number in numbers):
            raise ExportError("%s needs one finite number for each of the %d channels." % (name, channels))
        values[name] = numbers
    if min(values["std"]) <= 0:
        raise ExportError("std must be greater than 0.")
    metadata["normalization"] = dict(values, name="custom")
    return metadata


def _evaluation_copy(model):
    """The network in evaluation mode, in float32 on the processor, and a function that puts the original back as it was."""
    if not isinstance(model, torch.nn.Module):
        raise ExportError("The model must be a torch.nn.Module, not a %s: a state dictionary must be loaded into its network first." %
                          type(model).__name__)
    try:
        return copy.deepcopy(model).to("cpu").float().eval(), lambda: None
    except Exception:  # some modules keep what cannot be copied
        modes = [(part, part.training) for part in model.modules()]

        def restore():
            for part, mode in modes:
                part.training = mode
        return model.eval(), restore


def _other_batches(network, example):
    """Images that the trace does not see, turned, drawn, and in other numbers where the network takes these."""
    generator = torch.Generator().manual_seed(1)
    batches = [example]
    for count, scale in ((1, 1.0), (len(example) + 1, -1.0), (len(example) + 2, 0.0)):
        images = torch.stack([example[i % len(example)] for i in range(count)])
        images = scale * images + (0.1 if scale else 1.0) * torch.randn(images.shape, generator=generator)
        try:
            network(images)
        except Exception:
            continue
        batches.append(images)
    return batches


def _tensors(output):
    """All tensors of an output, in order."""
    if isinstance(output, torch.Tensor):
        return [output]
    if isinstance(output, dict):
        output = list(output.values())
    if isinstance(output, (tuple, list)):
        return [tensor for part in output for tensor in _tensors(part)]
    return []


def _check_outputs(outputs, batch, classes):
    logits = [output for output in outputs if output.dim() == 2 and len(output) == len(batch)]
    if not logits:
        raise ExportError("The network gives no output of N x classes: ClipScope judges classifiers.")
    if classes and not any(output.shape[1] == len(classes) for output in logits):
        raise ExportError("There are %d class names, and the network gives %d values an image." % (len(classes), logits[0].shape[1]))


def _save(network, example, batches, expected, path, metadata):
    problems = []
    for way in (_traced, torch.jit.script):
        temporary = path + ".part"
        try:
            way_name = "tracing" if way is _traced else "scripting"
            program = way(network) if way is torch.jit.script else way(network, example)
            torch.jit.save(program, temporary, _extra_files={"clipscope.json": json.dumps(metadata)})
            difference = _largest_difference(torch.jit.load(temporary, map_location="cpu"), batches, expected)
            if difference <= 1e-4:
                os.replace(temporary, path)
                print("%s: saved by %s; outputs on %d batches differ by at most %.1e." % (path, way_name, len(batches), difference))
                return
            problems.append("%s changes the outputs by %.3g" % (way_name, difference))
        except Exception as error:
            problems.append("%s fails: %s" % (way_name, (str(error).strip().splitlines() or [type(error).__name__])[0]))
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
    raise ExportError("The network was not saved: " + "; ".join(problems) + ". Its forward() may branch on the values of images, or draw "
                      "random numbers: make it do the same for all images.")


def _traced(network, example):
    return torch.jit.trace(network, example, check_trace=False, strict=False)


def _largest_difference(program, batches, expected):
    """Relative to the largest output; infinite where the outputs have other shapes."""
    largest = 0.0
    for batch, outputs in zip(batches, expected):
        found = _tensors(program(batch))
        if len(found) != len(outputs) or any(a.shape != b.shape for a, b in zip(found, outputs)):
            return math.inf
        for a, b in zip(found, outputs):
            if a.is_floating_point() and a.numel() > 0:
                difference = float((a - b).abs().max() / max(1.0, float(b.abs().max())))
                largest = max(largest, difference if math.isfinite(difference) else math.inf)
    return largest


if __name__ == "__main__":
    print(__doc__)
