using System.Buffers.Text;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// The records of a PAX header, <c>LENGTH KEY=VALUE\n</c> each, before the framework's reader sees them: it ends at a key that repeats, where the last should hold. GNU's sparse format 0.0 says
/// its map in such keys.
/// </summary>
internal static class PaxRecords
{
    /// <summary>Renames, in their place, all but the last of a key.</summary>
    /// <returns>The map of a sparse file of format 0.0; null where there is none.</returns>
    public static SparseMap? MakeDistinct(Span<byte> records)
    {
        var last = new Dictionary<string, (int At, int Length)>(StringComparer.Ordinal);
        SparseMap? map = null;
        var start = -1L;
        for (var at = 0; at < records.Length;)
        {
            var rest = records[at..];
            var separator = rest.IndexOf((byte)'=');
            if (!Utf8Parser.TryParse(rest, out int length, out var digits) || length <= digits + 1 || length > rest.Length || separator <= digits || separator >= length)
            {
                // The reader says what is wrong.
                return map;
            }

            var name = rest[(digits + 1)..separator];
            var key = System.Text.Encoding.UTF8.GetString(name);
            if (last.TryGetValue(key, out var before))
            {
                Rename(records.Slice(before.At, before.Length), before.At);
            }

            last[key] = (at + digits + 1, name.Length);
            if (key is "GNU.sparse.offset" or "GNU.sparse.numbytes" && Utf8Parser.TryParse(rest[(separator + 1)..], out long number, out _))
            {
                if (key == "GNU.sparse.offset")
                {
                    start = number;
                }
                else
                {
                    (map ??= new SparseMap()).Add(start, number);
                }
            }

            at += length;
        }

        return map;
    }

    // Its place tells it from all others.
    private static void Rename(Span<byte> key, int at)
    {
        key.Fill((byte)'_');
        for (var i = key.Length - 1; i >= 0 && at > 0; i--, at /= 10)
        {
            key[i] = (byte)('0' + (at % 10));
        }
    }
}
