using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>Token vectors and positions → blocks. Norms come before attention and feed-forward, and once after the last block (pre); or
/// after each, and once before the first block (post).</summary>
internal sealed class Transformer : TransformerNetwork
{
    private readonly Embedding _tokens;
    private readonly Embedding? _positions;
    private readonly LayerNorm? _before;
    private readonly ModuleList<TransformerBlock> _blocks;
    private readonly LayerNorm? _after;
    private readonly double _dropout;

    public Transformer(TransformerSpec shape, TokenizerReference tokenizer)
        : base("transformer", shape, tokenizer)
    {
        var rotary = shape.Position == TransformerNames.Rotary ? new RotaryPositions(shape.Width / shape.Heads) : null;
        var pre = shape.Norm == TransformerNames.Pre;
        _dropout = shape.Dropout;
        _tokens = nn.Embedding(tokenizer.Vocabulary, shape.Width);
        _positions = rotary is null ? nn.Embedding(tokenizer.Spec.Length, shape.Width) : null;
        _before = pre ? null : Norm(shape.Width);
        _blocks = new ModuleList<TransformerBlock>([.. Enumerable.Range(0, shape.Layers).Select(_ => new TransformerBlock(shape, rotary))]);
        _after = pre ? Norm(shape.Width) : null;
        RegisterComponents();
        Layers =
        [
            [nameof(_tokens), nameof(_positions), nameof(_before)],
            .. Enumerable.Range(0, shape.Layers - 1).Select(i => (string[])[$"{nameof(_blocks)}.{i}"]),
            [$"{nameof(_blocks)}.{shape.Layers - 1}", nameof(_after)],
        ];
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    public override Tensor TokenVectors => _tokens.weight!;

    private protected override Tensor Hidden(Tensor tokens, Tensor present)
    {
        var x = this._tokens.forward(tokens);                                             // [N, T, D]
        if (_positions is not null)
            x = x.Plus(_positions.weight!.narrow(0, 0, tokens.shape[1]));

        x = nn.functional.dropout(_before is null ? x : _before.forward(x), _dropout, training);
        foreach (var block in _blocks)
            x = block.Forward(x, present);

        return _after is null ? x : _after.forward(x);
    }
}

/// <summary>Attention, then a feed-forward net over each token, each added to what it came from.</summary>
internal sealed class TransformerBlock : nn.Module
{
    private readonly LayerNorm _norm1;
    private readonly Linear _attention;
    private readonly Linear _joined;
    private readonly LayerNorm _norm2;
    private readonly Linear _wide;
    private readonly Linear _narrow;
    private readonly int _heads;
    private readonly bool _pre;
    private readonly double _dropout;
    private readonly RotaryPositions? _rotary;

    public TransformerBlock(TransformerSpec shape, RotaryPositions? rotary)
        : base("block")
    {
        this._rotary = rotary;
        _heads = shape.Heads;
        _pre = shape.Norm == TransformerNames.Pre;
        _dropout = shape.Dropout;
        _norm1 = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        _attention = nn.Linear(shape.Width, 3 * shape.Width);
        _joined = nn.Linear(shape.Width, shape.Width);
        _norm2 = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        _wide = nn.Linear(shape.Width, shape.FeedForward);
        _narrow = nn.Linear(shape.FeedForward, shape.Width);
        RegisterComponents();
    }

    /// <param name="x">Shape [N, T, D].</param>
    /// <param name="present">Shape [N, 1, 1, T].</param>
    public Tensor Forward(Tensor x, Tensor present)
    {
        if (_pre)
        {
            x = x.Plus(Attended(_norm1.forward(x), present));
            return x.Plus(Fed(_norm2.forward(x)));
        }

        x = _norm1.forward(x.Plus(Attended(x, present)));
        return _norm2.forward(x.Plus(Fed(x)));
    }

    private Tensor Attended(Tensor x, Tensor present)
    {
        var parts = _attention.forward(x).chunk(3, -1);
        return Dropped(_joined.forward(Attention.Attend(parts[0], parts[1], parts[2], present, _heads, _rotary)));
    }

    private Tensor Fed(Tensor x) => Dropped(_narrow.forward(nn.functional.gelu(_wide.forward(x))));

    private Tensor Dropped(Tensor x) => nn.functional.dropout(x, _dropout, training);
}
