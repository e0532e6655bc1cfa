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

    /// <summary>The names in a zip, as far as they can be read, with their contents; a content is null if it cannot be.</summary>
    public static IEnumerable<(string Name, Func<Stream?> Content)> Contents(FileRange zip)
    {
        var entries = ZipDirectory.Find(zip) is { } directory
            ? ZipEntries.Listed(zip, directory)
            : ZipEntries.Scanned(zip, new MembersLeft(zip));
        using var records = entries.GetEnumerator();
        while (CanMove(records))
        {
            var record = records.Current;
            yield return (record.Name, ContentOf);

            Stream? ContentOf() => ZipEntries.ContentStart(zip, record.Header) is { } start ? Of(zip, record, start).Content : null;
        }
    }

    private static bool CanMove(IEnumerator<ZipRecord> records)
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
        // Entries that share bytes are how a small archive becomes a huge one: ranges that overlap are the same to this set.
        var used = new SortedSet<(long Start, long End)>(Comparer<(long Start, long End)>.Create(
            (a, b) => a.End <= b.Start ? -1 : b.End <= a.Start ? 1 : 0));
        left.Told = directory.Entries;
        foreach (var record in ZipEntries.Listed(zip, directory))
        {
            if (record.IsDirectory)
                budget.Member();
            else if (ZipEntries.ContentStart(zip, record.Header) is not { } start)
                yield return Corrupt(record, $"no entry at byte {record.Header}");
            else if (record.Packed > directory.Start - start)
                yield return Corrupt(record, "it reaches into the directory");
            else if (!used.Add((record.Header, start + record.Packed)))
                yield return Corrupt(record, "it overlaps another entry");
            else
                yield return Of(zip, record, start);

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
        foreach (var record in ZipEntries.Scanned(zip, left))
        {
            if (record.IsDirectory)
                budget.Member();
            else if (ZipEntries.ContentStart(zip, record.Header) is { } start)
                yield return Of(zip, record, start);
        }

        throw new BrokenContainerException(
            RejectionReason.Corrupt, $"its directory is missing; read up to byte {left.Position} of {zip.Length}");
    }

    private static Member Corrupt(ZipRecord record, string detail) => Member.Rejected(record.Name, RejectionReason.Corrupt, detail);

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
