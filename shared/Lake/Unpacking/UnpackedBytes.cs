using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Unpacking;

/// <summary>The contents of a container's members, one behind the other in a temporary file, checked against the limits.</summary>
/// <param name="areTexts">Whether the members are texts, whatever they begin with.</param>
internal sealed class UnpackedBytes(UnpackBudget budget, ContainerKind kind, bool areTexts) : IDisposable
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Whether a content that ends too early ends no other: the directory of a zip says where each lies.</summary>
    private readonly bool _areApart = kind == ContainerKind.Zip;

    /// <summary>Whether later members may have the content of one that is here.</summary>
    private readonly bool _mayBeLinkedTo = kind is ContainerKind.Tar or ContainerKind.GzipTar;

    private readonly FileStream _file = TemporaryFile.Create();
    private readonly Dictionary<UInt128, (long Start, long Bytes)> _byName = [];

    public FileRange RangeOf(UnpackedMember member) => RangeOf(member.Offset, member.Bytes);

    /// <returns>The content of a member that was added; null without one of that name.</returns>
    public FileRange? Find(string name) => _byName.TryGetValue(KeyOf(name), out var found) ? RangeOf(found.Start, found.Bytes) : null;

    public void Dispose() => _file.Dispose();

    private FileRange RangeOf(long start, long bytes) => FileRange.Of(_file).Part(start, bytes);

    private static UInt128 KeyOf(string name) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(name));

    /// <exception cref="BrokenContainerException">The content ends before its end, and with it the container.</exception>
    public async Task<UnpackedMember> AddAsync(Member member, string name, bool isNested, CancellationToken cancellation)
    {
        var content = member.Content!;
        var start = _file.Length;
        _file.Position = start;
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc32 = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var read = await content.ReadAtLeastAsync(buffer, ContainerKinds.HeadBytes, throwOnEndOfStream: false, cancellation);
            var container = areTexts ? null : ContainerKinds.Of(buffer.AsSpan(0, Math.Min(read, ContainerKinds.HeadBytes)));
            if (container is not (null or ContainerKind.Zip) && isNested)
                return Rejected(RejectionReason.NestedArchive);

            var most = container is null || isNested ? budget.Options.MaxFileBytes : long.MaxValue;
            if (member.Length > most)
                return Rejected(RejectionReason.TooLarge, $"{member.Length} bytes; at most {most}");

            for (; read > 0; read = await content.ReadAsync(buffer, cancellation))
            {
                budget.Spend(read);
                sha256.AppendData(buffer, 0, read);
                crc32.Append(buffer.AsSpan(0, read));
                await _file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                if (_file.Position - start > most)
                    return Rejected(RejectionReason.TooLarge, $"more than {most} bytes");

                if (_file.Position - start > member.Length)
                    return Rejected(RejectionReason.Corrupt, $"more than the {member.Length} bytes that the archive says");
            }

            var bytes = _file.Position - start;
            if (bytes < member.Length)
            {
                // The others may be whole.
                return _areApart
                    ? Rejected(RejectionReason.Corrupt, $"{bytes} bytes; the archive says {member.Length}")
                    : throw new BrokenContainerException(RejectionReason.Corrupt, $"'{name}' is cut short");
            }

            if (member.Crc32 is { } crc && crc != crc32.GetCurrentHashAsUInt32())
                return Rejected(RejectionReason.Corrupt, "its checksum is another than the archive says");

            if (container is not null && isNested)
            {
                // Not opened, but a document may lie anywhere.
                return OfficeDocuments.NameOf(RangeOf(start, bytes)) is { } document
                    ? Rejected(OfficeDocuments.ReasonOf(budget.Content), document)
                    : Rejected(RejectionReason.NestedArchive);
            }

            if (_mayBeLinkedTo)
                _byName.TryAdd(KeyOf(name), (start, bytes));

            return new UnpackedMember(name, start, bytes, Convert.ToHexStringLower(sha256.GetHashAndReset()))
            {
                Label = member.Label,
                LabelFault = member.BadLabel is null ? null : RejectionReason.BadLabel,
                Detail = member.BadLabel,
                Container = container,
            };
        }
        catch (Exception error) when (_areApart && error is InvalidDataException or EndOfStreamException)
        {
            return Rejected(RejectionReason.Corrupt, "its packed content is damaged");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        UnpackedMember Rejected(RejectionReason reason, string? detail = null)
        {
            _file.SetLength(start);
            return UnpackedMember.Rejected(name, reason, detail);
        }
    }
}

/// <summary>A member as it lies unpacked.</summary>
/// <param name="Name">Checked, unless it is rejected: then as it may be shown.</param>
/// <param name="Offset">Where its bytes start among all that is unpacked.</param>
public sealed record UnpackedMember(string Name, long Offset = 0, long Bytes = 0, string? Sha256 = null)
{
    /// <summary>What the container itself says.</summary>
    public FileLabel Label { get; init; }

    public RejectionReason? Rejection { get; init; }

    /// <summary>Why it is used without a label; <see cref="Detail"/> says more.</summary>
    public RejectionReason? LabelFault { get; init; }

    public string? Detail { get; init; }

    /// <summary>What it is if it holds images and is none.</summary>
    public ContainerKind? Container { get; init; }

    /// <summary>Says something of the members of its sample; among sequences, if there is a document beside it.</summary>
    public bool IsNote { get; init; }

    public static UnpackedMember Rejected(string name, RejectionReason reason, string? detail = null) =>
        new(name) { Rejection = reason, Detail = detail };
}
