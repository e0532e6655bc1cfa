using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>What an encoder makes of a batch. Each part is computed when it is first asked for.</summary>
public sealed class Features
{
    private readonly Lazy<Tensor> _tokens;
    private readonly Lazy<Tensor> _pooled;

    private Features(Func<Tensor> tokens, Func<Tensor> pooled) =>
        (_tokens, _pooled) = (new Lazy<Tensor>(tokens), new Lazy<Tensor>(pooled));

    /// <summary>A feature vector at each position, shape [N, T, D]: of images row by row, of sequences with start,
    /// end and padding.</summary>
    public Tensor Tokens => _tokens.Value;

    /// <summary>One vector a sample, shape [N, D]: the mean over positions, unless the encoder has a summary of its own.</summary>
    public Tensor Pooled => _pooled.Value;

    /// <summary>The positions of images as they lie, shape [N, D, H, W]; null for sequences.</summary>
    public Tensor? Map { get; private init; }

    /// <summary>False at padding, shape [N, T]; null for images.</summary>
    public Tensor? Present { get; private init; }

    /// <summary>The vector of the class token, shape [N, D]; null where the encoder has none.</summary>
    public Tensor? ClassToken { get; private init; }

    /// <summary>Feature maps [N, D', H', W'] from fine to coarse, the last being <see cref="Map"/>; of sequences the hidden states after
    /// each block that was asked for.</summary>
    public IReadOnlyList<Tensor> Levels { get; private init; } = [];

    /// <param name="levels">From fine to coarse; the last is what the features are read from.</param>
    /// <param name="classToken">Shape [N, D]; null where the encoder has none.</param>
    /// <param name="pooled">Null: the mean over positions.</param>
    public static Features OfMap(IReadOnlyList<Tensor> levels, Tensor? classToken = null, Func<Tensor>? pooled = null) =>
        levels[^1] is var map
            ? new Features(() => map.flatten(2).transpose(1, 2), pooled ?? (() => map.mean([2, 3])))
            {
                Map = map,
                Levels = levels,
                ClassToken = classToken,
            }
            : null!;

    /// <param name="hidden">Shape [N, T, D].</param>
    /// <param name="present">False at padding, shape [N, T].</param>
    public static Features OfSequence(Tensor hidden, Tensor present) =>
        new(() => hidden, () => TransformerNetwork.Mean(hidden, present))
        {
            Present = present,
            ClassToken = hidden.select(1, 0),
            Levels = [hidden],
        };
}
