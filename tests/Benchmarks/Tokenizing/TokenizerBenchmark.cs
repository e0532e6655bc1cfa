using System.Diagnostics;
using System.Globalization;
using Pipeline.Learning.Tokens;

namespace Pipeline.Tests.Benchmarks.Tokenizing;

/// <summary>Learning a vocabulary on a file's lines, and cutting them by it.</summary>
internal static class TokenizerBenchmark
{
    private const int Rounds = 3;

    public static void Run(string file, int vocabulary, string? folder)
    {
        var lines = File.ReadAllLines(file);
        var characters = lines.Sum(line => (long)line.Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lines.Length} lines, {characters} characters; the best of {Rounds} rounds"));
        foreach (var kind in new[] { TokenizerKinds.WordPiece, TokenizerKinds.Bpe })
        {
            var (learning, encoding) = (double.MaxValue, double.MaxValue);
            var (tokens, there) = (0L, 0);
            for (var round = 0; round < Rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                var content = TokenizerContent.Learn(new TokenizerSpec(kind, vocabulary), lowerCase: true, lines);
                learning = Math.Min(learning, clock.Elapsed.TotalSeconds);
                var tokenizer = content.Open(file);
                there = tokenizer.Count;

                clock.Restart();
                tokens = lines.Sum(line => (long)tokenizer.Encode(line).Ids.Length);
                encoding = Math.Min(encoding, clock.Elapsed.TotalSeconds);
                Write(content, folder, kind);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind}: {there} tokens learned at {characters / learning / 1e6:0.00} M characters/s; {tokens} tokens cut at {characters / encoding / 1e6:0.00} M characters/s, {tokens / encoding / 1e6:0.00} M tokens/s"));
        }
    }

    private static void Write(TokenizerContent content, string? folder, string kind)
    {
        if (folder is null)
        {
            return;
        }

        var own = Directory.CreateDirectory(Path.Combine(folder, kind)).FullName;
        foreach (var (name, bytes) in content.Files())
        {
            File.WriteAllBytes(Path.Combine(own, name), bytes);
        }
    }
}
