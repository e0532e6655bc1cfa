using Pipeline.Artifacts;

namespace Pipeline.Ingestion.Planning;

/// <summary>What parts are called, and which there are: all versions of a dataset share them. A part is named by its items and by all that
/// bears on their decoding, so that a dataset that has grown has only those chunks decoded that are new.</summary>
public sealed class PartNames
{
    /// <summary>Raised when the same items would give another part.</summary>
    private const int Format = 2;

    private readonly HashSet<string> _there;

    private PartNames(string dataset, DecodingSpec decoding, HashSet<string> there) =>
        (Dataset, Decoding, _there) = (dataset, decoding, there);

    public string Dataset { get; }

    public DecodingSpec Decoding { get; }

    public static async Task<PartNames> ReadAsync(
        IArtifactStore store, string dataset, DecodingSpec decoding, CancellationToken cancellation = default)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var part in store.ListAsync(ImportPlan.PartsOf(dataset), cancellation))
            there.Add(part.Key);

        return new PartNames(dataset, decoding, there);
    }

    /// <param name="items">What tells the items of a chunk from others.</param>
    public string Of(object items) => ContentKey.Of(ArtifactKinds.ImportPart, Format, new { items, Decoding.Format, Decoding });

    /// <param name="lines">A JSON line for each item of a chunk: <see cref="Sources.SourceItem"/>.</param>
    public string OfLines(ReadOnlySpan<byte> lines) => Of(Digest.Of(lines));

    /// <summary>Whether the dataset has any, of whatever decoding.</summary>
    public bool Any => _there.Count > 0;

    /// <summary>One was made since they were read.</summary>
    public void Add(string part) => _there.Add(ImportPlan.PartKeyOf(Dataset, part));

    public bool IsThere(string part) => _there.Contains(ImportPlan.PartKeyOf(Dataset, part));
}
