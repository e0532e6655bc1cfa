using System.Text;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Tokens;

namespace Pipeline.PseudoLabels;

/// <summary>Images in the views of a pretext task, without those of which two are the same picture.</summary>
internal sealed class ViewLabeller(IPretextTask task, InputSpec input, PseudoLabelSpec spec) : ISampleLabeller
{
    public object MadeFrom => spec;

    public LabelledSamples Label(SafetensorsFile samples, int count, CancellationToken cancellation)
    {
        var usable = new List<int>();
        for (var sample = 0; sample < count; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Ambiguity.Distance(task, samples.ReadRows<byte>("pixels", sample, 1), input.Channels, input.Size) >= spec.Ambiguity)
                usable.Add(sample);
        }

        var views = task.Views.Index().ToList();
        return new LabelledSamples(
            [
                Rows.Of("sample", usable.SelectMany(sample => views.Select(_ => sample))),
                Rows.Of("view", usable.SelectMany(_ => views.Select(view => view.Item.Code))),
                Rows.Of("label", usable.SelectMany(_ => views.Select(view => (byte)view.Index))),
            ],
            usable.Count,
            count - usable.Count);
    }

    public PseudoLabelManifest Describe(PseudoLabelManifest manifest) =>
        manifest with { Classes = task.Views.Count, Ambiguity = spec.Ambiguity };

    public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
        new($"All {manifest.Ambiguous} samples are ambiguous for '{task.Name}': two of its views are the same picture. The pretext must "
        + $"be another task, or pseudoLabels.ambiguity must be below {spec.Ambiguity}.");
}

/// <summary>Sequences as tokens, with what the first epoch masks of them. A sample without a token to mask is left out; tokens that do not
/// fit are cut off, and their samples counted.</summary>
internal sealed class TokenLabeller(TokenizerReference reference, ITokenizer tokenizer, MaskingSpec masking, ulong seed) : ISampleLabeller
{
    private readonly MaskDraw _draw = new(masking, tokenizer.Special, tokenizer.Count);
    private readonly int _limit = reference.Spec.Length - 2;

    // The content of the files, not their keys: versions of a dataset that learn the same tokens share their pseudo-labels.
    public object MadeFrom => new
    {
        files = reference.Files.ToDictionary(file => file.Key, file => file.Value.Digest),
        reference.LowerCase,
        reference.Spec.Kind,
        reference.Spec.Length,
        masking,
        seed,
    };

    public LabelledSamples Label(SafetensorsFile samples, int count, CancellationToken cancellation)
    {
        var starts = samples.Read<long>("start");
        var (sample, token, position, input, target) = (new List<int>(), new List<int>(), new List<int>(), new List<int>(),
            new List<int>());
        var continues = new List<byte>();
        var (start, mask) = (new List<long> { 0 }, new List<long> { 0 });
        var truncated = 0L;
        for (var row = 0; row < count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            var text = samples.ReadRows<byte>("text", starts[row], starts[row + 1] - starts[row]);
            var tokens = tokenizer.Encode(Encoding.UTF8.GetString(text));
            var length = Math.Min(tokens.Ids.Length, _limit);
            var ids = tokens.Ids.AsSpan(0, length);
            truncated += length < tokens.Ids.Length ? 1 : 0;
            var number = MaskDraw.SampleNumber(samples.ReadRows<byte>("digest", row, 1));
            var masked = _draw.Draw(ids, tokens.Continues.AsSpan(0, length), seed, epoch: 0, number);
            if (masked.Positions.Length == 0)
                continue;

            sample.Add(row);
            token.AddRange(ids);
            continues.AddRange(tokens.Continues.Take(length).Select(goesOn => goesOn ? (byte)1 : (byte)0));
            start.Add(token.Count);
            position.AddRange(masked.Positions);
            input.AddRange(masked.Inputs);
            target.AddRange(masked.Targets);
            mask.Add(position.Count);
        }

        return new LabelledSamples(
            [
                Rows.Of("sample", sample), Rows.Of("token", token), Rows.Of("continues", continues), Rows.Of("start", start),
                Rows.Of("position", position), Rows.Of("input", input), Rows.Of("target", target), Rows.Of("mask", mask),
            ],
            sample.Count, count - sample.Count, token.Count, truncated);
    }

    public PseudoLabelManifest Describe(PseudoLabelManifest manifest) =>
        manifest with { Classes = tokenizer.Count, Ambiguity = 0, Tokenizer = reference, Masking = masking };

    public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
        new($"All {manifest.Ambiguous} samples are left out of '{manifest.Task}': none has a token that could be masked. The tokenizer "
        + "must know some of their letters.");
}

/// <summary>Tensors of one number a row.</summary>
file static class Rows
{
    public static SafetensorsTensor Of<T>(string name, IEnumerable<T> values) where T : unmanaged
    {
        var all = values.ToArray();
        return SafetensorsTensor.Of<T>(name, all, all.Length);
    }
}
