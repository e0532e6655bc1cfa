using System.Text;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

/// <summary>Sequences with their classes, as tokens.</summary>
public sealed class LabelledSequences : LabelledSamples
{
    private readonly SampleReader _samples;
    private readonly int[] _numbers;
    private readonly ITokenizer _tokenizer;
    private readonly int _most;

    /// <summary>Made when they are asked for: a trial asks for few of the training split.</summary>
    private readonly int[]?[] _tokens;

    /// <param name="length">Most tokens of a sample, start and end included; what is beyond is cut off.</param>
    /// <param name="labelledOnly">False: with the unlabelled samples, of which no label is read.</param>
    public LabelledSequences(
        SampleReader samples, DatasetManifest dataset, ITokenizer tokenizer, int length, bool labelledOnly = true)
        : base(samples)
    {
        (_samples, _tokenizer, _most) = (samples, tokenizer, length - TokenBatch.Ends);
        _numbers = [.. Enumerable.Range(0, samples.Count).Where(sample => !labelledOnly || samples.Label(sample) >= 0)];
        _tokens = new int[]?[_numbers.Length];
        Truth = new Truth(labelledOnly ? [.. _numbers.Select(samples.Label)] : new int[_numbers.Length], dataset.Classes);
    }

    public override IReadOnlyList<int> Numbers => _numbers;

    public override IReadOnlyList<int> Strata => Truth.Labels;

    public override Truth Truth { get; }

    public override int Length(int position) => Tokens(position).Length;

    public override Tensor Inputs(ReadOnlySpan<int> positions, Device device)
    {
        var chosen = new int[positions.Length][];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = Tokens(positions[i]);

        return TokenBatch.Of(chosen, _tokenizer.Special, device);
    }

    public override IReadOnlyList<string> Texts(ReadOnlySpan<int> positions)
    {
        var texts = new string[positions.Length];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Text(positions[i]);

        return texts;
    }

    private int[] Tokens(int position)
    {
        if (_tokens[position] is not { } own)
        {
            own = _tokenizer.Encode(Text(position)).Ids;
            _tokens[position] = own = own.Length > _most ? own[.._most] : own;
        }

        return own;
    }

    private string Text(int position) => Encoding.UTF8.GetString(_samples.Text(_numbers[position]));
}

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
                rows[row, i + 1] = ids[i];
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
