using System.Collections.Concurrent;

namespace Pipeline.Artifacts;

/// <summary>Which artifacts of a set are missing, asked by each of the many who write one of them: whoever writes the last has to know. A
/// listing tells, and costs more the more there are. So after one, the artifact that is expected last is remembered; as long as that is not
/// there, one small request tells that the set is not complete.</summary>
public sealed class FanIn(IArtifactStore store, TimeProvider time)
{
    /// <summary>For how long a listing may stand for what is there, as long as the set is not complete.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>Sets that are worked at side by side. Of more, all are listed each time.</summary>
    private const int MostRemembered = 16;

    private readonly ConcurrentDictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    private sealed record Seen(IReadOnlyList<(int Number, string Key)> Missing, long At);

    /// <summary>What is missing now, by a listing.</summary>
    /// <param name="set">Its name, of the caller's choice; one name, one list of keys.</param>
    /// <param name="folder">Key prefix under which all of them lie.</param>
    /// <param name="keys">In the order in which they are likely to be written.</param>
    /// <returns>Their places in the list, ascending.</returns>
    public async Task<IReadOnlyList<int>> ListAsync(
        string set, string folder, IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        var at = time.GetTimestamp();
        var there = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var artifact in store.ListAsync(folder, cancellation))
            there.Add(artifact.Key);

        IReadOnlyList<(int Number, string Key)> missing = [.. keys.Index().Where(key => !there.Contains(key.Item))];
        _seen.TryRemove(set, out _);
        foreach (var (name, _) in _seen.Where(other => !IsFresh(other.Value)))
            _seen.TryRemove(name, out _);

        if (missing.Count > 0 && _seen.Count < MostRemembered)
            _seen[set] = new Seen(missing, at);

        return Numbers(missing);
    }

    /// <summary>What is missing, asked by a writer of one of them: empty once every artifact exists, and never before. Some of what is
    /// returned may have been written in the last two seconds.</summary>
    /// <param name="written">Its place in the list.</param>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<IReadOnlyList<int>> GlanceAsync(
        string set, string folder, int written, Func<IReadOnlyList<string>> keys, CancellationToken cancellation = default)
    {
        if (_seen.TryGetValue(set, out var seen) && IsFresh(seen))
        {
            IReadOnlyList<(int Number, string Key)> missing = [.. seen.Missing.Where(artifact => artifact.Number != written)];
            if (missing.Count > 0 && await store.FindAsync(missing[^1].Key, cancellation) is null)
            {
                _seen.TryUpdate(set, seen with { Missing = missing }, seen);
                return Numbers(missing);
            }
        }

        return await ListAsync(set, folder, keys(), cancellation);
    }

    private static IReadOnlyList<int> Numbers(IReadOnlyList<(int Number, string Key)> artifacts) =>
        [.. artifacts.Select(artifact => artifact.Number)];

    private bool IsFresh(Seen seen) => time.GetElapsedTime(seen.At) < Fresh;
}
