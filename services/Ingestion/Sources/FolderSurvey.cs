using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>What lies directly in a folder, as far as a layout tells from it.</summary>
internal sealed class FolderSurvey(LakeContent content)
{
    /// <summary>Documents that people put beside data, and which are no samples of any kind.</summary>
    private static readonly HashSet<string> Notes = new([".xlsx", ".xls", ".ods", ".docx", ".pdf", ".py", ".ipynb"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Documents that may hold labels.</summary>
    private static readonly HashSet<string> TableKinds = new([".csv", ".tsv", ".jsonl", ".xlsx", ".xls", ".ods"], StringComparer.OrdinalIgnoreCase);

    private bool _hasSamples;

    public SortedSet<string> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a file is a table of an office program, by its name.</summary>
    public static bool IsSpreadsheet(string name) => Path.GetExtension(name).ToLowerInvariant() is ".xlsx" or ".xls" or ".ods";

    /// <summary>Names of tables beside images; none beside sequences, which are samples themselves there.</summary>
    public SortedSet<string> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the name of a file that holds many samples says that they are for training.</summary>
    public bool HasTrainingFile { get; private set; }

    /// <summary>The folder that everything lies in, apart from notes and tables; null where there is none.</summary>
    public string? Only => Folders.Count == 1 && !_hasSamples ? Folders.Min : null;

    /// <param name="path">Below the lake's folder: empty, or with a slash at its end.</param>
    public static async Task<FolderSurvey> OfAsync(ILakeFolder folder, string path, LakeContent content, CancellationToken cancellation)
    {
        var survey = new FolderSurvey(content);
        await foreach (var entry in folder.EntriesAsync(path, cancellation))
        {
            survey.Add(entry);
        }

        return survey;
    }

    private void Add(LakeEntry entry)
    {
        if (entry.IsFolder)
        {
            Folders.Add(entry.Name);
            return;
        }

        if (content == LakeContent.Images && TableKinds.Contains(Path.GetExtension(entry.Name)))
        {
            Tables.Add(entry.Name);
        }

        // Tables of text are samples, and those beside images are not.
        var isTable = SplitNames.HoldsMany(entry.Name) && !LakeNames.IsSidecar(entry.Name, top: true, content);
        _hasSamples |= isTable || !(LakeNames.IsSidecar(entry.Name, top: true) || Notes.Contains(Path.GetExtension(entry.Name)));
        HasTrainingFile |= isTable && SplitNames.OfFile(entry.Name) == Split.Train;
    }
}
