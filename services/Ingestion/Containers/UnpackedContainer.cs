using System.Buffers;
using System.Diagnostics;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>A container's members, unpacked into one temporary file and checked against the limits; nothing is ever written under a name that the container chose.</summary>
/// <param name="path">Below the source's folder; of an archive in another, behind the path of that.</param>
internal sealed class UnpackedContainer(string path, ContainerKind kind, UnpackBudget budget) : IDisposable
{
    private const int BufferBytes = 1 << 17;

    /// <summary>COR_E_IO: no call of the system failed.</summary>
    private const int UnspecificIOError = unchecked((int)0x80131620);

    private readonly FileStream _bytes = TemporaryFile.Create();
    private readonly Spool<UnpackedMember> _members = new();
    private int _read;

    /// <summary>Why not all of it could be read, and where; null where all was.</summary>
    public BrokenContainerException? Break { get; private set; }

    /// <summary>The table of labels in it; null where there is none.</summary>
    public LabelTable? Table { get; private set; }

    /// <summary>The kind of table whose rows are texts, which are nothing else whatever they begin with; null where its members are files or images.</summary>
    public ContainerKind? Texts { get; } = budget.Content == LakeContent.Sequences && kind is (ContainerKind.Parquet or ContainerKind.Arrow) ? kind : null;

    public MemberFolders Folders { get; } = new();

    private bool HasNotes => kind is ContainerKind.Tar or ContainerKind.GzipTar;

    public IEnumerable<UnpackedMember> Members() => _members.Items();

    public FileRange BytesOf(UnpackedMember member) => FileRange.Of(_bytes).Part(member.Offset, member.Bytes);

    /// <exception cref="PipelineException">Its labels contradict themselves.</exception>
    public async Task UnpackAsync(FileRange file, bool isNested, CancellationToken cancellation)
    {
        try
        {
            await foreach (var member in MembersOf(file, cancellation))
            {
                budget.Member();
                await AddAsync(member, isNested, cancellation);
                _read++;
            }
        }
        catch (BrokenContainerException broken)
        {
            Break = new BrokenContainerException(broken.Reason, $"{broken.Detail}; after {_read} members");
        }
        catch (Exception error) when (IsOfContent(error))
        {
            Break = new BrokenContainerException(RejectionReason.Corrupt, $"after {_read} members: {LakeNames.Shown(error.Message)}");
        }
    }

    public void Dispose()
    {
        _members.Dispose();
        _bytes.Dispose();
    }

    /// <summary>Readers of formats throw many things at damaged files; what the disk (with a number of its own), the store or a person throws is something else.</summary>
    private static bool IsOfContent(Exception error) =>
        error is not (OperationCanceledException or PipelineException or UnauthorizedAccessException) and (not IOException or EndOfStreamException or { HResult: UnspecificIOError });

    private IAsyncEnumerable<Member> MembersOf(FileRange file, CancellationToken cancellation) => kind switch
    {
        ContainerKind.Zip => ZipMembers.Read(file, budget).ToAsyncEnumerable(),
        ContainerKind.Tar => TarMembers.ReadAsync(file.Open(), budget, cancellation),
        ContainerKind.GzipTar => TarMembers.ReadAsync(new GZipStream(file.Open(), CompressionMode.Decompress), budget, cancellation),
        ContainerKind.Parquet => ParquetMembers.ReadAsync(file, budget, cancellation),
        ContainerKind.Arrow => ArrowMembers.ReadAsync(file, budget, cancellation),
        _ => throw new UnreachableException($"No reader for {kind}."),
    };

    private async Task AddAsync(Member member, bool isNested, CancellationToken cancellation)
    {
        var name = member.Name;
        while (name.StartsWith("./", StringComparison.Ordinal))
        {
            name = name[2..];
        }

        if (name.Length > budget.Options.MaxNameLength)
        {
            Reject(LakeNames.Shown(name[..Math.Min(64, name.Length)]) + "…", RejectionReason.UnsafeName, $"{name.Length} characters; at most {budget.Options.MaxNameLength}");
        }
        else if (!LakeNames.IsSafe(name))
        {
            Reject(LakeNames.Shown(name), RejectionReason.UnsafeName);
        }
        else if (!budget.IsNew($"{path}!/{name}"))
        {
            Reject(name, RejectionReason.DuplicateName);
        }
        else if (member.Rejection is { } rejection)
        {
            Reject(name, rejection, member.Detail);
        }
        else if (LabelTable.IsTable(name))
        {
            await ReadTableAsync(member, name, cancellation);
        }
        else if (HasNotes && budget.Content == LakeContent.Images && SampleNotes.IsNote(name))
        {
            await AddNoteAsync(member, name, cancellation);
        }
        else if (LakeNames.MayBeContent(name, budget.Content))
        {
            await AddContentAsync(member, name, isNested, cancellation);
        }
    }

