using System.Text.RegularExpressions;
using Pipeline.Lake.Findings;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Findings;

public partial class WarningCodesTests
{
    private static readonly IReadOnlyList<WarningCode> OfData = [.. Enum.GetValues<WarningCode>().Where(code => code < WarningCode.LeaksAllowed)];

    [Fact]
    public void The_documented_list_is_complete_and_in_order()
    {
        var documented = Row().Matches(File.ReadAllText(Repository.PathOf("docs/warnings.md"))).Select(row => row.Groups[1].Value);

        Assert.Equal(Enum.GetValues<WarningCode>().Select(Warning.NameOf), documented);
    }

    [Fact]
    public void Each_code_about_the_data_has_a_sentence_of_its_own()
    {
        var sentences = OfData.Select(code => FindingMessages.Of(new Finding(code, 2, "SUBJECT", "DETAIL")).Message).ToList();

        Assert.Equal(OfData.Count, sentences.Distinct().Count());
        Assert.All(sentences, sentence => Assert.True(sentence.Contains("SUBJECT", StringComparison.Ordinal) || sentence.Contains("DETAIL", StringComparison.Ordinal), sentence));
        Assert.All(sentences, sentence => Assert.Matches("([.]|DETAIL)$", sentence));
    }

    [Fact]
    public void A_sentence_stays_one_line_whatever_the_data_is_called() =>
        Assert.DoesNotContain(FindingMessages.Of(new Finding(WarningCode.TableNotUsed, 1, "a\nb\u001b[2J", "c\rd")).Message, letter => char.IsControl(letter));

    [Fact]
    public void What_was_not_used_is_told_from_what_is_only_strange()
    {
        Assert.True(new Warning(WarningCode.UnmatchedRows, 1, "").TellsOfUnused);
        Assert.True(new Warning(WarningCode.LinksNotFollowed, 1, "").TellsOfUnused);
        Assert.False(new Warning(WarningCode.ClassOfOne, 1, "").TellsOfUnused);
        Assert.False(new Warning(WarningCode.FewDraws, 1, "").TellsOfUnused);
    }

    [GeneratedRegex("^\\| `([a-z-]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
