using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace Pipeline.Ingestion.Containers;

/// <summary>The files of a tar, in its order. Links and devices are told, and never followed.</summary>
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
                    yield return new Member(entry.Name, entry.DataStream ?? Stream.Null, entry.Length);
                    break;
                case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes:
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
}
