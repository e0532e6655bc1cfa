using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>BERT (Devlin et al. 2019, arXiv:1810.04805) under the parameter names of Hugging Face's <c>BertModel</c>, without its pooler.
/// Attention itself has no dropout, which <c>config.json</c> says.</summary>
internal sealed class Bert : TransformerNetwork
{
    private readonly BertEmbeddings _embeddings;
    private readonly BertLayers _encoder;

    public Bert(TransformerSpec shape, TokenizerReference tokenizer)
        : base("bert", shape, tokenizer)
    {
        _embeddings = new BertEmbeddings(shape, tokenizer);
        _encoder = new BertLayers(shape);
        RegisterComponents();
        Layers = [[nameof(_embeddings)], .. Enumerable.Range(0, shape.Layers).Select(i => (string[])[$"{nameof(_encoder)}.layer.{i}"])];
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; }

    public override Tensor TokenVectors => _embeddings.TokenVectors;

    private protected override Tensor Hidden(Tensor tokens, Tensor present) => _encoder.Forward(_embeddings.forward(tokens), present);
}

#pragma warning disable IDE1006 // Fields have the names of the parameters.

internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor>
{
    private readonly Embedding _word_embeddings;
    private readonly Embedding _position_embeddings;
    private readonly Embedding _token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly double _dropout;

    public BertEmbeddings(TransformerSpec shape, TokenizerReference tokenizer)
        : base("embeddings")
    {
        _dropout = shape.Dropout;
        _word_embeddings = nn.Embedding(tokenizer.Vocabulary, shape.Width);
        _position_embeddings = nn.Embedding(tokenizer.Spec.Length, shape.Width);
        _token_type_embeddings = nn.Embedding(BertConfig.TokenTypes, shape.Width);
        LayerNorm = nn.LayerNorm(shape.Width, TransformerNetwork.Epsilon);
        RegisterComponents();
    }

    public Tensor TokenVectors => _word_embeddings.weight!;

    /// <summary>All tokens are of the first type: a sample is one piece of text.</summary>
    public override Tensor forward(Tensor input)
    {
        var place = _position_embeddings.weight!.narrow(0, 0, input.shape[1]).Plus(_token_type_embeddings.weight!.narrow(0, 0, 1));
        return nn.functional.dropout(LayerNorm.forward(_word_embeddings.forward(input).Plus(place)), _dropout, training);
    }
}

internal sealed class BertLayers : nn.Module
{
    private readonly ModuleList<BertLayer> _layer;

    public BertLayers(TransformerSpec shape)
        : base("encoder")
    {
        _layer = new ModuleList<BertLayer>([.. Enumerable.Range(0, shape.Layers).Select(_ => new BertLayer(shape))]);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) => _layer.Aggregate(x, (states, layer) => layer.Forward(states, present));
}

internal sealed class BertLayer : nn.Module
{
    private readonly BertAttention _attention;
    private readonly BertDense _intermediate;
    private readonly BertOutput _output;

    public BertLayer(TransformerSpec shape)
        : base("layer")
    {
        _attention = new BertAttention(shape);
        _intermediate = new BertDense(shape.Width, shape.FeedForward);
        _output = new BertOutput(shape.FeedForward, shape.Width, shape.Dropout);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present)
    {
        x = _attention.Forward(x, present);
        return _output.Forward(nn.functional.gelu(_intermediate.forward(x)), x);
    }
}

internal sealed class BertAttention : nn.Module
{
    private readonly BertSelfAttention _self;
    private readonly BertOutput _output;

    public BertAttention(TransformerSpec shape)
        : base("attention")
    {
        _self = new BertSelfAttention(shape);
        _output = new BertOutput(shape.Width, shape.Width, shape.Dropout);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) => _output.Forward(_self.Forward(x, present), x);
}

internal sealed class BertSelfAttention : nn.Module
{
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly int _heads;

    public BertSelfAttention(TransformerSpec shape)
        : base("self")
    {
        _heads = shape.Heads;
        _query = nn.Linear(shape.Width, shape.Width);
        _key = nn.Linear(shape.Width, shape.Width);
        _value = nn.Linear(shape.Width, shape.Width);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor present) =>
        Attention.Attend(_query.forward(x), _key.forward(x), _value.forward(x), present, _heads);
}

internal sealed class BertDense : nn.Module<Tensor, Tensor>
{
    private readonly Linear _dense;

    public BertDense(int from, int to)
        : base("dense")
    {
        _dense = nn.Linear(from, to);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _dense.forward(input);
}

/// <summary>Dense, dropout, sum with what came before, norm.</summary>
internal sealed class BertOutput : nn.Module
{
    private readonly Linear _dense;
    private readonly LayerNorm LayerNorm;
    private readonly double _dropout;

    public BertOutput(int from, int to, double dropout)
        : base("output")
    {
        this._dropout = dropout;
        _dense = nn.Linear(from, to);
        LayerNorm = nn.LayerNorm(to, TransformerNetwork.Epsilon);
        RegisterComponents();
    }

    public Tensor Forward(Tensor x, Tensor before) =>
        LayerNorm.forward(nn.functional.dropout(_dense.forward(x), _dropout, training).Plus(before));
}
