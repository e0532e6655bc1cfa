namespace Pipeline.Learning.Pretext;

/// <summary>Predicts quarter turn and mirroring together: all eight symmetries of the square.</summary>
public sealed class RotationFlipTask : IPretextTask
{
    public string Name => "rotation-flip";

    public IReadOnlyList<View> Views { get; } = [.. Enumerable.Range(0, View.Count).Select(View.Of)];

    public IReadOnlyList<string> LabelNames { get; } =
        ["0°", "90°", "180°", "270°", "mirrored 0°", "mirrored 90°", "mirrored 180°", "mirrored 270°"];
}
