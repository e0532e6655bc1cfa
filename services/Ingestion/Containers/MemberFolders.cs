namespace Pipeline.Ingestion.Containers;

/// <summary>
/// The folders in an archive that may be classes or splits: those at its top. Where all members lie in one folder, which holds two or more folders and no
/// member itself, that folder only wraps the content, as packers like it, and those in it count: <c>dataset/cat/a.png</c>, <c>dataset/dog/b.png</c>.
/// </summary>
internal sealed class MemberFolders
{
    private readonly SortedSet<string> _top = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _second = new(StringComparer.Ordinal);
    private bool _hasMember;

    public IReadOnlyCollection<string> Top => IsWrapped ? _second : _top;

    private bool IsWrapped => !_hasMember && _top.Count == 1 && _second.Count > 1;

    /// <param name="member">Its name.</param>
    public void Add(string member)
    {
        var segments = member.Split('/', 3);
        if (segments.Length > 1)
        {
            _top.Add(segments[0]);
        }

        _hasMember |= segments.Length < 3;
        if (_hasMember || _top.Count > 1)
        {
            _second.Clear();
        }
        else
        {
            _second.Add(segments[1]);
        }
    }

    /// <summary>A member's name, without the folder that wraps all.</summary>
    public string Unwrap(string member) => IsWrapped ? member[(member.IndexOf('/', StringComparison.Ordinal) + 1)..] : member;
}
