using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tasks;

/// <summary>What labels ask for: the samples with their targets, the loss of a network's output, and the answers in it.</summary>
public interface ITask
{
    /// <summary>Its name, modalities, metrics and possible answers.</summary>
    LabelTask Declared { get; }

    /// <summary>Whether a label is of a whole sample, for which a readout makes one vector. Otherwise each position of the encoder has a
    /// vector and answers by it, and there are no readouts.</summary>
    bool PerSample { get; }

    /// <param name="samples">Of a split. Disposed with the result.</param>
    /// <param name="tokens">The tokenizer, and most tokens of a sample; null for images.</param>
    /// <returns>The labelled ones.</returns>
    LabelledSamples Open(SampleReader samples, DatasetManifest dataset, (ITokenizer Tokenizer, int Length)? tokens);

    /// <summary>The loss of a step, whose samples go through the network in groups of like length.</summary>
    /// <param name="outputs">Of each group: [N, K], or [N, T, K] where positions answer, K being the number of answers.</param>
    /// <param name="targets">Of each group, as <see cref="LabelledSamples.Targets"/> makes them.</param>
    /// <returns>A scalar.</returns>
    Tensor Loss(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> targets);

    /// <param name="output">[N, K], or [N, T, K].</param>
    /// <param name="positions">The places of its N samples in <paramref name="samples"/>.</param>
    /// <returns>For each label of these samples, in their order, an index into the possible answers.</returns>
    int[] Answers(Tensor output, LabelledSamples samples, IReadOnlyList<int> positions);
}

/// <summary>The list of tasks. A new one is one file, one line here, and what it declares in <see cref="LabelTasks"/>.</summary>
public static class TaskList
{
    public static IReadOnlyList<ITask> All { get; } = [new ClassificationTask(), new TaggingTask()];

    /// <exception cref="PipelineException">There is no such task.</exception>
    public static ITask Named(string name) => All.Single(task => task.Declared == LabelTasks.Named(name));
}
