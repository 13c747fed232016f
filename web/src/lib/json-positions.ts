export interface Range {
  from: number
  to: number
}

export interface JsonFault {
  at: number
}

export interface LocatedJson {
  value: unknown
  /** Where each value stands, by path: `''` is the whole, then `statements[0].actions[2]`. */
  ranges: Map<string, Range>
}

const space = /[ \t\r\n]*/y
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

class Unexpected extends Error {
  readonly at: number

  constructor(at: number) {
    super('unexpected')
    this.at = at
  }
}

/** JSON with the place of every value, so that what is wrong with one can be shown where it stands. */
export function locateJson(source: string): LocatedJson | JsonFault {
  const ranges = new Map<string, Range>()
  let at = 0
  const take = (form: RegExp) => {
    form.lastIndex = at
    const found = form.exec(source)?.[0]
    if (found === undefined) throw new Unexpected(at)
    at += found.length
    return found
  }
  const skip = () => take(space)
  const next = (character: string) => {
    if (source[at] !== character) throw new Unexpected(at)
    at += 1
    skip()
  }
  const list = (close: string, item: () => void) => {
    at += 1
    skip()
    if (source[at] !== close) {
      item()
      while (source[at] === ',') {
        next(',')
        item()
      }
    }
    if (source[at] !== close) throw new Unexpected(at)
    at += 1
  }
  const read = (path: string) => {
    const from = at
    if (source[at] === '{') {
      list('}', () => {
        const name = JSON.parse(take(text)) as string
        skip()
        next(':')
        read(path ? `${path}.${name}` : name)
      })
    } else if (source[at] === '[') {
      let index = 0
      list(']', () => {
        read(`${path}[${index}]`)
        index += 1
      })
    } else {
      take(source[at] === '"' ? text : scalar)
    }
    ranges.set(path, { from, to: at })
    skip()
  }
  try {
    skip()
    read('')
    if (at < source.length) throw new Unexpected(at)
    return { value: JSON.parse(source), ranges }
  } catch (error) {
    return { at: error instanceof Unexpected ? error.at : at }
  }
}

/** The range of a path, or of the nearest thing around it that is there. */
export function rangeOf(ranges: Map<string, Range>, path: string): Range | undefined {
  let around = path
  for (;;) {
    const found = ranges.get(around)
    if (found || !around) return found
    around = around.replace(/(?:^|\.)[^.[\]]+$|\[\d+\]$/, '')
  }
}
