namespace Pipeline.Learning.Pretexts;

/// <summary>How unlabelled images become (view, label) pairs: which views of an image are shown; the label is the view's place in the
/// list.</summary>
public interface IPretextTask
{
    /// <summary>As experiments spell it.</summary>
    string Name { get; }

    /// <summary>The views to tell apart; every sample is shown in all of them.</summary>
    IReadOnlyList<View> Views { get; }

    /// <summary>For people, in the order of <see cref="Views"/>.</summary>
    IReadOnlyList<string> LabelNames { get; }
}

/// <summary>The list of pretext tasks. A new one is one file, one line here and its name at <see cref="Experiment.Pretext"/>.</summary>
public static class PretextTasks
{
    public static IReadOnlyList<IPretextTask> All { get; } = [new RotationTask(), new FlipTask(), new RotationFlipTask()];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(task => task.Name)];

    /// <exception cref="PipelineException">There is no such task.</exception>
    public static IPretextTask Named(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new PipelineException($"'{name}' is no pretext task; it must be one of {string.Join(", ", Names)}.");
}

/// <summary>Predicts how far an image was turned, in quarter turns (Gidaris et al. 2018, arXiv:1803.07728).</summary>
public sealed class RotationTask : IPretextTask
{
    public string Name => "rotation";

    public IReadOnlyList<View> Views { get; } = [new(false, 0), new(false, 1), new(false, 2), new(false, 3)];

    public IReadOnlyList<string> LabelNames { get; } = ["0°", "90°", "180°", "270°"];
}

/// <summary>Predicts along which axes an image was flipped; both together are the half turn.</summary>
public sealed class FlipTask : IPretextTask
{
    public string Name => "flip";

    public IReadOnlyList<View> Views { get; } = [new(false, 0), new(true, 0), new(true, 2), new(false, 2)];

    public IReadOnlyList<string> LabelNames { get; } = ["none", "horizontal", "vertical", "both"];
}

/// <summary>Predicts quarter turn and mirroring together: all eight symmetries of the square.</summary>
public sealed class RotationFlipTask : IPretextTask
{
    public string Name => "rotation-flip";

    public IReadOnlyList<View> Views { get; } = [.. Enumerable.Range(0, View.Count).Select(View.Of)];

    public IReadOnlyList<string> LabelNames { get; } =
        ["0°", "90°", "180°", "270°", "mirrored 0°", "mirrored 90°", "mirrored 180°", "mirrored 270°"];
}
