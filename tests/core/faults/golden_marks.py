#!/usr/bin/env python3
"""Golden vectors for the marks of faulty bits and for faults of a fixed number, computed apart from the C++ code.

Philox4x64-10 and FNV-1a are written from their publications on Python's integers, logarithms come from `decimal` with 50 digits, so a
slip in the C++ generator, its logarithm or its strata cannot repeat itself here.

    golden_marks.py > golden_marks.txt        writes the vectors
    golden_marks.py --check golden_marks.txt  fails unless the file is what the script writes
"""
import sys
from decimal import Decimal, getcontext

getcontext().prec = 50
WORD = 2**64

# Lines: philox KEY(2) COUNTER(4) OUTPUT(4), hexadecimal
PHILOX_CASES = [
    ((0, 0), (0, 0, 0, 0)),
    ((WORD - 1, WORD - 1), (WORD - 1, WORD - 1, WORD - 1, WORD - 1)),
    (
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
    ),
    ((1, 2), (3, 4, 5, 6)),
]

# seed, trial, path, bits, max_rate
MARK_CASES = [
    (1, 0, "features.0.weight", 20_000, 1e-3),
    (1, 1, "features.0.weight", 20_000, 1e-3),
    (2, 0, "features.0.weight", 20_000, 1e-3),
    (1, 0, "features.0.bias", 20_000, 1e-3),
    (2**64 - 1, 2**63 + 5, "größe", 3_000_000, 7.5e-6),
    (7, 3, "classifier.1.weight", 10**13, 2e-12),
    (42, 49, "", 96, 1.0),
    (42, 49, "conv1.weight", 640, 0.25),
]

# path, elements of 32 bits
COUNTED_MEMORY = [("first.weight", 70), ("first.bias", 5), ("second.weight", 300)]
# seed, trial, faults
COUNTED_CASES = [(1, 0, 6), (1, 1, 6), (2**64 - 1, 2**40, 40)]


def philox4x64_10(key, counter):
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        product0 = 0xD2E7470EE14C6C93 * c0
        product1 = 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (
            (product1 >> 64) ^ c1 ^ k0,
            product1 % WORD,
            (product0 >> 64) ^ c3 ^ k1,
            product0 % WORD,
        )
        k0 = (k0 + 0x9E3779B97F4A7C15) % WORD
        k1 = (k1 + 0xBB67AE8584CAA73B) % WORD
    return c0, c1, c2, c3


def fnv1a_64(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % WORD
    return value


def stratum_hits(seed, trial, path, bits, stratum, low, high):
    """Positions and marks of one stratum, by the definition in method.md."""
    faults_domain = 1
    miss = None
    if high < 1:
        miss = 1 - Decimal((high - low) / (1 - low))
    position = 0
    draw = 0
    while True:
        words = philox4x64_10((seed, faults_domain), (trial, fnv1a_64(path), stratum, draw // 2))
        gap_word, mark_word = words[2 * (draw % 2)], words[2 * (draw % 2) + 1]
        draw += 1
        gap = 0
        if miss is not None:
            u = Decimal((gap_word >> 11) + 1) / 2**53
            gap = int(u.ln() / miss.ln())
        position += gap
        if position >= bits:
            return
        yield position, low + (high - low) * ((mark_word >> 11) / 2**53)
        position += 1


def marks(seed, trial, path, bits, max_rate):
    bounds = [0.0] + [float(f"1e-{n}") for n in range(12, 0, -1)] + [1.0]
    found = {}
    for stratum in range(13):
        low, high = bounds[stratum], bounds[stratum + 1]
        if low >= max_rate:
            break
        for position, mark in stratum_hits(seed, trial, path, bits, stratum, low, high):
            assert mark < high, "the clamp would be at work: choose another case"
            found.setdefault(position, mark)
    return sorted((position, mark) for position, mark in found.items() if mark < max_rate)


def counted_faults(seed, trial, count):
    """Path, element and bit of so many faults, in the order in which they are drawn."""
    counted_domain = 10
    names = fnv1a_64("".join(path + "\n" for path, _ in COUNTED_MEMORY))
    bits = 32 * sum(elements for _, elements in COUNTED_MEMORY)

    def words():
        block = 0
        while True:
            yield from philox4x64_10((seed, counted_domain), (trial, names, block, 0))
            block += 1

    drawn = []
    for word in words():
        if len(drawn) == count:
            break
        product = word * bits
        # Lemire's way: without the few words that would favour some places.
        if product % WORD < WORD % bits or product // WORD in drawn:
            continue
        drawn.append(product // WORD)
    for place in drawn:
        for path, elements in COUNTED_MEMORY:
            if place < 32 * elements:
                yield path, place // 32, place % 32
                break
            place -= 32 * elements


def lines():
    for key, counter in PHILOX_CASES:
        output = philox4x64_10(key, counter)
        yield "philox " + " ".join(f"{word:016x}" for word in (*key, *counter, *output))
    for seed, trial, path, bits, max_rate in MARK_CASES:
        hits = marks(seed, trial, path, bits, max_rate)
        yield f"marks {seed} {trial} {path or '-'} {bits} {max_rate.hex()} {len(hits)}"
        for position, mark in hits:
            yield f"{position} {mark.hex()}"
    for seed, trial, count in COUNTED_CASES:
        yield f"counted {seed} {trial} {count}"
        for path, element, bit in counted_faults(seed, trial, count):
            yield f"{path} {element} {bit}"


def main():
    text = "".join(line + "\n" for line in lines())
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="utf-8") as file:
            sys.exit(0 if file.read() == text else "golden_marks.txt is not what golden_marks.py computes")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
