using Pipeline.Ingestion.Committing;
using SkiaSharp;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class RejectedShareTests
{
    [Fact]
    public async Task More_rejected_files_than_there_may_be_are_told_with_their_reasons()
    {
        using var lake = new TestLake();
        lake.DropPictures("a", 75, 0);
        for (var i = 0; i < 20; i++)
        {
            lake.Drop($"a/broken-{i}.png", Pictures.Png(5000 + i)[..100]);
        }

        for (var i = 0; i < 5; i++)
        {
            lake.Drop($"a/blank-{i}.png", Pictures.Painted(9, 9 + i, (_, _) => SKColors.Olive).Encoded());
        }

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => RejectedShare.VerifyAsync(lake.Store, dataset, 0.2));

        Assert.Contains("Of the 100 files of the dataset 'pictures' 25 were rejected (25.0 %): 20 corrupt, 5 blank; the share must be at most 20.0 % (Ingestion:MaxRejectedShare)", error.Message);
        Assert.Contains("The first is 'a/blank-0.png': the image is of one colour", error.Message);
        Assert.Contains(dataset.Rejections!.Key, error.Message);
        await RejectedShare.VerifyAsync(lake.Store, dataset, 0.25);
    }

    [Fact]
    public async Task Remarks_about_labels_are_no_rejected_files_and_copies_are_files()
    {
        using var lake = new TestLake();
        lake.DropPictures("a", 50, 0);
        lake.DropPictures("b", 50, 0);
        lake.Drop("c/broken.png", Pictures.Png(5000)[..100]);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((50, 50), (dataset.Summary.Duplicates, dataset.Summary.Rejected["conflicting-labels"]));
        await RejectedShare.VerifyAsync(lake.Store, dataset, 1.0 / 101);
        await Assert.ThrowsAsync<PipelineException>(() => RejectedShare.VerifyAsync(lake.Store, dataset, 0.0098));
    }
}
