export interface Mark {
  start: number
  length: number
  rule: string
}

export interface Edit {
  start: number
  length: number
  text: string
}

/** A piece of a text as it would go on: with the rules that found something in it, and whether it was replaced. */
export interface Segment {
  text: string
  rules: string[]
  replaced: boolean
}

/** Cuts the text where anything begins or ends. Edits do not overlap each other; marks may. */
export function segmentsOf(source: string, marks: readonly Mark[], edits: readonly Edit[]): Segment[] {
  const rulesIn = (from: number, to: number) => [
    ...new Set(
      marks.filter((mark) => mark.start < to && mark.start + mark.length > from).map((mark) => mark.rule),
    ),
  ]
  const segments: Segment[] = []
  const plain = (from: number, to: number) => {
    const cuts = marks.flatMap((mark) => [mark.start, mark.start + mark.length])
    const inside = [...new Set(cuts.filter((at) => at > from && at < to))].toSorted((a, b) => a - b)
    const points = [from, ...inside, to]
    for (let i = 1; i < points.length; i += 1) {
      const [start, end] = [points[i - 1]!, points[i]!]
      if (end > start) {
        segments.push({ text: source.slice(start, end), rules: rulesIn(start, end), replaced: false })
      }
    }
  }
  let done = 0
  for (const edit of edits) {
    plain(done, edit.start)
    done = edit.start + edit.length
    segments.push({ text: edit.text, rules: rulesIn(edit.start, done), replaced: true })
  }
  plain(done, source.length)
  return segments
}
