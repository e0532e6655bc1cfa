namespace Pipeline.Statistics;

/// <summary>Named entities in a sequence of IOB2 tags, as the CoNLL-2003 script and seqeval read them: <c>B-TYPE</c> begins one,
/// <c>I-TYPE</c> goes on with one of the same type, and begins one where none of that type goes before. Any other tag stands
/// outside.</summary>
public static class Entities
{
    /// <param name="Start">Its first word.</param>
    /// <param name="End">The word after its last.</param>
    public readonly record struct Entity(string Type, int Start, int End);

    public static IReadOnlyList<Entity> Of(IReadOnlyList<string> tags)
    {
        var entities = new List<Entity>();
        (string Type, int Start)? open = null;
        for (var word = 0; word <= tags.Count; word++)
        {
            var (begins, type) = word < tags.Count ? Read(tags[word]) : (false, null);
            if (open is { } entity && (begins || type != entity.Type))
            {
                entities.Add(new Entity(entity.Type, entity.Start, word));
                open = null;
            }

            if (open is null && type is not null)
                open = (type, word);
        }

        return entities;
    }

    private static (bool Begins, string? Type) Read(string tag) => tag switch
    {
        ['B', '-', .. var type] => (true, type),
        ['I', '-', .. var type] => (false, type),
        _ => (false, null),
    };
}

/// <summary>Answers judged by the entities in them: F1 = 2 · right / (answered + true) over all of them,
/// right being those exact in span and type; 0 where there are none.</summary>
public sealed class EntityAnswers : Answers
{
    private readonly int[] _asked;
    private readonly (int Right, int Answered)[][] _draws;

    /// <param name="truth">Of tagged sequences.</param>
    /// <param name="predictions">For each draw, a tag for each of the truth's. At least one draw.</param>
    public EntityAnswers(Truth truth, IReadOnlyList<int[]> predictions)
    {
        int[] labels = [.. truth.Labels];
        HashSet<Entities.Entity>[] wanted = [.. Enumerable.Range(0, truth.Samples).Select(sample => In(labels, sample))];
        _asked = [.. wanted.Select(entities => entities.Count)];
        _draws = [.. predictions.Select(draw => draw.Length == labels.Length
            ? wanted.Select((entities, sample) => In(draw, sample) is var found ? (found.Count(entities.Contains), found.Count) : default)
            .ToArray()
            : throw new ArgumentException($"A draw has {draw.Length} predictions for {labels.Length} labels.", nameof(predictions)))];

        HashSet<Entities.Entity> In(int[] tags, int sample) =>
            [.. Entities.Of([.. tags[truth.Of(sample)].Select(tag => truth.Names[tag])])];
    }

    public override int Draws => _draws.Length;

    public override int Samples => _asked.Length;

    internal override double Score(int draw, ReadOnlySpan<int> times)
    {
        var (right, all) = (0L, 0L);
        for (var sample = 0; sample < times.Length; sample++)
        {
            right += (long)times[sample] * _draws[draw][sample].Right;
            all += (long)times[sample] * (_draws[draw][sample].Answered + _asked[sample]);
        }

        return all == 0 ? 0 : 2.0 * right / all;
    }
}
