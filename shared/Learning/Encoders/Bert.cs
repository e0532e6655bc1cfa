using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>BERT (Devlin et al. 2019, arXiv:1810.04805) under the parameter names of Hugging Face's <c>BertModel</c>, without its pooler.
/// Attention itself has no dropout, which <c>config.json</c> says.</summary>
internal sealed class Bert : TransformerNetwork
{
    private readonly BertEmbeddings embeddings;
    private readonly BertLayers encoder;

    public Bert(TransformerSpec shape, TokenizerReference tokenizer)
        : base("bert", shape, tokenizer)
    {
        embeddings = new BertEmbeddings(shape, tokenizer);
        encoder = new BertLayers(shape);
        RegisterComponents();
        Layers = [[nameof(embeddings)], .. Enumerable.Range(0, shape.Layers).Select(i => (string[])[$"{nameof(encoder)}.layer.{i}"])];
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    public override Tensor TokenVectors => embeddings.TokenVectors;

    private protected override Tensor Hidden(Tensor tokens, Tensor present) => encoder.Forward(embeddings.forward(tokens), present);
}

#pragma warning disable IDE1006 // Fields have the names of the parameters.

internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor>
{
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly Embedding token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly double dropout;

    public BertEmbeddings(TransformerSpec shape, TokenizerReference tokenizer)
        : base("embeddings")
    {
        dropout = shape.Dropout;
        word_embeddings = nn.Embedding(tokenizer.Vocabulary, shape.Width);
        position_embeddings = nn.Embedding(tokenizer.Spec.Length, shape.Width);
        token_type_embeddings = nn.Embedding(BertConfig.TokenTypes, shape.Width);
        LayerNorm = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        RegisterComponents();
    }

    public Tensor TokenVectors => word_embeddings.weight!;

    /// <summary>All tokens are of the first type: a sample is one piece of text.</summary>
    public override Tensor forward(Tensor input)
    {
        var place = position_embeddings.weight!.narrow(0, 0, input.shape[1]).Plus(token_type_embeddings.weight!.narrow(0, 0, 1));
        return nn.functional.dropout(LayerNorm.forward(word_embeddings.forward(input).Plus(place)), dropout, training);
    }
}

internal sealed class BertLayers : nn.Module
{
    private readonly ModuleList<BertLayer> layer;

    public BertLayers(TransformerSpec shape)
        : base("encoder")
    {
        layer = new ModuleList<BertLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new BertLayer(shape))]);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) => layer.Aggregate(x, (states, layer) => layer.Forward(states, present));
}

internal sealed class BertLayer : nn.Module
{
    private readonly BertAttention attention;
    private readonly BertDense intermediate;
    private readonly BertOutput output;

    public BertLayer(TransformerSpec shape)
        : base("layer")
    {
        attention = new BertAttention(shape);
        intermediate = new BertDense(shape.Width, shape.FeedForward);
        output = new BertOutput(shape.FeedForward, shape.Width, shape.Dropout);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present)
    {
        x = attention.Forward(x, present);
        return output.Forward(nn.functional.gelu(intermediate.forward(x)), x);
    }
}

internal sealed class BertAttention : nn.Module
{
    private readonly BertSelfAttention self;
    private readonly BertOutput output;

    public BertAttention(TransformerSpec shape)
        : base("attention")
    {
        self = new BertSelfAttention(shape);
        output = new BertOutput(shape.Width, shape.Width, shape.Dropout);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) => output.Forward(self.Forward(x, present), x);
}

internal sealed class BertSelfAttention : nn.Module
{
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly int heads;

    public BertSelfAttention(TransformerSpec shape)
        : base("self")
    {
        heads = shape.Heads;
        query = nn.Linear(shape.Width, shape.Width);
        key = nn.Linear(shape.Width, shape.Width);
        value = nn.Linear(shape.Width, shape.Width);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) =>
        Attention.Attend(query.forward(x), key.forward(x), value.forward(x), present, heads);
}

internal sealed class BertDense : nn.Module<Tensor, Tensor>
{
    private readonly Linear dense;

    public BertDense(int from, int to)
        : base("dense")
    {
        dense = nn.Linear(from, to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => dense.forward(input);
}

/// <summary>Dense, dropout, sum with what came before, norm.</summary>
internal sealed class BertOutput : nn.Module
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly double dropout;

    public BertOutput(int from, int to, double dropout)
        : base("output")
    {
        this.dropout = dropout;
        dense = nn.Linear(from, to);
        LayerNorm = nn.LayerNorm(to, TransformerNetwork.Epsilon);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor before) =>
        LayerNorm.forward(nn.functional.dropout(dense.forward(x), dropout, training).Plus(before));
}
