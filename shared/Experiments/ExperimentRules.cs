namespace Pipeline.Experiments;

/// <summary>What keys must be because of other keys, and the defaults that follow from other keys.</summary>
/// <param name="file">What was said.</param>
internal sealed class ExperimentRules(Written file)
{
    /// <summary>The default k of DNA is 1 up to here: longer windows would have more tokens than attention should see.</summary>
    private const int LongestOfSingles = 500;

    private const int LongestK = 6;

    /// <summary>Pixels for a position of the map of convnet and resnet18, which halve images three times.</summary>
    private const int Stride = 8;

    /// <param name="experiment">Each value valid alone.</param>
    public Experiment Apply(Experiment experiment)
    {
        CheckShares(experiment);
        CheckNames(experiment);
        var size = experiment.Input.Size;
        var (pretraining, fineTuning) = (experiment.Pretraining, experiment.FineTuning);
        fineTuning = fineTuning with { Arms = [.. fineTuning.Arms.Order()] };
        if (!Modalities.IsSequence(experiment.Modality))
            CheckImages(experiment);

        pretraining = Seeds(pretraining);
        return Modalities.IsSequence(experiment.Modality)
            ? experiment with
            {
                Tokenizer = Tokenizer(experiment.Tokenizer!, experiment),
                Encoder = experiment.Encoder with { Transformer = Shape(experiment.Encoder.Transformer!) },
                Pretraining = pretraining,
                FineTuning = fineTuning,
            }
            : experiment with
            {
                Pretraining = pretraining with { Augmentation = Augmentation(pretraining.Augmentation, size, "pretraining") },
                FineTuning = fineTuning with { Augmentation = Augmentation(fineTuning.Augmentation, size, "fineTuning") },
            };
    }

    private void CheckShares(Experiment experiment)
    {
        if (experiment.Split.Validation + experiment.Split.Test >= 1)
        {
            throw Invalid(
                "shares for validation and test that leave some for training: together below 1", "split.validation", "split.test");
        }

        if (experiment.Masking is { } masking && masking.Mask + masking.Random > 1)
            throw Invalid("shares for mask and random that are together at most 1", "masking.random", "masking.mask");
    }

    private void CheckNames(Experiment experiment)
    {
        var splits = experiment.Splits ?? new SplitNamesSpec();
        var names = new[] { splits.Train, splits.Validation, splits.Test }.SelectMany(names => names ?? []);
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Invalid($"names that stand for one split only, unlike '{twice.Key}'", "splits.test", "splits.validation");
        if (experiment.Pretext.Count > 1 && experiment.Pretext.Contains(Experiment.AutoPretext))
            throw Invalid($"{Experiment.AutoPretext} alone, or a list without it", "pretext");

        if (experiment.Pretext.Count > 1 && experiment.Pretext.Contains("contrastive"))
            throw Invalid("contrastive alone, or a list without it", "pretext");
        if (experiment.Encoder is { Vit: not null, Name: not "vit" })
            throw Invalid($"left out: encoder.name is {experiment.Encoder.Name}", "encoder.vit");

        var task = LabelTasks.Named(experiment.FineTuning.Task);
        if (!task.Suits(experiment.Modality))
        {
            var others = LabelTasks.All.Where(other => other.Suits(experiment.Modality)).Select(other => other.Name);
            throw Invalid($"{string.Join(", ", others)}: {task.Elsewhere}", "fineTuning.task");
        }

        if (!task.Metrics.Contains(experiment.Evaluation.Metric))
            throw Invalid(string.Join(", ", task.Metrics), "evaluation.metric");
    }

    private void CheckImages(Experiment experiment)
    {
        var (encoder, pretraining, fineTuning, size) =
            (experiment.Encoder, experiment.Pretraining, experiment.FineTuning, experiment.Input.Size);
        var contrastive = experiment.Pretext.Contains("contrastive");
        if (contrastive && pretraining.Batch < 2)
            throw Invalid("at least 2, as contrastive compares the samples of a batch", "pretraining.batch");
        if (!contrastive && pretraining.Contrastive is not null)
            throw Invalid($"left out: pretext is {string.Join(", ", experiment.Pretext)}", "pretraining.contrastive");

        var (isVit, views) = (encoder.Name == "vit", pretraining.ViewSize ?? size);
        var patch = isVit ? (encoder.Vit ?? new VitSpec()).PatchOf(size) : Stride;
        if (isVit && size % patch != 0)
            throw Invalid($"a divisor of input.size, which is {size}", "encoder.vit.patch");
        if (isVit && views % patch != 0)
            throw Invalid($"a multiple of the patches' side, which is {patch}", "pretraining.viewSize");
        if (isVit && encoder.Width is >= 128 and var width && width % (width / 64) != 0)
            throw Invalid("a multiple of its heads, which are one for each 64, or below 128", "encoder.width");

        if (!isVit && fineTuning.BatchNorm == "updated" && Math.Min(fineTuning.Batch, fineTuning.Labels[0]) < 2)
        {
            throw Invalid(
                "at least 2, as batch norm takes its statistics from a batch; or fineTuning.batchNorm must be kept",
                fineTuning.Batch < 2 ? "fineTuning.batch" : "fineTuning.labels");
        }

        CheckReadouts("fineTuning.readout", fineTuning.Readout, size);
        CheckReadouts("pretraining.readout", [pretraining.Readout ?? "mean"], views);

        void CheckReadouts(string path, IReadOnlyList<string> readouts, int shown)
        {
            var levels = encoder switch { { Name: "convnet" } => 3, { Vit: { } shape } => Math.Min(4, shape.Depth), _ => 4 };
            var side = (shown + patch - 1) / patch;
            bool Has(string readout) => readout.Split('-') switch
            {
                ["grid", var parts] => int.Parse(parts) <= side,
                ["last", var number] => int.Parse(number) <= levels,
                ["class"] => isVit,
                _ => true,
            };
            var known = ExperimentKeys.All.Single(key => key.Path == path).Key.ValueFor(experiment.Modality).Names.Where(Has).ToList();
            if (readouts.Except(known).Any())
                throw Invalid($"{string.Join(", ", known)}, which {encoder.Name} has at {shown} pixels", path);
        }
    }

