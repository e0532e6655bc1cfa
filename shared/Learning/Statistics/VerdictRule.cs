using Pipeline.Contracts;

namespace Pipeline.Learning.Statistics;

/// <summary>A difference counts when its whole 95 % interval lies on one side of 0.</summary>
public static class VerdictRule
{
    public static Verdict Judge(Interval difference) => difference switch
    {
        { Low: > 0 } => Verdict.Helps,
        { High: < 0 } => Verdict.Hurts,
        _ => Verdict.NoEvidence,
    };
}
