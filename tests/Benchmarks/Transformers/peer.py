"""Pretraining on masked tokens in PyTorch: the network of encoder `transformer` with BERT's head, AdamW.

For each line with a number of steps, prints the seconds they take, and those of the processors.
"""
import sys, time
import torch
from torch import nn
from torch.nn import functional as F

width, layers, heads, feed_forward, vocabulary, batch, length, masked, threads = map(int, sys.argv[1:])
DROPOUT = 0.1
torch.set_num_threads(threads)
torch.manual_seed(1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, 1e-12)
        self.attention = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, 1e-12)
        self.wide = nn.Linear(width, feed_forward)
        self.narrow = nn.Linear(feed_forward, width)

    def forward(self, x, present):
        query, key, value = (part.view(batch, length, heads, -1).transpose(1, 2) for part in self.attention(self.norm1(x)).chunk(3, -1))
        attended = F.scaled_dot_product_attention(query, key, value, present).transpose(1, 2).flatten(2)
        x = x + F.dropout(self.joined(attended), DROPOUT)
        return x + F.dropout(self.narrow(F.gelu(self.wide(self.norm2(x)))), DROPOUT)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.ModuleList([Block() for _ in range(layers)])
        self.after = nn.LayerNorm(width, 1e-12)
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        nn.init.normal_(self.tokens.weight, 0, 0.02)

    def forward(self, tokens, places):
        present = (tokens != 0)[:, None, None]
        x = F.dropout(self.tokens(tokens) + self.positions.weight[:tokens.shape[1]], DROPOUT)
        for block in self.blocks:
            x = block(x, present)
        x = self.after(x).flatten(0, 1).index_select(0, places)
        return F.linear(self.norm(F.gelu(self.dense(x))), self.tokens.weight, self.bias)


network = Network()
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0.01)
tokens = torch.randint(5, vocabulary, (batch, length))
places = torch.tensor([sample * length + i * 7 + 1 for sample in range(batch) for i in range(masked)])
targets = tokens.flatten()[places]


def train(steps):
    for _ in range(steps):
        loss = F.cross_entropy(network(tokens, places), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()


train(2)
print(f"PyTorch {torch.__version__}", flush=True)
for line in sys.stdin:
    start = time.perf_counter(), time.process_time()
    train(int(line))
    print(time.perf_counter() - start[0], time.process_time() - start[1], flush=True)