    // A list of one is the experiment of that one seed.
    private PretrainingSpec Seeds(PretrainingSpec spec)
    {
        if (Has("pretraining.seeds") && Has("pretraining.seed"))
            throw Invalid("left out where pretraining.seeds is given", "pretraining.seed");

        return spec.Seeds is { Count: > 1 } seeds ? spec with { Seed = seeds[0] } : spec.Of(null);
    }

    private AugmentationSpec Augmentation(AugmentationSpec spec, int size, string section)
    {
        var cutout = $"{section}.augmentation.cutout";
        if (spec.Shift > size / 2.0)
            throw Invalid(new NumberAttribute(0, size / 2.0).MustBe, $"{section}.augmentation.shift");
        if (Has(cutout) && spec.Cutout > size)
            throw Invalid(new WholeAttribute(0, (ulong)size).MustBe, cutout);

        // The default must not blank small images whole.
        return Has(cutout) ? spec : spec with { Cutout = Math.Min(spec.Cutout, size / 2) };
    }

    private TokenizerSpec Tokenizer(TokenizerSpec spec, Experiment experiment)
    {
        if (spec.Kind == TokenizerKinds.Kmer)
            return Kmers(spec, experiment.Modality, experiment.Input.Window);
        if (spec.Given is not null && Has("tokenizer.vocabulary"))
            throw Invalid("left out: the given one has the tokens it has", "tokenizer.vocabulary");

        return spec.Given is null ? spec : spec with { Vocabulary = 0 };
    }

    private TokenizerSpec Kmers(TokenizerSpec spec, string modality, int window)
    {
        const int Most = TokenizerSpec.MaxLength;
        var k = Has("tokenizer.k") ? spec.K : modality == Modalities.Dna && window > LongestOfSingles ? LongestK : 1;
        var needed = ((window + k - 1) / k) + 2;
        var length = Has("tokenizer.length") ? spec.Length : needed;
        if (needed > length)
            throw Invalid($"at least {needed}: input.window {window} in pieces of {k}, start and end", "tokenizer.length");

        var longest = (Most - 2) * k;
        return length <= Most
            ? spec with { K = k, Length = length }
            : throw Invalid(
                $"at most {longest}, which in pieces of {k}, with start and end, is {Most} tokens; or a larger tokenizer.k",
                "input.window");
    }

    private TransformerSpec Shape(TransformerSpec spec)
    {
        var named = TransformerSpec.Size(file.Find("encoder.size")?.Text ?? "");
        var width = Has("encoder.width") ? spec.Width : named.Width;
        var heads = Has("encoder.heads") ? spec.Heads : named.Heads;
        if (width % heads != 0)
        {
            throw Has("encoder.heads")
                ? Invalid($"a divisor of the width, {width}", "encoder.heads")
                : Invalid($"a multiple of the heads, {heads}", "encoder.width");
        }

        if (spec.Position == "rotary" && width / heads % 2 != 0)
            throw Invalid($"learned, or rotary with an even width over heads, which is {width / heads}", "encoder.position");

        var bert = spec.Layout == "bert";
        if (bert && spec.Norm != "post" && Has("encoder.norm"))
            throw Invalid("post where the layout is bert", "encoder.norm");
        if (bert && spec.Position != "learned")
            throw Invalid("learned where the layout is bert", "encoder.position");

        return spec with
        {
            Width = width,
            Layers = Has("encoder.layers") ? spec.Layers : named.Layers,
            Heads = heads,
            FeedForward = Has("encoder.feedForward") ? spec.FeedForward : 4 * width,
            Norm = bert ? "post" : spec.Norm,
        };
    }

    private bool Has(string path) => file.Find(path) is not null;

    /// <summary>About the first of the paths that was said.</summary>
    private PipelineException Invalid(string mustBe, params ReadOnlySpan<string> paths) =>
        Has(paths[0]) || paths.Length == 1 ? file.Find(paths[0])!.Invalid(paths[0], mustBe) : Invalid(mustBe, paths[1..]);
}
