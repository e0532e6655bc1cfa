using MassTransit;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Bus;

/// <summary>
/// Every queue that a stage works from, with the message that comes to it. The names follow from the consumers; they stand here once more because a service must know the
/// queues of stages that it does not contain: an event that is published before its queue is there is lost.
/// </summary>
public static class StageQueues
{
    public static IReadOnlyList<Feed> All { get; } =
    [
        Of<RunExperiment>(Stage.Ingestion),
        Of<IngestDataset>(Stage.Ingestion),
        Of<CancelRun>(Stage.Ingestion),
        Of<ImportChunk>(Stage.Ingestion),
        Of<LabelDataset>(Stage.PseudoLabels),
        Of<DatasetCommitted>(Stage.PseudoLabels),
        Of<LabelShard>(Stage.PseudoLabels),
        Of<PseudoLabelsReady>(Stage.Pretraining),
        Of<TrainSlice>(Stage.Pretraining),
        Of<EncoderReady>(Stage.FineTuning),
        Of<RunTrial>(Stage.FineTuning),
        Of<TrialsReady>(Stage.Evaluation),
        .. OutgoingMessages.Select(message => new Feed(Stage.Evaluation, "outgoing-events", message)),
    ];

    /// <summary>Messages of which the outside world is told.</summary>
    public static IReadOnlyList<Type> OutgoingMessages =>
        [typeof(DatasetCommitted), typeof(PseudoLabelsReady), typeof(EncoderReady), typeof(TrialsReady), typeof(VerdictReached), typeof(RunFailed), typeof(RunCancelled)];

    /// <summary>The exchange that a message is published to.</summary>
    public static string ExchangeOf(Type message) => RabbitMqQueues.ExchangePrefix + KebabCaseEndpointNameFormatter.Instance.SanitizeName(message.Name);

    private static Feed Of<T>(Stage stage) => new(stage, KebabCaseEndpointNameFormatter.Instance.SanitizeName(typeof(T).Name), typeof(T));
}

/// <param name="Stage">Whose consumers work from it.</param>
/// <param name="Queue">Also the name of the exchange that feeds this queue alone.</param>
/// <param name="Message">What comes to it.</param>
public sealed record Feed(Stage Stage, string Queue, Type Message)
{
    /// <summary>Where the message is published, bound to <see cref="Queue"/>.</summary>
    public string MessageExchange => StageQueues.ExchangeOf(Message);
}
