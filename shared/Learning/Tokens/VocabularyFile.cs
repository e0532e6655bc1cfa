using System.Text;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

/// <summary>Reads the files of a vocabulary that somebody else may have made.</summary>
internal static class VocabularyFile
{
    /// <summary>A vocabulary of a million tokens takes a tenth.</summary>
    private const long MostBytes = 256 << 20;

    /// <exception cref="PipelineException">It cannot be read, is no UTF-8 or too large.</exception>
    public static string Read(string path)
    {
        try
        {
            var bytes = new FileInfo(path).Length;
            return bytes <= MostBytes
                ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path))
                : throw new PipelineException($"The vocabulary file {path} has {bytes} bytes; valid are at most {MostBytes}.");
        }
        catch (DecoderFallbackException error)
        {
            throw new PipelineException($"The vocabulary file {path} is no UTF-8: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The vocabulary file {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A token a line, in the order of their numbers; a byte order mark is none.</summary>
    public static IReadOnlyList<string> Lines(string text, string path)
    {
        string[] lines = [.. text.TrimStart('\uFEFF').TrimEnd('\n', '\r').Split('\n').Select(line => line.TrimEnd('\r'))];
        return lines is [""] ? [] : Array.FindIndex(lines, line => line is "" || line.Contains('\r')) is >= 0 and var wrong
            ? throw new PipelineException($"{path}, line {wrong + 1}: the line {(lines[wrong] is "" ? "is empty" : "has a carriage return within")}; valid is a token on each.")
            : lines;
    }

    /// <summary>An object of numbers by token.</summary>
    public static IReadOnlyList<string> Json(string text, string path)
    {
        Dictionary<string, int> numbers;
        try
        {
            numbers = JsonSerializer.Deserialize<Dictionary<string, int>>(text, Strict) ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new PipelineException($"{path} is no vocabulary; valid is a JSON object of numbers by token, each once: {error.Message}", error);
        }

        var names = new string?[numbers.Count];
        foreach (var (name, number) in numbers)
        {
            if (number < 0 || number >= names.Length || names[number] is not null)
            {
                throw new PipelineException($"{path} numbers '{name}' {number}; valid are the numbers 0 to {names.Length - 1}, each once.");
            }

            names[number] = name;
        }

        return names!;
    }

    /// <summary>A pair a line, in the order they are joined; comments begin with <c>#version</c>.</summary>
    public static IReadOnlyList<(string Left, string Right)> Merges(string text, string path)
    {
        var merges = new List<(string Left, string Right)>();
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var pair = line.TrimEnd('\r').Split(' ');
            if (pair is [""] || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            merges.Add(pair is [{ Length: > 0 } left, { Length: > 0 } right]
                ? (left, right)
                : throw new PipelineException($"{path}, line {number + 1}: this is no merge; valid are two tokens with a space between."));
        }

        return merges;
    }

    private static readonly JsonSerializerOptions Strict = new() { AllowDuplicateProperties = false };
}
