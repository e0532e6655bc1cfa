using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Rejecting;

/// <summary>Keeps files that cannot be used: the bytes under <c>quarantine/DATASET/SHA256</c>, and beside them, in <c>SHA256.json</c>, why.
/// Equal files are kept once.</summary>
public sealed class Quarantine(IArtifactStore store, IOptions<IngestionOptions> options)
{
    /// <param name="rejection">Of a file whose digest is known.</param>
    /// <param name="source">The file's path or URL.</param>
    /// <param name="content">Null where it was not read. Of more than <see cref="IngestionOptions.QuarantineBytes"/> only the reason is
    /// kept.</param>
    public async Task AddAsync(
        string dataset, Rejection rejection, string source, ReadOnlyMemory<byte>? content, CancellationToken cancellation = default)
    {
        var key = $"quarantine/{dataset}/{rejection.Sha256}";
        if (content is { } bytes && bytes.Length <= options.Value.QuarantineBytes)
            await store.CreateAsync(key, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellation);

        await store.CreateManifestAsync(
            $"{key}.json",
            new QuarantinedFile(rejection.Path, Rejection.NameOf(rejection.Reason), rejection.Message, source, rejection.Sha256!),
            cancellation);
    }
}

/// <param name="Path">Below the dropped folder.</param>
/// <param name="Reason">Its code.</param>
/// <param name="Source">The file's path or URL.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits.</param>
[ArtifactKind(ArtifactKinds.Quarantined, Formerly = "QuarantinedFile")]
public sealed record QuarantinedFile(string Path, string Reason, string Message, string Source, string Sha256);
