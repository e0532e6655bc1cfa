using System.Text.Json;

namespace Pipeline.Artifacts;

/// <summary>Small JSON artifacts in an envelope <c>{"kind", "format", "content"}</c>, which tells a reader whether it is too old.</summary>
public static class Manifest
{
    /// <summary>The newest format that this version reads, and the one it writes.</summary>
    public const int Format = 2;

    private sealed record Envelope<T>(string Kind, int Format, T Content);

    private sealed record Header(string Kind, int Format);

    /// <summary>Writes a manifest, create-only. If there is one already, that one counts.</summary>
    public static Task<PutResult> CreateManifestAsync<T>(
        this IArtifactStore store, string key, T content, CancellationToken cancellation = default)
    {
        var manifest = new Envelope<T>(ArtifactKinds.Of(typeof(T)).Name, Format, content);
        return store.CreateAsync(
            key, (stream, token) => JsonSerializer.SerializeAsync(stream, manifest, PipelineJson.Options, token), cancellation);
    }

    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">It is not a manifest of this kind, or a newer version wrote it.</exception>
    public static async Task<T> ReadManifestAsync<T>(this IArtifactStore store, string key, CancellationToken cancellation = default) =>
        await store.FindManifestAsync<T>(key, cancellation) is { } found ? found.Content : throw new ArtifactNotFoundException(key);

    /// <summary>The very manifest that a message refers to, checked against its digest.</summary>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">It has other bytes, is not a manifest of this kind, or a newer version wrote it.</exception>
    public static async Task<T> ReadManifestAsync<T>(this IArtifactStore store, ArtifactReference reference,
        CancellationToken cancellation = default) =>
        Parse<T>(reference.Key, await File.ReadAllBytesAsync(await store.MaterializeAsync(reference, cancellation), cancellation));

    /// <summary>The manifest under a key with its reference; null when there is none yet.</summary>
    /// <exception cref="PipelineException">It is not a manifest of this kind, or a newer version wrote it.</exception>
    public static async Task<(ArtifactReference Reference, T Content)?> FindManifestAsync<T>(this IArtifactStore store, string key,
        CancellationToken cancellation = default)
    {
        Stream stream;
        try
        {
            stream = await store.OpenReadAsync(key, cancellation);
        }
        catch (ArtifactNotFoundException)
        {
            return null;
        }

        await using (stream)
        {
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellation);
            var bytes = buffer.ToArray();
            return (new ArtifactReference(key, Digest.Of(bytes), bytes.Length), Parse<T>(key, bytes));
        }
    }

    private static T Parse<T>(string key, byte[] bytes)
    {
        var kind = ArtifactKinds.Of(typeof(T));
        try
        {
            var header = JsonSerializer.Deserialize<Header>(bytes, PipelineJson.Options) ?? throw new JsonException("It holds null.");
            if (header.Format > Format)
            {
                throw new PipelineException(
                    $"'{key}' was written by a newer version of the pipeline (format {header.Format}; this one reads up to {Format}). "
                    + "Use that version, or another store.");
            }

            if (!kind.IsCalled(header.Kind))
                throw new PipelineException($"'{key}' holds the kind '{header.Kind}'; it must hold '{kind.Name}'.");

            return JsonSerializer.Deserialize<Envelope<T>>(bytes, PipelineJson.Options)!.Content
                ?? throw new JsonException("Its content is null.");
        }
        catch (JsonException error)
        {
            throw new PipelineException($"'{key}' is not a readable manifest of the kind '{kind.Name}': {error.Message}", error);
        }
    }
}
