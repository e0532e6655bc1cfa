using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>What all transformers share: the mask of padding.</summary>
public abstract class TransformerNetwork : Encoder
{
    /// <summary>As in BERT.</summary>
    internal const double Epsilon = 1e-12;

    private readonly int _padding;
    private readonly int _length;

    private protected TransformerNetwork(string name, TransformerSpec shape, TokenizerReference tokenizer)
        : base(name, shape.Width)
    {
        _padding = tokenizer.Special.Padding;
        _length = tokenizer.Spec.Length;
    }

    /// <summary>The tokens' vectors, shape [V, D]: what masked tokens are predicted with.</summary>
    public abstract Tensor TokenVectors { get; }

    /// <exception cref="PipelineException">There are more tokens than positions.</exception>
    public sealed override Features Encode(Tensor input)
    {
        if (input.shape[1] > _length)
        {
            throw new PipelineException(
                $"A sample has {input.shape[1]} tokens with start and end; it must have at most {_length}, tokenizer.length.");
        }

        var present = input.ne(Scalars.Of((long)_padding));
        var hidden = Hidden(input, present.unsqueeze(1).unsqueeze(1));
        return Features.OfSequence(hidden, present);
    }

    /// <param name="hidden">Shape [N, T, D].</param>
    /// <param name="present">False at padding, shape [N, T].</param>
    /// <returns>The mean over what is no padding, shape [N, D].</returns>
    internal static Tensor Mean(Tensor hidden, Tensor present)
    {
        var weights = present.to(hidden.dtype).unsqueeze(2);     // [N, T, 1]
        return (hidden * weights).sum(1) / weights.sum(1);
    }

    /// <param name="present">False at padding, shape [N, 1, 1, T].</param>
    private protected abstract Tensor Hidden(Tensor tokens, Tensor present);

    private protected static LayerNorm Norm(int width) => nn.LayerNorm(width, Epsilon);
}

/// <summary>Attention of several heads, each over its own part of the hidden state (Vaswani et al. 2017, arXiv:1706.03762).</summary>
internal static class Attention
{
    /// <param name="query">Shape [N, T, D], as are <paramref name="key"/> and <paramref name="value"/>.</param>
    /// <param name="present">False where nothing is to be attended to, shape [N, 1, 1, T]; null where there is no padding.</param>
    /// <param name="rotary">Null where positions are in the hidden states already.</param>
    /// <returns>Shape [N, T, D], the heads side by side.</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? present, int heads, RotaryPositions? rotary = null)
    {
        var (q, k, v) = (Split(query, heads), Split(key, heads), Split(value, heads));
        if (rotary is not null)
            (q, k) = rotary.Turn(q, k);

        return nn.functional.scaled_dot_product_attention(q, k, v, present).transpose(1, 2).flatten(2);
    }

    // [N, T, D] to [N, H, T, D / H]
    private static Tensor Split(Tensor states, int heads) =>
        states.view(states.shape[0], states.shape[1], heads, -1).transpose(1, 2);
}

/// <summary>Positions as rotations (Su et al. 2021, arXiv:2104.09864): numbers i and i + d/2 of a head are turned together by position ·
/// 10000^(−2i/d), so that the product of a query and a key knows their distance alone.</summary>
/// <param name="numbers">In a head, d; even.</param>
internal sealed class RotaryPositions(int numbers)
{
    private const double Base = 10_000;

    private readonly double[] _frequencies = [.. Enumerable.Range(0, numbers / 2).Select(i => Math.Pow(Base, -2.0 * i / numbers))];

    /// <param name="query">Shape [N, H, T, d], as is <paramref name="key"/>.</param>
    public (Tensor Query, Tensor Key) Turn(Tensor query, Tensor key)
    {
        var length = (int)query.shape[2];
        var cosines = Table(length, Math.Cos, query);
        var sines = Table(length, Math.Sin, query);
        return (Turned(query, cosines, sines), Turned(key, cosines, sines));
    }

    private static Tensor Turned(Tensor states, Tensor cosines, Tensor sines)
    {
        var halves = states.chunk(2, -1);
        return cat([(halves[0] * cosines) - (halves[1] * sines), (halves[1] * cosines).Plus(halves[0] * sines)], -1);
    }

    // [T, d / 2]
    private Tensor Table(int length, Func<double, double> function, Tensor like)
    {
        var values = new float[length * _frequencies.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)function(i / _frequencies.Length * _frequencies[i % _frequencies.Length]);

        return tensor(values, length, _frequencies.Length, device: like.device);
    }
}
