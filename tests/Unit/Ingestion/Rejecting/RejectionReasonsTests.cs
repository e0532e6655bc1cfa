using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Rejecting;

public partial class RejectionReasonsTests
{
    [Fact]
    public void The_documented_list_is_complete()
    {
        var documented = Row().Matches(File.ReadAllText(Repository.PathOf("docs/rejections.md"))).Select(row => row.Groups[1].Value).Where(code => !code.Contains('/', StringComparison.Ordinal));

        Assert.Equal(Enum.GetValues<RejectionReason>().Select(Rejection.NameOf).Order(), documented.Order());
    }

    [Fact]
    public void Each_reason_has_a_sentence_of_its_own()
    {
        var sentences = Enum.GetValues<RejectionReason>().Select(reason => new Rejection("a", reason).Message).ToList();

        Assert.Equal(sentences.Count, sentences.Distinct().Count());
    }

    [GeneratedRegex("^\\| `([a-z/A-Z0-9.-]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
