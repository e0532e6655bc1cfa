using System.Text.Json.Nodes;

namespace Pipeline.Learning.Encoders;

/// <summary>The <c>config.json</c> from which Hugging Face's transformers builds the network of these weights.</summary>
public static class BertConfig
{
    /// <summary>Kinds of token that BERT tells apart; all of ours are of the first.</summary>
    internal const int TokenTypes = 2;

    /// <returns>Null where the layout is not <c>bert</c>.</returns>
    public static JsonObject? Of(EncoderSpec spec, TokenizerReference? tokenizer) =>
        spec.Transformer is { Layout: TransformerNames.Bert } shape && tokenizer is not null
            ? new JsonObject
            {
                ["architectures"] = new JsonArray("BertModel"),
                ["model_type"] = "bert",
                ["hidden_size"] = shape.Width,
                ["num_hidden_layers"] = shape.Layers,
                ["num_attention_heads"] = shape.Heads,
                ["intermediate_size"] = shape.FeedForward,
                ["vocab_size"] = tokenizer.Vocabulary,
                ["max_position_embeddings"] = tokenizer.Spec.Length,
                ["type_vocab_size"] = TokenTypes,
                ["position_embedding_type"] = "absolute",
                ["layer_norm_eps"] = TransformerNetwork.Epsilon,
                ["pad_token_id"] = tokenizer.Special.Padding,
                ["hidden_act"] = "gelu",
                ["hidden_dropout_prob"] = shape.Dropout,
                ["attention_probs_dropout_prob"] = 0.0,
                ["initializer_range"] = 0.02,
                ["torch_dtype"] = "float32",
            }
            : null;

    /// <summary>What transformers reads from <c>tokenizer_config.json</c>.</summary>
    public static JsonObject Tokenizer(TokenizerReference tokenizer) => new()
    {
        ["tokenizer_class"] = tokenizer.Files.ContainsKey("tokenizer.json") ? "PreTrainedTokenizerFast" : "BertTokenizer",
        ["do_lower_case"] = tokenizer.LowerCase,
        ["model_max_length"] = tokenizer.Spec.Length,
        ["pad_token"] = SpecialTokens.Names[0],
        ["unk_token"] = SpecialTokens.Names[1],
        ["cls_token"] = SpecialTokens.Names[2],
        ["sep_token"] = SpecialTokens.Names[3],
        ["mask_token"] = SpecialTokens.Names[4],
    };
}
