"""A tiny sentence model of our own making, as ONNX bytes: each word of its vocabulary has a vector, a text their mean.

Words of one meaning have one vector, so that a test can say which headlines mean the same.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

DIMENSIONS = 8
UNKNOWN = "[UNK]"
MEANINGS: Mapping[str, tuple[str, ...]] = {
    "going": ("resigns", "resigned", "quits", "leaves", "departs", "steps", "down"),
    "water": ("dam", "flood", "flooded", "spillway", "breach", "reservoir", "deluge"),
    "ships": ("ferry", "ferries", "boats", "sailings", "harbour", "crews"),
    "money": ("bank", "interest", "rates", "inflation", "lending"),
    "health": ("vaccine", "malaria", "regulator", "infants", "jab"),
    "town": ("mayor", "lindqvist", "town", "chief", "parking"),
}


def write_model(folder: Path, output: str = "tokens", *, empty: bool = False) -> Path:
    """A folder with model.onnx and tokenizer.json. ``output``: tokens, sentence or number; ``empty``: all zeros."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, table = _vocabulary()
    (folder / "model.onnx").write_bytes(_model([[0.0] * DIMENSIONS] * len(table) if empty else table, output))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(vocabulary)))
    return folder


def _vocabulary() -> tuple[dict[str, int], list[list[float]]]:
    """Unknown words have a vector of their own, far from all meanings and as weak as half of one."""
    words, table = {UNKNOWN: 0}, [[0.0] * (DIMENSIONS - 1) + [0.3]]
    for axis, meaning in enumerate(MEANINGS.values()):
        for word in meaning:
            words[word] = len(table)
            table.append([1.0 if at == axis else 0.0 for at in range(DIMENSIONS)])
    return words, table


def _tokenizer(vocabulary: Mapping[str, int]) -> dict[str, object]:
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": UNKNOWN},
    }


# ── the few parts of ONNX's protocol buffers that such a graph needs (onnx.proto, IR version 8) ──


def _model(table: Sequence[Sequence[float]], output: str) -> bytes:
    nodes = [_node("Gather", ["table", "input_ids"], ["last_hidden_state"], {"axis": 0})]
    shape: Sequence[str | int] = ("batch", "tokens", DIMENSIONS)
    name = "last_hidden_state"
    if output != "tokens":
        axes = [1] if output == "sentence" else [0, 1, 2]
        name, shape = "sentence_embedding", ("batch", DIMENSIONS) if output == "sentence" else ()
        nodes.append(_node("ReduceMean", ["last_hidden_state"], [name], {"axes": axes, "keepdims": 0}))
    weights = struct.pack(f"<{len(table) * DIMENSIONS}f", *(value for row in table for value in row))
    tensor = _ints(1, (len(table), DIMENSIONS)) + _int(2, 1) + _text(8, "table") + _bytes(9, weights)
    graph = b"".join(_bytes(1, node) for node in nodes) + _text(2, "tiny") + _bytes(5, tensor)
    for given in ("input_ids", "attention_mask"):
        graph += _bytes(11, _value(given, 7, ("batch", "tokens")))
    graph += _bytes(12, _value(name, 1, shape))
    return _int(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _int(2, 13))


def _node(
    kind: str, inputs: Iterable[str], outputs: Iterable[str], attributes: Mapping[str, int | list[int]]
) -> bytes:
    names = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
    found = names + _text(4, kind)
    for name, value in attributes.items():
        body = _int(3, value) + _int(20, 2) if isinstance(value, int) else _ints(8, value) + _int(20, 7)
        found += _bytes(5, _text(1, name) + body)
    return found


def _value(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = (_int(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    dimensions = b"".join(_bytes(1, size) for size in sizes)
    return _text(1, name) + _bytes(2, _bytes(1, _int(1, kind) + _bytes(2, dimensions)))


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _ints(field: int, values: Iterable[int]) -> bytes:
    return b"".join(_int(field, value) for value in values)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
