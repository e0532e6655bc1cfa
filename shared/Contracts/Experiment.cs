using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>What is to be found out: which data, which pretext task, which encoder, how trained, how judged. The attributes declare the
/// keys of the experiment file; docs/experiment.md lists them.</summary>
[ArtifactKind(ArtifactKinds.Experiment, Formerly = "Experiment")]
public sealed record Experiment
{
    [Key("Names the experiment; its runs are called after it."), Text("1 to 40 letters, digits, '-' and '_'", TextAttribute.Name)]
    public required string Name { get; init; }

    [Key("What a sample is."), OneOf(Modalities.Image, Modalities.Text, Modalities.Dna, Modalities.Protein)]
    public string Modality { get; init; } = Modalities.Image;

    [Key("The dataset's name. Its labels are used by fine-tuning and evaluation only.")]
    [Text("1 to 40 letters, digits, '-' and '_'", TextAttribute.Name)]
    public required string Data { get; init; }

    [Key]
    public InputSpec Input { get; init; } = new();

    /// <summary>Null for images.</summary>
    [Key(For = Modalities.Sequences)]
    public TokenizerSpec? Tokenizer { get; init; }

    /// <summary>Null for images.</summary>
    [Key(For = Modalities.Sequences)]
    public MaskingSpec? Masking { get; init; }

    [Key]
    public SplitSpec Split { get; init; } = new();

