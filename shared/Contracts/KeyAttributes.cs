using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Contracts;

/// <summary>Declares a key or a section of the experiment file. A <see cref="ValueAttribute"/> beside it says what the value must be; its
/// default is that of the property, or stands in <see cref="Experiment.Default"/>. The reader, its errors and the tables of
/// docs/experiment.md come from these declarations.</summary>
/// <param name="meaning">The sentence about the key, in Markdown; empty for a section.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Method)]
public sealed class KeyAttribute(string meaning = "") : Attribute
{
    public string Meaning => meaning;

    /// <summary>The modalities that have the key, separated by spaces.</summary>
    public string For { get; init; } = Modalities.Every;

    /// <summary>Why the other modalities must leave it out; {0} is such as "text has", {1} such as "text".</summary>
    public string Elsewhere { get; init; } = "{0} none";

    /// <summary>The default in words, where other keys decide it.</summary>
    public string? Default { get; init; }

    /// <summary>Of a section: the key whose value may stand for the whole section.</summary>
    public string? Shorthand { get; init; }

    /// <summary>Of a section: its keys stand in the section around it, and are all for its modalities.</summary>
    public bool Inline { get; init; }
}

/// <summary>What the value of a key must be. A key may have several, for different modalities.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Method, AllowMultiple = true)]
public abstract class ValueAttribute : Attribute
{
    /// <summary>The modalities that this holds for, separated by spaces.</summary>
    public string For { get; init; } = Modalities.Every;

    /// <summary>Completes "must be …".</summary>
    public abstract string MustBe { get; }

    /// <summary>The same for a key that takes a list.</summary>
    public abstract string ListMustBe { get; }

    /// <summary>The names there are; empty where the value is no name.</summary>
    public virtual IReadOnlyList<string> Names => [];

    /// <summary>Whether one value may stand for a list.</summary>
    public virtual bool TakesOneForList => true;

    /// <summary>The smallest length of a list.</summary>
    public virtual int LeastItems => 1;

    /// <summary>The largest length of a list.</summary>
    public virtual int MostItems => int.MaxValue;

    public abstract bool Accepts(string text);
}

/// <summary>A whole number; in a list, ascending ones, unless <see cref="Most"/> says otherwise.</summary>
public sealed class WholeAttribute(ulong low, ulong high) : ValueAttribute
{
    /// <summary>The largest length of a list of different numbers in any order; 0 for a list of ascending ones.</summary>
    public int Most { get; init; }

    /// <summary>The upper end in words, where another key decides it.</summary>
    public string? UpTo { get; init; }

    public override string MustBe => $"a whole number from {low} to {UpTo ?? $"{high}"}";
    public override string ListMustBe => Most == 0
        ? $"a list of whole numbers from {low} to {high}, ascending"
        : $"a list of 1 to {Most} different whole numbers from {low} to {high}";
    public override bool TakesOneForList => false;
    public override int MostItems => Most == 0 ? base.MostItems : Most;

    public override bool Accepts(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high;
}

/// <summary>A number; in a list, different ones.</summary>
public sealed class NumberAttribute(double low, double high) : ValueAttribute
{
    /// <summary>Whether the lower end is excluded.</summary>
    public bool AboveLow { get; init; }

    /// <summary>Whether the upper end is excluded.</summary>
    public bool BelowHigh { get; init; }

    /// <inheritdoc cref="WholeAttribute.UpTo"/>
    public string? UpTo { get; init; }

    public override string MustBe =>
        $"a number {(AboveLow ? "above" : "from")} {low}{(BelowHigh ? " and below" : AboveLow ? ", at most" : " to")} {UpTo ?? $"{high}"}";

    public override string ListMustBe => $"a list of different numbers, each {MustBe}";
    public override bool TakesOneForList => false;

    public override bool Accepts(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && (AboveLow ? number > low : number >= low)
        && (BelowHigh ? number < high : number <= high);
}

/// <summary>One of some names.</summary>
public sealed class OneOfAttribute(params string[] names) : ValueAttribute
{
    public override IReadOnlyList<string> Names => names;
    public override string MustBe => string.Join(", ", names);
    public override string ListMustBe => $"one of {MustBe}, or a list of different ones";
    public override bool Accepts(string text) => names.Contains(text);
}

/// <summary>Text of a form that is given by a regular expression.</summary>
public sealed class TextAttribute(string mustBe, string pattern) : ValueAttribute
{
    public const string Any = "";

    /// <summary>No control characters, and something besides white space.</summary>
    public const string Line = @"\A(?=.*\S)\P{Cc}+\z";

    public const string FileName = @"\A(?=.*\S)[^\p{Cc}/\\]+\z";
    public const string Path = @"\A\P{Cc}+\z";
    public const string Name = @"\A[A-Za-z0-9_-]{1,40}\z";

    /// <inheritdoc cref="LeastItems"/>
    public int Least { get; init; }

    public override string MustBe => mustBe;
    public override string ListMustBe => mustBe;
    public override int LeastItems => Least;
    public override bool Accepts(string text) => Regex.IsMatch(text, pattern);
}
