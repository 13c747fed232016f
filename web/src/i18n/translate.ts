export type Params = Record<string, string | number>

const placeholder = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

/** `{name}` inserts a value; `{n|call|calls}` chooses by whether `n` is one. */
export function translate(message: string, params: Params = {}): string {
  return message.replace(placeholder, (whole, name: string, one?: string, other?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    if (one === undefined) return String(value)
    return Number(value) === 1 ? one : (other ?? '')
  })
}
