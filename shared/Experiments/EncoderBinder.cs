using Pipeline.Contracts;

namespace Pipeline.Experiments;

/// <summary>The section <c>encoder</c>, or its name alone. A transformer's shape is a named size, of which single keys may be said otherwise.</summary>
internal static class EncoderBinder
{
    private static readonly NumberRange Dropout = new(0, 1, WithHigh: false);

    /// <param name="valid">Names of the encoders for the modality; empty takes any.</param>
    public static EncoderSpec Bind(YamlSection file, IReadOnlyList<string> valid, string otherwise)
    {
        if (!file.Has("encoder") || file.IsScalar("encoder"))
        {
            var name = file.OneOf("encoder", valid, otherwise);
            return name == ExperimentVocabulary.Transformer ? new EncoderSpec(name, Transformer: Sized("mini")) : new EncoderSpec(name);
        }

        var section = file.Section<EncoderSpec>("encoder");
        var named = section.OneOf("name", valid, otherwise);
        return named == ExperimentVocabulary.Transformer ? new EncoderSpec(named, Transformer: Shape(section)) : Convolutional(section, named);
    }

    private static EncoderSpec Convolutional(YamlSection section, string name)
    {
        foreach (var key in ExperimentKeys.OfTransformer.Where(key => key != "width"))
        {
            section.Reject(key, $"to leave it out: only {ExperimentVocabulary.Transformer} has it");
        }

        return new EncoderSpec(name, section.WholeOrNull("width", 1, 512));
    }

    private static TransformerSpec Shape(YamlSection section)
    {
        var sized = Sized(section.OneOf("size", ["tiny", "mini", "small"], "mini"));
        var layout = section.OneOf("layout", ["own", "bert"], sized.Layout);
        var width = section.Whole("width", 8, 4096, sized.Width);
        var shape = new TransformerSpec(
            width,
            section.Whole("layers", 1, 96, sized.Layers),
            section.Whole("heads", 1, 128, sized.Heads),
            section.Whole("feedForward", 8, 65536, 4 * width),
            section.OneOf("position", ["learned", "rotary"], sized.Position),
            section.OneOf("norm", ["pre", "post"], layout == "bert" ? "post" : sized.Norm),
            section.OneOf("pooling", ["mean", "first"], sized.Pooling),
            section.Number("dropout", Dropout, sized.Dropout),
            layout);
        Check(section, shape);
        return shape;
    }

    private static void Check(YamlSection section, TransformerSpec shape)
    {
        if (shape.Width % shape.Heads != 0)
        {
            throw section.Invalid(section.Has("heads") ? "heads" : "width", section.Has("heads") ? $"a divisor of the width, {shape.Width}" : $"a multiple of the heads, {shape.Heads}");
        }

        if (shape.Position == "rotary" && shape.Width / shape.Heads % 2 != 0)
        {
            throw section.Invalid("position", $"learned, or rotary with an even width over heads, which is {shape.Width / shape.Heads}");
        }

        if (shape.Layout == "bert" && shape.Norm != "post")
        {
            throw section.Invalid("norm", "post where the layout is bert");
        }

        if (shape.Layout == "bert" && shape.Position != "learned")
        {
            throw section.Invalid("position", "learned where the layout is bert");
        }
    }

    private static TransformerSpec Sized(string size) => size switch
    {
        "tiny" => new TransformerSpec(Width: 128, Layers: 2, Heads: 2, FeedForward: 512),
        "small" => new TransformerSpec(Width: 512, Layers: 4, Heads: 8, FeedForward: 2048),
        _ => new TransformerSpec(Width: 256, Layers: 4, Heads: 4, FeedForward: 1024),
    };
}
