using System.Text;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts;

/// <summary>Predicts masked tokens of sequences (Devlin et al. 2019, arXiv:1810.04805).</summary>
public sealed class MaskedTokenPretext : IPretext
{
    private const int ShownSamples = 4;
    private const int ShownTokens = 96;

    public string Name => Experiment.MaskedToken;

    public bool Suits(string modality) => Modalities.IsSequence(modality);

    public int Choices(Experiment experiment) => experiment.Tokenizer!.Vocabulary;

    public IPseudoLabeller Labeller(LabellerSource source) => source.Tokens is var (reference, tokenizer)
        ? new TokenLabeller(reference, tokenizer, source.Experiment.Masking!, source.Experiment.Pretraining.Seed)
        : throw new PipelineException($"'{Name}' predicts tokens, and the samples are images: pretext must be one for images.");

    public async Task<PretextBatches> OpenAsync(PretextSource source, Split split, CancellationToken cancellation) =>
        new MaskedTokenBatches(
            await MaskedTokenSamples.OpenAsync(source.Store, source.Dataset, source.PseudoLabels.Single(), split, cancellation),
            source.Experiment.Pretraining);

    public PretextModel Create(PretextSource source) =>
        new MaskedTokenModel(source.Experiment, Name, source.PseudoLabels.Single().Tokenizer!);

    public async Task<Exhibit> ShowAsync(PretextSource source, TorchDevice device, CancellationToken cancellation)
    {
        var manifest = source.PseudoLabels.Single();
        var shard = manifest.Shards.First(shard => shard.Split == Split.Train && shard.Samples > 0);
        var tokenizer = await TokenizerStore.OpenAsync(source.Store, manifest.Tokenizer!, cancellation);
        using var file = SafetensorsFile.Open(await source.Store.MaterializeAsync(shard.File, cancellation));
        var name = Path.GetFileNameWithoutExtension(shard.SampleShard);
        return new Exhibit(
            Name,
            "Each frame is a token that the encoder had to name: what it was shown, and below it the answer. Most are hidden, some are "
            + "another token, some stay as they are.",
            [.. Enumerable.Range(0, Math.Min(ShownSamples, shard.Samples)).Select(sample => Row(file, sample, tokenizer, name))],
            []);
    }

    private static ExhibitRow Row(SafetensorsFile file, int sample, ITokenizer tokenizer, string shard)
    {
        var starts = file.ReadRows<long>("start", sample, 2);
        var masks = file.ReadRows<long>("mask", sample, 2);
        var tokens = file.ReadRows<int>("token", starts[0], Math.Min(ShownTokens, starts[1] - starts[0]));
        var shown = new ExhibitItem[tokens.Length];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = new ExhibitItem(null, tokenizer.NameOf(tokens[i]), null);

        var positions = file.ReadRows<int>("position", masks[0], masks[1] - masks[0]);
        var inputs = file.ReadRows<int>("input", masks[0], masks[1] - masks[0]);
        var targets = file.ReadRows<int>("target", masks[0], masks[1] - masks[0]);
        for (var i = 0; i < positions.Length; i++)
        {
            if (positions[i] < shown.Length)
                shown[positions[i]] = new ExhibitItem(null, tokenizer.NameOf(inputs[i]), tokenizer.NameOf(targets[i]));
        }

        var row = file.ReadRows<int>("sample", sample, 1)[0];
        return new ExhibitRow($"{shard}, row {row}", shown, starts[1] - starts[0] > shown.Length);
    }

    /// <summary>Sequences as tokens, with what the first epoch masks of them. A sample without a token to mask is left out;
    /// tokens that do not fit are cut off, and their samples counted.</summary>
    private sealed class TokenLabeller(TokenizerReference reference, ITokenizer tokenizer, MaskingSpec masking, ulong seed)
        : IPseudoLabeller
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

        public ShardLabels Label(SafetensorsFile samples, int count, CancellationToken cancellation)
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

            return new ShardLabels(
                [
                    SafetensorsTensor.Row("sample", sample), SafetensorsTensor.Row("token", token),
                    SafetensorsTensor.Row("continues", continues), SafetensorsTensor.Row("start", start),
                    SafetensorsTensor.Row("position", position), SafetensorsTensor.Row("input", input),
                    SafetensorsTensor.Row("target", target), SafetensorsTensor.Row("mask", mask),
                ],
                sample.Count, count - sample.Count, token.Count, truncated);
        }

        public PseudoLabelManifest Describe(PseudoLabelManifest manifest) =>
            manifest with { Classes = tokenizer.Count, Ambiguity = 0, Tokenizer = reference, Masking = masking };

        public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
            new($"All {manifest.Ambiguous} samples are left out of '{manifest.Task}': none has a token that could be masked. The tokenizer "
            + "must know some of their letters.");
    }
}
