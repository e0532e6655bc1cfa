using System.Numerics;

namespace Pipeline.Images;

/// <summary>Rec. 601 luma in thousandths, rounded to whole grey levels.</summary>
public static class Luma
{
    /// <param name="pixels">Of one sample, [C, S, S].</param>
    /// <param name="luma">Shape [S, S].</param>
    public static void Write(ReadOnlySpan<byte> pixels, InputSpec input, Span<byte> luma)
    {
        if (input.Channels == 1)
        {
            pixels[..luma.Length].CopyTo(luma);
            return;
        }

        var red = pixels[..luma.Length];
        var green = pixels.Slice(luma.Length, luma.Length);
        var blue = pixels.Slice(2 * luma.Length, luma.Length);
        var at = 0;
        for (; at <= luma.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(red[at..]), out var redLow, out var redHigh);
            Vector.Widen(new Vector<byte>(green[at..]), out var greenLow, out var greenHigh);
            Vector.Widen(new Vector<byte>(blue[at..]), out var blueLow, out var blueHigh);
            Vector.Narrow(Of(redLow, greenLow, blueLow), Of(redHigh, greenHigh, blueHigh)).CopyTo(luma[at..]);
        }

        for (; at < luma.Length; at++)
            luma[at] = (byte)(((299 * red[at]) + (587 * green[at]) + (114 * blue[at]) + 500) / 1000);
    }

    private static Vector<ushort> Of(Vector<ushort> red, Vector<ushort> green, Vector<ushort> blue)
    {
        Vector.Widen(red, out var redLow, out var redHigh);
        Vector.Widen(green, out var greenLow, out var greenHigh);
        Vector.Widen(blue, out var blueLow, out var blueHigh);
        return Vector.Narrow(Of(redLow, greenLow, blueLow), Of(redHigh, greenHigh, blueHigh));
    }

    /// <summary>A thousandth of a whole number below 2¹⁸, cut off: an eighth, and of that a 125th; 67109 is just above 2²³ / 125.</summary>
    private static Vector<uint> Of(Vector<uint> red, Vector<uint> green, Vector<uint> blue) =>
        ((((red * 299) + (green * 587) + (blue * 114) + new Vector<uint>(500)) >>> 3) * 67109) >>> 23;
}
