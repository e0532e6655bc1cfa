using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Experiments;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Completeness;

/// <summary>Reads the lake itself, for manifests.</summary>
public sealed class DropFiles(LakeFolders lakes, DropExperiments experiments)
{
    /// <returns>Null where there is no such file.</returns>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(string url, CancellationToken cancellation)
    {
        var at = url.LastIndexOf('/');
        var folder = lakes.Open(url[..at]);
        try
        {
            await using var stream = await folder.OpenReadAsync(url[(at + 1)..], cancellation);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, cancellation);
            return content.ToArray();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>How many files lie below a folder, at any depth, that may be content of the dataset.</summary>
    /// <remarks>The modality of the experiments that wait for the dataset's drops decides; where one reads sequences, their rule, which
    /// leaves fewer files out. Hidden files, <c>_SUCCESS</c> and the manifest itself do not count.</remarks>
    public async Task<long> CountAsync(string dataset, string url, string manifest, CancellationToken cancellation)
    {
        var folder = lakes.Open(url);
        if (await folder.StateAsync(cancellation) != LakeFolderState.Folder)
            return 0;
        var files = folder.FilesAsync(await ContentAsync(dataset, cancellation), cancellation);
        return await files.LongCountAsync(file => file.Path.Split('/')[^1] != manifest, cancellation);
    }

    private async Task<LakeContent> ContentAsync(string dataset, CancellationToken cancellation)
    {
        var waiting = await experiments.ReadAsync(dataset, cancellation);
        return waiting.Any(experiment => LakeContents.Of(experiment.Modality) == LakeContent.Sequences)
            ? LakeContent.Sequences : LakeContent.Images;
    }
}

/// <summary>How many files a drop has, as whoever wrote it says.</summary>
public static class DropManifest
{
    public const string Valid = "a number as text, or JSON: a number, a list, or an object with 'count' or 'files'";

    /// <returns>Null where it does not say.</returns>
    public static long? Expected(ReadOnlyMemory<byte> content)
    {
        var text = Encoding.UTF8.GetString(content.Span).Trim().TrimStart('\uFEFF');
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
            return plain;
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            return root.ValueKind != JsonValueKind.Object ? Count(root)
                : root.TryGetProperty("count", out var count) || root.TryGetProperty("files", out count) ? Count(count)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long? Count(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.GetArrayLength(),
        JsonValueKind.Number when json.TryGetInt64(out var count) && count >= 0 => count,
        _ => null,
    };
}
