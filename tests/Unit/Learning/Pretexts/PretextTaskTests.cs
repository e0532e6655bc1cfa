using Pipeline.Learning.Pretexts;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

public sealed class PretextTaskTests
{
    [Fact]
    public void Rotation_tells_apart_quarter_turns() =>
        Assert.Equal([0, 1, 2, 3], ViewPretext.Rotation.Views.Select(view => (int)view.Code));

    [Fact]
    public void Flip_shows_both_flips_as_the_half_turn()
    {
        byte[] image = [1, 2, 3, 4];
        byte[][] expected = [[1, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2], [4, 3, 2, 1]];
        var task = ViewPretext.Flip;

        Assert.Equal(["none", "horizontal", "vertical", "both"], task.LabelNames);
        Assert.Equal(expected, task.Views.Select(view =>
        {
            var shown = new byte[4];
            view.Apply(image, shown, 1, 2);
            return shown;
        }));
        Assert.Equal(ViewPretext.Rotation.Views[2], task.Views[3]);
    }

    [Fact]
    public void Rotation_and_flip_together_tell_apart_all_eight_views() =>
        Assert.Equal(Enumerable.Range(0, 8), ViewPretext.RotationFlip.Views.Select(view => (int)view.Code));

    [Fact]
    public void Every_task_has_a_label_for_each_of_its_distinct_views_and_shows_the_image_as_it_is_first() =>
        Assert.All(ViewPretext.All, task =>
        {
            Assert.Equal(task.Views.Count, task.LabelNames.Count);
            Assert.Equal(task.Views.Count, task.Views.Distinct().Count());
            Assert.Equal(View.Of(0), task.Views[0]);
        });

    [Fact]
    public void An_unknown_task_is_named_with_those_there_are()
    {
        Assert.Equal("flip", PretextList.Named("flip").Name);

        var error = Assert.Throws<PipelineException>(() => PretextList.Named("jigsaw"));
        Assert.Equal("'jigsaw' is no pretext task; it must be one of rotation, flip, rotation-flip, masked-token, contrastive.", error.Message);
    }
}
