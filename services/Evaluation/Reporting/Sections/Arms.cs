using Pipeline.Contracts;
using Pipeline.Evaluation.Reporting.Charts;
using static Pipeline.Evaluation.Reporting.Figures;

namespace Pipeline.Evaluation.Reporting.Sections;

/// <summary>Every arm looks the same in every chart.</summary>
internal static class Arms
{
    public static Series Series(Arm arm, IReadOnlyList<(double X, double Y)> line, bool marked = true) =>
        new(Name(arm), Name(arm), line, marked ? Mark(arm) : null);

    private static Marker Mark(Arm arm) => arm switch
    {
        Arm.Pretrained => Marker.Circle,
        Arm.Scratch => Marker.Square,
        Arm.Frozen => Marker.Triangle,
        Arm.FrozenRandom => Marker.Diamond,
        Arm.Baseline => Marker.Cross,
        Arm.Lora => Marker.Pentagon,
        _ => Marker.Star,
    };
}