    /// <summary>Where labels stand and what they mean, as far as a guess would be needed; null where nothing is said.</summary>
    [Key, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LabelSpec? Labels { get; init; }

    /// <summary>What files and folders of the splits are called; null: train, validation, test and their usual other names.</summary>
    [Key, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SplitNamesSpec? Splits { get; init; }

    /// <summary>Stands alone in <see cref="Pretext"/> where the pre-flight is to choose.</summary>
    public const string AutoPretext = "auto";

    /// <summary>The pretext task of sequences.</summary>
    public const string MaskedToken = "masked-token";

    /// <summary>Or <see cref="AutoPretext"/> alone: then the pseudo-labels tell which tasks it became.</summary>
    [Key(
        "The pretext task, or a list of them, trained jointly with one head each; `auto`, alone, takes the one that "
        + "[the pre-flight](pre-flight.md) chooses. `contrastive` (arXiv:2002.05709) stands alone. Text, DNA and protein have "
        + "`masked-token`, and need not say it.")]
    [OneOf("rotation", "flip", "rotation-flip", "contrastive", AutoPretext, For = Modalities.Image)]
    [OneOf(MaskedToken, AutoPretext, For = Modalities.Sequences)]
    public required IReadOnlyList<string> Pretext { get; init; }

    [Key(For = Modalities.Image, Elsewhere = "{0} no views to look alike")]
    public PseudoLabelSpec PseudoLabels { get; init; } = new();

    [Key(Shorthand = "name")]
    public EncoderSpec Encoder { get; init; } = new();

    [Key]
    public PretrainingSpec Pretraining { get; init; } = new();

    [Key]
    public required FineTuningSpec FineTuning { get; init; }

    [Key]
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>An experiment in which nothing is said yet: every default for the modality.</summary>
    public static Experiment Default(string modality)
    {
        var fineTuning = new FineTuningSpec { Labels = [] };
        var experiment = new Experiment { Name = "", Modality = modality, Data = "", Pretext = [], FineTuning = fineTuning };
        return modality == Modalities.Image ? experiment : experiment with
        {
            Input = InputSpec.Sequence(window: 500),
            Tokenizer = modality == Modalities.Text ? new TokenizerSpec() : new TokenizerSpec(TokenizerKinds.Kmer, Vocabulary: 0),
            Masking = new MaskingSpec(Unit: modality switch { Modalities.Text => "word", Modalities.Dna => "span", _ => "token" }),
            Pretext = [MaskedToken],
            Encoder = new EncoderSpec(EncoderSpec.TransformerName, Transformer: new TransformerSpec()),
            Pretraining = new PretrainingSpec { Augmentation = new AugmentationSpec() },
        };
    }
}

/// <summary>What samples are brought to. What the modality does not have is 0.</summary>
public sealed record InputSpec(
    [property: Key("Side of the square that images are resized to, in pixels.", For = Modalities.Image, Elsewhere = "{0} a window")]
    [property: Whole(8, 512)]
    int Size = 28,
    [property: Key("1 is grey, 3 is red, green and blue.", For = Modalities.Image), OneOf("1", "3")]
    int Channels = 1,
    [property: Key(
        "Most characters, bases or residues of a sample: longer documents are cut into so many.",
        For = Modalities.Sequences, Elsewhere = "{0} a size")]
    [property: Whole(8, 1_000_000)]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    int Window = 0,
    [property: Key(
        "Whether text is brought to lower case, and loses its accents in a `wordpiece` tokenizer.",
        For = Modalities.Text, Elsewhere = "{0} no case")]
    [property: OneOf("false", "true")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    bool LowerCase = false)
{
    /// <summary>What sequences are brought to.</summary>
    public static InputSpec Sequence(int window, bool lowerCase = false) => new(0, 0, window, lowerCase);
}

/// <summary>How samples without a split of their own are divided. By group: samples that are nearly the same picture never part.</summary>
public sealed record SplitSpec(
    [property: Key("Share of the samples for validation; with `split.test` below 1."), Number(0, 1, AboveLow = true, BelowHigh = true)]
    double Validation = 0.1,
    [property: Key(
        "Share of the samples for the test; not used where the data brings its own test split. With `split.validation` below 1.")]
    [property: Number(0, 1, AboveLow = true, BelowHigh = true)]
    double Test = 0.2,
    [property: Key("Another seed gives another split."), Whole(0, ulong.MaxValue)]
    ulong Seed = 1,
    [property: Key(
        "Where the data brings its own splits and nearly the same picture lies in training and in validation or test: "
        + "whether the run goes on and the report tells how often.")]
    [property: OneOf("false", "true")]
    bool AllowLeaks = false);

/// <summary>What is to be taken as a label where the data leaves it open. What is null is found out by the rules of docs/data.md.</summary>
public sealed record LabelSpec(
    [property: Key("Name of the table of labels beside the files, where it is none of those in [data](data.md).")]
    [property: Text("the name of a file", TextAttribute.FileName)]
    string? Table = null,
    [property: Key("Its column or field that names the files."), Text("the name of a column or field", TextAttribute.Line)]
    string? File = null,
    [property: Key("The column or field with the labels: of that table, or of tables of samples (CSV, JSON lines, Parquet, Arrow).")]
    [property: Text("the name of a column or field", TextAttribute.Line)]
    string? Column = null,
    [property: Key(
        "`name`: a row that names no file by its path finds it by the file's name alone, whatever folder, case or extension it has. "
        + "A name that fits two files stops the run.")]
    [property: OneOf("exact", LabelSpec.MatchName)]
    string? Match = null,
    [property: Key(
        "Labels that mean that there is none, as they are written, such as `[nan, N/A]`. `\"\"` says that empty labels are meant to be.")]
    [property: Text("a label or a list of different ones, as they are written", TextAttribute.Any)]
    IReadOnlyList<string>? Missing = null,
    [property: Key("The classes; samples with other labels count as unlabelled.")]
    [property: Text("a list of two or more different classes", TextAttribute.Line, Least = 2)]
    IReadOnlyList<string>? Classes = null)
{
    /// <summary>The other <see cref="Match"/>.</summary>
    public const string MatchName = "name";
}

/// <summary>Names of folders and files by split, or patterns of their paths. Nothing else is a split then.</summary>
public sealed record SplitNamesSpec(
    [property: Key(
        "What folders or files of the training split are called, or a pattern of paths (`*` is anything but `/`, `**` anything). "
        + "Where `splits` is said, only what stands there is a split; `splits: {}` says that nothing is.")]
    [property: Text(SplitNamesSpec.MustBe, TextAttribute.Line)]
    IReadOnlyList<string>? Train = null,
    [property: Key("The same of validation."), Text(SplitNamesSpec.MustBe, TextAttribute.Line)]
    IReadOnlyList<string>? Validation = null,
    [property: Key("The same of the test."), Text(SplitNamesSpec.MustBe, TextAttribute.Line)]
    IReadOnlyList<string>? Test = null)
{
    private const string MustBe = "a name of folders or files, or a pattern of paths such as 'holdout/*', or a list of different ones";
}

public sealed record PseudoLabelSpec(
    [property: Key(
        "A sample is left out of a task when two of its views are nearly the same picture: when one minus their correlation is below "
        + "this.")]
    [property: Number(0, 1)]
    double Ambiguity = 0.02);

/// <param name="Transformer">Of <c>transformer</c> alone, whose width stands here.</param>
public sealed record EncoderSpec(
    [property: Key(
        "The network; `encoder: convnet` is short for `encoder: { name: convnet }`. Text, DNA and protein have `transformer`, which is "
        + "their default.")]
    [property: OneOf("convnet", "resnet18", "vit", For = Modalities.Image), OneOf(EncoderSpec.TransformerName, For = Modalities.Sequences)]
    string Name = "convnet",
    [property: Key("Channels of the first layer; later layers scale with it.", For = Modalities.Image, Default = "the encoder's own")]
    [property: Whole(1, 1024)]
    int? Width = null,
    [property: Key(Inline = true, For = Modalities.Sequences, Elsewhere = "only transformer has it")]
    TransformerSpec? Transformer = null,
    [property: Key(For = Modalities.Image, Elsewhere = "only vit has it")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    VitSpec? Vit = null)
{
    /// <summary>The encoder of sequences.</summary>
    public const string TransformerName = "transformer";
}

/// <summary>The shape of encoder <c>vit</c>.</summary>
public sealed record VitSpec(
    [property: Key("Width of 192 or 384 numbers, unless `encoder.width` says otherwise; a head for each 64.")]
    [property: OneOf("tiny", "small")]
    string Size = "tiny",
    [property: Key("Side of a patch in pixels; it must divide `input.size`.", Default = "about a seventh of `input.size`")]
    [property: Whole(1, 512, UpTo = "input.size")]
    int? Patch = null,
    [property: Key("Blocks of attention and feed-forward."), Whole(1, 96)]
    int Depth = 12,
    [property: Key("Its own summary of an image: the mean of the patches, or the class token."), OneOf("mean", "class")]
    string Pool = "mean",
    [property: Key("Share of the samples that pass by the last block while it trains (arXiv:1603.09382); earlier blocks less.")]
    [property: Number(0, 1, BelowHigh = true)]
    double DropPath = 0)
{
    /// <summary>Side of a patch in pixels: that which is said, or the one that makes about seven along a side, as 16 of 224 gives
    /// 14.</summary>
    /// <param name="size">Of images.</param>
    public int PatchOf(int size) => Patch
        ?? Enumerable.Range(2, size - 1).Where(patch => size % patch == 0).MinBy(patch => Math.Abs((size / (double)patch) - 7));
}
