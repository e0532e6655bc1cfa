using System.IO.Compression;

namespace Pipeline.Lake.Containers.Zip;

/// <summary>The files of a zip, in the order of its directory. .NET's ZipArchive holds the whole directory in memory and gives nothing of a
/// zip that has lost it; here entries come one by one, and a zip without its directory gives what can be read from its start.</summary>
internal static class ZipMembers
{
    public static IEnumerable<Member> Read(FileRange zip, UnpackBudget budget, MembersLeft left)
    {
        foreach (var member in ZipDirectory.Find(zip) is { } directory ? Listed(zip, directory, budget, left) : Scanned(zip, budget, left))
        {
            using (member.Content)
                yield return member;
        }
    }

    /// <summary>The names in a zip, as far as they can be read, with their contents; a content is null where it cannot be.</summary>
    public static IEnumerable<(string Name, Func<Stream?> Content)> Contents(FileRange zip)
    {
        var entries = ZipDirectory.Find(zip) is { } directory
            ? ZipEntries.Listed(zip, directory)
            : ZipEntries.Scanned(zip, new MembersLeft(zip));
        using var records = entries.GetEnumerator();
        while (CanMove(records))
        {
            var (record, header) = records.Current;
            yield return (record.Name, ContentOf);

            Stream? ContentOf() => ZipEntries.ContentStart(zip, header) is (var start, null) ? Of(zip, record, start).Content : null;
        }
    }

    private static bool CanMove(IEnumerator<(ZipRecord, long)> records)
    {
        try
        {
            return records.MoveNext();
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    private static IEnumerable<Member> Listed(FileRange zip, ZipDirectory directory, UnpackBudget budget, MembersLeft left)
    {
        var used = new UsedRanges();
        left.Told = directory.Entries;
        foreach (var (record, header) in ZipEntries.Listed(zip, directory))
        {
            if (record.IsDirectory)
            {
                budget.Member();
                left.Told--;
                continue;
            }

            var (start, fault) = ZipEntries.ContentStart(zip, header);
            fault ??= record.Packed > directory.Start - start ? "it reaches into the directory"
                : !used.TryAdd(header, start + record.Packed) ? "it overlaps another entry" : null;
            yield return fault is null
                ? Of(zip, record, start)
                : Member.Rejected(record.Name, RejectionReason.Corrupt, fault);
            left.Told--;
        }

        if (left.Told != 0)
        {
            throw new BrokenContainerException(
                RejectionReason.Corrupt, $"{directory.Entries - left.Told} entries; its end says {directory.Entries}");
        }
    }

    private static IEnumerable<Member> Scanned(FileRange zip, UnpackBudget budget, MembersLeft left)
    {
        foreach (var (record, header) in ZipEntries.Scanned(zip, left))
        {
            if (record.IsDirectory)
                budget.Member();
            else
                yield return Of(zip, record, ZipEntries.ContentStart(zip, header).Start);
        }

        throw new BrokenContainerException(
            RejectionReason.Corrupt, $"its directory is missing; read up to byte {left.Position} of {zip.Length}");
    }

    private static Member Of(FileRange zip, ZipRecord record, long start)
    {
        if (record.IsNoFile)
            return Member.Rejected(record.Name, RejectionReason.NotAFile, "a link or a device");

        if (record.IsEncrypted)
            return Member.Rejected(record.Name, RejectionReason.Encrypted);

        if (record.Method is not (ZipRecord.Stored or ZipRecord.Deflated))
            return Member.Rejected(record.Name, RejectionReason.Unsupported, $"compression {record.Method}; it must be stored or deflated");

        var packed = zip.Part(start, record.Packed).Open();
        var content = record.Method == ZipRecord.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
        return new Member(record.Name, content, record.Length) { Crc32 = record.Crc32 };
    }
}
