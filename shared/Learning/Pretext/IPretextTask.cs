namespace Pipeline.Learning.Pretext;

/// <summary>How unlabelled images become (view, label) pairs: which views of an image are shown; the label is the view's place in the list.</summary>
public interface IPretextTask
{
    /// <summary>As experiments spell it.</summary>
    string Name { get; }

    /// <summary>The views to tell apart; every sample is shown in all of them.</summary>
    IReadOnlyList<View> Views { get; }

    /// <summary>For people, in the order of <see cref="Views"/>.</summary>
    IReadOnlyList<string> LabelNames { get; }
}
