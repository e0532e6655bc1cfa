using System.Diagnostics;
using System.IO.Compression;
using Pipeline.Artifacts;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Containers.Tar;
using Pipeline.Lake.Containers.Zip;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Tables;

namespace Pipeline.Lake.Unpacking;

/// <summary>A container's members, unpacked into one temporary file within the limits; no name that the container chose is used.</summary>
/// <param name="path">Below the source's folder; of an archive in another, behind the path of that.</param>
/// <param name="averageBytes">Of the samples before it; 0 without any.</param>
public sealed class UnpackedContainer(
    string path, ContainerKind kind, UnpackBudget budget, LabelSpec? spec, double averageBytes, Action<Finding> tell) : IDisposable
{
    /// <summary>COR_E_IO: no call of the system failed.</summary>
    private const int UnspecificIOError = unchecked((int)0x80131620);

    private readonly Spool<UnpackedMember> _members = new();
    private readonly List<UnpackedMember> _tables = [];
    private readonly UnpackedBytes _bytes = new(budget, kind, areTexts: TextsOf(budget, kind) is not null);
    private readonly LabelColumn _labels = new(path, spec, tell);
    private int _read;

    /// <summary>Why not all of it could be read, and where; null if all was.</summary>
    public BrokenContainerException? Break { get; private set; }

    /// <summary>The table of labels in it; null without one.</summary>
    public LabelTable? Table { get; private set; }

    /// <summary>The folder in it that the table lies in and speaks of, with a slash; empty for its top.</summary>
    public string TableFolder { get; private set; } = "";

    /// <summary>The kind of table whose rows are texts, whatever they begin with; null if its members are files or images.</summary>
    public ContainerKind? Texts { get; } = TextsOf(budget, kind);

    public MemberFolders Folders { get; } = new(budget.Content);

    /// <summary>Whether its rows say their labels, or that they have none.</summary>
    public bool HasLabelColumn => _labels.Name is not null;

    /// <summary>Whether members may say the labels of others.</summary>
    public bool HasNotes { get; private set; }

    /// <summary>Around a content, on average: in a tar a header and half a block, in a zip two headers with its name.</summary>
    private int HeaderBytes => kind switch { ContainerKind.Tar => 768, ContainerKind.Zip => 120, _ => 0 };

    private bool MayHaveNotes => kind is ContainerKind.Tar or ContainerKind.GzipTar;

    public IEnumerable<UnpackedMember> Members() =>
        _members.Items().Where(member => member.Rejection is not null || !Folders.LeavesOut(member.Name, hasTable: TableFolder.Length > 0));

    public FileRange BytesOf(UnpackedMember member) => _bytes.RangeOf(member);

    /// <exception cref="PipelineException">Its labels contradict themselves, or the experiment.</exception>
    public async Task UnpackAsync(FileRange file, bool isNested, CancellationToken cancellation)
    {
        var left = new MembersLeft(file);
        try
        {
            await foreach (var member in MembersOf(file, left, cancellation))
            {
                budget.Member();
                left.Read(await AddAsync(member, isNested, cancellation));
                _read++;
            }
        }
        catch (BrokenContainerException broken)
        {
            Break = Broken(broken.Reason, $"{broken.Detail}; after {_read} members", left);
        }
        catch (Exception error) when (IsOfContent(error))
        {
            Break = Broken(RejectionReason.Corrupt, $"after {_read} members: {LakeNames.Shown(error.Message)}", left);
        }

        await ReadTablesAsync(cancellation);
    }

    public void Dispose()
    {
        _members.Dispose();
        _bytes.Dispose();
    }

    /// <summary>Readers of formats throw many things at damaged files. What the disk (with a number of its own), the store or a person
    /// throws is something else.</summary>
    private static bool IsOfContent(Exception error) =>
        error is not (OperationCanceledException or PipelineException or UnauthorizedAccessException)
            and (not IOException or EndOfStreamException or { HResult: UnspecificIOError });

    /// <summary>A table that holds something else is one file that cannot be used; of anything else members are lost.</summary>
    private BrokenContainerException Broken(RejectionReason reason, string detail, MembersLeft left)
    {
        if (reason is RejectionReason.NotAnImage or RejectionReason.MalformedRecord)
            return new BrokenContainerException(reason, detail);

        var (lost, words) = left.Lost(averageBytes > 0 ? averageBytes + HeaderBytes : 0);
        return new BrokenContainerException(reason, $"{detail}; {words}", lost);
    }

    private IAsyncEnumerable<Member> MembersOf(FileRange file, MembersLeft left, CancellationToken cancellation) => kind switch
    {
        ContainerKind.Zip => ZipMembers.Read(file, budget, left).ToAsyncEnumerable(),
        ContainerKind.Tar => TarMembers.ReadAsync(left.Open(), budget, cancellation),
        ContainerKind.GzipTar => TarMembers.ReadAsync(new GZipStream(left.Open(), CompressionMode.Decompress), budget, cancellation),
        ContainerKind.Parquet => ParquetMembers.ReadAsync(file, budget, left, _labels, cancellation),
        ContainerKind.Arrow => ArrowMembers.ReadAsync(file, budget, left, _labels, cancellation),
        _ => throw new UnreachableException($"No reader for {kind}."),
    };

    private static ContainerKind? TextsOf(UnpackBudget budget, ContainerKind kind) =>
        budget.Content == LakeContent.Sequences && kind is (ContainerKind.Parquet or ContainerKind.Arrow) ? kind : null;

    /// <returns>Whether it may be a sample, and is not about others.</returns>
    private async Task<bool> AddAsync(Member member, bool isNested, CancellationToken cancellation)
    {
        var (name, most) = (LakeNames.WithoutDot(member.Name), budget.Options.MaxNameLength);
        if (name.Length > most)
        {
            var shown = LakeNames.Shown(name[..Math.Min(64, name.Length)]) + "…";
            return Reject(shown, RejectionReason.UnsafeName, $"{name.Length} characters; at most {most}");
        }

        if (!LakeNames.IsSafe(name))
            return Reject(LakeNames.Shown(name), RejectionReason.UnsafeName);

        if (LakeNames.IsHiddenPath(name))
            return false;

        if (!budget.IsNew($"{path}!/{name}"))
            return Reject(name, RejectionReason.DuplicateName);

        member = Linked(member);
        return member.Rejection is { } rejection
            ? Reject(name, rejection, member.Detail)
            : await AddSafeAsync(member, name, isNested, cancellation);
    }

    private bool Reject(string name, RejectionReason reason, string? detail = null)
    {
        _members.Add(UnpackedMember.Rejected(name, reason, detail));
        return true;
    }

    private async Task<bool> AddSafeAsync(Member member, string name, bool isNested, CancellationToken cancellation)
    {
        if (TableNames.IsTable(name, spec))
        {
            var table = await _bytes.AddAsync(member, name, isNested: true, cancellation);
            if (table.Rejection is null)
                _tables.Add(table);
            else
                _members.Add(table);

            return false;
        }

        if (MayHaveNotes && budget.Content == LakeContent.Images && SampleNotes.IsNote(name))
        {
            var note = await _bytes.AddAsync(member, name, isNested: true, cancellation);
            _members.Add(note.Rejection is null ? SampleNotes.Read(note, BytesOf(note)) : note);
            HasNotes = true;
            return false;
        }

        return LakeNames.MayBeContent(name, budget.Content) && await AddContentAsync(member, name, isNested, cancellation);
    }

    private async Task<bool> AddContentAsync(Member member, string name, bool isNested, CancellationToken cancellation)
    {
        var unpacked = await _bytes.AddAsync(member, name, isNested, cancellation);
        var mayBeNote = MayHaveNotes && budget.Content == LakeContent.Sequences && unpacked is { Rejection: null, Container: null };
        unpacked = mayBeNote ? SampleNotes.Mark(unpacked, BytesOf(unpacked)) : unpacked;
        _members.Add(unpacked);
        HasNotes |= unpacked.IsNote;
        Folders.Add(name);
        if (unpacked.Rejection is null && name.Split('/') is [_, var file] && TableNames.IsTable(file, spec))
            _tables.Add(unpacked);

        return !unpacked.IsNote;
    }

    /// <summary>A hard link as the member that it is another name of.</summary>
    private Member Linked(Member member)
    {
        if (member.LinksTo is not { } target)
            return member;

        if (_bytes.Find(LakeNames.WithoutDot(target)) is { } content)
            return member with { Content = content.Open(), Length = content.Length };

        var detail = $"a hard link to '{LakeNames.Shown(target)}', which is not before it in the archive";
        return member with { Rejection = RejectionReason.NotAFile, Detail = detail };
    }

    /// <summary>Reads the table at the top; without one, that in the one folder that all lies in, which speaks of its content.</summary>
    private async Task ReadTablesAsync(CancellationToken cancellation)
    {
        TableFolder = _tables.Exists(table => !table.Name.Contains('/')) || Folders.Around is not { } around ? "" : $"{around}/";
        var there = _tables.Where(table => table.Name.LastIndexOf('/') + 1 == TableFolder.Length).ToDictionary(
            table => table.Name[TableFolder.Length..], StringComparer.Ordinal);
        var folder = $"{path}!/{TableFolder}";
        foreach (var name in LabelTable.Chosen(there.Keys, folder, spec))
        {
            await using var file = BytesOf(there[name]).Open();
            Table ??= await LabelTable.ReadAsync(file, TableFolder + name, folder + name, spec, budget.Options.MaxLineBytes, cancellation);
        }

        foreach (var table in _tables.Where(table => Table?.Files[0].Path != table.Name))
        {
            var why = Table is not null ? $"the labels are those of {Table.Files[0].Path}"
                : there.ContainsValue(table) ? "it names no files or no labels"
                : "it lies in one folder of several";
            tell(new Finding(WarningCode.TableNotUsed, 1, $"{path}!/{table.Name}", why));
        }

        TableFolder = Table is null ? "" : TableFolder;
    }
}
