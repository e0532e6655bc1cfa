using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>What one step trains on, still on the host.</summary>
/// <param name="Samples">N.</param>
/// <param name="Tokens">As shown: start, tokens with their masks, end, padding; shape [N, T].</param>
/// <param name="Places">Of the masked tokens among all N · T, shape [M].</param>
/// <param name="Targets">The tokens to be predicted, shape [M].</param>
/// <param name="Views">Tokens of the samples, without those for start and end, and without padding.</param>
public sealed record MaskedTokenBatch(long Step, int Samples, long[] Tokens, long[] Places, long[] Targets, long Views) : IPretextBatch;

/// <summary>Assembles batches of samples that are about equally long: a function of seed and step alone, whoever asks and in whatever
/// order. Within pools of many batches samples go by length; which sample is in which pool, and which batch comes when, is
/// random.</summary>
public sealed class MaskedTokenBatches(MaskedTokenSamples samples, PretrainingSpec spec) : IPretextBatches<MaskedTokenBatch>
{
    private const int BatchesInPool = 64;

    private readonly MaskDraw _masks = new(samples.Masking, samples.Tokenizer.Special, samples.Tokenizer.Vocabulary);
    private (long Epoch, int[][] Batches) _order = (-1, []);

    /// <summary>Samples in a step: fewer than the experiment's where there are not that many.</summary>
    public int BatchSize { get; } = Math.Min(spec.Batch, samples.Count);

    /// <summary>Whole batches only; the few samples left over differ from epoch to epoch.</summary>
    public long StepsPerEpoch => BatchSize == 0 ? 0 : samples.Count / BatchSize;

    public int Count => samples.Count;

    public long Steps => StepsPerEpoch * spec.Epochs;

    /// <summary>The batch of a training step, with masks drawn for its epoch.</summary>
    public MaskedTokenBatch Training(long step)
    {
        var epoch = step / StepsPerEpoch;
        if (_order.Epoch != epoch)
            _order = (epoch, Order(epoch));

        var chosen = _order.Batches[(int)(step % StepsPerEpoch)];
        return Assemble(step, chosen, [.. chosen.Select(sample => Draw(sample, epoch))]);
    }

    /// <summary>Samples in their own order with the masks that their shards hold, for measuring.</summary>
    public MaskedTokenBatch Plain(int first, int count)
    {
        var chosen = Enumerable.Range(first, count).ToArray();
        return Assemble(0, chosen, [.. chosen.Select(samples.Stored)]);
    }

    /// <summary>Closes the samples.</summary>
    public void Dispose() => samples.Dispose();

    private MaskedTokens Draw(int sample, long epoch)
    {
        var continues = samples.Continues(sample);
        Span<bool> joined = stackalloc bool[continues.Length];
        for (var i = 0; i < joined.Length; i++)
            joined[i] = continues[i] != 0;

        return _masks.Draw(samples.Tokens(sample), joined, spec.Seed, epoch, samples.Number(sample));
    }

    private int[][] Order(long epoch)
    {
        var shuffled = new CounterRandom(spec.Seed, "order", epoch).Permutation(samples.Count).Take((int)(StepsPerEpoch * BatchSize));
        var batches = shuffled
            .Chunk(BatchesInPool * BatchSize)
            .SelectMany(pool => pool.OrderBy(sample => samples.Lengths[sample]).Chunk(BatchSize))
            .ToList();
        return [.. new CounterRandom(spec.Seed, "batches", epoch).Permutation(batches.Count).Select(batch => batches[batch])];
    }

    private MaskedTokenBatch Assemble(long step, int[] chosen, MaskedTokens[] masked)
    {
        var special = samples.Tokenizer.Special;
        var length = chosen.Max(sample => samples.Lengths[sample]) + 2;
        var tokens = new long[chosen.Length * length];
        var places = new List<long>();
        var targets = new List<long>();
        var count = 0L;
        Array.Fill(tokens, special.Padding);
        for (var i = 0; i < chosen.Length; i++)
        {
            var row = tokens.AsSpan(i * length, length);
            var own = samples.Tokens(chosen[i]);
            row[0] = special.Start;
            for (var j = 0; j < own.Length; j++)
                row[j + 1] = own[j];

            row[own.Length + 1] = special.End;
            for (var j = 0; j < masked[i].Positions.Length; j++)
            {
                var place = masked[i].Positions[j] + 1;
                row[place] = masked[i].Inputs[j];
                places.Add(((long)i * length) + place);
                targets.Add(masked[i].Targets[j]);
            }

            count += own.Length;
        }

        return new MaskedTokenBatch(step, chosen.Length, tokens, [.. places], [.. targets], count);
    }
}
