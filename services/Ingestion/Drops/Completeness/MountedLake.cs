using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>Files of locations that are mounted. Where a location has no folder there is nothing to read, and only the events count.</summary>
public sealed class MountedLake(LakeLocations lakes)
{
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string url, CancellationToken cancellation) =>
        Local(url) is { } file && File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellation) : null;

    public Task<long> CountAsync(string url, string manifest, CancellationToken cancellation) =>
        Task.Run(() => Local(url) is { } folder && Directory.Exists(folder) ? FolderListing.Files(folder).LongCount(file => Path.GetFileName(file) != manifest) : 0, cancellation);

    private string? Local(string url) => lakes.Find(url) is { Location.Folder: { } folder } place ? Path.Combine(folder, place.Path) : null;
}
