using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>One way in which images and labels lie in a folder.</summary>
public interface ILakeSource
{
    /// <summary>SHA-256 over everything that a dataset version could depend on: paths and bytes. Files that have not changed give the same.</summary>
    Task<string> FingerprintAsync(CancellationToken cancellation);

    /// <summary>All images, in a fixed order, in chunks.</summary>
    IEnumerable<ChunkPlan> Chunks(int imagesPerChunk);

    /// <summary>What is wrong with the listing itself, such as labels for unknown files. Known after <see cref="Chunks"/>.</summary>
    IReadOnlyList<Rejection> Rejections { get; }
}

/// <summary>The images of one chunk: files of their own, or a stretch of an IDX file.</summary>
public sealed record ChunkPlan(IReadOnlyList<FileItem> Files, IdxStretch? Idx = null);

/// <param name="Path">Relative to the source folder, with <c>/</c>.</param>
/// <param name="Split">Null where the source does not say.</param>
public sealed record FileItem(string Path, string? Label, Split? Split);

/// <param name="Images">Relative path of the file with the images.</param>
/// <param name="Labels">Class names of the images of the stretch; empty where there is no file with labels.</param>
/// <param name="First">Number of the first image.</param>
public sealed record IdxStretch(string Images, IReadOnlyList<string> Labels, int First, int Count, int Rows, int Columns, Split? Split);
