using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Labels;

/// <summary>The files that tables of labels name, found by path: slashes of both kinds, <c>./</c> and Unicode's form do not count. One that
/// is not found is reported with the file that it may mean.</summary>
/// <param name="byName">Whether a row that names no file by its path is matched by the file's name alone, whatever folder, case or
/// extension, if that fits one file and one row.</param>
internal sealed class NamedFiles(bool byName)
{
    private readonly Dictionary<string, NamedFile> _files = new(StringComparer.Ordinal);
    private ILookup<string, NamedFile>? _byName;

    /// <summary>Those that no file was found for.</summary>
    public IEnumerable<NamedFile> Unmatched => _files.Values.Where(file => file.Path is null);

    /// <summary>The form of a path that is compared.</summary>
    public static string KeyOf(string file) => LakeNames.WithoutDot(CanonicalComposition.Of(file.Replace('\\', '/')));

    /// <param name="file">As <see cref="KeyOf"/>.</param>
    public NamedFile Add(string file, string table, int line, Split? split)
    {
        if (!_files.TryGetValue(file, out var named))
            _files.Add(file, named = new NamedFile(file, table, line, split));

        return named;
    }

    /// <summary>What the tables say of a file, once all rows were added.</summary>
    /// <returns>Null if they say nothing.</returns>
    /// <exception cref="PipelineException">A row that matches by name fits two files.</exception>
    public NamedFile? Find(string path)
    {
        var key = KeyOf(path);
        if (_files.TryGetValue(key, out var named))
            return named.IsByName && named.Path != path ? throw Ambiguous(named, path) : named.At(path, isByName: false);

        _byName ??= _files.Values.ToLookup(file => NameOf(file.File), StringComparer.Ordinal);
        if (_byName[NameOf(key)].ToList() is not [var only])
            return null;

        if (byName)
            return only.Path is null || only.Path == path ? only.At(path, isByName: true) : throw Ambiguous(only, path);

        only.Near ??= path;
        return null;
    }

    /// <summary>The rows that no file was found for, and why, as far as that can be told; null if there are none.</summary>
    public Finding? Missing(string tables)
    {
        var unmatched = Unmatched.ToList();
        if (unmatched.Count == 0)
            return null;

        var all = unmatched.Count == _files.Count
            ? $"none of the {_files.Count} files that it names is there"
            : $"{unmatched.Count} of the {_files.Count} files that it names are not there";
        return new Finding(WarningCode.UnmatchedRows, unmatched.Count, tables, unmatched.Find(file => file.Near is not null) is { } near
            ? $"{all}; '{near.File}' (line {near.Line}) may be '{near.Near}': they differ by {DifferenceOf(near.File, near.Near!)}. Say "
                + $"labels: {{ match: name }} to match files by their names alone"
            : $"{all}; the first is '{unmatched[0].File}' (line {unmatched[0].Line})");
    }

    private static string DifferenceOf(string row, string path)
    {
        var (ofRow, ofFile) = (PartsOf(row), PartsOf(KeyOf(path)));
        var hasOtherExtension = !ofRow.Extension.Equals(ofFile.Extension, StringComparison.OrdinalIgnoreCase);
        string?[] differences =
        [
            ofRow.Folder == ofFile.Folder ? null : "folder",
            hasOtherExtension ? "extension" : null,
            ofRow.Name != ofFile.Name || (!hasOtherExtension && ofRow.Extension != ofFile.Extension) ? "case" : null,
        ];
        return string.Join(" and ", differences.OfType<string>());
    }

    private static (string? Folder, string Name, string Extension) PartsOf(string path) =>
        (Path.GetDirectoryName(path), Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));

    /// <summary>What is left of a path without folder, extension and case.</summary>
    private static string NameOf(string key) => Path.GetFileNameWithoutExtension(key).ToLowerInvariant();

    private static PipelineException Ambiguous(NamedFile named, string path) => new(
        $"'{named.Table}' line {named.Line} names '{named.File}', which fits '{named.Path}' and '{path}' by labels.match: name; names must "
            + "fit one file, or say the folder.");
}

/// <summary>A file as the rows of tables name it.</summary>
/// <param name="File">As <see cref="NamedFiles.KeyOf"/>.</param>
/// <param name="Table">The table that names it first.</param>
/// <param name="Line">Of that table, from 1.</param>
internal sealed record NamedFile(string File, string Table, int Line, Split? Split)
{
    public string? Label { get; set; }

    /// <summary>Whether rows give it different labels: then it has none.</summary>
    public bool TwoLabels { get; set; }

    /// <summary>Where it lies; null as long as no such file was found.</summary>
    public string? Path { get; private set; }

    /// <summary>Whether it was found by its name alone.</summary>
    public bool IsByName { get; private set; }

    /// <summary>A file that it may be.</summary>
    public string? Near { get; set; }

    public NamedFile At(string path, bool isByName)
    {
        (Path, IsByName) = (path, isByName);
        return this;
    }
}
