using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tokens;

namespace Pipeline.PseudoLabels;

/// <summary>Makes the tokenizer of a dataset version: learned on its training split, read from the folder that the experiment names, or of
/// k-mers. Once for all runs and workers.</summary>
public sealed class TokenizerMaker(IArtifactStore store) : IDisposable
{
    /// <summary>Raised when the same samples would give another vocabulary.</summary>
    private const int Format = 2;

    /// <summary>Maximum number of bytes to learn from: more change hardly a token and would hold a message for long.</summary>
    private const long MostBytes = 100_000_000;

    private readonly SemaphoreSlim _one = new(1);

    private (TokenizerReference Reference, ITokenizer Tokenizer)? _opened;

    /// <summary>The tokenizer, found or made now. Of several makers the first counts, for all.</summary>
    /// <exception cref="PipelineException">The given vocabulary cannot be used.</exception>
    public async Task<(TokenizerReference Reference, ITokenizer Tokenizer)> MakeAsync(
        DatasetManifest dataset, TokenizerSpec spec, CancellationToken cancellation)
    {
        var folder = Folder(dataset, spec);
        var key = $"{folder}/manifest.json";
        await _one.WaitAsync(cancellation);
        try
        {
            if (await store.FindManifestAsync<TokenizerReference>(key, cancellation) is null)
            {
                var content = await ContentAsync(dataset, spec, cancellation);
                await store.CreateManifestAsync(key, await TokenizerStore.WriteAsync(store, folder, content, spec, cancellation),
                    cancellation);
            }

            var reference = (await store.FindManifestAsync<TokenizerReference>(key, cancellation))!.Value.Content;
            if (_opened is not { } last || last.Reference.Files.First().Value.Key != reference.Files.First().Value.Key)
                _opened = last = (reference, await TokenizerStore.OpenAsync(store, reference, cancellation));

            return last;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>What of a spec a tokenizer depends on: of a given vocabulary what its files hold, not where they lie.</summary>
    /// <exception cref="PipelineException">A file of it cannot be read.</exception>
    internal static object MadeFrom(TokenizerSpec spec) => spec.Given is not { } given
        ? spec
        : new { spec = spec with { Given = null }, given = TokenizerContent.Needed(spec.Kind).Select(name => GivenDigest(given, name)) };

    private static string Folder(DatasetManifest dataset, TokenizerSpec spec)
    {
        // Only what is learned depends on the samples.
        var learned = spec.Kind != TokenizerKinds.Kmer && spec.Given is null;
        var samples = learned ? Training(dataset).Select(shard => shard.File.Digest) : [];
        var alphabet = spec.Kind == TokenizerKinds.Kmer ? Alphabets.Of(dataset.Modality) : "";
        var madeFrom = new { madeFrom = MadeFrom(spec), dataset.Input.LowerCase, alphabet, samples };
        return $"tokenizers/{ContentKey.Of(ArtifactKinds.Tokenizer, Format, madeFrom)}";
    }

    private static IEnumerable<SampleShard> Training(DatasetManifest dataset) => dataset.Shards.Where(shard => shard.Split == Split.Train);

    private static string GivenDigest(string folder, string name)
    {
        if (!Directory.Exists(folder))
            throw new PipelineException(
                $"There is no folder '{folder}'; tokenizer.given must name a folder that pseudo-labels can read, with {name} in it.");

        try
        {
            return Digest.Of(File.ReadAllBytes(Path.Combine(folder, name)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(
                $"The folder '{folder}', which tokenizer.given names, has no {name} that can be read: {error.Message}", error);
        }
    }

    private async Task<TokenizerContent> ContentAsync(DatasetManifest dataset, TokenizerSpec spec, CancellationToken cancellation)
    {
        if (spec.Kind == TokenizerKinds.Kmer)
            return TokenizerContent.Kmers(Alphabets.Of(dataset.Modality), spec.K);

        if (spec.Given is { } given)
            return TokenizerContent.Read(spec.Kind, dataset.Input.LowerCase, name => Path.Combine(given, name));

        var files = new List<string>();
        var bytes = 0L;
        foreach (var shard in Training(dataset).TakeWhile(_ => bytes < MostBytes))
        {
            files.Add(await store.MaterializeAsync(shard.File, cancellation));
            bytes += shard.File.Bytes;
        }

        return TokenizerContent.Learn(spec, dataset.Input.LowerCase, Texts(files, cancellation));
    }

    private static IEnumerable<string> Texts(IEnumerable<string> files, CancellationToken cancellation)
    {
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            var starts = file.Read<long>("start").ToArray();
            for (var sample = 0; sample + 1 < starts.Length; sample++)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return Encoding.UTF8.GetString(file.ReadRows<byte>("text", starts[sample], starts[sample + 1] - starts[sample]));
            }
        }
    }
}
