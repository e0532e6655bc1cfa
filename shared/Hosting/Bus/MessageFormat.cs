namespace Pipeline.Hosting.Bus;

/// <summary>The version of the messages' form, in a header of each: a message of a newer one is refused and kept, not misread.</summary>
public static class MessageFormat
{
    /// <summary>The newest that this version reads, and the one it writes.</summary>
    public const int Newest = 1;

    /// <summary>Header that holds it; where it is missing, the version is 1.</summary>
    public const string Header = "pipeline-format";

    /// <summary>Header with the time at which the message was sent, ISO 8601.</summary>
    public const string SentHeader = "pipeline-sent";
}
