/** Reads one field of a URL's search; anything but a non-empty string counts as absent. */
export function text(search: Record<string, unknown>, name: string): string | undefined {
  const value = search[name]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function choice<T extends string>(
  search: Record<string, unknown>,
  name: string,
  options: readonly T[],
): T | undefined {
  const value = text(search, name)
  return options.find((option) => option === value)
}
