using Pipeline.Cli.Progress;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Progress;

public class PlainDisplayTests
{
    [Fact]
    public async Task Lines_about_the_dataset_are_written_once()
    {
        var progress = new RunProgress(TimeProvider.System);
        using var output = new StringWriter();
        using var ended = new CancellationTokenSource();
        progress.Start();
        var display = new PlainDisplay(output).ShowAsync(progress, ended.Token);
        progress.Data = ["pictures: 120 samples", "warning class-of-one: one"];

        await ended.CancelAsync();
        await display;

        Assert.Equal(["pictures: 120 samples", "warning class-of-one: one"], output.ToString().Split(Environment.NewLine)
            .Where(line => line.StartsWith('p') || line.StartsWith('w')));
    }
}
