using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Deploy;

/// <summary>deploy/rabbitmq/definitions.json gives the broker what the services would make, and each service no more than it needs.</summary>
public sealed class BrokerDefinitionsTests
{
    private static readonly JsonNode Definitions = JsonNode.Parse(File.ReadAllText(Repository.PathOf("deploy/rabbitmq/definitions.json")))!;

    private static readonly IReadOnlyList<string> WorkQueues = [.. Enum.GetValues<Stage>().SelectMany(StageQueues.Of)];

    [Fact]
    public void Its_queues_are_those_of_the_stages_with_the_arguments_that_the_services_use()
    {
        var queues = Definitions["queues"]!.AsArray().ToDictionary(queue => (string)queue!["name"]!, queue => queue!["arguments"]!.AsObject());
        foreach (var queue in WorkQueues)
        {
            AssertArguments(RabbitMqQueues.ArgumentsOf(queue, new BusOptions()), queues[queue]);
            AssertArguments(RabbitMqQueues.ErrorArguments(), queues[RabbitMqQueues.ErrorQueueOf(queue)]);
        }

        var exhausted = Enum.GetValues<Stage>().Select(ExhaustedMessages.QueueOf);
        Assert.Equal(WorkQueues.Concat(WorkQueues.Select(RabbitMqQueues.ErrorQueueOf)).Concat(exhausted).Order(), queues.Keys.Order());
    }

    [Fact]
    public void Every_message_finds_its_queue()
    {
        foreach (var feed in StageQueues.All)
        {
            Assert.True(IsBound(feed.MessageExchange, feed.Queue), $"{feed.MessageExchange} is not bound to {feed.Queue}");
        }

        Assert.All(Enum.GetValues<Stage>(), stage => Assert.All(StageQueues.Of(stage), queue =>
            Assert.True(IsBound(RabbitMqQueues.ErrorQueueOf(queue), ExhaustedMessages.QueueOf(stage)), $"{queue}_error is not bound to its stage")));
        Assert.All(WorkQueues.Concat(WorkQueues.Select(RabbitMqQueues.ErrorQueueOf)), queue => Assert.True(IsBound(queue, queue), $"{queue} is not bound to its exchange"));
    }

    [Theory]
    [InlineData(Stage.Triggers, "triggers")]
    [InlineData(Stage.Ingestion, "ingestion")]
    [InlineData(Stage.PseudoLabels, "pseudo-labels")]
    [InlineData(Stage.Pretraining, "pretraining")]
    [InlineData(Stage.FineTuning, "fine-tuning")]
    [InlineData(Stage.Evaluation, "evaluation")]
    public void A_service_reads_its_own_queues_and_no_other(Stage stage, string user)
    {
        var permission = Definitions["permissions"]!.AsArray().Single(permission => (string?)permission!["user"] == user)!;
        var own = StageQueues.Of(stage);
        Assert.All(own, queue => Assert.True(Allows(permission, "read", queue)));
        Assert.All(own, queue => Assert.True(Allows(permission, "write", RabbitMqQueues.ErrorQueueOf(queue))));
        Assert.All(WorkQueues.Except(own), queue => Assert.False(Allows(permission, "read", queue) || Allows(permission, "write", queue) || Allows(permission, "configure", queue)));
        Assert.Equal(stage == Stage.Evaluation, Allows(permission, "write", OutgoingEventsConsumer.Exchange));
        Assert.Empty(Definitions["users"]!.AsArray().Single(found => (string?)found!["name"] == user)!["tags"]!.AsArray());
    }

    [Fact]
    public void What_faces_the_network_publishes_commands_to_ingest_and_failures_and_nothing_else()
    {
        var permission = Definitions["permissions"]!.AsArray().Single(permission => (string?)permission!["user"] == "triggers")!;
        var exchanges = Definitions["exchanges"]!.AsArray().Select(exchange => (string)exchange!["name"]!).Where(name => Allows(permission, "write", name));
        Assert.Equal(
            ["drops", "drops_error", StageQueues.ExchangeOf(typeof(IngestDataset)), StageQueues.ExchangeOf(typeof(RunFailed))], exchanges.Order(StringComparer.Ordinal));
        // The default exchange takes messages to any queue; only the stage that puts drops into a queue by its name needs it.
        Assert.Equal(["operator", "triggers"], Definitions["permissions"]!.AsArray().Where(user => Allows(user!, "write", "amq.default")).Select(user => (string?)user!["user"]).Order());
    }

    private static bool Allows(JsonNode permission, string right, string name) => Regex.IsMatch(name, (string)permission[right]!);

    private static bool IsBound(string source, string destination) => Definitions["bindings"]!.AsArray().Any(binding =>
        (string?)binding!["source"] == source && (string?)binding["destination"] == destination);

    private static void AssertArguments(Dictionary<string, object?> expected, JsonObject found) =>
        Assert.Equal(expected.Select(pair => $"{pair.Key}={pair.Value}").Order(), found.Select(pair => $"{pair.Key}={pair.Value}").Order());
}
