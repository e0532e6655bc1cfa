using System.Text.Json;

namespace Pipeline.Artifacts;

/// <summary>Small JSON artifacts in an envelope <c>{"kind", "format", "content"}</c>,
/// so that a reader knows what it holds and whether it is too old for it.</summary>
public static class Manifest
{
    /// <summary>The newest format that this version reads, and the one it writes.</summary>
    public const int Format = 2;

    private sealed record Envelope<T>(string Kind, int Format, T Content);

    private sealed record Header(string Kind, int Format);

    /// <summary>Writes a manifest, create-only. If there is one already, that one counts.</summary>
    public static Task<PutResult> CreateManifestAsync<T>(this IArtifactStore store, string key, T content,
        CancellationToken cancellation = default) =>
        store.CreateAsync(
            key,
            (stream, token) => JsonSerializer.SerializeAsync(stream, new Envelope<T>(ArtifactKinds.Of(typeof(T)).Name, Format, content),
                PipelineJson.Options, token),
            cancellation);

    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">It is not a manifest of this kind, or a newer version wrote it.</exception>
    public static async Task<T> ReadManifestAsync<T>(this IArtifactStore store, string key, CancellationToken cancellation = default)
    {
        await using var stream = await store.OpenReadAsync(key, cancellation);
        return Parse<T>(key, await BytesAsync(stream, cancellation));
    }

    /// <summary>The very manifest that a message refers to: checked against its digest,
    /// and read from this machine if it was read here before.</summary>
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
            var bytes = await BytesAsync(stream, cancellation);
            return (new ArtifactReference(key, Digest.Of(bytes), bytes.Length), Parse<T>(key, bytes));
        }
    }

    private static async Task<byte[]> BytesAsync(Stream stream, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellation);
        return buffer.ToArray();
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
