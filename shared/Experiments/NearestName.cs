namespace Pipeline.Experiments;

/// <summary>What somebody may have meant: the name with the smallest edit distance (Levenshtein), if it is small.</summary>
internal static class NearestName
{
    /// <returns>Null when none is near.</returns>
    public static string? To(string written, IReadOnlyList<string> names)
    {
        if (names.Count == 0 || written.Length > 100)
            return null;

        var nearest = names.MinBy(name => Distance(written, name))!;
        var distance = Distance(written, nearest);
        return distance <= Math.Max(2, nearest.Length / 2) && distance < nearest.Length ? nearest : null;
    }

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < other.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(one[i]) == char.ToLowerInvariant(other[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(substitution, Math.Min(row[j], row[j + 1]) + 1);
            }
        }

        return row[^1];
    }
}
