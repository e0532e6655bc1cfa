using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Ingestion.Importing;

/// <summary>The rows of one part while it is made.</summary>
internal interface IPartRows : IDisposable
{
    int Count { get; }

    /// <summary>Where each came from. Not in memory: objects that live as long as a part takes to make would pile up until the collector looks at what is old.</summary>
    Spool<ImportedItem> Items { get; }

    /// <summary>Label names, as they came.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Adds the samples of one item that could be read.</summary>
    /// <param name="number">In the chunk.</param>
    /// <returns>What of it cannot be used, with the bytes for quarantine where they are at hand.</returns>
    IEnumerable<(Rejection Rejection, ReadOnlyMemory<byte>? Content)> Add(int number, ReadItem item);

    /// <summary>The samples themselves.</summary>
    IReadOnlyList<SafetensorsTensor> Samples();

    /// <summary>What is known of them.</summary>
    IReadOnlyList<SafetensorsTensor> Index();

    /// <summary>Completes what is told of the part.</summary>
    ImportPart Describe(ImportPart part);
}
