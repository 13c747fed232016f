namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Joins text that may be cut between the two halves of a character.</summary>
internal struct CutText
{
    private char _half;

    /// <summary>The text so far as whole characters; a half at its end waits for the next piece.</summary>
    public string Take(string text)
    {
        if (_half != 0)
            text = _half + text;
        _half = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1] : '\0';
        return JsonRead.Repaired(_half == 0 ? text : text[..^1]);
    }

    /// <summary>What still waits, repaired; empty when nothing does.</summary>
    public string End()
    {
        var rest = _half == 0 ? "" : "\ufffd";
        _half = '\0';
        return rest;
    }
}
