using Pipeline.Learning.Encoders;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>An encoder with one linear head for each pretext task. The heads are thrown away after pretraining.</summary>
public sealed class ViewNetwork : PretextNetwork
{
    private readonly Encoder encoder;
    private readonly ModuleDict<Linear> heads;
    private readonly IReadOnlyList<string> tasks;

    /// <param name="classes">For each task's name, how many labels it has.</param>
    public ViewNetwork(EncoderSpec spec, InputSpec input, IReadOnlyList<(string Task, int Classes)> classes, ulong seed)
        : base("pretext")
    {
        encoder = EncoderArchitectures.Create(spec, input);
        heads = nn.ModuleDict(classes.Select(task => (task.Task, nn.Linear(encoder.Features, task.Classes))).ToArray());
        tasks = [.. classes.Select(task => task.Task)];
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public override Encoder Encoder => encoder;

    /// <param name="images">Shape [N, C, S, S].</param>
    /// <returns>Features [N, D], and for each task logits [N, K].</returns>
    public (Tensor Features, Tensor[] Logits) Forward(Tensor images)
    {
        var features = encoder.forward(images);
        return (features, [.. tasks.Select(task => heads[task].forward(features))]);
    }
}
