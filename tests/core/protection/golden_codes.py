#!/usr/bin/env python3
"""What the SEC-DED codes must read, computed apart from ClipScope: by parity-check columns and a table of syndromes.

golden_codes.py > golden_codes.txt
golden_codes.py --check golden_codes.txt      exit status 1 where the file says otherwise

A line: data bits of the code, the data written (hex), the errors (hex; data bits below, then check bits, the overall parity last), the data
read (hex), and 1 where two errors were found. Before it prints anything the script tries all single and double errors on its own decoder.
"""

import itertools
import random
import sys


def columns(data_bits):
    """The number of every bit: the data bits', then the check bits' powers of two, then 0 for the overall parity."""
    numbers = [n for n in range(1, 2 * data_bits + 2) if n & (n - 1)][:data_bits]
    powers = [1 << i for i in range(max(numbers).bit_length())]
    return numbers + powers + [0]


def bits_of(value):
    return [i for i in range(value.bit_length()) if value >> i & 1]


def encode(data, data_bits):
    """The whole code word: every set bit's number summed up modulo 2 gives 0, and the number of ones is even."""
    numbers = columns(data_bits)
    syndrome = 0
    for bit in bits_of(data):
        syndrome ^= numbers[bit]
    word = data
    for i, bit in enumerate(range(data_bits, len(numbers) - 1)):
        word |= (syndrome >> i & 1) << bit
    return word | (bin(word).count("1") & 1) << (len(numbers) - 1)


def decode(word, data_bits):
    numbers = columns(data_bits)
    table = {number: bit for bit, number in enumerate(numbers)}
    syndrome = 0
    for bit in bits_of(word):
        syndrome ^= numbers[bit]
    if bin(word).count("1") % 2 == 0:
        return word & ((1 << data_bits) - 1), syndrome != 0
    if syndrome in table:
        word ^= 1 << table[syndrome]
    return word & ((1 << data_bits) - 1), False


def try_out(data_bits, data):
    word = encode(data, data_bits)
    bits = range(len(columns(data_bits)))
    assert decode(word, data_bits) == (data, False)
    assert all(decode(word ^ 1 << bit, data_bits) == (data, False) for bit in bits)
    assert all(decode(word ^ 1 << one ^ 1 << other, data_bits)[1] for one, other in itertools.combinations(bits, 2))


def lines():
    chance = random.Random(15)
    for data_bits in (32, 64):
        words = [0, (1 << data_bits) - 1, chance.getrandbits(data_bits), chance.getrandbits(data_bits)]
        for data in words:
            try_out(data_bits, data)
        count = len(columns(data_bits))
        for errors in (0, 1, 2) + (3,) * 40 + (4,) * 20 + (5,) * 20 + (7,) * 10:
            data = chance.choice(words)
            mask = sum(1 << bit for bit in chance.sample(range(count), errors))
            read, found_two = decode(encode(data, data_bits) ^ mask, data_bits)
            yield f"{data_bits} {data:x} {mask:x} {read:x} {int(found_two)}"


def main():
    text = "\n".join(lines()) + "\n"
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2]) as file:
            return 0 if file.read() == text else 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
