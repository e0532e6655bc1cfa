namespace Pipeline.Learning.Pretext;

/// <summary>Predicts along which axes an image was flipped; both together are the half turn.</summary>
public sealed class FlipTask : IPretextTask
{
    public string Name => "flip";

    public IReadOnlyList<View> Views { get; } = [new(false, 0), new(true, 0), new(true, 2), new(false, 2)];

    public IReadOnlyList<string> LabelNames { get; } = ["none", "horizontal", "vertical", "both"];
}
