using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;

namespace Pipeline.Learning.Pretexts;

/// <summary>What one step trains on, still on the host.</summary>
/// <param name="Samples">N.</param>
/// <param name="Tokens">As shown: start, tokens with their masks, end, padding; shape [N, T].</param>
/// <param name="Places">Of the masked tokens among all N · T, shape [M].</param>
/// <param name="Targets">The tokens to be predicted, shape [M].</param>
/// <param name="Views">Tokens of the samples, without those for start and end, and without padding.</param>
public sealed record MaskedTokenBatch(long Step, int Samples, long[] Tokens, long[] Places, long[] Targets, long Views) : IPretextBatch;

/// <summary>Assembles batches of samples that are about equally long. Within pools of many batches samples go by length; which sample is
/// in which pool, and which batch comes when, is random. Masks are drawn anew in each epoch; measuring takes those that the shards
/// hold.</summary>
/// <param name="samples">Disposed with this.</param>
public sealed class MaskedTokenBatches(MaskedTokenSamples samples, PretrainingSpec spec) : PretextBatches(samples.Count, spec)
{
    private const int BatchesInPool = 64;

    private readonly MaskDraw _masks = new(samples.Masking, samples.Tokenizer.Special, samples.Tokenizer.Vocabulary);

    public override void Dispose() => samples.Dispose();

    protected override int[][] Order(long epoch)
    {
        var batches = base.Order(epoch)
            .Chunk(BatchesInPool)
            .SelectMany(pool => pool.SelectMany(batch => batch).OrderBy(sample => samples.Lengths[sample]).Chunk(BatchSize))
            .ToList();
        return [.. new CounterRandom(Spec.Seed, "batches", epoch).Permutation(batches.Count).Select(batch => batches[batch])];
    }

    protected override MaskedTokenBatch Assemble(long number, int[] places, long? epoch) => Assemble(
        number, places, [.. places.Select(sample => epoch is { } drawn ? Draw(sample, drawn) : samples.Stored(sample))]);

    private MaskedTokens Draw(int sample, long epoch)
    {
        var continues = samples.Continues(sample);
        Span<bool> joined = stackalloc bool[continues.Length];
        for (var i = 0; i < joined.Length; i++)
            joined[i] = continues[i] != 0;

        return _masks.Draw(samples.Tokens(sample), joined, Spec.Seed, epoch, samples.Number(sample));
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
