/** One argument for a POSIX shell. */
export const shellQuote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

const chatUrl = () => `${globalThis.location.origin}/gateway/v1/chat/completions`

/** A first call to paste. The key stays in the environment, out of the shell's history. */
export function curlFor(key: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello' }] })
  return requestAsCurl(body, key)
}

export function requestAsCurl(body: string, key = '$THINKWATCH_KEY'): string {
  return [
    `curl ${chatUrl()} \\`,
    `  -H "authorization: Bearer ${key}" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d ${shellQuote(body)}`,
  ].join('\n')
}
