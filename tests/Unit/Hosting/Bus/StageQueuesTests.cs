using System.Text.RegularExpressions;
using MassTransit;
using Pipeline.Evaluation;
using Pipeline.FineTuning;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Events;
using Pipeline.Ingestion;
using Pipeline.Pretraining;
using Pipeline.PseudoLabels;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting.Bus;

public sealed class StageQueuesTests
{
    private static readonly IReadOnlyDictionary<Stage, Type> Stages = new Dictionary<Stage, Type>
    {
        [Stage.Ingestion] = typeof(IngestionStage),
        [Stage.PseudoLabels] = typeof(PseudoLabelsStage),
        [Stage.Pretraining] = typeof(PretrainingStage),
        [Stage.FineTuning] = typeof(FineTuningStage),
        [Stage.Evaluation] = typeof(EvaluationStage),
    };

    [Fact]
    public void Every_consumer_has_its_queue_in_the_list_and_nothing_else_is_there()
    {
        var consumers = Stages.SelectMany(stage => stage.Value.Assembly.GetTypes().Select(type => (Stage: stage.Key, Type: type)))
            .Append((Stage: Stage.Evaluation, Type: typeof(OutgoingEventsConsumer)))
            .SelectMany(consumer => consumer.Type.GetInterfaces()
                .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IConsumer<>))
                .Select(contract => new Feed(consumer.Stage, QueueOf(consumer.Type), contract.GetGenericArguments()[0])));

        Assert.Equal(StageQueues.All.OrderBy(Text), consumers.OrderBy(Text));
    }

    [Fact]
    public void Every_message_of_the_contracts_is_declared()
    {
        var source = File.ReadAllText(Repository.PathOf("shared/Contracts/Messages.cs"));
        var messages = Regex.Matches(source, @"^public sealed record (\w+)", RegexOptions.Multiline).Select(record => record.Groups[1].Value)
            .Except([nameof(RunReference), nameof(Trial)]);

        var declared = StageQueues.All.Select(feed => feed.Message).Concat(StageQueues.ProgressMessages).Select(message => message.Name).ToHashSet();

        Assert.All(messages, message => Assert.Contains(message, declared));
    }

    private static string QueueOf(Type consumer) => KebabCaseEndpointNameFormatter.Instance.SanitizeName(consumer.Name[..^"Consumer".Length]);

    private static string Text(Feed feed) => feed.ToString();
}
