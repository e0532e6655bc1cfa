using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>How far an upload is.</summary>
/// <param name="Present">Of them, those that were there already with the same bytes.</param>
/// <param name="Bytes">Copied.</param>
public sealed record UploadProgress(int Files, int Copied, int Present, long Bytes);

/// <summary>Copies a folder of this machine into the lake, several files at a time, each streamed. What is there already with the same
/// bytes is left, so that an upload that broke off goes on; <c>_SUCCESS</c> is written last, always, and tells that the drop is complete.
/// Hidden files, litter and symbolic links stay behind.</summary>
public sealed class LakeUpload(LakeLocations locations, LakeContainers containers, int parallelism)
{
    /// <param name="target">URL of a folder at or below a location of the lake, as plain text; made if it is not there.</param>
    /// <exception cref="PipelineException">The folder is empty, a name is refused, or the target may not be written.</exception>
    public async Task<UploadProgress> UploadAsync(
        string folder, string target, IProgress<UploadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var destination = TargetOf(locations.At(target));
        var files = FilesOf(folder);
        var done = new UploadProgress(files.Count, 0, 0, 0);
        var told = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(files, parallel, async (path, token) =>
        {
            await using var content = new FileStream(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read);
            var present = await destination.HoldsAsync(path, content, token);
            if (!present)
                await destination.PutAsync(path, content, token);

            lock (told)
            {
                done = present
                    ? done with { Present = done.Present + 1 }
                    : done with { Copied = done.Copied + 1, Bytes = done.Bytes + content.Length };
                progress?.Report(done);
            }
        });

        using var empty = new MemoryStream();
        await destination.PutAsync(LakeNames.Complete, empty, cancellation);
        return done;
    }

    private ILakeTarget TargetOf(LakePath place)
    {
        if (place.Location.Folder is not null)
            return new LocalTarget(LocalFolder.PathOf(place));

        var (container, prefix) = containers.At(place);
        return new BlobTarget(container, prefix, place.Url);
    }

    private static List<string> FilesOf(string folder)
    {
        if (!Directory.Exists(folder))
            throw new PipelineException($"There is no folder '{folder}'; it must be a folder with the files to upload.");

        var found = FolderListing.AllFiles(folder).Where(file => !file.IsLink).ToList();
        if (found.Find(file => file.Rejection is not null) is { Rejection: { } reason } refused)
        {
            throw new PipelineException(
                $"'{Path.Combine(folder, refused.Path)}' cannot be uploaded: {RejectionMessages.Of(reason, refused.Detail)}.");
        }

        var files = found.Select(file => file.Path).Where(path => Path.GetFileName(path) != LakeNames.Complete).ToList();
        if (files.Find(path => !LakeNames.IsSafe(path)) is { } unsafeName)
        {
            throw new PipelineException(
                $"'{LakeNames.Shown(Path.Combine(folder, unsafeName))}' cannot be uploaded; names must have no backslashes and control "
                    + "characters.");
        }

        return files.Count > 0
            ? files
            : throw new PipelineException($"'{folder}' holds no files to upload; it must be a folder with files that are not hidden.");
    }
}
