using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Events;
using Pipeline.Triggers.Webhook;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting.Bus;

/// <summary>What docs/asyncapi.yaml says is what the services do.</summary>
public sealed class AsyncApiTests
{
    private static readonly JsonObject Document = AsyncApi.Read();

    /// <summary>Every message, by its contract.</summary>
    public static TheoryData<Type> Messages =>
    [
        .. typeof(RunExperiment).Assembly.GetTypes()
        .Where(type => StageQueues.All.Any(feed => feed.MessageExchange == StageQueues.ExchangeOf(type))),
        typeof(StageProgressed),
        typeof(PretrainingProgressed),
    ];

    [Fact]
    public void Its_queues_are_those_of_the_stages()
    {
        var queues = Channels("queue").Select(channel => channel.Key);
        Assert.Equal(Enum.GetValues<Stage>().SelectMany(StageQueues.Of).Order(), queues.Order());
        foreach (var stage in Enum.GetValues<Stage>())
        {
            var name = JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
            Assert.All(StageQueues.Of(stage), queue => Assert.Contains(Operations("receive", queue), operation => IsOf(operation, name)));
        }

        foreach (var feed in StageQueues.All)
        {
            Assert.Contains(Messages.Select(data => data.Data), type => StageQueues.ExchangeOf(type) == feed.MessageExchange
                && Document["channels"]![feed.Queue]!["messages"]![type.Name] is not null);
        }
    }

    [Fact]
    public void Its_exchanges_are_those_that_messages_are_published_to()
    {
        var exchanges = Channels("routingKey").Select(channel => channel.Key);
        Assert.Equal(Messages.Select(data => StageQueues.ExchangeOf(data.Data)).Append(OutgoingEventsConsumer.Exchange).Order(),
            exchanges.Order());
        Assert.All(exchanges, exchange => Assert.Single(Operations("send", exchange)));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_has_the_members_of_its_contract(Type message)
    {
        AssertMembers(message, Message(message)["payload"]!.AsObject());
    }

    [Theory]
    [InlineData(typeof(ArtifactReference))]
    [InlineData(typeof(RunReference))]
    [InlineData(typeof(Trial))]
    [InlineData(typeof(PretrainingPoint))]
    [InlineData(typeof(HeldOutMeasure))]
    public void A_schema_has_the_members_of_its_contract(Type contract)
    {
        AssertMembers(contract, Document["components"]!["schemas"]![contract.Name]!.AsObject());
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void An_example_is_read_as_its_contract_and_written_the_same(Type message)
    {
        var example = Message(message)["examples"]![0]!["payload"]!;
        var read = example.Deserialize(message, PipelineJson.Compact);
        var written = JsonSerializer.SerializeToNode(read, message, PipelineJson.Compact)!.AsObject();
        foreach (var (name, value) in example.AsObject())
        {
            Assert.Equal(value?.ToJsonString(PipelineJson.Compact), written[name]?.ToJsonString(PipelineJson.Compact));
        }
    }

    [Fact]
    public void Its_enumerations_are_those_of_the_contracts()
    {
        var stages = Document["components"]!["schemas"]!["Stage"]!["enum"]!.AsArray().Select(name => (string?)name);
        Assert.Equal(Enum.GetValues<Stage>()
            .Select(stage => JsonSerializer.SerializeToNode(stage, PipelineJson.Compact)!.GetValue<string>()), stages);
        var spaces = Message(typeof(EmbedShard))["payload"]!["properties"]!["space"]!["enum"]!.AsArray().Select(name => (string?)name);
        Assert.Equal(Enum.GetValues<SpaceOf>()
            .Select(space => JsonSerializer.SerializeToNode(space, PipelineJson.Compact)!.GetValue<string>()), spaces);
        var arms = Document["components"]!["schemas"]!["Trial"]!["properties"]!["arm"]!["enum"]!.AsArray().Select(name => (string?)name);
        Assert.Equal(Enum.GetValues<Arm>().Select(arm => JsonSerializer.SerializeToNode(arm, PipelineJson.Compact)!.GetValue<string>()),
            arms);
    }

    [Fact]
    public void Its_webhook_is_where_the_triggers_listen()
    {
        var webhook = Document["channels"]!["webhook"]!;
        Assert.Equal(WebhookRoutes.Path, (string?)webhook["address"]);
        Assert.Equal("#/servers/webhook", (string?)webhook["servers"]![0]!["$ref"]);
        Assert.Equal("http", (string?)Document["servers"]!["webhook"]!["protocol"]);
        Assert.True(IsOf(Assert.Single(Operations("receive", "webhook")), "triggers"));
    }

    private static bool IsOf(JsonNode operation, string stage) => (string?)operation["tags"]![0]!["name"] == stage;

    private static JsonNode Message(Type message) => Document["components"]!["messages"]![message.Name]!;

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Channels(string kind) =>
        Document["channels"]!.AsObject().Where(channel => (string?)channel.Value!["bindings"]?["amqp"]?["is"] == kind);

    private static IEnumerable<JsonNode> Operations(string action, string channel) =>
        Document["operations"]!.AsObject().Select(operation => operation.Value!).Where(operation =>
            (string?)operation["action"] == action && (string?)operation["channel"]!["$ref"] == $"#/channels/{channel}");

    private static void AssertMembers(Type contract, JsonObject schema)
    {
        var parameters = contract.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Single().GetParameters();
        string Name(ParameterInfo parameter) => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
        Assert.Equal(parameters.Select(Name), schema["properties"]!.AsObject().Select(property => property.Key));
        Assert.Equal(parameters.Where(parameter => !parameter.HasDefaultValue).Select(Name), schema["required"]!.AsArray()
            .Select(name => (string)name!));
    }
}
