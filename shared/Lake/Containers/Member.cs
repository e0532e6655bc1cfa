using System.IO.Hashing;
using System.Text;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Containers;

/// <summary>What a container holds, as it says itself: nothing of it is believed yet.</summary>
/// <param name="Name">As written there; in a table the row's number.</param>
/// <param name="Content">To be read before the next member, which closes it; null if there is none to be used.</param>
internal sealed record Member(string Name, Stream? Content, long? Length = null)
{
    /// <summary>Of the content; null if the container does not say it.</summary>
    public uint? Crc32 { get; init; }

    /// <summary>Why it cannot be used; null if it can.</summary>
    public RejectionReason? Rejection { get; init; }

    /// <summary>Of the rejection.</summary>
    public string? Detail { get; init; }

    /// <summary>What the container itself says.</summary>
    public FileLabel Label { get; init; }

    /// <summary>Why what it says is no label; null if it is one, or says none.</summary>
    public string? BadLabel { get; init; }

    /// <summary>The member before it whose content it has; null if it has its own.</summary>
    public string? LinksTo { get; init; }

    public static Member Rejected(string name, RejectionReason reason, string? detail = null) =>
        new(name, null) { Rejection = reason, Detail = detail };
}

/// <summary>A container ends before its end; what came before is used.</summary>
/// <param name="detail">Where, and what.</param>
/// <param name="lost">As <see cref="Rejection.Lost"/>.</param>
public sealed class BrokenContainerException(RejectionReason reason, string detail, long lost = 0) : Exception($"{reason}: {detail}")
{
    public RejectionReason Reason => reason;

    public string Detail => detail;

    public long Lost => lost;
}

/// <summary>What one file of the lake may cost to unpack, with all archives in it.</summary>
public sealed class UnpackBudget(UnpackOptions options, long packedBytes, LakeContent content = LakeContent.Images)
{
    /// <summary>Small containers may hold this much whatever the ratio: empty pictures shrink to almost nothing.</summary>
    private const long AlwaysAllowed = 16 << 20;

    private readonly long _most =
        (long)Math.Min(options.MaxUnpackedBytes, Math.Max(AlwaysAllowed, (double)packedBytes * options.MaxUnpackedRatio));
    private readonly HashSet<UInt128> _names = [];
    private long _bytes;
    private int _members;

    public UnpackOptions Options => options;

    /// <summary>What its members are read as.</summary>
    public LakeContent Content => content;

    /// <exception cref="BrokenContainerException">There are too many.</exception>
    public void Member()
    {
        if (++_members > options.MaxMembers)
            throw new BrokenContainerException(RejectionReason.TooManyMembers, $"more than {options.MaxMembers}");
    }

    /// <exception cref="BrokenContainerException">That is too much.</exception>
    public void Spend(long bytes)
    {
        _bytes += bytes;
        if (_bytes > _most)
            throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"more than {_most} bytes from {packedBytes}");
    }

    /// <returns>False for a path that there was already.</returns>
    public bool IsNew(string path) => _names.Add(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(path)));
}
