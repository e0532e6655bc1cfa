using Pipeline.Lake.Places;

namespace Pipeline.Triggers.Events;

/// <summary>Turns what an event names into a place in the lake, or refuses it: events come from outside and may be forged.</summary>
public sealed class EventPlaces(LakeLocations lakes, DropDatasets datasets)
{
    /// <summary>Longer ones exist in no store.</summary>
    private const int MostCharacters = 2048;

    private const int MostDecodings = 4;

    /// <param name="url">Plain text, not percent-encoded.</param>
    internal (string Url, DropDataset Dataset) Find(string url, bool folder)
    {
        Check(url);
        var path = lakes.Find(url);
        if (path is null || path.Path.Length == 0)
        {
            throw new BadEventException($"'{BadEventException.Shown(url)}' lies in none of the lake's locations; valid are files below {lakes.Valid}.");
        }

        return ($"{path.Location.Url}/{path.Path}", datasets.Of(path, folder));
    }

    /// <summary>A URL as events write it, decoded once.</summary>
    internal static string Decode(string url)
    {
        if (url.AsSpan().ContainsAny('?', '#'))
        {
            throw new BadEventException($"'{BadEventException.Shown(url)}' has a query or a fragment; valid is the URL of a file.");
        }

        Check(url);
        return Uri.UnescapeDataString(url);
    }

    /// <summary>Also what hides below one more layer of encoding is refused: whoever decodes twice must not be led out of the folder.</summary>
    private static void Check(string url)
    {
        if (url.Length > MostCharacters)
        {
            throw new BadEventException($"The path '{BadEventException.Shown(url)}' has {url.Length} characters; valid are up to {MostCharacters}.");
        }

        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            throw new BadEventException($"'{BadEventException.Shown(url)}' is no URL; valid is https://… or s3://….");
        }

        var path = url[(scheme + 3)..];
        for (var layer = 0; layer < MostDecodings; layer++)
        {
            if (path.Any(c => c == '\\' || char.IsControl(c)))
            {
                throw new BadEventException($"The path of '{BadEventException.Shown(url)}' has a backslash or a control character; valid are segments joined by '/'.");
            }

            foreach (var segment in path.AsSpan().TrimEnd('/').Split('/'))
            {
                if (path.AsSpan()[segment] is "" or "." or "..")
                {
                    throw new BadEventException($"The path of '{BadEventException.Shown(url)}' has an empty segment, '.' or '..'; valid are names joined by '/'.");
                }
            }

            if (!path.Contains('%', StringComparison.Ordinal))
            {
                return;
            }

            path = Uri.UnescapeDataString(path);
        }
    }
}
