"""Convolutions in 8 bits with fixed ranges: half the time and size of float32, at the same figures (see the cards).

Static: ranges are measured once, on training inputs. With ranges taken from the batch at hand an answer would depend
on who else is in it.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

EXAMPLES = 160
"""Training inputs that ranges are measured on."""


class Examples(CalibrationDataReader):
    def __init__(self, name: str, images: np.ndarray):
        self.left: Iterator[dict] = iter([{name: image[None]} for image in images])

    def get_next(self) -> dict | None:
        return next(self.left, None)


def quantise(path: Path, images: np.ndarray, out: Path, keep: str | None = None) -> None:
    """Write the float32 network ``path`` with weights (by output channel) and activations of its convolutions in 8 bits.

    ``images`` [n, 1, side, side] uint8 are training inputs. Weights keep to 7 of the 8 bits: products of two of 8
    overflow on processors without VNNI, and answers would differ from machine to machine. Convolutions whose names begin
    with ``keep`` stay as they are; ValueError if there are none.
    """
    whole = out.with_suffix(".whole.onnx")
    model = _with_plain_weights(onnx.load(str(path)))
    kept = [node.name for node in model.graph.node if keep and node.op_type == "Conv" and node.name.startswith(keep)]
    if keep and not kept:
        raise ValueError(f"no convolution's name begins with {keep}")
    onnx.save(model, str(whole))
    # It advises to simplify the graph first; onnxruntime does so when it opens the file.
    logging.getLogger().addFilter(_not_about_preprocessing)
    quantize_static(
        str(whole),
        str(out),
        Examples(model.graph.input[0].name, images),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        nodes_to_exclude=kept,
    )
    logging.getLogger().removeFilter(_not_about_preprocessing)
    whole.unlink()


def _not_about_preprocessing(record: logging.LogRecord) -> bool:
    return "pre-processing" not in record.getMessage()


def _with_plain_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights stored in half precision as float32: the quantiser takes no cast for a weight."""
    graph = model.graph
    stored = {weight.name: weight for weight in graph.initializer}
    for node in [n for n in graph.node if n.op_type == "Cast" and n.input[0] in stored]:
        weight = stored[node.input[0]]
        values = onnx.numpy_helper.to_array(weight).astype(np.float32)
        weight.CopyFrom(onnx.numpy_helper.from_array(values, node.output[0]))
        graph.node.remove(node)
    return model


def is_quantised(path: Path) -> bool:
    return any(node.op_type == "DequantizeLinear" for node in onnx.load(str(path)).graph.node)
