namespace Pipeline.Learning.Tokens;

/// <summary>The letters that GPT-2's files show bytes as: printable ones as they are, the others from U+0100 on.</summary>
internal static class ByteLetters
{
    /// <summary>By byte.</summary>
    public static string Of { get; } = Make();

    /// <summary>All of them, in ordinal order: that of their numbers in a vocabulary.</summary>
    public static string Ordered { get; } = new([.. Of.Order()]);

    /// <returns>−1 for a letter that stands for no byte.</returns>
    public static int ByteOf(char letter) => Of.IndexOf(letter, StringComparison.Ordinal);

    private static string Make()
    {
        var letters = new char[256];
        var next = 256;
        for (var value = 0; value < letters.Length; value++)
        {
            letters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        }

        return new string(letters);
    }
}