    private async Task ReadTableAsync(Member member, string name, CancellationToken cancellation)
    {
        if (Table is not null)
        {
            throw LabelTable.TwoTables(path, [Table.Files[0].Path, name]);
        }

        var unpacked = await CopyAsync(member, name, isNested: true, cancellation);
        if (unpacked.Rejection is not null)
        {
            _members.Add(unpacked);
            return;
        }

        await using var file = BytesOf(unpacked).Open();
        Table = await LabelTable.ReadAsync(file, name, $"{path}!/{name}", null, budget.Options.MaxLineBytes, cancellation);
    }

    private async Task AddNoteAsync(Member member, string name, CancellationToken cancellation)
    {
        var unpacked = await CopyAsync(member, name, isNested: true, cancellation);
        _members.Add(unpacked.Rejection is null ? SampleNotes.Read(unpacked, BytesOf(unpacked)) : unpacked);
    }

    private async Task AddContentAsync(Member member, string name, bool isNested, CancellationToken cancellation)
    {
        var unpacked = await CopyAsync(member, name, isNested, cancellation);
        var mayBeNote = HasNotes && budget.Content == LakeContent.Sequences && unpacked is { Rejection: null, Container: null };
        _members.Add(mayBeNote ? SampleNotes.Mark(unpacked, BytesOf(unpacked)) : unpacked);
        Folders.Add(name);
    }

    /// <exception cref="BrokenContainerException">The content ends before its end, and with it the container.</exception>
    private async Task<UnpackedMember> CopyAsync(Member member, string name, bool isNested, CancellationToken cancellation)
    {
        var content = member.Content!;
        var start = _bytes.Length;
        _bytes.Position = start;
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc32 = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var read = await content.ReadAtLeastAsync(buffer, ContainerKinds.HeadBytes, throwOnEndOfStream: false, cancellation);
            var container = Texts is not null ? null : ContainerKinds.Of(buffer.AsSpan(0, Math.Min(read, ContainerKinds.HeadBytes)));
            if (container is not null && isNested)
            {
                return Rejected(RejectionReason.NestedArchive);
            }

            var most = container is null ? budget.Options.MaxFileBytes : long.MaxValue;
            if (member.Length > most)
            {
                return Rejected(RejectionReason.TooLarge, $"{member.Length} bytes; at most {most}");
            }

            for (; read > 0; read = await content.ReadAsync(buffer, cancellation))
            {
                budget.Spend(read);
                sha256.AppendData(buffer, 0, read);
                crc32.Append(buffer.AsSpan(0, read));
                await _bytes.WriteAsync(buffer.AsMemory(0, read), cancellation);
                if (_bytes.Position - start > most)
                {
                    return Rejected(RejectionReason.TooLarge, $"more than {most} bytes");
                }

                if (_bytes.Position - start > member.Length)
                {
                    return Rejected(RejectionReason.Corrupt, $"more than the {member.Length} bytes that the archive says");
                }
            }

            var bytes = _bytes.Position - start;
            if (bytes < member.Length)
            {
                // Entries of a zip lie where its directory says, so that others may be whole.
                return kind is ContainerKind.Zip
                    ? Rejected(RejectionReason.Corrupt, $"{bytes} bytes; the archive says {member.Length}")
                    : throw new BrokenContainerException(RejectionReason.Corrupt, $"'{name}' is cut short");
            }

            return member.Crc32 is { } crc && crc != crc32.GetCurrentHashAsUInt32()
                ? Rejected(RejectionReason.Corrupt, "its checksum is another than the archive says")
                : new UnpackedMember(name, start, bytes, Convert.ToHexStringLower(sha256.GetHashAndReset()), member.Label, Container: container);
        }
        catch (Exception error) when (kind is ContainerKind.Zip && error is InvalidDataException or EndOfStreamException)
        {
            return Rejected(RejectionReason.Corrupt, "its packed content is damaged");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        UnpackedMember Rejected(RejectionReason reason, string? detail = null)
        {
            _bytes.SetLength(start);
            return new UnpackedMember(name, Rejection: reason, Detail: detail);
        }
    }

    private void Reject(string name, RejectionReason reason, string? detail = null) => _members.Add(new UnpackedMember(name, Rejection: reason, Detail: detail));
}
