using System.Globalization;
using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>How the features of a sample's positions become one vector, or what stands for them where each position answers. It belongs to
/// the task, not to the encoder, and is the same for pretrained and random encoders.</summary>
public abstract class Readout(string name, int width) : nn.Module(name)
{
    public const string Mean = "mean";
    public const string Class = "class";
    public const string First = "first";
    public const string Ends = "ends";
    public const string Attention = "attention";

    /// <summary>Before the side of the grid.</summary>
    public const string Grid = "grid-";

    /// <summary>Before the number of levels.</summary>
    public const string Last = "last-";

    /// <summary>Numbers of the vector.</summary>
    public int Width { get; } = width;

    /// <returns>Shape [N, <see cref="Width"/>]; of all positions [N, T, <see cref="Width"/>].</returns>
    public abstract Tensor Read(Features features);

    /// <param name="name">Null: the vectors of all positions. <c>mean</c>: the mean over positions. <c>class</c>: the class token.
    /// <c>grid-g</c>: the means of g × g parts of the map, one after another. <c>last-k</c>: the means of the last k levels. Of sequences
    /// <c>first</c>: the first token; <c>ends</c>: the first and the last token; <c>attention</c>: a learned weighted mean, at first the
    /// mean.</param>
    /// <exception cref="PipelineException">There is no such readout, or the encoder does not have it.</exception>
    public static Readout Create(string? name, Encoder encoder)
    {
        var isSequence = encoder is TransformerNetwork;
        return name switch
        {
            null => new PartReadout(encoder.Width, features => features.Tokens),
            Mean => new MeanReadout(encoder.Width),
            First when isSequence => new PartReadout(encoder.Width, features => features.ClassToken!),
            Ends when isSequence => new PartReadout(2 * encoder.Width, BothEnds),
            Attention when isSequence => new AttentionReadout(encoder.Width),
            Class when encoder.HasClassToken && !isSequence => new PartReadout(encoder.Width, features => features.ClassToken!),
            _ when !isSequence && Number(name, Grid) is { } side => new PartReadout(
                encoder.Width * side * side, features => nn.functional.adaptive_avg_pool2d(features.Map!, [side, side]).flatten(1)),
            _ when !isSequence && Number(name, Last) is { } levels && levels <= encoder.LevelWidths.Count => new PartReadout(
                encoder.LevelWidths.TakeLast(levels).Sum(),
                features => cat([.. features.Levels.TakeLast(levels).Select(level => level.mean([2, 3]))], 1)),
            _ => throw new PipelineException(
                $"Encoder '{encoder.GetName()}' has no readout '{name}'; it must be one of {string.Join(", ", Names(encoder))}."),
        };
    }

    private static IEnumerable<string> Names(Encoder encoder) => encoder is TransformerNetwork
        ? [Mean, First, Ends, Attention]
        : [Mean, .. encoder.HasClassToken ? [Class] : Array.Empty<string>(), Grid + "2", Grid + "4",
            $"{Last}1 to {Last}{encoder.LevelWidths.Count}"];

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;

    // The last token that is no padding stands at the number of tokens less one.
    private static Tensor BothEnds(Features features)
    {
        var last = features.Present!.to(ScalarType.Int64).sum(1).sub(Scalars.Of(1L)).view(-1, 1, 1)
            .expand(-1, 1, features.Tokens.shape[2]);
        return cat([features.ClassToken!, features.Tokens.gather(1, last).squeeze(1)], 1);
    }

    private sealed class MeanReadout(int width) : Readout(Mean, width)
    {
        public override Tensor Read(Features features) => features.Present is { } present
            ? TransformerNetwork.Mean(features.Tokens, present)
            : features.Map!.mean([2, 3]);
    }

    private sealed class PartReadout(int width, Func<Features, Tensor> part) : Readout("part", width)
    {
        public override Tensor Read(Features features) => part(features);
    }

    private sealed class AttentionReadout : Readout
    {
        private readonly Parameter query;

        public AttentionReadout(int width)
            : base(Attention, width)
        {
            query = nn.Parameter(zeros(width));
            RegisterComponents();
        }

        public override Tensor Read(Features features)
        {
            var scores = features.Tokens.matmul(query).masked_fill(features.Present!.logical_not(), Scalars.Of(double.NegativeInfinity));
            return (features.Tokens * nn.functional.softmax(scores, 1).unsqueeze(2)).sum(1);
        }
    }
}
