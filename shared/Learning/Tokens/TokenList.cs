namespace Pipeline.Learning.Tokens;

/// <summary>A <see cref="TokenSequence"/> that grows.</summary>
internal sealed class TokenList(int expected)
{
    private readonly List<int> ids = new(expected);
    private readonly List<int> starts = new(expected);
    private readonly List<bool> continues = new(expected);

    public int Count => ids.Count;

    public void Add(int id, int start, bool continues)
    {
        ids.Add(id);
        starts.Add(start);
        this.continues.Add(continues);
    }

    /// <summary>Forgets all tokens but the first.</summary>
    public void Cut(int count)
    {
        ids.RemoveRange(count, Count - count);
        starts.RemoveRange(count, starts.Count - count);
        continues.RemoveRange(count, continues.Count - count);
    }

    public TokenSequence ToSequence() => new([.. ids], [.. starts], [.. continues]);
}
