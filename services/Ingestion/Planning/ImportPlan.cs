using System.Text.Json.Serialization;
using Pipeline.Artifacts;
using Pipeline.Lake.Findings;
using Pipeline.Likeness;
using Pipeline.Sequences.Documents;

namespace Pipeline.Ingestion.Planning;

/// <summary>What an import consists of; written once, read by everybody who takes part. It carries all that affects the result, so that
/// workers with other settings still make the same dataset version.</summary>
[ArtifactKind(ArtifactKinds.ImportPlan, Formerly = "ImportPlan")]
public sealed record ImportPlan
{
    /// <summary>Where all imports lie.</summary>
    public const string Folder = "imports";

    private const string FileName = "plan.json";

    /// <summary>Where the import keeps its plan and its chunks.</summary>
    public required string Root { get; init; }

    /// <summary>Where the dataset version will lie; its last segment is the content key.</summary>
    public required string DatasetRoot { get; init; }

    public required string Dataset { get; init; }

    /// <summary>The folder: a URL in the lake, or a path as whoever reads the chunks sees it.</summary>
    public required string Source { get; init; }

    public required DecodingSpec Decoding { get; init; }
    public required SplitSpec Split { get; init; }
    public required LikenessThresholds Likeness { get; init; }

    /// <summary>Label names; labels of IDX chunks are indices into this list.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>What the experiment says of the labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LabelSpec? Labels { get; init; }

    /// <summary>The splits that the source brings itself, except those that records of sequences name.</summary>
    public IReadOnlyList<Split> Supplied { get; init; } = [];

    public IReadOnlyList<PlannedChunk> Chunks { get; init; } = [];

    /// <summary>About labels; files are rejected when they are decoded.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];

    /// <summary>About the files and their labels, as far as they are known before files are decoded.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public required long ShardBytes { get; init; }

    /// <summary>Least resemblance of two sequences that count as nearly the same.</summary>
    public double Resemblance { get; init; }

    /// <summary>Compute seconds of planning.</summary>
    public double Seconds { get; init; }

    public long Items => Chunks.Sum(chunk => (long)chunk.Items);

    [JsonIgnore]
    public string Modality => Decoding.Modality;

    [JsonIgnore]
    public InputSpec Input => Decoding.Input;

    /// <inheritdoc cref="DecodingSpec.Sequences"/>
    [JsonIgnore]
    public SequenceRules? Sequences => Decoding.Sequences;

    [JsonIgnore]
    public string Key => $"{Root}/{FileName}";

    [JsonIgnore]
    public string DatasetKey => $"{DatasetRoot}/manifest.json";

    /// <summary>C · S · S.</summary>
    [JsonIgnore]
    public int ImageBytes => Input.Channels * Input.Size * Input.Size;

    /// <summary>Bytes of a sample; of a window as if each letter was one byte.</summary>
    [JsonIgnore]
    public int SampleBytes => Sequences is null ? ImageBytes : Input.Window;

    public string PartKey(int chunk) => PartKeyOf(Dataset, Chunks[chunk].Part);

    public static bool IsPlan(string key) => key.Split('/') is [Folder, _, FileName];

    /// <summary>Where the parts of all versions of a dataset lie.</summary>
    public static string PartsOf(string dataset) => $"datasets/{dataset}/parts";

    public static string PartKeyOf(string dataset, string part) => $"{PartsOf(dataset)}/{part}.json";
}

/// <summary>A range of the import's items, decoded together.</summary>
/// <param name="First">Number of its first item in the whole import.</param>
/// <param name="Part">Name of its part: the content key of the items and of all that affects their decoding.</param>
[JsonDerivedType(typeof(FilesChunk), "files")]
[JsonDerivedType(typeof(IdxChunk), "idx")]
public abstract record PlannedChunk(int First, int Items, string Part);

/// <param name="List">A JSON line for each item: <see cref="Sources.SourceItem"/>. Null where the part existed when the import was
/// planned.</param>
/// <param name="Unpacked">The bytes of those items that lie in archives and tables; null where none does.</param>
public sealed record FilesChunk(
    int First, int Items, string Part, ArtifactReference? List, ArtifactReference? Unpacked = null) : PlannedChunk(First, Items, Part);

public sealed record IdxChunk(int First, int Items, string Part) : PlannedChunk(First, Items, Part)
{
    /// <summary>The file's name in the source.</summary>
    public required string Archive { get; init; }

    public required ArtifactReference Images { get; init; }

    /// <summary>The unpacked file; null where there are no labels.</summary>
    public ArtifactReference? Labels { get; init; }

    /// <summary>Number of its first image in the archive.</summary>
    public int Start { get; init; }

    public int Height { get; init; }
    public int Width { get; init; }
    public Split? Split { get; init; }
}

/// <summary>The plans in a store: they stay when their import is committed, and so tell which one is the newest.</summary>
internal static class ImportPlans
{
    /// <summary>Reads something of the newest import of each dataset of which it can be read.</summary>
    /// <param name="dataset">One only; null for all.</param>
    /// <param name="read">Returns null to try the next older import.</param>
    /// <returns>By dataset, in ordinal order.</returns>
    public static async Task<SortedDictionary<string, T>> NewestAsync<T>(
        IArtifactStore store, string? dataset, Func<ImportPlan, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        var newest = new SortedDictionary<string, T>(StringComparer.Ordinal);
        var plans = store.ListAsync(ImportPlan.Folder, cancellation).Where(artifact => ImportPlan.IsPlan(artifact.Key));
        await foreach (var artifact in plans.OrderByDescending(artifact => artifact.Modified).WithCancellation(cancellation))
        {
            var plan = await store.ReadManifestAsync<ImportPlan>(artifact.Key, cancellation);
            if ((dataset is null || dataset == plan.Dataset) && !newest.ContainsKey(plan.Dataset) && await read(plan) is { } found)
                newest.Add(plan.Dataset, found);

            if (dataset is not null && newest.Count > 0)
                break;
        }

        return newest;
    }
}
