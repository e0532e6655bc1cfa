namespace Pipeline.Learning.Statistics;

/// <summary>
/// Named entities in a sequence of IOB2 tags, as the CoNLL-2003 script and seqeval read them: <c>B-TYPE</c> begins one, <c>I-TYPE</c> goes on with one of the same type, and begins one where
/// none of that type goes before. Any other tag stands outside.
/// </summary>
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
            {
                open = (type, word);
            }
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
