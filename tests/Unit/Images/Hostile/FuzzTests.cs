using Xunit;

namespace Pipeline.Tests.Unit.Images.Hostile;

public class FuzzTests
{
    [Theory]
    [InlineData(Fuzz.Library)]
    [InlineData(Fuzz.Means)]
    public void Two_thousand_damaged_files_are_refused_or_decode_alike_twice(int size)
    {
        var fuzz = new Fuzz(size);

        Assert.Empty(Enumerable.Range(0, 2_000).Select(fuzz.Try).OfType<string>());

        Assert.True(fuzz.Accepted > 50, "The changes leave too little that can be accepted.");
    }
}
