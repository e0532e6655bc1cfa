namespace Pipeline.Ingestion.Drops.Events;

/// <summary>An event cannot be used. Stays inside the parser, which turns it into a <see cref="RejectedEvent"/>.</summary>
internal sealed class BadEventException(string reason) : Exception(reason)
{
    private const int MostShown = 120;

    /// <summary>A value from outside as part of one line.</summary>
    public static string Shown(string value) =>
        string.Concat((value.Length > MostShown ? value[..MostShown] + "…" : value).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString()));
}
