using System.Text;
using Pipeline.Hosting.Bus;
using Xunit;

namespace Pipeline.Tests.Unit.Hosting.Bus;

public sealed class RunOfMessageTests
{
    [Theory]
    [InlineData("""{ "run": { "runId": "tiny-1", "experiment": {} }, "slice": 0 }""", "tiny-1")]
    [InlineData("""{ "runId": "tiny-2" }""", "tiny-2")]
    [InlineData("""{ "dataset": "tiny" }""", null)]
    [InlineData("""{ "run": { "runId": 3 } }""", null)]
    [InlineData("""[ { "runId": "tiny-4" } ]""", null)]
    [InlineData("no JSON", null)]
    [InlineData("", null)]
    public void A_message_names_its_run_or_itself_and_anything_else_names_none(string body, string? run) =>
        Assert.Equal(run, RunOfMessage.IdOf(Encoding.UTF8.GetBytes(body)));
}
