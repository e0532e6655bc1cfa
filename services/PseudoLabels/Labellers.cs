using System.Text;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
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
            {
                usable.Add(sample);
            }
        }

        var labels = task.Views.Count;
        var rows = usable.Count * labels;
        return new LabelledSamples(
            [
                SafetensorsTensor.Of<int>("sample", usable.SelectMany(sample => Enumerable.Repeat(sample, labels)).ToArray(), rows),
                SafetensorsTensor.Of<byte>("view", usable.SelectMany(_ => task.Views.Select(view => view.Code)).ToArray(), rows),
                SafetensorsTensor.Of<byte>("label", usable.SelectMany(_ => Enumerable.Range(0, labels).Select(label => (byte)label)).ToArray(), rows),
            ],
            usable.Count,
            count - usable.Count);
    }

    public PseudoLabelManifest Describe(PseudoLabelManifest manifest) => manifest with { Classes = task.Views.Count, Ambiguity = spec.Ambiguity };

    public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
        new($"All {manifest.Ambiguous} samples are ambiguous for '{task.Name}': two of its views are the same picture. Valid is another pretext task, or a pseudoLabels.ambiguity below {spec.Ambiguity}.");
}

/// <summary>Sequences as tokens, with what the first epoch masks of them; without those that have no token to mask. What does not fit is cut off and counted.</summary>
internal sealed class TokenLabeller(TokenizerReference reference, ITokenizer tokenizer, MaskingSpec masking, ulong seed) : ISampleLabeller
{
    private readonly MaskDraw draw = new(masking, tokenizer.Special, tokenizer.Count);
    private readonly int most = reference.Spec.Length - 2;

    // The files' content, not where they lie: versions of a dataset that learn the same tokens share them.
    public object MadeFrom => new { files = reference.Files.ToDictionary(file => file.Key, file => file.Value.Digest), reference.LowerCase, reference.Spec.Kind, reference.Spec.Length, masking, seed };

    public LabelledSamples Label(SafetensorsFile samples, int count, CancellationToken cancellation)
    {
        var starts = samples.Read<long>("start");
        var (sample, token, position, input, target) = (new List<int>(), new List<int>(), new List<int>(), new List<int>(), new List<int>());
        var continues = new List<byte>();
        var (start, mask) = (new List<long> { 0 }, new List<long> { 0 });
        var truncated = 0L;
        for (var row = 0; row < count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = tokenizer.Encode(Encoding.UTF8.GetString(samples.ReadRows<byte>("text", starts[row], starts[row + 1] - starts[row])));
            var length = Math.Min(tokens.Ids.Length, most);
            var ids = tokens.Ids.AsSpan(0, length);
            truncated += length < tokens.Ids.Length ? 1 : 0;
            var masked = draw.Draw(ids, tokens.Continues.AsSpan(0, length), seed, epoch: 0, MaskDraw.SampleNumber(samples.ReadRows<byte>("digest", row, 1)));
            if (masked.Positions.Length == 0)
            {
                continue;
            }

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
            [Row("sample", sample), Row("token", token), Row("continues", continues), Row("start", start), Row("position", position), Row("input", input), Row("target", target), Row("mask", mask)],
            sample.Count, count - sample.Count, token.Count, truncated);
    }

    public PseudoLabelManifest Describe(PseudoLabelManifest manifest) => manifest with { Classes = tokenizer.Count, Ambiguity = 0, Tokenizer = reference, Masking = masking };

    public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
        new($"All {manifest.Ambiguous} samples are left out of '{manifest.Task}': none has a token that could be masked. Valid is a tokenizer that knows some of their letters, or other data.");

    private static SafetensorsTensor Row<T>(string name, List<T> values) where T : unmanaged => SafetensorsTensor.Of<T>(name, values.ToArray(), values.Count);
}
