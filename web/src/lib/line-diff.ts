export interface DiffLine {
  kind: 'same' | 'added' | 'removed' | 'gap'
  text: string
}

/** What turns one text into the other, line by line: the longest common subsequence stays. */
export function diffLines(before: string[], after: string[]): DiffLine[] {
  const columns = after.length + 1
  // common[i][j]: how many lines the rests from i and j have in common.
  const common = new Uint32Array((before.length + 1) * columns)
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      common[i * columns + j] =
        before[i] === after[j]
          ? common[(i + 1) * columns + j + 1]! + 1
          : Math.max(common[(i + 1) * columns + j]!, common[i * columns + j + 1]!)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: 'same', text: before[i]! })
      i += 1
      j += 1
    } else if (
      j >= after.length ||
      (i < before.length && common[(i + 1) * columns + j]! >= common[i * columns + j + 1]!)
    ) {
      lines.push({ kind: 'removed', text: before[i]! })
      i += 1
    } else {
      lines.push({ kind: 'added', text: after[j]! })
      j += 1
    }
  }
  return lines
}

/** Leaves out what is far from any change. */
export function onlyHunks(lines: DiffLine[], context = 2): DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((line) => line.kind !== 'same'),
  )
  return lines.flatMap((line, index): DiffLine[] => {
    if (near[index]) return [line]
    return near[index - 1] || index === 0 ? [{ kind: 'gap', text: '' }] : []
  })
}

// Without the commas: an item that gets a neighbour has not changed.
const pretty = (value: unknown) =>
  value === null || value === undefined ? [] : JSON.stringify(value, null, 2).split(/,?\n/)

export const diffJson = (before: unknown, after: unknown): DiffLine[] =>
  onlyHunks(diffLines(pretty(before), pretty(after)))
