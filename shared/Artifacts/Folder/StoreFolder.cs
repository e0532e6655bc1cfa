using System.Text.Json;

namespace Pipeline.Artifacts.Folder;

/// <summary>The folder of a store: its format, its temporary files, and where a key's file lies.</summary>
internal sealed class StoreFolder
{
    /// <summary>The newest layout that this version reads, and the one it makes.</summary>
    private const int Format = 1;

    private const string FormatFile = ArtifactKey.FormatFile;

    private readonly TemporaryFiles _temporary;

    private sealed record Layout(int Format);

    public StoreFolder(string root)
    {
        Root = Path.GetFullPath(root);
        var temporary = Path.Combine(Root, ".tmp");
        _temporary = new TemporaryFiles(temporary);
        Locks = Path.Combine(Root, ".locks");
        if (File.Exists(Root))
            throw new PipelineException($"The store {Root} is a file; it must be a folder, or a path where one can be made.");

        Write(() =>
        {
            Directory.CreateDirectory(temporary);
            Directory.CreateDirectory(Locks);
            _temporary.RemoveStale();
        });
        Check();
    }

    public string Root { get; }
    public string Locks { get; }

    /// <summary>Where the key's file lies, whether it is there or not. Symbolic links below the root are refused, as they could lead out of
    /// it.</summary>
    public string PathOf(string key)
    {
        ArtifactKey.Check(key);
        var path = Root;
        foreach (var segment in key.Split('/'))
        {
            path = Path.Combine(path, segment);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new PipelineException(
                    $"'{key}' lies behind the symbolic link {path}, and the store follows none below its root. "
                    + "Put the files themselves there, or make the link's target the store.");
            }
        }

        return path;
    }

    /// <summary>Whether the key cannot be a file, because it is a folder already or lies below a file.</summary>
    public bool IsBlocked(string key)
    {
        for (var path = Path.GetDirectoryName(PathOf(key))!; path.Length > Root.Length; path = Path.GetDirectoryName(path)!)
        {
            if (File.Exists(path))
                return true;
        }

        return Directory.Exists(PathOf(key));
    }

    public string NewTemporaryFile() => _temporary.New();

    /// <summary>Whether the folder is still there, is this store, and can be written.</summary>
    public void Check()
    {
        Write(WriteFormat);
        CheckFormat();
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw FolderFailure.DiskFull(FormatFile, Root, 0, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(
                $"The store {Root} cannot be written: {error.Message} It must be a folder that this user may write to.", error);
        }
    }

    // Written each time, although published only once: so a folder that cannot be written is found at the start.
    private void WriteFormat()
    {
        var temporary = NewTemporaryFile();
        try
        {
            File.WriteAllText(temporary, $"{{ \"format\": {Format} }}\n");
            Publish(temporary, Path.Combine(Root, FormatFile));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Publish(string temporary, string path)
    {
        try
        {
            if (!Path.Exists(path))
                File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
        }
    }

    private void CheckFormat()
    {
        var format = 0;
        Exception? defect = null;
        try
        {
            using var stream = ArtifactFile.OpenRead(Path.Combine(Root, FormatFile));
            format = JsonSerializer.Deserialize<Layout>(stream, PipelineJson.Options)?.Format ?? 0;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            defect = error;
        }

        if (format < 1)
        {
            throw new PipelineException(
                $"The store {Root} has an unreadable {FormatFile}; it must be {{ \"format\": {Format} }}. "
                + "Restore it, or use another folder.", defect);
        }

        if (format > Format)
        {
            throw new PipelineException(
                $"The store {Root} was made by a newer version of the pipeline (format {format}; this one reads up to {Format}). "
                + "Use that version, or another folder.");
        }
    }
}

/// <summary>Files on their way to their name.</summary>
internal sealed class TemporaryFiles(string folder)
{
    /// <summary>A temporary file that nobody has written to for so long belongs to a process that died.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1);

    /// <returns>A path that nobody else uses.</returns>
    public string New() => Path.Combine(folder, $"{Environment.ProcessId}-{Guid.NewGuid():n}");

    /// <summary>Removes what dead processes left.</summary>
    public void RemoveStale()
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc > Stale)
                file.Delete();
        }
    }
}
