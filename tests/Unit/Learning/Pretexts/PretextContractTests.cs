using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Tests.Unit.Artifacts;
using TorchSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

/// <summary>What every pretext keeps to, whatever it predicts and whichever encoder it teaches.</summary>
[Collection(TorchTests.Name)]
public sealed class PretextContractTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases { get; } =
    [
        .. from pretext in PretextList.All
           from encoder in pretext.Suits(Modalities.Image) ? (string[])["convnet", "vit"] : ["transformer"]
           select (pretext.Name, encoder),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_run_resumed_after_every_step_ends_in_the_same_weights(string pretext, string encoder)
    {
        using var data = await PretextData.CreateAsync(pretext, encoder);

        await EndsAlikeWhenResumedAsync(data);
        await EndsAlikeWhenResumedAsync(data.With(spec => spec with
        {
            Epochs = 3,
            Decay = DecayedParameters.Matrices,
            Accumulate = 2,
            Clip = 0.5,
            Averaging = 0.9,
        }));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Held_out_samples_are_measured_against_chance_and_nothing_changes(string pretext, string encoder)
    {
        using var data = await PretextData.CreateAsync(pretext, encoder);
        using var batches = await data.OpenAsync(Split.Validation);
        using var trainer = data.Trainer(10);
        var before = Text(trainer.Save()).ToList();

        var first = trainer.Measure([batches.Plain(0, 8)]);
        var second = trainer.Measure([batches.Plain(0, 8)]);

        Assert.Equal(before, Text(trainer.Save()));
        Assert.Equal(first.Accuracy[pretext], second.Accuracy[pretext]);
        Assert.InRange(first.Accuracy[pretext], 0, 1);
        Assert.InRange(first.EffectiveRank, 1, 512);
        Assert.InRange(PretextList.Named(pretext).Choices(data.Source.Experiment), 2, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_loss_that_is_not_finite_stops_the_run(string pretext, string encoder)
    {
        using var data = await PretextData.CreateAsync(pretext, encoder);
        using var batches = await data.OpenAsync(Split.Train);
        using var trainer = data.Trainer(batches.Steps, learningRate: 1e30);

        var error = Assert.Throws<PipelineException>(() =>
        {
            for (var step = 0; step < batches.Steps; step++)
                trainer.Train(batches.OfStep(step));
        });

        Assert.Contains("diverged", error.Message, StringComparison.Ordinal);
        Assert.Contains("1e+30", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Its_question_can_be_shown(string pretext, string encoder)
    {
        using var data = await PretextData.CreateAsync(pretext, encoder);

        var exhibit = await PretextList.Named(pretext).ShowAsync(data.Source, data.Device, Token);

        Assert.Equal(pretext, exhibit.Task);
        Assert.NotEmpty(exhibit.Question);
        Assert.NotEmpty(exhibit.Rows);
        Assert.All(exhibit.Rows, row => Assert.NotEmpty(row.Items));
    }

    private static async Task EndsAlikeWhenResumedAsync(PretextData data)
    {
        using var batches = await data.OpenAsync(Split.Train);
        using var undisturbed = data.Trainer(batches.Steps);
        var steps = (int)Math.Min(6, batches.Steps);
        var losses = Enumerable.Range(0, steps).Select(step => undisturbed.Train(batches.OfStep(step))).ToList();

        using var folder = new TemporaryFolder();
        var resumed = new List<double>();
        List<SafetensorsTensor>? saved = null;
        for (var step = 0; step < steps; step++)
        {
            using var trainer = data.Trainer(batches.Steps);
            if (saved is not null)
            {
                await using (var stream = File.Create(folder[$"{step}"]))
                    await SafetensorsWriter.WriteAsync(stream, saved, cancellation: Token);

                using var checkpoint = SafetensorsFile.Open(folder[$"{step}"]);
                trainer.Load(checkpoint);
            }

            // Whatever else draws from torch's generator must not matter.
            torch.manual_seed(step);
            Assert.Equal(step, trainer.Step);
            resumed.Add(trainer.Train(batches.OfStep(step)));
            saved = trainer.Save();
        }

        Assert.Equal(losses, resumed);
        Assert.Equal(Text(undisturbed.Save()), Text(saved!));
    }

    private static IEnumerable<string> Text(IEnumerable<SafetensorsTensor> tensors) =>
        tensors.Select(tensor => $"{tensor.Name} [{string.Join(' ', tensor.Shape)}] {Convert.ToHexString(tensor.Data.Span)}");
}
