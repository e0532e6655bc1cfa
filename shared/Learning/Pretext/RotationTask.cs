namespace Pipeline.Learning.Pretext;

/// <summary>Predicts how far an image was turned, in quarter turns (Gidaris et al. 2018, arXiv:1803.07728).</summary>
public sealed class RotationTask : IPretextTask
{
    public string Name => "rotation";

    public IReadOnlyList<View> Views { get; } = [new(false, 0), new(false, 1), new(false, 2), new(false, 3)];

    public IReadOnlyList<string> LabelNames { get; } = ["0°", "90°", "180°", "270°"];
}
