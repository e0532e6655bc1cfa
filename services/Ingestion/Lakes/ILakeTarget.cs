namespace Pipeline.Ingestion.Lakes;

/// <summary>A folder of the lake that files are copied into. Paths are below it, segments joined by <c>/</c>.</summary>
public interface ILakeTarget
{
    /// <summary>Whether a file of that path is there with the same bytes.</summary>
    /// <param name="content">From its start to its end; left anywhere.</param>
    Task<bool> HoldsAsync(string path, Stream content, CancellationToken cancellation = default);

    /// <summary>Writes a file whole, or not at all; one that is there is replaced.</summary>
    /// <param name="content">From its start to its end; left anywhere.</param>
    Task PutAsync(string path, Stream content, CancellationToken cancellation = default);
}
