export interface Passage {
  code: boolean
  text: string
  language?: string
}

/** Splits an answer into prose and fenced code; a fence that is still open runs to the end. */
export function splitFences(source: string): Passage[] {
  const passages: Passage[] = []
  let open: string | undefined
  let lines: string[] = []
  let language = ''
  const close = (code: boolean) => {
    const text = code ? lines.join('\n') : lines.join('\n').trim()
    if (text || code) passages.push(code ? { code, text, language: language || undefined } : { code, text })
    lines = []
  }
  for (const line of source.split('\n')) {
    const fence = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)\s*$/.exec(line)
    if (open === undefined && fence) {
      close(false)
      open = fence[1]
      language = fence[2] ?? ''
    } else if (open !== undefined && fence && !fence[2] && fence[1]!.startsWith(open)) {
      close(true)
      open = undefined
    } else {
      lines.push(line)
    }
  }
  if (open !== undefined || lines.length > 0) close(open !== undefined)
  return passages
}
