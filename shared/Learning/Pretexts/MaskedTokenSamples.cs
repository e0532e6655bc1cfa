using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts;

/// <summary>One split's samples as tokens, read from their pseudo-label shards on demand, numbered through.</summary>
public sealed class MaskedTokenSamples : IDisposable
{
    private readonly SampleReader _samples;
    private readonly SafetensorsFiles _files;
    private readonly List<(int Shard, int Row)> _rows = [];
    private readonly List<int> _lengths = [];

    private MaskedTokenSamples(
        PseudoLabelManifest manifest, TokenizerReference tokenizer, MaskingSpec masking, SampleReader samples, SafetensorsFiles files)
    {
        (Task, Tokenizer, Masking) = (manifest.Task, tokenizer, masking);
        (_samples, _files) = (samples, files);
    }

    public string Task { get; }

    public TokenizerReference Tokenizer { get; }

    public MaskingSpec Masking { get; }

    public int Count => _rows.Count;

    /// <summary>Tokens of each sample, without those for start and end.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <exception cref="PipelineException">The pseudo-labels are not those of masked tokens, lack a shard, or hold samples that are too
    /// long.</exception>
    public static async Task<MaskedTokenSamples> OpenAsync(
        IArtifactStore store, DatasetManifest dataset, PseudoLabelManifest manifest, Split split, CancellationToken cancellation = default)
    {
        if (manifest is not { Tokenizer: { } tokenizer, Masking: { } masking })
            throw new PipelineException(
                $"The pseudo-labels of '{manifest.Task}' must be those of masked-token: they name no tokenizer and no masking.");

        var samples = SampleReader.Open(store, dataset, split);
        var shards = PseudoLabelFiles.Of(manifest, samples.Shards);
        var opened = new MaskedTokenSamples(manifest, tokenizer, masking, samples, new SafetensorsFiles(store, shards));
        for (var shard = 0; shard < shards.Count; shard++)
        {
            using var file = SafetensorsFile.Open(await store.MaterializeAsync(shards[shard], cancellation));
            opened.Add(shard, file.Read<long>("start"));
        }

        var longest = opened.Lengths.DefaultIfEmpty().Max();
        return longest + 2 <= tokenizer.Spec.Length
            ? opened
            : throw new PipelineException(
                $"The pseudo-labels of '{manifest.Task}' hold a sample of {longest} tokens. Samples must have at most "
                + $"{tokenizer.Spec.Length - 2}: tokenizer.length without those for start and end.");
    }

    /// <summary>A sample's tokens, without those for start and end.</summary>
    public ReadOnlySpan<int> Tokens(int sample) => Read<int>("token", "start", sample);

    /// <summary>For each token 1 where it goes on with the word of the one before it.</summary>
    public ReadOnlySpan<byte> Continues(int sample) => Read<byte>("continues", "start", sample);

    /// <summary>What the shard masks.</summary>
    public MaskedTokens Stored(int sample) => new(
        Read<int>("position", "mask", sample).ToArray(),
        Read<int>("input", "mask", sample).ToArray(),
        Read<int>("target", "mask", sample).ToArray());

    /// <summary>What its masks are drawn by.</summary>
    public long Number(int sample)
    {
        var (shard, row) = _rows[sample];
        return MaskDraw.SampleNumber(_samples.Digest(_samples.First(shard) + _files[shard].ReadRows<int>("sample", row, 1)[0]));
    }

    public void Dispose()
    {
        _files.Dispose();
        _samples.Dispose();
    }

    private void Add(int shard, ReadOnlySpan<long> starts)
    {
        for (var row = 0; row + 1 < starts.Length; row++)
        {
            _rows.Add((shard, row));
            _lengths.Add(checked((int)(starts[row + 1] - starts[row])));
        }
    }

    private ReadOnlySpan<T> Read<T>(string tensor, string starts, int sample) where T : unmanaged
    {
        var (shard, row) = _rows[sample];
        var ends = _files[shard].ReadRows<long>(starts, row, 2);
        return _files[shard].ReadRows<T>(tensor, ends[0], ends[1] - ends[0]);
    }
}
