using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Planning;

/// <summary>Names of parts, and which parts exist: all versions of a dataset share them. A part is named by its items and by all that
/// affects their decoding, so that only the new chunks of a dataset that has grown are decoded.</summary>
public sealed class PartNames
{
    /// <summary>Raised when the same items would give another part.</summary>
    private const int Format = 2;

    private readonly HashSet<string> _there;

    private PartNames(string dataset, DecodingSpec decoding, HashSet<string> there) =>
        (Dataset, Decoding, _there) = (dataset, decoding, there);

    public string Dataset { get; }
    public DecodingSpec Decoding { get; }

    /// <summary>Whether the dataset has any, of whatever decoding.</summary>
    public bool Any => _there.Count > 0;

    public static async Task<PartNames> ReadAsync(
        IArtifactStore store, string dataset, DecodingSpec decoding, CancellationToken cancellation = default)
    {
        var there = store.ListAsync(ImportPlan.PartsOf(dataset), cancellation).Select(part => part.Key);
        return new PartNames(dataset, decoding, await there.ToHashSetAsync(StringComparer.Ordinal, cancellation));
    }

    /// <param name="items">What tells the items of a chunk from others.</param>
    public string Of(object items) => ContentKey.Of(ArtifactKinds.ImportPart, Format, new { items, Decoding.Format, Decoding });

    /// <param name="lines">A JSON line for each item of a chunk: <see cref="Sources.SourceItem"/>.</param>
    public string OfLines(ReadOnlySpan<byte> lines) => Of(Digest.Of(lines));

    public void Add(string part) => _there.Add(ImportPlan.PartKeyOf(Dataset, part));

    public bool IsThere(string part) => _there.Contains(ImportPlan.PartKeyOf(Dataset, part));
}
