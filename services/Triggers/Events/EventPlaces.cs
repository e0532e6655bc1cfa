using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Events;

/// <summary>Turns what an event names into a place in the lake, or refuses it: events come from outside and may be forged.</summary>
public sealed class EventPlaces(LakeLocations lakes, DropDatasets datasets)
{
    /// <summary>Longer ones exist in no store.</summary>
    private const int MostCharacters = 2048;

    private const int MostDecodings = 4;

    /// <summary>Every event passes here, whoever sent it and whoever parsed it.</summary>
    /// <param name="found">Its URL is plain text, not percent-encoded.</param>
    /// <returns>The event with its dataset.</returns>
    internal FileEvent Admit(FileEvent found)
    {
        Check(found.Url);
        var path = lakes.Find(found.Url);
        if (path is null || path.Path.Length == 0)
            throw new BadEventException(
                $"'{BadEventException.Shown(found.Url)}' lies in none of the lake's locations; it must be a file below {lakes.Valid}.");
        var dataset = datasets.Of(path, found.Folder);
        return found with { Url = path.Url, Dataset = dataset.Name, Source = dataset.Source };
    }

    /// <summary>A URL as events write it, decoded once.</summary>
    internal static string Decode(string url)
    {
        if (url.AsSpan().ContainsAny('?', '#'))
            throw new BadEventException($"'{BadEventException.Shown(url)}' has a query or a fragment; it must be the URL of a file.");
        Check(url);
        return Uri.UnescapeDataString(url);
    }

    /// <summary>
    /// What hides below one more layer of encoding is refused as well: software that decodes twice must not be led out of the folder.
    /// </summary>
    private static void Check(string url)
    {
        if (url.Length > MostCharacters)
            throw new BadEventException(
                $"The path '{BadEventException.Shown(url)}' has {url.Length} characters; it must have at most {MostCharacters}.");
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
            throw new BadEventException($"'{BadEventException.Shown(url)}' is no URL; it must be https://… or s3://….");
        var path = url[(scheme + 3)..];
        for (var layer = 0; layer < MostDecodings; layer++)
        {
            if (path.Any(c => c == '\\' || char.IsControl(c)))
                throw new BadEventException(
                    $"The path of '{BadEventException.Shown(url)}' has a backslash or a control character; it must be names joined by '/'.");
            foreach (var segment in path.AsSpan().TrimEnd('/').Split('/'))
            {
                if (path.AsSpan()[segment] is "" or "." or "..")
                    throw new BadEventException(
                        $"The path of '{BadEventException.Shown(url)}' has an empty segment, '.' or '..'; it must be names joined by '/'.");
            }

            if (!path.Contains('%', StringComparison.Ordinal))
                return;
            path = Uri.UnescapeDataString(path);
        }
    }
}
