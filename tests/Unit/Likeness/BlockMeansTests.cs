using Pipeline.Images;
using Pipeline.Likeness;
using Xunit;

namespace Pipeline.Tests.Unit.Likeness;

public class BlockMeansTests
{
    [Theory]
    [InlineData(28, 16)]
    [InlineData(32, 16)]
    [InlineData(64, 16)]
    [InlineData(64, 32)]
    [InlineData(96, 32)]
    [InlineData(128, 32)]
    [InlineData(256, 32)]
    public void They_have_the_bits_of_the_resampler(int size, int side)
    {
        var (plane, made, expected) = (new byte[size * size], new float[side * side], new float[side * side]);
        for (var seed = 0; seed < 20; seed++)
        {
            new Random(seed).NextBytes(plane);
            plane.AsSpan(0, seed * 8).Fill(byte.MaxValue);

            BlockMeans.Write(plane, size, side, made);

            AreaResampler.Resample(plane, size, size, step: 1, side, expected);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), made.Select(BitConverter.SingleToInt32Bits));
        }
    }
}
