using Pipeline.Contracts;

namespace Pipeline.Learning.Pretext;

/// <summary>The list of pretext tasks. A new one is one file and one line here.</summary>
public static class PretextTasks
{
    public static IReadOnlyList<IPretextTask> All { get; } = [new RotationTask(), new FlipTask(), new RotationFlipTask()];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(task => task.Name)];

    /// <exception cref="PipelineException">There is no such task.</exception>
    public static IPretextTask Named(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new PipelineException($"'{name}' is no pretext task. Valid are {string.Join(", ", Names)}.");
}
