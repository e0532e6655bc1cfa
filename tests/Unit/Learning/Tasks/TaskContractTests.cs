using Pipeline.Artifacts;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Learning.Training;
using Pipeline.Tests.Unit.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tasks;

/// <summary>What every task keeps to, whatever its labels ask for.</summary>
[Collection(TorchTests.Name)]
public sealed class TaskContractTests
{
    private static readonly int[] Chosen = [5, 0, 9, 2];

    public static TheoryData<string, string> Cases { get; } =
    [
        .. from task in TaskList.All
           from modality in Modalities.All
           where task.Declared.Suits(modality)
           select (task.Declared.Name, modality),
    ];

    [Fact]
    public void Every_task_that_an_experiment_can_name_is_in_both_lists()
    {
        string[] names = [.. TaskList.All.Select(task => task.Declared.Name)];

        Assert.Equal(names, LabelTasks.All.Select(task => task.Name));
        Assert.Equal(names, NamesOf<FineTuningSpec>(nameof(FineTuningSpec.Task)));
        Assert.Equal(
            NamesOf<EvaluationSpec>(nameof(EvaluationSpec.Metric)), LabelTasks.All.SelectMany(task => task.Metrics).Distinct());
        Assert.Contains(string.Join(", ", names), Assert.Throws<PipelineException>(() => TaskList.Named("cooking")).Message);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Labels_are_among_the_answers_and_judged_by_the_metrics_that_it_declares(string task, string modality)
    {
        using var data = await TaskData.CreateAsync(task, modality);
        var (samples, declared) = (data.Samples, LabelTasks.Named(task));

        Assert.Equal(data.Numbers, samples.Numbers);
        Assert.Equal((samples.Count, samples.Count), (samples.Truth.Samples, samples.Strata.Count));
        Assert.Equal(declared.Answers(data.Manifest), samples.Truth.Names);
        Assert.All(samples.Truth.Labels, label => Assert.InRange(label, 0, samples.Truth.Names.Count - 1));
        Assert.Equal(declared.Metrics, Metrics.For(samples.Truth));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_output_with_the_least_loss_gives_the_right_answers(string task, string modality)
    {
        using var data = await TaskData.CreateAsync(task, modality);
        using var scope = NewDisposeScope();
        var (asked, targets) = (TaskList.Named(task), data.Samples.Targets(Chosen, CPU));
        var random = data.Output(Chosen);

        var perfect = Minimised(asked, random, targets);

        Assert.Equal(Chosen.Length, random.shape[0]);
        Assert.Equal(data.Samples.Truth.Names.Count, random.shape[^1]);
        Assert.Equal(Chosen.SelectMany(data.Samples.Labels), asked.Answers(perfect, data.Samples, Chosen));
        Assert.InRange(Loss(asked, perfect, targets), 0, Loss(asked, random, targets) / 10);
        Assert.InRange(Loss(asked, perfect.roll(1, -1), targets), Loss(asked, random, targets), double.PositiveInfinity);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_is_not_asked_changes_neither_loss_nor_answers(string task, string modality)
    {
        using var data = await TaskData.CreateAsync(task, modality);
        using var scope = NewDisposeScope();
        var (asked, targets, output) = (TaskList.Named(task), data.Samples.Targets(Chosen, CPU), data.Output(Chosen));
        var other = output.flatten(0, -2) + 100 * arange(output.shape[^1]);
        var answering = tensor(data.Samples.Answering(Chosen));
        other.index_copy_(0, answering, output.flatten(0, -2).index_select(0, answering));
        other = other.reshape(output.shape);

        Assert.Equal(asked.PerSample, other.Equals(output));
        Assert.Equal(Loss(asked, output, targets), Loss(asked, other, targets));
        Assert.Equal(asked.Answers(output, data.Samples, Chosen), asked.Answers(other, data.Samples, Chosen));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_step_has_one_loss_however_its_samples_are_grouped(string task, string modality)
    {
        using var data = await TaskData.CreateAsync(task, modality);
        using var scope = NewDisposeScope();
        var asked = TaskList.Named(task);
        int[][] groups = [Chosen[..1], Chosen[1..]];

        var whole = Loss(asked, data.Output(Chosen), data.Samples.Targets(Chosen, CPU));
        var grouped = asked.Loss([.. groups.Select(data.Output)], [.. groups.Select(group => data.Samples.Targets(group, CPU))]);

        Assert.Equal(whole, grouped.item<float>(), tolerance: 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_same_samples_are_asked_the_same_whatever_torchs_own_randomness_is(string task, string modality)
    {
        using var first = await TaskData.CreateAsync(task, modality);
        manual_seed(4711);
        using var second = await TaskData.CreateAsync(task, modality);
        using var scope = NewDisposeScope();
        var asked = TaskList.Named(task);

        var outputs = (first.Output(Chosen), second.Output(Chosen));
        var targets = (first.Samples.Targets(Chosen, CPU), second.Samples.Targets(Chosen, CPU));

        Assert.True(outputs.Item1.Equals(outputs.Item2));
        Assert.True(targets.Item1.Equals(targets.Item2));
        Assert.Equal(Loss(asked, outputs.Item1, targets.Item1), Loss(asked, outputs.Item2, targets.Item2));
        Assert.Equal(Inference.Predict(asked, first.Classifier, first.Samples, CPU),
            Inference.Predict(asked, second.Classifier, second.Samples, CPU));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Answers_come_in_the_order_of_the_samples(string task, string modality)
    {
        using var data = await TaskData.CreateAsync(task, modality);
        using var scope = NewDisposeScope();

        var answers = Inference.Predict(TaskList.Named(task), data.Classifier, data.Samples, CPU);

        Assert.Equal(
            Enumerable.Range(0, data.Samples.Count).SelectMany(
                position => TaskList.Named(task).Answers(data.Output([position]), data.Samples, [position])),
            answers);
    }

    private static double Loss(ITask task, Tensor output, Tensor targets) => task.Loss([output], [targets]).item<float>();

    private static Tensor Minimised(ITask task, Tensor start, Tensor targets)
    {
        using var output = nn.Parameter(start.clone());
        using var optimizer = optim.Adam([output], lr: 0.5);
        for (var step = 0; step < 100; step++)
        {
            optimizer.zero_grad();
            task.Loss([output], [targets]).backward();
            optimizer.step();
        }

        return output.detach().clone();
    }

    private static IReadOnlyList<string> NamesOf<T>(string property) =>
        typeof(T).GetProperty(property)!.GetCustomAttributes(false).OfType<OneOfAttribute>().Single().Names;

    /// <summary>The labelled training samples of a toy dataset, and a network of random weights with the head that they want.</summary>
    private sealed class TaskData(LabelledSplits splits, DatasetManifest manifest, Classifier classifier, IDisposable data) : IDisposable
    {
        public DatasetManifest Manifest => manifest;

        public LabelledSamples Samples { get; } = splits.Open(Split.Train);

        public Classifier Classifier => classifier;

        /// <summary>Of the labelled samples, in their split.</summary>
        public IEnumerable<int> Numbers
        {
            get
            {
                int[] all = Modalities.IsSequence(manifest.Modality)
                    ? [.. Enumerable.Range(0, 40), .. Enumerable.Range(70, 20)]
                    : [.. Enumerable.Range(0, 20), .. Enumerable.Range(40, 20)];
                return all.Index().Where(sample => sample.Item % 6 != 5).Select(sample => sample.Index);
            }
        }

        public static async Task<TaskData> CreateAsync(string task, string modality)
        {
            if (Modalities.IsSequence(modality))
            {
                var sequences = await ToySequences.CreateAsync(modality);
                return await OfAsync(sequences.Store, ToySequences.Experiment, sequences.Manifest, task, sequences.Tokenizer, sequences);
            }

            var images = await ToyDataset.CreateAsync();
            return await OfAsync(images.Store, ToyDataset.Experiment, images.Manifest, task, null, images);
        }

        public Tensor Output(int[] positions)
        {
            using var noGradient = no_grad();
            classifier.eval();
            return classifier.forward(Samples.Inputs(positions, CPU));
        }

        public void Dispose()
        {
            splits.Dispose();
            classifier.Dispose();
            data.Dispose();
        }

        private static async Task<TaskData> OfAsync(
            IArtifactStore store, Experiment experiment, DatasetManifest manifest, string task,
            TokenizerReference? tokenizer, IDisposable data)
        {
            var asking = experiment with { FineTuning = experiment.FineTuning with { Task = task } };
            var splits = await LabelledSplits.OfAsync(store, manifest, task, tokenizer, TestContext.Current.CancellationToken);
            var classifier = new Classifier(
                experiment.Encoder, experiment.Input, LabelTasks.Named(task).Answers(manifest).Count, seed: 1, tokenizer,
                TrialArms.Of(Arm.Pretrained).Readouts(asking)[0]);
            return new TaskData(splits, manifest, classifier, data);
        }
    }
}
