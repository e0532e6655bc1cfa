using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Unpacking;

/// <summary>The folders in an archive that may be classes or splits: those at its top. If all members lie in one folder, which holds two or
/// more folders and no member itself, that folder only wraps the content, and those in it count: <c>dataset/cat/a.png</c>,
/// <c>dataset/dog/b.png</c>. Notes and tables are no members. Folders of the lake have another rule (<see cref="FolderLabels"/>): they are
/// read level by level, may be wrapped several times, also around one class, and documents beside the data do not count.</summary>
public sealed class MemberFolders(LakeContent content)
{
    private readonly SortedSet<string> _top = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _second = new(StringComparer.Ordinal);
    private bool _hasLoose;
    private bool _hasMember;

    public IReadOnlyCollection<string> Top => IsWrapped ? _second : _top;

    /// <summary>The one folder that all lies in, whatever it holds; null if there is none.</summary>
    public string? Around => !_hasLoose && _top.Count == 1 ? _top.Min : null;

    private bool IsWrapped => Around is not null && !_hasMember && _second.Count > 1;

    /// <param name="member">The name of one that may be content.</param>
    public void Add(string member)
    {
        var segments = member.Split('/', 3);
        _hasLoose |= segments.Length == 1;
        if (segments.Length > 1)
            _top.Add(segments[0]);

        _hasMember |= segments.Length == 2 && !IsSidecar(segments[1]);
        if (_hasLoose || _hasMember || _top.Count > 1)
            _second.Clear();
        else if (segments.Length == 3)
            _second.Add(segments[1]);
    }

    /// <summary>A member's name, without the folder that wraps all.</summary>
    public string Unwrap(string member) => IsWrapped ? member[(member.IndexOf('/') + 1)..] : member;

    /// <summary>Whether a member lies in the folder that wraps all as a note or table would beside it.</summary>
    /// <param name="hasTable">Whether that folder has the table of labels.</param>
    public bool LeavesOut(string member, bool hasTable) => (IsWrapped || hasTable) && member.Split('/') is [_, var name] && IsSidecar(name);

    private bool IsSidecar(string name) => LakeNames.IsSidecar(name, top: true, content);
}
