using System.Text;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

/// <summary>Sequences with a tag at each word, as tokens. A word answers by its first token; words beyond the encoder's length are not
/// asked, of any arm. In text a word is a run of bytes that have a tag; of DNA and protein every token answers.</summary>
public sealed class TaggedSequences : LabelledSamples
{
    private readonly List<int[]> _tokens = [];
    private readonly List<int[]> _places = [];
    private readonly List<int> _starts = [];
    private readonly List<int> _numbers = [];
    private readonly SpecialTokens _special;

    /// <param name="length">Most tokens of a sample, start and end included; what is beyond is cut off.</param>
    public TaggedSequences(SampleReader samples, DatasetManifest dataset, ITokenizer tokenizer, int length)
        : base(samples)
    {
        _special = tokenizer.Special;
        var labels = new List<int>();
        for (var sample = 0; sample < samples.Count; sample++)
        {
            if (!samples.IsTagged(sample))
                continue;

            var tags = samples.Tags(sample);
            var text = Encoding.UTF8.GetString(samples.Text(sample));
            var encoded = tokenizer.Encode(text);
            var kept = Math.Min(encoded.Ids.Length, length - TokenBatch.Ends);
            var asked = Asked(text, encoded.Starts.AsSpan(0, kept), tags, runs: dataset.Modality == Modalities.Text);
            if (asked.Count > 0)
            {
                _numbers.Add(sample);
                _starts.Add(labels.Count);
                _tokens.Add(encoded.Ids[..kept]);
                _places.Add([.. asked.Select(word => word.Token)]);
                labels.AddRange(asked.Select(word => (int)word.Tag));
            }
        }

        Strata = new int[_tokens.Count];
        Truth = new Truth(labels, dataset.Tags, _starts);
    }

    public override IReadOnlyList<int> Numbers => _numbers;

    /// <summary>Sequences are not stratified: each has tags of many kinds.</summary>
    public override IReadOnlyList<int> Strata { get; }

    public override Truth Truth { get; }

    public override int Length(int position) => _tokens[position].Length;

    public override long[] Answering(IReadOnlyList<int> positions)
    {
        var width = Width(positions);
        return [.. positions.Index().SelectMany(entry => _places[entry.Item].Select(place => (entry.Index * (long)width) + place))];
    }

    public override Tensor Inputs(ReadOnlySpan<int> positions, Device device)
    {
        var chosen = new int[positions.Length][];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = _tokens[positions[i]];

        return TokenBatch.Of(chosen, _special, device);
    }

    public override Tensor Targets(ReadOnlySpan<int> positions, Device device)
    {
        var targets = TokenBatch.Filled(positions.Length, Width([.. positions]), NoTarget);
        for (var row = 0; row < positions.Length; row++)
        {
            var asked = _places[positions[row]];
            for (var word = 0; word < asked.Length; word++)
                targets[row, asked[word]] = Truth.Labels[_starts[positions[row]] + word];
        }

        return tensor(targets, device: device);
    }

    private int Width(IReadOnlyList<int> positions) => positions.Max(position => _tokens[position].Length) + TokenBatch.Ends;

    /// <param name="starts">Where each token begins, in UTF-16 units.</param>
    /// <param name="runs">Whether a word is all that bears tags without a gap.</param>
    private static List<(int Token, short Tag)> Asked(string text, ReadOnlySpan<int> starts, ReadOnlySpan<short> tags, bool runs)
    {
        var asked = new List<(int, short)>();
        var (at, bytes) = (0, 0);
        for (var token = 0; token < starts.Length; token++)
        {
            // Byte-level tokens begin with the blank before their word.
            var start = starts[token];
            while (start < text.Length && char.IsWhiteSpace(text[start]))
                start++;

            bytes += Encoding.UTF8.GetByteCount(text.AsSpan(at, Math.Max(0, start - at)));
            at = Math.Max(at, start);
            if (bytes < tags.Length && tags[bytes] >= 0 && (!runs || bytes == 0 || tags[bytes - 1] < 0))
                asked.Add((token + 1, tags[bytes]));
        }

        return asked;
    }
}
