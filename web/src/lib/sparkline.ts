/** A line through the values in a box of 100 × 24; a gap where nothing was measured, and a dot for a value between gaps. */
export function sparkline(values: (number | null)[], scale?: number): string {
  const known = values.filter((value): value is number => value !== null)
  const top = scale ?? Math.max(...known)
  if (known.length === 0 || values.length < 2 || top <= 0) return ''
  const step = 100 / (values.length - 1)
  let path = ''
  let pen = false
  values.forEach((value, index) => {
    if (value === null) {
      pen = false
      return
    }
    const y = 23 - (value / top) * 21
    const alone = !pen && (values[index + 1] ?? null) === null
    path += `${pen ? 'L' : 'M'}${(index * step).toFixed(2)} ${y.toFixed(2)}${alone ? 'h0' : ''}`
    pen = true
  })
  return path
}
