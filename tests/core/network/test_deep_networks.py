#!/usr/bin/env python3
"""State dictionaries of deep networks: torchvision's own, their forms for small images and those of other scripts, with random weights. Put into
the built-in architecture they must give what the Python module gives; a form that the parameters cannot have is refused.

test_deep_networks.py NETWORK_REPORT [NAME...]: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import pathlib
import sys
import tempfile
import warnings

from test_exported_networks import SKIPPED, Checks, reports

TOLERANCE = 1e-4  # of what the outputs of two images differ by


def randomize(module, size):
    """Norms as training leaves them, so that what enters is still seen at the end of a deep network."""
    import torch
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.normal_(part.bias, 0, 0.1)
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    with torch.no_grad():
        module.train()(torch.randn(4, 3, size, size))
    return module.eval()


def for_small_images(module, is_pooled=False):
    """The usual change of torchvision's networks: a 3x3 convolution first, which keeps the size."""
    from torch import nn
    first = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    if hasattr(module, "conv1"):
        module.conv1 = first
        module.maxpool = module.maxpool if is_pooled else nn.Identity()
    else:
        module.features.conv0 = first
        module.features.pool0 = module.features.pool0 if is_pooled else nn.Identity()
    return module


def small_mobilenet():
    import torchvision
    module = torchvision.models.mobilenet_v2(num_classes=10)
    module.features[0][0].stride = module.features[2].conv[1][0].stride = (1, 1)
    return module


