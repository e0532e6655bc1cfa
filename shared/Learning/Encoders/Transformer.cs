using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Token vectors and positions → blocks. Norms come before attention and feed-forward, and once after the last block (pre); or
/// after each, and once before the first block (post).</summary>
internal sealed class Transformer : TransformerNetwork
{
    private readonly Embedding tokens;
    private readonly Embedding? positions;
    private readonly LayerNorm? before;
    private readonly ModuleList<TransformerBlock> blocks;
    private readonly LayerNorm? after;
    private readonly double dropout;

    public Transformer(TransformerSpec shape, TokenizerReference tokenizer)
        : base("transformer", shape, tokenizer)
    {
        var rotary = shape.Position == TransformerNames.Rotary ? new RotaryPositions(shape.Width / shape.Heads) : null;
        var pre = shape.Norm == TransformerNames.Pre;
        dropout = shape.Dropout;
        tokens = nn.Embedding(tokenizer.Vocabulary, shape.Width);
        positions = rotary is null ? nn.Embedding(tokenizer.Spec.Length, shape.Width) : null;
        before = pre ? null : Norm(shape.Width);
        blocks = new ModuleList<TransformerBlock>([.. Enumerable.Range(0, shape.Layers).Select(_ => new TransformerBlock(shape, rotary))]);
        after = pre ? Norm(shape.Width) : null;
        RegisterComponents();
        Layers =
        [
            [nameof(tokens), nameof(positions), nameof(before)],
            .. Enumerable.Range(0, shape.Layers - 1).Select(i => (string[])[$"{nameof(blocks)}.{i}"]),
            [$"{nameof(blocks)}.{shape.Layers - 1}", nameof(after)],
        ];
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    public override Tensor TokenVectors => tokens.weight!;

    private protected override Tensor Hidden(Tensor tokens, Tensor present)
    {
        var x = this.tokens.forward(tokens);                                             // [N, T, D]
        if (positions is not null)
            x = x.Plus(positions.weight!.narrow(0, 0, tokens.shape[1]));

        x = nn.functional.dropout(before is null ? x : before.forward(x), dropout, training);
        foreach (var block in blocks)
            x = block.Forward(x, present);

        return after is null ? x : after.forward(x);
    }
}

/// <summary>Attention, then a feed-forward net over each token, each added to what it came from.</summary>
internal sealed class TransformerBlock : nn.Module
{
    private readonly LayerNorm norm1;
    private readonly Linear attention;
    private readonly Linear joined;
    private readonly LayerNorm norm2;
    private readonly Linear wide;
    private readonly Linear narrow;
    private readonly int heads;
    private readonly bool pre;
    private readonly double dropout;
    private readonly RotaryPositions? rotary;

    public TransformerBlock(TransformerSpec shape, RotaryPositions? rotary)
        : base("block")
    {
        this.rotary = rotary;
        heads = shape.Heads;
        pre = shape.Norm == TransformerNames.Pre;
        dropout = shape.Dropout;
        norm1 = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        attention = nn.Linear(shape.Width, 3 * shape.Width);
        joined = nn.Linear(shape.Width, shape.Width);
        norm2 = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        wide = nn.Linear(shape.Width, shape.FeedForward);
        narrow = nn.Linear(shape.FeedForward, shape.Width);
        RegisterComponents();
    }

    /// <param name="x">Shape [N, T, D].</param>
    /// <param name="present">Shape [N, 1, 1, T].</param>
    public Tensor Forward(Tensor x, Tensor present)
    {
        if (pre)
        {
            x = x.Plus(Attended(norm1.forward(x), present));
            return x.Plus(Fed(norm2.forward(x)));
        }

        x = norm1.forward(x.Plus(Attended(x, present)));
        return norm2.forward(x.Plus(Fed(x)));
    }

    private Tensor Attended(Tensor x, Tensor present)
    {
        var parts = attention.forward(x).chunk(3, -1);
        return Dropped(joined.forward(Attention.Attend(parts[0], parts[1], parts[2], present, heads, rotary)));
    }

    private Tensor Fed(Tensor x) => Dropped(narrow.forward(nn.functional.gelu(wide.forward(x))));

    private Tensor Dropped(Tensor x) => nn.functional.dropout(x, dropout, training);
}
