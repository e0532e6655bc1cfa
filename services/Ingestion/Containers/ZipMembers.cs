using System.Buffers.Binary;
using System.IO.Compression;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// The files of a zip, in the order of its directory. .NET's ZipArchive holds the whole directory in memory and gives nothing of a zip that has lost it; here entries come one by
/// one, and a zip without its directory gives what can be read from its start.
/// </summary>
internal static class ZipMembers
{
    private const uint DescriptorSignature = 0x08074B50;

    public static IEnumerable<Member> Read(FileRange zip, UnpackBudget budget)
    {
        foreach (var member in ZipDirectory.Find(zip) is { } directory ? Listed(zip, directory, budget) : Scanned(zip, budget))
        {
            using (member.Content)
            {
                yield return member;
            }
        }
    }

    private static IEnumerable<Member> Listed(FileRange zip, ZipDirectory directory, UnpackBudget budget)
    {
        using var stream = new BufferedStream(zip.Part(directory.Start, directory.Length).Open(), 1 << 16);
        var used = new UsedRanges();
        var entries = 0L;
        for (; stream.Position < directory.Length; entries++)
        {
            var record = ZipRecord.ReadDirectory(stream);
            if (record.IsDirectory)
            {
                budget.Member();
                continue;
            }

            var (start, fault) = record.Header + directory.Shift is >= 0 and var header ? ContentStart(zip, header) : (0, "its offset is negative");
            fault ??= record.Packed > directory.Start - start ? "it reaches into the directory"
                : !used.TryAdd(record.Header + directory.Shift, start + record.Packed) ? "it overlaps another entry" : null;
            yield return fault is null
                ? Of(zip, record, start)
                : new Member(record.Name, null, Rejection: RejectionReason.Corrupt, Detail: fault);
        }

        if (entries != directory.Entries)
        {
            throw new BrokenContainerException(RejectionReason.Corrupt, $"{entries} entries; its end says {directory.Entries}");
        }
    }

    private static (long Start, string? Fault) ContentStart(FileRange zip, long header)
    {
        Span<byte> local = stackalloc byte[ZipRecord.LocalBytes];
        return zip.Read(header, local) == local.Length && BinaryPrimitives.ReadUInt32LittleEndian(local) == ZipRecord.LocalSignature
            ? (header + local.Length + ZipRecord.RestBytes(local), null)
            : (0, $"no entry at byte {header}");
    }

    private static IEnumerable<Member> Scanned(FileRange zip, UnpackBudget budget)
    {
        var position = 0L;
        while (Local(zip, position) is { } record)
        {
            var start = ContentStart(zip, position).Start;
            if (record.IsDescribedAfter && record.Packed == 0 && !record.IsDirectory)
            {
                record = Described(zip, record, start);
            }

            if (record is null || record.Packed > zip.Length - start)
            {
                break;
            }

            if (record.IsDirectory)
            {
                budget.Member();
            }
            else
            {
                yield return Of(zip, record, start);
            }

            position = start + record.Packed + (record.IsDescribedAfter ? DescriptorBytes(zip, start + record.Packed) : 0);
        }

        throw new BrokenContainerException(RejectionReason.Corrupt, $"its directory is missing; read up to byte {position} of {zip.Length}");
    }

    private static ZipRecord? Local(FileRange zip, long position)
    {
        Span<byte> head = stackalloc byte[ZipRecord.LocalBytes];
        if (zip.Read(position, head) < head.Length || BinaryPrimitives.ReadUInt32LittleEndian(head) != ZipRecord.LocalSignature)
        {
            return null;
        }

        var rest = new byte[ZipRecord.RestBytes(head)];
        return zip.Read(position + head.Length, rest) == rest.Length ? ZipRecord.OfLocal(head, rest, position) : null;
    }

    /// <summary>Finds the sizes behind a content whose end nobody knows: a descriptor that says just the distance to it.</summary>
    private static ZipRecord? Described(FileRange zip, ZipRecord record, long start)
    {
        using var stream = new BufferedStream(zip.Part(start, zip.Length - start).Open(), 1 << 16);
        Span<byte> sizes = stackalloc byte[24];
        var last = 0u;
        for (var read = 1L; stream.ReadByte() is >= 0 and var next; read++)
        {
            last = (last >> 8) | ((uint)next << 24);
            var packed = read - sizeof(uint);
            if (last != DescriptorSignature || zip.Read(start + packed, sizes) < 16)
            {
                continue;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(sizes[8..]) == packed)
            {
                return record with { Crc32 = BinaryPrimitives.ReadUInt32LittleEndian(sizes[4..]), Packed = packed, Length = BinaryPrimitives.ReadUInt32LittleEndian(sizes[12..]) };
            }
        }

        return null;
    }

    private static int DescriptorBytes(FileRange zip, long position)
    {
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        return zip.Read(position, signature) == signature.Length && BinaryPrimitives.ReadUInt32LittleEndian(signature) == DescriptorSignature ? 16 : 12;
    }

    private static Member Of(FileRange zip, ZipRecord record, long start)
    {
        Member Rejected(RejectionReason reason, string? detail = null) => new(record.Name, null, Rejection: reason, Detail: detail);
        if (record.IsNoFile)
        {
            return Rejected(RejectionReason.NotAFile, "a link or a device");
        }

        if (record.IsEncrypted)
        {
            return Rejected(RejectionReason.Encrypted);
        }

        if (record.Method is not (ZipRecord.Stored or ZipRecord.Deflated))
        {
            return Rejected(RejectionReason.Unsupported, $"compression {record.Method}; valid are stored and deflated");
        }

        var packed = zip.Part(start, record.Packed).Open();
        return new Member(record.Name, record.Method == ZipRecord.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress), record.Length, record.Crc32);
    }
}
