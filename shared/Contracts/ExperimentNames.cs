namespace Pipeline.Contracts;

/// <summary>What a label can be of.</summary>
public static class LabelTasks
{
    /// <summary>Of a sample.</summary>
    public const string Classification = "classification";

    /// <summary>Of a place in a sequence.</summary>
    public const string Tagging = "tagging";
}

/// <summary>How a learning rate can run.</summary>
public static class Schedules
{
    public const string OneCycle = "one-cycle";
    public const string Cosine = "cosine";

    public static IReadOnlyList<string> All { get; } = [OneCycle, Cosine];
}
