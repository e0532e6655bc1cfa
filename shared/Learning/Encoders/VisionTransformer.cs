using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>ViT (Dosovitskiy et al. 2021, arXiv:2010.11929) under timm's parameter names: patches,
/// a class token and learned positions, then blocks with norms before attention and feed-forward, and a norm after the last.
/// Whole blocks are left out at random while it trains (Huang et al. 2016, arXiv:1603.09382), later ones more often.</summary>
internal sealed class VisionTransformer : Encoder
{
    private readonly PatchEmbedding patch_embed;
    private readonly Parameter cls_token;
    private readonly Parameter pos_embed;
    private readonly ModuleList<VisionBlock> blocks;
    private readonly LayerNorm norm;
    private readonly bool pooledByClass;

    public VisionTransformer(EncoderSpec spec, InputSpec input)
        : base("vit", spec.Width ?? (spec.Vit?.Size == "small" ? 384 : 192))
    {
        var shape = spec.Vit ?? new VitSpec();
        var patch = shape.PatchOf(input.Size);
        var heads = Math.Max(1, Width / 64);
        var depth = shape.Depth;
        var side = input.Size / patch;
        pooledByClass = shape.Pool == "class";
        patch_embed = new PatchEmbedding(input.Channels, Width, patch);
        cls_token = nn.Parameter(zeros(1, 1, Width));
        pos_embed = nn.Parameter(zeros(1, (side * side) + 1, Width));
        blocks = new ModuleList<VisionBlock>([.. Enumerable.Range(0, depth)
            .Select(i => new VisionBlock(Width, heads, shape.DropPath * i / Math.Max(1, depth - 1)))]);
        norm = nn.LayerNorm(Width, VisionBlock.Epsilon);
        RegisterComponents();
        Layers =
        [
            [nameof(patch_embed), nameof(cls_token), nameof(pos_embed)],
            .. Enumerable.Range(0, depth - 1).Select(i => (string[])[$"{nameof(blocks)}.{i}"]),
            [$"{nameof(blocks)}.{depth - 1}", nameof(norm)],
        ];
        LevelWidths = [.. Enumerable.Repeat(Width, Math.Min(4, depth))];
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    public override IReadOnlyList<int> LevelWidths { get; }

    public override bool HasClassToken => true;

    public override Features Encode(Tensor input)
    {
        var patches = patch_embed.forward(input);                                                  // [N, D, H, W]
        var (count, side) = (patches.shape[0], patches.shape[2]);
        var x = cat([cls_token.expand(count, 1, Width), patches.flatten(2).transpose(1, 2)], 1);     // [N, 1 + T, D]
        x = x.Plus(Positions(side));
        var levels = new List<Tensor>();
        foreach (var (i, block) in blocks.Index())
        {
            x = block.forward(x);
            if (i >= blocks.Count - LevelWidths.Count && i < blocks.Count - 1)
                levels.Add(Map(x, side));
        }

        x = norm.forward(x);
        levels.Add(Map(x, side));
        var token = x.select(1, 0);
        return Features.OfMap(levels, token, pooledByClass ? () => token : null);
    }

    // Images of another size than the positions were made for, such as small views, take them interpolated.
    private Tensor Positions(long side)
    {
        var own = (long)Math.Round(Math.Sqrt(pos_embed.shape[1] - 1));
        if (own == side)
            return pos_embed;

        var grid = pos_embed.narrow(1, 1, own * own).transpose(1, 2).reshape(1, Width, own, own);
        var resized = nn.functional.interpolate(grid, [side, side], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([pos_embed.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1);
    }

    private Tensor Map(Tensor x, long side) =>
        x.narrow(1, 1, side * side).transpose(1, 2).reshape(x.shape[0], Width, side, side);
}

#pragma warning disable IDE1006 // Fields have timm's names.

/// <summary>Each patch to a vector.</summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d proj;

    public PatchEmbedding(int channels, int width, int patch)
        : base("patch_embed")
    {
        proj = nn.Conv2d(channels, width, patch, stride: patch);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => proj.forward(input);
}

internal sealed class VisionBlock : nn.Module<Tensor, Tensor>
{
    public const double Epsilon = 1e-6;

    private readonly LayerNorm norm1;
    private readonly VisionAttention attn;
    private readonly LayerNorm norm2;
    private readonly VisionMlp mlp;
    private readonly double dropped;

    /// <param name="dropped">Share of the samples of a batch that pass by each half of the block while it trains.</param>
    public VisionBlock(int width, int heads, double dropped)
        : base("block")
    {
        this.dropped = dropped;
        norm1 = nn.LayerNorm(width, Epsilon);
        attn = new VisionAttention(width, heads);
        norm2 = nn.LayerNorm(width, Epsilon);
        mlp = new VisionMlp(width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = input.Plus(Kept(attn.forward(norm1.forward(input))));
        return x.Plus(Kept(mlp.forward(norm2.forward(x))));
    }

    private Tensor Kept(Tensor branch)
    {
        if (!training || dropped == 0)
            return branch;

        // Dropout of a column of ones draws one number for each sample, and scales what is kept.
        return branch * nn.functional.dropout(ones(branch.shape[0], 1, 1, device: branch.device), dropped, training);
    }
}

internal sealed class VisionAttention : nn.Module<Tensor, Tensor>
{
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly int heads;

    public VisionAttention(int width, int heads)
        : base("attn")
    {
        this.heads = heads;
        qkv = nn.Linear(width, 3 * width);
        proj = nn.Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var parts = qkv.forward(input).chunk(3, -1);
        return proj.forward(Attention.Attend(parts[0], parts[1], parts[2], null, heads));
    }
}

internal sealed class VisionMlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    public VisionMlp(int width)
        : base("mlp")
    {
        fc1 = nn.Linear(width, 4 * width);
        fc2 = nn.Linear(4 * width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => fc2.forward(nn.functional.gelu(fc1.forward(input)));
}
