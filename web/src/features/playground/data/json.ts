import type { Json } from './types'

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

export const object = (value: unknown): Json => (isObject(value) ? value : {})

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const count = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}

/** Tool arguments as an object; what is no object is refused by every provider anyway. */
export const parseArguments = (source: string): Json => object(parseJson(source || '{}'))

export const pretty = (source: string): string => {
  const parsed = parseJson(source)
  return parsed === undefined ? source : JSON.stringify(parsed, null, 2)
}

/** Leaves out what was not given. */
export const given = (fields: Json): Json =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  )
