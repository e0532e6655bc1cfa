using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts.Masked;

/// <summary>One split's samples as tokens, mapped from their pseudo-label shards, numbered through.</summary>
public sealed class MaskedTokenSamples : IDisposable
{
    private readonly SampleReader samples;
    private readonly SafetensorsFile[] files;
    private readonly (int Shard, int Row)[] rows;

    private MaskedTokenSamples(PseudoLabelManifest manifest, TokenizerReference tokenizer, MaskingSpec masking, SampleReader samples, SafetensorsFile[] files)
    {
        Task = manifest.Task;
        Tokenizer = tokenizer;
        Masking = masking;
        this.samples = samples;
        this.files = files;
        rows = [.. files.Index().SelectMany(file => Enumerable.Range(0, (int)file.Item.Shape("sample")[0]).Select(row => (file.Index, row)))];
        Lengths = [.. rows.Select(row => checked((int)Extent("start", row).Count))];
    }

    public string Task { get; }

    public TokenizerReference Tokenizer { get; }

    public MaskingSpec Masking { get; }

    public int Count => rows.Length;

    /// <summary>Tokens of each sample, without those for start and end.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <exception cref="PipelineException">The pseudo-labels are not those of masked tokens, lack a shard, or hold samples that are too long.</exception>
    public static async Task<MaskedTokenSamples> OpenAsync(
        IArtifactStore store, DatasetManifest dataset, PseudoLabelManifest manifest, Split split, CancellationToken cancellation = default)
    {
        if (manifest is not { Tokenizer: { } tokenizer, Masking: { } masking })
        {
            throw new PipelineException($"The pseudo-labels of '{manifest.Task}' tell no tokenizer and no masking. Valid are those of masked-token.");
        }

        var samples = await SampleReader.OpenAsync(store, dataset, split, cancellation);
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var sampleShard in samples.Shards)
            {
                var shard = manifest.Shards.FirstOrDefault(shard => shard.SampleShard == sampleShard.File.Key)
                    ?? throw new PipelineException($"The pseudo-labels of '{manifest.Task}' hold none for the sample shard '{sampleShard.File.Key}'.");
                files.Add(SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation)));
            }

            var opened = new MaskedTokenSamples(manifest, tokenizer, masking, samples, [.. files]);
            var longest = opened.Lengths.DefaultIfEmpty().Max();
            return longest + 2 <= tokenizer.Spec.Length
                ? opened
                : throw new PipelineException($"The pseudo-labels of '{manifest.Task}' hold a sample of {longest} tokens. Valid are at most {tokenizer.Spec.Length - 2}: tokenizer.length without those for start and end.");
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            samples.Dispose();
            throw;
        }
    }

    /// <summary>A sample's tokens, without those for start and end.</summary>
    public ReadOnlySpan<int> Tokens(int sample) => Read<int>("token", "start", sample);

    /// <summary>For each token 1 where it goes on with the word of the one before it.</summary>
    public ReadOnlySpan<byte> Continues(int sample) => Read<byte>("continues", "start", sample);

    /// <summary>What the shard masks.</summary>
    public MaskedTokens Stored(int sample) =>
        new(Read<int>("position", "mask", sample).ToArray(), Read<int>("input", "mask", sample).ToArray(), Read<int>("target", "mask", sample).ToArray());

    /// <summary>What its masks are drawn by.</summary>
    public long Number(int sample)
    {
        var (shard, row) = rows[sample];
        return MaskDraw.SampleNumber(samples.Digest(samples.First(shard) + files[shard].ReadRows<int>("sample", row, 1)[0]));
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }

        samples.Dispose();
    }

    private ReadOnlySpan<T> Read<T>(string tensor, string starts, int sample) where T : unmanaged
    {
        var (first, count) = Extent(starts, rows[sample]);
        return files[rows[sample].Shard].ReadRows<T>(tensor, first, count);
    }

    private (long First, long Count) Extent(string starts, (int Shard, int Row) place)
    {
        var ends = files[place.Shard].ReadRows<long>(starts, place.Row, 2);
        return (ends[0], ends[1] - ends[0]);
    }
}
