using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>
/// A network in pretraining, with its optimizer and the steps that both have done: all that the next step depends on beside its batch. Saved and loaded, it goes on bit for bit as if
/// nothing had been.
/// </summary>
/// <param name="network">On its device already. It is the caller's.</param>
/// <param name="steps">Of the whole run.</param>
internal sealed class PretrainedNetwork(nn.Module network, PretrainingSpec spec, long steps) : IDisposable
{
    private const string StepName = "trainer.step";

    private readonly AdamW optimizer = new(network.parameters(), spec.WeightDecay);

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>That of the next step.</summary>
    public double LearningRate => Schedule.LearningRate(spec.Schedule, spec.LearningRate, Math.Min(Step, steps - 1), steps);

    /// <summary>One optimizer step down a loss that the network was just asked for.</summary>
    /// <returns>The loss.</returns>
    /// <exception cref="PipelineException">It is not finite: training diverged.</exception>
    public double Descend(Tensor loss)
    {
        optimizer.ZeroGradients();
        loss.backward();
        optimizer.Step(LearningRate);
        Step++;

        var value = loss.Read();
        return double.IsFinite(value)
            ? value
            : throw new PipelineException($"Pretraining diverged: the loss is {value} at step {Step} of {steps}. A lower pretraining.learningRate than {spec.LearningRate:g3} may help.");
    }

    public List<SafetensorsTensor> Save() => [SafetensorsTensor.Of<long>(StepName, [Step], 1), .. network.Tensors(), .. optimizer.Tensors()];

    public void Load(SafetensorsFile checkpoint)
    {
        network.LoadTensors(checkpoint);
        optimizer.Load(checkpoint);
        Step = checkpoint.Read<long>(StepName)[0];
    }

    public void Dispose() => optimizer.Dispose();
}
