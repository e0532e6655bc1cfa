using Pipeline.Contracts;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>Samples of a batch as an encoder takes them: start, tokens, end, filled up to the longest.</summary>
internal static class TokenBatch
{
    /// <summary>Tokens that stand for no text: start and end.</summary>
    public const int Ends = 2;

    /// <param name="samples">Token ids of each, without start and end.</param>
    /// <returns>Shape [N, T], int64.</returns>
    public static Tensor Of(IReadOnlyList<int[]> samples, SpecialTokens special, Device device)
    {
        var rows = Filled(samples.Count, samples.Max(sample => sample.Length) + Ends, special.Padding);
        for (var row = 0; row < samples.Count; row++)
        {
            var ids = samples[row];
            rows[row, 0] = special.Start;
            rows[row, ids.Length + 1] = special.End;
            for (var i = 0; i < ids.Length; i++)
            {
                rows[row, i + 1] = ids[i];
            }
        }

        return tensor(rows, device: device);
    }

    public static long[,] Filled(int rows, int columns, long value)
    {
        var filled = new long[rows, columns];
        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref filled[0, 0], filled.Length).Fill(value);
        return filled;
    }
}
