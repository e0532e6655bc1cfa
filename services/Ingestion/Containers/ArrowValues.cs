using Apache.Arrow;

namespace Pipeline.Ingestion.Containers;

/// <summary>Labels as Arrow writes them.</summary>
internal static class ArrowValues
{
    /// <returns>A string or a number; null where there is none, or something else.</returns>
    public static object? At(IArrowArray? column, int row) => column switch
    {
        null => null,
        _ when column.IsNull(row) => null,
        StringArray text => text.GetString(row),
        LargeStringArray text => text.GetString(row),
        StringViewArray text => text.GetString(row),
        Int64Array numbers => numbers.GetValue(row),
        Int32Array numbers => numbers.GetValue(row),
        Int16Array numbers => numbers.GetValue(row),
        Int8Array numbers => numbers.GetValue(row),
        UInt32Array numbers => numbers.GetValue(row),
        UInt16Array numbers => numbers.GetValue(row),
        UInt8Array numbers => numbers.GetValue(row),
        BooleanArray flags => flags.GetValue(row),
        DictionaryArray coded => At(coded.Dictionary, Convert.ToInt32(At(coded.Indices, row), System.Globalization.CultureInfo.InvariantCulture)),
        _ => null,
    };
}
