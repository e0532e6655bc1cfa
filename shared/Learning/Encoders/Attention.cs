using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Attention of several heads, each over its own part of the hidden state (Vaswani et al. 2017, arXiv:1706.03762).</summary>
internal static class Attention
{
    /// <param name="query">Shape [N, T, D], as are <paramref name="key"/> and <paramref name="value"/>.</param>
    /// <param name="present">False where nothing is to be attended to, shape [N, 1, 1, T].</param>
    /// <param name="rotary">Null where positions are in the hidden states already.</param>
    /// <returns>Shape [N, T, D], the heads side by side.</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor present, int heads, RotaryPositions? rotary = null)
    {
        var (q, k, v) = (Split(query, heads), Split(key, heads), Split(value, heads));
        if (rotary is not null)
        {
            (q, k) = rotary.Turn(q, k);
        }

        return nn.functional.scaled_dot_product_attention(q, k, v, present).transpose(1, 2).flatten(2);
    }

    // [N, T, D] to [N, H, T, D / H]
    private static Tensor Split(Tensor states, int heads) =>
        states.view(states.shape[0], states.shape[1], heads, -1).transpose(1, 2);
}
