using Pipeline.Learning.Tasks;
using Pipeline.Statistics;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>A network taught by what propagation says of the whole training split, and by the labels themselves (Chen et al. 2020,
/// arXiv:2006.10029). The teacher is <c>propagation</c>; from random weights, as without an encoder, it is <c>baseline-propagation</c>,
/// and of a modality without dense <see cref="Descriptions"/> <c>propagation-random</c>. Validation chooses the teacher's description and
/// share in each trial.</summary>
internal sealed class StudentArm(Arm arm, bool pretrained) : TunedArm(arm, pretrained)
{
    private const double Temperature = 0.7;

    public override bool Suits(ITask task, string modality) => task.PerSample;

    // The teacher of random weights has vectors of its own, which other arms ask for.
    public override SpaceOf? Table(FineTuningSpec spec, string? readout) => Pretrained ? SpaceOf.Pretrained : null;

    public override async Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var teacher = await TeacherAsync(session, trial, cancellation);
        var model = await TrainAsync(
            session,
            trial,
            (tuner, classifier, draw, optimizer) =>
            {
                var soft = new SoftLabels(session.All, session.Pool, teacher.Classes, Temperature);
                return tuner.Tune(classifier, session.Training, draw, soft, optimizer, cancellation);
            },
            cancellation);
        return model with { Reach = teacher.Reach };
    }

    protected override object Own(Experiment experiment) => new
    {
        experiment.FineTuning.PropagationShares,
        experiment.Evaluation.Metric,
        graph = GraphDraw.Of(experiment.FineTuning),
        Temperature,
        Tuner.SoftSteps,
        Tuner.SoftBatches,
        Tuner.LabelWeight,
    };

    private async Task<Propagation> TeacherAsync(TuningSession session, Trial trial, CancellationToken cancellation)
    {
        var experiment = session.Experiment;
        var dense = Pretrained ? [] : Descriptions.For(experiment.Modality, experiment.Input).Where(Descriptions.IsDense).ToList();
        var of = Pretrained ? SpaceOf.Pretrained : dense.Count > 0 ? SpaceOf.Described : SpaceOf.Random;
        Propagation? best = null;
        var highest = double.NegativeInfinity;
        foreach (var readout in dense.Count > 0 ? dense : [trial.Readout!])
        {
            foreach (var share in experiment.FineTuning.PropagationShares)
            {
                var made = await Propagation.OfAsync(session, of, readout, trial, share, cancellation);
                var score = Metrics.Judge(experiment.Evaluation.Metric, session.HeldOut.Truth, [made.HeldOut]).Mean;
                if (score > highest)
                    (best, highest) = (made, score);
            }
        }

        return best!;
    }
}
