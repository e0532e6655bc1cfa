using Pipeline.Contracts;

namespace Pipeline.Hosting.Bus;

/// <summary>Which stage consumes a message.</summary>
internal static class StageOfMessage
{
    public static Stage? Of<T>() => typeof(T).Name switch
    {
        nameof(RunExperiment) or nameof(IngestDataset) or nameof(CancelRun) or nameof(ImportChunk) => Stage.Ingestion,
        nameof(DatasetCommitted) or nameof(LabelDataset) or nameof(LabelShard) => Stage.PseudoLabels,
        nameof(PseudoLabelsReady) or nameof(TrainSlice) => Stage.Pretraining,
        nameof(EncoderReady) or nameof(RunTrial) => Stage.FineTuning,
        nameof(TrialsReady) => Stage.Evaluation,
        _ => null,
    };
}
