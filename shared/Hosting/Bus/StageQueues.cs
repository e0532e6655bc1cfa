using MassTransit;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Hosting.Bus;

/// <summary>Every queue that a stage works from, with the message that comes to it. The names follow from the consumers; they stand here
/// once more because a service must know the queues of stages that it does not contain: an event that is published before its queue is
/// there is lost.</summary>
public static class StageQueues
{
    /// <summary>The queue of drop events, which <see cref="Stage.Triggers"/> reads without MassTransit: no feed leads to it.</summary>
    public const string Drops = "drops";

    /// <summary>The queues that a stage works from.</summary>
    public static IReadOnlyList<string> Of(Stage stage) =>
        stage == Stage.Triggers ? [Drops] : [.. All.Where(feed => feed.Stage == stage).Select(feed => feed.Queue).Distinct()];

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
        Of<EmbedShard>(Stage.FineTuning),
        Of<RunTrial>(Stage.FineTuning),
        Of<TrialsReady>(Stage.Evaluation),
        .. OutgoingMessages.Select(message => new Feed(Stage.Evaluation, OutgoingQueue, message)),
    ];

    private const string OutgoingQueue = "outgoing-events";

    private static readonly Dictionary<Type, Stage> StageOfMessage = All.Where(feed => feed.Queue != OutgoingQueue)
        .ToDictionary(feed => feed.Message, feed => feed.Stage);

    /// <summary>Messages of which the outside world is told.</summary>
    public static IReadOnlyList<Type> OutgoingMessages =>
        [typeof(DatasetCommitted), typeof(PseudoLabelsReady), typeof(EncoderReady), typeof(TrialsReady), typeof(VerdictReached),
            typeof(RunFailed), typeof(RunCancelled)];

    /// <summary>The queue that a message came from.</summary>
    public static string QueueOf(ReceiveContext context) => context.InputAddress.AbsolutePath.Split('/')[^1];

    /// <summary>The exchange that a message is published to: <c>pipeline.dataset-committed</c>.</summary>
    public static string ExchangeOf(Type message) => $"pipeline.{NameOf(message)}";

    /// <summary>Messages about how far the work is, heard by whoever shows it. No stage works from them.</summary>
    public static IReadOnlyList<Type> ProgressMessages => [typeof(StageProgressed), typeof(PretrainingProgressed)];

    /// <summary>The stage that works from a message; null for one that is only told.</summary>
    public static Stage? StageOf(Type message) => StageOfMessage.TryGetValue(message, out var stage) ? stage : null;

    private static Feed Of<T>(Stage stage) => new(stage, NameOf(typeof(T)), typeof(T));

    private static string NameOf(Type message) => KebabCaseEndpointNameFormatter.Instance.SanitizeName(message.Name);
}

/// <param name="Stage">Whose consumers work from it.</param>
/// <param name="Queue">Also the name of the exchange that feeds this queue alone.</param>
public sealed record Feed(Stage Stage, string Queue, Type Message)
{
    /// <summary>Where the message is published, bound to <see cref="Queue"/>.</summary>
    public string MessageExchange => StageQueues.ExchangeOf(Message);
}

/// <summary>Exchanges, queues and bindings of all stages, as MassTransit would make them, made before the first message is sent.</summary>
public sealed class BrokerTopology(BrokerConnection broker, IOptions<BusOptions> options)
{
    /// <summary>Waits for the broker, then declares what is not there. What is there already stays as it is.</summary>
    public Task DeployAsync(CancellationToken cancellation) => broker.UseAsync(
        "pipeline topology", connection => options.Value.DeployTopology ? DeclareAsync(connection, cancellation) : Task.CompletedTask,
        cancellation);

    /// <summary>A queue with its error queue, and an exchange of its name in front of each.</summary>
    public static async Task DeclareAsync(IChannel channel, string queue, BusOptions options, CancellationToken cancellation)
    {
        await DeclareAsync(RabbitMqQueues.ErrorQueueOf(queue), RabbitMqQueues.ErrorArguments());
        await DeclareAsync(queue, RabbitMqQueues.ArgumentsOf(queue, options));

        async Task DeclareAsync(string name, Dictionary<string, object?> arguments)
        {
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false,
                cancellationToken: cancellation);
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments,
                cancellationToken: cancellation);
            await channel.QueueBindAsync(name, name, "", cancellationToken: cancellation);
        }
    }

    private async Task DeclareAsync(IConnection connection, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        foreach (var queue in Enum.GetValues<Stage>().SelectMany(StageQueues.Of))
            await DeclareAsync(channel, queue, options.Value, cancellation);
        foreach (var queue in StageQueues.All)
        {
            await channel.ExchangeDeclareAsync(queue.MessageExchange, ExchangeType.Fanout, durable: true, autoDelete: false,
                cancellationToken: cancellation);
            await channel.ExchangeBindAsync(queue.Queue, queue.MessageExchange, "", cancellationToken: cancellation);
        }
    }
}
