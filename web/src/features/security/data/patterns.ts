/** A pattern of one's own, as the setting keeps it: `NAME=regular expression`. */
export interface CustomPattern {
  name: string
  expression: string
}

export function readCustom(entry: string): CustomPattern {
  const at = entry.indexOf('=')
  return at < 0
    ? { name: entry, expression: '' }
    : { name: entry.slice(0, at), expression: entry.slice(at + 1) }
}

export const writeCustom = ({ name, expression }: CustomPattern): string => `${name}=${expression}`

export const isPatternName = (name: string, taken: readonly string[]): boolean =>
  /^[A-Z][A-Z0-9_]{1,31}$/.test(name) && !taken.includes(name)

/** Hits of a pattern are counted under this name. */
export const piiRule = (name: string): string => `pii:${name}`

export const toggled = (names: readonly string[], name: string, on: boolean): string[] =>
  on ? [...names.filter((each) => each !== name), name] : names.filter((each) => each !== name)

export const textList = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
