using System.Security.Cryptography;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>Decides what to answer.</summary>
internal static class Script
{
    private const int EchoedCharacters = 60;
    private const int ArgumentsFragment = 12;
    private const int DefaultLength = 5;

    /// <summary>Characters that a careless copy would change.</summary>
    private const string ThinkingText = "Simulated thinking, to be returned as it is: \"quotes\", \\ back\\slashes, ünïcödé 思考 🤔,\n<tags> & a trailing space ";

    public static Answer For(Prompt prompt, Behaviour behaviour, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(body, hash);
        var blocks = new List<Block>(1);
        var stop = Compose(prompt, behaviour, blocks);
        return new Answer
        {
            Prompt = prompt,
            Behaviour = behaviour,
            Id = "sim-" + Convert.ToHexStringLower(hash[..12]),
            Blocks = blocks,
            Stop = stop,
            StopSequence = stop == Stop.StopSequence ? prompt.StopSequences[0] : null,
            Usage = Measure(prompt, behaviour, blocks),
        };
    }

    private static Stop Compose(Prompt prompt, Behaviour behaviour, List<Block> blocks)
    {
        if (behaviour.Block)
            return Stop.Blocked;
        if (Thinks(prompt, behaviour))
            blocks.Add(new ThinkingBlock(Words(behaviour.ThinkAloud ? ThinkingText + prompt.LastText : ThinkingText), behaviour.Redacted, prompt.Thinking.Visible));
        if (behaviour.Refuse)
        {
            blocks.Add(new RefusalBlock(Words("I can't help with that: the simulator was told to refuse.")));
            return Stop.Refusal;
        }

        if (AddCalls(prompt, behaviour, blocks))
            return Stop.Tool;
        var pieces = Text(prompt, behaviour);
        if (behaviour.Length)
        {
            blocks.Add(new TextBlock(pieces[..Math.Min(pieces.Length, Math.Max(1, prompt.MaxTokens ?? DefaultLength))]));
            return Stop.Length;
        }

        if (behaviour.Filter)
        {
            blocks.Add(new TextBlock(pieces[..(pieces.Length / 2)]));
            return Stop.Filter;
        }

        blocks.Add(new TextBlock(pieces));
        return behaviour.StopSequence && prompt.StopSequences.Count > 0 ? Stop.StopSequence : Stop.End;
    }

    /// <summary>Thinking that was asked for comes from every model; a thinking model also thinks unasked, unless it was switched off.</summary>
    public static bool Thinks(Prompt prompt, Behaviour behaviour) => prompt.Thinking.On ?? behaviour.Think;

    /// <summary>False when there is nothing to call, or no more.</summary>
    private static bool AddCalls(Prompt prompt, Behaviour behaviour, List<Block> blocks)
    {
        if (prompt.Tools.Count == 0 || prompt.ToolChoice == "none")
            return false;
        var thinks = blocks.Count > 0;
        var parallel = behaviour.Parallel && prompt.ParallelTools != false;
        var done = prompt.RoundsDone;
        var directed = Directive.In(prompt);
        if (directed.Count > 0)
        {
            foreach (var (tool, arguments) in parallel ? (done == 0 ? directed : []) : directed.Skip(done).Take(1))
                blocks.Add(new ToolBlock(blocks.Count - (thinks ? 1 : 0) + 1, tool, Fragments(arguments), thinks));
            return blocks.Exists(static block => block is ToolBlock);
        }

        var demanded = behaviour.CallTools || prompt.ToolNamed || prompt.ToolChoice == "required";
        if (!demanded || (prompt.LastIsToolResult && done >= behaviour.Rounds))
            return false;
        var named = prompt.ToolNamed ? prompt.Tools.Find(tool => tool.Name == prompt.ToolChoice) : null;
        var first = named ?? prompt.Tools[0];
        blocks.Add(Call(1, first, thinks));
        if (parallel)
            blocks.Add(Call(2, named is null && prompt.Tools.Count > 1 ? prompt.Tools[1] : first, thinks));
        return true;
    }

    private static ToolBlock Call(int number, ToolSpec tool, bool thinks) => new(number, tool, Fragments(Example.For(tool.Schema)), thinks);

    private static string[] Text(Prompt prompt, Behaviour behaviour)
    {
        if (behaviour.Inspect)
            return Fragments(Inspection.Of(prompt));
        if (prompt.OutputType is not null || behaviour.Json)
            return Fragments(Example.For(prompt.OutputSchema));
        if (behaviour.TinyChunks > 0)
            return [.. Enumerable.Range(0, behaviour.TinyChunks).Select(static i => ((char)('a' + (i % 26))).ToString())];
        return behaviour.Words > 0 ? Counted(behaviour.Words) : Reply(prompt);
    }

    private static string[] Reply(Prompt prompt)
    {
        var said = prompt.LastText;
        var asked = said.Length > EchoedCharacters ? string.Concat(said.AsSpan(0, EchoedCharacters), "…") : said;
        return Words(prompt.LastIsToolResult
            ? $"Simulated answer: the tool said: {asked}"
            : $"Simulated answer from the ThinkWatch provider simulator. You said: {asked}");
    }

    private static string[] Words(string text)
    {
        var words = text.Split(' ');
        for (var i = 0; i < words.Length - 1; i++)
            words[i] += " ";
        return words;
    }

    private static string[] Counted(int words)
    {
        var pieces = new string[words];
        pieces[0] = "simulated ";
        Array.Fill(pieces, "word ", 1, words - 1);
        return pieces;
    }

    /// <summary>Pieces of a dozen characters; a surrogate pair stays together, as in a real stream.</summary>
    private static string[] Fragments(string text)
    {
        var pieces = new List<string>((text.Length / ArgumentsFragment) + 1);
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(ArgumentsFragment, text.Length - at);
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
                length++;
            pieces.Add(text.Substring(at, length));
            at += length;
        }

        return [.. pieces];
    }

    private static Usage Measure(Prompt prompt, Behaviour behaviour, List<Block> blocks)
    {
        var input = Math.Max(1, (prompt.Characters + 3) / 4);
        var output = 0;
        var reasoning = 0;
        foreach (var block in blocks)
        {
            output += block is ToolBlock ? Math.Max(1, block.Pieces.Sum(static piece => piece.Length) / 4) : block.Pieces.Length;
            if (block is ThinkingBlock)
                reasoning += block.Pieces.Length;
        }

        if (!behaviour.Cached)
            return new Usage(input, output, reasoning, 0, 0, 0);
        return new Usage(input, output, Math.Max(reasoning, output / 2), input / 2, input / 4, input / 8);
    }
}
