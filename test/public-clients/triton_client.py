"""Triton's own Python client against our model server: pip install tritonclient[grpc]; python triton_client.py HOST:PORT."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1])

assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready("tiny") and client.is_model_ready("tiny", "1")
assert not client.is_model_ready("nobody")
assert client.get_server_metadata().name == "deepxray-model-server"

metadata = client.get_model_metadata("tiny", as_json=True)
assert metadata["versions"] == ["1", "2"], metadata
assert metadata["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": ["-1", "1", "8", "8"]}], metadata

config = client.get_model_config("tiny").config
assert config.max_batch_size == 8 and config.input[0].dims == [1, 8, 8], config
assert config.parameters["threshold"].string_value == "0.5", config


def infer(images, **settings):
    given = triton.InferInput("image", images.shape, "UINT8")
    given.set_data_from_numpy(images)
    return client.infer("tiny", [given], **settings)


images = np.random.default_rng(1).integers(0, 256, (3, 1, 8, 8), np.uint8)
result = infer(images, request_id="film-7", client_timeout=10)
assert result.get_response().id == "film-7"
assert np.array_equal(result.as_numpy("scaled"), images * np.float32(3))
assert np.array_equal(result.as_numpy("total"), images.sum((2, 3), dtype=np.float32))

only = infer(images, outputs=[triton.InferRequestedOutput("total")], model_version="1", timeout=5_000_000)
assert only.as_numpy("scaled") is None and only.as_numpy("total").shape == (3, 1)

mixed = [
    ("count", "INT64", np.array([[1, -2, 2**40]], np.int64)),
    ("weight", "FP32", np.array([[0.5, 2, 1]], np.float32)),
    ("flag", "BOOL", np.array([[True]])),
]
inputs = []
for name, datatype, values in mixed:
    inputs.append(triton.InferInput(name, values.shape, datatype))
    inputs[-1].set_data_from_numpy(values)
answer = client.infer("mixed", inputs)
assert answer.as_numpy("product").tolist() == [[0.5, -4, 2.0**40]]
assert answer.as_numpy("sum").tolist() == [[2**40 - 1]]
assert answer.as_numpy("not").tolist() == [[False]]

with ThreadPoolExecutor(8) as pool:
    many = [np.full((1, 1, 8, 8), i, np.uint8) for i in range(40)]
    totals = [result.as_numpy("total").item() for result in pool.map(infer, many)]
assert totals == [64 * i for i in range(40)], totals

for act, status, text in [
    (lambda: client.get_model_metadata("nobody"), "NOT_FOUND", "Request for unknown model: 'nobody' is not found"),
    (lambda: infer(images[:, :, :4]), "INVALID_ARGUMENT", "unexpected shape for input 'image' for model 'tiny'"),
    (lambda: infer(np.zeros((9, 1, 8, 8), np.uint8)), "INVALID_ARGUMENT", "batch-size must be <= 8 for 'tiny'"),
]:
    try:
        act()
        raise AssertionError(f"{text}: not refused")
    except InferenceServerException as error:
        assert error.status() == f"StatusCode.{status}" and text in error.message(), error

statistics = client.get_inference_statistics("tiny", "2").model_stats[0]
assert statistics.inference_count == 43, statistics
assert 0 < statistics.execution_count <= 41, statistics
assert statistics.inference_stats.success.count == 41 and statistics.inference_stats.fail.count == 2, statistics
print("all well")
