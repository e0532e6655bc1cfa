using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Pretexts;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

/// <summary>A made-up run with pictures and provenance.</summary>
internal static class SamplePage
{
    private const int Size = 28;

    public static ReportPageContent Content(SampleRun sample)
    {
        var run = sample.Evaluated();
        return new()
        {
            Run = run,
            Assessment = ReportBuilder.Build(run),
            Exhibits =
            [
                new("rotation", "Which way?", [Row("a/0001.png", 1), Row("a/0002.png", 2)], [Row("a/0003.png", 3)]),
                new("flip", "Which way?", [Row("a/0004.png", 4)], []),
            ],
            Neighbours = new(20_000, "mean", [Near("T-shirt", "Dress", 1), Near("Bag", "Coat", 2)]),
            Provenance =
            [
                ("dataset", new ArtifactReference("datasets/9f86d081884c7d659a2feaa0c55ad015/manifest.json", "sha256:"
                    + new string('b', 64), 48_213)),
                ("encoder", run.Encoder.File),
            ],
        };
    }

    private static ExhibitRow Row(string caption, int kind) =>
        new(caption, [.. Enumerable.Range(0, 4).Select(turns =>
            new ExhibitItem(new ExhibitImage(Picture(kind, turns), 1, Size), null, $"{90 * turns}°"))]);

    private static NeighbourRow Near(string own, string other, int kind)
    {
        ExhibitItem Item(string name, int turns) => new(new ExhibitImage(Picture(kind, turns), 1, Size), null, name);
        return new(
            Item(own, 0), [Item(own, 1), Item(other, 2), Item(own, 3)], [Item(other, 1), Item(own, 2), Item(NeighbourExhibit.NoLabel, 3)]);
    }

    /// <summary>A wedge with a hole, turned.</summary>
    private static byte[] Picture(int kind, int turns)
    {
        var pixels = new byte[Size * Size];
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var inside = x > 3 + (y / kind) && x < 24 && y > 2 && y < 26 && (x - 16) * (x - 16) + ((y - 12) * (y - 12)) > 9 * kind;
                var (row, column) = turns switch
                {
                    0 => (y, x),
                    1 => (Size - 1 - x, y),
                    2 => (Size - 1 - y, Size - 1 - x),
                    _ =>
                    (x, Size - 1 - y)
                };
                pixels[(row * Size) + column] = inside ? (byte)(120 + (4 * y)) : (byte)0;
            }
        }

        return pixels;
    }
}
