using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace Pipeline.Ingestion.Containers;

/// <summary>The files of a tar, in its order, sparse ones with their holes filled. Symbolic links and devices are told, and never followed.</summary>
internal static class TarMembers
{
    public static async IAsyncEnumerable<Member> ReadAsync(Stream tar, UnpackBudget budget, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var metered = new TarStream(tar, budget);
        await using var reader = new TarReader(metered);
        while (true)
        {
            metered.ExpectHeader();
            if (await reader.GetNextEntryAsync(copyData: false, cancellation) is not { } entry)
            {
                break;
            }

            metered.ExpectContent();
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    yield return await FileAsync(entry, metered, cancellation);
                    break;
                case TarEntryType.HardLink:
                    yield return new Member(entry.Name, null, LinksTo: entry.LinkName);
                    break;
                case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes or TarEntryType.TapeVolume:
                    budget.Member();
                    break;
                default:
                    yield return new Member(entry.Name, null, Rejection: RejectionReason.NotAFile, Detail: $"{entry.EntryType}");
                    break;
            }

            if (entry.DataStream is { } rest)
            {
                metered.ExpectRest();
                await rest.CopyToAsync(Stream.Null, cancellation);
            }
        }

        if (!metered.IsAtEndMark)
        {
            throw new BrokenContainerException(RejectionReason.Corrupt, $"it ends at byte {metered.Position} without an end mark");
        }
    }

    private static async Task<Member> FileAsync(TarEntry entry, TarStream tar, CancellationToken cancellation)
    {
        var name = PaxSparse.NameOf(entry) ?? entry.Name;
        var content = entry.DataStream ?? Stream.Null;
        try
        {
            tar.ExpectRest();
            var (map, before) = tar.Sparse is { } old ? (old, 0L) : await PaxSparse.MapOfAsync(entry, tar.ListedSparse, cancellation) ?? default;
            tar.ExpectContent();
            return map is null ? new Member(name, content, entry.Length)
                : map.Fits(entry.Length - before) ? new Member(name, new SparseStream(content, map), map.Length)
                : throw new InvalidDataException("a sparse map that does not fit its content");
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return new Member(name, null, Rejection: RejectionReason.Corrupt, Detail: error.Message);
        }
    }
}
