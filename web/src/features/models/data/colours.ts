/** A route keeps its colour in the table's bar, in the split and beside its name. */
export const fills = ['fill-accent', 'fill-tokens', 'fill-latency', 'fill-cost', 'fill-ink-3']
export const backgrounds = ['bg-accent', 'bg-tokens', 'bg-latency', 'bg-cost', 'bg-ink-3']
export const at = (colours: string[], index: number) => colours[index % colours.length]!
