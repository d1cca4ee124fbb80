"""ONNX files for tests, read and written with nothing but Python and numpy: the few messages of its protobuf schema that the tests need.

A message is a list of (field number, value): an int for a number, bytes for what has a length.
"""

import struct

import numpy as np

TYPES = {1: np.dtype("<f4"), 2: np.dtype("u1"), 3: np.dtype("i1"), 6: np.dtype("<i4"), 7: np.dtype("<i8"), 9: np.dtype("bool")}
NUMBERS = {dtype: number for number, dtype in TYPES.items()}


def varint(number):
    number &= (1 << 64) - 1
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(data + bytes([number]))


def encode(message):
    data = bytearray()
    for field, value in message:
        if isinstance(value, int):
            data += varint(field << 3) + varint(value)
        elif isinstance(value, float):
            data += varint(field << 3 | 5) + struct.pack("<f", value)
        else:
            value = value.encode() if isinstance(value, str) else value
            data += varint(field << 3 | 2) + varint(len(value)) + value
    return bytes(data)


def decode(data):
    message, position = [], 0

    def number():
        nonlocal position
        result = shift = 0
        while True:
            byte = data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result if result < 1 << 63 else result - (1 << 64)

    while position < len(data):
        key = number()
        if key & 7 == 0:
            message.append((key >> 3, number()))
        elif key & 7 == 5:
            message.append((key >> 3, struct.unpack("<f", data[position:position + 4])[0]))
            position += 4
        else:
            size = number()
            message.append((key >> 3, bytes(data[position:position + size])))
            position += size
    return message


def values(message, field):
    return [value for number, value in message if number == field]


def value(message, field, otherwise=None):
    found = values(message, field)
    return found[-1] if found else otherwise


def integers(message, field):
    """Repeated numbers, packed or not."""
    result = []
    for found in values(message, field):
        if isinstance(found, int):
            result.append(found)
        else:
            result += [number for _, number in decode(b"".join(b"\x08" + part for part in split_varints(found)))]
    return result


def split_varints(data):
    start = 0
    for end, byte in enumerate(data):
        if byte < 0x80:
            yield data[start:end + 1]
            start = end + 1


def array_of(tensor):
    """(name, array) of a TensorProto."""
    dtype = TYPES[value(tensor, 2)]
    raw = value(tensor, 9)
    if raw is not None:
        flat = np.frombuffer(raw, dtype).copy()
    elif value(tensor, 2) == 1:
        flat = np.frombuffer(b"".join(part if isinstance(part, bytes) else struct.pack("<f", part) for part in values(tensor, 4)), dtype).copy()
    else:
        flat = np.array(integers(tensor, 7 if value(tensor, 2) == 7 else 5)).astype(dtype)
    return value(tensor, 8, b"").decode(), flat.reshape(integers(tensor, 1))


def tensor(name, array):
    array = np.asarray(array)
    return encode([(1, size) for size in array.shape] + [(2, NUMBERS[array.dtype.newbyteorder("<") if array.dtype.itemsize > 1 else array.dtype]), (8, name), (9, array.tobytes())])


def attribute(name, content):
    if isinstance(content, int):
        return encode([(1, name), (3, content), (20, 2)])
    if isinstance(content, float):
        return encode([(1, name), (2, content), (20, 1)])
    if isinstance(content, str):
        return encode([(1, name), (4, content), (20, 3)])
    return encode([(1, name)] + [(8, number) for number in content] + [(20, 7)])


def node(operator, inputs, outputs, name="", **attributes):
    return encode([(1, text) for text in inputs] + [(2, text) for text in outputs] + [(3, name), (4, operator)] +
                  [(5, attribute(*pair)) for pair in attributes.items()])


def value_info(name, shape, element=1):
    dims = b"".join(encode([(1, encode([(2 if isinstance(size, str) else 1, size)]))]) for size in shape)
    return encode([(1, name), (2, encode([(1, encode([(1, element), (2, dims)]))]))])


def model(nodes, initializers=(), inputs=None, outputs=None, opset=13, more=(), graph_more=()):
    inputs = inputs or [value_info("x", ["N", 1, 4, 4])]
    outputs = outputs or [value_info("y", ["N", 2])]
    graph = encode([(1, part) for part in nodes] + [(2, "net")] + [(5, part) for part in initializers] + [(11, part) for part in inputs] +
                   [(12, part) for part in outputs] + list(graph_more))
    return encode([(1, 8), (2, "test"), (7, graph), (8, encode([(1, ""), (2, opset)]))] + list(more))


def small_network(opset=13):
    """A convolution, ReLU and a linear layer, with weights that count up."""
    weights = [tensor("conv.weight", np.arange(18, dtype="<f4").reshape(2, 1, 3, 3) / 9), tensor("fc.weight", np.arange(16, dtype="<f4").reshape(2, 8) / 8),
               tensor("fc.bias", np.ones(2, "<f4"))]
    nodes = [node("Conv", ["x", "conv.weight"], ["a"], "/conv/Conv", kernel_shape=[3, 3]), node("Relu", ["a"], ["b"], "/relu/Relu"),
             node("Flatten", ["b"], ["c"], axis=1), node("Gemm", ["c", "fc.weight", "fc.bias"], ["y"], "/fc/Gemm", transB=1)]
    return nodes, weights
