using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.PseudoLabels;

/// <summary>What a pretext task asks about the samples of a modality.</summary>
internal interface ISampleLabeller
{
    /// <summary>What the labels depend on beside the samples: part of the key they lie under.</summary>
    object MadeFrom { get; }

    /// <param name="samples">A sample shard.</param>
    /// <param name="count">Samples in it.</param>
    LabelledSamples Label(SafetensorsFile samples, int count, CancellationToken cancellation);

    /// <summary>Adds to a task's manifest what all its shards have in common.</summary>
    PseudoLabelManifest Describe(PseudoLabelManifest manifest);

    /// <summary>Says why no training sample is left, and what would be valid.</summary>
    PipelineException NothingLeft(PseudoLabelManifest manifest);
}

/// <summary>The pseudo-labels of one shard.</summary>
/// <param name="Tensors">As <see cref="PseudoLabelShard"/> tells.</param>
/// <param name="Samples">That have pseudo-labels.</param>
/// <param name="Ambiguous">That were left out.</param>
/// <param name="Tokens">Of all samples that have pseudo-labels.</param>
/// <param name="Truncated">Samples that lost their last tokens.</param>
internal sealed record LabelledSamples(IReadOnlyList<SafetensorsTensor> Tensors, int Samples, int Ambiguous, long Tokens = 0, long Truncated = 0);
