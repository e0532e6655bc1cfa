using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Experiments;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Completeness;

/// <summary>What lies in the lake itself, for manifests.</summary>
public sealed class DropFiles(LakeFolders lakes, DropExperiments experiments, IArtifactStore store)
{
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

    /// <summary>By the modality of the experiments that wait for the dataset's drops; where one reads it as sequences, by their rule, which leaves fewer files out.</summary>
    public async Task<long> CountAsync(string dataset, string url, string manifest, CancellationToken cancellation)
    {
        var folder = lakes.Open(url);
        return await folder.StateAsync(cancellation) == LakeFolderState.Folder
            ? await folder.FilesAsync(await ContentAsync(dataset, cancellation), cancellation).LongCountAsync(file => file.Path.Split('/')[^1] != manifest, cancellation)
            : 0;
    }

    private async Task<LakeContent> ContentAsync(string dataset, CancellationToken cancellation)
    {
        foreach (var reference in await experiments.ListAsync(dataset, cancellation))
        {
            var experiment = await store.ReadManifestAsync<Experiment>(reference, cancellation);
            if (LakeContents.Of(experiment.Modality) == LakeContent.Sequences)
            {
                return LakeContent.Sequences;
            }
        }

        return LakeContent.Images;
    }
}

/// <summary>How many files a drop has, as whoever wrote it says.</summary>
public static class DropManifest
{
    public const string Valid = "a number as text, or JSON: a number, a list, or an object with 'count' or 'files'";

    /// <returns>Null where it does not say.</returns>
    public static long? Expected(ReadOnlyMemory<byte> content)
    {
        if (long.TryParse(Encoding.UTF8.GetString(content.Span).Trim().TrimStart('\uFEFF'), NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
        {
            return plain;
        }

        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? root.TryGetProperty("count", out var count) ? Count(count) : root.TryGetProperty("files", out var files) ? Count(files) : null
                : Count(root);
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