def mobilenet_that_always_adds():
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, channels, width, stride, expansion):
            super().__init__()
            inner = channels * expansion
            self.narrow = nn.Sequential(nn.Conv2d(channels, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU())
            self.deep = nn.Sequential(nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.ReLU())
            self.wide = nn.Sequential(nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width))
            self.stride = stride
            self.way = nn.Sequential()
            if stride == 1 and channels != width:
                self.way = nn.Sequential(nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.wide(self.deep(self.narrow(x)))
            return y + self.way(x) if self.stride == 1 else y

    def conv(channels, width, kernel):
        return [nn.Conv2d(channels, width, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(width), nn.ReLU()]

    parts, channels = conv(3, 32, 3), 32
    for expansion, width, count, stride in ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            parts.append(Block(channels, width, stride if i == 0 else 1, expansion))
            channels = width
    return nn.Sequential(*parts, *conv(320, 1280, 1), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(1280, 10))


def densenet_without_first_norm(is_newest_first, has_activation):
    import torch
    from torch import nn

    class Dense(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.parts = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
                                       nn.Conv2d(128, 32, 3, padding=1, bias=False))

        def forward(self, x):
            return torch.cat([self.parts(x), x] if is_newest_first else [x, self.parts(x)], 1)

    parts, channels = [nn.Conv2d(3, 64, 3, padding=1, bias=False)], 64
    for count in (6, 12, 24, 16):
        if channels > 64:
            parts += [nn.BatchNorm2d(channels)] + [nn.ReLU()] * has_activation + [nn.Conv2d(channels, channels // 2, 1, bias=False), nn.AvgPool2d(2)]
            channels //= 2
        for _ in range(count):
            parts.append(Dense(channels))
            channels += 32
    return nn.Sequential(*parts, nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def cifar_net():
    from torch import nn
    return nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120),
                         nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def cases():
    """Architecture with its form, module, pixels; a form in brackets is asked for, any other found."""
    from torchvision import models
    for name in ("resnet18", "resnet34", "resnet50", "mobilenet_v2", "densenet121"):
        yield name, lambda name=name: getattr(models, name)(), 64  # as for 224, in a tenth of the time
    for name in ("resnet18", "resnet34", "resnet50", "densenet121"):
        yield name, lambda name=name: for_small_images(getattr(models, name)(num_classes=10)), 32
    yield "resnet18[pooled]", lambda: for_small_images(models.resnet18(num_classes=10), True), 64
    yield "densenet121[pooled]", lambda: for_small_images(models.densenet121(num_classes=10), True), 64
    yield "mobilenet_v2[small]", small_mobilenet, 32
    yield "mobilenet_v2", mobilenet_that_always_adds, 32
    yield "densenet121", lambda: densenet_without_first_norm(False, True), 32
    yield "densenet121[newest-first]", lambda: densenet_without_first_norm(True, True), 32
    yield "densenet121[bare-transitions]", lambda: densenet_without_first_norm(False, False), 32
    yield "lenet5", cifar_net, 32


def largest_difference(found, expected):
    """As a part of what the outputs of two images differ by; nothing where there are no outputs to compare."""
    if "output" not in found or "output" not in expected or len(found["output"]) != len(expected["output"]):
        return None
    half = len(expected["output"]) // 2
    spread = max(abs(a - b) for a, b in zip(expected["output"][:half], expected["output"][half:]))
    return max(abs(a - b) for a, b in zip(found["output"], expected["output"])) / spread if spread > 1e-3 else None


def check_networks(checks, program, folder, wanted):
    import torch
    for number, (name, make, size) in enumerate(cases()):
        if wanted and name not in wanted:
            continue
        module = randomize(make(), size)
        state = module.state_dict()
        if number % 2:  # names that no other script has: the order tells
            state = {f"part{i}.{key.rsplit('.', 1)[1]}": value for i, (key, value) in enumerate(state.items())}
        torch.save(state, folder / "state.pth")
        with torch.no_grad():
            torch.jit.trace(module, torch.randn(1, 3, size, size), check_trace=False).save(str(folder / "traced.pt"))
        found = reports(program, size, name if "[" in name else "", folder / "state.pth")[0]
        expected = reports(program, size, "", folder / "traced.pt")[0]
        difference = largest_difference(found, expected)
        good = difference is not None and difference <= TOLERANCE and found["architecture"] == name and \
            all(found[key] == expected[key] for key in ("layers", "parameters"))
        checks.check(f"{name}, {size} pixels, largest difference {difference}", good, [{k: v for k, v in r.items() if k != "output"} for r in (found, expected)])


def check_refused(checks, program, folder):
    """Forms that the shapes or the number of the parameters rule out."""
    import torch
    from torchvision import models
    for module, names in ((models.resnet18(), ("resnet18[pooled]",)), (mobilenet_that_always_adds(), ("mobilenet_v2[small]",)),
                          (for_small_images(models.densenet121()), ("densenet121[newest-first]", "densenet121[bare-transitions]")),
                          (densenet_without_first_norm(True, True), ("densenet121[pooled]",))):
        torch.save(module.state_dict(), folder / "state.pth")
        for name in names:
            error = reports(program, 32, name, folder / "state.pth")[0].get("error", "")
            checks.check("not " + name, "leave" in error and "\n" not in error and error.endswith("."), error)
    state = models.resnet18().state_dict()
    state["layer1.0.conv3.weight"] = torch.zeros(64, 64, 1, 1)
    torch.save(state, folder / "state.pth")
    error = reports(program, 32, "", folder / "state.pth")[0].get("error", "")
    checks.check("a layer too many", "none of the built-in architectures" in error and "\n" not in error, error)
    error = reports(program, 32, "resnet18", folder / "state.pth")[0].get("error", "")
    checks.check("a layer too many, named", "1 tensor (layer1.0.conv3.weight [64, 64, 1, 1])" in error, error)


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    if not all(importlib.util.find_spec(module) for module in ("torch", "torchvision")):
        print("python3-torch and python3-torchvision are not here")
        return SKIPPED
    import torch
    warnings.filterwarnings("ignore")
    torch.manual_seed(7)
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        check_networks(checks, program, pathlib.Path(name), wanted)
        if not wanted:
            check_refused(checks, program, pathlib.Path(name))
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
