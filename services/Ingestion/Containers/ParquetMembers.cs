using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>The rows of a Parquet file with images or texts; one row group in memory at a time.</summary>
internal static class ParquetMembers
{
    /// <param name="labels">Finds the label column, of the top level's columns, the one with the samples, and the class names.</param>
    public static async IAsyncEnumerable<Member> ReadAsync(
        FileRange table, UnpackBudget budget, MembersLeft left, TableLabels labels, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var reader = await ParquetReader.CreateAsync(table.Open(), leaveStreamOpen: false, cancellationToken: cancellation);
        left.Told = reader.Metadata?.RowGroups.Sum(group => Math.Clamp(group.NumRows, 0, table.Length));
        var fields = reader.Schema.GetDataFields().Where(field => field.MaxRepetitionLevel == 0).ToDictionary(field => field.Path.ToString(), StringComparer.Ordinal);
        var top = reader.Schema.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        var content = ContentOf(fields, budget.Content) ?? throw TableColumns.NoContent(budget.Content, top.Keys);
        var column = labels.Of([.. top.Keys], content.Path.FirstPart!, reader.CustomMetadata.GetValueOrDefault(ClassNames.Key));
        var unused = column.Name is null ? null : ParquetColumn.UnusedType(top[column.Name]);
        var label = unused is null && column.Name is { } name ? fields[name] : null;
        var split = ColumnNames.Find(ColumnNames.Splits, fields.Keys) is { } named ? fields[named] : null;
        var row = 0L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            Check(table, rows, [.. new[] { content, label, split }.OfType<DataField>()], group, budget.Options);
            var contents = await ParquetColumn.AsBytesAsync(rows, content, cancellation);
            var labelOf = await ParquetColumn.ReadAsync(rows, label, cancellation);
            var splitOf = await ParquetColumn.ReadAsync(rows, split, cancellation);
            column.Tell(rows.RowCount, unused);
            for (var i = 0; i < rows.RowCount; i++, row++, left.Told--)
            {
                var bytes = contents[i];
                contents[i] = null;
                yield return TableColumns.Row(budget.Content, row, bytes, column.ValueOf(labelOf(i)), splitOf(i));
            }
        }
    }

    private static DataField? ContentOf(Dictionary<string, DataField> fields, LakeContent content)
    {
        var found = fields.Values
            .Where(field => field.ClrType == typeof(ReadOnlyMemory<byte>) || (content == LakeContent.Sequences && field.ClrType == typeof(ReadOnlyMemory<char>)))
            .ToLookup(field => field.Path.ToString().ToLowerInvariant());
        return TableColumns.NamesOf(content).SelectMany(name => content == LakeContent.Images ? found[name].Concat(found[$"{name}/bytes"]) : found[name]).FirstOrDefault();
    }

    private static void Check(FileRange table, ParquetRowGroupReader rows, DataField[] fields, int group, IngestionOptions options)
    {
        if (rows.RowCount < 0 || rows.RowCount > options.MaxMembers)
        {
            throw new BrokenContainerException(RejectionReason.TooManyMembers, $"row group {group} has {rows.RowCount} rows; at most {options.MaxMembers}");
        }

        foreach (var field in fields)
        {
            if (rows.GetMetadata(field)?.MetaData is not { } column)
            {
                throw new BrokenContainerException(RejectionReason.Corrupt, $"row group {group} has no column {field.Path}");
            }

            ParquetPages.Check(table, column, rows.RowCount, options.MaxRowGroupBytes);
        }
    }
}
