using System.IO.Hashing;
using System.Text;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Containers;

/// <summary>What one file of the lake may cost to unpack, with all archives in it.</summary>
internal sealed class UnpackBudget(IngestionOptions options, long packedBytes, LakeContent content = LakeContent.Images)
{
    /// <summary>Small containers may hold this much whatever the ratio: empty pictures shrink to almost nothing.</summary>
    private const long AlwaysAllowed = 16 << 20;

    private readonly long _most = (long)Math.Min(options.MaxUnpackedBytes, Math.Max(AlwaysAllowed, (double)packedBytes * options.MaxUnpackedRatio));
    private readonly HashSet<UInt128> _names = [];
    private long _bytes;
    private int _members;

    public IngestionOptions Options => options;

    /// <summary>What its members are read as.</summary>
    public LakeContent Content => content;

    /// <exception cref="BrokenContainerException">There are too many.</exception>
    public void Member()
    {
        if (++_members > options.MaxMembers)
        {
            throw new BrokenContainerException(RejectionReason.TooManyMembers, $"more than {options.MaxMembers}");
        }
    }

    /// <param name="bytes">About to be unpacked, or just unpacked.</param>
    /// <exception cref="BrokenContainerException">That is too much.</exception>
    public void Spend(long bytes)
    {
        _bytes += bytes;
        if (_bytes > _most)
        {
            throw new BrokenContainerException(RejectionReason.UnpacksTooLarge, $"more than {_most} bytes from {packedBytes}");
        }
    }

    /// <returns>False for a path that there was already.</returns>
    public bool IsNew(string path) => _names.Add(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(path)));
}
