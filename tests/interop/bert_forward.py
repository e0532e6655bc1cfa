"""BERT's forward pass written out by hand, in torch and numpy alone, over a folder with config.json, model.safetensors and expected.safetensors (tokens, hidden).

Prints the largest absolute difference of the hidden states where there is no padding.
"""
import json, math, os, struct, sys
import numpy as np
import torch

TYPES = {"F32": np.float32, "I64": np.int64}


def load(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    assert header.pop("__metadata__")["format"] == "pt"
    return {
        name: torch.from_numpy(np.frombuffer(data[entry["data_offsets"][0]:entry["data_offsets"][1]], TYPES[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items()
    }


folder = sys.argv[1]
with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)
assert config["model_type"] == "bert" and config["hidden_act"] == "gelu"
weights = load(os.path.join(folder, "model.safetensors"))
expected = load(os.path.join(folder, "expected.safetensors"))
tokens = expected["tokens"]
(samples, length), width, heads = tokens.shape, config["hidden_size"], config["num_attention_heads"]
assert list(weights["embeddings.word_embeddings.weight"].shape) == [config["vocab_size"], width]
assert list(weights["embeddings.position_embeddings.weight"].shape) == [config["max_position_embeddings"], width]
assert list(weights["embeddings.token_type_embeddings.weight"].shape) == [config["type_vocab_size"], width]


def dense(x, name):
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def norm(x, name):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + config["layer_norm_eps"]) * weights[name + ".weight"] + weights[name + ".bias"]


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def split(x):
    return x.reshape(samples, length, heads, width // heads).permute(0, 2, 1, 3)


present = tokens != config["pad_token_id"]
x = weights["embeddings.word_embeddings.weight"][tokens] + weights["embeddings.position_embeddings.weight"][:length] + weights["embeddings.token_type_embeddings.weight"][0]
x = norm(x, "embeddings.LayerNorm")
for number in range(config["num_hidden_layers"]):
    layer = f"encoder.layer.{number}."
    query, key, value = (split(dense(x, layer + "attention.self." + name)) for name in ("query", "key", "value"))
    scores = query @ key.transpose(-1, -2) / math.sqrt(width // heads)
    scores = scores.masked_fill(~present[:, None, None, :], float("-inf"))
    attended = (torch.softmax(scores, -1) @ value).permute(0, 2, 1, 3).reshape(samples, length, width)
    x = norm(dense(attended, layer + "attention.output.dense") + x, layer + "attention.output.LayerNorm")
    x = norm(dense(gelu(dense(x, layer + "intermediate.dense")), layer + "output.dense") + x, layer + "output.LayerNorm")

print((x - expected["hidden"]).abs()[present].max().item())
