namespace Pipeline.Contracts;

/// <summary>What a label can be of.</summary>
public static class LabelTasks
{
    /// <summary>Of a sample.</summary>
    public const string Classification = "classification";

    /// <summary>Of a place in a sequence.</summary>
    public const string Tagging = "tagging";
}

/// <summary>What the head of a tuned network can start from.</summary>
public static class HeadStarts
{
    public const string Logistic = "logistic";
    public const string Random = "random";
}

/// <summary>What batch norm of a tuned network can go by.</summary>
public static class BatchNormStatistics
{
    public const string Kept = "kept";
    public const string Updated = "updated";
}

/// <summary>How a learning rate can run.</summary>
public static class Schedules
{
    public const string OneCycle = "one-cycle";
    public const string Cosine = "cosine";

    public static IReadOnlyList<string> All { get; } = [OneCycle, Cosine];
}
