using System.Runtime.CompilerServices;
using Pipeline.Artifacts;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning;

/// <summary>What the last look at a folder of the lake found in its files: a file whose version is the same is not read again. Only a
/// cache: without it every file is read.</summary>
/// <param name="source">The folder, as a run names it.</param>
public sealed class KnownFiles(IArtifactStore store, string source)
{
    /// <summary>Raised when the lines change.</summary>
    private const int Format = 2;

    private readonly string _folder = $"listings/{ContentKey.Of(ArtifactKinds.Listing, Format, new { source })}";

    /// <summary>Files with what is known of each.</summary>
    /// <param name="files">In ordinal order of their paths.</param>
    public async IAsyncEnumerable<FoundFile> JoinAsync(
        IAsyncEnumerable<LakeFile> files, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var known = ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
        var more = await NextAsync(known);
        var isFirst = !more;
        await foreach (var file in files.WithCancellation(cancellation))
        {
            while (more && string.CompareOrdinal(known.Current.Path, file.Path) < 0)
                more = await NextAsync(known);

            var isListed = more && known.Current.Path == file.Path;
            var same = isListed && file.Rejection is null && file.Version is not null && known.Current.Version == file.Version;
            yield return new FoundFile(file, same ? known.Current : null, IsNew: isFirst ? null : !isListed);
        }
    }

    /// <summary>Takes the place of what was known before.</summary>
    public async Task ReplaceAsync(Spool<KnownFile> files, CancellationToken cancellation = default)
    {
        var before = await ListAsync(cancellation);
        await store.CreateAsync($"{_folder}/{Guid.NewGuid():n}.jsonl", files.CopyToAsync, cancellation);
        foreach (var list in before)
            await store.DeleteAsync(list.Key, cancellation);
    }

    /// <summary>After a file was not what its version said, no version is believed: the next look reads every file.</summary>
    public async Task ForgetAsync(CancellationToken cancellation = default)
    {
        foreach (var list in await ListAsync(cancellation))
            await store.DeleteAsync(list.Key, cancellation);
    }

    private async IAsyncEnumerable<KnownFile> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if ((await ListAsync(cancellation)).MaxBy(list => list.Modified) is not { } newest)
            yield break;

        await foreach (var file in JsonLines.ReadAsync<KnownFile>(await store.OpenReadAsync(newest.Key, cancellation), cancellation))
            yield return file;
    }

    // Another look at the folder may replace the list while it is read: what is left is read from the folder.
    private static async Task<bool> NextAsync(IAsyncEnumerator<KnownFile> known)
    {
        try
        {
            return await known.MoveNextAsync();
        }
        catch (ArtifactNotFoundException)
        {
            return false;
        }
    }

    private ValueTask<List<ArtifactInfo>> ListAsync(CancellationToken cancellation) =>
        store.ListAsync(_folder, cancellation).ToListAsync(cancellation);
}

/// <param name="Known">Null where it has to be read.</param>
/// <param name="IsNew">Whether the last look found no file of that path; null where there was no look.</param>
public readonly record struct FoundFile(LakeFile File, KnownFile? Known, bool? IsNew);

/// <summary>A file as it was read.</summary>
/// <param name="Path">Below the folder, with <c>/</c>.</param>
/// <param name="Version">As <see cref="LakeFile.Version"/> was then; empty where it is unknown.</param>
/// <param name="Sha256">64 hex digits.</param>
/// <param name="Container">Null where it is none.</param>
public sealed record KnownFile(string Path, string Version, long Bytes, string Sha256, ContainerKind? Container = null);
