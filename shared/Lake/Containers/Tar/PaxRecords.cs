using System.Buffers.Text;
using System.Formats.Tar;
using System.Globalization;
using System.Text;

namespace Pipeline.Lake.Containers.Tar;

/// <summary>The records of a PAX header, <c>LENGTH KEY=VALUE\n</c> each, before the framework's reader sees them: it ends at a key that
/// repeats, where the last should hold. GNU's sparse format 0.0 says its map in such keys.</summary>
internal static class PaxRecords
{
    /// <summary>Renames, in their place, all but the last of a key.</summary>
    /// <returns>The map of a sparse file of format 0.0; null without one.</returns>
    public static SparseMap? MakeDistinct(Span<byte> records)
    {
        var last = new Dictionary<string, (int At, int Length)>(StringComparer.Ordinal);
        SparseMap? map = null;
        var start = -1L;
        for (var at = 0; at < records.Length;)
        {
            var rest = records[at..];
            var separator = rest.IndexOf((byte)'=');
            if (!Utf8Parser.TryParse(rest, out int length, out var digits) || length <= digits + 1 || length > rest.Length
                || separator <= digits || separator >= length)
            {
                // The reader says what is wrong.
                return map;
            }

            var name = rest[(digits + 1)..separator];
            var key = Encoding.UTF8.GetString(name);
            if (last.TryGetValue(key, out var before))
                Rename(records.Slice(before.At, before.Length), before.At);

            last[key] = (at + digits + 1, name.Length);
            var isNumber = Utf8Parser.TryParse(rest[(separator + 1)..], out long number, out _);
            if (isNumber && key == "GNU.sparse.offset")
                start = number;
            else if (isNumber && key == "GNU.sparse.numbytes")
                (map ??= new SparseMap()).Pieces.Add((start, number));

            at += length;
        }

        return map;
    }

    // Its place tells it from all others.
    private static void Rename(Span<byte> key, int at)
    {
        key.Fill((byte)'_');
        for (var i = key.Length - 1; i >= 0 && at > 0; i--, at /= 10)
            key[i] = (byte)('0' + (at % 10));
    }
}

/// <summary>Sparse files as GNU tar writes them into PAX archives, in each of its three versions.</summary>
internal static class PaxSparse
{
    private const string Prefix = "GNU.sparse.";
    private const int MostPieces = 1 << 20;

    /// <returns>The file's real name; null if the entry's own is that.</returns>
    public static string? NameOf(TarEntry entry) => (entry as PaxTarEntry)?.ExtendedAttributes.GetValueOrDefault(Prefix + "name");

    /// <summary>The map of an entry; one that stands before the content is read.</summary>
    /// <param name="listed">What version 0.0 says in attributes that repeat; null without them.</param>
    /// <returns>Null if the entry is not sparse.</returns>
    public static async Task<SparseMap?> MapOfAsync(TarEntry entry, SparseMap? listed, CancellationToken cancellation)
    {
        if (entry is not PaxTarEntry { ExtendedAttributes: var attributes }
            || !attributes.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return null;
        }

        if (attributes.GetValueOrDefault(Prefix + "major") is "1")
        {
            var map = new SparseMap { Length = Number(attributes, "realsize") };
            await ReadMapAsync(entry.DataStream ?? Stream.Null, map, cancellation);
            return map;
        }

        if (attributes.GetValueOrDefault(Prefix + "map") is { } text)
        {
            listed = new SparseMap();
            var numbers = text.Split(',');
            for (var i = 0; i + 1 < numbers.Length; i += 2)
                listed.Pieces.Add((Number(numbers[i]), Number(numbers[i + 1])));
        }

        listed?.Length = Number(attributes, "size");
        return listed;
    }

    /// <summary>Version 1.0: the number of pieces, then start and length of each, a line each, filled up to a block.</summary>
    private static async Task ReadMapAsync(Stream content, SparseMap map, CancellationToken cancellation)
    {
        var block = new byte[TarHeader.Block];
        var at = block.Length;
        var count = await NextAsync();
        for (var i = 0L; i < count; i++)
            map.Pieces.Add((await NextAsync(), await NextAsync()));

        async Task<long> NextAsync()
        {
            var digits = new StringBuilder();
            while (true)
            {
                if (at == block.Length)
                {
                    await content.ReadExactlyAsync(block, cancellation);
                    map.Bytes += block.Length;
                    at = 0;
                }

                var digit = (char)block[at++];
                if (digit == '\n' && map.Pieces.Count < MostPieces)
                    return Number(digits.ToString());

                if (digit == '\n')
                    throw new InvalidDataException("a sparse map that is too long");

                if (digits.Append(digit).Length > 20)
                    throw new InvalidDataException("no sparse map where one should be");
            }
        }
    }

    private static long Number(IReadOnlyDictionary<string, string> attributes, string name) =>
        Number(attributes.GetValueOrDefault(Prefix + name) ?? "");

    private static long Number(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException("a sparse map with something that is no number");
}
