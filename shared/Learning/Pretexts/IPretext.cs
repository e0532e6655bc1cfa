using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;

namespace Pipeline.Learning.Pretexts;

/// <summary>How unlabelled samples teach an encoder.</summary>
public interface IPretext
{
    /// <summary>As experiments spell it.</summary>
    string Name { get; }

    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    bool Suits(string modality);

    /// <summary>Whether both can be trained at once, with one head each.</summary>
    bool Joins(IPretext other) => false;

    /// <summary>How many answers a question has, so that chance is one over it.</summary>
    int Choices(Experiment experiment);

    /// <summary>Makes its pseudo-labels beforehand.</summary>
    /// <returns>Null where the targets come from the batch itself.</returns>
    IPseudoLabeller? Labeller(LabellerSource source);

    /// <summary>The batches of one split, of this pretext and those that it is trained with.</summary>
    Task<PretextBatches> OpenAsync(PretextSource source, Split split, CancellationToken cancellation);

    /// <summary>The model with its random weights; to be called where torch works.</summary>
    PretextModel Create(PretextSource source);

    /// <summary>What the encoder is shown and asked, for the report.</summary>
    Task<Exhibit> ShowAsync(PretextSource source, TorchDevice device, CancellationToken cancellation);
}

/// <summary>What pretraining works with.</summary>
/// <param name="PseudoLabels">One manifest for each pretext that is trained, in the experiment's order.</param>
public sealed record PretextSource(
    IArtifactStore Store, Experiment Experiment, DatasetManifest Dataset, IReadOnlyList<PseudoLabelManifest> PseudoLabels)
{
    public InputSpec Input => Dataset.Input;

    /// <summary>Opens the pretraining that these pretexts make.</summary>
    public async Task<PretrainingWork> OpenWorkAsync(TorchDevice device, CancellationToken cancellation)
    {
        var pretext = PretextList.Of(PseudoLabels);
        var training = await pretext.OpenAsync(this, Split.Train, cancellation);
        var heldOut = await pretext.OpenAsync(this, Split.Validation, cancellation);
        return await device.Thread.RunAsync(() => new PretrainingWork(
            new Trainer(pretext.Create(this), Experiment.Pretraining, training.Steps, device.Device), training, heldOut));
    }
}

/// <summary>What pseudo-labels are made with.</summary>
/// <param name="Tokens">Null for images.</param>
public sealed record LabellerSource(Experiment Experiment, InputSpec Input, (TokenizerReference Reference, ITokenizer Tokenizer)? Tokens);

/// <summary>The list of pretexts. A new one is one file, one line here and its name at <see cref="Experiment.Pretext"/>.</summary>
public static class PretextList
{
    public static IReadOnlyList<IPretext> All { get; } = [.. ViewPretext.All, new MaskedTokenPretext(), new ContrastivePretext()];

    /// <exception cref="PipelineException">There is no such pretext.</exception>
    public static IPretext Named(string name) => All.FirstOrDefault(pretext => pretext.Name == name)
        ?? throw new PipelineException(
            $"'{name}' is no pretext task; it must be one of {string.Join(", ", All.Select(pretext => pretext.Name))}.");

    /// <summary>The pretext of a run; of several that are trained at once, the first.</summary>
    /// <exception cref="PipelineException">They cannot be trained at once.</exception>
    public static IPretext Of(IReadOnlyList<PseudoLabelManifest> pseudoLabels)
    {
        var pretexts = pseudoLabels.Select(labels => Named(labels.Task)).ToList();
        return pretexts.Skip(1).FirstOrDefault(other => !pretexts[0].Joins(other)) is { } odd
            ? throw new PipelineException(
                $"Pretext tasks {pretexts[0].Name} and {odd.Name} cannot be trained at once; pretext must be one of them.")
            : pretexts[0];
    }
}

/// <summary>Makes the pseudo-labels of a pretext beforehand, shard by shard.</summary>
public interface IPseudoLabeller
{
    /// <summary>What the labels depend on beside the samples: part of the key they lie under.</summary>
    object MadeFrom { get; }

    /// <param name="samples">A sample shard.</param>
    /// <param name="count">Samples in it.</param>
    ShardLabels Label(SafetensorsFile samples, int count, CancellationToken cancellation);

    /// <summary>Adds to the manifest what all its shards have in common.</summary>
    PseudoLabelManifest Describe(PseudoLabelManifest manifest);

    /// <summary>Says why no training sample is left, and what to change.</summary>
    PipelineException NothingLeft(PseudoLabelManifest manifest);
}

/// <summary>The pseudo-labels of one shard.</summary>
/// <param name="Tensors">As <see cref="PseudoLabelShard"/> tells.</param>
/// <param name="Samples">That have pseudo-labels.</param>
/// <param name="Ambiguous">That were left out.</param>
/// <param name="Tokens">Of all samples that have pseudo-labels.</param>
/// <param name="Truncated">Samples that lost their last tokens.</param>
public sealed record ShardLabels(
    IReadOnlyList<SafetensorsTensor> Tensors, int Samples, int Ambiguous, long Tokens = 0, long Truncated = 0);

/// <summary>What an encoder is shown and asked, for people.</summary>
/// <param name="Question">One sentence.</param>
/// <param name="LeftOut">Samples that the pretext cannot use.</param>
public sealed record Exhibit(string Task, string Question, IReadOnlyList<ExhibitRow> Rows, IReadOnlyList<ExhibitRow> LeftOut);

/// <summary>One sample.</summary>
/// <param name="Caption">Where it lies.</param>
/// <param name="More">Whether it goes on.</param>
public sealed record ExhibitRow(string Caption, IReadOnlyList<ExhibitItem> Items, bool More = false);

/// <summary>A picture, or a token as a person would read it.</summary>
/// <param name="Answer">In words; null where nothing is asked.</param>
public sealed record ExhibitItem(ExhibitImage? Image, string? Token, string? Answer);

/// <param name="Pixels">Shape [C, S, S].</param>
public sealed record ExhibitImage(byte[] Pixels, int Channels, int Size);
